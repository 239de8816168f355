"""What the methods beside the chain ladder share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, cast

from .. import _kebao
from ..triangle import Triangle
from .chain_ladder import ChainLadder
from .estimator import Estimator, Floats


class Method(Estimator):
    """A method with columns of its own beside the results by origin."""

    _own: _kebao.MethodFit | None = None
    _given: tuple[Triangle, Any] | None = None

    def _check(self, triangle: Triangle, exposure: Any = None) -> None:
        super()._check(triangle)
        self._given = triangle, exposure

    def _fit_again(self) -> None:
        if self._given is not None:
            triangle, exposure = self._given
            fit: Any = getattr(self, "fit")  # noqa: B009
            fit(triangle) if exposure is None else fit(triangle, exposure)

    def _selection(self, sigma: str = "mack") -> _kebao.Selection:
        """Development factors, by the choices that the chain ladder has."""
        return ChainLadder._selection(cast(ChainLadder, self), sigma)

    def _keep(self, triangle: Triangle, fitted: _kebao.MethodFit) -> Self:
        self._own, self._fit, self._triangle = fitted, fitted.reserve, triangle
        return self

    def _with(
        self, kernel: Callable[..., _kebao.MethodFit], triangle: Triangle, *choices: Any
    ) -> Self:
        return self._keep(triangle, kernel(triangle._core, type(self).__name__, *choices))

    def _column(self, name: str) -> Any:
        if self._own is None:
            raise AttributeError(f"this {type(self).__name__} is not fitted; call fit(triangle)")
        return self._own.column(name)


class MethodWithErrors(Method):
    """A method whose reserve has a mean squared error of prediction."""

    @property
    def process_error_(self) -> Floats:
        """Standard deviation of the process of each origin."""
        return self._result.process_error

    @property
    def parameter_error_(self) -> Floats:
        """Standard error of the estimated mean of each origin."""
        return self._result.parameter_error

    @property
    def standard_error_(self) -> Floats:
        """Root mean squared error of prediction of each origin."""
        return self._result.standard_error

    @property
    def total_process_error_(self) -> Any:
        """Process error of the sum of all origins; by segment when there are several."""
        return self._result.total_process_error

    @property
    def total_parameter_error_(self) -> Any:
        """Parameter error of the sum, with the covariance between origins."""
        return self._result.total_parameter_error

    @property
    def total_standard_error_(self) -> Any:
        """Root mean squared error of prediction of the sum."""
        return self._result.total_standard_error

    def _by_origin(self) -> dict[str, Floats]:
        return {
            **super()._by_origin(),
            "process_error": self.process_error_,
            "parameter_error": self.parameter_error_,
            "standard_error": self.standard_error_,
        }

    def _totals(self) -> dict[str, Any]:
        return {
            **super()._totals(),
            "process_error": self.total_process_error_,
            "parameter_error": self.total_parameter_error_,
            "standard_error": self.total_standard_error_,
        }
