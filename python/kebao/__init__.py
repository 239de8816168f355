"""kebao prices science-and-technology insurance."""

from . import datasets
from .reserve import ChainLadder, Mack, MerzWuthrich, Pattern
from .treaty import LossTable, Programme, Treaty
from .triangle import Triangle

__all__ = [
    "ChainLadder",
    "LossTable",
    "Mack",
    "MerzWuthrich",
    "Pattern",
    "Programme",
    "Treaty",
    "Triangle",
    "datasets",
]
