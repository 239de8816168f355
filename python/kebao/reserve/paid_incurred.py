"""Methods of paid and incurred together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

from .. import _kebao
from ..triangle import Triangle
from .estimator import Floats
from .method import Method, MethodWithErrors
from .selection import Selection


class MunichChainLadder(Method):
    """Paid and incurred projected together, so that their ratio comes to rest near one.

    Each link ratio leans on how far the paid-to-incurred ratio stands from its average at that age,
    as much as the residuals of the past did. Results are those of the incurred projection unless
    ``basis="paid"``; both are in `paid_ultimate_` and `incurred_ultimate_`.

    Parameters
    ----------
    paid, incurred : str
        Names of the two measures.
    basis : {"incurred", "paid"}
        The projection whose ultimates are the result.
    sigma : {"mack", "log-linear"}
        How sigma of an age with a single link is had; as for `Mack`.
    last_sigma : float or (float, float), optional
        Sigma of ages with a single link, for paid and incurred, instead.
    average, n, exclude, tail, selection
        Development factors, as for `ChainLadder`.

    Notes
    -----
    Quarg and Mack (2004), Munich chain ladder, Blaetter der DGVFM 26(4); their example has
    ``last_sigma=0.1``. The method comes without errors.

    Examples
    --------
    >>> import kebao as kb
    >>> munich = kb.MunichChainLadder(last_sigma=0.1).fit(kb.datasets.load("mcl"))
    >>> munich.incurred_ultimate_[-1], munich.paid_ultimate_[-1]
    (np.float64(7649.7585...), np.float64(7548.5181...))
    """

    _paid: _kebao.MethodFit | None = None
    _incurred: _kebao.MethodFit | None = None

    def __init__(
        self,
        *,
        paid: str = "paid",
        incurred: str = "incurred",
        basis: str = "incurred",
        sigma: str = "mack",
        last_sigma: float | tuple[float, float] | None = None,
        average: str = "volume",
        n: int | None = None,
        exclude: Iterable[tuple[str, int]] | None = None,
        tail: float | str | tuple[float, float, float] | None = None,
        selection: Selection | None = None,
    ) -> None:
        self.paid = paid
        self.incurred = incurred
        self.basis = basis
        self.sigma = sigma
        self.last_sigma = last_sigma
        self.average = average
        self.n = n
        self.exclude = exclude
        self.tail = tail
        self.selection = selection

    def fit(self, triangle: Triangle) -> Self:
        """Fit to every segment of a triangle with paid and incurred.

        Parameters
        ----------
        triangle : Triangle

        Returns
        -------
        self

        Raises
        ------
        InputError
            A measure is missing, or a choice is not one.
        """
        self._check(triangle)
        last = self.last_sigma
        self._paid, self._incurred = _kebao.munich(
            triangle._core,
            type(self).__name__,
            self.paid,
            self.incurred,
            self.basis,
            last if last is None or isinstance(last, tuple) else (last, last),
            self._selection(self.sigma),
        )
        own = self._paid if self.basis == "paid" else self._incurred
        return self._keep(triangle[self.paid if self.basis == "paid" else self.incurred], own)

    def _both(self) -> tuple[_kebao.MethodFit, _kebao.MethodFit]:
        if self._paid is None or self._incurred is None:
            raise AttributeError("this MunichChainLadder is not fitted; call fit(triangle)")
        return self._paid, self._incurred

    @property
    def paid_ultimate_(self) -> Floats:
        """Ultimate of each origin by the paid projection."""
        return self._both()[0].reserve.ultimate

    @property
    def incurred_ultimate_(self) -> Floats:
        """Ultimate of each origin by the incurred projection."""
        return self._both()[1].reserve.ultimate

    @property
    def paid_projection_(self) -> Floats:
        """Cumulative paid, observed and projected, origin x age."""
        return self._both()[0].column("projected")

    @property
    def incurred_projection_(self) -> Floats:
        """Incurred, observed and projected, origin x age."""
        return self._both()[1].column("projected")

    @property
    def paid_to_incurred_(self) -> Floats:
        """Average ratio of paid to incurred at each age."""
        return self._both()[0].column("ratio")

    @property
    def paid_rho_(self) -> Floats:
        """Conditional deviation rho of the incurred-to-paid ratio at each age."""
        return self._both()[0].column("rho")

    @property
    def incurred_rho_(self) -> Floats:
        """Conditional deviation rho of the paid-to-incurred ratio at each age."""
        return self._both()[1].column("rho")

    @property
    def paid_correlation_(self) -> Any:
        """Slope of the paid residuals on those of the incurred-to-paid ratios."""
        return self._both()[0].column("correlation")

    @property
    def incurred_correlation_(self) -> Any:
        """Slope of the incurred residuals on those of the paid-to-incurred ratios."""
        return self._both()[1].column("correlation")


class PaidIncurredChain(MethodWithErrors):
    """One log-normal model of paid and incurred with a common ultimate, solved exactly.

    Log link ratios of paid are N(Phi, sigma^2), those of incurred backwards N(Psi, tau^2), and both
    meet at the last age; Phi and Psi have flat priors, sigma and tau are those of the sample. The
    posterior is normal in closed form; `ultimate_` is the posterior mean, and reserves are over the
    latest paid.

    Parameters
    ----------
    paid, incurred : str
        Names of the two measures.
    paid_sigma, incurred_sigma : sequence of float, optional
        Sigma of the log link ratio from each age to the next, instead of the sample's. An age with
        a single link has the variance min(v(k-1)^2 / v(k-2), v(k-1), v(k-2)).

    Notes
    -----
    Merz and Wuethrich (2010), Paid-incurred chain claims reserving method, IME 46(3). Where paid
    and incurred differ at the last age (``not_settled``), one more step of paid leads to the
    incurred value. Large ``incurred_sigma`` gives the log-normal chain ladder of paid alone.

    Examples
    --------
    >>> import kebao as kb
    >>> chain = kb.PaidIncurredChain().fit(kb.datasets.load("mcl"))
    >>> chain.status_, round(chain.total_ibnr_)
    ('not_settled', 7487)
    """

    def __init__(
        self,
        *,
        paid: str = "paid",
        incurred: str = "incurred",
        paid_sigma: Sequence[float] | None = None,
        incurred_sigma: Sequence[float] | None = None,
    ) -> None:
        self.paid = paid
        self.incurred = incurred
        self.paid_sigma = paid_sigma
        self.incurred_sigma = incurred_sigma

    def fit(self, triangle: Triangle) -> Self:
        """Fit to every segment of a triangle with paid and incurred; as for `MunichChainLadder`."""
        self._check(triangle)
        fitted = _kebao.paid_incurred(
            triangle._core,
            type(self).__name__,
            self.paid,
            self.incurred,
            _floats(self.paid_sigma),
            _floats(self.incurred_sigma),
        )
        return self._keep(triangle[self.paid], fitted)

    @property
    def paid_sigma_(self) -> Floats:
        """Sigma of the log links of paid; the last entry is the step beyond the last age."""
        return self._column("paid_sigma")

    @property
    def incurred_sigma_(self) -> Floats:
        """Sigma of the log links of incurred."""
        return self._column("incurred_sigma")


class CaseOutstanding(Method):
    """Case reserves developed: what is paid of them, and what stands, by the next age.

    Parameters
    ----------
    paid, incurred : str
        Names of the two measures; case reserves are incurred less paid.
    last_ratio : float
        What is paid of the case reserves at the last age, as a ratio to them.

    Notes
    -----
    Friedland (2010), Estimating unpaid claims using basic techniques, CAS, chapter 12. For claims
    that are all reported soon. The method comes without errors.

    Examples
    --------
    >>> import kebao as kb
    >>> kb.CaseOutstanding().fit(kb.datasets.load("mcl")).total_ibnr_
    8959.2247...
    """

    def __init__(
        self, *, paid: str = "paid", incurred: str = "incurred", last_ratio: float = 1.0
    ) -> None:
        self.paid = paid
        self.incurred = incurred
        self.last_ratio = last_ratio

    def fit(self, triangle: Triangle) -> Self:
        """Fit to every segment of a triangle with paid and incurred; as for `MunichChainLadder`."""
        self._check(triangle)
        fitted = _kebao.case_outstanding(
            triangle._core, type(self).__name__, self.paid, self.incurred, self.last_ratio
        )
        return self._keep(triangle[self.paid], fitted)

    @property
    def paid_ratio_(self) -> Floats:
        """Paid by the next age over the case reserves of each age."""
        return self._column("paid_ratio")

    @property
    def case_ratio_(self) -> Floats:
        """Case reserves of the next age over those of each age."""
        return self._column("case_ratio")


def _floats(values: Sequence[float] | None) -> list[float] | None:
    return None if values is None else [float(value) for value in values]
