"""LossData as a likelihood sees them, from whatever holds numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kebao import _kebao
from kebao.errors import InputError, Issue

__all__ = ["LossData"]


def numbers(values: Any, name: str) -> NDArray[np.float64]:
    """A column of numbers from a list, NumPy array, Arrow column, pandas or polars series.

    Text is read as amounts (``"40m"``); what is missing becomes NaN, which a sample then names.
    """
    if hasattr(values, "to_numpy") and not hasattr(values, "columns"):
        values = values.to_numpy()
    elif hasattr(values, "__arrow_c_array__") or hasattr(values, "__arrow_c_stream__"):
        import pyarrow as pa

        values = pa.chunked_array(values).to_numpy()
    try:
        column = np.asarray(values)
    except ValueError as error:
        raise _bad(name, "values of unequal shape") from error
    if column.dtype.kind not in "fiu":
        column = np.array([_number(value, name) for value in column.ravel()], dtype=float)
    if column.ndim != 1:
        raise _bad(name, f"an array of {column.ndim} dimensions")
    return np.ascontiguousarray(column, dtype=np.float64)


def _number(value: Any, name: str) -> float:
    if value is None:
        return float("nan")
    if isinstance(value, str):
        found = _kebao.parse_amount(value)
        if found is None:
            raise _bad(name, repr(str(value)))
        return found
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise _bad(name, repr(value)) from error


def _bad(name: str, found: str) -> InputError:
    allowed = "one column of numbers"
    return InputError(issues=[Issue("not_a_column", "data", name, value=found, allowed=allowed)])


def spread(value: Any, rows: int, name: str) -> NDArray[np.float64] | None:
    """One number for all rows, or one for each."""
    if value is None:
        return None
    if isinstance(value, str) or np.ndim(value) == 0:
        return np.full(rows, _number(value, name))
    return numbers(value, name)


class LossData:
    """Losses with their deductibles, limits, weights or groups, checked row by row.

    Parameters
    ----------
    data : array-like
        One loss a row, above 0. Lists, NumPy arrays, Arrow columns, pandas or polars series.
    deductible : float or array-like, optional
        Losses up to it are not in the data (left truncation).
    limit : float or array-like, optional
        Losses from it are only known to be at least that large (right censoring).
    censored : array-like of bool, optional
        Losses that are only known to be at least their amount, such as open claims.
    weights : array-like, optional
        How often each row counts.
    lower, upper : array-like, optional
        Instead of ``data``: groups, with ``upper=inf`` for the open one and the numbers of losses
        as ``weights``.
    basis : {"ground_up", "payment"}, default "ground_up"
        Whether ``data`` and ``limit`` are of the loss from the ground up, or of what is paid above
        the deductible.
    strict : bool, default True
        Raise on any faulty row; otherwise leave such rows out and list them in `rejects`.

    Raises
    ------
    InputError
        With every fault found, each with its row; also when all losses are censored.

    Examples
    --------
    >>> import kebao as kb
    >>> kb.fit.LossData([120, 350, 80, 1000], deductible=50, limit=1000)
    LossData: 4 rows in = 4 used + 0 rejected; 1 censored, truncated
    >>> kb.fit.LossData([3.0, float("nan")])
    Traceback (most recent call last):
    ...
    kebao.errors.InputError: data row 1: loss must be a finite number above 0, got NaN ...
    """

    __slots__ = ("_core",)
    _core: _kebao.LossSample

    def __init__(
        self,
        data: Any = None,
        *,
        deductible: Any = None,
        limit: Any = None,
        censored: Any = None,
        weights: Any = None,
        lower: Any = None,
        upper: Any = None,
        basis: str = "ground_up",
        strict: bool = True,
    ) -> None:
        issues = []
        if (data is None) == (lower is None):
            issues.append(Issue("missing", "data", "data", allowed="given, or lower and upper"))
        if (lower is None) != (upper is None):
            issues.append(Issue("missing", "data", "upper", allowed="given together with lower"))
        if basis not in {"ground_up", "payment"}:
            allowed = "'ground_up' or 'payment'"
            issues.append(Issue("unknown_name", "data", "basis", repr(basis), allowed))
        if issues:
            raise InputError(issues=issues)
        low = numbers(data if lower is None else lower, "data" if lower is None else "lower")
        rows = len(low)
        high = None if upper is None else numbers(upper, "upper")
        entry = spread(deductible, rows, "deductible")
        top = spread(limit, rows, "limit")
        if basis == "payment" and entry is not None and len(entry) == rows:
            low = low + entry
            high = None if high is None or len(high) != rows else high + entry
            top = None if top is None else top + entry
        flags = None
        if censored is not None:
            flags = np.ascontiguousarray(
                censored.to_numpy() if hasattr(censored, "to_numpy") else censored, dtype=bool
            )
        self._core = _kebao.LossSample(
            low,
            high,
            deductible=entry,
            limit=top,
            censored=flags,
            weights=spread(weights, rows, "weights"),
            strict=strict,
        )

    @property
    def rows_in(self) -> int:
        """Rows that came in."""
        return self._core.rows_in

    @property
    def rows_used(self) -> int:
        """Rows that the fit uses."""
        return self._core.rows_used

    @property
    def rows_below(self) -> int:
        """Rows that are not above the threshold asked for."""
        return self._core.rows_below

    @property
    def rows_rejected(self) -> int:
        """Rows left out for a fault."""
        return self.rows_in - self.rows_used - self.rows_below

    @property
    def rejects(self) -> list[tuple[int, Issue]]:
        """Number and fault of each row left out."""
        return self._core.rejects

    def above(self, threshold: float) -> LossData:
        """What exceeds a threshold, truncated there; other rows are counted in `rows_below`."""
        made = object.__new__(type(self))
        made._core = self._core.above(threshold)
        return made

    def __len__(self) -> int:
        return self.rows_used

    def __repr__(self) -> str:
        core = self._core
        told = [f"{core.censored:,} censored"] if core.censored else []
        told += [f"{core.grouped:,} groups"] if core.grouped else []
        told += ["truncated"] if core.truncated else []
        below = f" + {self.rows_below:,} below the threshold" if self.rows_below else ""
        account = (
            f"LossData: {self.rows_in:,} rows in = {self.rows_used:,} used{below}"
            f" + {self.rows_rejected:,} rejected"
        )
        return "; ".join([account, ", ".join(told)] if told else [account])
