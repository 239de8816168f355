"""Meyers' Bayesian models of cumulative losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from .. import _kebao
from ..triangle import Triangle
from .estimator import Floats
from .exposure import by_origin
from .method import MethodWithErrors


class _Meyers(MethodWithErrors):
    def __init__(
        self,
        *,
        draws: int = 10_000,
        chains: int = 4,
        warmup: int = 1000,
        thin: int = 2,
        seed: int = 0,
        threads: int | None = None,
    ) -> None:
        self.draws = draws
        self.chains = chains
        self.warmup = warmup
        self.thin = thin
        self.seed = seed
        self.threads = threads

    def fit(
        self,
        triangle: Triangle,
        exposure: Any = None,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Self:
        """Sample the posterior for every segment of a triangle of one measure.

        Parameters
        ----------
        triangle : Triangle
        exposure : float, sequence, mapping, series or Triangle
            Premium by origin; forms as for `BornhuetterFerguson`.
        progress : callable, optional
            Called as ``progress(done, total)`` in chains.

        Returns
        -------
        self

        Raises
        ------
        InputError
            As for `CapeCod`; also for a number of draws, chains or steps out of range.
        """
        self._check(triangle, exposure)
        return self._with(
            _kebao.meyers,
            triangle,
            by_origin(exposure, triangle, type(self).__name__, "exposure"),
            self.chains,
            self.warmup,
            self.draws,
            self.thin,
            self.seed,
            self.threads,
            progress,
        )

    @property
    def draws_(self) -> Floats:
        """Simulated sum of the ultimates of all origins, chain after chain."""
        return self._column("draws")

    def quantile(self, p: Any) -> Any:
        """Quantile of the sum of the ultimates, from the draws.

        Parameters
        ----------
        p : float or sequence of float
            Probability.

        Returns
        -------
        float or array
            The smallest draw whose share of draws at or below it is at least p; a last axis for
            several probabilities, a first one for several segments.
        """
        found = np.quantile(self.draws_, p, axis=-1, method="inverted_cdf")
        return float(found) if np.ndim(found) == 0 else np.moveaxis(found, 0, -1)

    @property
    def logelr_(self) -> Any:
        """Posterior mean of the logarithm of the loss ratio of the first origin."""
        return self._column("logelr")

    @property
    def alpha_(self) -> Floats:
        """Posterior means of the levels of the origins."""
        return self._column("alpha")

    @property
    def beta_(self) -> Floats:
        """Posterior means of the levels of the ages."""
        return self._column("beta")

    @property
    def sigma_(self) -> Floats:
        """Posterior means of the standard deviations of ln C, by age."""
        return self._column("sigma")

    @property
    def r_hat_(self) -> Any:
        """Largest split R-hat of any parameter: near 1 where the chains agree."""
        return self._column("r_hat")

    @property
    def effective_sample_size_(self) -> Any:
        """Smallest number of independent draws that the draws of any parameter are worth."""
        return self._column("effective_size")


class CSR(_Meyers):
    """Changing settlement rate: a Bayesian model for cumulative paid losses.

    ln C(w, d) ~ N(ln premium + logelr + alpha(w) + beta(d) (1 - gamma)^(w - 1), sigma(d)^2). A
    positive gamma tells that settlement speeds up.

    Parameters
    ----------
    draws : int
        Draws kept in all chains together.
    chains : int
        Chains with starts and streams of their own.
    warmup : int
        Sweeps of each chain that are thrown away.
    thin : int
        One sweep of so many is kept.
    seed : int
        The draws are a function of seed, segment labels and data; not of threads.
    threads : int, optional
        All by default.

    Notes
    -----
    Meyers (2019), Stochastic loss reserving using Bayesian MCMC models, 2nd edition, CAS Monograph
    8, section 7, with its priors. Gibbs sampling with slice steps; level and development are drawn
    together, gamma with these integrated out. ``not_mixed`` where R-hat exceeds 1.05; cells that
    are not positive are left out. `parameter_error_` is the standard deviation of the mean given
    the parameters, `process_error_` the rest.

    Examples
    --------
    >>> import kebao as kb
    >>> paid = kb.datasets.load("mcl")["paid"]
    >>> csr = kb.CSR(draws=400, warmup=200, seed=1).fit(paid, exposure=8000.0)
    >>> csr.draws_.size, bool(csr.r_hat_ < 1.3)
    (400, True)
    """

    @property
    def gamma_(self) -> Any:
        """Posterior mean of the change of the settlement rate from origin to origin."""
        return self._column("special")

    @property
    def gamma_error_(self) -> Any:
        """Posterior standard deviation of gamma."""
        return self._column("special_error")


class CCL(_Meyers):
    """Correlated chain ladder: a Bayesian model for incurred losses.

    ln C(w, d) ~ N(m(w, d) + rho (ln C(w - 1, d) - mu(w - 1, d)), sigma(d)^2) with
    m = ln premium + logelr + alpha(w) + beta(d). Meyers calls it the correlated accident year (CAY)
    model in his second edition, whose priors it has.

    Parameters
    ----------
    draws, chains, warmup, thin, seed, threads
        As for `CSR`.

    Notes
    -----
    Meyers (2019), Stochastic loss reserving using Bayesian MCMC models, 2nd edition, CAS Monograph
    8, section 8. Sampler and errors as for `CSR`.

    Examples
    --------
    >>> import kebao as kb
    >>> incurred = kb.datasets.load("mcl")["incurred"]
    >>> ccl = kb.CCL(draws=400, warmup=200, seed=1).fit(incurred, exposure=8000.0)
    >>> bool(abs(ccl.rho_) < 1)
    True
    """

    @property
    def rho_(self) -> Any:
        """Posterior mean of the correlation parameter of successive origins."""
        return self._column("special")

    @property
    def rho_error_(self) -> Any:
        """Posterior standard deviation of rho."""
        return self._column("special_error")
