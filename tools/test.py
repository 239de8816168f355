"""Run every check and print its count; `make test` calls this.

All steps are run, also after a failure, so that one run tells everything. The last line is
`total: N passed, N failed, N skipped`.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PYTHON = sys.executable
SLOW = "slow"


@dataclass(frozen=True)
class Step:
    """One check: its name, its command, and how to read counts from what it prints."""

    name: str
    command: list[str]
    counts: Callable[[str, bool], list[Count]]
    lint: bool = False


@dataclass(frozen=True)
class Count:
    """What one check found."""

    name: str
    passed: int
    failed: int
    skipped: int = 0


def whole(name: str, pattern: str = "") -> Callable[[str, bool], list[Count]]:
    """One check in all, or as many as the first number that `pattern` finds."""

    def read(text: str, ok: bool) -> list[Count]:
        found = re.search(pattern, text) if pattern else None
        size = int(found.group(1)) if found else 1
        return [Count(name, size, 0) if ok else Count(name, 0, 1)]

    return read


def cargo_counts(text: str, ok: bool) -> list[Count]:
    """Counts of `cargo test` by kind: unit, integration and documentation tests."""
    kinds: dict[str, list[int]] = {}
    kind = "unit"
    for line in text.splitlines():
        if line.lstrip().startswith("Running unittests"):
            kind = "unit and property"
        elif found := re.match(r"\s*Running tests/(\w+)\.rs", line):
            kind = found.group(1)
        elif line.lstrip().startswith("Doc-tests"):
            kind = "documentation"
        elif found := re.match(r"test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ign", line):
            total = kinds.setdefault(kind, [0, 0, 0])
            for position in range(3):
                total[position] += int(found.group(position + 1))
    counts = [Count(f"rust {kind}", *total) for kind, total in kinds.items() if any(total)]
    if not ok and not any(count.failed for count in counts):
        counts.append(Count("rust build", 0, 1))
    return counts


def pytest_counts(name: str) -> Callable[[str, bool], list[Count]]:
    """Counts from the last line of pytest."""

    def read(text: str, ok: bool) -> list[Count]:
        closing = re.findall(r"^(?:=+ )?\d+ \w+.* in [\d.]+s.*$", text, flags=re.MULTILINE)
        numbers = dict.fromkeys(("passed", "failed", "error", "errors", "skipped", "xfailed"), 0)
        for size, word in re.findall(r"(\d+) (\w+)", closing[-1] if closing else ""):
            if word in numbers:
                numbers[word] += int(size)
        failed = numbers["failed"] + numbers["error"] + numbers["errors"]
        if not ok and not failed:
            failed = 1
        return [Count(name, numbers["passed"], failed, numbers["skipped"] + numbers["xfailed"])]

    return read


def steps(slow: bool) -> list[Step]:
    """The checks, the quick ones first."""
    marks = [] if slow else ["-m", f"not {SLOW}"]
    pytest = [PYTHON, "-m", "pytest", "-q", "--no-header", "--color=no"]
    ignored = ["--", "--include-ignored"] if slow else []
    clippy = ["--locked", "--all-targets", "--features", "python", "--", "-D", "warnings"]
    found = [
        Step("rust format", ["cargo", "fmt", "--check"], whole("rust format"), lint=True),
        Step("ruff", ["ruff", "check", "."], whole("ruff"), lint=True),
        Step("ruff format", ["ruff", "format", "--check", "."],
             whole("ruff format", r"(\d+) files? already"), lint=True),
        Step("mypy", ["mypy"], whole("mypy strict", r"in (\d+) source"), lint=True),
        Step("stubs", [PYTHON, "tools/stubs.py", "--check"], whole("stubs up to date")),
        Step("stubtest", [PYTHON, "-m", "mypy.stubtest", "kebao._kebao"], whole("stubs true")),
        Step("clippy", ["cargo", "clippy", *clippy], whole("clippy"), lint=True),
        Step("cargo test", ["cargo", "test", "--locked", "--no-fail-fast", *ignored], cargo_counts),
        Step("pytest", [*pytest, *marks, "tests"], pytest_counts("python")),
        Step("doctest", [*pytest, "--doctest-modules", "python/kebao"], pytest_counts("doctest")),
    ]  # fmt: skip
    notebooks = sorted(Path("notebooks").glob("*.ipynb"))
    if notebooks:
        run = [*pytest, "--nbmake", "--nbmake-timeout=300", *map(str, notebooks)]
        found.append(Step("notebooks", run, pytest_counts("notebooks")))
    return found


def run(step: Step) -> tuple[str, bool]:
    """Run a step, showing what it prints as it comes."""
    print(f"\n── {step.name}: {' '.join(step.command)}", flush=True)
    if shutil.which(step.command[0]) is None:
        print(f"{step.command[0]} is not installed")
        return "", False
    process = subprocess.Popen(
        step.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    )
    lines = []
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)
        lines.append(line)
    return "".join(lines), process.wait() == 0


def main() -> int:
    """Run the steps asked for; the exit code is 1 when one fails."""
    parser = argparse.ArgumentParser(description="Run every check of kebao.")
    parser.add_argument("--slow", action="store_true", help="also the long statistical tests")
    parser.add_argument("--only", metavar="WORD", help="lint, or the name of a step")
    options = parser.parse_args()
    os.environ["CARGO_TERM_COLOR"] = "never"
    os.environ.setdefault("MPLBACKEND", "agg")
    os.environ.setdefault("PROPTEST_CASES", "1024" if options.slow else "128")

    rows: list[tuple[Count, float]] = []
    ok = True
    for step in steps(options.slow):
        asked = step.lint if options.only == "lint" else (options.only or "") in step.name
        if not asked:
            continue
        start = time.monotonic()
        text, passed = run(step)
        ok = ok and passed
        spent = time.monotonic() - start
        for position, count in enumerate(step.counts(text, passed)):
            rows.append((count, 0.0 if position else spent))

    print(f"\n{'check':<28}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for count, spent in rows:
        seconds = f"{spent:9.1f}" if spent else ""
        print(f"{count.name:<28}{count.passed:>8}{count.failed:>8}{count.skipped:>9}{seconds}")
    passed_all = sum(count.passed for count, _ in rows)
    failed_all = sum(count.failed for count, _ in rows)
    skipped_all = sum(count.skipped for count, _ in rows)
    print(f"\ntotal: {passed_all} passed, {failed_all} failed, {skipped_all} skipped")
    return 0 if ok and failed_all == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
