"""Published results against computed ones, with the digits on which they agree.

The results are rows of `selfcheck.toml`: what, its source, the name of a computation with its
arguments, the published value, and the digits that must agree. A new result is a new row; a new
kind of computation is a function here, marked with `computation`.
"""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kebao.errors import InputError, Issue, KebaoError

__all__ = ["Check", "Outcome", "computation", "digits_agreed", "read", "run", "table"]

TABLE = Path(__file__).with_name("selfcheck.toml")

Computation = Callable[..., float]
COMPUTATIONS: dict[str, Computation] = {}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Check:
    """A row of the table.

    Attributes
    ----------
    id : str
        Short name, told apart from all others.
    what : str
        The quantity, in words.
    source : str
        Author, year, place.
    call : str
        The computation, by its name here.
    args : dict
        Its arguments.
    expected : float
        The published value.
    digits : float
        Significant digits that must agree: those published, or those that the method promises.
    """

    id: str
    what: str
    source: str
    call: str
    args: Mapping[str, Any]
    expected: float
    digits: float


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A row with what was computed for it."""

    check: Check
    computed: float
    agreed: float
    fault: str = ""

    @property
    def passed(self) -> bool:
        """The digits asked for agree."""
        return not self.fault and self.agreed >= self.check.digits

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "id": self.check.id,
            "what": self.check.what,
            "source": self.check.source,
            "published": self.check.expected,
            "computed": self.computed if math.isfinite(self.computed) else None,
            "digits_agreed": round(self.agreed, 2),
            "digits_required": self.check.digits,
            "passed": self.passed,
            "fault": self.fault,
        }


def computation(name: str) -> Callable[[Computation], Computation]:
    """Enter a function under a name that rows can call."""

    def enter(function: Computation) -> Computation:
        COMPUTATIONS[name] = function
        return function

    return enter


def digits_agreed(expected: float, computed: float) -> float:
    """Significant digits on which two numbers agree, at most 15.

    The value is -log10 of the relative difference once halves are rounded: a number rounded
    correctly to d digits agrees on at least d digits with the unrounded one. Around zero the
    difference itself counts.

    Parameters
    ----------
    expected, computed : float
        The numbers.

    Returns
    -------
    float
        0 if they have nothing in common.

    Examples
    --------
    >>> digits_agreed(2447095.0, 2447094.86) >= 7
    True
    >>> digits_agreed(1.0, 1.0), digits_agreed(1.0, 9.0), digits_agreed(1.0, float("nan"))
    (15.0, 0.0, 0.0)
    """
    if not (math.isfinite(expected) and math.isfinite(computed)):
        return 15.0 if expected == computed else 0.0
    difference = abs(expected - computed)
    if difference == 0.0:
        return 15.0
    # In units of the leading digit: half a unit of the d-th digit is a difference of 5e-d.
    unit = 10.0 ** math.floor(math.log10(abs(expected))) if expected else 1.0
    return min(15.0, max(0.0, math.log10(5.0 * unit / difference) + _ROUNDING))


# A value that was rounded exactly in the middle still agrees.
_ROUNDING = 1e-9


def read(path: str | Path = TABLE) -> list[Check]:
    """Read the table.

    Parameters
    ----------
    path : str or Path
        The TOML file; that of kebao by default.

    Returns
    -------
    list of Check
        The rows in order.

    Raises
    ------
    InputError
        With all rows that lack something, repeat an id or name an unknown computation.
    """
    path = Path(path)
    rows = tomllib.loads(path.read_text(encoding="utf-8")).get("check", [])
    fields = {field.name for field in dataclasses.fields(Check)}
    faults, checks, seen = [], [], set()
    for index, row in enumerate(rows, start=1):
        place = f"{path.name}: check {row.get('id', index)}"
        faults += [Issue("missing", place, name) for name in sorted(fields - row.keys())]
        faults += [Issue("unknown_name", place, name) for name in sorted(row.keys() - fields)]
        if row.get("id") in seen:
            faults.append(Issue("duplicate", place, "id"))
        if "call" in row and row["call"] not in COMPUTATIONS:
            allowed = f"one of {', '.join(COMPUTATIONS)}"
            faults.append(Issue("unknown_name", place, "call", repr(row["call"]), allowed))
        seen.add(row.get("id"))
        if not faults:
            checks.append(Check(**row))
    if faults:
        raise InputError(issues=faults)
    return checks


def run(checks: Iterable[Check] | None = None, *, only: str = "") -> list[Outcome]:
    """Compute every row and compare.

    Parameters
    ----------
    checks : iterable of Check, optional
        The rows; those of kebao by default.
    only : str
        Only rows whose id contains this.

    Returns
    -------
    list of Outcome
        One for each row; a computation that fails is an outcome that did not pass.
    """
    outcomes = []
    for check in read() if checks is None else checks:
        if only not in check.id:
            continue
        try:
            computed = float(COMPUTATIONS[check.call](**check.args))
        except (
            KebaoError,
            ArithmeticError,
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
        ) as e:
            outcomes.append(Outcome(check, math.nan, 0.0, f"{type(e).__name__}: {e}"))
        else:
            outcomes.append(Outcome(check, computed, digits_agreed(check.expected, computed)))
    return outcomes


def table(outcomes: Sequence[Outcome]) -> str:
    """The outcomes as text: a line each, and a last line with the count.

    Parameters
    ----------
    outcomes : sequence of Outcome
        What `run` returned.

    Returns
    -------
    str
        Aligned columns, without a trailing line break.
    """
    head = ("", "id", "published", "computed", "digits", "asked", "what (source)")
    lines = [head]
    for outcome in outcomes:
        check = outcome.check
        lines.append(
            (
                "pass" if outcome.passed else "FAIL",
                check.id,
                f"{check.expected:.10g}",
                f"{outcome.computed:.10g}",
                f"{outcome.agreed:.1f}",
                f"{check.digits:g}",
                outcome.fault or f"{check.what} ({check.source})",
            )
        )
    widths = [max(len(line[i]) for line in lines) for i in range(len(head) - 1)]
    text = []
    for line in lines:
        left = [line[i].ljust(widths[i]) for i in (0, 1)]
        right = [line[i].rjust(widths[i]) for i in range(2, len(widths))]
        text.append("  ".join((*left, *right, line[-1])))
    passed = sum(outcome.passed for outcome in outcomes)
    return "\n".join([*text, f"{passed} passed, {len(outcomes) - passed} failed"])


def _public(name: str) -> Any:
    """A public class of kebao, or a constructor of one: ``"MBBEFD"``, ``"MBBEFD.swiss_re"``."""
    import kebao

    found: Any = kebao
    for part in name.split("."):
        if not part.isidentifier() or part.startswith("_"):
            raise ValueError(f"'{name}' is not a public name of kebao")
        found = getattr(found, part)
    return found


def _build(model: Mapping[str, Any]) -> Any:
    """An object from ``{class = "LogNormal", mu = 10, sigma = 2}``; arguments may be models."""
    arguments = {
        key: _build(value) if isinstance(value, dict) and "class" in value else value
        for key, value in model.items()
        if key != "class"
    }
    return _public(str(model["class"]))(**arguments)


@computation("quantity")
def _quantity(
    model: Mapping[str, Any],
    name: str,
    at: Mapping[str, Any] | None = None,
    times: float = 1.0,
    over: float = 1.0,
    part: int | None = None,
) -> float:
    """A property or method of a model, such as a mean, a quantile or a layer mean."""
    found = getattr(_build(model), name)
    value = found(**(at or {})) if callable(found) else found
    return float(value if part is None else value[part]) * times / over


@computation("severity_fit")
def _severity_fit(data: Mapping[str, Any], family: str, result: str) -> float:
    """A parameter of a fitted severity, or its log-likelihood."""
    columns = {
        name: [float(x) for x in column] if isinstance(column, list) else column
        for name, column in data.items()
    }
    fit = _public("fit.severity")(**columns, families=family, replicates=0).best
    return float(fit.log_likelihood if result == "log_likelihood" else fit.parameters[result])


@computation("exposure_curve")
def _exposure_curve(model: Mapping[str, Any], x: float) -> float:
    """G(x) = E min(X, x) / E X of a damage ratio X."""
    damage = _build(model)
    return float(damage.lev(x) / damage.mean)


@computation("increased_limit_factor")
def _increased_limit_factor(model: Mapping[str, Any], limit: float, base: float) -> float:
    """E min(X, limit) / E min(X, base)."""
    loss = _build(model)
    return float(loss.lev(limit) / loss.lev(base))


@computation("reserve")
def _reserve(
    dataset: str,
    method: Mapping[str, Any],
    result: str,
    origin: int | None = None,
    exposure: Sequence[float] | None = None,
) -> float:
    """A fitted attribute of a reserving method on a shipped triangle."""
    triangle = _public("datasets.load")(dataset)
    made = _build(method)
    fitted = made.fit(triangle) if exposure is None else made.fit(triangle, exposure=exposure)
    value = getattr(fitted, result)
    return float(value if origin is None else value[origin])


@computation("balance")
def _balance(function: str, arguments: Mapping[str, Any], column: str = "") -> float:
    """A function of `kebao.balance`; the last value of a column when it gives a table."""
    value = _public(f"balance.{function}")(**arguments)
    return float(value[column][-1] if column else value)


@computation("pure_premium")
def _pure_premium(model: Mapping[str, Any], programme: str) -> float:
    """Premium of one treaty that pays for its losses and reinstatements: E L / (1 + φ)."""
    terms = _public("Programme.from_text")(programme)
    row = next(iter(terms.apply(_build(model), years=1, seed=0, progress=False).exact()))
    return float(row["expected_loss"] / (1 + row["reinstatement_rate"]))


@computation("programme")
def _programme(text: str, losses: Sequence[Mapping[str, float]], result: str) -> float:
    """Total recovery or reinstatement premium of one treaty over given losses."""
    names = list(dict.fromkeys(key for loss in losses for key in loss))
    table = {name: [loss[name] for loss in losses] for name in names}
    years = int(max(table["year"])) + 1
    programme = _public("Programme.from_text")(text)
    outcome = programme.apply(table, years=years, progress=False)
    return float(getattr(outcome, result)(programme.names[0]).sum())
