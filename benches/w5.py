"""W5: eight layers with reinstatements over a year-event-loss table of 50 million rows.

500,000 years of 100 losses on average, sorted by year, in memory and in Parquet (row groups of 2^20
rows, snappy). Asked for: the expected recovery and reinstatement premium of each layer. Peers: a
polars query, and Numba written by hand, parallel over runs of years. From Parquet kebao also tells
the peak memory of a process that does nothing but that.
"""

from __future__ import annotations

import atexit
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from contest import Answer, Contender, Number, Workload

RATE = 100
PREMIUM = 1e5
#: Limit, attachment, reinstatements.
LAYERS = [
    (1e5, 1e5, 3), (2e5, 2e5, 2), (4e5, 4e5, 2), (8e5, 8e5, 1),
    (1.6e6, 1.6e6, 1), (3.2e6, 3.2e6, 1), (6.4e6, 6.4e6, 0), (1.28e7, 1.28e7, 0),
]  # fmt: skip


def wording(layers: int) -> str:
    lines = []
    for k, (limit, attachment, count) in enumerate(LAYERS[:layers]):
        reinstated = f"{count} @ 100%, premium {PREMIUM:.0f}" if count else "no reinstatements"
        lines.append(f"xl{k}: {limit:.0f} xs {attachment:.0f}, {reinstated}")
    return "\n".join(lines)


@cache
def made(rows: int) -> tuple[Path, int]:
    """A file of the table, gone when the process ends, and the number of years."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "w5.parquet"
    rng = np.random.default_rng(5)
    years = rows // RATE
    counts = rng.poisson(RATE, years)
    schema = pa.schema([("year", pa.int32()), ("event", pa.int32()), ("loss", pa.float64())])
    with pq.ParquetWriter(path, schema) as writer:
        batch: list[pa.RecordBatch] = []
        for first in range(0, years, 10_000):
            part = counts[first : first + 10_000]
            year = np.repeat(np.arange(first, first + len(part), dtype=np.int32) + 1, part)
            starts = np.cumsum(part) - part
            event = (np.arange(part.sum()) - np.repeat(starts, part)).astype(np.int32) + 1
            loss = rng.lognormal(10.0, 1.5, part.sum())
            batch.append(pa.record_batch([year, event, loss], schema=schema))
            if sum(b.num_rows for b in batch) > 2**22:
                writer.write_table(pa.Table.from_batches(batch), row_group_size=2**20)
                batch = []
        if batch:
            writer.write_table(pa.Table.from_batches(batch), row_group_size=2**20)
    return path, years


@cache
def arrow(rows: int) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(made(rows)[0])


@cache
def loss_table(rows: int) -> Any:
    import kebao as kb

    return kb.LossTable(arrow(rows), years=(1, made(rows)[1]))


def kebao_call(source: Any, years: int, threads: int, layers: int = 8) -> Callable[[], Any]:
    import kebao as kb

    programme = kb.Programme.from_text(wording(layers))

    def call() -> Any:
        result = programme.apply(source, years=years, threads=threads, progress=False)
        names = programme.names
        means = [float(result.ceded(name).mean()) for name in names]
        return means + [float(result.reinstatement_premium(name).mean()) for name in names]

    return call


def polars_call(frame: Any, years: int) -> Callable[[], Any]:
    import polars as pl

    layer = [
        (pl.col("loss") - attachment)
        .clip(0.0, limit)
        .sum()
        .clip(0.0, (1 + n) * limit)
        .alias(f"{k}")
        for k, (limit, attachment, n) in enumerate(LAYERS)
    ]
    ceded = [pl.col(f"{k}").sum() / years for k in range(8)]
    premium = [
        (pl.col(f"{k}").clip(0.0, n * limit) * (PREMIUM / limit)).sum().alias(f"p{k}") / years
        for k, (limit, _, n) in enumerate(LAYERS)
    ]
    if not isinstance(frame, Path):
        frame = pl.from_arrow(frame)

    def call() -> Any:
        lazy = pl.scan_parquet(frame) if isinstance(frame, Path) else frame.lazy()
        done = lazy.group_by("year").agg(layer).select([*ceded, *premium]).collect()
        return [float(x) for x in done.row(0)]

    return call


def numba_call(table: Any, threads: int) -> Callable[[], Any]:
    import numba

    numba.set_num_threads(threads)
    year, loss = table["year"].to_numpy(), table["loss"].to_numpy()
    limits, attachments, counts = (
        np.array(column, dtype=float) for column in zip(*LAYERS, strict=True)
    )

    @numba.njit(parallel=True)
    def kernel(year, loss, limits, attachments, counts, premium, years, parts):
        ceded = np.zeros((parts, 8))
        charged = np.zeros((parts, 8))
        rows = len(loss)
        for part in numba.prange(parts):
            start, stop = rows * part // parts, rows * (part + 1) // parts
            while 0 < start < rows and year[start] == year[start - 1]:
                start += 1
            while stop < rows and year[stop] == year[stop - 1]:
                stop += 1
            sums = np.zeros(8)
            total, fees = np.zeros(8), np.zeros(8)
            for row in range(start, stop):
                x = loss[row]
                for k in range(8):
                    sums[k] += min(max(x - attachments[k], 0.0), limits[k])
                if row + 1 == stop or year[row + 1] != year[row]:
                    for k in range(8):
                        recovered = min(sums[k], (1.0 + counts[k]) * limits[k])
                        total[k] += recovered
                        fees[k] += premium * min(recovered, counts[k] * limits[k]) / limits[k]
                        sums[k] = 0.0
            ceded[part], charged[part] = total, fees
        return ceded.sum(axis=0) / years, charged.sum(axis=0) / years

    def call() -> Any:
        years = int(year[-1])
        done = kernel(year, loss, limits, attachments, counts, PREMIUM, years, 64)
        return [*map(float, done[0]), *map(float, done[1])]

    call()
    return call


def told(means: list[float]) -> Answer:
    """All recoveries, and all reinstatement premiums."""
    half = len(means) // 2
    layers = "" if half == 8 else f" of {half} layers"
    sums = (sum(means[:half]), sum(means[half:]))
    names = ("recovery", "reinstatement premium")
    return {f"{name}{layers}": Number(value) for name, value in zip(names, sums, strict=True)}


def high_water() -> float:
    """Megabytes this process held at most."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not the resource usage, which a child inherits from its parent.
        lines = status.read_text().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def peak(rows: int) -> float:
    """Megabytes of a process that reads the file once."""
    path, years = made(rows)
    call = [sys.executable, __file__, str(path), str(years)]
    done = subprocess.run(call, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def workloads(quick: bool) -> list[Workload]:
    rows = 200_000 if quick else 50_000_000

    def ours(threads: int, layers: int = 8) -> Contender:
        prepare = lambda: kebao_call(loss_table(rows), made(rows)[1], threads, layers)  # noqa: E731
        name = "kebao" if layers == 8 else f"kebao, {layers} layers"
        return Contender(name, prepare, told, threads, ("pyarrow",))

    def by_numba(threads: int) -> Contender:
        prepare = lambda: numba_call(arrow(rows), threads)  # noqa: E731
        return Contender("Numba by hand", prepare, told, threads, ("pyarrow", "numba"))

    def from_file(means: list[float]) -> Answer:
        return {**told(means), "peak MB": Number(peak(rows))}

    path = lambda: made(rows)  # noqa: E731
    return [
        Workload(
            "W5",
            f"eight layers over {rows:,} rows in memory",
            [
                ours(1),
                ours(2),
                ours(1, 4),
                by_numba(1),
                by_numba(2),
                Contender(
                    "polars",
                    lambda: polars_call(arrow(rows), path()[1]),
                    told,
                    2,
                    ("pyarrow", "polars"),
                ),
            ],
            tolerance=1e-9,
        ),
        Workload(
            "W5",
            f"the same from Parquet, {rows:,} rows",
            [
                Contender(
                    "kebao", lambda: kebao_call(str(path()[0]), path()[1], 1), from_file, 1,
                    ("pyarrow",),
                ),
                Contender(
                    "kebao", lambda: kebao_call(str(path()[0]), path()[1], 2), told, 2,
                    ("pyarrow",),
                ),
                Contender(
                    "polars", lambda: polars_call(*path()), told, 2, ("pyarrow", "polars")
                ),
            ],
            tolerance=1e-9,
        ),
    ]  # fmt: skip


if __name__ == "__main__":
    kebao_call(sys.argv[1], int(sys.argv[2]), 2)()
    print(high_water())
