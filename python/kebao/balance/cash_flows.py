"""Future payments, and what they are worth now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from .. import _kebao
from ..errors import InputError, Issue
from ..reserve import Pattern
from ..reserve.bootstrap import Bootstrap
from ..table import Table
from .curve import Curve

Floats = NDArray[np.float64]


class CashFlows:
    """Payments at times in years from the valuation.

    Attributes
    ----------
    times : array
    amounts : array, time or time × outcome

    Examples
    --------
    >>> import kebao as kb
    >>> from kebao.balance import CashFlows, Curve
    >>> ladder = kb.ChainLadder().fit(kb.datasets.load("genins"))
    >>> flows = CashFlows.from_fit(ladder)
    >>> bool(abs(flows.total - ladder.total_ibnr_) < 1e-6)
    True
    >>> bool(flows.present_value(Curve.flat(0.03)) < flows.total)
    True
    """

    def __init__(self, times: Any, amounts: Any) -> None:
        self.times: Floats = np.asarray(times, dtype=float)
        self.amounts: Floats = np.asarray(amounts, dtype=float)
        if self.times.ndim != 1 or self.amounts.shape[:1] != self.times.shape:
            shape, allowed = f"{self.amounts.shape}", f"{len(np.atleast_1d(times))} rows"
            issue = Issue("wrong_shape", "CashFlows", "amounts", shape, allowed)
            raise InputError(issues=[issue])

    @classmethod
    def from_pattern(
        cls,
        pattern: Pattern,
        reserves: Sequence[float] | Mapping[float, float],
        *,
        ages: Sequence[float] | None = None,
        tail_years: float = 0.0,
    ) -> Self:
        """Pay the reserve of each origin as a pattern has it after the origin's age.

        Parameters
        ----------
        pattern : Pattern
            Share of the ultimate paid by age.
        reserves : sequence of float, or mapping
            Reserve of each origin, or by age in months.
        ages : sequence of float, optional
            Age of each origin in months.
        tail_years : float
            Years after the last age over which the remaining share is paid evenly; with 0 it is
            left out, and reserves are paid within the pattern.

        Returns
        -------
        CashFlows
            Payments in the middle of their periods; they sum to the reserves.
        """
        if isinstance(reserves, Mapping):
            pairs = [(float(age), float(value)) for age, value in reserves.items()]
        else:
            ages = [] if ages is None else ages
            if len(ages) != len(reserves):
                allowed = f"{len(reserves)} ages in months, one for each reserve"
                issue = Issue("wrong_shape", "CashFlows", "ages", str(len(ages)), allowed)
                raise InputError(issues=[issue])
            pairs = [(float(a), float(r)) for a, r in zip(ages, reserves, strict=True)]
        flows = _kebao.flows_from_pattern(
            [float(age) for age in pattern.ages],
            [float(share) for share in pattern.cumulative],
            pairs,
            float(tail_years),
        )
        return cls([time for time, _ in flows], [value for _, value in flows])

    @classmethod
    def from_fit(cls, method: Any, *, tail_years: float = 0.0) -> Self:
        """Pay the reserves of a fitted method of one segment by its own pattern."""
        triangle = method._fitted_triangle
        pattern = method.pattern()
        if isinstance(pattern, list):
            allowed = "a method fitted to one segment"
            issue = Issue("ambiguous", "CashFlows", "method", f"{len(pattern)} segments", allowed)
            raise InputError(issues=[issue])
        seen = np.atleast_2d(triangle.mask)
        last = seen.shape[1] - 1 - np.argmax(seen[:, ::-1], axis=1)
        ages = triangle.ages[last]
        return cls.from_pattern(
            pattern, method.ibnr_.tolist(), ages=ages.tolist(), tail_years=tail_years
        )

    @classmethod
    def from_bootstrap(cls, boot: Bootstrap, *, segment: int = 0) -> Self:
        """Simulated payments by calendar period, time × outcome, in the middle of the periods."""
        months = np.diff(boot._fitted_triangle.ages)
        period = float(months[0]) / 12 if len(months) else 1.0
        amounts = boot._kept(boot._outcomes.by_period, "origins")[segment]
        return cls((np.arange(len(amounts)) + 0.5) * period, amounts)

    @property
    def total(self) -> Any:
        """Sum of all payments; by outcome when they are simulated."""
        return _number(self.amounts.sum(axis=0))

    def present_value(self, curve: Curve) -> Any:
        """Sum of amount × discount factor; by outcome when they are simulated."""
        return _number(np.tensordot(curve.discount(self.times), self.amounts, axes=1))

    def duration(self, curve: Curve | None = None) -> float:
        """Mean time of payment in years, weighted by present value."""
        mean = self.amounts.reshape(len(self.times), -1).mean(axis=1)
        weights = mean if curve is None else mean * curve.discount(self.times)
        return float((weights * self.times).sum() / weights.sum())

    def outstanding(self, curve: Curve | None = None) -> Floats:
        """Mean still to be paid at the start of each year, discounted to then with a curve.

        Returns
        -------
        array
            By year, from now until the last payment.
        """
        mean = self.amounts.reshape(len(self.times), -1).mean(axis=1)
        years = np.arange(max(int(np.ceil(self.times.max())), 1) if len(self.times) else 0)
        values = []
        for year in years:
            later = self.times >= year
            weights = np.ones(len(self.times))
            if curve is not None:
                weights = curve.discount(self.times) / curve.discount(float(year))
            values.append(float((mean * weights)[later].sum()))
        return np.array(values)

    def to_table(self, curve: Curve | None = None) -> Table:
        """Columns ``time, amount`` and, with a curve, ``discount, present_value``."""
        mean = self.amounts.reshape(len(self.times), -1).mean(axis=1)
        columns: dict[str, list[float]] = {"time": self.times.tolist(), "amount": mean.tolist()}
        if curve is not None:
            factors = curve.discount(self.times)
            columns["discount"] = factors.tolist()
            columns["present_value"] = (mean * factors).tolist()
        return Table.of("cash_flows", columns)

    def __repr__(self) -> str:
        return f"CashFlows({len(self.times)} times)\n{self.to_table()!r}"


def _number(values: Any) -> Any:
    return float(values) if np.ndim(values) == 0 else values
