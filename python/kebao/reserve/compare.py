"""Methods side by side, and a choice by origin with its reasons."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from ..errors import InputError, Issue
from ..table import Table, to_excel
from .chain_ladder import ChainLadder
from .estimator import Estimator, Floats
from .workpaper import letter, sheets

Pick = str | Mapping[str, float]


def compare(methods: Sequence[Estimator] | Mapping[str, Estimator]) -> Comparison:
    """Put fitted methods side by side, by origin.

    Parameters
    ----------
    methods : sequence or mapping of fitted estimators
        Each fitted to one segment with the same origins; named by class, or by key.

    Returns
    -------
    Comparison

    Examples
    --------
    >>> import kebao as kb
    >>> raa = kb.datasets.load("raa")
    >>> both = kb.compare([kb.ChainLadder().fit(raa), kb.Mack(average="simple").fit(raa)])
    >>> chosen = both.select("ChainLadder", {"1990": {"ChainLadder": 0.5, "Mack": 0.5}},
    ...                      notes={"1990": "green: halfway"})
    >>> ultimates = both.ultimates
    >>> float(chosen.ultimate_[-1] - (ultimates["ChainLadder"][-1] + ultimates["Mack"][-1]) / 2)
    0.0
    """
    return Comparison(methods)


class Comparison:
    """Ultimates of several methods by origin, and those selected; made by `kebao.compare`."""

    def __init__(self, methods: Sequence[Estimator] | Mapping[str, Estimator]) -> None:
        if not isinstance(methods, Mapping):
            methods = named(methods)
        issues = []
        if not methods:
            issues.append(Issue("missing", "compare", "methods", allowed="at least one method"))
        origins: list[str] = []
        for name, method in methods.items():
            triangle = method._fitted_triangle
            found = ""
            if triangle.shape[0] != 1:
                found = f"{triangle.shape[0]} segments"
            elif origins and triangle.origins != origins:
                found = f"origins {triangle.origins[0]}-{triangle.origins[-1]}"
            origins = origins or triangle.origins
            if found:
                allowed = f"fitted to one segment with origins {origins[0]}-{origins[-1]}"
                issues.append(Issue("different_triangles", "compare", name, found, allowed))
        if issues:
            raise InputError(issues=issues)
        self.methods = dict(methods)
        #: Origin labels.
        self.origins = origins
        #: Weights of the methods by origin; None before `select`.
        self.weights: Floats | None = None
        #: Reasons by origin.
        self.notes: dict[str, str] = {}

    @property
    def ultimates(self) -> dict[str, Floats]:
        """Ultimates by method."""
        return {name: np.asarray(method.ultimate_) for name, method in self.methods.items()}

    @property
    def latest(self) -> Floats:
        """Latest value by origin, that of the first method."""
        return np.asarray(next(iter(self.methods.values())).latest_)

    def select(
        self,
        default: Pick,
        by_origin: Mapping[str, Pick] | None = None,
        *,
        notes: Mapping[str, str] | None = None,
    ) -> Self:
        """Choose a method, or a blend of methods, for each origin.

        Parameters
        ----------
        default : str or mapping of str to float
            The method for every origin that ``by_origin`` does not name, or weights of methods that
            sum to one.
        by_origin : mapping of str to these, optional
            Other choices by origin.
        notes : mapping of str to str, optional
            Reasons by origin, kept with the choice and written to the workbook.

        Returns
        -------
        Comparison
            Another one, with `ultimate_` and `ibnr_`.
        """
        by_origin, notes = dict(by_origin or {}), dict(notes or {})
        issues: list[Issue] = []
        for field, labels in (("by_origin", by_origin), ("notes", notes)):
            for origin in labels:
                if origin not in self.origins:
                    issues.append(unknown(field, str(origin), self.origins))
        picks = [by_origin.get(origin, default) for origin in self.origins]
        names = list(self.methods)
        weights = np.zeros((len(picks), len(names)))
        for row, pick in enumerate(picks):
            shares = {pick: 1.0} if isinstance(pick, str) else dict(pick)
            lost = [name for name in shares if name not in names]
            issues += [unknown("method", name, names) for name in lost]
            if not lost and abs(sum(shares.values()) - 1.0) > 1e-9:
                found = f"{sum(shares.values()):g} for {self.origins[row]}"
                allowed = "weights that sum to 1"
                issues.append(Issue("out_of_range", "select", "weights", found, allowed))
            for name, share in shares.items():
                if name in names:
                    weights[row, names.index(name)] = share
        if issues:
            raise InputError(issues=list(dict.fromkeys(issues)))
        chosen = type(self)(self.methods)
        chosen.weights, chosen.notes = weights, notes
        return chosen

    @property
    def ultimate_(self) -> Floats:
        """Selected ultimate by origin."""
        if self.weights is None:
            raise AttributeError("nothing is selected yet; call select(...)")
        columns = np.column_stack(list(self.ultimates.values()))
        # A method without weight may be undefined.
        return np.where(self.weights > 0, self.weights * columns, 0.0).sum(axis=1)

    @property
    def ibnr_(self) -> Floats:
        """Selected ultimate less latest."""
        return self.ultimate_ - self.latest

    def to_table(self) -> Table:
        """Origins, latest, ultimates by method, and the selection; the last row is the total."""
        columns: dict[str, Any] = {"latest": self.latest} | self.ultimates
        if self.weights is not None:
            columns |= {"selected": self.ultimate_, "ibnr": self.ibnr_}
        rows: dict[str, Any] = {"origin": [*self.origins, "total"]}
        rows |= {name: [*column.tolist(), float(column.sum())] for name, column in columns.items()}
        if self.weights is not None:
            rows["note"] = [*(self.notes.get(origin, "") for origin in self.origins), ""]
        return Table.of("comparison", rows)

    def to_pandas(self) -> Any:
        """The table as a pandas frame."""
        return self.to_table().to_pandas()

    def to_dict(self) -> dict[str, Any]:
        """The choice as plain data: weights by origin and notes."""
        weights = [] if self.weights is None else self.weights.tolist()
        names = list(self.methods)
        return {
            "weights": {
                origin: {name: share for name, share in zip(names, row, strict=True) if share}
                for origin, row in zip(self.origins, weights, strict=False)
            },
            "notes": dict(self.notes),
        }

    def to_excel(self, path: str | Path) -> None:
        """Write a workbook: the comparison with live formulas, then each chain ladder's working.

        Weights stand on a sheet of their own; the selected ultimates follow from them.

        Parameters
        ----------
        path : str or Path
            The ``.xlsx`` file.
        """
        table, names, rows = self.to_table(), list(self.methods), len(self.origins)
        formulas: list[tuple[int, int, str, float]] = []
        pages: list[Any] = []
        place = {name: letter(at) for at, name in enumerate(table.columns)}
        for at, name in enumerate(table.columns):
            if name not in ("origin", "note"):
                text = f"=SUM({letter(at)}2:{letter(at)}{rows + 1})"
                formulas.append((rows, at, text, float(table[name][-1])))
        if self.weights is not None:
            shares: dict[str, Any] = {"origin": self.origins}
            shares |= {name: self.weights[:, at] for at, name in enumerate(names)}
            shares["note"] = [self.notes.get(origin, "") for origin in self.origins]
            first, last = place[names[0]], place[names[-1]]
            for row in range(rows):
                own = f"weights!B{row + 2}:{letter(len(names))}{row + 2}"
                text = f"=SUMPRODUCT({first}{row + 2}:{last}{row + 2},{own})"
                formulas.append((row, table.columns.index("selected"), text,
                                 float(self.ultimate_[row])))  # fmt: skip
                text = f"={place['selected']}{row + 2}-{place['latest']}{row + 2}"
                formulas.append((row, table.columns.index("ibnr"), text, float(self.ibnr_[row])))
            pages.append(Table.of("weights", shares))
        for name, method in self.methods.items():
            if isinstance(method, ChainLadder):
                pages += sheets(method, f"{name[:20]} ")
        to_excel(path, [(table, [f for f in formulas if np.isfinite(f[3])]), *pages])

    def __repr__(self) -> str:
        return repr(self.to_table())

    def _repr_html_(self) -> str:
        return self.to_table()._repr_html_()


def named(methods: Sequence[Estimator]) -> dict[str, Estimator]:
    """Methods by class, numbered where a class comes twice."""
    found: dict[str, Estimator] = {}
    for method in methods:
        kind = type(method).__name__
        count = sum(type(other).__name__ == kind for other in found.values())
        found[kind if count == 0 else f"{kind} {count + 1}"] = method
    return found


def unknown(field: str, value: str, known: Sequence[str]) -> Issue:
    """A name that is not among those known."""
    near = difflib.get_close_matches(value, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else ""
    return Issue("unknown_name", "select", field, f"'{value}'", f"one of {', '.join(known)}", hint)
