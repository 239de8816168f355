"""Reserving methods.

A method is an estimator: choices by keyword, ``fit(triangle)`` returns it fitted, and what was
estimated ends in an underscore. A triangle of many segments is fitted in one call; every segment
has its own status, and none can affect another.
"""

from .backtest import Backtest, backtest
from .bootstrap import MackBootstrap, ODPBootstrap
from .chain_ladder import ChainLadder, Mack
from .compare import Comparison, compare
from .one_year import MerzWuthrich
from .pattern import Pattern
from .rereserve import ReReserve
from .selection import Selection

__all__ = [
    "Backtest",
    "ChainLadder",
    "Comparison",
    "Mack",
    "MackBootstrap",
    "MerzWuthrich",
    "ODPBootstrap",
    "Pattern",
    "ReReserve",
    "Selection",
    "backtest",
    "compare",
]
