"""Berquist and Sherman's adjustments of past diagonals."""

from __future__ import annotations

from typing import Any, Self

from .. import _kebao
from ..triangle import Triangle
from .chain_ladder import ChainLadder
from .estimator import Estimator


class BerquistSherman(Estimator):
    """Past diagonals restated to the case adequacy and the settlement rate of the latest one.

    Case adequacy: average case reserves of open claims are those of the latest diagonal, taken back
    by the severity trend; adjusted incurred is that times open claims plus paid. Settlement rate:
    closed counts at the disposal rates of the latest diagonal; adjusted paid is read off the
    exponential curve through the observed points around them. The adjusted triangle can be fitted
    by any method; the results here are those of the chain ladder.

    Parameters
    ----------
    paid, incurred, reported, closed : str
        Names of the measures: amounts, and counts of reported and closed claims.
    trend : float
        Yearly severity trend of the average case reserve, as a fraction.
    basis : {"incurred", "paid"}
        Adjusted measure whose chain ladder is the result.

    Notes
    -----
    Berquist and Sherman (1977), Loss reserve adequacy testing: a comprehensive, systematic
    approach, PCAS 64. Ultimate counts are those of the chain ladder of reported counts.
    """

    _adjusted: Triangle | None = None
    _told: list[dict[str, Any]] | None = None
    _given: Triangle | None = None

    def __init__(
        self,
        *,
        paid: str = "paid",
        incurred: str = "incurred",
        reported: str = "reported",
        closed: str = "closed",
        trend: float = 0.0,
        basis: str = "incurred",
    ) -> None:
        self.paid = paid
        self.incurred = incurred
        self.reported = reported
        self.closed = closed
        self.trend = trend
        self.basis = basis

    def fit(self, triangle: Triangle) -> Self:
        """Adjust every segment of a triangle with the four measures.

        Parameters
        ----------
        triangle : Triangle

        Returns
        -------
        self

        Raises
        ------
        InputError
            A measure is missing, or a choice is not one.
        """
        self._check(triangle)
        self._given = triangle
        core, told = _kebao.berquist_sherman(
            triangle._core,
            type(self).__name__,
            [self.paid, self.incurred, self.reported, self.closed],
            self.trend,
            self.basis,
        )
        self._adjusted = Triangle._of(core)
        self._told = [
            {"segment": triangle.segments[at], "status": status, "origin": origin, "age": age}
            for at, status, origin, age in told
        ]
        chosen = self._adjusted[self.paid if self.basis == "paid" else self.incurred]
        self._fit, self._triangle = ChainLadder().fit(chosen)._result, chosen
        return self

    def _fit_again(self) -> None:
        if self._given is not None:
            self.fit(self._given)

    @property
    def adjusted_(self) -> Triangle:
        """The adjusted triangle: paid, incurred, reported and closed."""
        if self._adjusted is None:
            raise AttributeError("this BerquistSherman is not fitted; call fit(triangle)")
        return self._adjusted

    @property
    def findings_(self) -> list[dict[str, Any]]:
        """Cells that could not be adjusted, then what the chain ladder found."""
        return [*(self._told or []), *super().findings_]
