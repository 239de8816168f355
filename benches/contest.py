"""What the workloads share: contenders, timing, and whether answers agree."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import math
import shutil
import subprocess
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Number:
    """A number and its standard error; exact numbers have none."""

    value: float
    error: float = 0.0


Answer = Mapping[str, Number]


@dataclass(frozen=True)
class Contender:
    """One way to do the work.

    ``prepare`` imports and compiles, untimed, and gives the call that is timed; ``answer`` turns
    what the call returned into numbers, untimed too. On one thread the clock is processor time of
    the whole process, which a busy machine does not spoil; on more, and for short calls, the wall.
    """

    name: str
    prepare: Callable[[], Callable[[], Any]]
    answer: Callable[[Any], Answer]
    threads: int = 1
    needs: tuple[str, ...] = ()
    #: Processor seconds from what a call returned, where another process does the work.
    told: Callable[[Any], float] | None = None
    #: Packages of R that are needed.
    needs_r: tuple[str, ...] = ()

    @property
    def missing(self) -> list[str]:
        """Modules that are not installed, and packages of R."""
        modules = [name for name in self.needs if importlib.util.find_spec(name) is None]
        return modules + [name for name in self.needs_r if not has_r(name)]


@functools.cache
def has_r(package: str) -> bool:
    """Whether R is there and has a package."""
    if shutil.which("Rscript") is None:
        return False
    ask = ["Rscript", "-e", f"library({package})"]
    return subprocess.run(ask, capture_output=True, check=False).returncode == 0


@dataclass(frozen=True)
class Workload:
    """Contenders for one job; kebao on one thread comes first, the others are compared to it."""

    name: str
    title: str
    contenders: list[Contender]
    exact: Answer = field(default_factory=dict)
    #: Relative difference to exact numbers that the method itself allows.
    tolerance: float = 1e-12


@dataclass
class Row:
    """One line of the table."""

    workload: str
    contender: str
    threads: int = 1
    clock: str = "cpu"
    seconds: float = math.nan
    ratio: float = math.nan
    answer: dict[str, Number] = field(default_factory=dict)
    agrees: bool | None = None
    agreement: str = ""


def best(call: Callable[[], Any], *, wall: bool, budget: float, least: int) -> tuple[float, Any]:
    """Seconds a call, the least of several, and what the last one returned.

    Calls shorter than 5 ms are timed in batches, so that the clock's own steps do not matter. The
    least of many calls under 50 ms is what they cost on a busy machine too: they are timed by the
    wall, whose clock is the better one.
    """
    start = time.perf_counter()
    result = call()
    once = max(time.perf_counter() - start, 1e-7)
    clock = time.perf_counter if wall or once < 0.05 else time.process_time
    batch = max(1, int(0.005 / once))
    seconds, tries, begin = math.inf, 0, time.perf_counter()
    while tries < least or (time.perf_counter() - begin < budget and tries < 1000):
        start = clock()
        for _ in range(batch):
            result = call()
        seconds = min(seconds, (clock() - start) / batch)
        tries += 1
    return seconds, result


def run(workload: Workload, *, budget: float = 2.0, least: int = 5) -> list[Row]:
    """Time every contender that is installed; a row each, also for those that are not."""
    rows: list[Row] = []
    reference: Answer = {}
    for contender in workload.contenders:
        row = Row(workload.name, contender.name, contender.threads)
        row.clock = "cpu" if contender.threads == 1 else "wall"
        rows.append(row)
        if contender.missing:
            row.agreement = "not installed"
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call = contender.prepare()
            wall = row.clock == "wall"
            if contender.told is None:
                row.seconds, result = best(call, wall=wall, budget=budget, least=least)
            else:
                result = call()
                row.seconds = contender.told(result)
            row.answer = dict(contender.answer(result))
        reference = reference or row.answer
        base = next(r for r in rows if r.clock == row.clock and r.contender.startswith("kebao"))
        row.ratio = row.seconds / base.seconds
        row.agrees, row.agreement = compare(row.answer, reference, workload)
    return rows


def compare(answer: Answer, reference: Answer, workload: Workload) -> tuple[bool, str]:
    """Each number against the exact one where there is one, else against kebao's."""
    scores: list[float] = []
    digits: list[float] = []
    far: list[str] = []
    for name, number in answer.items():
        exact = workload.exact.get(name)
        other = exact or reference.get(name)
        if other is None:
            continue
        gap = abs(number.value - other.value)
        if number.error > 0.0 or other.error > 0.0:
            score = gap / math.hypot(number.error, other.error)
            scores.append(score)
            fine = score <= 4.0
        else:
            relative = gap / abs(other.value) if other.value else gap
            digits.append(16.0 if relative == 0.0 else min(16.0, -math.log10(relative)))
            fine = relative <= workload.tolerance
        if not fine or math.isnan(gap):
            far.append(f"{name} {number.value:,.6g} against {other.value:,.6g}")
    if far:
        return False, "DIFFERS: " + "; ".join(far)
    told = []
    if scores:
        told.append(f"agrees within 4 SE (at most {max(scores):.1f})")
    if digits:
        told.append(f"agrees to {min(digits):.1f} digits")
    return True, ", ".join(told)
