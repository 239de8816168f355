"""Next year's claims development result of any method, by simulation."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ..table import Table
from ..triangle import Triangle
from .bootstrap import Bootstrap, _distribution, _measures
from .chain_ladder import ChainLadder
from .estimator import Floats


class ReReserve:
    """Simulated claims development results of the coming year.

    Attributes
    ----------
    cdr : array, origin × outcome
        Ultimate now less ultimate in a year; NaN where the method could not be fitted.
    method : str
        What re-estimated the ultimates.
    """

    def __init__(self, cdr: Floats, origins: list[str], method: str) -> None:
        self.cdr = cdr
        self.origins = origins
        self.method = method

    @property
    def total(self) -> Floats:
        """Result of all origins, by outcome."""
        return self.cdr.sum(axis=0)

    @property
    def failed(self) -> int:
        """Outcomes that the method could not be fitted to; they are left out of the numbers."""
        return int(np.isnan(self.total).sum())

    def _sound(self, values: Floats) -> Floats:
        return values[~np.isnan(values)]

    @property
    def sd(self) -> Floats:
        """Standard deviation by origin."""
        return np.nanstd(self.cdr, axis=1, ddof=1)

    @property
    def total_sd(self) -> float:
        """Standard deviation of the total."""
        return float(self._sound(self.total).std(ddof=1))

    def quantile(self, p: Any) -> Table:
        """VaR and TVaR of the loss, that is of minus the result, with standard errors."""
        return _measures(-self._sound(self.total), np.atleast_1d(p).tolist())

    def distribution(self, *, levels: Any = (0.5, 0.75, 0.9, 0.95, 0.99, 0.995)) -> Table:
        """Mean, standard deviation and quantiles of the loss by origin and in total."""
        rows = [(name, -self._sound(row)) for name, row in zip(self.origins, self.cdr, strict=True)]
        return _distribution("origin", [*rows, ("total", -self._sound(self.total))], levels)

    def __repr__(self) -> str:
        return (
            f"ReReserve({self.method}): {self.cdr.shape[1]} outcomes, {self.failed} failed, "
            f"one-year sd {self.total_sd:,.0f}"
        )


def rereserve(boot: Bootstrap, method: Any, *, segment: int, **fit: Any) -> ReReserve:
    """As `Bootstrap.rereserve`."""
    own = ChainLadder() if method is None else copy.copy(method)
    triangle = boot._fitted_triangle
    core = triangle._core.pick([segment])
    now = own.fit(Triangle._of(core), **fit).ultimate_.copy()
    many = Triangle._of(boot._outcomes.next_diagonals(triangle._core, segment))
    later = own.fit(many, **fit).ultimate_.reshape(len(many.segments), -1)
    return ReReserve((now - later).T, list(triangle.origins), own._call())
