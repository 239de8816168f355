"""Reserving methods.

A method is an estimator: choices by keyword, ``fit(triangle)`` returns it fitted, and what was
estimated ends in an underscore. A triangle of many segments is fitted in one call; every segment
has its own status, and none can affect another.
"""

from .chain_ladder import ChainLadder, Mack, MerzWuthrich
from .pattern import Pattern
from .selection import Selection

__all__ = ["ChainLadder", "Mack", "MerzWuthrich", "Pattern", "Selection"]
