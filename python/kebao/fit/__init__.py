"""Fit distributions to losses: by likelihood, beyond a threshold, as mixtures, and how well."""

from ._data import LossData
from .mixture import MixtureFit, mixture
from .severity import Estimate, Fit, SeverityComparison, severity
from .tail import Splice, mean_excess, splice, thresholds

__all__ = [
    "Estimate",
    "Fit",
    "LossData",
    "MixtureFit",
    "SeverityComparison",
    "Splice",
    "mean_excess",
    "mixture",
    "severity",
    "splice",
    "thresholds",
]
