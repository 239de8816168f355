# Made by `make stubs` from the Rust bindings; do not edit.
from _typeshed import Incomplete, SupportsGetItem
from os import PathLike
from typing import Any, Final, SupportsFloat, SupportsIndex, final
from typing_extensions import disjoint_base

__all__ = ["__version__", "Aggregate", "Bernoulli", "Beta", "Capped", "Frequency", "Gamma", "Layered", "Library", "LogNormal", "LossTable", "MBBEFD", "NegativeBinomial", "OneYearFit", "Outcome", "Pareto", "Piecewise", "Poisson", "Portfolio", "Programme", "ReserveFit", "Result", "Scaled", "Severity", "Simulation", "Spliced", "Table", "Triangle", "_probe", "apply", "apply_programme", "clauses", "explain", "parse_amount", "treaty_terms", "write_sheets"]

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
    def __new__(cls, /, frequency: Frequency, severity: Severity) -> Aggregate: ...
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
    def cv(self, /) -> float: ...
    @property
    def errors(self, /) -> dict:
        """
        Errors of the grid: `step`, `buckets`, `truncated_mass`, `numerical`, `mean_error`, `verdict`.
        """
    def fft(self, /, *, log2: SupportsIndex = ..., step: SupportsFloat | SupportsIndex | str | None = None) -> Aggregate:
        """
        The same model on a grid of 2^`log2` buckets, `step` apart (chosen for the model by default).
        """
    @property
    def frequency(self, /) -> Frequency: ...
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
    def mean(self, /) -> float: ...
    def quantile(self, /, p: SupportsFloat | SupportsIndex) -> float:
        """
        inf{x : F(x) ≥ p}; refused beyond the end of the grid.
        """
    def sample(self, /, years: SupportsIndex, *, seed: SupportsIndex, threads: SupportsIndex | None = None, progress: Any | None = None) -> Incomplete:
        """
        Annual totals of `years` simulated years.
        """
    @property
    def sd(self, /) -> float: ...
    @property
    def severity(self, /) -> Severity: ...
    def sf(self, /, x: Any) -> Any:
        """
        P(S > x); a number or an array.
        """
    @property
    def skewness(self, /) -> float: ...
    def to_json(self, /) -> str: ...
    def tvar(self, /, p: SupportsFloat | SupportsIndex) -> float:
        """
        Mean of the worst share 1 − p of years.
        """
    @property
    def variance(self, /) -> float: ...

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

@final
class Capped(Severity):
    """
    min(X, limit), with the mass of everything above at the limit.
    """
    def __new__(cls, /, base: Severity, limit: SupportsFloat | SupportsIndex | str) -> Capped: ...

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
    @property
    def cv(self, /) -> float: ...
    @staticmethod
    def from_json(text: str) -> Frequency:
        """
        A frequency from its JSON form; all faults are told at once.
        """
    @property
    def mean(self, /) -> float: ...
    @property
    def parameters(self, /) -> dict: ...
    def pmf(self, /, k: Any) -> Any:
        """
        P(N = k); a number or an array.
        """
    def sample(self, /, size: SupportsIndex, *, seed: SupportsIndex) -> Incomplete:
        """
        Counts of `size` independent years from the keyed stream of `seed`.
        """
    @property
    def sd(self, /) -> float: ...
    @property
    def skewness(self, /) -> float: ...
    def thinned(self, /, v: SupportsFloat | SupportsIndex) -> Frequency:
        """
        The count of losses that each pass a filter with probability `v`, such as exceeding an attachment.
        """
    def to_json(self, /) -> str: ...
    @property
    def variance(self, /) -> float: ...

@final
class Gamma(Severity):
    """
    Gamma: mean shape · scale, variance shape · scale².
    """
    def __new__(cls, /, shape: SupportsFloat | SupportsIndex, scale: SupportsFloat | SupportsIndex | str) -> Gamma: ...
    @staticmethod
    def from_mean_cv(mean: SupportsFloat | SupportsIndex | str, cv: SupportsFloat | SupportsIndex | str) -> Severity:
        """
        The gamma with this mean and coefficient of variation.
        """

@final
class Layered(Severity):
    """
    min(max(X − attachment, 0), limit): what a layer pays of one loss.
    """
    def __new__(cls, /, base: Severity, limit: SupportsFloat | SupportsIndex | str, attachment: SupportsFloat | SupportsIndex | str = ...) -> Layered: ...

@final
class Library:
    """
    Coverages by id; changing one makes a new library.
    """
    def json(self, /, id: str) -> str:
        """
        A coverage as JSON text.
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
    def with_file(self, /, path: str | PathLike[str]) -> tuple[Library, str]:
        """
        With the coverage of the file added, or put in the place of the one of its id.
        """
    def with_toml(self, /, origin: str, text: str) -> tuple[Library, str]:
        """
        With the coverage of a TOML text added, or put in the place of the one of its id.
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
        The lognormal with this mean and coefficient of variation.
        """

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
class NegativeBinomial(Frequency):
    """
    Poisson counts with a gamma-mixed mean: variance mean + mean²/shape.
    """
    def __new__(cls, /, mean: SupportsFloat | SupportsIndex, shape: SupportsFloat | SupportsIndex) -> NegativeBinomial: ...

@final
class OneYearFit:
    """
    Standard errors of next year's claims development result.
    """
    @property
    def cdr(self, /) -> Incomplete: ...
    @property
    def mack(self, /) -> ReserveFit:
        """
        The Mack fit below, with the status and findings of the one-year view.
        """
    @property
    def total_cdr(self, /) -> Any: ...

@final
class Outcome:
    """
    Annual columns of a programme applied to losses.
    """
    def ceded(self, /, treaty: str) -> Incomplete: ...
    def counts(self, /, treaty: str) -> tuple[int, int]:
        """
        Years with a recovery, and years in which the annual capacity was used up.
        """
    @property
    def digest(self, /) -> str:
        """
        SHA-256 of the annual columns.
        """
    @property
    def gross(self, /) -> Incomplete: ...
    def group(self, /, group: SupportsIndex) -> dict:
        """
        Gross, ceded and net of one group, by index.
        """
    @property
    def groups(self, /) -> tuple[str, list[str]] | None:
        """
        What the groups are, and their names; None unless asked for.
        """
    @property
    def interrupted(self, /) -> bool:
        """
        Whether the run was stopped before its last year.
        """
    @property
    def largest_gross(self, /) -> Incomplete:
        """
        Largest event of each year, gross; empty unless asked for.
        """
    @property
    def largest_net(self, /) -> Incomplete:
        """
        The same net of the covers per risk and per event.
        """
    @property
    def net(self, /) -> Incomplete:
        """
        Gross less all ceded; `total_ceded + net == gross` to the last bit.
        """
    def reinstatement_premium(self, /, treaty: str) -> Incomplete: ...
    @property
    def total_ceded(self, /) -> Incomplete: ...
    @property
    def treaties(self, /) -> list[str]: ...
    @property
    def years(self, /) -> int: ...

@final
class Pareto(Severity):
    """
    Pareto (type I): S(x) = (scale / x)^alpha for x ≥ scale. The mean is infinite for alpha ≤ 1.
    """
    def __new__(cls, /, alpha: SupportsFloat | SupportsIndex, scale: SupportsFloat | SupportsIndex | str) -> Pareto: ...

@final
class Piecewise(Severity):
    """
    Σ slope · layer of X between knots: a continuous non-decreasing piecewise linear map.
    """
    def __new__(cls, /, base: Severity, knots: SupportsGetItem[int, SupportsFloat | SupportsIndex], slopes: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> Piecewise: ...

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
class Portfolio:
    """
    Risks as validated columns, with the library that gave them meaning.
    """
    def __len__(self, /) -> int: ...
    def __new__(cls, /, data: Any, *, library: Library, strict: bool, currency: str) -> Portfolio: ...
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
    def from_text(text: str, *, currency: str | None = None, premium: SupportsFloat | SupportsIndex | str | None = None) -> Programme: ...
    @staticmethod
    def from_toml(text: str) -> Programme: ...
    @property
    def premiums(self, /) -> list[tuple[float | None, float | None]]:
        """
        Subject and treaty premium for 100 % of each treaty, None where the programme does not say.
        """
    def to_json(self, /) -> str: ...
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
    def groups(self, /) -> Table | None:
        """
        Means by the group asked for with `by`; None without one.
        """
    @property
    def interrupted(self, /) -> bool:
        """
        Whether the run was stopped before its last year.
        """
    @property
    def net(self, /) -> Incomplete:
        """
        Annual net losses: `total_ceded + net == gross` to the last bit.
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
    def __new__(cls, /, base: Severity, factor: SupportsFloat | SupportsIndex | str) -> Scaled: ...

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
    def cv(self, /) -> float: ...
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
    @property
    def mean(self, /) -> float: ...
    def moment(self, /, k: SupportsIndex) -> float:
        """
        E Xᵏ.
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
        `size` independent losses from the keyed stream of `seed`.
        """
    def scaled(self, /, factor: SupportsFloat | SupportsIndex | str) -> Severity:
        """
        factor · X.
        """
    @property
    def sd(self, /) -> float: ...
    def sf(self, /, x: Any) -> Any:
        """
        P(X > x); a number or an array.
        """
    @property
    def skewness(self, /) -> float: ...
    @property
    def support(self, /) -> tuple[float, float]:
        """
        Smallest and largest possible loss.
        """
    def to_json(self, /) -> str:
        """
        The JSON form, read back by `Severity.from_json`.
        """
    @property
    def variance(self, /) -> float: ...
    def with_parameter(self, /, name: str, value: SupportsFloat | SupportsIndex) -> Severity:
        """
        The same distribution with one parameter changed.
        """

@final
class Simulation:
    """
    The losses of a book: made when asked for.
    """
    def __arrow_c_stream__(self, /, requested_schema: Any | None = None) -> Any: ...
    def __new__(cls, /, book: Portfolio, *, library: Library, partial: bool, years: SupportsIndex, seed: SupportsIndex, parameters: str, systemic: bool, threads: SupportsIndex | None) -> Simulation: ...
    def annual(self, /, *, progress: Any | None = None) -> Incomplete:
        """
        Total loss of each year.
        """
    @property
    def causes(self, /) -> list[str]: ...
    @property
    def currency(self, /) -> str: ...
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
    @property
    def years(self, /) -> int: ...

@final
class Spliced(Severity):
    """
    A body below `threshold`, a tail above it with probability `tail_weight`.

    Body and tail are conditioned on their side of the threshold (Klugman, Panjer and Willmot,
    Loss Models, 5.2.6).
    """
    def __new__(cls, /, body: Severity, tail: Severity, *, threshold: SupportsFloat | SupportsIndex | str, tail_weight: SupportsFloat | SupportsIndex | str) -> Spliced: ...

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
    def fit(self, /, method: str, average: str, n: SupportsIndex | None, exclude: SupportsGetItem[int, tuple[str, SupportsIndex]] | None, tail: Any | None, sigma: str | None, mse: str | None) -> ReserveFit:
        """
        Applies chain ladder, or Mack when `sigma` is given.
        """
    @staticmethod
    def from_claims(data: Any, *, origin: str, valuation: str, values: SupportsGetItem[int, str], by: SupportsGetItem[int, str], grain: str, development_grain: str, as_of: str | None, errors: str, decreasing: str) -> Triangle: ...
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
    def one_year(self, /, method: str) -> OneYearFit:
        """
        The one-year view of Merz and Wüthrich.
        """
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

def _probe(steps: SupportsIndex, *, fault: str = "", threads: SupportsIndex | None = None, progress: Any | None = None) -> int:
    """
    Waits through `steps` blocks of one millisecond, then returns how many were done, or fails as
    `fault` says.
    """

def apply(programme: Programme, losses: LossTable, *, by: str | None = None, largest_events: bool = True, attribution: str = "event_order", threads: SupportsIndex | None = None, progress: Any | None = None) -> Outcome:
    """
    Applies a programme to a loss table.
    """

def apply_programme(programme: Programme, source: Any, *, years: SupportsIndex | None = None, seed: SupportsIndex | None = None, by: str | None = None, attribution: str = "event_order", threads: SupportsIndex | None = None, progress: Any | None = None) -> Result:
    """
    Applies a programme to an aggregate (`years` and `seed` needed), a simulated book or a loss table.
    """

def clauses() -> tuple[list[tuple[str, str, list[str]]], list[str]]:
    """
    The clauses of the wording as (example, meaning, fields), and those not supported yet.
    """

def explain(programme: Programme, losses: LossTable, treaty: str, year: SupportsIndex) -> str:
    """
    Explains one treaty in one year of a loss table, as JSON.
    """

def instruction_set() -> str:
    """
    Instruction set in use: `sse2`, `avx2` or `avx512`; the variable `KEBAO_ISA` lowers it.
    """

def parse_amount(text: str) -> float | None:
    """
    The number that a text such as `"40m"`, `"5亿"` or `"30%"` stands for; None when it is none.
    """

def treaty_terms(text: str) -> tuple[str, str]:
    """
    Checks one treaty given as JSON: its canonical JSON and its wording.
    """

def write_sheets(path: str | PathLike[str], sheets: SupportsGetItem[int, tuple[Table, SupportsGetItem[int, tuple[SupportsIndex, SupportsIndex, str, SupportsFloat | SupportsIndex]]]]) -> None:
    """
    Writes tables as the sheets of an Excel workbook, each with its live formulas.
    """
