"""Treaties, programmes of them, and loss tables to apply them to.

One mechanism covers them all. A treaty takes a subject (the gross losses, or the net of named
treaties), cuts it per risk, per event or per year, applies a franchise and a layer, then its annual
terms, and pays the placed share of what is left. Every amount of a treaty is stated for 100 %:
before the ceded share, co-participation and the placed share are applied.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

import numpy as np

from . import _kebao
from .errors import FileError, InputError, Issue

if TYPE_CHECKING:
    from .pricing import Result

__all__ = ["Diagnostic", "LossTable", "Programme", "Treaty"]

Amount = float | int | str
Basis = Literal["risk", "event", "annual"]


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Treaty:
    """One treaty. Made most clearly by `quota_share`, `excess_of_loss` or `stop_loss`.

    Amounts may be text such as ``"20m"`` or ``"5亿"``, shares and rates ``"40%"``; both are kept as
    numbers. A clause that is left out has no effect.

    Parameters
    ----------
    name : str
        One word that starts with a letter; the name by which other treaties call it.
    net_of : str or sequence of str
        Treaties whose recoveries are taken off the gross losses to make the subject; none: gross.
    basis : {"event", "risk", "annual"}
        What one loss of the cover is.
    share : float
        Ceded share of the cover, in (0, 1].
    limit, attachment : float
        The layer ``limit xs attachment``; an infinite limit is unlimited.
    unit : {"amount", "loss_ratio"}
        Whether limit and attachment are amounts or fractions of the subject premium.
    franchise : float
        Losses below it recover nothing; losses that reach it recover in full.
    event_limit : float
        Most that one event recovers, of a cover per risk.
    aad, aal : float
        Annual aggregate deductible, which eats the first recoveries of the year, and limit.
    reinstatements : sequence of float, or ``{"unlimited": rate}``
        A rate for each reinstatement, as a fraction of the premium. None: the limit is there for
        every event of the year, at no further premium.
    pro_rata : {"amount", "time"}
        Whether reinstatement premium is also in proportion to the time left in the year.
    placed : float
        Share of the treaty that found reinsurers, in (0, 1].
    co_participation : float
        Share of each recovery that the cedant keeps, in [0, 1).
    loss_ratio_cap : float
        Most that a year recovers, as a multiple of the treaty's premium.
    commission : float
        Ceding commission, a fraction of the ceded premium.
    premium, rate : float
        Premium for 100 % of the treaty, or the same as a fraction of the subject premium.
    lines, retention, retentions : float, float, mapping
        Surplus: lines ceded above the retention of each risk's sum insured, and the retentions of
        the sectors or coverages that have their own.
    bands : sequence of ``{"up_to": amount, "share": share}``
        Variable quota share: ceded share by band of sum insured.
    risks : mapping of risk to share
        The only risks that are covered, by id, each with its ceded share: facultative covers.
    backup_of : str
        Treaty whose recoveries lost to its used-up annual limit are the subject.
    event_franchise : float
        Events below it recover nothing, of a cover per risk.
    from_event : ``{"number": 2, "over": amount}``
        Second-event cover: no cover before the second event over the amount.
    drop : ``{"to": amount, "number": 2, "over": amount, "top": bool}``
        Drop-down: a lower attachment from the second event on; ``top``: top and drop.
    hours : float
        Hours within which events of one cause are one occurrence.
    term, term_deductible, term_limit : int, float, float
        Years that share a deductible and a limit, after the annual terms.
    indexed : float
        Yearly growth of all amounts of the treaty from the first year of a run of years.
    stability : ``{"rate": rate, "beyond": rate, "pattern": [fractions]}``
        Limit and attachment follow an index over the years in which a loss is paid.
    attaches : {"losses_occurring", "risks_attaching", "claims_made"}
        Which losses belong to a year of the treaty: those that occur in it (the default), those of
        policies that begin in it, those reported in it.
    interlocking : bool
        The treaty years that one event strikes share one retention and one limit.
    prepaid : bool
        Reinstatement premium is paid in advance.
    corridor : ``{"share": share, "from": ratio, "to": ratio}``
        Loss corridor that the cedant takes back.
    sliding : sequence of (loss ratio, commission)
        Sliding scale commission, loss ratios descending.
    profit_commission : ``{"share": share, "after": margin}``
        Profit commission.
    deficit_carried, credit_carried : int
        Years for which they are carried forward; 0: without end.
    swing : ``{"minimum": rate, "maximum": rate, "load": factor}``
        Swing rating: premium from the losses, as a rate of the subject premium.
    no_claims_bonus : float
        Share of the premium that comes back after a year without recovery.

    Raises
    ------
    InputError
        With every fault of the terms.

    Examples
    --------
    >>> import kebao as kb
    >>> kb.Treaty.excess_of_loss("xl1", limit="20m", attachment="10m", reinstatements=[1.0, 0.5])
    Treaty('xl1: 20m xs 10m, reinstatements 100%, 50%')
    """

    name: str
    net_of: str | Sequence[str] = ()
    basis: Basis = "event"
    share: Amount = 1.0
    limit: Amount = math.inf
    attachment: Amount = 0.0
    unit: Literal["amount", "loss_ratio"] = "amount"
    franchise: Amount = 0.0
    event_limit: Amount = math.inf
    aad: Amount = 0.0
    aal: Amount = math.inf
    reinstatements: Sequence[Amount] | Mapping[str, Amount] | None = None
    pro_rata: Literal["amount", "time"] = "amount"
    placed: Amount = 1.0
    co_participation: Amount = 0.0
    loss_ratio_cap: Amount | None = None
    commission: Amount | None = None
    premium: Amount | None = None
    rate: Amount | None = None
    lines: float | None = None
    retention: Amount | None = None
    retentions: Mapping[str, Amount] | None = None
    bands: Sequence[Mapping[str, Amount]] = ()
    risks: Mapping[str, Amount] | None = None
    backup_of: str | None = None
    event_franchise: Amount = 0.0
    from_event: Mapping[str, Any] | None = None
    drop: Mapping[str, Any] | None = None
    hours: float | None = None
    term: int | None = None
    term_deductible: Amount = 0.0
    term_limit: Amount = math.inf
    indexed: Amount = 0.0
    stability: Mapping[str, Any] | None = None
    attaches: Literal["losses_occurring", "risks_attaching", "claims_made"] | None = None
    interlocking: bool = False
    prepaid: bool = False
    corridor: Mapping[str, Amount] | None = None
    sliding: Sequence[Sequence[Amount]] = ()
    profit_commission: Mapping[str, Amount] | None = None
    deficit_carried: int | None = None
    credit_carried: int | None = None
    swing: Mapping[str, Amount] | None = None
    no_claims_bonus: Amount = 0.0

    def __post_init__(self) -> None:
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        text, _ = _kebao.treaty_terms(_to_json(given))
        for key, value in _terms(json.loads(text)).items():
            object.__setattr__(self, key, value)

    @classmethod
    def quota_share(cls, name: str, *, share: Amount, **terms: Any) -> Self:
        """A share of every risk; its premium is that share of the subject premium.

        Examples
        --------
        >>> Treaty.quota_share("qs", share="40%", commission="27.5%")
        Treaty('qs: 40% quota share, commission 27.5%')
        """
        return cls(name=name, basis="risk", share=share, **terms)

    @classmethod
    def surplus(cls, name: str, *, lines: float, retention: Amount, **terms: Any) -> Self:
        """Lines above the retention of each risk's sum insured, which the losses must state.

        Examples
        --------
        >>> Treaty.surplus("s", lines=5, retention="2m", retentions={"uav.hull": "500k"})
        Treaty('s: surplus of 5 lines, retention 2m, 500k for uav.hull')
        """
        return cls(name=name, basis="risk", lines=lines, retention=retention, **terms)

    @classmethod
    def excess_of_loss(
        cls,
        name: str,
        *,
        limit: Amount,
        attachment: Amount,
        basis: Basis = "event",
        **terms: Any,
    ) -> Self:
        """``limit xs attachment`` of each event, risk or year.

        Examples
        --------
        >>> Treaty.excess_of_loss("cat", limit="50m", attachment="30m", placed=0.75)
        Treaty('cat: 50m xs 30m, placed 75%')
        """
        return cls(name=name, basis=basis, limit=limit, attachment=attachment, **terms)

    @classmethod
    def stop_loss(cls, name: str, *, limit: Amount, attachment: Amount, **terms: Any) -> Self:
        """``limit xs attachment`` of the year, both as fractions of the subject premium.

        Examples
        --------
        >>> Treaty.stop_loss("sl", limit=0.4, attachment="80%")
        Treaty('sl: stop loss 40% xs 80%')
        """
        terms = {"basis": "annual", "unit": "loss_ratio", **terms}
        return cls(name=name, limit=limit, attachment=attachment, **terms)

    def __str__(self) -> str:
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return _kebao.treaty_terms(_to_json(given))[1]

    def __repr__(self) -> str:
        return f"Treaty({str(self)!r})"

    def __hash__(self) -> int:
        return hash(str(self))

    @property
    def is_proportional(self) -> bool:
        """Whether it is a share of every risk with no layer."""
        whole = self.basis == "risk" and self.limit == math.inf and self.attachment == 0
        return whole and self.lines is None and not self.bands


class Diagnostic(NamedTuple):
    """A warning about a programme that is sound and may not be what was meant."""

    code: str
    treaties: list[str]
    message: str
    fix: str


class Programme:
    """A reinsurance programme: treaties as a graph, each on gross or on the net of others.

    Parameters
    ----------
    treaties : iterable of Treaty
    currency : str, optional
    premium : float or str, optional
        Gross premium, which rates and loss ratios refer to.

    Raises
    ------
    InputError
        With every fault: circles, unknown and repeated names, clauses that contradict each other.

    Examples
    --------
    >>> import kebao as kb
    >>> programme = kb.Programme.from_text(
    ...     '''
    ...     qs:  40% quota share, commission 27.5%
    ...     xl1: 20m xs 10m on net of qs, 2 @ 100%
    ... ''',
    ...     currency="CNY",
    ...     premium="90m",
    ... )
    >>> programme["xl1"].attachment
    10000000.0
    >>> kb.Programme(programme.treaties, currency="CNY", premium=90e6) == programme
    True
    """

    __slots__ = ("_core", "_treaties")
    _core: _kebao.Programme
    _treaties: tuple[Treaty, ...]

    def __init__(
        self,
        treaties: Iterable[Treaty],
        *,
        currency: str | None = None,
        premium: Amount | None = None,
    ) -> None:
        listed = [
            {field.name: getattr(treaty, field.name) for field in fields(treaty)}
            for treaty in treaties
        ]
        text = _to_json({"currency": currency, "premium": premium, "treaties": listed})
        self._set(_kebao.Programme.from_json(text))

    def _set(self, core: _kebao.Programme) -> None:
        self._core = core
        listed = json.loads(core.to_json())["treaties"]
        self._treaties = tuple(Treaty(**_terms(terms)) for terms in listed)

    @classmethod
    def _of(cls, core: _kebao.Programme) -> Self:
        programme = object.__new__(cls)
        programme._set(core)
        return programme

    @classmethod
    def from_text(
        cls, text: str, *, currency: str | None = None, premium: Amount | None = None
    ) -> Self:
        """Read one treaty a line: ``name: what on subject, terms``; ``#`` starts a comment.

        What: ``40% quota share``, ``20m xs 10m`` (per event; or ``per risk``, ``annual``), ``stop
        loss 40% xs 80%``. Subject: ``on gross`` (the default) or ``on net of a, b``. Terms: see
        `clauses`. ``str(programme)`` gives the canonical text back.

        Raises
        ------
        InputError
            With every fault, its line, and a caret under the word.

        Examples
        --------
        >>> print(Programme.from_text("xl: 5,000,000 xs 2m, reinstatements 100%, 100%, placed 0.5"))
        xl: 5m xs 2m, 2 @ 100%, placed 50%
        """
        return cls._of(_kebao.Programme.from_text(text, currency=currency, premium=premium))

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Read ``currency``, ``premium`` and a table ``[[treaties]]`` for each treaty."""
        return cls._of(_kebao.Programme.from_toml(text))

    def to_toml(self) -> str:
        """Write what `from_toml` reads."""
        return self._core.to_toml()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` writes."""
        return cls._of(_kebao.Programme.from_json(text))

    def to_json(self) -> str:
        """Write the programme as JSON."""
        return self._core.to_json()

    @classmethod
    def from_oed(
        cls,
        info: str | PathLike[str],
        scope: str | PathLike[str] | None = None,
        *,
        premium: Amount | None = None,
    ) -> Self:
        """Read OED 5 reinsurance files.

        Types ``QS``, ``PR``, ``CXL`` and ``AXL``. A treaty is net of all treaties of lower inuring
        priority; limits of 0 are unlimited.

        Parameters
        ----------
        info, scope : path
            ReinsInfo and ReinsScope as CSV.
        premium : float or str, optional
            Gross premium, which OED does not state.

        Raises
        ------
        InputError
            With every fault and its line; treaties on a part of the portfolio are refused.
        """
        texts = [None if path is None else _text_of(path) for path in (info, scope)]
        assert texts[0] is not None
        return cls._of(_kebao.Programme.from_oed(texts[0], texts[1], premium=premium))

    def to_oed(self, folder: str | PathLike[str]) -> None:
        """Write ``ReinsInfo.csv`` and ``ReinsScope.csv``, OED 5.

        Raises
        ------
        InputError
            With every clause that OED has no column for; nothing is written then.
        """
        info, scope = self._core.to_oed()
        to = Path(folder)
        to.mkdir(parents=True, exist_ok=True)
        (to / "ReinsInfo.csv").write_text(info, encoding="utf-8")
        (to / "ReinsScope.csv").write_text(scope, encoding="utf-8")

    @staticmethod
    def schema() -> dict[str, Any]:
        """The JSON Schema of what `from_toml` and `from_json` read, for editors.

        Examples
        --------
        >>> sorted(Programme.schema()["properties"])
        ['currency', 'premium', 'treaties']
        """
        schema: dict[str, Any] = json.loads(_kebao.Programme.schema())
        return schema

    @staticmethod
    def clauses() -> dict[str, str]:
        """The clauses of the wording: an example of each and what it means.

        Examples
        --------
        >>> Programme.clauses()["aad 5m"]
        'annual aggregate deductible: eats the first recoveries of the year'
        """
        return {form: about for form, about, _ in _kebao.clauses()[0]}

    @property
    def treaties(self) -> tuple[Treaty, ...]:
        """The treaties, as written."""
        return self._treaties

    @property
    def names(self) -> list[str]:
        """Names of the treaties."""
        return [treaty.name for treaty in self._treaties]

    @property
    def currency(self) -> str | None:
        """Currency of all amounts."""
        return json.loads(self._core.to_json()).get("currency")

    @property
    def premium(self) -> float | None:
        """Gross premium."""
        return json.loads(self._core.to_json()).get("premium")

    @property
    def premiums(self) -> dict[str, tuple[float | None, float | None]]:
        """Subject premium and premium for 100 % of each treaty; None where nothing states them."""
        return dict(zip(self.names, self._core.premiums, strict=True))

    def __getitem__(self, name: str) -> Treaty:
        for treaty in self._treaties:
            if treaty.name == name:
                return treaty
        raise KeyError(f"{name!r}; the treaties are {', '.join(self.names)}")

    def __len__(self) -> int:
        return len(self._treaties)

    def apply(
        self,
        source: Any,
        *,
        years: int | None = None,
        seed: int | None = None,
        attribution: Literal["event_order", "pro_rata"] = "event_order",
        horizon: int | None = None,
        keep: Sequence[str] = (),
        threads: int | None = None,
        progress: Callable[[int, int], object] | bool | None = None,
    ) -> Result:
        """Apply the programme to losses.

        Parameters
        ----------
        source : Aggregate, Portfolio, Losses, LossTable or any Arrow table of losses
            An aggregate or a portfolio is simulated, ``years`` years from ``seed``; a table has a
            row per year and loss, and where known per event, date, risk and cause. A path to a
            Parquet file is read as by `LossTable.scan`.
        years : int, optional
            Years to simulate, or covered by a table.
        seed : int, optional
            Seed of the draws.
        attribution : {"event_order", "pro_rata"}
            How a year's recovery, after annual terms, is given back to its events.
        horizon : int, optional
            Years of a run: consecutive years that share what is carried from one to the next (terms
            of years, indexed amounts, deficits); each run starts afresh. By default the shortest
            that holds every term of years. To be stated for indexed amounts and for treaties that
            are ``risks attaching`` or ``claims made``, whose years before and after a run are not
            covered.
        keep : sequence of {"largest", "sector", "coverage", "cause"}
            What to find in the same pass beside the annual amounts: the largest event of each year
            (for `Result.curves`), means by group (for `Result.by`). What is not kept is there all
            the same: the losses are then drawn or read again when it is asked for.
        threads : int, optional
            Worker threads; by default one a core. Changes nothing but time.
        progress : bool or callable, optional
            By default a line on a terminal; called as ``progress(done, total)``.

        Returns
        -------
        Result
            On Ctrl-C the ``KeyboardInterrupt`` carries the years done so far as ``partial``.

        Examples
        --------
        >>> import kebao as kb
        >>> loss = kb.Aggregate(kb.Poisson(mean=2), kb.Pareto(alpha=2.5, scale="1m"))
        >>> programme = kb.Programme.from_text("xl: 4m xs 1m, 1 @ 100%, premium 1m")
        >>> result = programme.apply(loss, years=20_000, seed=7)
        >>> exact = result.exact()
        >>> all(abs(exact["z_score"][:2]) < 4)
        True
        """
        from .pricing import apply

        return apply(
            self,
            source,
            years=years,
            seed=seed,
            attribution=attribution,
            horizon=horizon,
            keep=keep,
            threads=threads,
            progress=progress,
        )

    def diagnose(self) -> list[Diagnostic]:
        """Warnings: gaps and overlaps between layers, capacity never used, inuring left out.

        Examples
        --------
        >>> programme = Programme.from_text(
        ...     '''
        ...     a: 10m xs 10m, 1 @ free
        ...     b: 10m xs 25m, 1 @ free
        ... '''
        ... )
        >>> programme.diagnose()[0].message
        'nothing covers 20m to 25m between a and b'
        """
        return [Diagnostic(*found) for found in self._core.diagnose()]

    def tower(self) -> str:
        """The programme drawn to scale, as one ``<svg>`` element."""
        from ._tower import tower

        return tower(self)

    def __str__(self) -> str:
        return str(self._core)

    def __repr__(self) -> str:
        of = "".join(
            f", {key}={value!r}"
            for key, value in (("currency", self.currency), ("premium", self.premium))
            if value is not None
        )
        body = "\n".join(f"    {line}" for line in str(self).splitlines())
        return f'Programme.from_text("""\n{body}\n"""{of})'

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{escape(name)}</th>"
            f"<td style='text-align:left'>{escape(text.partition(': ')[2])}</td></tr>"
            for name, text in zip(self.names, self._core.wordings, strict=True)
        )
        warnings = "".join(f"<li>{escape(found.message)}</li>" for found in self.diagnose())
        notes = f"<ul>{warnings}</ul>" if warnings else ""
        return f"<div>{self.tower()}<table>{rows}</table>{notes}</div>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Programme) and self._core == other._core

    def __hash__(self) -> int:
        return hash(self._core)

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return type(self).from_json, (self.to_json(),)


class LossTable:
    """Losses by year, and where known by event, date, risk and cause; sorted and checked once.

    Parameters
    ----------
    data : table
        Any Arrow table (pandas, polars, pyarrow, DuckDB), a mapping of columns, or a path to CSV or
        Parquet. Needed: ``year`` (whole numbers) and ``loss`` (≥ 0). Optional: ``event`` (losses of
        one year with one event and cause are one event; without it each row is one), ``time`` (a
        fraction of the year, in [0, 1); without it events stand as they come), ``risk_id``,
        ``sum_insured`` (of the risk), ``cause``, ``sector``, ``coverage``, ``inception`` (date at
        which the policy began) and ``reported``, as dates or years such as 2026.5.
    years : int or (int, int)
        All the years there are, with or without losses: their number (labels from 1, or from 0 when
        the year 0 occurs), or the labels of the first and last.

    Raises
    ------
    InputError
        With every bad cell and its row.

    Examples
    --------
    >>> import kebao as kb
    >>> kb.LossTable({"year": [1, 1, 3], "loss": [5e6, 2e6, 9e6]}, years=4)
    LossTable(3 losses in 4 years, 1 to 4; columns year, loss)
    """

    __slots__ = ("_core",)
    _core: _kebao.LossTable | _kebao.LossScan

    def __init__(self, data: Any, *, years: int | tuple[int, int]) -> None:
        first, last = _labels(data, years)
        self._core = _kebao.LossTable(data, first=first, last=last)

    @classmethod
    def scan(cls, path: str | PathLike[str], *, years: int | tuple[int, int]) -> Self:
        """Read a Parquet file row group by row group, at each run anew: memory stays flat.

        This needs rows in order of years, from row group to row group; a file in another order, one
        without statistics, or one with sectors and no ``risk_id`` is read whole. Where there are
        risks, sectors or causes, opening reads the file once to number them.

        Parameters
        ----------
        path : str or path
            A Parquet file with the columns of a loss table.
        years : int or (int, int)
            All the years there are; their number counts from 1.
        """
        first, last = _labels(None, years)
        core = _kebao.LossScan.open(path, first=first, last=last)
        if core is None:
            return cls(path, years=years)
        table = object.__new__(cls)
        table._core = core
        return table

    @classmethod
    def from_ord(cls, data: Any, *, periods: int, occurrence: Any = None) -> Self:
        """Read an SPLT or MPLT of the Open Results Data standard (Oasis LMF), or an SELT or MELT.

        Each sample of each period is a year of its own, so there are samples x periods years.
        Rows of statistics (``SampleId`` of 0 and below) are left out. ``SummaryId`` becomes the
        risk.

        Parameters
        ----------
        data : table
            As for `LossTable`: ``Period``, ``EventId``, ``Loss`` or ``MeanLoss``, and where there
            are ``SampleId``, ``SummaryId``, ``Month``, ``Day``, ``Hour``, ``Minute``,
            ``PeriodWeight`` (equal weights only).
        periods : int
            Number of periods, with and without losses.
        occurrence : table, optional
            For an SELT or MELT, whose events have no periods: ``EventId``, ``Period`` and where
            known ``Month``, ``Day``, ``Hour``, ``Minute``. Events in no period are left out.

        Examples
        --------
        >>> import kebao as kb
        >>> splt = {"Period": [1, 1, 2], "EventId": [7, 7, 9], "SampleId": [1, 2, 1],
        ...         "Loss": [5e6, 6e6, 2e6]}
        >>> kb.LossTable.from_ord(splt, periods=3)
        LossTable(3 losses in 6 years, 1 to 6; columns year, event, loss)
        """
        table = object.__new__(cls)
        if occurrence is None:
            table._core, _, _ = _kebao.LossTable.from_ord(data, periods)
        else:
            table._core, _, _ = _kebao.LossTable.from_elt(data, occurrence, periods)
        return table

    @property
    def years(self) -> int:
        """Number of years."""
        return self._core.years

    @property
    def first_year(self) -> int:
        """Label of the first year."""
        return self._core.first_year

    @property
    def groups(self) -> list[str]:
        """Columns by which results can be asked for: sector, coverage."""
        return self._core.groups

    def __len__(self) -> int:
        return self._core.rows

    def __repr__(self) -> str:
        last = self.first_year + self.years - 1
        return (
            f"LossTable({len(self):,} losses in {self.years:,} years, {self.first_year} to {last}; "
            f"columns {', '.join(self._core.columns)})"
        )


def _text_of(path: str | PathLike[str]) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path}: {error}") from error


def _labels(data: Any, years: int | tuple[int, int]) -> tuple[int, int]:
    """Labels of the first and the last year."""
    if isinstance(years, tuple):
        return years
    if isinstance(years, int) and not isinstance(years, bool) and years > 0:
        first = 0 if _starts_at_zero(data) else 1
        return first, first + years - 1
    allowed = "a number of years > 0, or the labels of the first and last"
    issue = Issue("out_of_range", "LossTable", "years", value=repr(years), allowed=allowed)
    raise InputError(issues=[issue])


def _starts_at_zero(data: Any) -> bool:
    try:
        years = data["year"]
        years = years.to_numpy() if hasattr(years, "to_numpy") else np.asarray(years)
        return bool(years.min() == 0)
    except Exception:
        return False


def _terms(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of `Treaty` from the core's JSON."""
    terms = {key: math.inf if value == "unlimited" else value for key, value in terms.items()}
    terms["net_of"] = tuple(terms.get("net_of", ()))
    if isinstance(terms.get("reinstatements"), list):
        terms["reinstatements"] = tuple(terms["reinstatements"])
    terms["bands"] = tuple(terms.get("bands", ()))
    terms["sliding"] = tuple(tuple(point) for point in terms.get("sliding", ()))
    return terms


def _to_json(value: Any) -> str:
    """JSON for the core: infinite amounts in words, tuples and NumPy numbers as plain ones."""

    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, str | bool) or value is None:
            return value
        if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
            value = value.item()
        if isinstance(value, float) and not math.isfinite(value):
            return "unlimited" if value > 0 else str(value)
        if isinstance(value, int | float):
            return value
        if isinstance(value, Iterable):
            return [plain(item) for item in value]
        return str(value)

    return json.dumps(plain(value))
