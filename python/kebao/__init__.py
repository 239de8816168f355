"""kebao prices science-and-technology insurance."""

from . import balance, datasets, measure, sectors
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
from .reserve import (
    ChainLadder,
    Mack,
    MackBootstrap,
    MerzWuthrich,
    ODPBootstrap,
    Pattern,
    Selection,
)
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
    "MackBootstrap",
    "MerzWuthrich",
    "NegativeBinomial",
    "NumericError",
    "ODPBootstrap",
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
    "balance",
    "datasets",
    "measure",
    "sectors",
    "simulate",
]
