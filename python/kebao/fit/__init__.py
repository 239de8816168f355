"""Fit distributions to losses: by likelihood, beyond a threshold, as mixtures, and how well."""

from ._data import Losses
from .mixture import MixtureFit, mixture
from .severity import Estimate, Fit, SeverityComparison, severity
from .tail import Splice, mean_excess, splice, thresholds

__all__ = [
    "Estimate",
    "Fit",
    "Losses",
    "MixtureFit",
    "SeverityComparison",
    "Splice",
    "mean_excess",
    "mixture",
    "severity",
    "splice",
    "thresholds",
]
