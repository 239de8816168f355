"""Calendar-year trend: the probabilistic trend family of Barnett and Zehnwirth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from .. import _kebao
from ..triangle import Triangle
from .estimator import Floats
from .exposure import by_origin
from .method import MethodWithErrors


class CalendarTrend(MethodWithErrors):
    """Logarithms of increments with trends in three directions: origin, development, calendar.

    ln(X / exposure) ~ N(level(origin) + sum of gamma up to the age + sum of iota up to the
    diagonal, sigma^2): the probabilistic trend family. The last calendar trend goes on, with its
    error. Increments that are not positive are left out (``cells_left_out``).

    Parameters
    ----------
    origin : sequence of str, optional
        Origins at which a new level starts; one level for all by default.
    development : sequence of int, optional
        Ages in months at which a new trend starts, the steps before it sharing one; a trend of its
        own for each step by default.
    calendar : sequence of str, optional
        Origin periods on whose first diagonal a new calendar trend starts; one trend by default.

    Notes
    -----
    Barnett and Zehnwirth (2000), Best estimates for reserves, PCAS 87. Least squares; means,
    process and parameter errors are those of log-normal amounts with uncertain trends, sigma taken
    as known.

    Examples
    --------
    >>> import kebao as kb
    >>> model = kb.CalendarTrend(calendar=["1983"], development=[24, 36, 48])
    >>> model = model.fit(kb.datasets.load("abc"), exposure=1.0)
    >>> model.calendar_trend_.round(3)
    array([...])
    """

    def __init__(
        self,
        *,
        origin: Sequence[Any] | None = None,
        development: Sequence[int] | None = None,
        calendar: Sequence[Any] | None = None,
    ) -> None:
        self.origin = origin
        self.development = development
        self.calendar = calendar

    def fit(self, triangle: Triangle, exposure: Any = None) -> Self:
        """Fit to every segment of a triangle of one measure.

        Parameters
        ----------
        triangle : Triangle
        exposure : float, sequence, mapping, series or Triangle, optional
            Exposure by origin, as for `BornhuetterFerguson`; 1 when not given.

        Returns
        -------
        self

        Raises
        ------
        InputError
            A break is not an origin or an age; as for `BornhuetterFerguson` otherwise.
        """
        self._check(triangle, exposure)
        return self._with(
            _kebao.trend_family,
            triangle,
            by_origin(exposure, triangle, type(self).__name__, "exposure", default=1.0),
            _labels(self.origin),
            None if self.development is None else [int(age) for age in self.development],
            _labels(self.calendar),
        )

    @property
    def level_(self) -> Floats:
        """Level of each group of origins, a logarithm."""
        return self._column("level")

    @property
    def development_trend_(self) -> Floats:
        """Trend of each group of development steps, a logarithm per step."""
        return self._column("development_trend")

    @property
    def calendar_trend_(self) -> Floats:
        """Trend of each group of calendar steps, a logarithm per step."""
        return self._column("calendar_trend")

    @property
    def calendar_trend_error_(self) -> Floats:
        """Standard error of each calendar trend."""
        return self._column("calendar_trend_error")

    @property
    def sigma_(self) -> Any:
        """Standard deviation of the logarithms."""
        return self._column("sigma")

    @property
    def residuals_(self) -> Floats:
        """Standardised residual of every increment used, origin x age."""
        return self._column("residual")


def _labels(values: Sequence[Any] | None) -> list[str] | None:
    return None if values is None else [str(value) for value in values]
