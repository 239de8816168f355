"""Mack's tests of the assumptions of the chain ladder."""

from __future__ import annotations

from typing import Any, Self

from .. import _kebao
from ..triangle import Triangle
from .method import Method


class MackTests(Method):
    """Are successive link ratios uncorrelated, and calendar years alike? Two tests by ranks.

    Parameters
    ----------
    correlation_level : float
        Probability of the range in which the correlation statistic is accepted; 50% as in Mack, who
        wants to see only weak correlations.
    calendar_level : float
        That of the calendar year statistic.

    Notes
    -----
    Mack (1994), Measuring the variability of chain ladder reserve estimates, CAS Forum, Spring
    1994, appendices G and H.

    Examples
    --------
    >>> import kebao as kb
    >>> tests = kb.MackTests().fit(kb.datasets.load("raa"))
    >>> round(tests.correlation_, 3), tests.calendar_, tests.calendar_mean_
    (0.07, 14.0, 12.875)
    >>> tests.correlated_, tests.calendar_effect_
    (False, False)
    """

    def __init__(self, *, correlation_level: float = 0.5, calendar_level: float = 0.95) -> None:
        self.correlation_level = correlation_level
        self.calendar_level = calendar_level

    def fit(self, triangle: Triangle) -> Self:
        """Test every segment of a triangle of one measure.

        Parameters
        ----------
        triangle : Triangle

        Returns
        -------
        self

        Raises
        ------
        InputError
            A level is not in [0, 1), or the triangle has several measures.
        """
        self._check(triangle)
        return self._with(_kebao.mack_tests, triangle, self.correlation_level, self.calendar_level)

    @property
    def correlation_(self) -> Any:
        """Weighted mean T of the rank correlations of neighbouring ages."""
        return self._column("correlation")

    @property
    def correlation_variance_(self) -> Any:
        """Variance of T when there is no correlation."""
        return self._column("correlation_variance")

    @property
    def correlation_bound_(self) -> Any:
        """T beyond plus or minus this bound is taken for correlation."""
        return self._column("correlation_bound")

    @property
    def correlated_(self) -> Any:
        """Whether T is outside its range."""
        return abs(self.correlation_) > self.correlation_bound_

    @property
    def calendar_(self) -> Any:
        """Sum Z over diagonals of the smaller number of large and small ratios."""
        return self._column("calendar")

    @property
    def calendar_mean_(self) -> Any:
        """Mean of Z when calendar years are alike."""
        return self._column("calendar_mean")

    @property
    def calendar_variance_(self) -> Any:
        """Variance of Z when calendar years are alike."""
        return self._column("calendar_variance")

    @property
    def calendar_range_(self) -> tuple[Any, Any]:
        """Range in which Z is accepted."""
        return self._column("calendar_low"), self._column("calendar_high")

    @property
    def calendar_effect_(self) -> Any:
        """Whether Z is outside its range."""
        low, high = self.calendar_range_
        return (self.calendar_ < low) | (self.calendar_ > high)

    def __repr__(self) -> str:
        if self._fit is None or len(self._fitted_triangle.segments) > 1:
            return super().__repr__()
        low, high = self.calendar_range_
        bound = self.correlation_bound_
        return (
            f"{self._call()}: {self.status_}\n"
            f"correlation T = {self.correlation_:.4f}, accepted within ±{bound:.4f}: "
            f"{'correlated' if self.correlated_ else 'not correlated'}\n"
            f"calendar Z = {self.calendar_:g}, accepted in [{low:.2f}, {high:.2f}]: "
            f"{'calendar year effect' if self.calendar_effect_ else 'no calendar year effect'}"
        )
