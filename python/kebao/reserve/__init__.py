"""Reserving methods.

A method is an estimator: choices by keyword, ``fit(triangle)`` returns it fitted, and what was
estimated ends in an underscore. A triangle of many segments is fitted in one call; every segment
has its own status, and none can affect another.
"""

from .adjust import BerquistSherman
from .backtest import Backtest, backtest
from .bootstrap import MackBootstrap, ODPBootstrap
from .chain_ladder import ChainLadder, Mack
from .clark import ClarkCapeCod, ClarkLDF
from .compare import Comparison, compare
from .counts import FrequencySeverity, Nowcast
from .glm import ODP, GammaGLM
from .individual import IndividualClaims
from .mack_tests import MackTests
from .meyers import CCL, CSR
from .one_year import MerzWuthrich
from .paid_incurred import CaseOutstanding, MunichChainLadder, PaidIncurredChain
from .pattern import Pattern
from .prior import Benktander, BornhuetterFerguson, CapeCod, IncrementalAdditive
from .rereserve import ReReserve
from .selection import Selection
from .trend import CalendarTrend

__all__ = [
    "CCL",
    "CSR",
    "ODP",
    "Backtest",
    "Benktander",
    "BerquistSherman",
    "BornhuetterFerguson",
    "CalendarTrend",
    "CapeCod",
    "CaseOutstanding",
    "ChainLadder",
    "ClarkCapeCod",
    "ClarkLDF",
    "Comparison",
    "FrequencySeverity",
    "GammaGLM",
    "IncrementalAdditive",
    "IndividualClaims",
    "Mack",
    "MackBootstrap",
    "MackTests",
    "MerzWuthrich",
    "MunichChainLadder",
    "Nowcast",
    "ODPBootstrap",
    "PaidIncurredChain",
    "Pattern",
    "ReReserve",
    "Selection",
    "backtest",
    "compare",
]
