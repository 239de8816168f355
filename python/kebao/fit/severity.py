"""Severities fitted by maximum likelihood and set side by side."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

from kebao import _kebao
from kebao._show import html_table, text
from kebao._text import amount, percent
from kebao.errors import InputError, Issue, NumericError
from kebao.fit._data import LossData
from kebao.fit._plots import Plots
from kebao.table import Table

__all__ = ["Estimate", "Fit", "SeverityComparison", "severity"]


class Estimate(NamedTuple):
    """A number and its standard error."""

    value: float
    standard_error: float


class Fit:
    """One family fitted to losses.

    Made by `kebao.fit.severity`. ``status`` is ``"converged"``; or ``"boundary"``, when the
    likelihood grows towards the edge of the family, which ``reason`` names; or ``"failed"``.
    """

    def __init__(
        self, core: _kebao.SeverityFit, goodness: Callable[[], _kebao.GoodnessOfFit]
    ) -> None:
        self._core = core
        self._test = goodness

    @property
    def family(self) -> str:
        """Name of the family."""
        return self._core.family

    @property
    def status(self) -> str:
        """``"converged"``, ``"boundary"`` or ``"failed"``."""
        return self._core.status

    @property
    def reason(self) -> str:
        """Why the status is not ``"converged"``."""
        return self._core.reason

    @property
    def notes(self) -> list[str]:
        """What else should be known."""
        return self._core.notes

    @property
    def severity(self) -> _kebao.Severity:
        """The fitted distribution; `NumericError` when the fit failed."""
        return self._core.severity()

    @property
    def parameters(self) -> dict[str, float]:
        """Estimates by name."""
        return dict(zip(self._core.names, self._core.values, strict=True))

    @property
    def standard_errors(self) -> dict[str, float]:
        """Standard errors from the observed information; NaN where there are none."""
        return dict(zip(self._core.names, self._core.standard_errors, strict=True))

    @property
    def covariance(self) -> Any:
        """Covariance matrix of the estimates, or None."""
        return self._core.covariance

    @property
    def log_likelihood(self) -> float:
        """Maximum of the log-likelihood."""
        return self._core.log_likelihood

    @property
    def aic(self) -> float:
        """Akaike's criterion: 2 (number of parameters) - 2 log-likelihood."""
        return self._core.aic

    @property
    def bic(self) -> float:
        """Schwarz's criterion: ln(n) (number of parameters) - 2 log-likelihood."""
        return self._core.bic

    @cached_property
    def goodness(self) -> _kebao.GoodnessOfFit:
        """Distances to the data, computed when first asked for.

        ``ks`` and ``ad`` with their p-values ``ks_p`` and ``ad_p``; for groups ``chi2`` with
        ``chi2_freedom`` and ``chi2_p``. What does not apply is NaN.
        """
        return self._test()

    def interval(
        self, parameter: str, *, level: float = 0.95, method: str = "profile"
    ) -> tuple[float, float]:
        """Confidence interval of a parameter.

        Parameters
        ----------
        parameter : str
            Its name.
        level : float, default 0.95
            Probability that such an interval holds the true value.
        method : {"profile", "wald"}
            By the profile likelihood, or by the normal approximation of the logarithm (of the
            parameter itself where it may be negative). An end that the data do not bound is 0 or
            infinite.
        """
        if method not in {"profile", "wald"}:
            allowed = "'profile' or 'wald'"
            raise InputError(
                issues=[Issue("unknown_name", "interval", "method", repr(method), allowed)]
            )
        found = self._core.profile if method == "profile" else self._core.wald
        return found(parameter, level)

    def mean(self) -> Estimate:
        """Mean with its standard error (delta method)."""
        return Estimate(*self._core.mean())

    def lev(self, limit: float) -> Estimate:
        """Limited expected value with its standard error."""
        return Estimate(*self._core.lev(limit))

    def layer_mean(self, limit: float, attachment: float = 0.0) -> Estimate:
        """Expected loss to a layer with its standard error."""
        return Estimate(*self._core.layer_mean(limit, attachment))

    def quantile(self, p: float) -> Estimate:
        """Quantile with its standard error."""
        return Estimate(*self._core.quantile(p))

    def _written(self) -> str:
        errors = self.standard_errors
        return ", ".join(
            f"{name} {value:.4g}" + ("" if math.isnan(errors[name]) else f" ± {errors[name]:.2g}")
            for name, value in self.parameters.items()
        )

    def __repr__(self) -> str:
        told = f"{self.family}({self._written()})"
        if self.status != "converged":
            return f"{told} {self.status}: {self.reason}"
        return f"{told}, log-likelihood {self.log_likelihood:,.2f}"


class SeverityComparison:
    """Fits of several families to the same losses, the best first.

    Made by `kebao.fit.severity`. Iterate for the fits, or take one by its name:
    ``comparison["Gamma"]``.
    """

    __slots__ = ("_fits", "criterion", "losses")

    def __init__(self, losses: LossData, fits: list[Fit], criterion: str) -> None:
        def rank(fit: Fit) -> tuple[int, float]:
            order = ("converged", "boundary", "failed").index(fit.status)
            value = getattr(fit, criterion)
            return order // 2, math.inf if math.isnan(value) else value + 1e-6 * order

        self.losses = losses
        self.criterion = criterion
        self._fits = sorted(fits, key=rank)

    @property
    def best(self) -> Fit:
        """The fit with the least criterion.

        Raises
        ------
        NumericError
            If no family could be fitted; with the reason of each.
        """
        first = self._fits[0]
        if first.status == "failed":
            reasons = "; ".join(f"{fit.family}: {fit.reason}" for fit in self._fits)
            raise NumericError(f"no family could be fitted: {reasons}")
        return first

    def __iter__(self) -> Iterator[Fit]:
        return iter(self._fits)

    def __len__(self) -> int:
        return len(self._fits)

    def __getitem__(self, family: str) -> Fit:
        for fit in self._fits:
            if fit.family == family:
                return fit
        names = ", ".join(fit.family for fit in self._fits)
        raise KeyError(f"'{family}' was not fitted; there are {names}")

    @property
    def table(self) -> Table:
        """A row for each family: criteria, distances, p-values, mean and its error."""
        columns: dict[str, list[Any]] = {
            name: []
            for name in (
                "family", "status", "parameters", "log_likelihood", "aic", "bic",
                "ks", "ks_p", "ad", "ad_p", "chi2", "chi2_p", "mean", "mean_se", "reason",
            )
        }  # fmt: skip
        nan = math.nan
        for fit in self._fits:
            good = fit.goodness
            mean = Estimate(nan, nan) if fit.status == "failed" else fit.mean()
            row = {
                "family": fit.family,
                "status": fit.status,
                "parameters": fit._written(),
                "log_likelihood": fit.log_likelihood,
                "aic": fit.aic,
                "bic": fit.bic,
                "mean": mean.value,
                "mean_se": mean.standard_error,
                "reason": fit.reason,
            }
            for name in ("ks", "ks_p", "ad", "ad_p", "chi2", "chi2_p"):
                row[name] = getattr(good, name)
            for name, column in columns.items():
                column.append(row[name])
        return Table.of("severity_fits", columns)

    def parameters(self, *, level: float = 0.95, method: str = "profile") -> Table:
        """A row for each parameter: estimate, standard error and confidence interval."""
        rows = [
            (
                fit.family,
                name,
                value,
                fit.standard_errors[name],
                *_interval(fit, name, level, method),
            )
            for fit in self._fits
            if fit.status != "failed"
            for name, value in fit.parameters.items()
        ]
        names = ("family", "parameter", "estimate", "standard_error", "low", "high")
        return Table.of(
            "parameters", {name: [row[i] for row in rows] for i, name in enumerate(names)}
        )

    def limited_expected_values(self, limits: Sequence[float] | None = None) -> Table:
        """Limited expected values of the data (Kaplan–Meier) and of each fit.

        With deductibles all are conditional on exceeding the smallest of them. Where the data do
        not reach, there is NaN. By default at quantiles of the known losses.
        """
        core = self.losses._core
        if limits is None:
            known = core.known()
            shares = [0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0]
            limits = (
                sorted(set(np.quantile(known, shares).tolist()))
                if len(known)
                else [fit.severity.quantile(p) for fit in self._fits[:1] for p in shares[:-1]]
            )
        fitted = [(fit.family, fit.severity) for fit in self._fits if fit.status != "failed"]
        return Table(core.limited_expected_values(list(limits), fitted))

    def to_pandas(self) -> Any:
        """The table as a pandas data frame."""
        return self.table.to_pandas()

    def to_polars(self) -> Any:
        """The table as a polars data frame."""
        return self.table.to_polars()

    @property
    def plot(self) -> Plots:
        """Pictures: ``qq()``, ``mean_excess()``, ``survival()`` (with matplotlib)."""
        return Plots(self)

    def _rows(self) -> list[list[str]]:
        grouped = self.losses._core.grouped > 0
        head = ["family", "parameters", "log-lik", "AIC", "BIC"]
        head += ["χ²", "p"] if grouped else ["KS", "p", "AD", "p"]
        rows = [[*head, "mean"]]
        for fit in self._fits:
            if fit.status == "failed":
                rows.append([fit.family, f"failed: {fit.reason}", *[""] * (len(head) - 1)])
                continue
            good = fit.goodness
            names = ("chi2", "chi2_p") if grouped else ("ks", "ks_p", "ad", "ad_p")
            cells = [getattr(good, name) for name in names]
            written = fit._written() + (" *" if fit.status == "boundary" else "")
            mean = fit.mean()
            error = (
                "" if math.isnan(mean.standard_error) else f" ± {amount(mean.standard_error, 2)}"
            )
            rows.append([
                fit.family,
                written,
                *(f"{value:,.2f}" for value in (fit.log_likelihood, fit.aic, fit.bic)),
                *("–" if math.isnan(c) else f"{c:.3f}" for c in cells),
                amount(mean.value) + error,
            ])  # fmt: skip
        return rows

    def _foot(self) -> list[str]:
        lines = [repr(self.losses)]
        lines += [f"* {f.family}: {f.reason}" for f in self._fits if f.status == "boundary"]
        good = self._fits[0].goodness
        if good.replicates:
            error = 0.5 / math.sqrt(good.replicates)
            lines.append(
                f"p-values from {good.replicates:,} simulated samples, fitted again;"
                f" their standard error is at most {percent(error)}"
            )
        return lines

    def __repr__(self) -> str:
        return "\n".join([text(self._rows()), *self._foot()])

    def _repr_html_(self) -> str:
        foot = "<br>".join(map(html.escape, self._foot()))
        return f"{html_table(self._rows())}<p>{foot}</p>"


def _interval(fit: Fit, name: str, level: float, method: str) -> tuple[float, float]:
    if math.isnan(fit.standard_errors[name]):
        return math.nan, math.nan
    return fit.interval(name, level=level, method=method)


def severity(
    data: Any = None,
    *,
    families: str | Sequence[str] = "auto",
    deductible: Any = None,
    limit: Any = None,
    censored: Any = None,
    weights: Any = None,
    lower: Any = None,
    upper: Any = None,
    basis: str = "ground_up",
    threshold: float | None = None,
    method: str = "likelihood",
    percentiles: Sequence[float] | None = None,
    criterion: str = "aic",
    replicates: int = 199,
    seed: int = 1,
    strict: bool = True,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SeverityComparison:
    """Fit severity distributions by maximum likelihood and compare them.

    A loss contributes ln f(x); a censored one ln S(x); a group ln(S(l) - S(u)); every deductible d
    takes ln S(d) away (Klugman, Panjer and Willmot, Loss Models). Maxima are found by Newton's
    method with exact derivatives; standard errors come from the observed information.

    Parameters
    ----------
    data : array-like or LossData
        Losses, one a row; see `LossData` for this and the next arguments.
    families : "auto" or sequence of str
        Names of families; ``"auto"`` takes all with support from 0.
    deductible, limit, censored, weights, lower, upper, basis, strict
        What is known of each loss; see `LossData`.
    threshold : float, optional
        Fit only what exceeds it: the location of a GPD, the scale of a Pareto, a truncation point
        for the others, so that all can be compared.
    method : {"likelihood", "moments", "percentiles"}
        The last two match as many moments or percentiles as there are parameters, without errors.
    percentiles : sequence of float, optional
        The probabilities to match, as many as parameters; by default quartiles or the like.
    criterion : {"aic", "bic"}
        What orders the table.
    replicates : int, default 199
        Simulated samples, each fitted again, behind the p-values of Kolmogorov-Smirnov and
        Anderson-Darling; 0 for none. They are drawn when a p-value is first asked for.
    seed : int, default 1
        Of these samples; the same seed gives the same p-values on any number of threads.
    threads : int, optional
        Threads for them; by default all.
    progress : callable, optional
        Called as ``progress(done, total)`` for each family.

    Returns
    -------
    SeverityComparison
        The fits, the best first.

    Raises
    ------
    InputError
        With every fault of the data.

    Examples
    --------
    >>> import kebao as kb
    >>> losses = [27, 82, 115, 126, 155, 161, 243, 294, 340, 384, 457, 680, 855, 877, 974, 1193,
    ...           1340, 1884, 2558, 15743]
    >>> fits = kb.fit.severity(losses, families=["Exponential", "Gamma"], replicates=0)
    >>> {name: round(value, 4) for name, value in fits["Gamma"].parameters.items()}
    {'shape': 0.5562, 'scale': 2561.1436}
    >>> fits.best.family
    'Gamma'
    """
    issues = [
        Issue("unknown_name", "fit", name, repr(value), " or ".join(map(repr, allowed)))
        for name, value, allowed in (
            ("criterion", criterion, ("aic", "bic")),
            ("method", method, ("likelihood", "moments", "percentiles")),
        )
        if value not in allowed
    ]
    if replicates < 0:
        issues.append(Issue("out_of_range", "fit", "replicates", str(replicates), "at least 0"))
    if issues:
        raise InputError(issues=issues)
    if isinstance(data, LossData):
        losses = data
    else:
        losses = LossData(
            data,
            deductible=deductible,
            limit=limit,
            censored=censored,
            weights=weights,
            lower=lower,
            upper=upper,
            basis=basis,
            strict=strict,
        )
    if threshold is not None:
        losses = losses.above(threshold)
    auto, _ = _kebao.fit_families()
    if families == "auto":
        names = list(auto) if threshold is None else [*auto, "GPD", "Pareto"]
    else:
        names = [families] if isinstance(families, str) else list(families)
    core = losses._core
    fits = []
    for name in names:
        if method == "likelihood":
            fitted = core.fit(name, threshold)
        else:
            fitted = core.matched(name, None if method == "moments" else list(percentiles or ()))
        # Simulated samples are fitted by likelihood, so no p-values belong to other methods.
        drawn = replicates if method == "likelihood" else 0
        fits.append(Fit(fitted, partial(fitted.goodness, core, drawn, seed, threads, progress)))
    return SeverityComparison(losses, fits, criterion)
