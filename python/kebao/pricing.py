"""A programme applied to losses: its numbers with their errors and its price."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import _kebao, _svg
from ._explain import Explanation
from ._progress import Progress
from ._text import amount, percent, with_error
from .errors import InputError, Issue
from .table import Table, to_excel

if TYPE_CHECKING:
    from .treaty import Programme

__all__ = ["CostOfCapital", "Explanation", "Quote", "Result", "apply"]

Floats = NDArray[np.float64]
ProgressHook = Callable[[int, int], object]

#: Columns of the result frame, the same in every version.
COLUMNS = (
    "treaty", "expected_loss", "standard_error", "sd", "prob_attach", "prob_exhaust",
    "rate_on_line", "reinstatement_premium", "var_90", "tvar_90", "var_99", "tvar_99",
    "var_99_5", "tvar_99_5",
)  # fmt: skip

RETURN_PERIODS = (2, 3, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 2000)


@dataclass(frozen=True)
class CostOfCapital:
    """What the capital behind a treaty costs.

    Parameters
    ----------
    measure : {"tvar", "var", "sd"}
        What the treaty needs by itself: TVaR or VaR less the expected loss, or one standard
        deviation.
    level : float
        Level of VaR or TVaR.
    rate : float
        Yearly cost of a unit of capital.
    """

    measure: str = "tvar"
    level: float = 0.99
    rate: float = 0.08


@dataclass(frozen=True)
class Quote:
    """Technical premiums.

    Attributes
    ----------
    table : Table
        A row per treaty: the premium P and its parts, which satisfy
        ``P (1 + φ)(1 − e − b) − P c = expected_loss + capital_cost``, φ being the
        ``reinstatement_rate``, e and b expenses and brokerage, c the ceding commission.
    """

    table: Table
    expenses: float
    brokerage: float
    capital: CostOfCapital
    currency: str | None = None

    def to_pandas(self) -> Any:
        """Convert the table to a pandas data frame."""
        return self.table.to_pandas()

    def to_polars(self) -> Any:
        """Convert the table to a polars data frame."""
        return self.table.to_polars()

    def to_excel(self, path: str | Path) -> None:
        """Write a workbook whose premiums are live formulas of the inputs beside them."""
        to_excel(path, self._sheets())

    def _sheets(self) -> list[Table | tuple[Table, list[tuple[int, int, str, float]]]]:
        inputs = Table.of(
            "inputs",
            {
                "input": ["expenses", "brokerage", "cost of capital"],
                "value": [self.expenses, self.brokerage, self.capital.rate],
            },
        )
        names = self.table.columns
        letter = {name: _letter(i) for i, name in enumerate(names)}
        formulas = []
        for i, row in enumerate(self.table):
            cell = {name: f"{letter[name]}{i + 2}" for name in names}
            premium, rate = cell["technical_premium"], cell["reinstatement_rate"]
            technical = row["technical_premium"]
            commission = row["commission"] / technical if technical else 0.0
            with_reinstated = f"{premium}*(1+{rate})"
            live = {
                "capital_cost": f"=inputs!$B$4*{cell['capital']}",
                "technical_premium": (
                    f"=({cell['expected_loss']}+{cell['capital_cost']})"
                    f"/((1+{rate})*(1-inputs!$B$2-inputs!$B$3)-{commission!r})"
                ),
                "expenses": f"=inputs!$B$2*{with_reinstated}",
                "brokerage": f"=inputs!$B$3*{with_reinstated}",
                "commission": f"={commission!r}*{premium}",
                "reinstatement_premium": f"={rate}*{premium}",
            }
            formulas += [(i, names.index(name), text, row[name]) for name, text in live.items()]
        return [(self.table, formulas), inputs]

    def __repr__(self) -> str:
        return f"{self.table!r}\n{self._about()}"

    def _repr_html_(self) -> str:
        return f"{self.table._repr_html_()}<p>{self._about()}</p>"

    def _about(self) -> str:
        capital = self.capital
        level = "" if capital.measure == "sd" else f" {capital.level:.4g}"
        return (
            f"expenses {percent(self.expenses)}, brokerage {percent(self.brokerage)}, "
            f"capital {percent(capital.rate)} on {capital.measure}{level}"
            + (f", {self.currency}" if self.currency else "")
        )


class Plots:
    """Pictures of a result, as SVG that needs no library."""

    def __init__(self, result: Result) -> None:
        self._result = result

    def ep(self, *, width: int = 900, height: int = 360) -> _svg.Picture:
        """Draw exceedance curves with 95 % bands: annual totals (AEP) and largest events (OEP)."""
        lines = self._result._lines()
        unit = self._result.programme.currency or ""
        return _svg.Picture(
            _svg.exceedance(
                lines, title="Loss by return period", unit=unit, width=width, height=height
            )
        )

    def tower(self) -> _svg.Picture:
        """Draw the programme to scale."""
        return _svg.Picture(self._result.programme.tower())


class Result:
    """What a programme does to the losses of many years.

    Attributes
    ----------
    programme : Programme
        What was applied.
    years : int
        Years simulated or recorded; fewer than asked for when ``interrupted``.
    seed : int or None
        Seed of the draws.
    digest : str
        SHA-256 of the annual columns: equal digests are equal bits.
    """

    def __init__(
        self, core: _kebao.Result, programme: Programme, source: Any, horizon: int | None = None
    ) -> None:
        self._core = core
        self._horizon = horizon
        self._source = source
        self._groups: dict[str, Table] = {}
        self.programme = programme

    @property
    def years(self) -> int:
        """Number of years."""
        return self._core.years

    @property
    def seed(self) -> int | None:
        """Seed of the draws; None for a loss table."""
        return self._core.seed

    @property
    def interrupted(self) -> bool:
        """Whether the run was stopped before its last year."""
        return self._core.interrupted

    @property
    def digest(self) -> str:
        """SHA-256 of the annual columns."""
        return self._core.digest

    @property
    def gross(self) -> Floats:
        """Annual gross losses, shape (years,)."""
        return self._core.gross

    @property
    def net(self) -> Floats:
        """Annual net losses; ``total_ceded + net == gross`` to the last bit."""
        return self._core.net

    @property
    def total_ceded(self) -> Floats:
        """Annual recoveries of all treaties."""
        return self._core.total_ceded

    def ceded(self, treaty: str) -> Floats:
        """Annual recoveries of one treaty, shape (years,)."""
        return self._core.ceded(treaty)

    def reinstatement_premium(self, treaty: str) -> Floats:
        """Annual reinstatement premium of one treaty; per unit where its premium is not known."""
        return self._core.reinstatement_premium(treaty)

    def account(self, treaty: str) -> Table | None:
        """Premium, commission and balance of a treaty, a row a year, for the reinsurers' part.

        Columns ``year`` (from 0), ``premium``, ``reinstatement_premium``, ``losses``,
        ``commission``, ``profit_commission``, ``no_claims_bonus``, ``deficit`` (carried into the
        next year) and ``balance``, the result of the reinsurers. Deficits and credits are carried
        over the years of a run (``horizon``). None when the treaty's premium is not known.
        """
        columns = self._core.account(treaty)
        if columns is None:
            return None
        return Table.of("account", {"year": list(range(self.years)), **columns})

    @property
    def largest_gross(self) -> Floats:
        """Largest event of each year, gross."""
        return self._core.largest_gross

    @property
    def largest_net(self) -> Floats:
        """Largest event of each year, net of the covers per risk and per event."""
        return self._core.largest_net

    @property
    def table(self) -> Table:
        """A row per treaty, then gross, ceded and net; every estimate beside its standard error."""
        return Table(self._core.summary())

    def to_pandas(self) -> Any:
        """Convert the main columns to a pandas data frame."""
        return self.table.to_pandas()[list(COLUMNS)]

    def to_polars(self) -> Any:
        """Convert the main columns to a polars data frame."""
        return self.table.to_polars().select(COLUMNS)

    def annual(self) -> Any:
        """Annual results as an Arrow table: year, treaty, gross, ceded, reinstatement_premium, net.

        A year's gross is the sum of its ceded amounts and its net; treaty ``total`` is their sum.
        """
        return self._core.annual()

    def by(self, group: str, *, progress: ProgressHook | bool | None = None) -> Table:
        """Mean annual gross, ceded and net by group of the losses, with standard errors.

        The losses are drawn or read again, the same to the last bit; only sums are kept, so that
        groups may be many.

        Parameters
        ----------
        group : {"sector", "coverage", "risk", "cause", "event"}
            What to group by; an event is a row of its own, as in `events`.
        progress : bool or callable, optional
            As for `Programme.apply`.

        Returns
        -------
        Table
            A row per group: ``expected_loss`` and ``sd`` of the gross, ``ceded`` in all and by
            treaty (``ceded.xl1``), ``net``. A year's recovery is given back to rows in proportion
            to their subject loss.
        """
        if group == "event":
            return self.events(progress=progress)
        if group not in self._groups:
            with _hook(progress, self.years, group) as hook:
                self._groups[group] = Table(self._core.groups(group, progress=hook))
        return self._groups[group]

    def allocate(
        self,
        measure: str = "tvar",
        level: float = 0.99,
        *,
        to: str = "sector",
        of: str = "net",
        progress: ProgressHook | bool | None = None,
    ) -> Table:
        """Allocate a tail mean to groups of the losses (Euler: co-TVaR).

        The part of a group is its mean amount over the years in which the whole exceeds its VaR,
        the atom at the VaR split, so that parts add up to the TVaR of the whole.

        Parameters
        ----------
        measure : {"tvar"}
            What to allocate.
        level : float
            Its level.
        to : {"sector", "coverage", "risk", "cause"}
            Groups.
        of : {"net", "gross", "ceded"} or the name of a treaty
            Whose TVaR.
        progress : bool or callable, optional
            As for `Programme.apply`.

        Returns
        -------
        Table
            ``allocated`` with its ``standard_error``, and its ``share`` of the whole.

        Examples
        --------
        >>> import kebao as kb
        >>> losses = {"year": [1, 1, 2], "loss": [30, 10, 8], "risk_id": ["a", "b", "a"]}
        >>> programme = kb.Programme.from_text("xl: 20 xs 20")
        >>> result = programme.apply(losses, years=2)
        >>> result.allocate("tvar", 0.5, to="risk")["allocated"].tolist()
        [20.0, 10.0]
        """
        with _hook(progress, self.years, "allocate") as hook:
            return Table(self._core.allocate(measure, level, to=to, of=of, progress=hook))

    def what_if(
        self,
        programmes: Mapping[str, Programme] | Programme,
        *,
        progress: ProgressHook | bool | None = None,
    ) -> Table:
        """Compare other programmes with this one over the same years and draws.

        Parameters
        ----------
        programmes : Programme, or Programme by name
            What to compare with.
        progress : bool or callable, optional
            As for `Programme.apply`.

        Returns
        -------
        Table
            A row per programme and number: ``base`` is the number here, ``value`` there, and the
            ``difference`` has the ``standard_error`` of the paired years, which is far below that
            of either number.

        Examples
        --------
        >>> import kebao as kb
        >>> loss = kb.Aggregate(kb.Poisson(mean=2), kb.Pareto(alpha=2.5, scale="1m"))
        >>> base = kb.Programme.from_text("xl: 4m xs 1m").apply(loss, years=20_000, seed=7)
        >>> more = base.what_if({"more": kb.Programme.from_text("xl: 5m xs 1m")})
        >>> net = more.to_dict()
        >>> net["amount"][0], net["measure"][0], bool(net["difference"][0] < 0)
        ('net', 'mean', True)
        """
        if not isinstance(programmes, Mapping):
            programmes = {"other": programmes}
        pairs = [(name, programme._core) for name, programme in programmes.items()]
        with _hook(progress, self.years, "what if") as hook:
            return Table(self._core.what_if(pairs, progress=hook))

    def events(self, *, progress: ProgressHook | bool | None = None) -> Table:
        """What each event costs each treaty, a row an event.

        Returns
        -------
        Table
            ``year`` (from 0), ``event`` (number in the source), ``time`` where known, ``gross``,
            ``ceded`` in all and by treaty (``ceded.xl1``), ``net``. Annual covers are given back to
            the events of their year in proportion to what is left of them.
        """
        with _hook(progress, self.years, "events") as hook:
            return Table(self._core.events(progress=hook))

    def ord(
        self, table: str, *, of: str = "net", progress: ProgressHook | bool | None = None
    ) -> Table:
        """Results as a table of the Open Results Data standard (Oasis LMF).

        Parameters
        ----------
        table : {"SPLT", "MPLT", "SELT", "EPT", "PALT"}
            Which table. A year is a period and one sample; ``EPT`` has OEP, OEP-TVaR, AEP and
            AEP-TVaR (types 1 to 4) by full uncertainty (``EPCalc`` 2).
        of : {"net", "gross", "ceded"} or the name of a treaty
            Whose losses.
        progress : bool or callable, optional
            As for `Programme.apply`.

        Examples
        --------
        >>> import kebao as kb
        >>> losses = {"year": [1, 1, 2], "loss": [30.0, 10.0, 8.0]}
        >>> result = kb.Programme.from_text("xl: 20 xs 10").apply(losses, years=2)
        >>> result.ord("SELT", of="xl").to_dict()["Loss"]
        [20.0, 0.0, 0.0]
        """
        with _hook(progress, self.years, table) as hook:
            return Table(self._core.ord(table, of=of, progress=hook))

    def exact(self, *, log2: int = 16) -> Table:
        """Compare with the same numbers without simulation.

        Parameters
        ----------
        log2 : int
            The grid of the FFT has 2^log2 buckets.

        Returns
        -------
        Table
            Exact values, the simulated mean and its z-score; where a treaty has no exact solution
            its ``reason`` says why.
        """
        return Table(self._core.exact(log2=log2))

    def sensitivity(self, *, progress: ProgressHook | bool | None = None) -> Table:
        """Derive each treaty's expected loss by each parameter of the aggregate.

        Returns
        -------
        Table
            ``derivative`` with its ``standard_error``, and ``elasticity``.
        """
        with _hook(progress, self.years, "sensitivity") as hook:
            return Table(self._core.sensitivity(progress=hook))

    def variance(
        self, *, years: int = 50_000, progress: ProgressHook | bool | None = None
    ) -> Table:
        """Split variances into process, parameter and systemic parts, for a simulated book.

        Two further runs share every draw with this one: parameters at their means, and systemic
        events off as well. The parts are differences of variances over the same years.

        Parameters
        ----------
        years : int
            How many of the years to use.
        progress : bool or callable, optional
            As for `Programme.apply`.

        Returns
        -------
        Table
            Parts add up to ``total``; ``systemic`` is what events on accumulation keys add.
        """
        used = min(years, self.years)
        with _hook(progress, used, "variance") as hook:
            return Table(self._core.variance(years=used, progress=hook))

    def quote(
        self,
        *,
        expenses: float = 0.0,
        brokerage: float = 0.0,
        capital: CostOfCapital | None = None,
    ) -> Quote:
        """Price each treaty: expected loss, cost of capital, expenses, brokerage, commission.

        Parameters
        ----------
        expenses, brokerage : float
            Fractions of the premium.
        capital : CostOfCapital, optional
            None costs nothing.
        """
        cost = capital or CostOfCapital(rate=0.0)
        core = self._core.quote(
            expenses=expenses,
            brokerage=brokerage,
            measure=cost.measure,
            level=cost.level,
            rate=cost.rate,
        )
        return Quote(Table(core), expenses, brokerage, cost, self.programme.currency)

    def explain(self, treaty: str, *, year: int | str = "worst") -> Explanation:
        """Replay one treaty in one year.

        Parameters
        ----------
        treaty : str
            Name of the treaty.
        year : int or "worst"
            Year from 0, or the one with the largest recovery.
        """
        if year == "worst":
            number = int(np.argmax(self.ceded(treaty)))
        elif isinstance(year, int):
            number = year
        else:
            allowed = "a year from 0, or 'worst'"
            raise InputError(
                issues=[Issue("out_of_range", "explain", "year", repr(year), allowed=allowed)]
            )
        told = json.loads(self._core.explain(treaty, number))
        steps: Sequence[Mapping[str, Any]] = told["steps"]
        keys = list(steps[0]) if steps else ["occurrence"]
        columns = {
            key: [np.nan if step[key] is None else step[key] for step in steps] for key in keys
        }
        return Explanation(
            treaty,
            number,
            told["wording"],
            told["participation"],
            Table.of("explain", columns),
            told["terms"],
        )

    def curves(self, return_periods: Sequence[float] = RETURN_PERIODS) -> Table:
        """Losses by return period with 95 % intervals: annual (AEP) and largest event (OEP)."""
        return Table(self._core.curves(list(return_periods)))

    def _lines(self) -> list[_svg.Line]:
        table = self.curves([t for t in RETURN_PERIODS if t <= self.years / 20])
        names = list(dict.fromkeys(table["curve"]))
        return [
            _svg.Line(
                name,
                *(
                    [row[key] for row in table if row["curve"] == name]
                    for key in ("return_period", "loss", "low_95", "high_95")
                ),
            )
            for name in names
        ]

    @property
    def plot(self) -> Plots:
        """Pictures: ``ep()``, ``tower()``."""
        return Plots(self)

    def to_parquet(self, path: str | Path) -> None:
        """Write the annual results, with seed, digest and version in the metadata."""
        self._core.write_annual(
            path,
            {
                "kebao.version": _kebao.__version__,
                "kebao.seed": str(self.seed),
                "kebao.digest": self.digest,
                "kebao.currency": self.programme.currency or "",
            },
        )

    def to_excel(self, path: str | Path, *, more: Sequence[Table] = ()) -> None:
        """Write the table, the exceedance curves and any further tables as a workbook."""
        to_excel(path, [self.table, self.curves(), *more])

    @property
    def notes(self) -> list[str]:
        """Amounts whose variance or mean is infinite, as unlimited losses make it, and what helps.

        Without a variance the standard errors of means and tail means are NaN and the standard
        deviation is infinite; without a mean the mean is infinite. Quantiles keep their errors, and
        so does whatever a limit makes light.

        Examples
        --------
        >>> import kebao as kb
        >>> loss = kb.Aggregate(kb.Poisson(mean=2), kb.Pareto(alpha=1.5, scale="1m"))
        >>> result = kb.Programme.from_text("xl: 4m xs 1m").apply(loss, years=5000, seed=7)
        >>> [note.split(";")[0] for note in result.notes]
        ['gross, net: the variance is infinite: no standard error']
        """
        return self._core.notes

    def _footer(self) -> str:
        seed = "" if self.seed is None else f"seed {self.seed} · "
        stopped = " (interrupted)" if self.interrupted else ""
        run = (
            f"{self.years:,} years{stopped} · {seed}kebao {_kebao.__version__} · "
            f"digest {self.digest[:12]}"
        )
        return "\n".join([*self.notes, run])

    def _short(self) -> Table:
        rows = list(self.table)
        texts: dict[str, list[Any]] = {
            "treaty": [row["treaty"] for row in rows],
            "expected loss": [
                with_error(row["expected_loss"], row["standard_error"]) for row in rows
            ],
            "sd": [amount(row["sd"]) for row in rows],
            "P(attach)": [percent(row["prob_attach"], 2) for row in rows],
            "P(exhaust)": [percent(row["prob_exhaust"], 2) for row in rows],
            "on line": [percent(row["rate_on_line"]) for row in rows],
            "reinst. premium": [_reinstated(row) for row in rows],
            "VaR 99%": [with_error(row["var_99"], row["var_99_se"]) for row in rows],
            "TVaR 99%": [with_error(row["tvar_99"], row["tvar_99_se"]) for row in rows],
        }
        return Table.of("result", texts)

    def __repr__(self) -> str:
        return f"{self._short()!r}\n{self._footer()}"

    def _repr_html_(self) -> str:
        return (
            f"{self.programme.tower()}{self._short()._repr_html_()}"
            f'<p style="opacity:.6">{self._footer()}</p>'
        )


def apply(
    programme: Programme,
    source: Any,
    *,
    years: int | None = None,
    seed: int | None = None,
    attribution: str = "event_order",
    horizon: int | None = None,
    keep: Sequence[str] = (),
    threads: int | None = None,
    progress: ProgressHook | bool | None = None,
) -> Result:
    """Apply a programme to losses; `Programme.apply` is the usual way to call it."""
    core_source = _source(source, years, seed, threads)
    with _hook(progress, years or 0, "years") as hook:
        try:
            core = _kebao.apply_programme(
                programme._core,
                core_source,
                years=years,
                seed=seed,
                attribution=attribution,
                horizon=horizon,
                keep=[keep] if isinstance(keep, str) else list(keep),
                threads=threads,
                progress=hook,
            )
        except KeyboardInterrupt as stop:
            kept = getattr(stop, "partial", None)
            if isinstance(kept, _kebao.Result):
                partial = Result(kept, programme, core_source, horizon)
                stop.partial = partial  # type: ignore[attr-defined]
            raise
    return Result(core, programme, core_source, horizon)


def _source(source: Any, years: int | None, seed: int | None, threads: int | None) -> Any:
    """Find the compiled source behind whatever the user calls losses."""
    from .portfolio import Portfolio
    from .simulate import simulate
    from .treaty import LossTable

    if isinstance(source, _kebao.Aggregate | _kebao.UncertainAggregate):
        return source
    if isinstance(source, Portfolio):
        missing = [
            Issue("missing", "apply", name, allowed="given for a portfolio")
            for name, value in (("years", years), ("seed", seed))
            if value is None
        ]
        if missing:
            raise InputError(issues=missing)
        assert years is not None
        assert seed is not None
        source = simulate(source, years=years, seed=seed, threads=threads)
    core = getattr(source, "_core", None)
    if isinstance(core, _kebao.Simulation | _kebao.LossTable | _kebao.LossScan):
        return core
    if years is None:
        raise InputError(
            issues=[Issue("missing", "apply", "years", allowed="given for a table of losses")]
        )
    if isinstance(source, str | PathLike) and str(source).endswith(".parquet"):
        return LossTable.scan(source, years=years)._core
    return LossTable(source, years=years)._core


class _hook:
    """The progress callback that was asked for; by default a line on a terminal."""

    def __init__(self, progress: ProgressHook | bool | None, years: int, label: str) -> None:
        self._line = None
        self._call: ProgressHook | None = None
        if callable(progress):
            self._call = progress
        elif progress is not False:
            self._line = Progress(years, label=label, show=True if progress else None)
            self._call = self._line

    def __enter__(self) -> ProgressHook | None:
        return self._call

    def __exit__(self, *_: object) -> None:
        if self._line is not None:
            self._line.close()


def _reinstated(row: Mapping[str, Any]) -> str:
    """Premium to reinstate, or its share of a premium that is not stated."""
    if np.isfinite(row["reinstatement_premium"]):
        return amount(row["reinstatement_premium"])
    rate = row["reinstatement_rate"]
    return f"{percent(rate)} of P" if np.isfinite(rate) else "–"


def _letter(column: int) -> str:
    """Name of an Excel column: 0 is A, 26 is AA."""
    return (_letter(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)
