"""Fit distributions to losses and counts: by likelihood, beyond a threshold, as mixtures."""

from ._data import LossData
from .frequency import CountFit, CountFits, frequency
from .mixture import MixtureFit, mixture
from .severity import Estimate, Fit, SeverityComparison, severity
from .tail import Splice, mean_excess, splice, thresholds

__all__ = [
    "CountFit",
    "CountFits",
    "Estimate",
    "Fit",
    "LossData",
    "MixtureFit",
    "SeverityComparison",
    "Splice",
    "frequency",
    "mean_excess",
    "mixture",
    "severity",
    "splice",
    "thresholds",
]
