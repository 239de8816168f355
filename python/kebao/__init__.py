"""kebao prices science-and-technology insurance."""

from . import datasets, fit, sectors
from ._kebao import (
    GPD,
    MBBEFD,
    Aggregate,
    Bernoulli,
    Beta,
    Capped,
    Exponential,
    Frequency,
    Gamma,
    Layered,
    LogNormal,
    Lomax,
    NegativeBinomial,
    Pareto,
    Piecewise,
    Poisson,
    Scaled,
    Severity,
    Spliced,
    Weibull,
    __version__,
)
from .errors import FileError, InputError, InternalError, KebaoError, NumericError
from .portfolio import Portfolio
from .pricing import CostOfCapital, Quote, Result
from .reserve import ChainLadder, Mack, MerzWuthrich, Pattern
from .simulate import Losses, simulate
from .table import Table
from .treaty import LossTable, Programme, Treaty
from .triangle import Triangle

__all__ = [
    "GPD",
    "MBBEFD",
    "Aggregate",
    "Bernoulli",
    "Beta",
    "Capped",
    "ChainLadder",
    "CostOfCapital",
    "Exponential",
    "FileError",
    "Frequency",
    "Gamma",
    "InputError",
    "InternalError",
    "KebaoError",
    "Layered",
    "LogNormal",
    "Lomax",
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
    "Severity",
    "Spliced",
    "Table",
    "Treaty",
    "Triangle",
    "Weibull",
    "__version__",
    "datasets",
    "fit",
    "sectors",
    "simulate",
]
