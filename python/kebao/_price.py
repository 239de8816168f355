"""The main job: a run file in, a priced programme and its reserves out."""

from __future__ import annotations

import errno
import hashlib
import json
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

import kebao
from kebao import report
from kebao._kebao import __version__
from kebao._text import amount, with_error
from kebao.errors import FileError, InputError, Issue
from kebao.report import Line, Report
from kebao.runfile import Reserve, Run

T = TypeVar("T")
kb: Any = kebao


@dataclass(frozen=True)
class Priced:
    """What pricing gave: the objects, the report and the manifest."""

    result: Any
    report: Report
    manifest: dict[str, Any]


class _Gather:
    """Does several things and raises the faults of all of them together."""

    def __init__(self) -> None:
        self.issues: list[Issue] = []

    def __call__(self, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except InputError as error:
            self.issues.extend(error.issues or [Issue("invalid", str(error))])
        except FileError as error:
            self.issues.append(Issue("unreadable", str(error)))
        return None

    def finish(self) -> None:
        if self.issues:
            raise InputError(issues=self.issues)


@dataclass(frozen=True)
class Inputs:
    """The checked inputs of a run."""

    book: Any
    programme: Any
    triangles: list[tuple[Reserve, Any]]


def load(run: Run) -> Inputs:
    """Read and check everything that a run needs, without simulating.

    Raises
    ------
    InputError
        With the faults of the book, the programme and the triangles together.
    """
    gather = _Gather()
    book = gather(lambda: kb.Portfolio(run.book))
    programme = gather(
        lambda: kb.Programme.from_text(run.wording, currency=run.currency, premium=run.premium)
    )
    triangles = [(item, gather(lambda item=item: _triangle(item))) for item in run.reserves]  # type: ignore[misc]
    gather.finish()
    return Inputs(book, programme, triangles)


def price(run: Run, *, progress: Callable[[int, int], None] | None = None) -> Priced:
    """Price the programme of a run file and reserve its triangles.

    Parameters
    ----------
    run : Run
        A checked run file.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    Priced
        Result, report and manifest.
    """
    start = time.perf_counter()
    inputs = load(run)
    result = inputs.programme.apply(inputs.book, years=run.years, seed=run.seed, progress=progress)
    quote = None
    if run.capital_rate is not None:
        capital = kb.CostOfCapital(run.capital_measure, run.capital_level, rate=run.capital_rate)
        quote = result.quote(expenses=run.expenses, brokerage=run.brokerage, capital=capital)
    reserves = [_reserve(item, triangle) for item, triangle in inputs.triangles]
    elapsed = time.perf_counter() - start
    files = list(_hashes(run))
    page = _report(run, inputs, result, quote, reserves, files, elapsed)
    return Priced(result, page, _manifest(run, page, files, str(result.digest), elapsed))


def write(priced: Priced, folder: str | Path) -> list[Path]:
    """Write report, results and manifest; either all of them or none.

    Parameters
    ----------
    priced : Priced
        What pricing gave.
    folder : str or Path
        Made if need be; files of the same names are replaced, others stay.

    Returns
    -------
    list of Path
        The files written.
    """
    folder = Path(folder)
    with whole(folder) as draft:
        report.write(priced.report, draft / "report.html")
        priced.result.to_parquet(draft / "results.parquet")
        priced.result.to_excel(draft / "results.xlsx")
        text = json.dumps(priced.manifest, indent=2, ensure_ascii=False, allow_nan=False)
        (draft / "run.json").write_text(text + "\n", encoding="utf-8")
    return sorted(folder / name for name in _NAMES)


_NAMES = ("report.html", "results.parquet", "results.xlsx", "run.json")


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """A folder that is filled under another name and put in place when all went well.

    Parameters
    ----------
    folder : Path
        Where the files shall be in the end.

    Yields
    ------
    Path
        The folder to fill.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "is not a folder")
        place = folder.resolve().parent
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=place))
    except OSError as error:
        raise FileError(f"{folder}: {error.strerror}", str(folder)) from error
    try:
        yield draft
        folder.mkdir(exist_ok=True)
        for item in draft.iterdir():
            item.replace(folder / item.name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _triangle(item: Reserve) -> Any:
    if item.dataset is not None:
        return kb.datasets.load(item.dataset)
    return kb.Triangle.from_long(
        item.path,
        origin=item.origin,
        development=item.development,
        value=item.value,
        cumulative=item.cumulative,
    )


def _reserve(item: Reserve, triangle: Any) -> dict[str, Any]:
    estimator = kb.Mack() if item.method == "mack" else kb.ChainLadder()
    fitted = estimator.fit(triangle)
    ultimate, reserve = float(np.sum(fitted.ultimate_)), float(fitted.total_ibnr_)
    row = {"name": item.name, "paid": ultimate - reserve, "ultimate": ultimate, "ibnr": reserve}
    if item.method == "mack":
        row["standard_error"] = float(fitted.total_standard_error_)
    return row


def _report(
    run: Run,
    inputs: Inputs,
    result: Any,
    quote: Any,
    reserves: list[dict[str, Any]],
    files: list[tuple[str, str, str]],
    elapsed: float,
) -> Report:
    rows = [dict(row) for row in result.table]
    premiums = [dict(row) for row in quote.table] if quote is not None else []
    technical = {row["treaty"]: row["technical_premium"] for row in premiums}
    for row in rows:
        if row["treaty"] in technical:
            row["technical_premium"] = technical[row["treaty"]]
    named = {row["treaty"]: row for row in rows}
    headline = [
        (
            f"Expected loss, {name}",
            with_error(named[name]["expected_loss"], named[name]["standard_error"]),
            f"sd {amount(named[name]['sd'])}",
        )
        for name in ("gross", "ceded", "net")
        if name in named
    ]
    if "net" in named:
        tail = named["net"]
        headline.append(("TVaR 99%, net", amount(tail["tvar_99"]), "mean of the worst 1% of years"))
    if premiums:
        total = sum(row["technical_premium"] for row in premiums)
        headline.append(("Technical premium", amount(total), "all treaties"))
    return Report(
        title=run.title,
        subtitle=run.subtitle,
        currency=run.currency,
        years=run.years,
        seed=run.seed,
        headline=headline,
        tower=inputs.programme.svg(),
        wording=str(inputs.programme),
        treaties=rows,
        premiums=premiums,
        sectors=result.sectors,
        variance=result.variance,
        curves=[Line(**curve) for curve in result.curves],
        reserves=reserves,
        reconciliation=result.reconciliation,
        inputs=files,
        notes=run.notes,
        footer=(
            ("kebao", __version__),
            ("digest", str(result.digest)),
            ("seconds", f"{elapsed:.1f}"),
        ),
    )


def _hashes(run: Run) -> Iterable[tuple[str, str, str]]:
    """Name, SHA-256 and size of every file read."""
    paths = [run.source, run.book, run.sectors, *(item.path for item in run.reserves)]
    for path in paths:
        files = sorted(path.glob("*.toml")) if path is not None and path.is_dir() else [path]
        for file in files:
            if file is not None:
                content = file.read_bytes()
                size = f"{len(content):,} bytes"
                yield file.name, hashlib.sha256(content).hexdigest(), size


def _manifest(
    run: Run, page: Report, files: list[tuple[str, str, str]], digest: str, elapsed: float
) -> dict[str, Any]:
    return {
        "kebao": __version__,
        "digest": digest,
        "seed": run.seed,
        "years": run.years,
        "currency": run.currency,
        "programme": page.wording,
        "inputs": {name: code for name, code, _ in files},
        "table": [_plain(row) for row in page.treaties],
        "premiums": [_plain(row) for row in page.premiums],
        "reserves": [_plain(row) for row in page.reserves],
        "environment": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "platform": platform.platform(),
            "seconds": round(elapsed, 3),
        },
    }


def _plain(row: Any) -> dict[str, Any]:
    """A row without NaN and infinities, which JSON does not know."""
    return {
        key: None if isinstance(value, float) and not np.isfinite(value) else value
        for key, value in row.items()
    }


__all__ = ["Inputs", "Priced", "load", "price", "whole", "write"]
