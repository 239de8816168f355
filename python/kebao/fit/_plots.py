"""Pictures of fits; matplotlib is imported when one is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kebao._svg import PALETTE

if TYPE_CHECKING:
    from kebao.fit.severity import SeverityComparison

__all__ = ["Plots"]


def _axes(ax: Any) -> Any:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(6, 4))[1]


class Plots:
    """Pictures of a comparison; each takes an optional ``ax`` and returns the axes."""

    __slots__ = ("_comparison",)

    def __init__(self, comparison: SeverityComparison) -> None:
        self._comparison = comparison

    def _fitted(self, families: list[str] | None) -> list[tuple[str, Any, str]]:
        wanted = [
            fit
            for fit in self._comparison
            if fit.status != "failed" and (families is None or fit.family in families)
        ]
        shown = wanted if families is not None else wanted[:4]
        return [
            (fit.family, fit.severity, PALETTE[i % len(PALETTE)]) for i, fit in enumerate(shown)
        ]

    def qq(self, *, families: list[str] | None = None, ax: Any = None) -> Any:
        """Quantiles of the data (Kaplan–Meier) against those of the fits, on logarithmic axes."""
        ax = _axes(ax)
        core = self._comparison.losses._core
        x, survival = core.kaplan_meier()
        above = np.concatenate([[1.0], survival])
        middle = 0.5 * (above[:-1] + above[1:])
        for name, severity, colour in self._fitted(families):
            base = severity.sf(core.lowest_entry) if core.lowest_entry > 0 else 1.0
            ax.plot(severity.isf(middle * base), x, ".", color=colour, label=name, ms=4)
        if len(x):
            ax.plot([x[0], x[-1]], [x[0], x[-1]], color="0.6", lw=1)
        ax.set(xscale="log", yscale="log", xlabel="fitted quantile", ylabel="observed loss")
        ax.legend(frameon=False)
        return ax

    def survival(self, *, families: list[str] | None = None, ax: Any = None) -> Any:
        """Survival function of the data and of the fits, on logarithmic axes."""
        ax = _axes(ax)
        core = self._comparison.losses._core
        x, survival = core.kaplan_meier()
        seen = survival > 0
        ax.step(x[seen], survival[seen], where="post", color="0.2", label="data", lw=1.5)
        first, last = (x[0], 3 * x[-1]) if len(x) else (1.0, 10.0)
        grid = np.geomspace(first, last, 200)
        for name, severity, colour in self._fitted(families):
            base = severity.sf(core.lowest_entry) if core.lowest_entry > 0 else 1.0
            ax.plot(grid, severity.sf(grid) / base, color=colour, label=name, lw=1.2)
        floor = survival[seen].min() / 10 if seen.any() else 1e-3
        ax.set(xscale="log", yscale="log", ylim=(floor, 1.1), xlabel="loss", ylabel="P(X > x)")
        ax.legend(frameon=False)
        return ax

    def mean_excess(self, *, families: list[str] | None = None, ax: Any = None) -> Any:
        """Mean excess over each threshold: a rising straight line is a Pareto tail."""
        ax = _axes(ax)
        core = self._comparison.losses._core
        known = np.unique(core.known())
        thresholds = known[:-1] if len(known) > 1 else known
        if len(thresholds) > 500:
            thresholds = np.quantile(thresholds, np.linspace(0, 0.999, 500))
        table = core.mean_excess(thresholds.tolist())
        value, error = table["mean_excess"], table["standard_error"]
        ax.plot(thresholds, value, color="0.2", label="data", lw=1.5)
        ax.fill_between(thresholds, value - 1.96 * error, value + 1.96 * error, color="0.85")
        for name, severity, colour in self._fitted(families):
            if not np.isfinite(severity.mean):
                continue
            excess = [(severity.mean - severity.lev(u)) / severity.sf(u) for u in thresholds]
            ax.plot(thresholds, excess, color=colour, label=name, lw=1.2)
        ax.set(xlabel="threshold", ylabel="mean excess", xscale="log")
        ax.legend(frameon=False)
        return ax
