"""One number of an aggregate by many methods: an expected annual layer, or a probability.

Closed form, FFT, Panjer's recursion, simulation with control variates, stratification, scrambled
Sobol points, conditional Monte Carlo and importance sampling answer the same question, each with
its error; `compare_methods` puts them side by side.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import _kebao
from ._kebao import Aggregate, Evaluation
from ._progress import Progress
from .table import Table

__all__ = ["METHODS", "Evaluation", "compare_methods", "evaluate", "sensitivity"]

METHODS = (
    "fft",
    "panjer",
    "simulation",
    "control",
    "stratified",
    "sobol",
    "conditional",
    "importance",
)


def evaluate(
    loss: Aggregate,
    *,
    limit: float | str | None = None,
    attachment: float | str | None = None,
    exceeds: float | str | None = None,
    method: str = "auto",
    years: int = 1_000_000,
    seed: int = 0,
    precision: float = 1e-3,
    threads: int | None = None,
    progress: bool | None = None,
) -> Evaluation:
    """Expected loss to an annual layer, or the probability of exceeding an amount, by one method.

    Parameters
    ----------
    loss : Aggregate
        The annual losses; `Aggregate.layered` first, where an occurrence layer applies.
    limit, attachment : amount, optional
        The layer of the year's total: E min(max(S − attachment, 0), limit).
    exceeds : amount, optional
        Instead of a layer: P(S > exceeds).
    method : str, default "auto"
        ``closed``, ``fft``, ``panjer``, ``simulation``, ``control`` (control variates with exact
        means), ``stratified`` (on the count), ``sobol`` (16 scramblings, largest loss first),
        ``conditional`` (Asmussen and Kroese 2006), ``importance`` (hazard-rate twisting, Juneja and
        Shahabuddin 2002), or ``auto``, which takes the grid if its error bound is within
        ``precision`` and says what it chose and why.
    years : int, default 1,000,000
        Simulated years or points. Years without a loss cost nothing.
    seed : int, default 0
        Seed of the keyed streams; the result does not depend on ``threads``.
    precision : float, default 1e-3
        Relative error that ``auto`` looks for.
    threads : int, optional
        All cores by default.
    progress : bool, optional
        Whether to show a progress bar.

    Returns
    -------
    Evaluation
        ``value, standard_error, bound, interval, method, reason, years_for_1pct, …``.

    Raises
    ------
    InputError
        All bad arguments at once.
    NumericError
        A method that cannot answer to its promised accuracy, with the reason.

    Examples
    --------
    >>> import kebao as kb
    >>> loss = kb.Aggregate(kb.Poisson(5), kb.Lomax(1.5, 1))
    >>> far = kb.evaluate(loss, exceeds=1e4, method="conditional", years=20_000, seed=1)
    >>> abs(far.value / 5.006639e-6 - 1) < 1e-3
    True
    >>> kb.evaluate(loss, limit=50, attachment=20).method
    'fft'
    """
    bar = Progress(years, show=progress)
    return _kebao.evaluate(
        loss,
        limit=limit,
        attachment=attachment,
        exceeds=exceeds,
        method=method,
        years=years,
        seed=seed,
        precision=precision,
        threads=threads,
        progress=bar,
    )


def compare_methods(
    loss: Aggregate,
    *,
    limit: float | str | None = None,
    attachment: float | str | None = None,
    exceeds: float | str | None = None,
    methods: Sequence[str] = METHODS,
    years: int = 100_000,
    seed: int = 0,
    precision: float = 1e-3,
    threads: int | None = None,
    progress: bool | None = None,
) -> Table:
    """The same number by many methods, a row each; a refusal is a row with its reason.

    Parameters
    ----------
    loss, limit, attachment, exceeds, years, seed, precision, threads, progress
        As for `evaluate`.
    methods : sequence of str
        All but ``closed`` and ``auto`` by default.

    Returns
    -------
    Table
        ``method, value, standard_error, bound, variance_factor, effective, years,
        years_for_1pct, seconds, reason``. ``variance_factor`` is the variance of plain simulation
        of as many years over that of the method.

    Examples
    --------
    >>> import kebao as kb
    >>> loss = kb.Aggregate(kb.Poisson(3), kb.Pareto(1.2, 1e4).capped(2e5))
    >>> table = kb.compare_methods(loss, limit=3e5, attachment=2e5, years=20_000)
    >>> len(table), bool((table["value"].max() / table["value"].min()) < 1.1)
    (8, True)
    """
    bar = Progress(years, show=progress)
    return Table(
        _kebao.evaluate_all(
            loss,
            limit=limit,
            attachment=attachment,
            exceeds=exceeds,
            methods=list(methods),
            years=years,
            seed=seed,
            precision=precision,
            threads=threads,
            progress=bar,
        )
    )


def sensitivity(
    loss: Aggregate,
    *,
    limit: float | str | None = None,
    attachment: float | str | None = None,
    exceeds: float | str | None = None,
    years: int = 100_000,
    seed: int = 0,
    threads: int | None = None,
    progress: bool | None = None,
) -> Table:
    """Derivatives of an expected layer or a probability, on a grid and by simulation.

    Parameters
    ----------
    loss, limit, attachment, exceeds, years, seed, threads, progress
        As for `evaluate`.

    Returns
    -------
    Table
        ``parameter, value, derivative, bound, simulated, standard_error, z_score, estimator``:
        every parameter of severity and frequency, then attachment, limit and share of the layer.
        ``derivative`` is exact on the grid up to ``bound``; ``simulated`` is pathwise for severity
        parameters, a weak derivative for a Poisson mean, else weighted by the score; NaN where no
        estimator applies.

    Examples
    --------
    >>> import kebao as kb
    >>> loss = kb.Aggregate(kb.Poisson(5), kb.Lomax(1.5, 1))
    >>> table = kb.sensitivity(loss, limit=50, attachment=20, years=20_000)
    >>> table["parameter"][:3]
    ['severity.alpha', 'severity.scale', 'frequency.mean']
    """
    bar = Progress(years, show=progress)
    return Table(
        _kebao.evaluate_sensitivity(
            loss,
            limit=limit,
            attachment=attachment,
            exceeds=exceeds,
            years=years,
            seed=seed,
            threads=threads,
            progress=bar,
        )
    )
