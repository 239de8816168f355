"""kebao prices science-and-technology insurance."""

from . import datasets
from .reserve import ChainLadder, Mack, Pattern, Triangle

__all__ = ["ChainLadder", "Mack", "Pattern", "Triangle", "datasets"]
