"""Pictures of a triangle, by matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .triangle import Triangle


def axes_of(ax: Any) -> Any:
    """The axes given, or new ones."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(layout="constrained")[1]


def single(triangle: Triangle) -> Any:
    """Values of a triangle of one segment and one measure."""
    if triangle.shape[:2] != (1, 1):
        from ._triangle_input import refuse

        segments, measures = triangle.shape[:2]
        found = f"{segments} segments, {measures} measures"
        raise refuse("ambiguous", "plot", "triangle", found, "one segment of one measure")
    return triangle.values


def heatmap(ax: Any, values: Any, rows: list[str], columns: list[str], **options: Any) -> Any:
    """Cells by colour, with their numbers; missing cells stay white."""
    image = ax.imshow(values, aspect="auto", **options)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    low, high = image.get_clim()
    for (row, column), value in np.ndenumerate(values):
        if not np.isnan(value):
            bright = abs((value - low) / (high - low or 1.0) - 0.5) > 0.35
            colour = "white" if bright else "black"
            ax.text(column, row, f"{value:.3f}", ha="center", va="center", size=7, color=colour)
    return ax


class TrianglePlot:
    """Plots of one triangle; each returns its matplotlib axes, and draws on ``ax`` when given."""

    def __init__(self, triangle: Triangle) -> None:
        self._triangle = triangle

    def development(self, *, ax: Any = None) -> Any:
        """Cumulative values of each origin against age."""
        triangle = self._triangle.cumulative()
        values, ax = single(triangle), axes_of(ax)
        for origin, row in zip(triangle.origins, values, strict=True):
            ax.plot(triangle.ages, row, marker=".", label=origin)
        ax.set(xlabel="age in months", ylabel=triangle.measures[0], title="development")
        ax.legend(fontsize="x-small", title="origin")
        return ax

    def growth(self, *, ax: Any = None) -> Any:
        """Increments of each development period against valuation, a line for each origin."""
        triangle = self._triangle.incremental()
        values, ax = single(triangle), axes_of(ax)
        step = 12 / {"Y": 1, "H": 2, "Q": 4, "M": 12}[triangle._core.grain[0]]
        for at, (origin, row) in enumerate(zip(triangle.origins, values, strict=True)):
            ax.plot((at * step + triangle.ages) / 12, row, marker=".", label=origin)
        ax.set(xlabel=f"years since the start of {triangle.origins[0]}", title="growth",
               ylabel=f"{triangle.measures[0]}, a development period")  # fmt: skip
        ax.legend(fontsize="x-small", title="origin")
        return ax

    def link_ratios(self, *, ax: Any = None) -> Any:
        """Heatmap of the link ratios, coloured by how far each lies from the mean of its age."""
        triangle, ax = self._triangle, axes_of(ax)
        single(triangle)
        ratios = triangle.link_ratios
        ages = triangle.ages.tolist()
        columns = [f"{a}-{b}" for a, b in zip(ages, ages[1:], strict=False)]
        mean = np.array([np.mean(c[~np.isnan(c)]) if (~np.isnan(c)).any() else 1 for c in ratios.T])
        heatmap(ax, ratios / mean, triangle.origins, columns, cmap="RdBu_r", vmin=0.5, vmax=1.5)
        for label, value in zip(ax.texts, ratios[~np.isnan(ratios)], strict=True):
            label.set_text(f"{value:.3f}")
        ax.set(
            xlabel="ages in months", ylabel="origin", title="link ratios, by colour to their mean"
        )
        return ax
