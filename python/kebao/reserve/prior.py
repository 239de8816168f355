"""Methods that lean on a prior: Bornhuetter-Ferguson, Benktander, Cape Cod, additive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from .. import _kebao
from ..triangle import Triangle
from .estimator import Floats
from .exposure import by_origin
from .method import MethodWithErrors
from .selection import Selection


class BornhuetterFerguson(MethodWithErrors):
    """Latest value plus the prior share of what is still to come: U = C + (1 - z) prior.

    z is the emerged share of the ultimate, from the chain ladder's factors or from a pattern of
    increments against the priors.

    Parameters
    ----------
    prior : float, sequence, mapping or series
        Prior loss ratio, for all origins or for each; the prior ultimate is prior x exposure.
        Without exposure in `fit`, the prior ultimate itself.
    prior_cv : float, sequence, mapping or series
        Standard error of the prior ultimate over its mean. 0 leaves the error of the prior out.
    prior_correlation : float
        Correlation of the priors of any two origins, in [0, 1].
    model : {"odp", "mack"}
        ``odp``: z from development factors, with the errors of Alai, Merz and Wuethrich (2009,
        2010), increments being over-dispersed Poisson; undefined where a factor is below 1.
        ``mack``: z from increments over prior ultimates, with the errors of Mack (2008), which take
        negative increments as they come.
    average, n, exclude, tail, selection
        Development factors, as for `ChainLadder`; with ``model="mack"`` only ``tail`` counts, and
        is a factor.

    Notes
    -----
    Bornhuetter and Ferguson (1972), The actuary and IBNR, PCAS 59. Mack (2008), The prediction
    error of Bornhuetter/Ferguson, ASTIN Bulletin 38(1). Alai, Merz and Wuethrich (2009, 2010),
    Annals of Actuarial Science 4(1) and 5(1). `process_error_`, `parameter_error_` (pattern and
    prior) and `standard_error_` are standard deviations in the units of the triangle.

    Examples
    --------
    >>> import kebao as kb
    >>> triangle = kb.datasets.load("genins")
    >>> bf = kb.BornhuetterFerguson(prior=0.6, prior_cv=0.05).fit(triangle, exposure=9e6)
    >>> bf.total_ibnr_
    18202049.1897...
    >>> own = kb.BornhuetterFerguson(prior=kb.ChainLadder().fit(triangle).ultimate_).fit(triangle)
    >>> own.total_ibnr_  # with its own ultimates as prior: the chain ladder
    18680855.6...
    """

    def _steps(self) -> int:
        return 1

    def __init__(
        self,
        *,
        prior: Any,
        prior_cv: Any = 0.0,
        prior_correlation: float = 0.0,
        model: str = "odp",
        average: str = "volume",
        n: int | None = None,
        exclude: Iterable[tuple[str, int]] | None = None,
        tail: float | str | tuple[float, float, float] | None = None,
        selection: Selection | None = None,
    ) -> None:
        self.prior = prior
        self.prior_cv = prior_cv
        self.prior_correlation = prior_correlation
        self.model = model
        self.average = average
        self.n = n
        self.exclude = exclude
        self.tail = tail
        self.selection = selection

    def fit(self, triangle: Triangle, exposure: Any = None) -> Self:
        """Fit to every segment of a triangle of one measure.

        Parameters
        ----------
        triangle : Triangle
        exposure : float, sequence, mapping, series or Triangle, optional
            Exposure by origin (premium, at the level the prior ratio refers to): one number for
            all, one an origin, by origin label, or the latest values of another triangle. With
            several segments a row for each, or a mapping by segment. 1 when not given.

        Returns
        -------
        self

        Raises
        ------
        InputError
            A choice is not one; a length or label does not fit; with one segment also a value that
            is missing, zero, negative or infinite, all origins named. With several segments such a
            value is the finding ``no_exposure`` of its segment.
        """
        self._check(triangle, exposure)
        name = type(self).__name__
        return self._with(
            _kebao.bornhuetter_ferguson,
            triangle,
            by_origin(self.prior, triangle, name, "prior"),
            None if exposure is None else by_origin(exposure, triangle, name, "exposure"),
            by_origin(self.prior_cv, triangle, name, "prior_cv"),
            self.prior_correlation,
            self._steps(),
            self.model,
            self._selection(),
        )

    @property
    def prior_(self) -> Floats:
        """Prior ultimate of each origin."""
        return self._column("prior")

    @property
    def emerged_(self) -> Floats:
        """Share of the ultimate that has emerged, by origin."""
        return self._column("emerged")


class Benktander(BornhuetterFerguson):
    """Bornhuetter-Ferguson repeated, each result being the prior of the next.

    With p = 1 - z, the ultimate after n iterations is (1 - p^n) chain ladder + p^n prior: a
    credibility mixture that tends to the chain ladder.

    Parameters
    ----------
    prior, prior_cv, prior_correlation
        As for `BornhuetterFerguson`.
    iterations : int
        2 is the method of Benktander (1976); 1 is Bornhuetter-Ferguson, 0 the prior itself.
    average, n, exclude, tail, selection
        Development factors, as for `ChainLadder`.

    Notes
    -----
    Benktander (1976), An approach to credibility in calculating IBNR for casualty excess
    reinsurance. Mack (2000), Credible claims reserves: the Benktander method, ASTIN Bulletin 30(2).
    Errors: over-dispersed Poisson increments, with those of the latest value as well, by the delta
    method; for one iteration they are those of `BornhuetterFerguson`, for many those of `ODP`.

    Examples
    --------
    >>> import kebao as kb
    >>> triangle = kb.datasets.load("genins")
    >>> kb.Benktander(prior=0.6, iterations=1000).fit(triangle, exposure=9e6).total_ibnr_
    18680855.6...
    """

    def __init__(
        self,
        *,
        prior: Any,
        iterations: int = 2,
        prior_cv: Any = 0.0,
        prior_correlation: float = 0.0,
        average: str = "volume",
        n: int | None = None,
        exclude: Iterable[tuple[str, int]] | None = None,
        tail: float | str | tuple[float, float, float] | None = None,
        selection: Selection | None = None,
    ) -> None:
        super().__init__(
            prior=prior,
            prior_cv=prior_cv,
            prior_correlation=prior_correlation,
            average=average,
            n=n,
            exclude=exclude,
            tail=tail,
            selection=selection,
        )
        self.iterations = iterations

    def _steps(self) -> int:
        return self.iterations


class CapeCod(MethodWithErrors):
    """Bornhuetter-Ferguson with a loss ratio estimated from the triangle itself.

    The loss ratio of origin i is the sum over origins k of w t C over that of w E z: losses at the
    trend t to the latest origin, over the exposure that they have used up, with weights
    w = decay^|i - k|.

    Parameters
    ----------
    decay : float
        1: one loss ratio from all origins (Stanard, Buehlmann). Towards 0 each origin stands on its
        own data, and 0 is the chain ladder.
    trend : float
        Yearly rate that takes losses per exposure to the level of the latest origin, as a fraction.
    average, n, exclude, tail, selection
        Development factors, as for `ChainLadder`.

    Notes
    -----
    Gluck (1997), Balancing development and trend in loss reserve analysis, PCAS 84. Errors: as for
    `BornhuetterFerguson` with ``model="odp"``, the error of the loss ratios by the delta method.

    Examples
    --------
    >>> import kebao as kb
    >>> cc = kb.CapeCod(decay=0.9).fit(kb.datasets.load("genins"), exposure=9e6)
    >>> cc.total_ibnr_, cc.loss_ratio_[0]
    (17758047.8525..., np.float64(0.5639...))
    """

    def __init__(
        self,
        *,
        decay: float = 1.0,
        trend: float = 0.0,
        average: str = "volume",
        n: int | None = None,
        exclude: Iterable[tuple[str, int]] | None = None,
        tail: float | str | tuple[float, float, float] | None = None,
        selection: Selection | None = None,
    ) -> None:
        self.decay = decay
        self.trend = trend
        self.average = average
        self.n = n
        self.exclude = exclude
        self.tail = tail
        self.selection = selection

    def fit(self, triangle: Triangle, exposure: Any = None) -> Self:
        """Fit to every segment of a triangle of one measure.

        Parameters
        ----------
        triangle : Triangle
        exposure : float, sequence, mapping, series or Triangle
            Exposure by origin, such as on-level premium; forms as for `BornhuetterFerguson`.

        Returns
        -------
        self

        Raises
        ------
        InputError
            As for `BornhuetterFerguson`; also when no exposure is given.
        """
        self._check(triangle, exposure)
        return self._with(
            _kebao.cape_cod,
            triangle,
            by_origin(exposure, triangle, type(self).__name__, "exposure"),
            self.decay,
            self.trend,
            self._selection(),
        )

    @property
    def loss_ratio_(self) -> Floats:
        """Estimated loss ratio of each origin, at its own level."""
        return self._column("loss_ratio")

    @property
    def trended_loss_ratio_(self) -> Floats:
        """Estimated loss ratio of each origin, at the level of the latest."""
        return self._column("trended_loss_ratio")

    @property
    def prior_(self) -> Floats:
        """Ultimate that the loss ratio gives each origin."""
        return self._column("prior")

    @property
    def emerged_(self) -> Floats:
        """Share of the ultimate that has emerged, by origin."""
        return self._column("emerged")


class IncrementalAdditive(MethodWithErrors):
    """Increments as ratios to exposure, averaged by age: the additive (complementary) method.

    m(k) is the sum of the increments of age k over the sum of their exposures; the reserve is the
    exposure times the sum of the m still to come. What has emerged so far does not matter.

    Parameters
    ----------
    trend : float
        Yearly rate at which losses per exposure grow from origin to origin, as a fraction.
    n : int, optional
        Use only the latest n increments of each age.

    Notes
    -----
    Mack (2002), Schadenversicherungsmathematik, 2nd edition. Merz and Wuethrich (2009), Prediction
    error of the multivariate additive loss reserving method for dependent lines of business,
    Variance 3(1). The errors are exact under independent increments with mean and variance
    proportional to exposure.

    Examples
    --------
    >>> import kebao as kb
    >>> additive = kb.IncrementalAdditive().fit(kb.datasets.load("genins"), exposure=9e6)
    >>> round(additive.total_ibnr_), additive.status_
    (16676254, 'ok')
    """

    def __init__(self, *, trend: float = 0.0, n: int | None = None) -> None:
        self.trend = trend
        self.n = n

    def fit(self, triangle: Triangle, exposure: Any = None) -> Self:
        """Fit to every segment of a triangle of one measure; as for `CapeCod`."""
        self._check(triangle, exposure)
        return self._with(
            _kebao.incremental_additive,
            triangle,
            by_origin(exposure, triangle, type(self).__name__, "exposure"),
            self.trend,
            self.n,
        )

    @property
    def incremental_ratio_(self) -> Floats:
        """Increment over exposure at each age, at the level of the latest origin."""
        return self._column("incremental_ratio")

    @property
    def incremental_ratio_error_(self) -> Floats:
        """Standard error of each ratio."""
        return self._column("incremental_ratio_error")

    @property
    def sigma_(self) -> Floats:
        """Root of the variance of each age's increment over exposure."""
        return self._column("sigma")
