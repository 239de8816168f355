"""Pools: parties who share losses, several and not joint, with government, reserve and subsidy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from . import _kebao, _svg
from ._text import amount, percent
from .pricing import ProgressHook, _hook, _source
from .table import Table

__all__ = ["Pool", "Settlement", "SpecialReserve", "Subsidy"]

Floats = NDArray[np.float64]


class Pool:
    """A pool of insurers with everyone else who bears a part of its losses.

    A year's losses go through the parties in this order, each on what those before it leave: the
    insured's retention and share of each loss; the facultative overflow of the members' maximum
    lines; the reinsurance; the bands of the year, shared by government, bank and others; the
    members, by their lines. Members are liable severally and not jointly.

    Examples
    --------
    >>> pool = Pool.from_toml('''
    ... premium = "90m"
    ... members = [
    ...     {name = "A", share = "60%", maximum_line = "30m"},
    ...     {name = "B", share = "40%"},
    ... ]
    ... ''')
    >>> losses = {
    ...     "year": [1, 2], "loss": [10e6, 50e6],
    ...     "risk_id": ["fab", "line"], "sum_insured": [40e6, 100e6],
    ... }
    >>> settled = pool.settle(losses, years=2)
    >>> settled["A"].tolist(), settled["facultative"].tolist()
    ([6000000.0, 15000000.0], [0.0, 15000000.0])
    """

    __slots__ = ("_core",)
    _core: _kebao.Pool

    def __init__(self, core: _kebao.Pool) -> None:
        self._core = core

    @classmethod
    def from_toml(cls, source: str | Path) -> Pool:
        """Read a pool from TOML text or a file of it; the fields are those of ``docs/treaties.md``.

        Raises
        ------
        InputError
            With every fault: shares that do not sum to one, bands that overlap, unknown names, the
            faults of the reinsurance with a caret under the word.
        """
        text = source
        if isinstance(source, Path) or ("\n" not in source and source.endswith(".toml")):
            text = Path(source).read_text(encoding="utf-8")
        return cls(_kebao.Pool.from_toml(str(text)))

    def to_toml(self) -> str:
        """Write what `from_toml` reads."""
        return self._core.to_toml()

    def settle(
        self,
        losses: Any,
        *,
        years: int | None = None,
        seed: int = 0,
        horizon: int | None = None,
        threads: int | None = None,
        progress: ProgressHook | bool | None = None,
    ) -> Settlement:
        """Share the losses among the parties.

        Parameters
        ----------
        losses : Losses, LossTable, any Arrow table of losses, or Aggregate
            With ``risk_id`` and ``sum_insured`` where members have maximum lines.
        years : int, optional
            Years covered by a table, or to simulate.
        seed : int
            Seed of the members' defaults, and of an aggregate.
        horizon : int, optional
            Years of a run, in which suspensions and terms of years are carried.
        threads : int, optional
            Worker threads. Changes nothing but time.
        progress : bool or callable, optional
            As for `Programme.apply`.

        Returns
        -------
        Settlement
            A column a party; they sum to the loss to the last bit.
        """
        return self._settle(losses, years, seed, horizon, False, threads, progress)

    def special_reserve(
        self,
        losses: Any,
        *,
        years: int,
        seed: int = 0,
        horizon: int | None = None,
        threads: int | None = None,
        progress: ProgressHook | bool | None = None,
    ) -> SpecialReserve:
        """Run the special reserve over paths of ``years`` consecutive years.

        The losses are what the members owe; the balance accrues from profits and premiums and is
        released when the triggers of the pool's ``special_reserve`` pull. Years left over at the
        end of the losses are not used.
        """
        run = horizon or years
        covered = None if hasattr(losses, "_core") else len(np.unique(losses["year"]))
        settled = self._settle(losses, covered, seed, run, True, threads, progress)
        return SpecialReserve(settled._core.special_reserve(years))

    def _settle(
        self,
        losses: Any,
        years: int | None,
        seed: int,
        horizon: int | None,
        events: bool,
        threads: int | None,
        progress: ProgressHook | bool | None,
    ) -> Settlement:
        source = _source(losses, years, seed, threads)
        with _hook(progress, years or 0, "years") as hook:
            core = self._core.settle(
                source,
                seed=seed,
                years=years,
                horizon=horizon,
                events=events,
                threads=threads,
                progress=hook,
            )
        return Settlement(core)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pool) and self._core == other._core

    def __hash__(self) -> int:
        return hash(self._core.to_json())

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return type(self).from_toml, (self.to_toml() + "\n",)

    def __repr__(self) -> str:
        return f"Pool.from_toml('''\n{self.to_toml()}''')"


class Settlement:
    """Losses of every party of a pool, by year.

    ``settled["A"]`` is a party's losses, shape (years,). ``settled.gross`` is their sum to the last
    bit, in any order.
    """

    def __init__(self, core: _kebao.Settlement) -> None:
        self._core = core

    @property
    def years(self) -> int:
        """Years settled."""
        return self._core.years

    @property
    def parties(self) -> dict[str, str]:
        """Role of each party: insured, facultative, reinsurance, band, member, unpaid."""
        return dict(self._core.parties)

    @property
    def gross(self) -> Floats:
        """Losses of all parties."""
        return self._core.gross

    @property
    def retained(self) -> Floats:
        """What the members owe, paid or not."""
        return self._core.retained

    @property
    def suspended(self) -> NDArray[np.bool_]:
        """Years without cover, where a circuit breaker suspends it; else empty."""
        return self._core.suspended

    def __getitem__(self, party: str) -> Floats:
        return self._core.losses(party)

    def by(self, what: str = "party") -> Table:
        """Table of what the parties bear.

        Parameters
        ----------
        what : {"party", "member", "sector", "coverage", "cause", "risk", "event"}
            A row per party or per member: expected loss and its error, share, tail. Or a row per
            group of the losses, which are read or drawn again: the expected loss of the group, and
            a column a party, which sum to it. Or a row per event, as `events`.

        Examples
        --------
        >>> pool = Pool.from_toml('''
        ... members = [{name = "A", share = 0.6}, {name = "B", share = 0.4}]
        ... bands = [{to = 10, shares = {government = 1}}]
        ... ''')
        >>> losses = {"year": [1, 1, 2], "loss": [30, 10, 8], "risk_id": ["fab", "line", "fab"]}
        >>> settled = pool.settle(losses, years=2)
        >>> settled.by("risk")["government"].tolist()
        [7.75, 1.25]
        """
        if what == "event":
            return self.events()
        if what not in ("party", "member"):
            return Table(self._core.groups(what))
        table = Table(self._core.summary())
        if what == "party":
            return table
        keep = [role == "member" for role in table["role"]]
        return Table.of(
            "members",
            {
                "member" if name == "party" else name: [
                    value for value, kept in zip(table[name], keep, strict=True) if kept
                ]
                for name in table.columns
                if name != "role"
            },
        )

    def events(self) -> Table:
        """What each event costs each party, a row an event.

        Returns
        -------
        Table
            ``year`` (from 0), ``event`` (number in the losses), ``time`` where known, ``gross`` and
            a column a party; they sum to the gross loss of the event to the last bit. Bands and
            annual covers bear the same part of every loss of the year, and so do members that
            default in it; in a year without cover each loss is the insured's.

        Examples
        --------
        >>> pool = Pool.from_toml('''
        ... members = [{name = "A", share = 0.6}, {name = "B", share = 0.4}]
        ... bands = [{to = 10, shares = {government = 1}}]
        ... ''')
        >>> settled = pool.settle({"year": [1, 1, 2], "loss": [30, 10, 8]}, years=2)
        >>> settled.events()["government"].tolist()
        [7.5, 2.5, 8.0]
        """
        return Table(self._core.events())

    def annual(self) -> Table:
        """A row a year, a column a party."""
        columns: dict[str, Any] = {"year": list(range(self.years))}
        columns |= {name: self[name] for name in self.parties}
        return Table.of("settlement", columns | {"total": self.gross})

    def __repr__(self) -> str:
        return f"{_short(self.by())!r}\n{self.years:,} years"

    def _repr_html_(self) -> str:
        return f"{_short(self.by())._repr_html_()}<p>{self.years:,} years</p>"


def _short(table: Table) -> Table:
    rows = list(table)
    return Table.of(
        "settlement",
        {
            "party": [row["party"] for row in rows],
            "role": [row["role"] for row in rows],
            "expected loss": [amount(row["expected_loss"]) for row in rows],
            "± se": [amount(row["standard_error"]) for row in rows],
            "share": [percent(row["share_of_loss"]) for row in rows],
            "VaR 99%": [amount(row["var_99"]) for row in rows],
            "TVaR 99%": [amount(row["tvar_99"]) for row in rows],
        },
    )


class SpecialReserve:
    """A special reserve over paths of consecutive simulated years."""

    def __init__(self, core: _kebao.SpecialReserve) -> None:
        self._core = core

    def _column(self, name: str) -> Floats:
        column: Floats = self._core.columns()[name]
        return column.reshape(self._core.shape)

    @property
    def balance(self) -> Floats:
        """Balance at the end of each year, shape (paths, years)."""
        return self._column("balance")

    @property
    def accrual(self) -> Floats:
        """What was put aside, shape (paths, years)."""
        return self._column("accrual")

    @property
    def interest(self) -> Floats:
        """Investment income, shape (paths, years)."""
        return self._column("interest")

    @property
    def release(self) -> Floats:
        """What was released, shape (paths, years)."""
        return self._column("release")

    def fan(self, levels: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95)) -> Table:
        """Balance by year over the paths: mean with its error, quantiles, P(release)."""
        return Table(self._core.fan(list(levels)))

    @property
    def plot(self) -> _Plots:
        """Pictures: ``fan()``."""
        return _Plots(self)

    def __repr__(self) -> str:
        paths, years = self._core.shape
        return f"{self.fan()!r}\n{paths:,} paths of {years} years"

    def _repr_html_(self) -> str:
        return f"{self.plot.fan()}{self.fan()._repr_html_()}"


class _Plots:
    def __init__(self, reserve: SpecialReserve) -> None:
        self._reserve = reserve

    def fan(self, *, width: int = 640, height: int = 320) -> _svg.Picture:
        """Draw the mean balance and its bands from 25 % to 75 % and from 5 % to 95 %."""
        table = self._reserve.fan()
        bands = [
            ("5% to 95%", table["q5"], table["q95"]),
            ("25% to 75%", table["q25"], table["q75"]),
        ]
        years = [float(year) for year in table["year"]]
        title = "Special reserve by year"
        return _svg.Picture(
            _svg.fan(
                years, bands, table["mean"], title=title, x_label="year", width=width, height=height
            )
        )


@dataclass(frozen=True, kw_only=True)
class Subsidy:
    """A premium subsidy: ``min(rate, rate_cap) × sum insured × share`` in the first years.

    Parameters
    ----------
    rate_cap : float
        Highest premium rate that is subsidised.
    share : float
        Subsidised share of the premium.
    years : int
        Years for which a policy is subsidised.
    budget : float
        Of one year.
    over_cap : {"up_to_cap", "ineligible"}
        A policy whose rate is above the cap is subsidised up to it, or not at all: the two readings
        of "over the cap".
    rationing : {"first_come", "pro_rata"}
        Whether a budget that does not suffice goes to the first policies or to all by one factor.

    Examples
    --------
    >>> rule = Subsidy(rate_cap="3%", share="80%")
    >>> paid = rule.apply(rates=[0.035], sums_insured=[20e6])
    >>> round(paid["subsidy"][0]), round(paid["insured"][0])
    (480000, 220000)
    >>> strict = Subsidy(rate_cap="3%", share="80%", over_cap="ineligible")
    >>> strict.apply(rates=[0.035], sums_insured=[20e6])["subsidy"][0].item()
    0.0
    """

    rate_cap: float | str
    share: float | str = 0.8
    years: int = 3
    budget: float | str = np.inf
    over_cap: Literal["up_to_cap", "ineligible"] = "up_to_cap"
    rationing: Literal["first_come", "pro_rata"] = "first_come"

    def apply(
        self,
        *,
        rates: Sequence[float],
        sums_insured: Sequence[float],
        years: Sequence[int] | None = None,
    ) -> Table:
        """Apply to the policies of one year, in their order.

        ``years`` is the year of each policy, from 1. Columns: ``premium``, ``claimed`` (before the
        budget), ``subsidy``, ``insured`` (what the insured pays).
        """
        given = [1] * len(rates) if years is None else [int(year) for year in years]
        core = _kebao.subsidise(
            [float(rate) for rate in rates],
            [float(sum_insured) for sum_insured in sums_insured],
            given,
            rate_cap=self.rate_cap,
            share=self.share,
            max_years=self.years,
            budget=self.budget,
            over_cap=self.over_cap,
            rationing=self.rationing,
        )
        return Table(core)
