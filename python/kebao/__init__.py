"""kebao prices science-and-technology insurance."""

from . import datasets, sectors
from .portfolio import Portfolio
from .reserve import ChainLadder, Mack, Pattern, Triangle
from .simulate import Losses, simulate

__all__ = [
    "ChainLadder",
    "Losses",
    "Mack",
    "Pattern",
    "Portfolio",
    "Triangle",
    "datasets",
    "sectors",
    "simulate",
]
