"""Forecasts against what came."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import numpy as np

from .. import _kebao
from ..errors import InputError, Issue
from ..table import Table
from ..triangle import Triangle
from .estimator import Estimator, Floats

LEVELS = (0.5, 0.75, 0.9, 0.95, 0.99)


def backtest(
    method: Estimator, triangle: Triangle, *, sizes: Iterable[int] | None = None
) -> Backtest:
    """Fit a method to what was known, again and again, and score it by what came.

    For each size m, the first m origins are shown up to the diagonal on which the m-th had its
    first age, and the sum of their values at the m-th age is forecast. The forecast distribution is
    the outcomes of a method that simulates (``totals_``), else the lognormal with the
    method's ultimate and standard error (Mack 1993, section 5), else a point.

    Parameters
    ----------
    method : Estimator
        A copy is fitted; the tail is left to the method's choices and should be none, as outcomes
        are those of the m-th age.
    triangle : Triangle
        One measure, cells beyond the diagonal included, such as
        ``Triangle.from_schedule_p(hold_out=False, by_company=True)["paid"]``.
    sizes : iterable of int, optional
        Origins shown; the full square by default.

    Returns
    -------
    Backtest

    Notes
    -----
    Gneiting and Raftery (2007), Strictly proper scoring rules, prediction, and estimation, JASA
    102.

    Examples
    --------
    >>> import kebao as kb
    >>> grown = [[10, 20, 25], [12, 23, 29], [11, 23, 27]]
    >>> test = kb.backtest(kb.Mack(), kb.Triangle.from_wide(grown), sizes=[3])
    >>> test.table["outcome"].item()
    81.0
    """
    segments, measures, origins, ages = triangle.shape
    if measures != 1:
        known = ", ".join(triangle.measures)
        issue = Issue("ambiguous", "backtest", "triangle", f"{measures} measures", "one measure",
                      f"choose one of {known}")  # fmt: skip
        raise InputError(issues=[issue])
    largest = min(origins, ages)
    wanted = [largest] if sizes is None else [int(size) for size in sizes]
    wrong = [size for size in wanted if not 2 <= size <= largest]
    if wrong or not wanted:
        allowed = f"whole numbers from 2 to {largest}"
        raise InputError(issues=[Issue("out_of_range", "backtest", "sizes", str(wrong), allowed)])
    values = triangle.cumulative()._core.values()
    first_origin, first_age = _kebao.triangle_first(triangle._core)
    rows: dict[str, list[Any]] = {name: [] for name in (*triangle.index, "size", "status")}
    numbers: dict[str, list[Floats]] = {name: [] for name in NUMBERS}
    grain, development = triangle._core.grain
    step = {"Y": 12, "H": 6, "Q": 3, "M": 1}
    ratio = step[grain] // step[development]
    for size in wanted:
        shown = values[:, :, :size, :size].copy()
        # The youngest origin is at the first age; each older one an origin period further.
        at = ratio * np.arange(size)[::-1, None] - np.arange(size)[None, :]
        shown[..., at < 0] = np.nan
        past = Triangle.from_parts(
            shown,
            measures=triangle.measures,
            index=triangle.index,
            segments=triangle.segments,
            grain=grain,
            development_grain=development,
            first_origin=first_origin,
            first_age=first_age,
        )
        fitted: Any = copy.copy(method)
        fitted = fitted.fit(past)
        outcome = values[:, 0, :size, size - 1].sum(axis=1)
        forecast = np.atleast_1d(np.asarray(fitted.total_ultimate_, dtype=np.float64))
        error = np.full(segments, np.nan)
        known = past.latest.reshape(segments, -1).sum(axis=1)
        outcomes = getattr(fitted, "totals_", None)
        if outcomes is not None:
            reserves = np.asarray(outcomes, dtype=np.float64).reshape(segments, -1)
            samples = known[:, None] + reserves
            error = samples.std(axis=1, ddof=1)
            crps, pit = _kebao.score_sample(samples, outcome)
        else:
            if hasattr(type(fitted), "total_standard_error_"):
                error = np.atleast_1d(np.asarray(fitted.total_standard_error_, dtype=np.float64))
            spread = error if hasattr(type(fitted), "total_standard_error_") else np.zeros(segments)
            crps, pit = _kebao.score_lognormal(forecast, spread, outcome)
        status = fitted.status_
        rows["status"] += [status] if isinstance(status, str) else list(status)
        rows["size"] += [size] * segments
        for place, name in enumerate(triangle.index):
            rows[name] += [labels[place] for labels in triangle.segments]
        found = (known, forecast, error, outcome, crps, pit)
        for name, column in zip(NUMBERS, found, strict=True):
            numbers[name].append(column)
    rows |= {name: np.concatenate(columns).tolist() for name, columns in numbers.items()}
    return Backtest(repr(method).splitlines()[0], Table.of("backtest", rows))


NUMBERS = ("latest", "forecast", "standard_error", "outcome", "crps", "pit")


class Backtest:
    """Forecasts and their scores, one row for each segment and size; made by `kebao.backtest`."""

    def __init__(self, method: str, table: Table) -> None:
        #: The method, as it was called.
        self.method = method
        #: Index columns, ``size, status, latest, forecast, standard_error, outcome, crps, pit``.
        self.table = table

    @property
    def scored(self) -> NDBool:
        """Rows with a finite score; the others have a status that says why not."""
        return np.isfinite(np.asarray(self.table["crps"], dtype=np.float64))

    @property
    def statuses(self) -> dict[str, int]:
        """Rows by status."""
        counts: dict[str, int] = {}
        for status in self.table["status"]:
            counts[status] = counts.get(status, 0) + 1
        return counts

    @property
    def pit_(self) -> Floats:
        """Probability integral transforms of the scored rows, uniform if the method is right."""
        return np.asarray(self.table["pit"], dtype=np.float64)[self.scored]

    @property
    def crps_(self) -> float:
        """Mean score of the scored rows, each over its outstanding outcome's mean size.

        The scores are divided by the mean of |outcome - latest|, so that 1 is as bad as forecasting
        nothing.
        """
        scored = self.scored
        crps = np.asarray(self.table["crps"])[scored]
        left = np.abs(np.asarray(self.table["outcome"]) - np.asarray(self.table["latest"]))[scored]
        return float(crps.mean() / left.mean()) if scored.any() else float("nan")

    def coverage(self, levels: Iterable[float] = LEVELS) -> Table:
        """Share of outcomes within central intervals, with its standard error.

        Parameters
        ----------
        levels : iterable of float
            Probabilities of the intervals.

        Returns
        -------
        Table
            Columns ``level, covered, standard_error, below, above``; the last two are the shares of
            outcomes below and above the interval.
        """
        pit = self.pit_
        columns: dict[str, list[float]] = {
            name: [] for name in ("level", "covered", "standard_error", "below", "above")
        }
        for level in levels:
            low = (1 - level) / 2
            inside = (pit >= low) & (pit <= 1 - low)
            share = float(inside.mean()) if len(pit) else float("nan")
            columns["level"].append(float(level))
            columns["covered"].append(share)
            error = np.sqrt(level * (1 - level) / len(pit)) if len(pit) else np.nan
            columns["standard_error"].append(float(error))
            columns["below"].append(float((pit < low).mean()) if len(pit) else float("nan"))
            columns["above"].append(float((pit > 1 - low).mean()) if len(pit) else float("nan"))
        return Table.of("coverage", columns)

    def plot(self, *, bins: int = 10, ax: Any = None) -> Any:
        """Histogram of the transforms, with what uniform ones would give and its 95% band."""
        from .._triangle_plot import axes_of

        ax, pit = axes_of(ax), self.pit_
        ax.hist(pit, bins=bins, range=(0, 1), edgecolor="white")
        mean = len(pit) / bins
        half = 1.96 * np.sqrt(mean * (1 - 1 / bins))
        ax.axhline(mean, color="black", linewidth=0.8)
        ax.axhspan(mean - half, mean + half, color="grey", alpha=0.3)
        ax.set(xlabel="F(outcome)", ylabel="triangles", title=self.method)
        return ax

    def to_excel(self, path: Any) -> None:
        """Write all rows and the coverage to a workbook."""
        from ..table import to_excel

        to_excel(path, [self.table, self.coverage()])

    def __repr__(self) -> str:
        told = ", ".join(f"{count} {status}" for status, count in self.statuses.items())
        head = f"Backtest of {self.method}: {int(self.scored.sum())} of {len(self.table)} scored"
        return f"{head} ({told}); CRPS {self.crps_:.3f} of what was left\n{self.coverage()!r}"


NDBool = np.ndarray[Any, np.dtype[np.bool_]]
