"""R6: a triangle of 16 segments x 2 measures x 40 x 40 quarters from 5,000,000 transactions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from contest import Answer, Contender, Number, Workload

SEGMENTS, QUARTERS = 16, 40
FIRST = np.datetime64("2014-01-01")


@functools.cache
def _columns(rows: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(20260101)
    days = int((np.datetime64("2024-01-01") - FIRST) / np.timedelta64(1, "D"))
    accident = rng.integers(0, days, rows)
    delay = np.minimum(rng.exponential(500.0, rows).astype(np.int64), days - 1 - accident)
    # The corners are there, so that every contender sees the same grid.
    accident[0], delay[0] = 0, days - 1
    accident[1], delay[1] = days - 1, 0
    return {
        "line": rng.integers(0, SEGMENTS, rows),
        "accident": FIRST + accident,
        "booked": FIRST + accident + delay,
        "paid": np.round(rng.gamma(0.5, 4000.0, rows), 2),
        "incurred": np.round(rng.normal(500.0, 3000.0, rows), 2),
    }


def _names() -> np.ndarray:
    return np.array([f"line {at:02}" for at in range(SEGMENTS)])


@functools.cache
def _polars_frame(rows: int) -> Any:
    import polars as pl

    columns = _columns(rows)
    frame = pl.DataFrame({**columns, "line": _names()[columns["line"]]})
    return frame.with_columns(pl.col("accident", "booked").cast(pl.Date))


@functools.cache
def _pandas_frame(rows: int) -> Any:
    import pandas as pd

    columns = _columns(rows)
    line = pd.Categorical.from_codes(columns["line"], _names())
    return pd.DataFrame({**columns, "line": line})


def _kebao(rows: int) -> Callable[[], Any]:
    import kebao as kb

    frame = _polars_frame(rows)
    return lambda: kb.Triangle.from_claims(
        frame, origin="accident", valuation="booked", values=["paid", "incurred"], by="line",
        grain="Q",
    )  # fmt: skip


def _quarters(days: np.ndarray) -> np.ndarray:
    return days.astype("datetime64[M]").astype(np.int64) // 3


def _finish(cells: np.ndarray) -> np.ndarray:
    cumulative = cells.cumsum(axis=-1)
    at = np.add.outer(np.arange(QUARTERS), np.arange(QUARTERS))
    cumulative[..., at >= QUARTERS] = np.nan
    return cumulative


def _numba(rows: int) -> Callable[[], Any]:
    import numba

    columns = _columns(rows)
    accident = columns["accident"].astype("datetime64[D]").astype(np.int64)
    booked = columns["booked"].astype("datetime64[D]").astype(np.int64)

    @numba.njit
    def add(line, origin, booked, quarter, first, paid, incurred, cells):
        for row in range(len(line)):
            o, v = quarter[origin[row] - first], quarter[booked[row] - first]
            cells[line[row], 0, o, v - o] += paid[row]
            cells[line[row], 1, o, v - o] += incurred[row]

    first = int(FIRST.astype("datetime64[D]").astype(np.int64))
    days = np.arange(FIRST, np.datetime64("2024-01-01"))
    quarter = _quarters(days) - _quarters(days[:1])[0]

    def run() -> np.ndarray:
        cells = np.zeros((SEGMENTS, 2, QUARTERS, QUARTERS))
        add(columns["line"], accident, booked, quarter, first, columns["paid"],
            columns["incurred"], cells)  # fmt: skip
        return _finish(cells)

    return run


def _polars(rows: int) -> Callable[[], Any]:
    import polars as pl

    frame = _polars_frame(rows)
    first = int(_quarters(np.array([FIRST]))[0]) + 1970 * 4

    def quarter(name: str) -> Any:
        day = pl.col(name).dt
        return day.year().cast(pl.Int64) * 4 + day.quarter() - 1 - first

    def run() -> np.ndarray:
        found = (
            frame.lazy()
            .select("line", "paid", "incurred", o=quarter("accident"), v=quarter("booked"))
            .group_by("line", "o", "v")
            .agg(pl.col("paid").sum(), pl.col("incurred").sum())
            .collect()
        )
        line = np.searchsorted(_names(), found["line"].to_numpy().astype(str))
        o, v = found["o"].to_numpy(), found["v"].to_numpy()
        cells = np.zeros((SEGMENTS, 2, QUARTERS, QUARTERS))
        cells[line, 0, o, v - o] = found["paid"].to_numpy()
        cells[line, 1, o, v - o] = found["incurred"].to_numpy()
        return _finish(cells)

    return run


def _pandas(rows: int) -> Callable[[], Any]:
    frame = _pandas_frame(rows)

    def run() -> np.ndarray:
        first = _quarters(np.array([FIRST]))[0]
        o = _quarters(frame["accident"].to_numpy()) - first
        age = _quarters(frame["booked"].to_numpy()) - first - o
        found = frame[["paid", "incurred"]].groupby([frame["line"].cat.codes, o, age]).sum()
        at = [found.index.get_level_values(level).to_numpy() for level in range(3)]
        cells = np.zeros((SEGMENTS, 2, QUARTERS, QUARTERS))
        cells[at[0], 0, at[1], at[2]] = found["paid"]
        cells[at[0], 1, at[1], at[2]] = found["incurred"]
        return _finish(cells)

    return run


def _chainladder(rows: int) -> Callable[[], Any]:
    import chainladder as cl

    frame = _pandas_frame(rows)
    frame = frame.assign(line=frame["line"].astype(str))

    def run() -> Any:
        built = cl.Triangle(
            frame, origin="accident", development="booked", columns=["paid", "incurred"],
            index="line", cumulative=False,
        ).grain("OQDQ")  # fmt: skip
        return built.incr_to_cum().set_backend("numpy").values

    return run


def _answer(values: np.ndarray) -> Answer:
    latest = np.fliplr(values[0, 0])
    return {
        "cell": Number(float(values[3, 1, 5, 7])),
        "latest": Number(float(np.nansum(np.diagonal(latest)))),
    }


def workload(quick: bool = False) -> Workload:
    """5,000,000 transactions, or 200,000 when `quick`."""
    rows = 200_000 if quick else 5_000_000

    def using(prepare: Callable[[int], Callable[[], Any]]) -> Callable[[], Callable[[], Any]]:
        return lambda: prepare(rows)

    return Workload(
        "R6",
        f"16 x 2 x 40 x 40 quarters from {rows:,} transactions",
        [
            Contender("kebao", using(_kebao), lambda tri: _answer(tri.values)),
            Contender("numba, coded lines", using(_numba), _answer, needs=("numba",)),
            Contender("polars", using(_polars), _answer, needs=("polars",)),
            Contender("pandas, categories", using(_pandas), _answer, needs=("pandas",)),
            Contender("chainladder", using(_chainladder), _answer, needs=("chainladder", "pandas")),
        ],
        tolerance=1e-9,
    )
