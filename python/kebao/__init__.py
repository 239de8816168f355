"""kebao prices science-and-technology insurance."""

from . import datasets, measure, sectors
from ._kebao import (
    MBBEFD,
    Aggregate,
    Bernoulli,
    Beta,
    Capped,
    Distortion,
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
from .reserve import ChainLadder, Mack, MerzWuthrich, Pattern
from .simulate import Losses, simulate
from .table import Table
from .treaty import LossTable, Programme, Treaty
from .triangle import Triangle

__all__ = [
    "MBBEFD",
    "Aggregate",
    "Bernoulli",
    "Beta",
    "Capped",
    "ChainLadder",
    "CostOfCapital",
    "Distortion",
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
    "Severity",
    "Spliced",
    "Table",
    "Treaty",
    "Triangle",
    "__version__",
    "datasets",
    "measure",
    "sectors",
    "simulate",
]
