"""R2: chain ladder and Mack on 1,550 real triangles: 775 companies and lines of Schedule P.

Paid and incurred losses of accident years 1988-1997, the sample `clrd` that comes with chainladder.
kebao gives every triangle a status; the answer is of those on which nobody can differ (the others
differ on whether 0/0 in the variances is nothing or undefined): their number and total error.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from contest import Answer, Contender, Number, Workload
from r1 import _scalar_mack, numpy_mack


@functools.cache
def _values(triangles: int) -> np.ndarray:
    import chainladder as cl

    sample = cl.load_sample("clrd")[["CumPaidLoss", "IncurLoss"]].set_backend("numpy")
    values = sample.values.reshape(-1, 10, 10).copy()[:triangles]
    values[:, np.add.outer(np.arange(10), np.arange(10)) > 9] = np.nan
    return values


def _kebao(triangles: int) -> Callable[[], Any]:
    import kebao as kb

    values = _values(triangles)
    tri = kb.Triangle.from_parts(
        values[:, None],
        measures="loss",
        index="number",
        segments=[[str(at)] for at in range(len(values))],
        first_origin=1988,
    )
    mack = kb.Mack()
    return lambda: mack.fit(tri)


def _kebao_answer(mack: Any) -> Answer:
    assert len(mack.status_) == len(mack.total_standard_error_)
    return _answer(mack.total_standard_error_)


def _numpy(triangles: int) -> Callable[[], Any]:
    values = _values(triangles)

    def run() -> np.ndarray:
        total = np.full(len(values), math.nan)
        with np.errstate(all="ignore"):
            for at in np.flatnonzero(_clean(values)):
                total[at] = numpy_mack(values[at])[2]
        return total

    return run


def _numba(triangles: int) -> Callable[[], Any]:
    import numba

    values = _values(triangles)
    one = numba.njit(error_model="numpy")(_scalar_mack)

    @numba.njit(error_model="numpy")
    def every(values, ultimate, error, total):
        for at in range(values.shape[0]):
            total[at] = math.nan
            sound = True
            for i in range(10):
                for k in range(10 - i):
                    # Without statuses: whatever is not a clean triangle is left out.
                    sound = sound and values[at, i, k] > 0.0
            if sound:
                total[at] = one(values[at], ultimate, error)

    ultimate, error, total = np.empty(10), np.empty(10), np.empty(len(values))

    def run() -> np.ndarray:
        every(values, ultimate, error, total)
        return total

    return run


def _chainladder(triangles: int) -> Callable[[], Any]:
    import chainladder as cl

    sample = cl.load_sample("clrd")[["CumPaidLoss", "IncurLoss"]]
    sample = sample.iloc[: triangles // 2]

    def fit() -> Any:
        developed = cl.Development(sigma_interpolation="mack").fit_transform(sample)
        return np.asarray(cl.MackChainladder().fit(developed).total_mack_std_err_).ravel()

    return fit


def _clean(values: np.ndarray) -> np.ndarray:
    """Every known cell above zero, and link ratios that differ at every age but the last."""
    sound = (values > 0.0).sum(axis=(1, 2)) == 55
    with np.errstate(all="ignore"):
        links = values[:, :, 1:] / values[:, :, :-1]
    varied = np.nanmax(links[:, :, :-1], axis=1) - np.nanmin(links[:, :, :-1], axis=1) > 1e-9
    return sound & varied.all(axis=1)


def _answer(errors: Any) -> Answer:
    errors = np.asarray(errors, dtype=np.float64)
    sound = _clean(_values(len(errors))) & np.isfinite(errors)
    return {"clean": Number(float(sound.sum())), "their errors": Number(float(errors[sound].sum()))}


def workload(quick: bool = False) -> Workload:
    """All 1,550 triangles, or 100 when `quick`."""
    count = 100 if quick else 1550
    need = ("chainladder",)

    def using(prepare: Callable[[int], Callable[[], Any]]) -> Callable[[], Callable[[], Any]]:
        return lambda: prepare(count)

    return Workload(
        "R2",
        f"chain ladder and Mack with statuses, {count:,} triangles of Schedule P",
        [
            Contender("kebao", using(_kebao), _kebao_answer, needs=need),
            Contender("numpy, clean ones only", using(_numpy), _answer, needs=need),
            Contender("numba, clean ones only", using(_numba), _answer, needs=("numba", *need)),
            Contender("chainladder", using(_chainladder), _answer, needs=need),
        ],
        tolerance=1e-9,
    )
