"""kebao prices science-and-technology insurance."""

from . import datasets
from .reserve import ChainLadder, Mack, MerzWuthrich, Pattern
from .triangle import Triangle

__all__ = ["ChainLadder", "Mack", "MerzWuthrich", "Pattern", "Triangle", "datasets"]
