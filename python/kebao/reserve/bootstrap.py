"""Predictive distributions of reserves by resampling."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .. import _kebao
from .._text import amount
from ..errors import InputError, Issue
from ..table import Table
from ..triangle import Triangle
from .chain_ladder import ChainLadder
from .estimator import Estimator, Floats
from .selection import Selection, core_of

if TYPE_CHECKING:
    from .rereserve import ReReserve

LEVELS = (0.5, 0.75, 0.9, 0.95, 0.99, 0.995)
Progress = Callable[[int, int], object]


class Bootstrap(Estimator):
    """What the bootstraps share: outcomes, and what is read from them.

    Arrays have no segment axis when there is one segment. `ibnr_`, `ultimate_` are means of the
    outcomes; the chain ladder that is resampled is `basis_`.
    """

    _boot: _kebao.BootstrapFit | None = None
    average: Any
    last: int | None
    exclude: Any
    tail: Any
    selection: Selection | None

    def _selection(self, sigma: str) -> _kebao.Selection:
        if self.selection is None:
            kind = type(self).__name__
            return core_of(kind, self.average, self.last, self.exclude, self.tail, sigma)
        ladder = ChainLadder(
            average=self.average,
            n=self.last,
            exclude=self.exclude,
            tail=self.tail,
            selection=self.selection,
        )
        return ladder._selection(sigma)

    def _simulate(
        self, triangle: Triangle, choices: dict[str, Any], progress: Progress | None
    ) -> Self:
        self._check(triangle)
        name = type(self).__name__
        selection = self._selection(getattr(self, "sigma", "mack"))
        everything = {**_DEFAULTS, **choices}
        self._boot = _kebao.run_bootstrap(triangle._core, name, selection, everything, progress)
        self._fit, self._triangle = self._boot.basis, triangle
        return self

    @property
    def _outcomes(self) -> _kebao.BootstrapFit:
        if self._boot is None:
            raise AttributeError(f"this {type(self).__name__} is not fitted; call fit(triangle)")
        return self._boot

    @property
    def basis_(self) -> _kebao.ReserveFit:
        """The chain ladder that is resampled."""
        return self._result

    @property
    def ibnr_(self) -> Floats:
        """Mean reserve of each origin."""
        return _first(self._outcomes.mean)

    @property
    def ultimate_(self) -> Floats:
        """Latest value plus mean reserve of each origin."""
        return self.latest_ + self.ibnr_

    @property
    def standard_error_(self) -> Floats:
        """Standard deviation of the predicted reserve of each origin."""
        return _first(self._outcomes.sd)

    @property
    def total_ibnr_(self) -> Any:
        """Mean total reserve; by segment when there are several."""
        return _scalar([mean for mean, _, _ in self._outcomes.total_moments])

    @property
    def total_ultimate_(self) -> Any:
        """Latest values plus the mean total reserve; by segment when there are several."""
        return self.total_latest_ + self.total_ibnr_

    @property
    def total_standard_error_(self) -> Any:
        """Standard deviation of the total reserve; by segment when there are several."""
        return _scalar([sd for _, sd, _ in self._outcomes.total_moments])

    @property
    def simulation_error_(self) -> Any:
        """Standard error of `total_ibnr_` for the number of outcomes."""
        return _scalar([error for _, _, error in self._outcomes.total_moments])

    @property
    def totals_(self) -> Floats:
        """Total reserve of every outcome; segment × outcome when there are several segments."""
        return _first(self._outcomes.total)

    @property
    def portfolio_(self) -> Floats:
        """Sum of the reserves of all segments, by outcome, with their dependence."""
        return self._outcomes.portfolio

    @property
    def by_origin_(self) -> Floats:
        """Reserve by origin and outcome; needs ``keep`` "origins" or "cells"."""
        return self._kept(_first(self._outcomes.by_origin), "origins")

    @property
    def cash_flows_(self) -> Floats:
        """Amounts by future calendar period and outcome; they sum to the reserve."""
        return self._kept(_first(self._outcomes.by_period), "origins")

    @property
    def cells_(self) -> Any:
        """Increment of every future cell, cell × outcome; a list when there are several segments.

        `future_` names the cells.
        """
        segments = range(len(self._fitted_triangle.segments))
        cells = [self._kept(self._outcomes.cells(at), "cells") for at in segments]
        return cells[0] if len(cells) == 1 else cells

    @property
    def future_(self) -> Any:
        """Origin, age in months where the development starts, and calendar period of each cell."""
        segments = range(len(self._fitted_triangle.segments))
        cells = [self._outcomes.future(at) for at in segments]
        return cells[0] if len(cells) == 1 else cells

    def _kept(self, values: Floats, keep: str) -> Floats:
        if values.size == 0:
            raise AttributeError(f"not kept; fit with keep={keep!r}")
        return values

    @property
    def counts_(self) -> Any:
        """Rare events: how often they occurred; a list when there are several segments.

        ``negative_means``: future means below zero, handled as ``negatives`` says.
        ``negative_latest``: resampled values at zero or below on the latest diagonal.
        ``factors_replaced``: factors that could not be had and took the fitted value.
        """
        names = ("negative_means", "negative_latest", "factors_replaced")
        counts = [dict(zip(names, each, strict=True)) for each in self._outcomes.counts]
        return counts[0] if len(counts) == 1 else counts

    def quantile(self, p: float | Sequence[float], *, segment: int | None = None) -> Table:
        """Quantiles (VaR) and tail means (TVaR) of the total reserve, with standard errors.

        Parameters
        ----------
        p : float or sequence of float
            Levels in (0, 1).
        segment : int, optional
            Number of the segment; the sum of all by default.

        Returns
        -------
        Table
            ``level, var, var_se, tvar, tvar_se``.
        """
        values = self.portfolio_ if segment is None else np.atleast_2d(self.totals_)[segment]
        return _measures(values, np.atleast_1d(p).tolist())

    def distribution(self, *, levels: Sequence[float] = LEVELS, segment: int = 0) -> Table:
        """Mean, standard deviation and quantiles with their errors, by origin and in total.

        Parameters
        ----------
        levels : sequence of float
            Levels of the quantiles.
        segment : int
            Number of the segment.

        Returns
        -------
        Table
            ``origin, mean, mean_se, sd``, and ``q50, q50_se, ...`` for each level.
        """
        origins = self._kept(self._outcomes.by_origin, "origins")[segment]
        rows = [
            *zip(self._fitted_triangle.origins, origins, strict=True),
            ("total", np.atleast_2d(self.totals_)[segment]),
        ]
        return _distribution("origin", rows, levels)

    def cash_flows(self, *, levels: Sequence[float] = LEVELS, segment: int = 0) -> Table:
        """Mean, standard deviation and quantiles of the amount of each future calendar period."""
        periods = self._kept(self._outcomes.by_period, "origins")[segment]
        return _distribution("period", [(str(k + 1), row) for k, row in enumerate(periods)], levels)

    def rereserve(
        self, method: Estimator | None = None, *, segment: int = 0, **fit: Any
    ) -> ReReserve:
        """Simulate next year's claims development result of any method: the actuary in the box.

        The method is fitted to the triangle with each simulated next diagonal; needs
        ``keep="cells"``.

        Parameters
        ----------
        method : Estimator, optional
            What re-estimates the ultimates; the chain ladder by default.
        segment : int
            Number of the segment.
        **fit
            Passed to the method's ``fit``, such as ``exposure``.

        Returns
        -------
        ReReserve
        """
        from .rereserve import rereserve

        return rereserve(self, method, segment=segment, **fit)

    @property
    def plot(self) -> Plot:
        """Pictures; matplotlib is imported when one is drawn."""
        return Plot(self)

    def _by_origin(self) -> dict[str, Floats]:
        return {
            "latest": self.latest_,
            "ultimate": self.ultimate_,
            "ibnr": self.ibnr_,
            "standard_error": self.standard_error_,
        }

    def _totals(self) -> dict[str, Any]:
        return {
            "latest": self.total_latest_,
            "ultimate": self.total_ultimate_,
            "ibnr": self.total_ibnr_,
            "standard_error": self.total_standard_error_,
        }


class ODPBootstrap(Bootstrap):
    """Bootstrap of the over-dispersed Poisson model of the increments.

    Residuals of the fitted increments are drawn with replacement, added back, and the triangle so
    made is fitted again; its future increments have mean m and variance scale abs(m). The outcomes
    are the predictive distribution of what is still to come.

    Parameters
    ----------
    n : int
        Outcomes.
    seed : int
        Seed of the draws. An outcome depends on the seed, the labels of its segment and its number,
        not on ``n``, the threads or other segments.
    adjustment : {"dof", "hat", "none"}
        How residuals are enlarged: sqrt(n / (n - p)), 1 / sqrt(1 - leverage), or not.
    centre : bool
        Shift the residuals to mean zero.
    zones : sequence of int, optional
        A group number for each age; each group has a scale of its own.
    process : {"gamma", "odp", "lognormal", "none"}
        Distribution of a future increment around its mean; ``"none"`` leaves parameter error alone.
    negatives : {"mirror", "shift", "mean"}
        What is made of a negative mean: the mirror image of an amount of mean abs(m); that amount
        moved down by 2 abs(m), skewed to the right; or the mean itself. `counts_` tells how many.
    method : {"chain_ladder", "bornhuetter_ferguson", "cape_cod"} or Estimator
        What projects a resampled triangle. The second and the third take ``exposure`` in `fit`. Any
        other estimator of one measure is fitted to all resampled triangles, with ``exposure`` if it
        is given; the reserve of an origin is spread over the cells to come by the method's pattern.
    prior : float or sequence of float
        Prior loss ratio, one or by origin, for Bornhuetter-Ferguson.
    prior_cv : float
        Coefficient of variation of a gamma factor on each prior, drawn by origin.
    decay, trend : float
        Of Cape Cod: weight decay^distance of other origins, growth of the loss ratio by origin.
    synchronised : bool
        Draw the residuals of the same cells in all segments, which keeps the dependence that the
        residuals have (Kirschner, Kerley and Isaacs 2002).
    correlation : array, optional
        Rank correlation between the totals of the segments, by a normal copula (Iman and Conover
        1982); every segment keeps its distribution.
    average, last, exclude, tail, selection
        Selection of development factors as in `ChainLadder` (``last`` is its ``n``), replayed on
        every resampled triangle.
    keep : {"total", "origins", "cells"}
        How much of every outcome is kept.
    threads : int, optional
        Worker threads; changes nothing but time.

    Notes
    -----
    England and Verrall (1999), Analytic and bootstrap estimates of prediction errors in claims
    reserving, Insurance: Mathematics and Economics 25; England and Verrall (2002), Stochastic
    claims reserving in general insurance, British Actuarial Journal 8(3); Shapland (2016), Using
    the ODP bootstrap model: a practitioner's guide, CAS Monograph 4.

    Cells that are fitted exactly, as the corners of a triangle are, give no residual. An origin
    that starts late or has a gap goes on from the value observed there.

    Examples
    --------
    >>> import kebao as kb
    >>> boot = kb.ODPBootstrap(n=2_000, seed=7).fit(kb.datasets.load("genins"))
    >>> boot.scale_[0].round(2).item()
    52601.36
    >>> bool(abs(boot.total_ibnr_ / 18_680_856 - 1) < 0.02)
    True
    >>> bool(abs(boot.cash_flows_.sum(axis=0) - boot.totals_).max() < 1e-6)
    True
    """

    _replaced: list[int] | None = None

    def __init__(
        self,
        *,
        n: int = 10_000,
        seed: int = 0,
        adjustment: str = "dof",
        centre: bool = False,
        zones: Sequence[int] | None = None,
        process: str = "gamma",
        negatives: str = "mirror",
        method: str | Estimator = "chain_ladder",
        prior: float | Sequence[float] | None = None,
        prior_cv: float = 0.0,
        decay: float = 1.0,
        trend: float = 0.0,
        synchronised: bool = False,
        correlation: Any = None,
        average: str = "volume",
        last: int | None = None,
        exclude: Iterable[tuple[str, int]] | None = None,
        tail: float | str | tuple[float, float, float] | None = None,
        selection: Selection | None = None,
        keep: str = "origins",
        threads: int | None = None,
    ) -> None:
        self.n = n
        self.seed = seed
        self.adjustment = adjustment
        self.centre = centre
        self.zones = zones
        self.process = process
        self.negatives = negatives
        self.method = method
        self.prior = prior
        self.prior_cv = prior_cv
        self.decay = decay
        self.trend = trend
        self.synchronised = synchronised
        self.correlation = correlation
        self.average = average
        self.last = last
        self.exclude = exclude
        self.tail = tail
        self.selection = selection
        self.keep = keep
        self.threads = threads

    def fit(
        self, triangle: Triangle, *, exposure: Any = None, progress: Progress | None = None
    ) -> Self:
        """Simulate the reserves of every segment of a triangle of one measure.

        Parameters
        ----------
        triangle : Triangle
        exposure : array, optional
            Premium or exposure by origin, or segment × origin, for methods that take it.
        progress : callable, optional
            Called as ``progress(done, total)`` in long runs.

        Returns
        -------
        self

        Raises
        ------
        InputError
            A choice is not one; all faults at once.
        """
        self._check(triangle)
        numbers = None
        if exposure is not None:
            shape = (len(triangle.segments), len(triangle.origins))
            numbers = _spread(type(self).__name__, "exposure", exposure, shape)
            if self.method == "bornhuetter_ferguson":
                if self.prior is None:
                    issue = Issue("missing", type(self).__name__, "prior", "", "a loss ratio")
                    raise InputError(issues=[issue])
                numbers = numbers * _spread(type(self).__name__, "prior", self.prior, shape)
        choices = {
            "simulations": self.n,
            "projection": self.method,
            "exposure": None if numbers is None else numbers.ravel().tolist(),
            **{name: getattr(self, name) for name in _ODP},
            **_shared(self),
        }
        self._replaced = None
        if isinstance(self.method, Estimator):
            choices |= {"projection": "chain_ladder", "exposure": None}
            choices |= self._given(triangle, choices, numbers)
        return self._simulate(triangle, choices, progress)

    def _given(
        self, triangle: Triangle, choices: dict[str, Any], exposure: Floats | None
    ) -> dict[str, Any]:
        """Means of the cells to come, from the method fitted to every resampled triangle."""
        name = type(self).__name__
        selection = self._selection("mack")
        everything = {**_DEFAULTS, **choices, "correlation": None}
        one = {**everything, "simulations": 1, "process": "none", "keep": "cells"}
        layout = _kebao.run_bootstrap(triangle._core, name, selection, one)
        ages = {int(age): at for at, age in enumerate(triangle.ages)}
        rows = {label: at for at, label in enumerate(triangle.origins)}
        means: list[list[float]] = []
        replaced: list[int] = []
        for segment in range(len(triangle.segments)):
            core = _kebao.bootstrap_triangles(triangle._core, name, selection, everything, segment)
            if core is None:
                means.append([])
                replaced.append(0)
                continue
            cells = [(rows[origin], ages[age]) for origin, age, _ in layout.future(segment)]
            many = Triangle._of(core)
            alone = Triangle._of(triangle._core.pick([segment]))
            units = None if exposure is None else exposure[segment]
            observed, _ = _means(self.method, alone, cells, units, layout, segment)
            found, failed = _means(self.method, many, cells, units, layout, segment)
            if np.isnan(observed).any():
                told = f"{type(self.method).__name__} on the observed triangle has no reserve"
                raise InputError(issues=[Issue("no_result", name, "method", told)])
            # An outcome that the method cannot be fitted to takes what was observed.
            found[:, failed] = observed
            means.append(found.ravel().tolist())
            replaced.append(int(failed.sum()))
        self._replaced = replaced
        return {"projection": "given", "means": means}

    @property
    def outcomes_replaced_(self) -> Any:
        """Outcomes that ``method`` could not be fitted to, and that took the observed means."""
        if self._replaced is None:
            raise AttributeError("only known when method is an estimator")
        return self._replaced[0] if len(self._replaced) == 1 else self._replaced

    @property
    def scale_(self) -> Floats:
        """Scale of the model by age: the sum of squared residuals over n - p, or that by zone."""
        return _first(self._outcomes.scale)


class MackBootstrap(Bootstrap):
    """Bootstrap of Mack's model: resampled link ratios, then development from the diagonal.

    Residuals of the link ratios, enlarged by sqrt(n / (n - 1)) for the n links of an age, give new
    factors; from the observed diagonal each step has mean f C and variance sigma^2 C^(2 - alpha).

    Parameters
    ----------
    n, seed, process, negatives, synchronised, correlation, keep, threads
        As for `ODPBootstrap`; ``"odp"`` is a Poisson count scaled to the variance.
    factors : {"resampled", "normal"}
        Averages of resampled ratios, or normal around the estimate with its standard error. A tail
        factor is normal in both.
    centre : bool
        Shift the residuals to mean zero.
    average, last, exclude, tail, sigma, selection
        As for `Mack` (``last`` is its ``n``). Factors that are no weighted means of ratios
        (medians, trimmed means, given factors) vary normally.

    Notes
    -----
    England and Verrall (2006), Predictive distributions of outstanding liabilities in general
    insurance, Annals of Actuarial Science 1(2).

    Examples
    --------
    >>> import kebao as kb
    >>> boot = kb.MackBootstrap(n=2_000, seed=7).fit(kb.datasets.load("genins"))
    >>> bool(abs(boot.total_standard_error_ / 2_447_095 - 1) < 0.1)
    True
    """

    def __init__(
        self,
        *,
        n: int = 10_000,
        seed: int = 0,
        factors: str = "resampled",
        centre: bool = False,
        process: str = "gamma",
        negatives: str = "mirror",
        synchronised: bool = False,
        correlation: Any = None,
        average: str = "volume",
        last: int | None = None,
        exclude: Iterable[tuple[str, int]] | None = None,
        tail: float | str | tuple[float, float, float] | None = None,
        sigma: str = "mack",
        selection: Selection | None = None,
        keep: str = "origins",
        threads: int | None = None,
    ) -> None:
        self.n = n
        self.seed = seed
        self.factors = factors
        self.centre = centre
        self.process = process
        self.negatives = negatives
        self.synchronised = synchronised
        self.correlation = correlation
        self.average = average
        self.last = last
        self.exclude = exclude
        self.tail = tail
        self.sigma = sigma
        self.selection = selection
        self.keep = keep
        self.threads = threads

    def fit(self, triangle: Triangle, *, progress: Progress | None = None) -> Self:
        """Simulate the reserves of every segment of a triangle of one measure."""
        choices = {
            "simulations": self.n,
            "errors": self.factors,
            "centre": self.centre,
            **_shared(self),
        }
        return self._simulate(triangle, choices, progress)


class Plot:
    """Pictures of a bootstrap."""

    def __init__(self, boot: Bootstrap) -> None:
        self._boot = boot

    def fan(
        self,
        *,
        levels: Sequence[float] = (0.5, 0.75, 0.9, 0.99),
        segment: int = 0,
        ax: Any = None,
    ) -> Any:
        """Cumulative future payments by calendar period: median and central intervals.

        Parameters
        ----------
        levels : sequence of float
            Probabilities of the central intervals.
        segment : int
            Number of the segment.
        ax : matplotlib Axes, optional

        Returns
        -------
        matplotlib Axes
        """
        if ax is None:
            import matplotlib.pyplot as plt

            _, ax = plt.subplots()
        amounts = self._boot._kept(self._boot._outcomes.by_period, "origins")
        flows = np.cumsum(amounts[segment], axis=0)
        paid = np.vstack([np.zeros(flows.shape[1]), flows])
        periods = np.arange(len(paid))
        for rank, level in enumerate(sorted(levels, reverse=True)):
            low, high = np.quantile(paid, [(1 - level) / 2, (1 + level) / 2], axis=1)
            # The first default colour on white, denser for narrower intervals.
            weight = 1 - 0.78 ** (rank + 1)
            shade = tuple(1 - weight * (1 - part) for part in (0.122, 0.467, 0.706))
            ax.fill_between(periods, low, high, color=shade, lw=0, label=f"{level:.0%}")
        ax.plot(periods, np.median(paid, axis=1), color="C0", label="median")
        ax.set(xlabel="periods from now", ylabel="paid from now")
        ax.yaxis.set_major_formatter(lambda value, _: amount(value))
        ax.margins(x=0)
        ax.legend(loc="upper left", frameon=False)
        return ax

    def histogram(self, *, segment: int | None = None, bins: int = 60, ax: Any = None) -> Any:
        """Distribution of the total reserve, with mean and 99.5 % quantile."""
        if ax is None:
            import matplotlib.pyplot as plt

            _, ax = plt.subplots()
        boot = self._boot
        values = boot.portfolio_ if segment is None else np.atleast_2d(boot.totals_)[segment]
        ax.hist(values, bins=bins, density=True, color="C0", alpha=0.5)
        ax.axvline(values.mean(), color="C0", label="mean")
        ax.axvline(_measures(values, [0.995])["var"][0], color="C3", label="99.5 %")
        ax.set(xlabel="reserve", yticks=[])
        ax.xaxis.set_major_formatter(lambda value, _: amount(value))
        ax.legend(frameon=False)
        return ax


_ODP = ("adjustment", "centre", "zones", "prior_cv", "decay", "trend")
_SHARED = ("seed", "process", "negatives", "keep", "synchronised", "threads")
_DEFAULTS = {
    "adjustment": None,
    "centre": False,
    "zones": None,
    "errors": None,
    "projection": "chain_ladder",
    "exposure": None,
    "prior_cv": 0.0,
    "decay": 1.0,
    "trend": 0.0,
    "means": None,
}


def _means(
    method: Any,
    triangle: Triangle,
    cells: list[tuple[int, int]],
    exposure: Floats | None,
    layout: _kebao.BootstrapFit,
    segment: int,
) -> tuple[Floats, Any]:
    """Mean of each cell to come, cell × segment of the triangle, and the segments without.

    The reserve of an origin is spread as the method's share of the ultimate grows; where the method
    has no pattern, as that of the chain ladder does.
    """
    count, last = len(triangle.segments), len(triangle.ages)
    own = copy.copy(method)
    if exposure is None:
        own = own.fit(triangle)
    else:
        own = own.fit(triangle, exposure=np.broadcast_to(exposure, (count, len(exposure))))
    reserve = (own.ultimate_ - own.latest_).reshape(count, -1)
    share = np.atleast_2d(own._result.emerged).copy()
    share[~np.isfinite(share).all(axis=1)] = np.atleast_2d(layout.basis.emerged)[segment]
    share = np.hstack([share, np.ones((count, 1))])
    with_tail = any(age + 1 == last for _, age in cells)
    if not with_tail and (np.abs(share[:, last - 1] - 1) > 1e-9).any():
        allowed = "the tail of the method, so that its cells are simulated"
        raise InputError(issues=[Issue("missing", "ODPBootstrap", "tail", "None", allowed)])
    steps = np.array([share[:, age + 1] - share[:, age] for _, age in cells])
    whole = np.zeros((len(triangle.origins), count))
    origins = np.array([origin for origin, _ in cells])
    np.add.at(whole, origins, steps)
    with np.errstate(all="ignore"):
        found = reserve.T[origins] * steps / whole[origins]
    # Nothing is to come: neither by the pattern nor in amount.
    found[(reserve.T[origins] == 0) & (steps == 0)] = 0.0
    return found, ~np.isfinite(found).all(axis=0)


def _shared(boot: Any) -> dict[str, Any]:
    correlation = boot.correlation
    return {
        **{name: getattr(boot, name) for name in _SHARED},
        "correlation": None if correlation is None else np.asarray(correlation, float).tolist(),
    }


def _spread(kind: str, field: str, values: Any, shape: tuple[int, int]) -> Floats:
    array = np.asarray(values, dtype=float)
    try:
        return np.broadcast_to(array, shape).astype(float)
    except ValueError:
        allowed = f"one number, {shape[1]} by origin, or {shape[0]} segments × {shape[1]} origins"
        issue = Issue("wrong_shape", kind, field, f"shape {array.shape}", allowed)
        raise InputError(issues=[issue]) from None


def _first(values: Floats) -> Floats:
    return values[0] if len(values) == 1 else values


def _scalar(values: list[float]) -> Any:
    return values[0] if len(values) == 1 else np.array(values)


def _measures(values: Floats, levels: list[float]) -> Table:
    var, var_se, tvar, tvar_se = _kebao.tail_measures(np.ascontiguousarray(values), levels)
    columns = {"var": var, "var_se": var_se, "tvar": tvar, "tvar_se": tvar_se}
    return Table.of("measures", {"level": levels, **columns})


def _distribution(name: str, rows: list[tuple[str, Floats]], levels: Sequence[float]) -> Table:
    columns: dict[str, list[Any]] = {name: [], "mean": [], "mean_se": [], "sd": []}
    for level in levels:
        columns[f"q{level * 100:g}"] = []
        columns[f"q{level * 100:g}_se"] = []
    for label, values in rows:
        columns[name].append(label)
        sd = values.std(ddof=1) if len(values) > 1 else float("nan")
        columns["mean"].append(float(values.mean()))
        columns["mean_se"].append(float(sd / np.sqrt(len(values))))
        columns["sd"].append(float(sd))
        found = _measures(values, list(levels))
        for level, var, error in zip(levels, found["var"], found["var_se"], strict=True):
            columns[f"q{level * 100:g}"].append(float(var))
            columns[f"q{level * 100:g}_se"].append(float(error))
    return Table.of("distribution", columns)
