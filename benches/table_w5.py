"""W5: eight layers with reinstatements over a year-event-loss table of 50 million rows.

500,000 years of 100 losses on average, sorted by year, in Parquet (row groups of 2^20 rows, snappy)
and in memory. Asked for: the expected recovery and reinstatement premium of each layer. Peers: a
polars query, and Numba written by hand, parallel over runs of years, in the same run.

    python benches/table_w5.py [--rows 50000000] [--threads 2] [--json out.json]

Peak memory is that of a process that does nothing but read the file once.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

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


def make(path: Path, rows: int) -> int:
    """Write the table; the number of years."""
    import pyarrow as pa
    import pyarrow.parquet as pq

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
    return years


def kebao_call(source: Any, years: int, threads: int, layers: int = 8) -> Callable[[], list[float]]:
    import kebao as kb

    programme = kb.Programme.from_text(wording(layers))

    def call() -> list[float]:
        result = programme.apply(source, years=years, threads=threads, progress=False)
        names = programme.names
        means = [float(result.ceded(name).mean()) for name in names]
        return means + [float(result.reinstatement_premium(name).mean()) for name in names]

    return call


def polars_call(frame: Any, years: int) -> Callable[[], list[float]]:
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

    def call() -> list[float]:
        lazy = frame.lazy() if isinstance(frame, pl.DataFrame) else pl.scan_parquet(frame)
        done = lazy.group_by("year").agg(layer).select([*ceded, *premium]).collect()
        return [float(x) for x in done.row(0)]

    return call


def numba_call(year: np.ndarray, loss: np.ndarray, threads: int) -> Callable[[], list[float]]:
    import numba

    numba.set_num_threads(threads)
    limits, attachments, counts = (np.array(column, dtype=float) for column in zip(*LAYERS))

    @numba.njit(parallel=True, fastmath=False)
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

    def call() -> list[float]:
        years = int(year[-1])
        done = kernel(year, loss, limits, attachments, counts, PREMIUM, years, 64)
        return [*map(float, done[0]), *map(float, done[1])]

    return call


def best(call: Callable[[], Any], tries: int) -> tuple[float, Any]:
    answer = call()
    seconds = []
    for _ in range(tries):
        start = time.perf_counter()
        answer = call()
        seconds.append(time.perf_counter() - start)
    return min(seconds), answer


def peak(path: Path, years: int, threads: int) -> float:
    """Megabytes of a process that reads the file once."""
    call = [sys.executable, __file__, "--peak", str(path), str(years), "--threads", str(threads)]
    return float(
        subprocess.run(call, check=True, capture_output=True, text=True).stdout.split()[-1]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=50_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tries", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--peak", nargs=2, metavar=("PATH", "YEARS"))
    options = parser.parse_args()
    if options.peak:
        kebao_call(options.peak[0], int(options.peak[1]), options.threads)()
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0)
        return 0
    import kebao as kb

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w5.parquet"
        years = make(path, options.rows)
        import polars as pl
        import pyarrow.parquet as pq

        rows: dict[str, float] = {}
        answers: dict[str, list[float]] = {}

        def measure(name: str, call: Callable[[], list[float]]) -> None:
            rows[name], answers[name] = best(call, options.tries)
            print(f"{name:34} {rows[name]:8.3f} s", flush=True)

        count = pq.ParquetFile(path).metadata.num_rows
        print(f"{count:,} rows, {years:,} years, {path.stat().st_size / 1e6:.0f} MB of Parquet")
        measure("kebao from Parquet", kebao_call(str(path), years, options.threads))
        megabytes = peak(path, years, options.threads)
        print(f"{'peak memory':34} {megabytes:8.0f} MB")
        measure("polars from Parquet", polars_call(str(path), years))
        table = pq.read_table(path)
        frame = pl.from_arrow(table)
        year, loss = table["year"].to_numpy(), table["loss"].to_numpy()
        start = time.perf_counter()
        losses = kb.LossTable(table, years=(1, years))
        print(f"{'kebao loads the Arrow table':34} {time.perf_counter() - start:8.3f} s")
        measure("kebao in memory", kebao_call(losses, years, options.threads))
        measure("kebao in memory, four layers", kebao_call(losses, years, options.threads, 4))
        measure("numba in memory", numba_call(year, loss, options.threads))
        measure("polars in memory", polars_call(frame, years))
        each = (rows["kebao in memory"] - rows["kebao in memory, four layers"]) / 4 / count * 1e9
        reference = np.array(answers["numba in memory"])
        for name, answer in answers.items():
            if len(answer) == 16:
                worst = np.max(np.abs(np.array(answer) - reference) / np.maximum(reference, 1.0))
                assert worst < 1e-9, (name, worst)
        ratios = {
            "polars / kebao": rows["polars in memory"] / rows["kebao in memory"],
            "numba / kebao": rows["numba in memory"] / rows["kebao in memory"],
        }
        print("all agree to 9 digits;", ", ".join(f"{k} {v:.1f}" for k, v in ratios.items()))
        print(f"a further layer: {each:.3f} ns a row (wall, {options.threads} threads)")
        if options.json:
            told = {
                "rows": count,
                "seconds": rows,
                "peak_mb": megabytes,
                "layer_ns": each,
                **ratios,
            }
            options.json.write_text(json.dumps(told, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
