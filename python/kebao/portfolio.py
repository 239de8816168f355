"""The book: risks as validated columns.

A book comes from a CSV or Parquet file, or from any table: pandas, polars, pyarrow, DuckDB, or a
mapping of columns. Nothing is lost in silence: `Portfolio.check` counts the rows that came in, were
used and were rejected, and lists every fault with its cell.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

from . import _kebao, sectors
from ._text import amount
from .errors import InputError, Issue
from .table import Table

if TYPE_CHECKING:
    from .pricing import Result

__all__ = ["Check", "Portfolio"]


@dataclass(frozen=True)
class Check:
    """The account of a book: rows in = used + rejected, and the same for the sums insured.

    Attributes
    ----------
    rows_in, rows_used, rows_rejected : int
        Rows that came in, are used, are not.
    sum_insured_in, sum_insured_used, sum_insured_rejected : float
        Sums of the column ``sum_insured`` as it stands.
    rejects : list of tuple
        Row (line of the file, header included, or index in the table), risk id and faults.
    notes : list of str
        What was assumed and what was not used.
    """

    origin: str
    currency: str
    rows_in: int
    rows_used: int
    rows_rejected: int
    sum_insured_in: float
    sum_insured_used: float
    sum_insured_rejected: float
    rejects: list[tuple[int, str, list[Issue]]]
    notes: list[str]
    text: str

    @property
    def issues(self) -> list[Issue]:
        """All faults, in the order of the rows."""
        return [issue for _, _, issues in self.rejects for issue in issues]

    def __bool__(self) -> bool:
        """True when every row is used."""
        return self.rows_rejected == 0

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text)}</pre>"


class Portfolio:
    """Risks, one row each, ready to be simulated.

    Required columns: ``risk_id``; ``coverage`` (an id such as ``uav.tpl``, or its last part
    beside a column ``sector``); ``sum_insured`` or ``limit``. Optional, with their defaults:
    ``exposure`` (1), ``deductible`` (0), ``limit`` (the sum insured), ``aggregate_limit``
    (unlimited), ``share`` (1), ``stage`` (industrialisation; or research, transformation),
    ``stage_after`` and ``stage_date`` for a stage that changes within the term, ``inception``,
    ``expiry``, ``currency`` (one for the book), ``exposure_unit`` (checked against the coverage's),
    the rating factors of the coverages, and ``key.*`` for accumulation keys.

    Interests in one thing (a vehicle's body and its battery) are risks of one coverage that name
    the same ``object_id``: they share its claims and events; each bears its ``interest``, a part of
    the ground-up loss, under its own terms.

    Sum insured, deductible and limit are per claim of one unit of exposure. Amounts may be text:
    ``"40m"``, ``"5亿"``, ``"30%"``. An empty rating factor is read as its base (relativity 1).

    Parameters
    ----------
    data : path, Arrow table or mapping
        CSV or Parquet file; pandas, polars, pyarrow or DuckDB table; mapping of columns.
    sectors : list, optional
        Coverages and TOML files that add to the shipped ones or take their place.
    strict : bool, default True
        Raise on any fault of a row; otherwise leave such rows out and list them in `check`.
    currency : str, default "CNY"
        Currency of a book without a column ``currency``.

    Raises
    ------
    InputError
        With every fault found, each with its cell.
    FileError
        If the file cannot be read.

    Examples
    --------
    >>> import kebao as kb
    >>> book = kb.Portfolio({
    ...     "risk_id": ["A", "B"],
    ...     "coverage": ["uav.tpl", "space.launch"],
    ...     "sum_insured": [None, "3亿"],
    ...     "limit": ["1m", None],
    ...     "caac_class": ["light", None],
    ... })
    >>> len(book), book.check().rows_rejected
    (2, 0)
    >>> kb.Portfolio({"risk_id": ["A"], "coverage": ["uav.tlp"], "limit": [1e6]})
    Traceback (most recent call last):
    ...
    kebao.errors.InputError: portfolio row 0: coverage must be ... did you mean 'uav.tpl'? ...
    """

    __slots__ = ("_core",)
    _core: _kebao.Portfolio

    def __init__(
        self,
        data: str | PathLike[str] | Any,
        *,
        sectors: list[sectors.Coverage | str | PathLike[str]] | None = None,
        strict: bool = True,
        currency: str = "CNY",
    ) -> None:
        library = _library(sectors)
        self._core = _kebao.Portfolio(data, library=library, strict=strict, currency=currency)

    def check(self) -> Check:
        """The account of the rows, the faults and what was assumed."""
        return Check(**self._core.check())

    def rate(
        self,
        *,
        loss_ratio: float = 0.65,
        parameters: Literal["per_year", "off"] = "per_year",
        systemic: bool = True,
        threads: int | None = None,
    ) -> Table:
        """Rate every risk without simulation.

        Expected annual losses in closed form, a million risks in about a second. Annual aggregate
        limits are not seen by the closed form: risks with one are told, their premium is an upper
        bound.

        Parameters
        ----------
        loss_ratio : float, default 0.65
            Technical premium is pure premium over this.
        parameters : {"per_year", "off"}
            Predictive, with uncertain parameters, or at the files' means.
        systemic : bool, default True
            With systemic events.
        threads : int, optional
            Worker threads.

        Returns
        -------
        Table
            ``risk_id, coverage, claims, attritional, systemic, pure, technical``, and
            ``aggregate_limited`` (1: before an annual aggregate limit).

        Examples
        --------
        >>> import kebao as kb
        >>> book = kb.Portfolio({"risk_id": ["A"], "coverage": ["idx.wind"], "sum_insured": [3e7]})
        >>> round(float(book.rate(parameters="off")["pure"][0]) / 3e7, 5)
        0.02766
        """
        if not 0 < loss_ratio <= 10:
            issue = Issue("out_of_range", "rate", "loss_ratio", f"{loss_ratio}", "a number > 0")
            raise InputError(issues=[issue])
        return Table(
            self._core.rate(
                parameters=parameters, systemic=systemic, loss_ratio=loss_ratio, threads=threads
            )
        )

    def accumulations(
        self,
        *,
        level: float = 0.99,
        result: Result | None = None,
        tail: float = 0.99,
    ) -> Table:
        """What stands at each value of each accumulation key, the largest scenario first.

        Parameters
        ----------
        level : float, default 0.99
            Of the scenario: share hit and damage both at this probability.
        result : Result, optional
            Of this book; adds ``tail_loss``, the mean loss of the value's risks in the years beyond
            the gross VaR at `tail` (its contribution to the TVaR), all causes together.
        tail : float, default 0.99
            Level of that TVaR.

        Returns
        -------
        Table
            ``event, key, value, annual_rate, risks, exposed_limit, event_loss, scenario_loss,
            expected_loss``.
        """
        table = Table(self._core.accumulations(level))
        if result is None:
            return table
        parts = result.allocate("tvar", tail, to="risk", of="gross")
        by_risk = dict(zip(parts[parts.columns[0]], parts["allocated"].tolist(), strict=True))
        sums: dict[tuple[str, str], float] = {}
        for key in sorted(set(table["key"])):
            for risk, value in zip(self["risk_id"], self._values(key), strict=True):
                place = (key, value)
                sums[place] = sums.get(place, 0.0) + by_risk.get(risk, 0.0)
        tails = [sums.get(place, 0.0) for place in zip(table["key"], table["value"], strict=True)]
        return Table.of("accumulations", {**table.to_dict(), "tail_loss": tails})

    def scenario(
        self,
        keys: Mapping[str, str | Sequence[str]],
        *,
        share_hit: float = 1.0,
        damage: float = 1.0,
        match: Literal["any", "all"] = "any",
    ) -> Table:
        """Loss of each risk when the values of some accumulation keys are struck.

        Parameters
        ----------
        keys : mapping
            Key to the value or values struck: ``{"city": ["sz", "gz"], "cloud_region": "east"}``.
        share_hit : float, default 1
            Share of the units struck.
        damage : float, default 1
            Fraction of the limit (or sum insured) lost by a unit.
        match : {"any", "all"}
            Whether one matching key strikes a risk, or all must match.

        Returns
        -------
        Table
            ``risk_id, coverage, loss``, the struck ones only, after policy terms.
        """
        pairs = [
            (key, [values] if isinstance(values, str) else list(values))
            for key, values in keys.items()
        ]
        loss = self._core.scenario(pairs, all=match == "all", share_hit=share_hit, damage=damage)
        struck = [k for k, x in enumerate(loss) if x > 0]
        ids, coverages = self["risk_id"], self["coverage"]
        return Table.of(
            "scenario",
            {
                "risk_id": [ids[k] for k in struck],
                "coverage": [coverages[k] for k in struck],
                "loss": [float(loss[k]) for k in struck],
            },
        )

    def _values(self, key: str) -> list[str]:
        """Value of a key, or of several joined by ``+``, of each risk; empty where it has none."""
        names = [name.strip() for name in key.split("+")] if key else []
        columns = [self._core.column(f"key.{name}") or [""] * len(self) for name in names]
        if not columns:
            return [""] * len(self)
        return [" + ".join(value or "" for value in row) for row in zip(*columns, strict=True)]

    @property
    def currency(self) -> str:
        """Currency of all amounts."""
        return self._core.currency

    @property
    def columns(self) -> list[str]:
        """Names of the columns, of the rating factors and keys stated."""
        return self._core.columns

    def __getitem__(self, column: str) -> Any:
        values = self._core.column(column)
        if values is None:
            raise InputError(issues=[Issue("unknown_name", "portfolio", "column", repr(column))])
        return values

    def __len__(self) -> int:
        return len(self._core)

    def __repr__(self) -> str:
        check = self._core.check()
        rows = [("coverage", "risks", "exposure", "sum of limits")]
        for name, risks, exposure, limits in self._core.summary():
            rows.append((name, f"{risks:,}", f"{exposure:,.0f}", amount(limits)))
        widths = [max(len(row[k]) for row in rows) for k in range(4)]
        lines = [f"Portfolio of {len(self):,} risks in {self.currency}"]
        lines += [
            "  ".join([row[0].ljust(widths[0]), *(row[k].rjust(widths[k]) for k in (1, 2, 3))])
            for row in rows
        ]
        lines.append(
            f"{check['origin']}: {check['rows_in']:,} rows in = {check['rows_used']:,} used"
            f" + {check['rows_rejected']:,} rejected"
        )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"


def _library(added: list[sectors.Coverage | str | PathLike[str]] | None) -> _kebao.Library:
    """The shipped library with the coverages and files of the user."""
    library = sectors.shipped()
    for item in added or []:
        library, _ = sectors.with_item(library, item)
    return library
