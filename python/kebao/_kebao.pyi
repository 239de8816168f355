# Made by `make stubs` from the Rust bindings; do not edit.
from _typeshed import Incomplete, SupportsGetItem, SupportsLenAndGetItem
from os import PathLike
from typing import Any, Final, SupportsFloat, SupportsIndex, final
from typing_extensions import disjoint_base

__all__ = ["__version__", "Aggregate", "Bernoulli", "Beta", "BetaBernoulli", "BetaBinomial", "Binomial", "Bivariate", "BootstrapFit", "Burr", "Capped", "ClaytonCopula", "ComonotoneCopula", "CompoundCount", "Copula", "CountFit", "Curve", "Delaporte", "Distortion", "Empirical", "EmpiricalCopula", "EmpiricalCount", "Evaluation", "Exponential", "Franchise", "FrankCopula", "Frechet", "Frequency", "GB2", "GEV", "GPD", "Gamma", "GammaPareto", "GammaPoisson", "GaussianCopula", "Geometric", "GoodnessOfFit", "GroupedTCopula", "GumbelCopula", "Histogram", "IndependenceCopula", "InverseGamma", "InverseGaussian", "JoeCopula", "Layered", "LearningCurve", "Library", "Lines", "LogGamma", "LogLogistic", "LogNormal", "LogPareto", "LogT", "Logarithmic", "Lomax", "LossSample", "LossScan", "LossTable", "MBBEFD", "Maximum", "MethodFit", "Minimum", "MixedErlang", "MixedPoisson", "Mixture", "MixtureFit", "NegativeBinomial", "NestedCopula", "NeymanA", "NormalInverseGamma", "OneYearFit", "Pareto", "Piecewise", "PiecewisePareto", "Poisson", "PoissonInverseGaussian", "Pool", "Portfolio", "Programme", "ReserveFit", "Result", "Scaled", "Selection", "Settlement", "Severity", "SeverityFit", "Shifted", "Sichel", "Simulation", "SpecialReserve", "SpliceFit", "Spliced", "Survival", "TCopula", "Table", "Triangle", "Truncated", "UncertainAggregate", "Uniform", "Vasicek", "Weibull", "ZeroModified", "ZeroTruncated", "_probe", "apply_programme", "basis_risk", "berquist_sherman", "bootstrap_triangles", "bornhuetter_ferguson", "buhlmann_straub", "c_ross_capital", "c_ross_guarantee", "cape_cod", "case_outstanding", "clark", "clauses", "conger_nolibos", "cost_of_capital", "coverage_schema", "csm_roll", "dependence_aggregate", "dependence_correlation", "dependence_iman_conover", "dependence_nearest", "dependence_reorder", "evaluate", "evaluate_all", "evaluate_sensitivity", "exposure_needed", "fit_families", "fit_frequency", "flows_from_pattern", "frequency_severity", "increment_glm", "incremental_additive", "index_burn", "instruction_set", "lic_roll", "lrc_roll", "mack_tests", "measure_allocation", "measure_bounds", "measure_curve", "measure_spectral", "measure_tails", "meyers", "munich", "nowcast", "paid_incurred", "parse_amount", "premium_deficiency", "risk_margin", "run_bootstrap", "run_one_year", "score_lognormal", "score_sample", "sector_names", "simulate_individual_claims", "split_into_claims", "subsidise", "tail_measures", "treaty_terms", "trend_family", "triangle_combine", "triangle_first", "triangle_from_parts", "triangle_on_level", "triangle_period", "triangle_residuals", "triangle_scaled", "triangle_to_grain", "triangle_trended", "triangle_valued_at", "ulae_ratio", "unearned_premium", "write_sheets", "zero_claims"]

__version__: Final[str]

@disjoint_base
class Aggregate:
    """
    The total loss of a year: a count of losses, each with a severity.

    Moments are closed forms; `cdf`, `quantile`, `tvar` and `lev` come from an FFT on a grid chosen for
    the model (2^16 buckets), whose errors are in `errors`; `fft` makes other grids, `sample` simulates.
    """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __new__(cls, /, frequency: Frequency, severity: Incomplete) -> Aggregate: ...
    def __reduce__(self, /) -> tuple[Any, tuple[str]]: ...
    def __repr__(self, /) -> str: ...
    def bracketed_quantile(self, /, p: SupportsFloat | SupportsIndex) -> tuple[float, float, float]:
        """
        (value, low, high): the quantile between rigorous bounds from severities rounded down and up.
        """
    def cdf(self, /, x: Any) -> Any:
        """
        P(S ≤ x); a number or an array.
        """
    @property
    def cv(self, /) -> float:
        """
        Coefficient of variation: standard deviation over mean.
        """
    @property
    def errors(self, /) -> dict:
        """
        Errors of the grid: `step`, `buckets`, `truncated_mass`, `numerical`, `mean_error`, `sd_error`,
        `verdict`.
        """
    def fft(self, /, *, log2: SupportsIndex = ..., step: SupportsFloat | SupportsIndex | str | None = None, discretisation: str = "mean_preserving", threads: SupportsIndex | None = None) -> Aggregate:
        """
        The same model on a grid of 2^`log2` buckets, `step` apart (chosen for the model by default).

        `discretisation` puts the severity on the grid: `mean_preserving` (Gerber 1982), `rounding`, or
        `lower` and `upper`, which bound every probability. The probabilities are the same for any
        number of `threads` (all of the machine by default).
        """
    @property
    def frequency(self, /) -> Frequency:
        """
        Distribution of the number of losses.
        """
    @staticmethod
    def from_json(text: str) -> Aggregate:
        """
        An aggregate from its JSON form; all faults are told at once.
        """
    def layer_mean(self, /, limit: SupportsFloat | SupportsIndex | str, attachment: SupportsFloat | SupportsIndex | str = ...) -> float:
        """
        Expected loss to the annual layer `limit` xs `attachment`.
        """
    def layered(self, /, limit: SupportsFloat | SupportsIndex | str, attachment: SupportsFloat | SupportsIndex | str = ...) -> Aggregate:
        """
        The aggregate of what an occurrence layer takes of each loss.
        """
    def lev(self, /, limit: SupportsFloat | SupportsIndex | str) -> float:
        """
        E min(S, limit).
        """
    @property
    def mean(self, /) -> float:
        """
        Expected value; `inf` where it does not exist.
        """
    def panjer(self, /, *, log2: SupportsIndex = ..., step: SupportsFloat | SupportsIndex | str | None = None, discretisation: str = "mean_preserving") -> Aggregate:
        """
        The same by Panjer's recursion: relative accuracy far out, at a cost that grows with the square
        of the buckets. Refused for counts without an (a, b) recursion, and where it is unstable.
        """
    @property
    def pmf(self, /) -> tuple[Incomplete, Incomplete]:
        """
        Probabilities of the grid: its amounts and P(S = amount).
        """
    def quantile(self, /, p: SupportsFloat | SupportsIndex) -> float:
        """
        inf{x : F(x) ≥ p}; refused beyond the end of the grid.
        """
    def sample(self, /, years: SupportsIndex, *, seed: SupportsIndex, threads: SupportsIndex | None = None, progress: Any | None = None) -> Incomplete:
        """
        Annual totals of `years` simulated years.
        """
    @property
    def sd(self, /) -> float:
        """
        Standard deviation.
        """
    @property
    def severity(self, /) -> Severity:
        """
        Distribution of one loss.
        """
    def sf(self, /, x: Any) -> Any:
        """
        P(S > x); a number or an array.
        """
    @property
    def skewness(self, /) -> float:
        """
        Third central moment over the cube of the standard deviation.
        """
    def to_json(self, /) -> str:
        """
        The JSON form, from which `from_json` makes an equal object.
        """
    def tvar(self, /, p: SupportsFloat | SupportsIndex) -> float:
        """
        Mean of the worst share 1 − p of years.
        """
    @property
    def variance(self, /) -> float:
        """
        Variance; `inf` where it does not exist.
        """

@final
class Bernoulli(Frequency):
    """
    One loss with probability `p`, else none.
    """
    def __new__(cls, /, p: SupportsFloat | SupportsIndex) -> Bernoulli: ...

@final
class Beta(Severity):
    """
    Beta damage ratio on [0, 1], with the probability `total_loss` of exactly 1.
    """
    def __new__(cls, /, a: SupportsFloat | SupportsIndex, b: SupportsFloat | SupportsIndex, total_loss: SupportsFloat | SupportsIndex | str = ...) -> Beta: ...
    @staticmethod
    def from_mean_cv(mean: SupportsFloat | SupportsIndex | str, cv: SupportsFloat | SupportsIndex | str) -> Severity:
        """
        The distribution of this family with this mean and coefficient of variation.
        """

@final
class BetaBernoulli:
    """
    The probability of failure of a trial, Beta(`a`, `b`): launches, tape-outs, trial phases.

    >>> from kebao.credibility import BetaBernoulli
    >>> round(BetaBernoulli.jeffreys().update(failures=13, trials=311).mean, 6)
    0.043269
    """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __new__(cls, /, a: SupportsFloat | SupportsIndex, b: SupportsFloat | SupportsIndex) -> BetaBernoulli: ...
    def __reduce__(self, /) -> tuple[Any, tuple[str]]: ...
    def __repr__(self, /) -> str: ...
    @property
    def a(self, /) -> float: ...
    @property
    def b(self, /) -> float: ...
    def cdf(self, /, x: SupportsFloat | SupportsIndex) -> float:
        """
        P(probability ≤ x).
        """
    def credibility(self, /, trials: SupportsFloat | SupportsIndex) -> float:
        """
        The weight of so many trials against this prior.
        """
    @property
    def cv(self, /) -> float:
        """
        Coefficient of variation: standard deviation over mean.
        """
    @staticmethod
    def from_json(text: str) -> BetaBernoulli:
        """
        From the JSON form; all faults are told at once.
        """
    @staticmethod
    def from_mean_trials(mean: SupportsFloat | SupportsIndex, trials: SupportsFloat | SupportsIndex) -> BetaBernoulli:
        """
        A prior of this mean, worth so many trials.
        """
    def interval(self, /, level: SupportsFloat | SupportsIndex = 0.95) -> tuple[float, float]:
        """
        Equal-tailed credible interval.
        """
    @staticmethod
    def jeffreys() -> BetaBernoulli:
        """
        Jeffreys' prior Beta(½, ½).
        """
    @property
    def mean(self, /) -> float:
        """
        Expected value; `inf` where it does not exist.
        """
    def predictive(self, /, trials: SupportsIndex = ...) -> Frequency:
        """
        Failures among future trials: a BetaBinomial, or a Bernoulli.
        """
    def quantile(self, /, p: SupportsFloat | SupportsIndex) -> float: ...
    def sample(self, /, size: SupportsIndex, *, seed: SupportsIndex) -> Incomplete:
        """
        Draws of the probability from the keyed stream of `seed`.
        """
    @property
    def sd(self, /) -> float:
        """
        Standard deviation.
        """
    def to_json(self, /) -> str: ...
    def update(self, /, failures: SupportsFloat | SupportsIndex, trials: SupportsFloat | SupportsIndex) -> BetaBernoulli:
        """
        Beta(a + failures, b + trials − failures).
        """

@final
class BetaBinomial(Frequency):
    """
    A binomial of `n` trials whose probability is drawn from Beta(a, b), n up to 1,048,576.
    """
    def __new__(cls, /, n: SupportsFloat | SupportsIndex, a: SupportsFloat | SupportsIndex, b: SupportsFloat | SupportsIndex) -> BetaBinomial: ...

@final
class Binomial(Frequency):
    """
    Losses among `n` independent chances of probability `p` each.

    >>> import kebao as kb
    >>> kb.Binomial(n=3, p=0.5).pmf(1)
    0.375
    """
    def __new__(cls, /, n: SupportsFloat | SupportsIndex, p: SupportsFloat | SupportsIndex) -> Binomial: ...

@final
class Bivariate:
    """
    Net and ceded of a year together, on a plane of probabilities.

    Parameters
    ----------
    loss : Aggregate
    limit, attachment : amount
        The layer of each loss that is ceded; without a limit all above the attachment.
    share : float, default 1
        Ceded share of that layer.
    log2 : (int, int), default (9, 9)
        Buckets of net and of ceded, as powers of 2; their sum at most 24.
    steps : (amount, amount), optional
        Steps of both grids; chosen for the model by default.

    Examples
    --------
    >>> import kebao as kb
    >>> loss = kb.Aggregate(kb.Poisson(3), kb.Pareto(1.5, 100).capped(2000))
    >>> both = kb.Bivariate(loss, limit=700, attachment=300)
    >>> abs(both.net_mean + both.ceded_mean - loss.mean) < 1e-9 * loss.mean
    True
    >>> 0 < both.correlation < 1
    True
    """
    def __new__(cls, /, loss: Aggregate, *, limit: SupportsFloat | SupportsIndex | str | None = None, attachment: SupportsFloat | SupportsIndex | str = ..., share: SupportsFloat | SupportsIndex = 1.0, log2: tuple[SupportsIndex, SupportsIndex] = ..., steps: tuple[SupportsFloat | SupportsIndex | str, SupportsFloat | SupportsIndex | str] | None = None) -> Bivariate: ...
    def __repr__(self, /) -> str: ...
    def cdf(self, /, net: SupportsFloat | SupportsIndex | str, ceded: SupportsFloat | SupportsIndex | str) -> float:
        """
        P(net ≤ x and ceded ≤ y).
        """
    @property
    def ceded(self, /) -> Incomplete:
        """
        Amounts of the ceded buckets.
        """
    def ceded_given_net(self, /) -> Incomplete:
        """
        E[ceded | net] at the net buckets; NaN where the probability is lost in rounding.
        """
    @property
    def ceded_mean(self, /) -> float:
        """
        Expected ceded in closed form.
        """
    @property
    def correlation(self, /) -> float:
        """
        Correlation of net and ceded on the grid.
        """
    @property
    def errors(self, /) -> dict:
        """
        Errors of the plane: `net_step`, `ceded_step`, `truncated_mass`, and by how much of the exact
        one the means on the plane, `net_mean_error` and `ceded_mean_error`, differ.

        The steps keep both means, so what differs is what lies beyond the plane: a mean error close
        to 0 says that nothing of weight does.
        """
    @property
    def net(self, /) -> Incomplete:
        """
        Amounts of the net buckets.
        """
    @property
    def net_mean(self, /) -> float:
        """
        Expected net in closed form.
        """
    @property
    def pmf(self, /) -> Incomplete:
        """
        Joint probabilities: (net buckets, ceded buckets).
        """
    @property
    def truncated_mass(self, /) -> float:
        """
        P(net or ceded beyond its grid).
        """

@final
class BootstrapFit:
    """
    Simulated reserves, by segment.
    """
    @property
    def basis(self, /) -> ReserveFit:
        """
        The chain ladder below, with the status and findings of the bootstrap.
        """
    @property
    def by_origin(self, /) -> Incomplete:
        """
        Segment × origin × outcome; no origins unless kept.
        """
    @property
    def by_period(self, /) -> Incomplete:
        """
        Segment × calendar period × outcome; no periods unless kept.
        """
    def cells(self, /, segment: SupportsIndex) -> Incomplete:
        """
        Future cell × outcome of a segment; no cells unless kept.
        """
    @property
    def counts(self, /) -> list[tuple[int, int, int]]:
        """
        Negative future means, latest values at zero or below, factors replaced; by segment.
        """
    def future(self, /, segment: SupportsIndex) -> list[tuple[str, int, int]]:
        """
        Origin, age in months where the development starts, and calendar period of future cells.
        """
    @property
    def mean(self, /) -> Incomplete:
        """
        Mean by segment and origin.
        """
    def next_diagonals(self, /, triangle: Triangle, segment: SupportsIndex) -> Triangle:
        """
        A triangle of a segment for each outcome, with its next diagonal.
        """
    @property
    def periods(self, /) -> int:
        """
        Calendar periods to come.
        """
    @property
    def portfolio(self, /) -> Incomplete:
        """
        Sum over all segments, by outcome.
        """
    @property
    def scale(self, /) -> Incomplete:
        """
        Scale of the over-dispersed Poisson model by segment and age.
        """
    @property
    def sd(self, /) -> Incomplete:
        """
        Standard deviation by segment and origin.
        """
    @property
    def simulations(self, /) -> int: ...
    @property
    def total(self, /) -> Incomplete:
        """
        Segment × outcome.
        """
    @property
    def total_moments(self, /) -> list[tuple[float, float, float]]:
        """
        Mean, standard deviation and standard error of the mean of each segment's total.
        """

@final
class Burr(Severity):
    """
    Burr XII: S(x) = (1 + (x/scale)^gamma)^−alpha.
    """
    def __new__(cls, /, alpha: SupportsFloat | SupportsIndex, gamma: SupportsFloat | SupportsIndex, scale: SupportsFloat | SupportsIndex | str) -> Burr: ...

@final
class Capped(Severity):
    """
    min(X, limit), with the mass of everything above at the limit.
    """
    def __new__(cls, /, base: Incomplete, limit: SupportsFloat | SupportsIndex | str) -> Capped: ...

@final
class ClaytonCopula(Copula):
    """
    Clayton's copula: C(u) = (Σ uᵢ^−theta − d + 1)^(−1/theta), lower tail dependence 2^(−1/theta).

    theta ≥ 0, with two components also down to −1; 0 is independence. Kendall's τ = theta/(theta + 2).

    >>> import kebao as kb
    >>> kb.ClaytonCopula.from_kendall_tau(0.5, dim=3)
    ClaytonCopula(theta=2, dim=3)
    """
    def __new__(cls, /, theta: SupportsFloat | SupportsIndex, dim: SupportsIndex = ...) -> ClaytonCopula: ...
    @staticmethod
    def from_kendall_tau(tau: SupportsFloat | SupportsIndex, dim: SupportsIndex = ...) -> ClaytonCopula:
        """
        The copula with this Kendall's τ.
        """

@final
class ComonotoneCopula(Copula):
    """
    Components that are one variable: C(u) = min uᵢ, the upper Fréchet bound.

    >>> import kebao as kb
    >>> kb.ComonotoneCopula(3).cdf([0.5, 0.2, 0.9])
    0.2
    """
    def __new__(cls, /, dim: SupportsIndex = ...) -> ComonotoneCopula: ...

@final
class CompoundCount(Frequency):
    """
    A number `primary` of events, each with its own number `secondary` of losses.

    Probabilities come from a table: relative accuracy where the primary has a stable Panjer
    recursion, else 1e-15 absolute. Refused if mean + 40 sd exceeds 1,048,576.

    >>> import kebao as kb
    >>> kb.CompoundCount(kb.Poisson(2), kb.Poisson(3)).variance
    24.0
    """
    def __new__(cls, /, primary: Frequency, secondary: Frequency) -> CompoundCount: ...

@disjoint_base
class Copula:
    """
    The dependence of several variables, apart from their margins: a distribution on the unit cube with uniform
    margins.

    Every family has `sample`, `cdf`, `kendall_tau`, `spearman_rho` and `tail_dependence`.
    """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __reduce__(self, /) -> tuple[Any, tuple[str]]: ...
    def __repr__(self, /) -> str: ...
    def cdf(self, /, u: Any) -> Any:
        """
        P(U₁ ≤ u₁, …, U_d ≤ u_d) for `u` of shape (dim,) or (n, dim).

        Gaussian and t copulas: two components below 1 at most, to 1e-10; else NumericError.
        """
    @property
    def dim(self, /) -> int:
        """
        Number of components.
        """
    @staticmethod
    def from_json(text: str) -> Copula:
        """
        A copula from its JSON form; all faults are told at once.
        """
    def kendall_tau(self, /, i: SupportsIndex = ..., j: SupportsIndex = ...) -> float:
        """
        Kendall's τ of components i and j.
        """
    @property
    def parameters(self, /) -> dict:
        """
        Parameters by name.
        """
    @property
    def repair_distance(self, /) -> float:
        """
        Frobenius distance that the correlation matrix was moved by `repair=True`; 0 if it was not.
        """
    def sample(self, /, n: SupportsIndex, *, seed: SupportsIndex, threads: SupportsIndex | None = None) -> Incomplete:
        """
        `n` rows of the copula, an array of shape (n, dim) in Fortran order, each number in (0, 1).

        The numbers depend on the copula and `seed` only, not on `threads`; a larger sample begins with a smaller.

        >>> import kebao as kb
        >>> kb.GaussianCopula(0.8).sample(100_000, seed=1).shape
        (100000, 2)
        """
    def spearman_rho(self, /, i: SupportsIndex = ..., j: SupportsIndex = ...) -> float:
        """
        Spearman's ρ of components i and j; in closed form or by quadrature to 1e-7.
        """
    def tail_dependence(self, /, i: SupportsIndex = ..., j: SupportsIndex = ...) -> tuple[float, float]:
        """
        Coefficients (lower, upper) of tail dependence of components i and j: the limits of P(U ≤ q | V ≤ q) for
        q → 0 and of P(U > q | V > q) for q → 1.
        """
    def to_json(self, /) -> str:
        """
        The JSON form, read back by `Copula.from_json`.
        """

@final
class CountFit:
    """
    One family fitted to counts; `kebao.fit.frequency` makes it.
    """
    @property
    def aic(self, /) -> float: ...
    @property
    def bic(self, /) -> float: ...
    def expected(self, /, most: SupportsIndex) -> list[float]:
        """
        Expected numbers of observations with 0, 1, …, `most` or more losses.
        """
    @property
    def family(self, /) -> str: ...
    def frequency(self, /, exposure: SupportsFloat | SupportsIndex) -> Frequency:
        """
        The count of so much exposure.
        """
    def intervals(self, /, level: SupportsFloat | SupportsIndex) -> list[tuple[float, float]]:
        """
        Profile-likelihood interval of each parameter.
        """
    @property
    def log_likelihood(self, /) -> float: ...
    @property
    def names(self, /) -> list[str]: ...
    @property
    def standard_errors(self, /) -> list[float]: ...
    @property
    def status(self, /) -> str: ...
    @property
    def values(self, /) -> list[float]: ...

@final
class Curve:
    """
    Discount factors.
    """
    def discount(self, /, time: Any) -> Any:
        """
        Price now of 1 at a time, or at each of an array.
        """
    def forward(self, /, start: SupportsFloat | SupportsIndex, end: SupportsFloat | SupportsIndex) -> float: ...
    @staticmethod
    def from_forward(times: SupportsGetItem[int, SupportsFloat | SupportsIndex], rates: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> Curve: ...
    @staticmethod
    def from_spot(times: SupportsGetItem[int, SupportsFloat | SupportsIndex], rates: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> Curve: ...
    def spot(self, /, time: Any) -> Any: ...

@final
class Delaporte(Frequency):
    """
    Poisson counts whose mean is shift + Gamma(shape, scale): the α, β, λ of R's Delaporte.

    The counts that all suffer (`shift`) and those of a risk's own propensity.
    """
    def __new__(cls, /, shape: SupportsFloat | SupportsIndex, scale: SupportsFloat | SupportsIndex, shift: SupportsFloat | SupportsIndex) -> Delaporte: ...

@final
class Distortion:
    """
    How much a unit of risk costs, by how remote it is: a concave distortion of survival probabilities.

    Made by `tvar`, `proportional_hazard`, `wang`, `dual`, `cost_of_capital` and `mean`; the measure of a
    loss is ∫ g(S(x)) dx.

    Examples
    --------
    >>> import kebao as kb
    >>> kb.Distortion.wang(0.5).g(0.01)
    0.03389...
    >>> kb.Distortion.tvar(0.5).g(0.25)
    0.5
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @staticmethod
    def cost_of_capital(rate: SupportsFloat | SupportsIndex) -> Distortion:
        """
        g(s) = (s + rate) / (1 + rate) for s > 0: capital up to the largest loss, at a yearly rate.
        """
    @staticmethod
    def dual(exponent: SupportsFloat | SupportsIndex) -> Distortion:
        """
        g(s) = 1 − (1 − s)^exponent, exponent ≥ 1: the mean of the largest of so many years.
        """
    def g(self, /, s: SupportsFloat | SupportsIndex) -> float:
        """
        The distorted probability of a survival probability in [0, 1].
        """
    @staticmethod
    def mean() -> Distortion:
        """
        g(s) = s: the mean.
        """
    @staticmethod
    def proportional_hazard(exponent: SupportsFloat | SupportsIndex) -> Distortion:
        """
        g(s) = s^exponent, exponent in (0, 1]: proportional hazard (Wang 1995).
        """
    @staticmethod
    def tvar(level: SupportsFloat | SupportsIndex) -> Distortion:
        """
        g(s) = min(s / (1 − level), 1): the mean of the worst share 1 − level of years.
        """
    @staticmethod
    def wang(shift: SupportsFloat | SupportsIndex) -> Distortion:
        """
        g(s) = Φ(Φ⁻¹(s) + shift), shift ≥ 0 (Wang 2000, eq. 3).
        """

@final
class Empirical(Severity):
    """
    The values with their probabilities, and nothing between.
    """
    def __new__(cls, /, values: SupportsGetItem[int, SupportsFloat | SupportsIndex], weights: SupportsGetItem[int, SupportsFloat | SupportsIndex] | None = None, *, survival: SupportsGetItem[int, SupportsFloat | SupportsIndex] | None = None) -> Empirical:
        """
        Values in any order with `weights` in proportion (all equal by default), or ascending with the
        probability to exceed each.
        """

@final
class EmpiricalCopula(Copula):
    """
    The copula of observed data: a row of its ranks at random, smoothed.

    `data` has shape (observations, components). `smoothing` "checkerboard" spreads rank r of n evenly
    over ((r − 1)/n, r/n); "beta" draws Beta(r, n + 1 − r), the Bernstein copula of degree n
    (Segers, Sibuya and Tsukahara 2017). Margins are uniform either way.

    >>> import kebao as kb
    >>> copula = kb.EmpiricalCopula([[1, 10], [2, 30], [3, 20], [4, 40]])
    >>> copula.kendall_tau()
    0.5
    """
    def __new__(cls, /, data: Any, *, smoothing: str = "checkerboard") -> EmpiricalCopula: ...

@final
class EmpiricalCount(Frequency):
    """
    The count whose probabilities of 0, 1, 2, … are given.

    >>> import kebao as kb
    >>> kb.EmpiricalCount([0.5, 0.3, 0.2]).mean
    0.7
    """
    def __new__(cls, /, probabilities: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> EmpiricalCount: ...

@final
class Evaluation:
    """
    A number, its error, how it was found and why so.

    `standard_error` is that of a simulation, `bound` the largest error of a method without randomness;
    the other of the two is NaN.
    """
    def __repr__(self, /) -> str: ...
    @property
    def bound(self, /) -> float:
        """
        Largest error of a method without randomness; NaN otherwise.
        """
    @property
    def effective(self, /) -> float:
        """
        Effective number of contributions, (Σ w)²/Σ w².
        """
    @property
    def hits(self, /) -> int:
        """
        Draws that contributed.
        """
    @property
    def interval(self, /) -> tuple[float, float]:
        """
        (low, high): 95% interval of a simulation, or the bounds of a method without randomness.
        """
    @property
    def method(self, /) -> str:
        """
        Name of the method; under ``auto`` the one that was chosen.
        """
    @property
    def reason(self, /) -> str:
        """
        What was done, and why.
        """
    @property
    def standard_error(self, /) -> float:
        """
        Standard error of a simulation; NaN without one.
        """
    @property
    def value(self, /) -> float:
        """
        The expected loss, or the probability.
        """
    @property
    def variance_factor(self, /) -> float:
        """
        Variance of plain simulation of as many years over the variance of this method.
        """
    @property
    def years(self, /) -> int:
        """
        Years, or points, that were drawn.
        """
    @property
    def years_for_1pct(self, /) -> float:
        """
        Years of this method whose standard error is 1% of the value.
        """

@final
class Exponential(Severity):
    """
    Exponential: S(x) = e^(−x/mean).
    """
    def __new__(cls, /, mean: SupportsFloat | SupportsIndex | str) -> Exponential: ...

@final
class Franchise(Severity):
    """
    X where it exceeds the deductible, nothing otherwise.
    """
    def __new__(cls, /, base: Incomplete, deductible: SupportsFloat | SupportsIndex | str) -> Franchise: ...

@final
class FrankCopula(Copula):
    """
    Frank's copula: C(u) = −ln(1 + Π(e^(−theta uᵢ) − 1)/(e^−theta − 1)^(d−1))/theta; no tail dependence.

    theta in [0, 700], with two components also negative; 0 is independence.

    >>> import kebao as kb
    >>> round(kb.FrankCopula(5.736).kendall_tau(), 4)
    0.5
    """
    def __new__(cls, /, theta: SupportsFloat | SupportsIndex, dim: SupportsIndex = ...) -> FrankCopula: ...
    @staticmethod
    def from_kendall_tau(tau: SupportsFloat | SupportsIndex, dim: SupportsIndex = ...) -> FrankCopula:
        """
        The copula with this Kendall's τ.
        """

@final
class Frechet(Severity):
    """
    Fréchet (inverse Weibull): P(X ≤ x) = exp(−(x/scale)^−shape).
    """
    def __new__(cls, /, shape: SupportsFloat | SupportsIndex, scale: SupportsFloat | SupportsIndex | str) -> Frechet: ...
    @staticmethod
    def from_mean_cv(mean: SupportsFloat | SupportsIndex | str, cv: SupportsFloat | SupportsIndex | str) -> Severity:
        """
        The distribution of this family with this mean and coefficient of variation.
        """

@disjoint_base
class Frequency:
    """
    A distribution of the number of losses in a year.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple[str]]: ...
    def __repr__(self, /) -> str: ...
    def cdf(self, /, x: Any) -> Any:
        """
        P(N ≤ x); a number or an array.
        """
    @property
    def cv(self, /) -> float:
        """
        Coefficient of variation: standard deviation over mean.
        """
    @staticmethod
    def from_json(text: str) -> Frequency:
        """
        A frequency from its JSON form; all faults are told at once.
        """
    def isf(self, /, q: Any) -> Any:
        """
        The smallest k with P(N > k) ≤ q, `inf` where there is none; a number or an array.
        """
    @property
    def kurtosis(self, /) -> float:
        """
        Fourth central moment over variance², less 3.
        """
    def log_pgf(self, /, w: Any) -> Any:
        """
        ln E (1 + w)^N, abs(1 + w) ≤ 1: stable where w is near 0, as in transforms of remote layers.
        """
    def log_pmf(self, /, k: Any) -> Any:
        """
        ln P(N = k), also where the probability underflows; a number or an array.
        """
    @property
    def mean(self, /) -> float:
        """
        Expected value; `inf` where it does not exist.
        """
    def panjer(self, /) -> tuple[float, float, int] | None:
        """
        Panjer's (a, b, class): p(k) = (a + b/k) p(k − 1) for k > class; None where there is no such.
        """
    @property
    def parameters(self, /) -> dict:
        """
        Parameters by name.
        """
    def pgf(self, /, z: Any) -> Any:
        """
        Generating function E z^N, abs(z) ≤ 1; a number or an array, complex if `z` is.
        """
    def pmf(self, /, k: Any) -> Any:
        """
        P(N = k); a number or an array.
        """
    def quantile(self, /, p: Any) -> Any:
        """
        The smallest k with P(N ≤ k) ≥ p, `inf` where there is none; a number or an array.
        """
    def sample(self, /, size: SupportsIndex, *, seed: SupportsIndex) -> Incomplete:
        """
        Counts of `size` independent years from the keyed stream of `seed`; a larger sample begins with them.
        """
    def score(self, /, n: SupportsIndex) -> dict:
        """
        d ln P(N = n) / d parameter, for each of `parameters`.
        """
    @property
    def sd(self, /) -> float:
        """
        Standard deviation.
        """
    def sf(self, /, x: Any) -> Any:
        """
        P(N > x), to full relative accuracy; a number or an array.
        """
    @property
    def skewness(self, /) -> float:
        """
        Third central moment over the cube of the standard deviation.
        """
    def thinned(self, /, v: SupportsFloat | SupportsIndex) -> Frequency:
        """
        The count of losses that each pass a filter with probability `v`, such as exceeding an attachment.
        """
    def to_json(self, /) -> str:
        """
        The JSON form, from which `from_json` makes an equal object.
        """
    @property
    def variance(self, /) -> float:
        """
        Variance; `inf` where it does not exist.
        """

@final
class GB2(Severity):
    """
    Generalised beta of the second kind (McDonald 1984): (X/scale)^gamma is the odds of a
    beta(tau, alpha); beta prime for gamma 1.
    """
    def __new__(cls, /, alpha: SupportsFloat | SupportsIndex, tau: SupportsFloat | SupportsIndex, scale: SupportsFloat | SupportsIndex | str, gamma: SupportsFloat | SupportsIndex = ...) -> GB2: ...

@final
class GEV(Severity):
    """
    Generalised extreme value (Jenkinson 1955): Gumbel for shape 0, a finite end for shape < 0.

    P(X ≤ x) = exp(−(1 + shape (x − location)/scale)^(−1/shape)); what lies below 0 is at 0. The
    shape is −c of scipy's `genextreme`.
    """
    def __new__(cls, /, shape: SupportsFloat | SupportsIndex, location: SupportsFloat | SupportsIndex | str, scale: SupportsFloat | SupportsIndex | str) -> GEV: ...

@final
class GPD(Severity):
    """
    Generalised Pareto beyond a threshold: S(x) = (1 + shape (x − threshold)/scale)^(−1/shape).

    Exponential for shape 0; the mean is infinite for shape ≥ 1, the largest loss finite for
    shape < 0 (Pickands 1975).
    """
    def __new__(cls, /, shape: SupportsFloat | SupportsIndex, scale: SupportsFloat | SupportsIndex | str, threshold: SupportsFloat | SupportsIndex | str = ...) -> GPD: ...

@final
class Gamma(Severity):
    """
    Gamma: mean shape · scale, variance shape · scale².
    """
    def __new__(cls, /, shape: SupportsFloat | SupportsIndex, scale: SupportsFloat | SupportsIndex | str) -> Gamma: ...
    @staticmethod
    def from_mean_cv(mean: SupportsFloat | SupportsIndex | str, cv: SupportsFloat | SupportsIndex | str) -> Severity:
        """
        The distribution of this family with this mean and coefficient of variation.
        """

@final
class GammaPareto:
    """
    The index of a Pareto tail above `threshold`, Gamma(`shape`, `rate`).

    The next loss is LogPareto: without a finite mean, whatever the data. `cdf(1)` is the
    probability that the index itself allows none.

    >>> from kebao.credibility import GammaPareto
    >>> posterior = GammaPareto(shape=4, rate=2, threshold="1m").update(("2m", "9m"), censored=("5m",))
    >>> posterior.predictive().mean
    inf
    """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __new__(cls, /, shape: SupportsFloat | SupportsIndex, rate: SupportsFloat | SupportsIndex, threshold: SupportsFloat | SupportsIndex | str) -> GammaPareto: ...
    def __reduce__(self, /) -> tuple[Any, tuple[str]]: ...
    def __repr__(self, /) -> str: ...
    def cdf(self, /, x: SupportsFloat | SupportsIndex) -> float:
        """
        P(index ≤ x).
        """
    @property
    def cv(self, /) -> float:
        """
        Coefficient of variation: standard deviation over mean.
        """
    @staticmethod
    def from_json(text: str) -> GammaPareto:
        """
        From the JSON form; all faults are told at once.
        """
    @staticmethod
    def from_mean_cv(mean: SupportsFloat | SupportsIndex, cv: SupportsFloat | SupportsIndex, threshold: SupportsFloat | SupportsIndex | str) -> GammaPareto:
        """
        A prior of the index with this mean and coefficient of variation.
        """
    def interval(self, /, level: SupportsFloat | SupportsIndex = 0.95) -> tuple[float, float]:
        """
        Equal-tailed credible interval.
        """
    @property
    def mean(self, /) -> float:
        """
        Expected value; `inf` where it does not exist.
        """
    def predictive(self, /) -> Severity:
        """
        The next loss: a LogPareto.
        """
    def quantile(self, /, p: SupportsFloat | SupportsIndex) -> float: ...
    @property
    def rate(self, /) -> float: ...
    def sample(self, /, size: SupportsIndex, *, seed: SupportsIndex) -> Incomplete:
        """
        Draws of the index from the keyed stream of `seed`.
        """
    @property
    def sd(self, /) -> float:
        """
        Standard deviation.
        """
    @property
    def shape(self, /) -> float: ...
    @property
    def threshold(self, /) -> float: ...
    def to_json(self, /) -> str: ...
    def update(self, /, losses: SupportsGetItem[int, SupportsFloat | SupportsIndex | str], *, censored: SupportsGetItem[int, SupportsFloat | SupportsIndex | str] = ...) -> GammaPareto:
        """
        Adds losses above the threshold; `censored` ones are only known to be at least so large.
        """

@final
class GammaPoisson:
    """
    The rate of claims per unit of exposure, Gamma(`shape`, `rate`): mean shape/rate, cv 1/√shape.

    A prior worth `rate` units of exposure; claims are Poisson given the rate (Klugman, Panjer and
    Willmot, Loss Models, 15.3).

    >>> from kebao.credibility import GammaPoisson
    >>> posterior = GammaPoisson(shape=4, rate=200).update(claims=3, exposure=80)
    >>> posterior.mean, posterior.credibility(0)
    (0.025, 0.0)
    >>> posterior.predictive(exposure=120)
    NegativeBinomial(mean=3, shape=7)
    """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __new__(cls, /, shape: SupportsFloat | SupportsIndex, rate: SupportsFloat | SupportsIndex) -> GammaPoisson: ...
    def __reduce__(self, /) -> tuple[Any, tuple[str]]: ...
    def __repr__(self, /) -> str: ...
    def cdf(self, /, x: SupportsFloat | SupportsIndex) -> float:
        """
        P(rate ≤ x).
        """
    def credibility(self, /, exposure: SupportsFloat | SupportsIndex) -> float:
        """
        Bühlmann's Z: the weight of so much exposure against this prior.
        """
    @property
    def cv(self, /) -> float:
        """
        Coefficient of variation: standard deviation over mean.
        """
    @staticmethod
    def from_json(text: str) -> GammaPoisson:
        """
        From the JSON form; all faults are told at once.
        """
    @staticmethod
    def from_mean_cv(mean: SupportsFloat | SupportsIndex, cv: SupportsFloat | SupportsIndex) -> GammaPoisson:
        """
        A prior of this mean and coefficient of variation.
        """
    def interval(self, /, level: SupportsFloat | SupportsIndex = 0.95) -> tuple[float, float]:
        """
        Equal-tailed credible interval.
        """
    @staticmethod
    def jeffreys() -> GammaPoisson:
        """
        Jeffreys' prior Gamma(½, 0): improper until it is updated with exposure.
        """
    @property
    def mean(self, /) -> float:
        """
        Expected value; `inf` where it does not exist.
        """
    def predictive(self, /, exposure: SupportsFloat | SupportsIndex = 1.0) -> Frequency:
        """
        Claims of so much future exposure: a NegativeBinomial.
        """
    def quantile(self, /, p: SupportsFloat | SupportsIndex) -> float: ...
    @property
    def rate(self, /) -> float: ...
    def sample(self, /, size: SupportsIndex, *, seed: SupportsIndex) -> Incomplete:
        """
        Draws of the rate from the keyed stream of `seed`.
        """
    @property
    def sd(self, /) -> float:
        """
        Standard deviation.
        """
    @property
    def shape(self, /) -> float: ...
    def to_json(self, /) -> str: ...
    def update(self, /, claims: SupportsFloat | SupportsIndex, exposure: SupportsFloat | SupportsIndex) -> GammaPoisson:
        """
        Gamma(shape + claims, rate + exposure).
        """

@final
class GaussianCopula(Copula):
    """
    The copula of normal variables: C(u) = Φ_R(Φ⁻¹(u₁), …, Φ⁻¹(u_d)).

    `correlation` is a correlation matrix, or one number for two components. A matrix with a negative
    eigenvalue is refused, or with `repair=True` replaced by the nearest correlation matrix (Higham 2002);
    `repair_distance` is then the Frobenius norm of the change.

    >>> import kebao as kb
    >>> copula = kb.GaussianCopula(0.5)
    >>> round(copula.spearman_rho(), 10), round(copula.kendall_tau(), 6)
    (0.4825837395, 0.333333)
    """
    def __new__(cls, /, correlation: Any, *, repair: bool = False) -> GaussianCopula: ...
    @staticmethod
    def from_kendall_tau(tau: Any, *, repair: bool = False) -> GaussianCopula:
        """
        The copula with these Kendall's τ, a matrix or one number: ρ = sin(πτ/2).
        """
    @staticmethod
    def from_spearman_rho(rho: Any, *, repair: bool = False) -> GaussianCopula:
        """
        The copula with these Spearman's ρ, a matrix or one number: ρ = 2 sin(πρ_S/6).
        """

@final
class Geometric(Frequency):
    """
    Geometric counts from 0: P(N = k) = meanᵏ/(1 + mean)^(k+1), the negative binomial of shape 1.
    """
    def __new__(cls, /, mean: SupportsFloat | SupportsIndex) -> Geometric: ...

@final
class GoodnessOfFit:
    """
    Kolmogorov–Smirnov and Anderson–Darling (or, for groups, χ²) with p-values.
    """
    @property
    def ad(self, /) -> float: ...
    @property
    def ad_p(self, /) -> float: ...
    @property
    def chi2(self, /) -> float: ...
    @property
    def chi2_freedom(self, /) -> float: ...
    @property
    def chi2_p(self, /) -> float: ...
    @property
    def failures(self, /) -> int: ...
    @property
    def ks(self, /) -> float: ...
    @property
    def ks_p(self, /) -> float: ...
    @property
    def replicates(self, /) -> int: ...

@final
class GroupedTCopula(Copula):
    """
    The grouped t copula: degrees of freedom for each group of components, their mixing variables
    comonotone (Daul, De Giorgi, Lindskog and McNeil 2003).

    `groups[i]` is the group of component i, `df[g]` the degrees of freedom of group g.

    >>> import kebao as kb
    >>> copula = kb.GroupedTCopula([[1, 0.5], [0.5, 1]], groups=[0, 1], df=[3, 10])
    >>> 0 < copula.tail_dependence()[1] < kb.TCopula(0.5, df=3).tail_dependence()[1]
    True
    """
    def __new__(cls, /, correlation: Any, groups: SupportsGetItem[int, SupportsIndex], df: SupportsGetItem[int, SupportsFloat | SupportsIndex], *, repair: bool = False) -> GroupedTCopula: ...

@final
class GumbelCopula(Copula):
    """
    Gumbel's copula: C(u) = exp(−(Σ (−ln uᵢ)^theta)^(1/theta)), upper tail dependence 2 − 2^(1/theta).

    theta ≥ 1; 1 is independence. Kendall's τ = 1 − 1/theta.

    >>> import kebao as kb
    >>> kb.GumbelCopula(2).kendall_tau()
    0.5
    """
    def __new__(cls, /, theta: SupportsFloat | SupportsIndex, dim: SupportsIndex = ...) -> GumbelCopula: ...
    @staticmethod
    def from_kendall_tau(tau: SupportsFloat | SupportsIndex, dim: SupportsIndex = ...) -> GumbelCopula:
        """
        The copula with this Kendall's τ.
        """

@final
class Histogram:
    """
    Annual losses of a stream, counted by size: quantiles within 0.1%, whatever the order of its parts.

    Examples
    --------
    >>> import numpy as np
    >>> import kebao as kb
    >>> stream = kb.measure.Histogram()
    >>> stream.add(np.arange(1.0, 1001.0))
    >>> low, high = stream.quantile(0.99)
    >>> low <= 990 <= high
    True
    >>> len(stream)
    1000
    """
    def __len__(self, /) -> int: ...
    def __new__(cls, /) -> Histogram: ...
    def __repr__(self, /) -> str: ...
    def add(self, /, losses: Incomplete) -> None:
        """
        Counts annual losses; refused as a whole if one is negative or not finite.
        """
    def add_zeros(self, /, years: SupportsIndex) -> None:
        """
        Counts years without a loss.
        """
    def exceedance(self, /, amount: SupportsFloat | SupportsIndex | str) -> tuple[float, float]:
        """
        (low, high): bounds of the share of years above an amount.
        """
    @property
    def mean(self, /) -> tuple[float, float]:
        """
        (low, high): bounds of the mean.
        """
    def merge(self, /, other: Histogram) -> None:
        """
        Adds the counts of another.
        """
    def quantile(self, /, p: SupportsFloat | SupportsIndex) -> tuple[float, float]:
        """
        (low, high): bounds of inf{x : F(x) ≥ p}, 0.1% apart at most.
        """
    def tvar(self, /, p: SupportsFloat | SupportsIndex) -> tuple[float, float]:
        """
        (low, high): bounds of the mean of the worst share 1 − p.
        """

@final
class IndependenceCopula(Copula):
    """
    Independent components.

    >>> import kebao as kb
    >>> kb.IndependenceCopula(2).cdf([0.5, 0.5])
    0.25
    """
    def __new__(cls, /, dim: SupportsIndex = ...) -> IndependenceCopula: ...

@final
class InverseGamma(Severity):
    """
    Inverse gamma: scale/X is a standard gamma of this shape.
    """
    def __new__(cls, /, shape: SupportsFloat | SupportsIndex, scale: SupportsFloat | SupportsIndex | str) -> InverseGamma: ...
    @staticmethod
    def from_mean_cv(mean: SupportsFloat | SupportsIndex | str, cv: SupportsFloat | SupportsIndex | str) -> Severity:
        """
        The distribution of this family with this mean and coefficient of variation.
        """

@final
class InverseGaussian(Severity):
    """
    Inverse Gaussian of this mean, variance mean³/shape.
    """
    def __new__(cls, /, mean: SupportsFloat | SupportsIndex | str, shape: SupportsFloat | SupportsIndex | str) -> InverseGaussian: ...
    @staticmethod
    def from_mean_cv(mean: SupportsFloat | SupportsIndex | str, cv: SupportsFloat | SupportsIndex | str) -> Severity:
        """
        The distribution of this family with this mean and coefficient of variation.
        """

@final
class JoeCopula(Copula):
    """
    Joe's copula: C(u) = 1 − (1 − Π(1 − (1 − uᵢ)^theta))^(1/theta), upper tail dependence 2 − 2^(1/theta).

    theta ≥ 1; 1 is independence.

    >>> import kebao as kb
    >>> round(kb.JoeCopula(2).kendall_tau(), 6)
    0.355066
    """
    def __new__(cls, /, theta: SupportsFloat | SupportsIndex, dim: SupportsIndex = ...) -> JoeCopula: ...
    @staticmethod
    def from_kendall_tau(tau: SupportsFloat | SupportsIndex, dim: SupportsIndex = ...) -> JoeCopula:
        """
        The copula with this Kendall's τ.
        """

@final
class Layered(Severity):
    """
    min(max(X − attachment, 0), limit): what a layer pays of one loss.
    """
    def __new__(cls, /, base: Incomplete, limit: SupportsFloat | SupportsIndex | str, attachment: SupportsFloat | SupportsIndex | str = ...) -> Layered: ...

@final
class LearningCurve:
    """
    Failure probability of attempt n: p₁ n⁻ᵇ, by maximum likelihood from classes of attempts.
    """
    def at(self, /, n: SupportsFloat | SupportsIndex) -> float:
        """
        Failure probability of attempt `n`.
        """
    @property
    def chi_square(self, /) -> float:
        """
        Pearson's χ² over the classes.
        """
    @property
    def degrees(self, /) -> int:
        """
        Degrees of freedom of χ².
        """
    @property
    def first(self, /) -> float:
        """
        Failure probability of the first attempt.
        """
    @staticmethod
    def fit(classes: SupportsGetItem[int, tuple[SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex]]) -> LearningCurve:
        """
        From classes (first attempt, last attempt, failures, trials); `inf` for an open class.
        """
    def posterior(self, /, n: SupportsFloat | SupportsIndex, *, weight: SupportsFloat | SupportsIndex, failures: SupportsFloat | SupportsIndex, attempts: SupportsFloat | SupportsIndex) -> tuple[float, float, float]:
        """
        Mean, cv and credibility after own attempts, the curve being worth `weight` attempts.
        """
    @property
    def rate(self, /) -> float:
        """
        Exponent of learning.
        """

@final
class Library:
    """
    Coverages by id; changing one makes a new library.
    """
    def exceeded(self, /, id: str, probabilities: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> list[float]:
        """
        The losses exceeded with given probabilities by one claim (fractions of the sum insured where
        the basis is one), the cap applied.
        """
    def json(self, /, id: str) -> str:
        """
        A coverage as JSON text.
        """
    def mean_frequency(self, /, id: str) -> float:
        """
        The chance of a payout of an index in a period; the mean frequency of the other processes.
        """
    def mean_severity(self, /, id: str) -> float:
        """
        Mean severity from the ground up, of the distribution alone.
        """
    def names(self, /) -> list[str]: ...
    def pattern(self, /, id: str) -> tuple[str, str, str, list[float], list[float]] | None:
        """
        The development pattern of a coverage: id, status, source, paid, reported.
        """
    def payouts(self, /, id: str, values: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> list[float]:
        """
        Parts of the sum insured an index pays at given values.
        """
    def select(self, /, patterns: SupportsGetItem[int, str]) -> Library:
        """
        The coverages whose id matches any pattern.
        """
    @staticmethod
    def shipped() -> Library:
        """
        The coverages that come with kebao.
        """
    def sources(self, /, id: str) -> list[tuple[str, str, str]]:
        """
        Groups of parameters of a coverage: what, status, source.
        """
    def toml(self, /, id: str) -> str:
        """
        A coverage as the TOML file it would be read from.
        """
    def update(self, /, id: str, failures: SupportsFloat | SupportsIndex, exposure: SupportsFloat | SupportsIndex) -> tuple[Library, float, float, float]:
        """
        The coverage after own experience: library, posterior mean, cv, credibility.
        """
    def update_severity(self, /, id: str, losses: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> tuple[Library, float, float, float]:
        """
        The coverage after own losses: library, posterior of the scale (mean, cv), credibility.
        """
    def with_file(self, /, path: str | PathLike[str]) -> tuple[Library, str]:
        """
        With the coverage of the file added, or put in the place of the one of its id.
        """
    def with_parameter(self, /, id: str, path: str, value: str) -> Library:
        """
        With one parameter of a coverage changed, given as TOML text.
        """
    def with_toml(self, /, origin: str, text: str) -> tuple[Library, str]:
        """
        With the coverage of a TOML text added, or put in the place of the one of its id.
        """

@final
class Lines:
    """
    The total over lines that share what makes them bad.

    Parameters
    ----------
    lines : dict of str to Aggregate
        Each line's own losses, by name.
    shock_rate : float, default 0
        Events a year that may strike every line.
    shock_shares : dict of str to float, optional
        Probability that an event brings a line a loss; 0 for lines that are not named.
    mixing : float, default 0
        Variance b of a common gamma factor of mean 1 on the means of Poisson counts.

    Notes
    -----
    The transform of the total is exp{Σ ln Pⱼ(φⱼ) + λ₀(Πⱼ(1 − qⱼ + qⱼφⱼ) − 1)}, with mixing the first
    sum becomes −(1/b) ln(1 + b Σ λⱼ(1 − φⱼ)) (Wang 1998, PCAS 85). Cov(Nⱼ, Nₖ) = λ₀qⱼqₖ + bλⱼλₖ.

    Examples
    --------
    >>> import kebao as kb
    >>> one = kb.Aggregate(kb.Poisson(2), kb.Gamma(2, 500))
    >>> lines = kb.Lines({"ai": one, "cloud": one}, shock_rate=0.1, shock_shares={"ai": 1, "cloud": 1})
    >>> lines.mean, round(float(lines.correlation[0, 1]), 4)
    (4200.0, 0.0317)
    >>> round(lines.quantile(0.99) / lines.mean, 2)
    2.75
    """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __len__(self, /) -> int: ...
    def __new__(cls, /, lines: dict, *, shock_rate: SupportsFloat | SupportsIndex = 0.0, shock_shares: dict | None = None, mixing: SupportsFloat | SupportsIndex = 0.0) -> Lines: ...
    def __reduce__(self, /) -> tuple[Any, tuple[str]]: ...
    def __repr__(self, /) -> str: ...
    def _allocate(self, /, distortion: Distortion) -> Table:
        """
        The natural allocation of a measure: line, mean, value, and share of the whole.

        aⱼ = Σₓ E[Xⱼ | S = x] (g(S(x−)) − g(S(x))) (Mildenhall and Major 2022, 14.3), exact on the grid;
        the parts add up to the measure. What lies beyond the grid is one cell.
        """
    def cdf(self, /, x: Any) -> Any:
        """
        P(S ≤ x); a number or an array.
        """
    @property
    def correlation(self, /) -> Incomplete:
        """
        Correlations of the lines' totals: (lines, lines).
        """
    @property
    def covariance(self, /) -> Incomplete:
        """
        Covariances of the lines' totals: (lines, lines).
        """
    @property
    def errors(self, /) -> dict:
        """
        Errors of the grid: `step`, `buckets`, `truncated_mass`, `numerical`, `mean_error`, `sd_error`,
        `verdict`.
        """
    def fft(self, /, *, log2: SupportsIndex = ..., step: SupportsFloat | SupportsIndex | str | None = None, threads: SupportsIndex | None = None) -> Lines:
        """
        The same lines on a grid of 2^`log2` buckets, `step` apart (chosen for the model by default).

        The probabilities are the same for any number of `threads` (all of the machine by default).
        """
    @staticmethod
    def from_json(text: str) -> Lines:
        """
        Lines from their JSON form; all faults are told at once.
        """
    def layer_mean(self, /, limit: SupportsFloat | SupportsIndex | str, attachment: SupportsFloat | SupportsIndex | str = ...) -> float:
        """
        Expected loss to the annual layer `limit` xs `attachment`.
        """
    @property
    def mean(self, /) -> float:
        """
        Expected value; `inf` where it does not exist.
        """
    def quantile(self, /, p: SupportsFloat | SupportsIndex) -> float:
        """
        inf{x : F(x) ≥ p}; refused beyond the end of the grid.
        """
    @property
    def sd(self, /) -> float:
        """
        Standard deviation, the common causes included.
        """
    def sf(self, /, x: Any) -> Any:
        """
        P(S > x); a number or an array.
        """
    def to_json(self, /) -> str:
        """
        The JSON form, from which `from_json` makes an equal object.
        """
    def tvar(self, /, p: SupportsFloat | SupportsIndex) -> float:
        """
        Mean of the worst share 1 − p of years.
        """

@final
class LogGamma(Severity):
    """
    Log-gamma: ln(X/scale) is a gamma of this shape and rate; support from `scale`.
    """
    def __new__(cls, /, shape: SupportsFloat | SupportsIndex, rate: SupportsFloat | SupportsIndex, scale: SupportsFloat | SupportsIndex | str = ...) -> LogGamma: ...
    @staticmethod
    def from_mean_cv(mean: SupportsFloat | SupportsIndex | str, cv: SupportsFloat | SupportsIndex | str) -> Severity:
        """
        The distribution of this family with this mean and coefficient of variation.
        """

@final
class LogLogistic(Severity):
    """
    Log-logistic: S(x) = 1 / (1 + (x/scale)^shape).
    """
    def __new__(cls, /, shape: SupportsFloat | SupportsIndex, scale: SupportsFloat | SupportsIndex | str) -> LogLogistic: ...
    @staticmethod
    def from_mean_cv(mean: SupportsFloat | SupportsIndex | str, cv: SupportsFloat | SupportsIndex | str) -> Severity:
        """
        The distribution of this family with this mean and coefficient of variation.
        """

@final
class LogNormal(Severity):
    """
    Lognormal: ln X is normal with mean `mu` and standard deviation `sigma`.

    >>> import kebao as kb
    >>> kb.LogNormal(mu=10, sigma=2).layer_mean("4m", "1m").__round__(4)
    37093.0883
    """
    def __new__(cls, /, mu: SupportsFloat | SupportsIndex, sigma: SupportsFloat | SupportsIndex) -> LogNormal: ...
    @staticmethod
    def from_mean_cv(mean: SupportsFloat | SupportsIndex | str, cv: SupportsFloat | SupportsIndex | str) -> Severity:
        """
        The distribution of this family with this mean and coefficient of variation.
        """

@final
class LogPareto(Severity):
    """
    Log-Pareto: S(x) = (1 + ln(x/scale)/rate)^−shape, x ≥ scale: a Pareto whose index is Gamma(shape, rate).

    No moment exists, whatever the parameters; limited layers have an expected loss.

    >>> import kebao as kb
    >>> kb.LogPareto(shape=3, rate=2, scale=1e6).mean
    inf
    """
    def __new__(cls, /, shape: SupportsFloat | SupportsIndex, rate: SupportsFloat | SupportsIndex, scale: SupportsFloat | SupportsIndex | str) -> LogPareto: ...

@final
class LogT(Severity):
    """
    Log-t: (ln X − mu)/sigma is Student's t with `df` degrees of freedom. No moment exists.
    """
    def __new__(cls, /, mu: SupportsFloat | SupportsIndex, sigma: SupportsFloat | SupportsIndex, df: SupportsFloat | SupportsIndex) -> LogT: ...

@final
class Logarithmic(Frequency):
    """
    Logarithmic series on 1, 2, …: P(N = k) = pᵏ/(−k ln(1 − p)), 0 < p < 1.
    """
    def __new__(cls, /, p: SupportsFloat | SupportsIndex) -> Logarithmic: ...

@final
class Lomax(Severity):
    """
    Lomax (Pareto type II from 0): S(x) = (1 + x/scale)^−alpha. The mean is infinite for alpha ≤ 1.
    """
    def __new__(cls, /, alpha: SupportsFloat | SupportsIndex, scale: SupportsFloat | SupportsIndex | str) -> Lomax: ...
    @staticmethod
    def from_mean_cv(mean: SupportsFloat | SupportsIndex | str, cv: SupportsFloat | SupportsIndex | str) -> Severity:
        """
        The distribution of this family with this mean and coefficient of variation.
        """

@final
class LossSample:
    """
    Losses as a likelihood sees them: known, censored, grouped, truncated, weighted.
    """
    def __new__(cls, /, lower: Incomplete, upper: Incomplete | None = None, *, deductible: Incomplete | None = None, limit: Incomplete | None = None, censored: Incomplete | None = None, weights: Incomplete | None = None, strict: bool = True) -> LossSample: ...
    def above(self, /, threshold: SupportsFloat | SupportsIndex) -> LossSample:
        """
        What exceeds a threshold.
        """
    def candidates(self, /, most: SupportsIndex, least: SupportsIndex) -> list[float]:
        """
        Thresholds worth trying: known losses in the upper half.
        """
    @property
    def censored(self, /) -> int: ...
    def fit(self, /, family: str, fixed: SupportsFloat | SupportsIndex | None = None) -> SeverityFit:
        """
        One family fitted by maximum likelihood.
        """
    @property
    def grouped(self, /) -> int: ...
    def kaplan_meier(self, /) -> tuple[Incomplete, Incomplete]:
        """
        Kaplan–Meier: places of the steps and the survival after each.
        """
    def known(self, /) -> Incomplete:
        """
        Known losses in ascending order.
        """
    def limited_expected_values(self, /, limits: SupportsGetItem[int, SupportsFloat | SupportsIndex], fitted: SupportsGetItem[int, tuple[str, Severity]]) -> Table:
        """
        Limited expected values: of the data, and of each distribution on the same condition.
        """
    @property
    def lowest_entry(self, /) -> float: ...
    def matched(self, /, family: str, percentiles: SupportsGetItem[int, SupportsFloat | SupportsIndex] | None = None) -> SeverityFit:
        """
        One family by matching percentiles, or, without any, moments.
        """
    def mean_excess(self, /, thresholds: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> Table:
        """
        Mean excess above each threshold.
        """
    def mean_excess_threshold(self, /, thresholds: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> float:
        """
        Where the mean excess becomes straight.
        """
    def mixture(self, /, family: str, parts: SupportsIndex) -> MixtureFit:
        """
        A mixture of lognormals (`LogNormal`) or Erlangs (`Erlang`).
        """
    @property
    def rejects(self, /) -> list[tuple[int, Any]]:
        """
        Row numbers and faults of the rows left out.
        """
    @property
    def rows_below(self, /) -> int:
        """
        Rows that are not above the threshold asked for.
        """
    @property
    def rows_in(self, /) -> int: ...
    @property
    def rows_used(self, /) -> int: ...
    def splice(self, /, body: str, tail: str, thresholds: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> SpliceFit:
        """
        The likeliest splice of a body and a tail.
        """
    def thresholds(self, /, thresholds: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> Table:
        """
        A generalised Pareto distribution above each threshold.
        """
    @property
    def total_weight(self, /) -> float: ...
    @property
    def truncated(self, /) -> bool:
        """
        Whether rows have deductibles, weights.
        """

@final
class LossScan:
    """
    A Parquet file of losses, read row group by row group at each run.
    """
    @property
    def columns(self, /) -> list[str]: ...
    @property
    def first_year(self, /) -> int: ...
    @property
    def groups(self, /) -> list[str]:
        """
        Partitions that results can be asked by.
        """
    @staticmethod
    def open(path: str | PathLike[str], *, first: SupportsIndex, last: SupportsIndex) -> LossScan | None:
        """
        None when the file is not sorted by year, so that only reading it whole will do.
        """
    @property
    def rows(self, /) -> int: ...
    @property
    def years(self, /) -> int: ...

@final
class LossTable:
    """
    Losses by year, and where known by event, date, risk and cause.
    """
    def __new__(cls, /, data: Any, *, first: SupportsIndex, last: SupportsIndex) -> LossTable:
        """
        `first` and `last` are the labels of the first and the last year, with or without losses.
        """
    @property
    def columns(self, /) -> list[str]:
        """
        Columns that were read.
        """
    @property
    def first_year(self, /) -> int: ...
    @staticmethod
    def from_elt(data: Any, occurrence: Any, periods: SupportsIndex) -> tuple[LossTable, int, int]:
        """
        An SELT or an MELT with the periods of its events.
        """
    @staticmethod
    def from_ord(data: Any, periods: SupportsIndex) -> tuple[LossTable, int, int]:
        """
        An SPLT or an MPLT: the table, its samples, and the rows of statistics left out.
        """
    @property
    def groups(self, /) -> list[str]:
        """
        Partitions that results can be asked by: `sector`, `coverage`.
        """
    @property
    def rows(self, /) -> int: ...
    def year(self, /, year: SupportsIndex) -> dict:
        """
        Rows of one year, by index from 0, in the order in which treaties see them.
        """
    @property
    def years(self, /) -> int: ...

@final
class MBBEFD(Severity):
    """
    MBBEFD damage ratio on [0, 1] (Bernegger 1997): mass 1/g at total loss.
    """
    def __new__(cls, /, b: SupportsFloat | SupportsIndex, g: SupportsFloat | SupportsIndex) -> MBBEFD: ...
    def exposure_curve(self, /, x: Any) -> Any:
        """
        Exposure curve G(x): share of the risk premium for losses up to x of the sum insured.
        """
    @staticmethod
    def swiss_re(c: SupportsFloat | SupportsIndex) -> Severity:
        """
        The Swiss Re curves: c = 1.5, 2, 3, 4 for Y1–Y4, 5 for Lloyd's (Bernegger 1997, section 4.3).
        """

@final
class Maximum(Severity):
    """
    The largest of independent losses.
    """
    def __new__(cls, /, parts: SupportsGetItem[int, Incomplete]) -> Maximum: ...

@final
class MethodFit:
    """
    A fitted method with the columns that only it has.
    """
    def column(self, /, name: str) -> Any:
        """
        A column by its name; the segment axis is dropped when there is one segment.
        """
    @property
    def reserve(self, /) -> ReserveFit:
        """
        Results by origin and in total.
        """

@final
class Minimum(Severity):
    """
    The smallest of independent losses.
    """
    def __new__(cls, /, parts: SupportsGetItem[int, Incomplete]) -> Minimum: ...

@final
class MixedErlang(Severity):
    """
    Mixed Erlang: with probability `weights[i]` a gamma of shape i + 1, all of one scale.
    """
    def __new__(cls, /, weights: SupportsGetItem[int, SupportsFloat | SupportsIndex], scale: SupportsFloat | SupportsIndex | str) -> MixedErlang: ...

@final
class MixedPoisson(Frequency):
    """
    Poisson counts whose mean is one of `means`, with probabilities `weights`.

    >>> import kebao as kb
    >>> kb.MixedPoisson([1, 5], weights=[0.75, 0.25]).variance
    5.0
    """
    def __new__(cls, /, means: SupportsGetItem[int, SupportsFloat | SupportsIndex], weights: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> MixedPoisson: ...

@final
class Mixture(Severity):
    """
    With probability `weights[i]` the loss comes from `parts[i]`.
    """
    def __new__(cls, /, parts: SupportsGetItem[int, Incomplete], weights: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> Mixture: ...

@final
class MixtureFit:
    """
    A mixture fitted by EM.
    """
    @property
    def aic(self, /) -> float: ...
    @property
    def bic(self, /) -> float: ...
    @property
    def converged(self, /) -> bool: ...
    @property
    def iterations(self, /) -> int: ...
    @property
    def log_likelihood(self, /) -> float: ...
    @property
    def part_errors(self, /) -> list[tuple[float, float]]: ...
    @property
    def parts(self, /) -> list[tuple[float, float]]:
        """
        (mu, sigma) of lognormals, (shape, scale) of Erlangs.
        """
    def severity(self, /) -> Severity:
        """
        The mixture as a distribution.
        """
    @property
    def weight_errors(self, /) -> list[float]: ...
    @property
    def weights(self, /) -> list[float]: ...

@final
class NegativeBinomial(Frequency):
    """
    Poisson counts with a gamma-mixed mean: variance mean + mean²/shape.
    """
    def __new__(cls, /, mean: SupportsFloat | SupportsIndex, shape: SupportsFloat | SupportsIndex) -> NegativeBinomial: ...

@final
class NestedCopula(Copula):
    """
    A nested Archimedean copula: a tree of thetas of one generator, which must not fall inwards (Hofert
    2011).

    `generator` is "Clayton", "Gumbel", "Frank" or "Joe"; `tree` a pair (theta, children), each child
    the number of a component or a pair of its own.

    >>> import kebao as kb
    >>> copula = kb.NestedCopula("Gumbel", (1.2, [0, (2.0, [1, 2])]))
    >>> round(copula.kendall_tau(0, 1), 4), copula.kendall_tau(1, 2)
    (0.1667, 0.5)
    """
    def __new__(cls, /, generator: str, tree: Any) -> NestedCopula: ...

@final
class NeymanA(Frequency):
    """
    Neyman type A: a Poisson number of `clusters`, each with a Poisson number of losses of mean `size`.
    """
    def __new__(cls, /, clusters: SupportsFloat | SupportsIndex, size: SupportsFloat | SupportsIndex) -> NeymanA: ...

@final
class NormalInverseGamma:
    """
    μ and σ² of lognormal losses: σ² ~ InverseGamma(`alpha`, `beta`), μ | σ² ~ Normal(`mu`, σ²/`kappa`).

    The logarithm of the next loss is Student-t with 2·alpha degrees of freedom: no moment of the loss
    itself exists, whatever the data (Gelman et al., Bayesian Data Analysis, 3.3).

    >>> from kebao.credibility import NormalInverseGamma
    >>> posterior = NormalInverseGamma.flat().update([2e5, 9e4, 4e6, 7e5])
    >>> posterior.predictive().mean
    inf
    """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __new__(cls, /, mu: SupportsFloat | SupportsIndex, kappa: SupportsFloat | SupportsIndex, alpha: SupportsFloat | SupportsIndex, beta: SupportsFloat | SupportsIndex) -> NormalInverseGamma: ...
    def __reduce__(self, /) -> tuple[Any, tuple[str]]: ...
    def __repr__(self, /) -> str: ...
    @property
    def alpha(self, /) -> float: ...
    @property
    def beta(self, /) -> float: ...
    @staticmethod
    def flat() -> NormalInverseGamma:
        """
        The flat prior ∝ 1/σ²: improper until two different losses are known.
        """
    @staticmethod
    def from_json(text: str) -> NormalInverseGamma:
        """
        From the JSON form; all faults are told at once.
        """
    @property
    def kappa(self, /) -> float: ...
    @property
    def mu(self, /) -> float: ...
    def mu_interval(self, /, level: SupportsFloat | SupportsIndex = 0.95) -> tuple[float, float]:
        """
        Equal-tailed credible interval of μ.
        """
    def predictive(self, /) -> Severity:
        """
        The next loss: a LogT.
        """
    def sample(self, /, size: SupportsIndex, *, seed: SupportsIndex) -> Incomplete:
        """
        Draws of (μ, σ) from the keyed stream of `seed`, a row each.
        """
    def sigma_interval(self, /, level: SupportsFloat | SupportsIndex = 0.95) -> tuple[float, float]:
        """
        Equal-tailed credible interval of σ.
        """
    def student(self, /) -> tuple[float, float, float]:
        """
        Degrees of freedom, centre and scale of the Student-t that ln of the next loss is.
        """
    def to_json(self, /) -> str: ...
    def update(self, /, losses: SupportsGetItem[int, SupportsFloat | SupportsIndex | str]) -> NormalInverseGamma:
        """
        The posterior after these losses.
        """

@final
class OneYearFit:
    """
    Standard errors of claims development results.
    """
    @property
    def cdr(self, /) -> Incomplete:
        """
        Segment × year × origin.
        """
    @property
    def mack(self, /) -> ReserveFit:
        """
        The Mack fit below, with the status and findings of the one-year view.
        """
    @property
    def total_cdr(self, /) -> Incomplete:
        """
        Segment × year.
        """

@final
class Pareto(Severity):
    """
    Pareto (type I): S(x) = (scale / x)^alpha for x ≥ scale. The mean is infinite for alpha ≤ 1.
    """
    def __new__(cls, /, alpha: SupportsFloat | SupportsIndex, scale: SupportsFloat | SupportsIndex | str) -> Pareto: ...
    @staticmethod
    def from_mean_cv(mean: SupportsFloat | SupportsIndex | str, cv: SupportsFloat | SupportsIndex | str) -> Severity:
        """
        The distribution of this family with this mean and coefficient of variation.
        """

@final
class Piecewise(Severity):
    """
    Σ slope · layer of X between knots: a continuous non-decreasing piecewise linear map.
    """
    def __new__(cls, /, base: Incomplete, knots: SupportsGetItem[int, SupportsFloat | SupportsIndex], slopes: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> Piecewise: ...

@final
class PiecewisePareto(Severity):
    """
    Between thresholds a Pareto of its own alpha each (Riegel 2018).
    """
    def __new__(cls, /, thresholds: SupportsGetItem[int, SupportsFloat | SupportsIndex | str], alphas: SupportsGetItem[int, SupportsFloat | SupportsIndex] | None = None, *, survival: SupportsGetItem[int, SupportsFloat | SupportsIndex] | None = None, alpha: SupportsFloat | SupportsIndex | None = None) -> PiecewisePareto:
        """
        From an alpha for each threshold, or from the survival probability at each and the last alpha.
        """

@final
class Poisson(Frequency):
    """
    Poisson counts.

    >>> import kebao as kb
    >>> kb.Poisson(mean=2.0).pmf(0).__round__(6)
    0.135335
    """
    def __new__(cls, /, mean: SupportsFloat | SupportsIndex) -> Poisson: ...

@final
class PoissonInverseGaussian(Frequency):
    """
    Poisson counts whose mean is inverse Gaussian with `mean` and `shape`: variance mean + mean³/shape.

    `dpoisinvgauss(x, mean, shape)` of R's actuar (Willmot 1987, Scandinavian Actuarial Journal).
    """
    def __new__(cls, /, mean: SupportsFloat | SupportsIndex, shape: SupportsFloat | SupportsIndex) -> PoissonInverseGaussian: ...

@final
class Pool:
    """
    A checked pool.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    @staticmethod
    def from_json(text: str) -> Pool: ...
    @staticmethod
    def from_toml(text: str) -> Pool: ...
    def settle(self, /, source: Any, *, seed: SupportsIndex, years: SupportsIndex | None = None, horizon: SupportsIndex | None = None, events: bool = False, threads: SupportsIndex | None = None, progress: Any | None = None) -> Settlement:
        """
        Settles the losses of an aggregate (`years` needed), a loss table or a simulated book.
        """
    def to_json(self, /) -> str: ...
    def to_toml(self, /) -> str: ...

@final
class Portfolio:
    """
    Risks as validated columns, with the library that gave them meaning.
    """
    def __len__(self, /) -> int: ...
    def __new__(cls, /, data: Any, *, library: Library, strict: bool, currency: str) -> Portfolio: ...
    def accumulations(self, /, level: SupportsFloat | SupportsIndex) -> Table:
        """
        Every value of every key under every event that strikes it.
        """
    def check(self, /) -> dict:
        """
        The account of the rows, and each fault with its row.
        """
    def column(self, /, name: str) -> Any | None:
        """
        A column: an array of numbers, or a list of texts with `None` where empty.
        """
    @property
    def columns(self, /) -> list[str]:
        """
        Names of the columns, rating factors and keys that the book states.
        """
    @property
    def currency(self, /) -> str: ...
    @property
    def library(self, /) -> Library: ...
    def rate(self, /, *, parameters: str, systemic: bool, loss_ratio: SupportsFloat | SupportsIndex, threads: SupportsIndex | None = None) -> Table:
        """
        Expected claims and losses of each risk without simulation, and its technical premium.
        """
    def scenario(self, /, keys: SupportsGetItem[int, tuple[str, SupportsGetItem[int, str]]], *, all: bool, share_hit: SupportsFloat | SupportsIndex, damage: SupportsFloat | SupportsIndex) -> Incomplete:
        """
        Loss of each risk when the risks with these values of keys are struck.
        """
    def summary(self, /) -> list[tuple[str, int, float, float]]:
        """
        By coverage, in order of first appearance: id, risks, exposure, sum of limits.
        """

@final
class Programme:
    """
    A checked reinsurance programme.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple[str]]: ...
    def __str__(self, /) -> str: ...
    def diagnose(self, /) -> list[tuple[str, list[str], str, str]]:
        """
        Warnings as (code, treaties, message, fix).
        """
    @staticmethod
    def from_json(text: str) -> Programme: ...
    @staticmethod
    def from_oed(info: str, scope: str | None = None, *, premium: SupportsFloat | SupportsIndex | str | None = None) -> Programme: ...
    @staticmethod
    def from_text(text: str, *, currency: str | None = None, premium: SupportsFloat | SupportsIndex | str | None = None) -> Programme: ...
    @staticmethod
    def from_toml(text: str) -> Programme: ...
    @property
    def premiums(self, /) -> list[tuple[float | None, float | None]]:
        """
        Subject and treaty premium for 100 % of each treaty, None where the programme does not say.
        """
    @staticmethod
    def schema() -> str:
        """
        The JSON Schema of a programme file.
        """
    def to_json(self, /) -> str: ...
    def to_oed(self, /) -> tuple[str, str]:
        """
        ReinsInfo and ReinsScope of OED 5, as CSV text.
        """
    def to_toml(self, /) -> str: ...
    @property
    def wordings(self, /) -> list[str]:
        """
        Canonical wording of each treaty.
        """

@final
class ReserveFit:
    """
    A fitted method, by segment. Arrays drop the segment axis when there is one segment.
    """
    @property
    def emerged(self, /) -> Incomplete:
        """
        Cumulative share of the ultimate at each age.
        """
    @property
    def factor(self, /) -> Incomplete: ...
    @property
    def factor_error(self, /) -> Incomplete: ...
    @property
    def findings(self, /) -> list[tuple[int, str, str | None, int | None]]:
        """
        Segment, status, origin and age (months) of each finding.
        """
    @property
    def ibnr(self, /) -> Incomplete: ...
    @property
    def latest(self, /) -> Incomplete: ...
    @property
    def parameter_error(self, /) -> Incomplete: ...
    @property
    def process_error(self, /) -> Incomplete: ...
    @property
    def sigma(self, /) -> Incomplete: ...
    @property
    def standard_error(self, /) -> Incomplete: ...
    @property
    def status(self, /) -> list[str]: ...
    @property
    def total_ibnr(self, /) -> Any: ...
    @property
    def total_latest(self, /) -> Any: ...
    @property
    def total_parameter_error(self, /) -> Any: ...
    @property
    def total_process_error(self, /) -> Any: ...
    @property
    def total_standard_error(self, /) -> Any: ...
    @property
    def total_ultimate(self, /) -> Any: ...
    @property
    def ultimate(self, /) -> Incomplete: ...

@final
class Result:
    """
    A programme applied to the years of a source.
    """
    def account(self, /, treaty: str) -> dict | None:
        """
        Premium, commission and balance of a treaty by year; None where its premium is not known.
        """
    def allocate(self, /, measure: str, level: SupportsFloat | SupportsIndex, *, to: str, of: str, progress: Any | None = None) -> Table:
        """
        A tail mean of `of` allocated to groups.
        """
    def annual(self, /) -> Any:
        """
        Annual results as an Arrow table: `year, treaty, gross, ceded, reinstatement_premium, net`.
        """
    def ceded(self, /, treaty: str) -> Incomplete:
        """
        Annual recoveries of one treaty.
        """
    def curves(self, /, return_periods: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> Table:
        """
        Exceedance curves at the given return periods.
        """
    @property
    def digest(self, /) -> str:
        """
        SHA-256 of the annual columns: equal digests are equal bits.
        """
    def events(self, /, *, progress: Any | None = None) -> Table:
        """
        What each event costs each treaty.
        """
    def exact(self, /, *, log2: SupportsIndex) -> Table:
        """
        Results without simulation where the programme allows, else the reason why not.
        """
    def explain(self, /, treaty: str, year: SupportsIndex) -> str:
        """
        One treaty in one year (from 0), step by step, as JSON.
        """
    @property
    def gross(self, /) -> Incomplete:
        """
        Annual gross losses.
        """
    def groups(self, /, by: str, *, progress: Any | None = None) -> Table:
        """
        Means by sector, coverage, cause or risk: the losses are read or drawn again.
        """
    @property
    def interrupted(self, /) -> bool:
        """
        Whether the run was stopped before its last year.
        """
    @property
    def largest_gross(self, /) -> Incomplete:
        """
        Largest event of each year, gross.
        """
    @property
    def largest_net(self, /) -> Incomplete:
        """
        The same net of the covers per risk and per event.
        """
    @property
    def net(self, /) -> Incomplete:
        """
        Annual net losses: `total_ceded + net == gross` to the last bit.
        """
    @property
    def notes(self, /) -> list[str]:
        """
        What has no variance or no mean, and why.
        """
    def ord(self, /, table: str, *, of: str, progress: Any | None = None) -> Table:
        """
        A table of the Open Results Data standard.
        """
    def quote(self, /, *, expenses: SupportsFloat | SupportsIndex, brokerage: SupportsFloat | SupportsIndex, measure: str, level: SupportsFloat | SupportsIndex, rate: SupportsFloat | SupportsIndex) -> Table:
        """
        Technical premium of each treaty.
        """
    def reinstatement_premium(self, /, treaty: str) -> Incomplete:
        """
        Annual reinstatement premium of one treaty; per unit of premium where that is not known.
        """
    @property
    def seed(self, /) -> int | None: ...
    def sensitivity(self, /, *, progress: Any | None = None) -> Table:
        """
        Derivatives of expected losses to the parameters of the aggregate.
        """
    def summary(self, /) -> Table:
        """
        A row for each treaty, then gross, ceded and net; standard errors end in `_se`.
        """
    @property
    def total_ceded(self, /) -> Incomplete: ...
    def variance(self, /, *, years: SupportsIndex, progress: Any | None = None) -> Table:
        """
        Process, parameter and systemic variance, from two further runs with the same draws.
        """
    def what_if(self, /, programmes: SupportsGetItem[int, tuple[str, Programme]], *, progress: Any | None = None) -> Table:
        """
        Differences of other programmes from this one, over the same years and draws.
        """
    def write_annual(self, /, path: str | PathLike[str], metadata: dict[str, str]) -> None:
        """
        Writes annual results as Parquet: `year, treaty, gross, ceded, reinstatement_premium, net`.
        """
    @property
    def years(self, /) -> int: ...

@final
class Scaled(Severity):
    """
    factor · X.
    """
    def __new__(cls, /, base: Incomplete, factor: SupportsFloat | SupportsIndex | str) -> Scaled: ...

@final
class Selection:
    """
    Judgement on development, read once.
    """
    def __new__(cls, /, object: str, json: str) -> Selection:
        """
        Reads the JSON form; `object` is what messages call it.
        """

@final
class Settlement:
    """
    Losses of every party of a pool by year.
    """
    def events(self, /, *, progress: Any | None = None) -> Table:
        """
        What each event costs each party.
        """
    @property
    def gross(self, /) -> Incomplete: ...
    def groups(self, /, by: str, *, progress: Any | None = None) -> Table:
        """
        A row a group of the losses, a column a party: the losses are read or drawn again.
        """
    @property
    def interrupted(self, /) -> bool: ...
    @property
    def largest(self, /) -> Incomplete:
        """
        Largest event of each year that the pool retains; empty unless asked for.
        """
    def losses(self, /, party: str) -> Incomplete:
        """
        Losses of a party by year.
        """
    @property
    def parties(self, /) -> list[tuple[str, str]]:
        """
        Parties as (name, role).
        """
    @property
    def retained(self, /) -> Incomplete:
        """
        What the members owe, paid or not.
        """
    def special_reserve(self, /, years: SupportsIndex) -> SpecialReserve:
        """
        The special reserve over paths of `years` consecutive years.
        """
    def summary(self, /) -> Table:
        """
        A row a party, then the total.
        """
    @property
    def suspended(self, /) -> Incomplete: ...
    @property
    def years(self, /) -> int: ...

@disjoint_base
class Severity:
    """
    A distribution of the size of one loss.

    Every family has `mean`, `sd`, `variance`, `cv`, `skewness` and the methods below; survival
    probabilities (`sf`, `isf`) keep their digits in the far tail where `cdf` cannot. Amounts may be
    text: `"500m"`, `"5亿"`. Moments that do not exist are `inf`.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple[str]]: ...
    def __repr__(self, /) -> str: ...
    def capped(self, /, limit: SupportsFloat | SupportsIndex | str) -> Severity:
        """
        min(X, limit).
        """
    def cdf(self, /, x: Any) -> Any:
        """
        P(X ≤ x); a number or an array.
        """
    @property
    def cv(self, /) -> float:
        """
        Coefficient of variation: standard deviation over mean.
        """
    def deducted(self, /, deductible: SupportsFloat | SupportsIndex | str, *, kind: str = "ordinary") -> Severity:
        """
        What remains after a deductible: `kind` "ordinary" pays max(X − deductible, 0), "franchise"
        pays all of X where it exceeds the deductible.
        """
    @staticmethod
    def from_json(text: str) -> Severity:
        """
        A severity from its JSON form; all faults are told at once.
        """
    def isf(self, /, q: Any) -> Any:
        """
        Smallest x with P(X > x) ≤ q: the quantile for tails, exact down to q = 1e-300.
        """
    def layer_mean(self, /, limit: SupportsFloat | SupportsIndex | str, attachment: SupportsFloat | SupportsIndex | str = ...) -> float:
        """
        Expected loss to the layer `limit` xs `attachment`.
        """
    def layer_variance(self, /, limit: SupportsFloat | SupportsIndex | str, attachment: SupportsFloat | SupportsIndex | str = ...) -> float:
        """
        Variance of the loss to the layer `limit` xs `attachment`.
        """
    def layered(self, /, limit: SupportsFloat | SupportsIndex | str, attachment: SupportsFloat | SupportsIndex | str = ...) -> Severity:
        """
        min(max(X − attachment, 0), limit): what a layer pays of one loss.
        """
    def lev(self, /, limit: Any) -> Any:
        """
        Limited expected value E min(X, limit).
        """
    def limited_moment(self, /, k: SupportsIndex, limit: SupportsFloat | SupportsIndex | str) -> float:
        """
        E min(X, limit)ᵏ, k up to 100; exists whatever the tail.
        """
    def log_pdf(self, /, x: Any) -> Any:
        """
        ln of the density; a number or an array.
        """
    def log_sf(self, /, x: Any) -> Any:
        """
        ln P(X > x), also where P(X > x) underflows; a number or an array.
        """
    @property
    def mean(self, /) -> float:
        """
        Expected value; `inf` where it does not exist.
        """
    def moment(self, /, k: SupportsIndex) -> float:
        """
        E Xᵏ, k up to 100; `inf` where it does not exist.
        """
    @staticmethod
    def of(distribution: Incomplete) -> Severity:
        """
        A severity from what describes one elsewhere: a frozen `scipy.stats` distribution, or any object
        with a method `cdf` (and `sf`, if it has it).

        Known scipy families become the family of the same formula; anything else is tabulated as a
        piecewise Pareto whose survival probabilities agree to 1e-6 between its nodes.
        """
    @property
    def parameters(self, /) -> dict:
        """
        Numeric parameters by name, those of parts with a dot: `base.tail.alpha`.
        """
    def pdf(self, /, x: Any) -> Any:
        """
        Density of the continuous part; a number or an array.
        """
    def quantile(self, /, p: Any) -> Any:
        """
        Smallest x with P(X ≤ x) ≥ p; NaN outside [0, 1].
        """
    def sample(self, /, size: SupportsIndex, *, seed: SupportsIndex) -> Incomplete:
        """
        `size` independent losses from the keyed stream of `seed`; a larger sample begins with them.
        """
    def scaled(self, /, factor: SupportsFloat | SupportsIndex | str) -> Severity:
        """
        factor · X.
        """
    @property
    def sd(self, /) -> float:
        """
        Standard deviation.
        """
    def sf(self, /, x: Any) -> Any:
        """
        P(X > x); a number or an array.
        """
    def sf_derivatives(self, /, x: SupportsFloat | SupportsIndex | str) -> dict:
        """
        ∂ P(X > x) / ∂ parameter, by name as in `parameters`.

        >>> import kebao as kb
        >>> kb.Exponential(mean=2.0).sf_derivatives(2.0)
        {'mean': 0.18393972058572117}
        """
    def shifted(self, /, shift: SupportsFloat | SupportsIndex | str) -> Severity:
        """
        X + shift.
        """
    @property
    def skewness(self, /) -> float:
        """
        Third central moment over the cube of the standard deviation.
        """
    @property
    def support(self, /) -> tuple[float, float]:
        """
        Smallest and largest possible loss.
        """
    def to_json(self, /) -> str:
        """
        The JSON form, read back by `Severity.from_json`.
        """
    def truncated(self, /, low: SupportsFloat | SupportsIndex | str = ..., high: SupportsFloat | SupportsIndex | str = ...) -> Severity:
        """
        X given low < X ≤ high.
        """
    @property
    def variance(self, /) -> float:
        """
        Variance; `inf` where it does not exist.
        """
    def with_parameter(self, /, name: str, value: SupportsFloat | SupportsIndex) -> Severity:
        """
        The same distribution with one parameter changed.
        """

@final
class SeverityFit:
    """
    One family fitted to one sample.
    """
    @property
    def aic(self, /) -> float: ...
    @property
    def bic(self, /) -> float: ...
    @property
    def covariance(self, /) -> Incomplete | None:
        """
        Covariance of the estimates; none where the information matrix has no inverse.
        """
    @property
    def family(self, /) -> str: ...
    @property
    def fixed(self, /) -> tuple[str, float] | None:
        """
        Threshold of a GPD, scale of a Pareto; none for the others.
        """
    def goodness(self, /, sample: LossSample, replicates: SupportsIndex, seed: SupportsIndex, threads: SupportsIndex | None = None, progress: Any | None = None) -> GoodnessOfFit:
        """
        Distances to the data and their p-values from `replicates` simulated samples.
        """
    @property
    def iterations(self, /) -> int: ...
    def layer_mean(self, /, limit: SupportsFloat | SupportsIndex, attachment: SupportsFloat | SupportsIndex) -> tuple[float, float]:
        """
        Layer mean with its standard error.
        """
    def lev(self, /, limit: SupportsFloat | SupportsIndex) -> tuple[float, float]:
        """
        Limited expected value with its standard error.
        """
    @property
    def log_likelihood(self, /) -> float: ...
    def mean(self, /) -> tuple[float, float]:
        """
        Mean with its standard error.
        """
    @property
    def names(self, /) -> list[str]: ...
    @property
    def notes(self, /) -> list[str]: ...
    @property
    def observations(self, /) -> float:
        """
        Sum of the weights of the observations used.
        """
    def profile(self, /, parameter: str, level: SupportsFloat | SupportsIndex) -> tuple[float, float]:
        """
        Interval of a parameter by its profile likelihood.
        """
    def quantile(self, /, p: SupportsFloat | SupportsIndex) -> tuple[float, float]:
        """
        Quantile with its standard error.
        """
    @property
    def reason(self, /) -> str: ...
    def severity(self, /) -> Severity:
        """
        The fitted distribution.
        """
    @property
    def standard_errors(self, /) -> list[float]: ...
    @property
    def status(self, /) -> str:
        """
        `converged`, `boundary` or `failed`.
        """
    @property
    def values(self, /) -> list[float]: ...
    def wald(self, /, parameter: str, level: SupportsFloat | SupportsIndex) -> tuple[float, float]:
        """
        Interval of a parameter by the normal approximation.
        """

@final
class Shifted(Severity):
    """
    X + shift.
    """
    def __new__(cls, /, base: Incomplete, shift: SupportsFloat | SupportsIndex | str) -> Shifted: ...

@final
class Sichel(Frequency):
    """
    Poisson counts whose mean is generalised inverse Gaussian (Sichel 1971).

    SICHEL(mu, sigma, nu) of R's gamlss: mean, dispersion, order (Rigby, Stasinopoulos and
    Akantziliotou 2008, Computational Statistics & Data Analysis 53). Order −½ is the
    Poisson–inverse Gaussian of shape mean/dispersion.
    """
    def __new__(cls, /, mean: SupportsFloat | SupportsIndex, dispersion: SupportsFloat | SupportsIndex, order: SupportsFloat | SupportsIndex) -> Sichel: ...

@final
class Simulation:
    """
    The losses of a book: made when asked for.
    """
    def __arrow_c_stream__(self, /, requested_schema: Any | None = None) -> Any: ...
    def __new__(cls, /, book: Portfolio, *, library: Library, partial: bool, years: SupportsIndex, seed: SupportsIndex, parameters: str, inner: SupportsIndex, common: SupportsGetItem[int, tuple[str, SupportsGetItem[int, tuple[str, SupportsFloat | SupportsIndex]]]], systemic: bool, threads: SupportsIndex | None) -> Simulation: ...
    def annual(self, /, *, progress: Any | None = None) -> Incomplete:
        """
        Total loss of each year.
        """
    @property
    def blocks(self, /) -> int:
        """
        Number of blocks of years.
        """
    @property
    def causes(self, /) -> list[str]: ...
    @property
    def currency(self, /) -> str: ...
    def draw(self, /, first: SupportsIndex, last: SupportsIndex) -> list[tuple[Incomplete, Incomplete, Incomplete, Incomplete, Incomplete, Incomplete]]:
        """
        Draws some blocks: offsets, loss, event, time, risk and cause of each.
        """
    def expected(self, /) -> dict:
        """
        Expected annual loss of each risk in closed form, before annual aggregate limits.
        """
    @property
    def risks(self, /) -> int:
        """
        Risks that are simulated.
        """
    @property
    def seed(self, /) -> int: ...
    def table(self, /, *, progress: Any | None = None) -> Any:
        """
        Every row as an Arrow table.
        """
    def variance(self, /, *, progress: Any | None = None) -> list[tuple[str, float, float]]:
        """
        Process, parameter and systemic variance of the gross loss of a year, from two further runs
        with the same draws: (part, variance, standard error).
        """
    def with_blocks(self, /, blocks: SupportsGetItem[int, tuple[Incomplete, Incomplete, Incomplete, Incomplete, Incomplete, Incomplete]]) -> Simulation:
        """
        The same simulation with all its blocks at hand.
        """
    @property
    def years(self, /) -> int: ...

@final
class SpecialReserve:
    """
    A special reserve over paths of years.
    """
    def columns(self, /) -> dict:
        """
        `balance`, `accrual`, `interest` and `release` by path and year, flat.
        """
    def fan(self, /, levels: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> Table:
        """
        Balance by year over the paths: mean, its error, quantiles at `levels`, P(release).
        """
    @property
    def shape(self, /) -> tuple[int, int]:
        """
        Paths and years of each.
        """

@final
class SpliceFit:
    """
    A body and a tail fitted beside each other.
    """
    @property
    def aic(self, /) -> float: ...
    @property
    def bic(self, /) -> float: ...
    @property
    def body(self, /) -> SeverityFit: ...
    @property
    def log_likelihood(self, /) -> float: ...
    def severity(self, /) -> Severity:
        """
        The splice as a distribution.
        """
    @property
    def tail(self, /) -> SeverityFit: ...
    @property
    def tail_weight(self, /) -> tuple[float, float]:
        """
        P(X > threshold) and its standard error.
        """
    @property
    def threshold(self, /) -> float: ...
    def tried(self, /) -> Table:
        """
        Log-likelihood at each threshold tried.
        """

@final
class Spliced(Severity):
    """
    A body below `threshold`, a tail above it with probability `tail_weight`.

    Body and tail are conditioned on their side of the threshold (Klugman, Panjer and Willmot,
    Loss Models, 5.2.6).
    """
    def __new__(cls, /, body: Incomplete, tail: Incomplete, *, threshold: SupportsFloat | SupportsIndex | str, tail_weight: SupportsFloat | SupportsIndex | str | None = None) -> Spliced: ...
    @staticmethod
    def of_pieces(pieces: SupportsGetItem[int, Incomplete], *, thresholds: SupportsGetItem[int, SupportsFloat | SupportsIndex | str], weights: SupportsGetItem[int, SupportsFloat | SupportsIndex] | None = None) -> Severity:
        """
        Any number of pieces joined at ascending thresholds, each conditioned on its own stretch.

        `weights` are the probabilities of the pieces; without them the density is continuous at every
        threshold. The result is a splice of splices.
        """

@final
class Survival:
    """
    Weibull survival of a satellite, from its first-year failure probability and shape.
    """
    def __new__(cls, /, *, first_year: SupportsFloat | SupportsIndex, shape: SupportsFloat | SupportsIndex) -> Survival: ...
    def at(self, /, years: SupportsFloat | SupportsIndex) -> float:
        """
        P(alive after `years`).
        """
    def failure(self, /, start: SupportsFloat | SupportsIndex, end: SupportsFloat | SupportsIndex) -> float:
        """
        P(fails between `start` and `end`, alive at `start`).
        """
    def launch_plus(self, /, launch: SupportsFloat | SupportsIndex, years: SupportsFloat | SupportsIndex = 1.0) -> float:
        """
        P(launch or first `years` in orbit lost), `launch` being the launch failure probability.
        """

@final
class TCopula(Copula):
    """
    The copula of Student's t variables of `df` ≥ 0.2 degrees of freedom (Demarta and McNeil 2005).

    Tail dependence 2 P(T > √((df + 1)(1 − ρ)/(1 + ρ))), T with df + 1 degrees. `correlation`, `repair` as for
    `GaussianCopula`; it is the correlation of the t variables where df > 2.

    >>> import kebao as kb
    >>> kb.TCopula(0.5, df=5).tail_dependence()
    (0.20703..., 0.20703...)
    """
    def __new__(cls, /, correlation: Any, df: SupportsFloat | SupportsIndex, *, repair: bool = False) -> TCopula: ...
    @staticmethod
    def from_kendall_tau(tau: Any, df: SupportsFloat | SupportsIndex, *, repair: bool = False) -> TCopula:
        """
        The copula with these Kendall's τ, a matrix or one number: ρ = sin(πτ/2).
        """

@final
class Table:
    """
    A table of named columns, open to every frame library by the Arrow stream protocol.
    """
    def __arrow_c_stream__(self, /, requested_schema: Any | None = None) -> Any:
        """
        The Arrow stream of the table, for pandas, polars, pyarrow, DuckDB.
        """
    def __getitem__(self, column: str, /) -> Any:
        """
        One column: an array of numbers, or a list of texts.
        """
    def __len__(self, /) -> int: ...
    def __new__(cls, /, name: str, columns: dict) -> Table:
        """
        From columns by name: numbers, whole numbers or text.
        """
    @property
    def columns(self, /) -> list[str]: ...
    @property
    def name(self, /) -> str: ...
    def write_parquet(self, /, path: str | PathLike[str], *, metadata: dict[str, str] | None = None) -> None:
        """
        Writes a Parquet file, whole or not at all.
        """

@final
class Triangle:
    """
    Origin × development by segment and measure.
    """
    @property
    def ages(self, /) -> Incomplete: ...
    def as_of(self, /, diagonals: SupportsIndex) -> Triangle: ...
    @property
    def cumulative(self, /) -> bool: ...
    def decreasing(self, /) -> list[tuple[str, float, float]]:
        """
        Place, value before and value of each cell below the one before it.
        """
    def fit(self, /, method: str, selection: Selection, mse: str | None) -> ReserveFit:
        """
        Applies chain ladder, or Mack when `mse` is given.
        """
    @staticmethod
    def from_claims(data: Any, *, origin: str, valuation: str, values: SupportsGetItem[int, str], by: SupportsGetItem[int, str], grain: str, development_grain: str, as_of: str | None, errors: str, decreasing: str, claim: str | None, states: SupportsGetItem[int, str], count: str | None) -> Triangle: ...
    @staticmethod
    def from_long(data: Any, *, origin: str, development: str | None, valuation: str | None, values: SupportsGetItem[int, str], cumulative: bool, by: SupportsGetItem[int, str], grain: str, development_grain: str, unit: str, duplicates: str, errors: str, decreasing: str) -> Triangle: ...
    @staticmethod
    def from_schedule_p(data: Any, *, lines: SupportsGetItem[int, str], as_of: SupportsIndex, hold_out: bool, by_company: bool, largest_fall: SupportsFloat | SupportsIndex) -> Triangle: ...
    @staticmethod
    def from_wide(values: Incomplete, measure: str, grain: str, first_origin: SupportsIndex, cumulative: bool) -> Triangle: ...
    @property
    def grain(self, /) -> tuple[str, str]: ...
    @property
    def index(self, /) -> list[str]: ...
    def latest(self, /) -> Incomplete:
        """
        Segment × measure × origin.
        """
    def link_ratios(self, /) -> Incomplete:
        """
        Segment × measure × origin × (ages − 1).
        """
    @property
    def measures(self, /) -> list[str]: ...
    @property
    def origins(self, /) -> list[str]: ...
    def pick(self, /, segments: SupportsGetItem[int, SupportsIndex]) -> Triangle: ...
    def reconciliation(self, /) -> dict:
        """
        Rows, used, rejected, counts by reason, amounts by measure, and decreasing cells.
        """
    def rejects(self, /) -> dict:
        """
        Row, reason, field and value of each row left out, as columns.
        """
    @property
    def segments(self, /) -> list[list[str]]: ...
    def select(self, /, measures: SupportsGetItem[int, str]) -> Triangle: ...
    @property
    def shape(self, /) -> tuple[int, int, int, int]: ...
    def values(self, /) -> Incomplete:
        """
        Segment × measure × origin × age.
        """
    def with_cumulative(self, /, cumulative: bool) -> Triangle: ...

@final
class Truncated(Severity):
    """
    X given low < X ≤ high.
    """
    def __new__(cls, /, base: Incomplete, low: SupportsFloat | SupportsIndex | str = ..., high: SupportsFloat | SupportsIndex | str = ...) -> Truncated: ...

@final
class UncertainAggregate:
    """
    A count of losses, each with a severity, whose parameters are drawn once a year.

    `frequency` is a Frequency, a GammaPoisson (times `exposure`) or a BetaBernoulli (`exposure`
    trials); `severity` a Severity, a GammaPareto or a NormalInverseGamma. To cap or layer what is drawn,
    give the Severity around one Pareto or LogNormal, and the posterior of its parameters as
    `severity_posterior`. All losses of a year share its parameters.

    >>> import kebao as kb
    >>> rate = kb.credibility.GammaPoisson.jeffreys().update(claims=2, exposure=40)
    >>> index = kb.credibility.GammaPareto(3, 2, threshold="1m").update(("3m", "12m"))
    >>> loss = kb.credibility.UncertainAggregate(
    ...     rate,
    ...     kb.Pareto(1, "1m").capped("50m"),
    ...     exposure=25,
    ...     severity_posterior=index,
    ... )
    >>> loss.expected_count
    1.5625
    >>> bool(abs(loss.sample(20_000, seed=1).mean() / loss.mean - 1) < 0.05)
    True
    """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __new__(cls, /, frequency: Any, severity: Any, *, exposure: SupportsFloat | SupportsIndex = 1.0, severity_posterior: Any | None = None) -> UncertainAggregate: ...
    def __reduce__(self, /) -> tuple[Any, tuple[str]]: ...
    def __repr__(self, /) -> str: ...
    @property
    def expected_count(self, /) -> float: ...
    @property
    def frequency(self, /) -> Frequency:
        """
        The exact distribution of the number of losses in a year.
        """
    @staticmethod
    def from_json(text: str) -> UncertainAggregate:
        """
        From the JSON form.
        """
    @property
    def mean(self, /) -> float:
        """
        Expected loss of a year; `inf` where the size of a loss has no limit and its parameters are drawn.
        """
    def sample(self, /, years: SupportsIndex, *, seed: SupportsIndex, threads: SupportsIndex | None = None, progress: Any | None = None) -> Incomplete:
        """
        Annual totals of `years` simulated years.
        """
    @property
    def severity(self, /) -> Severity:
        """
        The distribution of one loss, over all that its parameters may be; those of a year share them.
        """
    def to_json(self, /) -> str:
        """
        The JSON form, from which `from_json` makes an equal object.
        """

@final
class Uniform(Severity):
    """
    Uniform between `low` and `high`.
    """
    def __new__(cls, /, low: SupportsFloat | SupportsIndex | str, high: SupportsFloat | SupportsIndex | str) -> Uniform: ...
    @staticmethod
    def from_mean_cv(mean: SupportsFloat | SupportsIndex | str, cv: SupportsFloat | SupportsIndex | str) -> Severity:
        """
        The distribution of this family with this mean and coefficient of variation.
        """

@final
class Vasicek:
    """
    The large homogeneous loan portfolio: quantiles, exceedance probabilities and layer means.
    """
    def __new__(cls, /, *, pd: SupportsFloat | SupportsIndex, lgd: SupportsFloat | SupportsIndex, rho: SupportsFloat | SupportsIndex) -> Vasicek: ...
    def layer_mean(self, /, limit: SupportsFloat | SupportsIndex, attachment: SupportsFloat | SupportsIndex) -> float:
        """
        Expected loss share in the band `limit` xs `attachment`.
        """
    @property
    def mean(self, /) -> float:
        """
        Expected loss share, PD × LGD.
        """
    def quantile(self, /, p: SupportsFloat | SupportsIndex) -> float:
        """
        Loss share not exceeded with probability `p`.
        """
    def sf(self, /, x: SupportsFloat | SupportsIndex) -> float:
        """
        P(loss share > x).
        """

@final
class Weibull(Severity):
    """
    Weibull: S(x) = exp(−(x/scale)^shape); heavy-tailed for shape < 1.
    """
    def __new__(cls, /, shape: SupportsFloat | SupportsIndex, scale: SupportsFloat | SupportsIndex | str) -> Weibull: ...
    @staticmethod
    def from_mean_cv(mean: SupportsFloat | SupportsIndex | str, cv: SupportsFloat | SupportsIndex | str) -> Severity:
        """
        The distribution of this family with this mean and coefficient of variation.
        """

@final
class ZeroModified(Frequency):
    """
    The count `base` with another probability of no loss: P(N = 0) = zero.

    P(N = k) for k ≥ 1 is that of the base times (1 − zero)/(1 − p₀) (Klugman, Panjer and Willmot,
    Loss Models, 6.6). `positive` = 1 − zero may be given where that would round.

    >>> import kebao as kb
    >>> kb.ZeroModified(kb.Poisson(2), zero=0.6).pmf(0)
    0.6
    """
    def __new__(cls, /, base: Frequency, zero: SupportsFloat | SupportsIndex | str, *, positive: SupportsFloat | SupportsIndex | None = None) -> ZeroModified: ...

@final
class ZeroTruncated(Frequency):
    """
    The count `base` given that it is not 0.
    """
    def __new__(cls, /, base: Frequency) -> ZeroTruncated: ...

def _probe(steps: SupportsIndex, *, fault: str = "", threads: SupportsIndex | None = None, progress: Any | None = None) -> int:
    """
    Waits through `steps` blocks of one millisecond, then returns how many were done, or fails as
    `fault` says.
    """

def apply_programme(programme: Programme, source: Any, *, years: SupportsIndex | None = None, seed: SupportsIndex | None = None, attribution: str = "event_order", horizon: SupportsIndex | None = None, keep: SupportsGetItem[int, str] = ..., threads: SupportsIndex | None = None, progress: Any | None = None) -> Result:
    """
    Applies a programme to an aggregate (`years` and `seed` needed), a simulated book or a loss table.
    """

def basis_risk(loss: SupportsGetItem[int, SupportsFloat | SupportsIndex], payout: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> list[float]:
    """
    Mean and sd of loss − payout, correlation, P(unpaid), P(unneeded), shortfall.
    """

def berquist_sherman(triangle: Triangle, method: str, measures: SupportsLenAndGetItem[str], trend: SupportsFloat | SupportsIndex, basis: str) -> tuple[Triangle, list[tuple[int, str, str | None, int | None]]]:
    """
    Berquist and Sherman's adjustments: the adjusted triangle (paid, incurred, reported, closed) and
    what was found.
    """

def bootstrap_triangles(triangle: Triangle, method: str, selection: Selection, choices: Incomplete, segment: SupportsIndex) -> Triangle | None:
    """
    The resampled triangles of a segment, a segment each; none when it has no model.
    """

def bornhuetter_ferguson(triangle: Triangle, method: str, prior: Incomplete, exposure: Incomplete | None, error: Incomplete, correlation: SupportsFloat | SupportsIndex, iterations: SupportsIndex, model: str, selection: Selection) -> MethodFit:
    """
    Bornhuetter–Ferguson and Benktander; `model` is `odp` or `mack`. Prior ultimates are `prior` times
    `exposure`, if any.
    """

def buhlmann_straub(classes: SupportsGetItem[int, str], groups: SupportsGetItem[int, str], weights: SupportsGetItem[int, SupportsFloat | SupportsIndex], amounts: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> tuple[dict, Table, Table]:
    """
    Credibility estimates of groups: structure by name, classes, groups.
    """

def c_ross_capital(lines: SupportsGetItem[int, Incomplete], correlation: SupportsGetItem[int, tuple[str, str, SupportsFloat | SupportsIndex]]) -> Table:
    """
    Capital by line and in total.
    """

def c_ross_guarantee(kind: str, exposure: SupportsFloat | SupportsIndex, micro_share: SupportsFloat | SupportsIndex, k: SupportsFloat | SupportsIndex) -> float:
    """
    Capital of financing guarantee insurance.
    """

def cape_cod(triangle: Triangle, method: str, exposure: Incomplete, decay: SupportsFloat | SupportsIndex, trend: SupportsFloat | SupportsIndex, selection: Selection) -> MethodFit:
    """
    Generalised Cape Cod; `trend` is the yearly rate.
    """

def case_outstanding(triangle: Triangle, method: str, paid: str, incurred: str, last_ratio: SupportsFloat | SupportsIndex) -> MethodFit:
    """
    Case outstanding development.
    """

def clark(triangle: Triangle, method: str, growth: str, exposure: Incomplete | None, last_age: SupportsFloat | SupportsIndex, information: str) -> MethodFit:
    """
    Clark's methods: LDF without exposure, Cape Cod with.
    """

def clauses() -> tuple[list[tuple[str, str, list[str]]], list[str]]:
    """
    The clauses of the wording as (example, meaning, fields), and those not supported yet.
    """

def conger_nolibos(paid_ulae: SupportsFloat | SupportsIndex, effort: tuple[SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex], reported_ultimate: SupportsFloat | SupportsIndex, paid: SupportsFloat | SupportsIndex, closed_ultimate: SupportsFloat | SupportsIndex, ultimate: SupportsFloat | SupportsIndex, ratio: SupportsFloat | SupportsIndex | None, projection: str) -> tuple[float, float]:
    """
    Ratio and reserve after Conger and Nolibos; `effort` opens, maintains, closes.
    """

def cost_of_capital(capital: SupportsGetItem[int, SupportsFloat | SupportsIndex], rate: SupportsFloat | SupportsIndex, curve: Curve | None = None) -> float: ...

def coverage_schema() -> str:
    """
    JSON Schema of a coverage file.
    """

def csm_roll(opening: SupportsFloat | SupportsIndex, loss_component: SupportsFloat | SupportsIndex, periods: SupportsGetItem[int, tuple[SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex]]) -> Table:
    """
    Contractual service margin; rows are new business, rate, change of future service, units and
    units to come.
    """

def dependence_aggregate(samples: Incomplete, tree: Any, *, seed: SupportsIndex, threads: SupportsIndex | None) -> Incomplete:
    """
    Samples rearranged bottom-up by a tree of pairs (copula, children).
    """

def dependence_correlation(samples: Incomplete, kind: str, *, threads: SupportsIndex | None) -> Incomplete:
    """
    A matrix of correlations: "pearson", "spearman" or "kendall".
    """

def dependence_iman_conover(samples: Incomplete, correlation: Any, *, scores: bool, seed: SupportsIndex, repair: bool, threads: SupportsIndex | None) -> tuple:
    """
    Samples rearranged, the target as it was taken, its distance to what was given, and that of scores.
    """

def dependence_nearest(matrix: Any) -> tuple:
    """
    (nearest correlation matrix, Frobenius distance, iterations).
    """

def dependence_reorder(samples: Incomplete, pattern: Incomplete, *, seed: SupportsIndex, threads: SupportsIndex | None) -> Incomplete:
    """
    Samples rearranged to the ranks of uniforms.
    """

def evaluate(loss: Aggregate, *, limit: SupportsFloat | SupportsIndex | str | None, attachment: SupportsFloat | SupportsIndex | str | None, exceeds: SupportsFloat | SupportsIndex | str | None, method: str, years: SupportsIndex, seed: SupportsIndex, precision: SupportsFloat | SupportsIndex, threads: SupportsIndex | None, progress: Any | None) -> Evaluation:
    """
    An expected annual layer, or a probability, of an aggregate by one method.
    """

def evaluate_all(loss: Aggregate, *, limit: SupportsFloat | SupportsIndex | str | None, attachment: SupportsFloat | SupportsIndex | str | None, exceeds: SupportsFloat | SupportsIndex | str | None, methods: SupportsGetItem[int, str], years: SupportsIndex, seed: SupportsIndex, precision: SupportsFloat | SupportsIndex, threads: SupportsIndex | None, progress: Any | None) -> Table:
    """
    The same by many methods, a row each; a refusal is a row with its reason.
    """

def evaluate_sensitivity(loss: Aggregate, *, limit: SupportsFloat | SupportsIndex | str | None, attachment: SupportsFloat | SupportsIndex | str | None, exceeds: SupportsFloat | SupportsIndex | str | None, years: SupportsIndex, seed: SupportsIndex, threads: SupportsIndex | None, progress: Any | None) -> Table:
    """
    Derivatives to every parameter, on a grid and by simulation.
    """

def exposure_needed(rate: SupportsFloat | SupportsIndex, *, level: SupportsFloat | SupportsIndex = 0.95) -> tuple[float, float]:
    """
    Exposure without a claim that bounds a rate: (by the rule of three, under Jeffreys' prior).
    """

def fit_families() -> tuple[list[str], list[str]]:
    """
    Families of `families="auto"`, and all that can be fitted.
    """

def fit_frequency(counts: Incomplete, exposure: Incomplete, families: SupportsGetItem[int, str]) -> tuple[int, float, float, tuple[float, float, float], list[float], list[tuple[str, CountFit | None, str]]]:
    """
    Fits each family; one that does not fit gives its reason.
    """

def flows_from_pattern(ages: SupportsGetItem[int, SupportsFloat | SupportsIndex], cumulative: SupportsGetItem[int, SupportsFloat | SupportsIndex], reserves: SupportsGetItem[int, tuple[SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex]], tail_years: SupportsFloat | SupportsIndex) -> list[tuple[float, float]]:
    """
    Times and amounts of the payments of reserves by origin, (age in months, reserve).
    """

def frequency_severity(triangle: Triangle, method: str, amount: str, count: str, selection: Selection, exposure: Incomplete | None = None, shape: SupportsFloat | SupportsIndex | None = None) -> MethodFit:
    """
    Counts times average costs, counts by chain ladder or nowcast.
    """

def increment_glm(triangle: Triangle, method: str, power: SupportsFloat | SupportsIndex) -> MethodFit:
    """
    Generalised linear model of the increments with variance φ μ^power.
    """

def incremental_additive(triangle: Triangle, method: str, exposure: Incomplete, trend: SupportsFloat | SupportsIndex, n: SupportsIndex | None) -> MethodFit:
    """
    The incremental additive method.
    """

def index_burn(years: SupportsGetItem[int, SupportsFloat | SupportsIndex], values: SupportsGetItem[int, SupportsFloat | SupportsIndex], payout: str, year: SupportsFloat | SupportsIndex) -> tuple[dict, Incomplete, Incomplete]:
    """
    Historical burn of a payout function given as JSON: numbers by name, payouts, detrended payouts.
    """

def instruction_set() -> str:
    """
    Instruction set in use: `sse2`, `avx2` or `avx512`; the variable `KEBAO_ISA` lowers it.
    """

def lic_roll(opening: SupportsFloat | SupportsIndex, periods: SupportsGetItem[int, tuple[SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex]]) -> Table:
    """
    Incurred claims; rows are incurred, past service, finance, risk adjustment and paid.
    """

def lrc_roll(opening: SupportsFloat | SupportsIndex, loss_component: SupportsFloat | SupportsIndex, periods: SupportsGetItem[int, tuple[SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex | None]]) -> Table:
    """
    Remaining coverage; rows are premiums received, revenue, acquisition paid and amortised, and the
    fulfilment cash flows where known.
    """

def mack_tests(triangle: Triangle, method: str, correlation_level: SupportsFloat | SupportsIndex, calendar_level: SupportsFloat | SupportsIndex) -> MethodFit:
    """
    Mack's tests of the chain ladder's assumptions.
    """

def measure_allocation(losses: Incomplete, names: SupportsGetItem[int, str], distortion: Distortion, *, lifted: bool, threads: SupportsIndex | None) -> Table:
    """
    Shares of the units of a measure of their total: `unit, mean, value, standard_error, share`.
    """

def measure_bounds(reference: Incomplete, losses: Incomplete, premium: SupportsFloat | SupportsIndex, levels: SupportsIndex) -> tuple[float, float]:
    """
    Least and largest price of `losses` among the measures that price `reference` at `premium`.
    """

def measure_curve(losses: Incomplete, return_periods: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> Table:
    """
    Exceedance curve of annual totals or maxima.
    """

def measure_spectral(losses: Incomplete, distortion: Distortion) -> tuple[float, float]:
    """
    (value, standard error) of a spectral measure of annual losses.
    """

def measure_tails(losses: Incomplete, levels: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> list[list[tuple[float, float]]]:
    """
    (value, standard error) of VaR and of TVaR of annual losses, by level.
    """

def meyers(triangle: Triangle, method: str, exposure: Incomplete, chains: SupportsIndex, warmup: SupportsIndex, draws: SupportsIndex, thin: SupportsIndex, seed: SupportsIndex, threads: SupportsIndex | None, progress: Any | None) -> MethodFit:
    """
    Meyers' models by their sampler.
    """

def munich(triangle: Triangle, method: str, paid: str, incurred: str, basis: str, last_sigma: tuple[SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex] | None, selection: Selection) -> tuple[MethodFit, MethodFit]:
    """
    Munich chain ladder: the fits of paid and of incurred.
    """

def nowcast(triangle: Triangle, method: str, exposure: Incomplete | None, shape: SupportsFloat | SupportsIndex | None, selection: Selection) -> MethodFit:
    """
    Reported counts to all counts.
    """

def paid_incurred(triangle: Triangle, method: str, paid: str, incurred: str, paid_sigma: SupportsGetItem[int, SupportsFloat | SupportsIndex] | None, incurred_sigma: SupportsGetItem[int, SupportsFloat | SupportsIndex] | None) -> MethodFit:
    """
    Merz and Wüthrich's paid–incurred chain.
    """

def parse_amount(text: str) -> float | None:
    """
    The number that a text such as `"40m"`, `"5亿"` or `"30%"` stands for; None when it is none.
    """

def premium_deficiency(unearned: SupportsFloat | SupportsIndex, deferred_costs: SupportsFloat | SupportsIndex, expected_outgo: SupportsFloat | SupportsIndex) -> float: ...

def risk_margin(outcomes: Incomplete, level: SupportsFloat | SupportsIndex, tail_mean: bool) -> tuple[float, float]:
    """
    VaR or TVaR less the mean, and its standard error.
    """

def run_bootstrap(triangle: Triangle, method: str, selection: Selection, choices: Incomplete, progress: Any | None = None) -> BootstrapFit:
    """
    Simulates the reserves of every segment of a triangle of one measure.
    """

def run_one_year(triangle: Triangle, method: str, selection: Selection) -> OneYearFit:
    """
    The view of Merz and Wüthrich of the coming year and of every year after.
    """

def score_lognormal(mean: Incomplete, sd: Incomplete, outcome: Incomplete) -> tuple[Incomplete, Incomplete]:
    """
    CRPS and PIT of lognormal forecasts with the given means and standard deviations.
    """

def score_sample(samples: Incomplete, outcome: Incomplete) -> tuple[Incomplete, Incomplete]:
    """
    CRPS and PIT of samples, a row each.
    """

def sector_names() -> list[tuple[str, str, str]]:
    """
    Sectors: id, name in English and in Chinese.
    """

def simulate_individual_claims(library: Library, coverage: str, severity: Severity | None, columns: Incomplete, choices: Incomplete, progress: Any | None = None) -> dict:
    """
    Simulates what is still to be paid for known and unknown claims.
    """

def split_into_claims(reserves: Incomplete, severity: Severity, seed: SupportsIndex) -> tuple[Incomplete, Incomplete]:
    """
    Place (origin × outcome, row by row) and size of the claims that reserves are split into.
    """

def subsidise(rates: SupportsGetItem[int, SupportsFloat | SupportsIndex], sums_insured: SupportsGetItem[int, SupportsFloat | SupportsIndex], years: SupportsGetItem[int, SupportsIndex], *, rate_cap: SupportsFloat | SupportsIndex | str, share: SupportsFloat | SupportsIndex | str, max_years: SupportsIndex, budget: SupportsFloat | SupportsIndex | str, over_cap: str, rationing: str) -> Table:
    """
    Applies a premium subsidy to the policies of one year.
    """

def tail_measures(values: Incomplete, levels: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> tuple[Incomplete, Incomplete, Incomplete, Incomplete]:
    """
    VaR, its error, TVaR and its error at each level.
    """

def treaty_terms(text: str) -> tuple[str, str]:
    """
    Checks one treaty given as JSON: its canonical JSON and its wording.
    """

def trend_family(triangle: Triangle, method: str, exposure: Incomplete, origin: SupportsGetItem[int, str] | None, development: SupportsGetItem[int, SupportsIndex] | None, calendar: SupportsGetItem[int, str] | None) -> MethodFit:
    """
    Barnett and Zehnwirth's probabilistic trend family; groups by origin, development step and
    calendar step.
    """

def triangle_combine(triangle: Triangle, other: Triangle, operation: str) -> Triangle:
    """
    Cell by cell with another triangle.
    """

def triangle_first(triangle: Triangle) -> tuple[int, int]:
    """
    Number of the first origin period, counted from year 0, and the first age.
    """

def triangle_from_parts(values: Incomplete, *, index: SupportsGetItem[int, str], segments: SupportsGetItem[int, SupportsGetItem[int, str]], measures: SupportsGetItem[int, str], grains: tuple[str, str], first_origin: SupportsIndex, first_age: SupportsIndex, cumulative: bool) -> Triangle:
    """
    From values by segment, measure, origin and age.
    """

def triangle_on_level(triangle: Triangle, changes: SupportsGetItem[int, tuple[SupportsFloat | SupportsIndex, SupportsFloat | SupportsIndex]], term: SupportsFloat | SupportsIndex, written: bool) -> Incomplete:
    """
    On-level factors of the origins, from (time in years, change) pairs.
    """

def triangle_period(label: str, grain: str) -> int:
    """
    Number of the origin period with a label, counted from year 0.
    """

def triangle_residuals(triangle: Triangle, fit: ReserveFit, selection: Selection) -> Incomplete:
    """
    Standardised residuals of the links: segment × origin × (ages − 1).
    """

def triangle_scaled(triangle: Triangle, factors: Incomplete) -> Triangle:
    """
    Values times a factor, one by origin, or one by segment and origin.
    """

def triangle_to_grain(triangle: Triangle, origin: str, development: str) -> Triangle: ...
def triangle_trended(triangle: Triangle, rate: SupportsFloat | SupportsIndex, by: str) -> Triangle: ...
def triangle_valued_at(triangle: Triangle, date: str) -> Triangle: ...

def ulae_ratio(paid_ulae: SupportsFloat | SupportsIndex, paid: SupportsFloat | SupportsIndex, case: SupportsFloat | SupportsIndex, ibnr: SupportsFloat | SupportsIndex, reported: SupportsFloat | SupportsIndex | None = None) -> tuple[float, float]:
    """
    Ratio and reserve: the classical method, or with `reported` Kittel's.
    """

def unearned_premium(premium: SupportsGetItem[int, SupportsFloat | SupportsIndex], elapsed: SupportsGetItem[int, SupportsFloat | SupportsIndex], used: SupportsGetItem[int, SupportsFloat | SupportsIndex] | None = None, expected: SupportsGetItem[int, SupportsFloat | SupportsIndex] | None = None, risk: SupportsGetItem[int, SupportsFloat | SupportsIndex] | None = None) -> Incomplete:
    """
    Unearned premium of each policy; `used` and `expected` make it by use, `risk` by risk.
    """

def write_sheets(path: str | PathLike[str], sheets: SupportsGetItem[int, tuple[Table, SupportsGetItem[int, tuple[SupportsIndex, SupportsIndex, str, SupportsFloat | SupportsIndex]]]]) -> None:
    """
    Writes tables as the sheets of an Excel workbook, each with its live formulas.
    """

def zero_claims(exposure: SupportsFloat | SupportsIndex, *, level: SupportsFloat | SupportsIndex = 0.95) -> tuple[float, float, float]:
    """
    (posterior mean, rule of three, Jeffreys' bound) of a rate after `exposure` without a claim.
    """
