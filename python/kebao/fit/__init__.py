"""Fit distributions to losses: by likelihood, beyond a threshold, as mixtures, and how well."""

from ._data import Losses
from .severity import Estimate, Fit, SeverityComparison, severity

__all__ = ["Estimate", "Fit", "Losses", "SeverityComparison", "severity"]
