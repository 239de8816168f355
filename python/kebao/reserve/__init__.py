"""Reserving methods.

A method is an estimator: choices by keyword, ``fit(triangle)`` returns it fitted, and what was
estimated ends in an underscore. A triangle of many segments is fitted in one call; every segment
has its own status, and none can affect another.
"""

from .backtest import Backtest, backtest
from .chain_ladder import ChainLadder, Mack, MerzWuthrich
from .compare import Comparison, compare
from .pattern import Pattern
from .selection import Selection

__all__ = [
    "Backtest",
    "ChainLadder",
    "Comparison",
    "Mack",
    "MerzWuthrich",
    "Pattern",
    "Selection",
    "backtest",
    "compare",
]
