"""A chain ladder as a workbook that a reader can follow and change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError, Issue
from ..table import Formulas, Table, to_excel

if TYPE_CHECKING:
    from .chain_ladder import ChainLadder

Sheet = tuple[Table, Formulas]


def letter(column: int) -> str:
    """A column as Excel names it, from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell(sheet: str, row: int, column: int) -> str:
    """A cell of a sheet, rows counted from the first of the data."""
    return f"'{sheet}'!{letter(column)}{row + 2}"


def sheets(method: ChainLadder, prefix: str = "") -> list[Sheet]:
    """Triangle, link ratios with factors, and results, tied by formulas."""
    triangle = method._fitted_triangle.cumulative()
    if triangle.shape[0] != 1:
        allowed = "a fit to one segment; take triangle.segment(...)"
        found = f"{triangle.shape[0]} segments"
        raise InputError(issues=[Issue("ambiguous", "to_excel", "triangle", found, allowed)])
    origins, ages, values = triangle.origins, triangle.ages.tolist(), triangle.values
    names = [f"{prefix}{name}"[:31] for name in ("triangle", "factors", "results")]
    wide: dict[str, Any] = {"origin": origins}
    wide |= {str(age): values[:, k] for k, age in enumerate(ages)}
    data = Table.of(names[0], wide)

    # Link ratios, then for each age: the factor, its product to the ultimate and the share emerged.
    ratios, factors = triangle.link_ratios, method.development_factors_
    rows = len(origins)
    to_ultimate = np.cumprod(factors[::-1])[::-1]
    links: dict[str, list[float] | list[str]] = {
        "origin": [*origins, "volume average", "selected", "to ultimate", "share emerged"]
    }
    formulas: list[tuple[int, int, str, float]] = []
    for k, age in enumerate(ages):
        last = k == len(ages) - 1
        column = k + 1
        ratio = [np.nan] * rows if last else ratios[:, k].tolist()
        used: list[int] = []
        if not last:
            linked = ~np.isnan(values[:, k]) & ~np.isnan(values[:, k + 1])
            used = np.flatnonzero(linked).tolist()
        for row, value in enumerate(ratio):
            if not np.isnan(value):
                a, b = cell(names[0], row, column + 1), cell(names[0], row, column)
                formulas.append((row, column, f"={a}/{b}", value))
        average = np.nan
        if len(used):
            top = "+".join(cell(names[0], row, column + 1) for row in used)
            bottom = "+".join(cell(names[0], row, column) for row in used)
            below = values[used, k].sum()
            if below != 0:
                average = values[used, k + 1].sum() / below
                formulas.append((rows, column, f"=({top})/({bottom})", average))
        here = letter(column)
        if average == factors[k] or abs(average / factors[k] - 1) < 1e-12:
            formulas.append((rows + 1, column, f"={here}{rows + 2}", factors[k]))
        elif not last and (text := _selected(method, names[0], k, factors[k])):
            formulas.append((rows + 1, column, text, factors[k]))
        after = "" if last else f"*{letter(column + 1)}{rows + 4}"
        formulas.append((rows + 2, column, f"={here}{rows + 3}{after}", to_ultimate[k]))
        formulas.append((rows + 3, column, f"=1/{here}{rows + 4}", 1 / to_ultimate[k]))
        shown = "tail" if last else f"{age}-{ages[k + 1]}"
        links[shown] = [*ratio, average, factors[k], to_ultimate[k], 1 / to_ultimate[k]]
    factor_sheet = (Table.of(names[1], links), keep(formulas))

    by_origin = {name: [*column.tolist(), float(method._totals()[name])]
                 for name, column in method._by_origin().items()}  # fmt: skip
    results = Table.of(names[2], {"origin": [*origins, "total"], **by_origin})
    formulas = []
    columns = list(by_origin)
    place = {name: letter(at + 1) for at, name in enumerate(columns)}
    for row in range(rows):
        known = np.flatnonzero(~np.isnan(values[row]))
        if len(known):
            age = int(known[-1])
            now = cell(names[0], row, age + 1)
            formulas.append((row, columns.index("latest") + 1, f"={now}", by_origin["latest"][row]))
            product = cell(names[1], rows + 2, age + 1)
            text = f"={place['latest']}{row + 2}*{product}"
            formulas.append((row, columns.index("ultimate") + 1, text, by_origin["ultimate"][row]))
    for row in range(rows + 1):
        text = f"={place['ultimate']}{row + 2}-{place['latest']}{row + 2}"
        formulas.append((row, columns.index("ibnr") + 1, text, by_origin["ibnr"][row]))
    for name in ("latest", "ultimate"):
        text = f"=SUM({place[name]}2:{place[name]}{rows + 1})"
        formulas.append((rows, columns.index(name) + 1, text, by_origin[name][rows]))
    return [(data, ()), factor_sheet, (results, keep(formulas))]


def _selected(method: ChainLadder, sheet: str, k: int, factor: float) -> str | None:
    """The factor as a formula of the links that it averages; none where judgement made it."""
    triangle = method._fitted_triangle.cumulative()
    start, end = triangle.values[:, k], triangle.values[:, k + 1]
    excluded = {(str(origin), int(age)) for origin, age in method.exclude or ()}
    age = int(triangle.ages[k])
    used = [
        row
        for row, label in enumerate(triangle.origins)
        if start[row] > 0 and not np.isnan(end[row]) and (label, age) not in excluded
    ]
    used = used[-method.n :] if method.n else used
    if not used:
        return None
    x, y = start[used], end[used]
    cells = [(cell(sheet, row, k + 1), cell(sheet, row, k + 2)) for row in used]
    first, later = "+".join(a for a, _ in cells), "+".join(b for _, b in cells)
    simple = "+".join(f"{b}/{a}" for a, b in cells)
    cross, square = "+".join(f"{a}*{b}" for a, b in cells), "+".join(f"{a}*{a}" for a, _ in cells)
    for value, text in (
        (y.sum() / x.sum(), f"=({later})/({first})"),
        ((y / x).mean(), f"=({simple})/{len(used)}"),
        ((x * y).sum() / (x * x).sum(), f"=({cross})/({square})"),
    ):
        if abs(value / factor - 1) < 1e-12:
            return text
    return None


def keep(formulas: list[tuple[int, int, str, float]]) -> Formulas:
    """Only formulas with a number to show."""
    return [each for each in formulas if np.isfinite(each[3])]


def write(path: str | Path, method: ChainLadder) -> None:
    """The workbook of one method, its choices on the first sheet."""
    choices = {name: repr(value) for name, value in method.get_params().items()}
    about = Table.of("choices", {"choice": ["method", *choices, "status"],
                                 "value": [type(method).__name__, *choices.values(),
                                           str(method.status_)]})  # fmt: skip
    to_excel(path, [about, *sheets(method)])
