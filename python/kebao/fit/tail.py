"""Tails beyond a threshold, and splices of a body and a tail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kebao import _kebao
from kebao._text import amount, percent
from kebao.errors import InputError, Issue
from kebao.fit._data import LossData
from kebao.fit.severity import Estimate
from kebao.table import Table

__all__ = ["Splice", "mean_excess", "splice", "thresholds"]


def _losses(data: Any) -> LossData:
    return data if isinstance(data, LossData) else LossData(data)


def _candidates(losses: LossData, at: Sequence[float] | None, most: int) -> list[float]:
    return losses._core.candidates(most, 10) if at is None else [float(u) for u in at]


def thresholds(data: Any, at: Sequence[float] | None = None) -> Table:
    """Fit a generalised Pareto distribution above each of several thresholds.

    From the right threshold on, ``shape`` and ``modified_scale`` (scale - shape * threshold) stay
    the same within their errors (Coles 2001, 4.3.4). ``hill_alpha`` is Hill's (1975) estimate.

    Parameters
    ----------
    data : array-like or LossData
        Losses; see `LossData`.
    at : sequence of float, optional
        The thresholds; by default 20 known losses between the median and the tenth largest.

    Returns
    -------
    Table
        ``threshold, losses_above, shape, shape_se, scale, scale_se, modified_scale,
        modified_scale_se, hill_alpha, status, reason``.

    Examples
    --------
    >>> import kebao as kb
    >>> losses = kb.GPD(shape=0.4, scale=2e6, threshold=0).sample(2000, seed=5)
    >>> table = kb.fit.thresholds(losses, at=[0.0, 1e6, 2e6])
    >>> bool((abs(table["shape"] - 0.4) < 3 * table["shape_se"]).all())
    True
    """
    losses = _losses(data)
    return Table(losses._core.thresholds(_candidates(losses, at, 20)))


def mean_excess(data: Any, at: Sequence[float] | None = None) -> Table:
    """Mean excess of losses over each threshold, with its standard error.

    Parameters
    ----------
    data : array-like or LossData
        Losses; see `LossData`. With censoring the area under the Kaplan-Meier curve is taken, and
        there is no error.
    at : sequence of float, optional
        The thresholds; by default 20 known losses of the upper half.

    Examples
    --------
    >>> import kebao as kb
    >>> kb.fit.mean_excess([1, 2, 4, 9], at=[1.5])
    threshold  losses_above  mean_excess  standard_error
          1.5             3          3.5           2.082
    """
    losses = _losses(data)
    return Table(losses._core.mean_excess(_candidates(losses, at, 20)))


class Splice:
    """A body fitted below a threshold, a tail above it; made by `kebao.fit.splice`."""

    __slots__ = ("_core",)

    def __init__(self, core: _kebao.SpliceFit) -> None:
        self._core = core

    @property
    def threshold(self) -> float:
        """Where the tail begins."""
        return self._core.threshold

    @property
    def tail_weight(self) -> Estimate:
        """P(X > threshold)."""
        return Estimate(*self._core.tail_weight)

    @property
    def body(self) -> dict[str, Estimate]:
        """Parameters of the body."""
        return _estimates(self._core.body)

    @property
    def tail(self) -> dict[str, Estimate]:
        """Parameters of the tail."""
        return _estimates(self._core.tail)

    @property
    def severity(self) -> _kebao.Severity:
        """The splice as a distribution, ready for an aggregate or a programme."""
        return self._core.severity()

    @property
    def log_likelihood(self) -> float:
        """Maximum of the log-likelihood."""
        return self._core.log_likelihood

    @property
    def aic(self) -> float:
        """Akaike's criterion; the threshold counts as a parameter when it was chosen."""
        return self._core.aic

    @property
    def bic(self) -> float:
        """Schwarz's criterion; the threshold counts as a parameter when it was chosen."""
        return self._core.bic

    @property
    def tried(self) -> Table:
        """Log-likelihood at each threshold tried."""
        return Table(self._core.tried())

    def __repr__(self) -> str:
        def written(part: _kebao.SeverityFit) -> str:
            told = (f"{name} {e.value:.4g} ± {e.standard_error:.2g}"
                    for name, e in _estimates(part).items())  # fmt: skip
            return f"{part.family}({', '.join(told)})"

        weight = self.tail_weight
        return "\n".join(
            [
                f"Splice at {amount(self.threshold)}, log-likelihood {self.log_likelihood:,.2f}",
                f"  below: {written(self._core.body)}",
                f"  above: {written(self._core.tail)}, weight {percent(weight.value, 2)}"
                f" ± {percent(weight.standard_error, 2)}",
            ]
        )


def _estimates(fit: _kebao.SeverityFit) -> dict[str, Estimate]:
    return {
        name: Estimate(value, error)
        for name, value, error in zip(fit.names, fit.values, fit.standard_errors, strict=True)
    }


def splice(
    data: Any,
    *,
    body: str = "LogNormal",
    tail: str = "GPD",
    threshold: float | str = "likelihood",
    candidates: Sequence[float] | None = None,
) -> Splice:
    """Fit a body below a threshold and a tail above it.

    Parameters
    ----------
    data : array-like or LossData
        Losses, without deductibles or groups, censored above the threshold only.
    body : str, default "LogNormal"
        A family with support from 0.
    tail : {"GPD", "Pareto"}
        What lies above.
    threshold : float or {"likelihood", "mean_excess"}
        The amount; or where the whole likelihood is largest; or the lowest amount from which the
        mean excess is a straight line (Langousis et al. 2016).
    candidates : sequence of float, optional
        The thresholds to choose from; by default 40 known losses between the median and the tenth
        largest.

    Examples
    --------
    >>> import kebao as kb
    >>> truth = kb.Spliced(kb.LogNormal(10, 1), kb.Pareto(1.5, 1e5), threshold=1e5, tail_weight=0.1)
    >>> fit = kb.fit.splice(truth.sample(3000, seed=4), tail="Pareto", threshold=1e5)
    >>> abs(fit.tail["alpha"].value - 1.5) < 3 * fit.tail["alpha"].standard_error
    True
    """
    losses = _losses(data)
    if isinstance(threshold, str):
        if threshold not in {"likelihood", "mean_excess"}:
            allowed = "an amount, 'likelihood' or 'mean_excess'"
            raise InputError(
                issues=[Issue("unknown_name", "splice", "threshold", repr(threshold), allowed)]
            )
        tried = _candidates(losses, candidates, 40)
        if threshold == "mean_excess":
            tried = [losses._core.mean_excess_threshold(tried)]
    else:
        tried = [float(threshold)]
    return Splice(losses._core.splice(body, tail, tried))
