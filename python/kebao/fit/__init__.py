"""Fitting distributions to data."""

from .frequency import CountFit, CountFits, frequency

__all__ = ["CountFit", "CountFits", "frequency"]
