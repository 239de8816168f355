"""The command `kebao`.

Exit codes: 0 all is well, 1 a check failed or a number could not be computed, 2 the input is at
fault (all faults are told on stderr), 130 interrupted. Nothing is written half.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kebao.errors import FileError, InputError, Issue, KebaoError

__all__ = ["main"]

OK, FAILED, FAULTY, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; those of the process by default.

    Returns
    -------
    int
        The exit code.
    """
    options = _parser().parse_args(argv)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except InputError as error:
        return _tell(options, error, FAULTY, [dict(issue) for issue in error.issues])
    except FileError as error:
        return _tell(options, error, FAULTY, [])
    except KebaoError as error:
        return _tell(options, error, FAILED, [])
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone; point stdout elsewhere so that closing it is silent.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


def _tell(
    options: argparse.Namespace, error: Exception, code: int, issues: list[dict[str, str]]
) -> int:
    if getattr(options, "json", False):
        print(json.dumps({"error": str(error), "issues": issues}, ensure_ascii=False))
    print(f"kebao: {error}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    from kebao._kebao import __version__

    parser = argparse.ArgumentParser(
        prog="kebao",
        description="Prices science-and-technology insurance: programmes and reserves.",
        epilog="exit codes: 0 well, 1 a check failed, 2 the input is at fault",
    )
    parser.add_argument("--version", action="version", version=f"kebao {__version__}")
    verbs = parser.add_subparsers(metavar="verb", required=True)

    price = _verb(verbs, "price", _price, "price the programme of a run file")
    price.add_argument("file", type=Path, help="run file (TOML)")
    price.add_argument("--out", type=Path, metavar="DIR", help="write report and results there")
    price.add_argument("--years", type=_count, metavar="N", help="instead of those of the file")
    price.add_argument("--seed", type=_seed, metavar="N", help="instead of that of the file")
    price.add_argument("--quiet", action="store_true", help="no progress")

    check = _verb(verbs, "check", _check, "tell every fault of a run file, book or programme")
    check.add_argument("file", type=Path, help="run file (.toml), book (.csv, .parquet) or wording")

    rate = _verb(verbs, "rate", _rate, "pure and technical premium of every risk of a book")
    rate.add_argument("file", type=Path, help="book (.csv, .parquet)")
    rate.add_argument("--out", type=Path, metavar="FILE", help="write the table (.parquet, .xlsx)")
    rate.add_argument(
        "--loss-ratio", type=float, default=0.65, metavar="X", help="pure / technical"
    )

    selfcheck = _verb(verbs, "selfcheck", _selfcheck, "compare published results with computed")
    selfcheck.add_argument("--only", metavar="WORD", default="", help="rows whose id contains WORD")

    compare = _verb(verbs, "compare", _compare, "compare two results of price")
    compare.add_argument("first", type=Path, help="run.json or its folder")
    compare.add_argument("second", type=Path, help="run.json or its folder")

    schema = _verb(verbs, "schema", _schema, "print the JSON Schema of a file")
    schema.add_argument("what", nargs="?", default="run", choices=("run", "programme", "coverage"))
    return parser


def _verb(verbs: Any, name: str, run: Any, about: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=about, description=about)
    parser.add_argument("--json", action="store_true", help="print JSON on stdout")
    parser.set_defaults(run=run)
    return parser


def _count(text: str) -> int:
    value = int(text.replace("_", "").replace(",", ""))
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number ≥ 1, got {text}")
    return value


def _seed(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**64:
        raise argparse.ArgumentTypeError(f"must be a whole number ≥ 0, got {text}")
    return value


def _price(options: argparse.Namespace) -> int:
    from kebao import _price as job
    from kebao import report, runfile
    from kebao._progress import Progress

    run = runfile.read(options.file)
    given = {name: getattr(options, name) for name in ("years", "seed")}
    run = replace(run, **{name: value for name, value in given.items() if value is not None})
    progress = Progress(run.years, show=False if options.quiet else None)
    try:
        priced = job.price(run, progress=progress)
    finally:
        progress.close()
    written = job.write(priced, options.out) if options.out else []
    if options.json:
        print(json.dumps(priced.manifest, ensure_ascii=False, allow_nan=False))
    else:
        print(report.summary(priced.report))
    for path in written:
        print(f"wrote {path}", file=sys.stderr)
    return OK


def _check(options: argparse.Namespace) -> int:
    import kebao
    from kebao import _price as job
    from kebao import runfile

    kb: Any = kebao
    path: Path = options.file
    suffix = path.suffix.lower()
    if suffix == ".toml":
        inputs = job.load(runfile.read(path))
        found = {"book": repr(inputs.book), "programme": str(inputs.programme)}
    elif suffix in {".csv", ".parquet"}:
        found = {"book": repr(kb.Portfolio(path))}
    else:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not a text in UTF-8"
            raise FileError(f"{path}: {reason}", str(path)) from error
        found = {"programme": str(kb.Programme.from_text(text))}
    if options.json:
        print(json.dumps({"file": str(path), "issues": [], **found}, ensure_ascii=False))
    else:
        for text in found.values():
            print(text)
        print(f"{path}: no fault found")
    return OK


def _rate(options: argparse.Namespace) -> int:
    import kebao

    book = kebao.Portfolio(options.file)
    rates = book.rate(loss_ratio=options.loss_ratio)
    if options.out:
        write = rates.to_excel if options.out.suffix == ".xlsx" else rates.to_parquet
        write(options.out)
        print(f"wrote {options.out}", file=sys.stderr)
    totals = {name: float(rates[name].sum()) for name in ("pure", "technical")}
    if options.json:
        print(json.dumps({"risks": len(rates), "currency": book.currency, **totals}))
    elif not options.out:
        print(rates)
    return OK


def _selfcheck(options: argparse.Namespace) -> int:
    from kebao import selfcheck

    rows = selfcheck.run(only=options.only)
    if options.json:
        print(json.dumps([row.as_dict() for row in rows], ensure_ascii=False))
    else:
        print(selfcheck.table(rows))
    return OK if rows and all(row.passed for row in rows) else FAILED


def _schema(options: argparse.Namespace) -> int:
    from kebao import runfile, sectors
    from kebao.treaty import Programme

    made = {"run": runfile.schema, "programme": Programme.schema, "coverage": sectors.schema}
    schema = made[options.what]()
    print(json.dumps(schema, indent=2, ensure_ascii=False))
    return OK


def _compare(options: argparse.Namespace) -> int:
    first, second = _manifest(options.first), _manifest(options.second)
    differences = list(_differences(first, second))
    same = first.get("digest") == second.get("digest") and not differences
    if options.json:
        print(json.dumps({"same": same, "differences": differences}, ensure_ascii=False))
    elif same:
        print(f"same results, digest {first.get('digest')}")
    else:
        for item in differences:
            z = "" if item["z"] is None else f"  ({item['z']:+.1f} standard errors)"
            print(f"{item['where']}: {item['first']} → {item['second']}{z}")
    return OK if same else FAILED


def _manifest(path: Path) -> dict[str, Any]:
    path = path / "run.json" if path.is_dir() else path
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}", str(path)) from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(issues=[Issue("syntax", str(path), hint="not a run.json")]) from error
    if not isinstance(found, dict) or "digest" not in found:
        raise InputError(issues=[Issue("missing", str(path), "digest", hint="not a run.json")])
    return found


def _differences(first: dict[str, Any], second: dict[str, Any]) -> Any:
    for key in ("kebao", "digest", "seed", "years", "currency", "programme"):
        if first.get(key) != second.get(key):
            yield _difference(key, first.get(key), second.get(key))
    names = {**first.get("inputs", {}), **second.get("inputs", {})}
    for name in names:
        here, there = first.get("inputs", {}).get(name), second.get("inputs", {}).get(name)
        if here != there:
            yield _difference(f"inputs.{name}", here, there)
    for section, key in (("table", "treaty"), ("premiums", "treaty"), ("reserves", "name")):
        here = {row.get(key): row for row in first.get(section, [])}
        there = {row.get(key): row for row in second.get(section, [])}
        for name in {**here, **there}:
            one, two = here.get(name, {}), there.get(name, {})
            for column in {**one, **two}:
                if one.get(column) != two.get(column):
                    z = _z(one, two) if column == "expected_loss" else None
                    where = f"{section}.{name}.{column}"
                    yield _difference(where, one.get(column), two.get(column), z)


def _difference(where: str, first: Any, second: Any, z: float | None = None) -> dict[str, Any]:
    return {"where": where, "first": first, "second": second, "z": z}


def _z(one: dict[str, Any], two: dict[str, Any]) -> float | None:
    """The difference of two independent estimates in standard errors."""
    try:
        error = float((one["standard_error"] ** 2 + two["standard_error"] ** 2) ** 0.5)
        return (two["expected_loss"] - one["expected_loss"]) / error if error > 0 else None
    except (KeyError, TypeError):
        return None


if __name__ == "__main__":
    sys.exit(main())
