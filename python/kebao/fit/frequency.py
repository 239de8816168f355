"""Fitting counts, each with an exposure of its own, by maximum likelihood."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from kebao import _kebao
from kebao.errors import InputError, Issue, NumericError
from kebao.table import Table

__all__ = ["AUTO", "FAMILIES", "CountFit", "CountFits", "frequency"]

AUTO = (
    "Poisson",
    "NegativeBinomial",
    "PoissonInverseGaussian",
    "ZeroModifiedPoisson",
    "ZeroModifiedNegativeBinomial",
)
"""Families that ``families="auto"`` compares."""
FAMILIES = (*AUTO, "Geometric", "Binomial")
"""All families that can be fitted; for a binomial the exposure is the number of trials."""


class CountFit:
    """One family fitted to counts.

    Attributes
    ----------
    family : str
        Its name.
    parameters : dict of str to float
        ``rate`` per unit of exposure (``p`` of a binomial); ``shape``, that of the gamma or inverse
        Gaussian mixing variable of mean 1; ``exposed``, the share of risks that can have losses
        at all, above 1 where there are fewer zeros than the base has.
    standard_errors : dict of str to float
        From the observed information; nan where the likelihood has no maximum inside.
    log_likelihood, aic, bic : float
        Of all observations.
    status : str
        ``"converged"``, or why not.
    """

    def __init__(self, core: _kebao.CountFit) -> None:
        self._core = core
        self.family = core.family
        self.parameters = dict(zip(core.names, core.values, strict=True))
        self.standard_errors = dict(zip(core.names, core.standard_errors, strict=True))
        self.log_likelihood = core.log_likelihood
        self.aic, self.bic, self.status = core.aic, core.bic, core.status

    def intervals(self, level: float = 0.95) -> dict[str, tuple[float, float]]:
        """Profile-likelihood intervals.

        Parameters
        ----------
        level : float
            Probability of covering the true value, for large samples.

        Returns
        -------
        dict of str to (float, float)
            An end at 0 or inf is one that the data do not exclude.
        """
        return dict(zip(self._core.names, self._core.intervals(level), strict=True))

    def frequency(self, exposure: float = 1.0) -> _kebao.Frequency:
        """Make the count of so much exposure, for an `Aggregate`."""
        return self._core.frequency(exposure)

    def expected(self, most: int) -> np.ndarray:
        """Count the observations expected with 0, 1, …, ``most`` or more losses."""
        return np.array(self._core.expected(most))

    def __repr__(self) -> str:
        errors = self.standard_errors
        parts = [f"{k}={v:.4g} ± {errors[k]:.2g}" for k, v in self.parameters.items()]
        note = "" if self.status == "converged" else f"  [{self.status}]"
        return f"{self.family}({', '.join(parts)})  AIC {self.aic:.2f}{note}"


class CountFits:
    """Families fitted to the same counts, the best AIC first.

    Attributes
    ----------
    fits : list of CountFit
        Those that could be fitted.
    refused : dict of str to str
        Families that could not, with the reason.
    observations : int
        Rows with exposure.
    claims, exposure : float
        In all.
    dispersion : (float, float, float)
        Pearson's statistic of the Poisson, its degrees of freedom and its p-value: small where
        counts spread more than a Poisson.
    observed : ndarray
        Observations with 0, 1, … losses.
    """

    def __init__(self, fitted: tuple[Any, ...]) -> None:
        observations, claims, exposure, dispersion, observed, all_fits = fitted
        self.observations, self.claims, self.exposure = observations, claims, exposure
        self.dispersion = dispersion
        self.observed = np.array(observed)
        fits = [CountFit(core) for _, core, _ in all_fits if core is not None]
        self.fits = sorted(fits, key=lambda fit: fit.aic)
        self.refused = {name: reason for name, core, reason in all_fits if core is None}

    @property
    def best(self) -> CountFit:
        """The converged fit with the smallest AIC."""
        for fit in self.fits:
            if fit.status == "converged":
                return fit
        reasons = "; ".join(f"{name}: {why}" for name, why in self.refused.items())
        raise NumericError(f"fit.frequency: no family fits: {reasons}")

    @property
    def table(self) -> Table:
        """A row for each parameter of each fit: estimate, standard error, 95% profile interval."""
        rows: dict[str, list[Any]] = {
            name: []
            for name in (
                "family", "parameter", "estimate", "standard_error", "low", "high",
                "log_likelihood", "aic", "bic", "expected_zeros", "status",
            )
        }  # fmt: skip
        for fit in self.fits:
            intervals = fit.intervals()
            zeros = float(fit.expected(1)[0])
            for name, value in fit.parameters.items():
                low, high = intervals[name]
                cells = (
                    fit.family, name, value, fit.standard_errors[name], low, high,
                    fit.log_likelihood, fit.aic, fit.bic, zeros, fit.status,
                )  # fmt: skip
                for column, cell in zip(rows.values(), cells, strict=True):
                    column.append(cell)
        return Table.of("fits", rows)

    def __getitem__(self, family: str) -> CountFit:
        for fit in self.fits:
            if fit.family == family:
                return fit
        raise KeyError(self.refused.get(family, family))

    def __iter__(self) -> Iterator[CountFit]:
        return iter(self.fits)

    def __len__(self) -> int:
        return len(self.fits)

    def __repr__(self) -> str:
        chi2, df, p = self.dispersion
        head = (
            f"{self.observations:,} observations, {self.claims:,.0f} claims, exposure "
            f"{self.exposure:,.6g}; dispersion χ² {chi2:.1f} on {df:.0f} (p = {p:.3g})"
        )
        lines = [head, *(f"  {fit!r}" for fit in self.fits)]
        lines += [f"  {name}: {why}" for name, why in self.refused.items()]
        return "\n".join(lines)


def frequency(
    counts: Any, *, exposure: Any = 1.0, families: str | Sequence[str] = "auto"
) -> CountFits:
    """Fit families of counts by maximum likelihood and compare them.

    An observation of exposure e has mean rate·e; shapes do not depend on exposure. Scores are
    exact, the information is their difference, intervals come from the profile likelihood.

    Parameters
    ----------
    counts : array_like of int, shape (n,)
        Claims of each risk, or of each year.
    exposure : float or array_like, shape (n,)
        Its exposure; for ``"Binomial"`` the number of trials.
    families : "auto" or sequence of str
        Names out of `FAMILIES`; by default those of `AUTO`.

    Returns
    -------
    CountFits
        Sorted by AIC; ``.best``, ``.table``, and the reason of each family that does not fit.

    Raises
    ------
    InputError
        With all counts and exposures that are not such.

    Examples
    --------
    The horse-kick deaths of Bortkiewicz (1898), 200 corps-years:

    >>> import kebao as kb
    >>> deaths = [0] * 109 + [1] * 65 + [2] * 22 + [3] * 3 + [4]
    >>> fits = kb.fit.frequency(deaths, families=["Poisson", "Geometric"])
    >>> fits.best
    Poisson(rate=0.61 ± 0.055)  AIC 414.21
    """
    names = AUTO if isinstance(families, str) and families == "auto" else families
    names = [names] if isinstance(names, str) else list(names)
    exposures = np.atleast_1d(np.asarray(exposure, dtype=float))
    numbers = np.asarray(counts, dtype=float)
    if numbers.ndim != 1 or exposures.ndim != 1:
        shape = f"shapes {numbers.shape} and {exposures.shape}"
        raise InputError(
            issues=[Issue("wrong_shape", "fit.frequency", "counts", shape, "one dimension")]
        )
    fits = CountFits(_kebao.fit_frequency(numbers, exposures, names))
    assert all(math.isfinite(fit.log_likelihood) for fit in fits)
    return fits
