"""Pictures of a fitted method, by matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._triangle_plot import axes_of, single
from ..errors import InputError, Issue

if TYPE_CHECKING:
    from ..triangle import Triangle
    from .chain_ladder import ChainLadder

AXES = ("origin", "development", "valuation")


class MethodPlot:
    """Plots of one fitted segment; each returns its matplotlib axes."""

    def __init__(self, method: ChainLadder) -> None:
        self._method = method

    def development(self, *, ax: Any = None) -> Any:
        """Observed development of each origin, and dashed what the factors project."""
        triangle = self._method._fitted_triangle.cumulative()
        values, ax = single(triangle), axes_of(ax)
        factors, ages = self._method.development_factors_, triangle.ages
        for origin, row in zip(triangle.origins, values, strict=True):
            (line,) = ax.plot(ages, row, marker=".", label=origin)
            known = np.flatnonzero(~np.isnan(row))
            if len(known):
                last = known[-1]
                path = row[last] * np.cumprod(np.r_[1.0, factors[last:-1]])
                ax.plot(ages[last:], path, linestyle="--", color=line.get_color())
        ax.set(xlabel="age in months", ylabel=triangle.measures[0], title="observed and projected")
        ax.legend(fontsize="x-small", title="origin")
        return ax

    def residuals(self, by: str = "development", *, ax: Any = None) -> Any:
        """Standardised residuals of the links, with their mean by ``by``.

        Parameters
        ----------
        by : {"origin", "development", "valuation"}
            What they are laid out by: a pattern tells what the method does not see.
        ax : matplotlib axes, optional
            Where to draw.
        """
        if by not in AXES:
            allowed = f"one of {', '.join(AXES)}"
            issue = Issue("unknown_name", "residuals", "by", f"'{by}'", allowed)
            raise InputError(issues=[issue])
        triangle, ax = self._method._fitted_triangle, axes_of(ax)
        single(triangle)
        residual = self._method.residuals_
        origin, age = np.nonzero(~np.isnan(residual))
        value = residual[origin, age]
        start = {"Y": 12, "H": 6, "Q": 3, "M": 1}[triangle._core.grain[0]]
        ends = triangle.ages[1:]
        x = {
            "origin": origin,
            "development": triangle.ages[:-1][age],
            "valuation": (origin * start + ends[age]) / 12,
        }[by]
        ax.axhline(0.0, color="grey", linewidth=0.8)
        ax.scatter(x, value, s=14)
        places = np.unique(np.asarray(x))
        ax.plot(places, [value[x == place].mean() for place in places], color="tab:red")
        if by == "origin":
            ax.set_xticks(range(len(triangle.origins)), triangle.origins, rotation=45)
        label = {
            "origin": "origin",
            "development": "age in months where the link starts",
            "valuation": f"valuation in years since the start of {triangle.origins[0]}",
        }[by]
        ax.set(xlabel=label, ylabel="standardised residual", title=f"residuals by {by}")
        return ax

    def actual_against_expected(self, later: Triangle, *, ax: Any = None) -> Any:
        """Development of each origin since the fit, against what was expected."""
        ax, table = axes_of(ax), self._method.actual_against_expected(later)
        origins = table["origin"]
        at = np.arange(len(origins))
        ax.bar(at - 0.2, table["expected"], width=0.4, label="expected")
        ax.bar(at + 0.2, table["actual"], width=0.4, label="actual")
        ax.set_xticks(at, origins, rotation=45)
        ax.set(xlabel="origin", ylabel="development since", title="actual against expected")
        ax.legend()
        return ax
