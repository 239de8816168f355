"""kebao prices science-and-technology insurance."""

from . import datasets, sectors
from ._kebao import (
    MBBEFD,
    Aggregate,
    Bernoulli,
    Beta,
    Capped,
    Frequency,
    Gamma,
    Layered,
    LogNormal,
    NegativeBinomial,
    Pareto,
    Piecewise,
    Poisson,
    Scaled,
    Severity,
    Spliced,
    __version__,
)
from .errors import FileError, InputError, InternalError, KebaoError, NumericError
from .portfolio import Portfolio
from .pricing import CostOfCapital, Quote, Result
from .reserve import (
    Backtest,
    ChainLadder,
    Comparison,
    Mack,
    MerzWuthrich,
    Pattern,
    Selection,
    backtest,
    compare,
)
from .simulate import Losses, simulate
from .table import Table
from .treaty import LossTable, Programme, Treaty
from .triangle import Triangle

__all__ = [
    "MBBEFD",
    "Aggregate",
    "Backtest",
    "Bernoulli",
    "Beta",
    "Capped",
    "ChainLadder",
    "Comparison",
    "CostOfCapital",
    "FileError",
    "Frequency",
    "Gamma",
    "InputError",
    "InternalError",
    "KebaoError",
    "Layered",
    "LogNormal",
    "LossTable",
    "Losses",
    "Mack",
    "MerzWuthrich",
    "NegativeBinomial",
    "NumericError",
    "Pareto",
    "Pattern",
    "Piecewise",
    "Poisson",
    "Portfolio",
    "Programme",
    "Quote",
    "Result",
    "Scaled",
    "Selection",
    "Severity",
    "Spliced",
    "Table",
    "Treaty",
    "Triangle",
    "__version__",
    "backtest",
    "compare",
    "datasets",
    "sectors",
    "simulate",
]
