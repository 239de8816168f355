"""One treaty in one year, step by step: as a table, and as a workbook that works it out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ._text import percent
from .table import Table, to_excel

__all__ = ["Explanation"]

#: Columns whose cells are live formulas in the workbook.
_LIVE = (
    "layer_recovery", "after_aad", "after_aal", "remaining", "reinstated",
    "reinstatement_premium", "ceded", "ceded_so_far",
)  # fmt: skip


@dataclass(frozen=True)
class Explanation:
    """One treaty in one year, step by step.

    Attributes
    ----------
    table : Table
        A row per occurrence: the subject loss, what is left of it after each clause, the limit that
        remains, what is reinstated and at which premium, and the running total.
    terms : mapping
        The numbers that the steps follow from; what is unlimited or absent is left out.
    """

    treaty: str
    year: int
    wording: str
    participation: float
    table: Table
    terms: Mapping[str, float] = field(default_factory=dict)

    def to_pandas(self) -> Any:
        """Convert the table to a pandas data frame."""
        return self.table.to_pandas()

    def to_polars(self) -> Any:
        """Convert the table to a polars data frame."""
        return self.table.to_polars()

    def to_excel(self, path: str | Path) -> None:
        """Write a workbook whose steps are live formulas of the terms and the losses.

        Change a term or a loss and the year is worked out anew. Cells hold the computed values
        until then. Recoveries before annual terms stay values where a clause looks beyond the row:
        an event limit or franchise, the number or the hours of events, a backup. A cover by treaty
        year (risks attaching, claims made) mixes the terms of several years: only what its
        reinsurers' part makes of them is live.
        """
        to_excel(path, self._sheets())

    def _sheets(self) -> list[Table | tuple[Table, list[tuple[int, int, str, float]]]]:
        names = list(self.terms)
        terms = Table.of(
            "terms",
            {
                "term": [*names, "treaty", "year"],
                "value": [str(self.terms[name]) for name in names] + [self.wording, str(self.year)],
            },
        )
        cell = {name: f"terms!$B${i + 2}" for i, name in enumerate(names)}
        values = [
            (i, 1, f"={self.terms[name]!r}", self.terms[name]) for i, name in enumerate(names)
        ]
        columns = self.table.columns
        formulas = []
        for i, row in enumerate(self.table):
            made = self._row(i + 2, columns, cell)
            for name in _LIVE:
                value = row.get(name)
                if made.get(name) and isinstance(value, float) and value == value:  # not NaN
                    formulas.append((i, columns.index(name), made[name], value))
        return [(self.table, formulas), (terms, values)]

    def _row(self, row: int, columns: list[str], term: Mapping[str, str]) -> dict[str, str]:
        """Formulas of one row of the sheet, by column."""
        letter = {name: chr(ord("A") + i) for i, name in enumerate(columns)}
        at = {name: f"{letter[name]}{row}" for name in columns}

        def total(name: str) -> str:
            return f"SUM({letter[name]}$2:{at[name]})"

        def before(name: str) -> str:
            return f"SUM({letter[name]}$1:{letter[name]}{row - 1})"

        def least(amount: str, name: str) -> str:
            return f"MIN({amount},{term[name]})" if name in term else amount

        made = {
            "ceded": f"={term['participation']}*{at['after_aal']}",
            "ceded_so_far": f"={total('ceded')}",
        }
        if "annual_deductible" not in term:
            return made
        if "attachment" in term:
            layered = least(f"MAX({at['subject_loss']}-{term['attachment']},0)", "limit")
            made["layer_recovery"] = f"=IF({at['subject_loss']}>={term['franchise']},{layered},0)"
        aad, recoveries = term["annual_deductible"], total("layer_recovery")
        eaten = f"MAX({recoveries}-{aad},0)"
        made["after_aad"] = f"={eaten}-MAX({recoveries}-{at['layer_recovery']}-{aad},0)"
        kept = least(eaten, "annual_limit")
        if "corridor_share" in term:
            low, high = term["corridor_from"], term["corridor_to"]
            kept = f"({kept}-{term['corridor_share']}*MIN(MAX({kept}-{low},0),{high}-{low}))"
        if self.terms["term_deductible_left"] or "term_limit_left" in term:
            kept = least(f"MAX({kept}-{term['term_deductible_left']},0)", "term_limit_left")
        made["after_aal"] = f"={kept}-{before('after_aal')}"
        if "capacity" in term:
            made["remaining"] = f"={term['capacity']}-{total('after_aal')}"
        if "reinstated_limit" in term:
            made |= self._reinstated(row, at, total, before, term)
        return made

    def _reinstated(
        self, row: int, at: Mapping[str, str], total: Any, before: Any, term: Mapping[str, str]
    ) -> dict[str, str]:
        limit, paid, now = term["reinstated_limit"], total("after_aal"), at["after_aal"]
        time = f"*(1-{at['time']})" if self.terms["pro_rata_time"] else ""
        charge = f"{term['participation']}*{term['premium']}{time}"
        if self.terms["prepaid"]:
            rates = [term[name] for name in self.terms if name.startswith("rate_")]
            made = {"reinstated": f"=MIN({paid},{len(rates)}*{limit})-{before('reinstated')}"}
            if row == 2:
                made["reinstatement_premium"] = f"={charge}*({'+'.join(rates)})"
            return made
        if "unlimited_rate" in term:
            return {
                "reinstated": f"={now}",
                "reinstatement_premium": f"={charge}*{term['unlimited_rate']}*{now}/{limit}",
            }
        rates = [term[name] for name in self.terms if name.startswith("rate_")]
        if not rates:
            return {}
        pieces = [
            f"{rate}*(MIN(MAX({paid}-{k}*{limit},0),{limit})"
            f"-MIN(MAX({paid}-{now}-{k}*{limit},0),{limit}))"
            for k, rate in enumerate(rates)
        ]
        return {
            "reinstated": f"=MIN({paid},{len(rates)}*{limit})-{before('reinstated')}",
            "reinstatement_premium": f"={charge}*({'+'.join(pieces)})/{limit}",
        }

    def __repr__(self) -> str:
        return f"{self._about()}\n{self.table!r}"

    def _repr_html_(self) -> str:
        return f"<p>{self._about()}</p>{self.table._repr_html_()}"

    def _about(self) -> str:
        part = (
            "" if self.participation == 1 else f" (reinsurers take {percent(self.participation)})"
        )
        return f"{self.wording}{part}, year {self.year}"
