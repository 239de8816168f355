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
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

import kebao
from kebao import report
from kebao._kebao import __version__
from kebao._text import amount, with_error
from kebao.errors import FileError, InputError, Issue
from kebao.report import Report
from kebao.runfile import Reserve, Run
from kebao.table import Table, to_excel

T = TypeVar("T")
kb: Any = kebao


@dataclass(frozen=True)
class Priced:
    """What pricing gave: the objects, the report and the manifest."""

    work: _Work
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
    own = [run.sectors] if run.sectors is not None else None
    book = gather(lambda: kb.Portfolio(run.book, sectors=own))
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
    losses = kb.simulate(inputs.book, years=run.years, seed=run.seed)
    silent = progress if progress is not None else False
    result = inputs.programme.apply(
        losses, years=run.years, seed=run.seed, keep=("largest", "sector"), progress=silent
    )
    variance = result.variance(progress=silent)
    quote = None
    if run.capital_rate is not None:
        capital = kb.CostOfCapital(run.capital_measure, run.capital_level, rate=run.capital_rate)
        quote = result.quote(expenses=run.expenses, brokerage=run.brokerage, capital=capital)
    fitted = [(item, triangle, _fit(item, triangle)) for item, triangle in inputs.triangles]
    elapsed = time.perf_counter() - start
    files = list(_hashes(run))
    work = _Work(run, inputs, losses, result, variance, quote, fitted, files, elapsed)
    page = work.report()
    return Priced(work, page, _manifest(run, page, files, str(result.digest), elapsed))


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
        priced.work.to_parquet(draft / "results.parquet")
        priced.work.to_excel(draft / "results.xlsx")
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
    if item.schedule_p is not None:
        return kb.Triangle.from_schedule_p(lines=item.schedule_p, as_of=item.as_of)["paid"]
    return kb.Triangle.from_long(
        item.path,
        origin=item.origin,
        development=item.development,
        values=[item.value],
        cumulative=item.cumulative,
    )


def _fit(item: Reserve, triangle: Any) -> Any:
    return (kb.Mack() if item.method == "mack" else kb.ChainLadder()).fit(triangle)


@dataclass(frozen=True)
class _Work:
    """Everything that was computed, and how it is laid out."""

    run: Run
    inputs: Inputs
    losses: Any
    result: Any
    variance: Any
    quote: Any
    fitted: list[tuple[Reserve, Any, Any]]
    files: list[tuple[str, str, str]]
    elapsed: float

    def treaties(self) -> list[dict[str, Any]]:
        """Rows of the result, with the technical premium where there is a quote."""
        rows = list(self.result.table)
        technical = {row["treaty"]: row["technical_premium"] for row in self.premiums()}
        for row in rows:
            if row["treaty"] in technical:
                row["technical_premium"] = technical[row["treaty"]]
        return rows

    @cached_property
    def expected(self) -> dict[str, Any]:
        return self.losses.expected()

    def premiums(self) -> list[dict[str, Any]]:
        return list(self.quote.table) if self.quote is not None else []

    def sectors(self) -> list[dict[str, Any]]:
        """Means by sector, with the number of risks and their limits."""
        names = np.asarray(self.inputs.book["sector"])
        sums = np.nan_to_num(np.asarray(self.inputs.book["sum_insured"], dtype=float))
        rows = list(self.result.by("sector"))
        for row in rows:
            of_sector = names == row["sector"]
            row["risks"] = float(of_sector.sum())
            row["sum_insured"] = float(sums[of_sector].sum())
        return rows

    def reserves(self) -> list[dict[str, Any]]:
        """A row per triangle, with the errors of Mack's method where it was used."""
        rows = []
        for item, _, fit in self.fitted:
            row = {
                "name": item.name,
                "paid": float(np.sum(fit.total_latest_)),
                "ultimate": float(np.sum(fit.total_ultimate_)),
                "ibnr": float(np.sum(fit.total_ibnr_)),
            }
            if item.method == "mack":
                row["standard_error"] = float(fit.total_standard_error_)
                row["process_error"] = float(fit.total_process_error_)
                row["parameter_error"] = float(fit.total_parameter_error_)
            rows.append(row)
        return rows

    def unpaid(self) -> list[dict[str, Any]]:
        """What the book will have paid late: expected losses and payment patterns by coverage."""
        patterns = {}
        for item, _, fit in self.fitted:
            pattern = fit.pattern()
            where = f"Schedule P {item.schedule_p}, {item.as_of}" if item.schedule_p else item.name
            for coverage in item.coverages:
                patterns[coverage] = (list(pattern.cumulative), pattern.mean_term, where)
        expected = self.expected
        names = np.asarray(self.inputs.book["coverage"])
        amounts = expected["attritional"] + expected["systemic"]
        rows = []
        for coverage in dict.fromkeys(names.tolist()):
            if coverage in patterns:
                paid, term, where = patterns[coverage]
            else:
                own = kb.sectors[coverage].pattern
                paid, where = list(own.paid_cumulative), f"{own.id} ({own.status})"
                steps = np.diff([0.0, *paid])
                middle = np.arange(len(paid)) + 0.5
                term = float(steps @ middle + (1 - paid[-1]) * len(paid))
            loss = float(amounts[names == coverage].sum())
            after = [1 - paid[min(year, len(paid)) - 1] for year in (1, 3)]
            rows.append(
                {
                    "coverage": coverage,
                    "expected_loss": loss,
                    "unpaid_12": loss * after[0],
                    "unpaid_36": loss * after[1],
                    "mean_term": term,
                    "pattern": where,
                }
            )
        return rows

    def reconciliation(self) -> list[tuple[str, str]]:
        """Rows and amounts in = used + rejected, and results that must agree."""
        check = self.inputs.book.check()
        expected = self.expected
        closed = float((expected["attritional"] + expected["systemic"]).sum())
        gross = self.result.table.row("gross")
        gap = float(np.abs(self.result.total_ceded + self.result.net - self.result.gross).max())
        pairs = [
            (
                "policies",
                f"{check.rows_in:,} rows in = {check.rows_used:,} used"
                f" + {check.rows_rejected:,} rejected",
            ),
            (
                "sum insured",
                f"{amount(check.sum_insured_in, 6)} in = {amount(check.sum_insured_used, 6)} used"
                f" + {amount(check.sum_insured_rejected, 6)} rejected",
            ),
            ("gross = ceded + net", f"largest difference in a year {gap:g}"),
            (
                "expected gross loss",
                f"{with_error(gross['expected_loss'], gross['standard_error'])} simulated, "
                f"{amount(closed, 4)} in closed form before annual aggregate limits",
            ),
        ]
        for item, triangle, _ in self.fitted:
            if item.schedule_p is not None:
                told = triangle.reconciliation
                pairs.append((item.name, str(told).replace("\n", "; ")))
        return pairs

    def notes(self) -> tuple[str, ...]:
        """What the run file says, and what the programme's structure calls for."""
        warnings = [
            f"{d.code}: {d.message} {d.fix}".strip() for d in self.inputs.programme.diagnose()
        ]
        return (*self.run.notes, *warnings)

    def report(self) -> Report:
        """Lay out the page."""
        run, result = self.run, self.result
        rows, premiums = self.treaties(), self.premiums()
        named = {row["treaty"]: row for row in rows}
        headline = [
            (
                f"Expected loss, {name}",
                with_error(named[name]["expected_loss"], named[name]["standard_error"]),
                f"sd {amount(named[name]['sd'])}",
            )
            for name in ("gross", "ceded", "net")
        ]
        tail = named["net"]
        headline.append(
            (
                "TVaR 99%, net",
                with_error(tail["tvar_99"], tail["tvar_99_se"]),
                "mean of the worst 1% of years",
            )
        )
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
            tower=self.inputs.programme.tower(),
            wording=str(self.inputs.programme),
            treaties=rows,
            premiums=premiums,
            sectors=self.sectors(),
            variance=list(self.variance),
            curves=result._lines(),
            reserves=self.reserves(),
            unpaid=self.unpaid(),
            reconciliation=self.reconciliation(),
            inputs=self.files,
            notes=self.notes(),
            footer=(
                ("kebao", __version__),
                ("digest", str(result.digest)),
                ("seconds", f"{self.elapsed:.1f}"),
            ),
        )

    def to_parquet(self, path: Path) -> None:
        """Write the annual results."""
        self.result.to_parquet(path)

    def to_excel(self, path: Path) -> None:
        """Write every table of the report as a sheet; premiums are live formulas."""
        sheets: list[Any] = [self.result.table, self.result.by("sector"), self.variance]
        if self.quote is not None:
            sheets += self.quote._sheets()
        sheets.append(self.result.curves())
        for name, rows in (("reserves", self.reserves()), ("unpaid", self.unpaid())):
            if rows:
                columns = {key: [row.get(key, np.nan) for row in rows] for key in rows[0]}
                sheets.append(Table.of(name, columns))
        to_excel(path, sheets)


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
