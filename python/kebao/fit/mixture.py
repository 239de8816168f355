"""Mixtures fitted by the EM algorithm."""

from __future__ import annotations

from typing import Any

from kebao import _kebao
from kebao._text import percent
from kebao.fit._data import LossData
from kebao.table import Table

__all__ = ["MixtureFit", "mixture"]


class MixtureFit:
    """A mixture fitted to losses; made by `kebao.fit.mixture`."""

    __slots__ = ("_core", "family")

    def __init__(self, core: _kebao.MixtureFit, family: str) -> None:
        self._core = core
        self.family = family

    @property
    def weights(self) -> list[float]:
        """Weight of each part."""
        return self._core.weights

    @property
    def parts(self) -> list[dict[str, float]]:
        """Parameters of each part, ascending."""
        names = ("mu", "sigma") if self.family == "LogNormal" else ("shape", "scale")
        return [dict(zip(names, part, strict=True)) for part in self._core.parts]

    @property
    def table(self) -> Table:
        """A row for each part: weight and parameters, with standard errors where there are any."""
        parts, errors = self._core.parts, self._core.part_errors
        nan = [float("nan")] * len(parts)
        first, second = ("mu", "sigma") if self.family == "LogNormal" else ("shape", "scale")
        return Table.of(
            "mixture",
            {
                "part": [str(i + 1) for i in range(len(parts))],
                "weight": self.weights,
                "weight_se": self._core.weight_errors or nan,
                first: [p[0] for p in parts],
                f"{first}_se": [e[0] for e in errors] or nan,
                second: [p[1] for p in parts],
                f"{second}_se": [e[1] for e in errors] or nan,
            },
        )

    @property
    def severity(self) -> _kebao.Severity:
        """The mixture as a distribution."""
        return self._core.severity()

    @property
    def log_likelihood(self) -> float:
        """Log-likelihood at the end."""
        return self._core.log_likelihood

    @property
    def aic(self) -> float:
        """Akaike's criterion."""
        return self._core.aic

    @property
    def bic(self) -> float:
        """Schwarz's criterion."""
        return self._core.bic

    @property
    def converged(self) -> bool:
        """Whether the steps came to rest."""
        return self._core.converged

    def __repr__(self) -> str:
        parts = " + ".join(
            f"{percent(weight)} {self.family}({', '.join(f'{k} {v:.4g}' for k, v in part.items())})"
            for weight, part in zip(self.weights, self.parts, strict=True)
        )
        return f"{parts}, log-likelihood {self.log_likelihood:,.2f}"


def mixture(data: Any, *, family: str = "LogNormal", parts: int = 2) -> MixtureFit:
    """Fit a mixture by the EM algorithm.

    Parameters
    ----------
    data : array-like or LossData
        Losses, with deductibles, limits, weights or groups as in `LossData`.
    family : {"LogNormal", "Erlang"}
        Lognormals, finished by Newton's method with standard errors; or Erlangs of a common scale
        (Verbelen et al. 2015), whose number is chosen by BIC up to ``parts``.
    parts : int, default 2
        How many (2 or 3 lognormals), or at most how many (up to 10 Erlangs).

    Raises
    ------
    NumericError
        If the parts cannot be told apart, or one of them shrinks onto a single loss, where the
        likelihood has no bound.

    Examples
    --------
    >>> import numpy as np, kebao as kb
    >>> small = kb.LogNormal(1, 0.7).sample(700, seed=1)
    >>> large = kb.LogNormal(4, 0.5).sample(300, seed=2)
    >>> fit = kb.fit.mixture(np.concatenate([small, large]))
    >>> [round(weight, 2) for weight in fit.weights]
    [0.7, 0.3]
    """
    losses = data if isinstance(data, LossData) else LossData(data)
    return MixtureFit(losses._core.mixture(family, parts), family)
