"""The run file of `kebao price`: read, check, and describe it.

One table, `TABLES`, says what a run file may contain; reading, checking, the JSON Schema and the
documentation follow from it.
"""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kebao._kebao import parse_amount
from kebao.errors import FileError, InputError, Issue

__all__ = ["Reserve", "Run", "read", "schema"]


@dataclass(frozen=True)
class Field:
    """One key of a table: its kind, whether it must be there, its default, what it means."""

    name: str
    kind: str
    about: str
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()


TABLES: Mapping[str, tuple[Field, ...]] = {
    "": (
        Field("title", "text", "heading of the report", default="Reinsurance programme"),
        Field("subtitle", "text", "line below the heading", default=""),
        Field("currency", "text", "currency of all amounts", required=True),
        Field("years", "count", "simulated years", default=200_000),
        Field("seed", "seed", "seed of the draws", required=True),
        Field("notes", "texts", "what a reader of the report must know", default=()),
        Field("book", "table", "the portfolio", required=True),
        Field("programme", "table", "the treaties", required=True),
        Field("loadings", "table", "what a premium carries beside the expected loss"),
        Field("reserve", "tables", "triangles to reserve"),
    ),
    "book": (
        Field("path", "path", "policies, CSV or Parquet", required=True),
        Field("sectors", "path", "folder or file of sector models beside the shipped ones"),
    ),
    "programme": (
        Field("text", "text", "the wording, one treaty a line; or give path"),
        Field("path", "path", "file with the wording"),
        Field("premium", "amount", "subject premium"),
    ),
    "loadings": (
        Field("expenses", "fraction", "expenses, share of the premium", default=0.0),
        Field("brokerage", "fraction", "brokerage, share of the premium", default=0.0),
        Field("capital", "table", "the cost of capital"),
    ),
    "loadings.capital": (
        Field("measure", "choice", "risk measure", default="tvar", choices=("tvar", "var", "sd")),
        Field("level", "fraction", "level of the measure", default=0.99),
        Field("rate", "fraction", "yearly cost of a unit of capital", required=True),
    ),
    "reserve": (
        Field("name", "text", "name of the line", required=True),
        Field("path", "path", "triangle in long form; or give dataset or schedule_p"),
        Field("dataset", "text", "a triangle of kebao.datasets"),
        Field("schedule_p", "text", "a line of Schedule P, from the package cas-schedule-p"),
        Field("as_of", "count", "statement year of Schedule P", default=2007),
        Field("coverages", "texts", "coverages of the book that pay like this", default=()),
        Field("origin", "text", "column of the origin period", default="origin"),
        Field("development", "text", "column of the development age", default="development"),
        Field("value", "text", "column of the amounts", default="value"),
        Field("cumulative", "flag", "the amounts are cumulative", default=True),
        Field("method", "choice", "estimator", default="mack", choices=("mack", "chain_ladder")),
    ),
}

_ALLOWED = {
    "text": "a text",
    "texts": "a list of texts",
    "count": "a whole number ≥ 1",
    "seed": "a whole number ≥ 0",
    "amount": "an amount > 0, such as 90000000, '90m' or '5亿'",
    "fraction": "a fraction in [0, 1]",
    "path": "the path of a file, relative to the run file",
    "flag": "true or false",
    "table": "a table",
    "tables": "a list of tables",
}


@dataclass(frozen=True)
class Reserve:
    """A triangle to reserve, as in a ``[[reserve]]`` table."""

    name: str
    path: Path | None
    dataset: str | None
    schedule_p: str | None
    as_of: int
    coverages: tuple[str, ...]
    origin: str
    development: str
    value: str
    cumulative: bool
    method: str


@dataclass(frozen=True)
class Run:
    """A checked run file; amounts are numbers, paths are absolute, defaults are filled in."""

    source: Path
    title: str
    subtitle: str
    currency: str
    years: int
    seed: int
    notes: tuple[str, ...]
    book: Path
    sectors: Path | None
    wording: str
    premium: float | None
    expenses: float
    brokerage: float
    capital_measure: str
    capital_level: float
    capital_rate: float | None
    reserves: tuple[Reserve, ...]


class _Reader:
    """Checks tables against `TABLES` and gathers every fault."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self.faults: list[Issue] = []

    def fault(self, code: str, where: str, name: str, **more: str) -> None:
        place = f"{self.source.name}: [{where}]" if where else self.source.name
        self.faults.append(Issue(code, place, name, **more))

    def table(self, data: Mapping[str, Any], kind: str, where: str) -> dict[str, Any]:
        fields = {field.name: field for field in TABLES[kind]}
        for name in data:
            if name not in fields:
                near = difflib.get_close_matches(name, fields, n=1)
                self.fault(
                    "unknown_name",
                    where,
                    name,
                    allowed=f"one of {', '.join(fields)}",
                    hint=f"did you mean '{near[0]}'?" if near else "",
                )
        found: dict[str, Any] = {}
        for field in fields.values():
            if field.name in data:
                found[field.name] = self.value(field, data[field.name], kind, where)
            elif field.required:
                self.fault("missing", where, field.name, hint=f"give {field.about}")
                found[field.name] = None
            elif field.kind == "table":
                inner = f"{kind}.{field.name}".strip(".")
                found[field.name] = {item.name: item.default for item in TABLES[inner]}
            else:
                found[field.name] = [] if field.kind == "tables" else field.default
        return found

    def value(self, field: Field, value: Any, kind: str, where: str) -> Any:
        if field.kind in {"table", "tables"}:
            return self.nested(field, value, kind, where)
        checked = _check(field, value)
        if checked is None:
            allowed = _ALLOWED.get(field.kind, f"one of {', '.join(field.choices)}")
            hint = ""
            if field.kind == "fraction" and isinstance(value, (int, float)) and 1 < value <= 100:
                hint = f"did you mean {value / 100:g} ({value:g}%)?"
            if field.kind == "choice" and isinstance(value, str):
                near = difflib.get_close_matches(value, field.choices, n=1)
                hint = f"did you mean '{near[0]}'?" if near else ""
            code = "out_of_range" if isinstance(value, (int, float)) else "wrong_value"
            self.fault(code, where, field.name, value=repr(value), allowed=allowed, hint=hint)
        if field.kind == "path" and checked is not None:
            path = (self.source.parent / checked).resolve()
            if not path.exists():
                self.fault("not_found", where, field.name, value=str(path), hint=_near_file(path))
            return path
        return checked

    def nested(self, field: Field, value: Any, kind: str, where: str) -> Any:
        inner = f"{kind}.{field.name}".strip(".")
        place = f"{where}.{field.name}".strip(".")
        many = field.kind == "tables"
        rows = value if many and isinstance(value, list) else [value]
        if not all(isinstance(row, dict) for row in rows) or (many and not isinstance(value, list)):
            self.fault(
                "wrong_value", where, field.name, value=repr(value), allowed=_ALLOWED[field.kind]
            )
            return None
        if many:
            return [
                self.table(row, inner, f"{place} {index}")
                for index, row in enumerate(rows, start=1)
            ]
        return self.table(value, inner, place)


def _check(field: Field, value: Any) -> Any:
    """The value in its kind, or None when it is not of that kind."""
    number = (
        isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    )
    match field.kind:
        case "text" | "path" if isinstance(value, str) and value.strip():
            return value
        case "texts" if isinstance(value, list) and all(isinstance(v, str) for v in value):
            return tuple(value)
        case "count" if number and value == int(value) and value >= 1:
            return int(value)
        case "seed" if isinstance(value, int) and number and 0 <= value < 2**64:
            return value
        case "flag" if isinstance(value, bool):
            return value
        case "choice" if value in field.choices:
            return value
        case "amount" if number or isinstance(value, str):
            amount = float(value) if number else parse_amount(value)
            return amount if amount is not None and 0 < amount < math.inf else None
        case "fraction" if number or isinstance(value, str):
            share = float(value) if number else parse_amount(value)
            return share if share is not None and 0 <= share <= 1 else None
    return None


def _near_file(path: Path) -> str:
    try:
        names = [item.name for item in path.parent.iterdir()]
    except OSError:
        return "the folder does not exist"
    near = difflib.get_close_matches(path.name, names, n=1)
    return f"did you mean '{near[0]}'?" if near else ""


def read(path: str | Path) -> Run:
    """Read and check a run file.

    Parameters
    ----------
    path : str or Path
        The TOML file; paths inside are relative to it.

    Returns
    -------
    Run
        The checked content.

    Raises
    ------
    InputError
        With every fault found: unknown and missing keys, wrong values, files that do not exist.
    FileError
        The file itself cannot be read.
    """
    source = Path(path)
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a text in UTF-8"
        raise FileError(f"{source}: {reason}", str(source)) from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        issue = Issue("syntax", source.name, hint=f"not valid TOML: {error}")
        raise InputError(issues=[issue]) from error

    reader = _Reader(source)
    root = reader.table(data, "", "")
    programme = root["programme"] or {}
    wording = programme.get("text")
    if root["programme"] is not None and (wording is None) == (programme.get("path") is None):
        reader.fault("missing", "programme", "text", hint="give either text or path")
    for index, row in enumerate(root["reserve"] or [], start=1):
        given = [name for name in ("path", "dataset", "schedule_p") if row[name] is not None]
        if len(given) != 1:
            hint = "give one of path, dataset and schedule_p"
            reader.fault("missing", f"reserve {index}", "path", hint=hint)
    if reader.faults:
        raise InputError(issues=reader.faults)
    if wording is None:
        wording = programme["path"].read_text(encoding="utf-8")
    loadings = root["loadings"]
    capital = loadings["capital"] or {
        item.name: item.default for item in TABLES["loadings.capital"]
    }
    return Run(
        source=source,
        title=root["title"],
        subtitle=root["subtitle"],
        currency=root["currency"],
        years=root["years"],
        seed=root["seed"],
        notes=root["notes"],
        book=root["book"]["path"],
        sectors=root["book"]["sectors"],
        wording=wording,
        premium=programme["premium"],
        expenses=loadings["expenses"],
        brokerage=loadings["brokerage"],
        capital_measure=capital["measure"],
        capital_level=capital["level"],
        capital_rate=capital["rate"],
        reserves=tuple(Reserve(**row) for row in root["reserve"]),
    )


def schema() -> dict[str, Any]:
    """The JSON Schema of a run file, for editors.

    Returns
    -------
    dict
        Draft 2020-12.

    Examples
    --------
    >>> schema()["properties"]["years"]["default"]
    200000
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "kebao run file",
        **_object(""),
    }


def _object(kind: str) -> dict[str, Any]:
    properties = {field.name: dict(_property(field, kind)) for field in TABLES[kind]}
    required = [field.name for field in TABLES[kind] if field.required]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _property(field: Field, kind: str) -> Iterator[tuple[str, Any]]:
    yield "description", field.about
    if field.default not in (None, ()):
        yield "default", field.default
    inner = f"{kind}.{field.name}".strip(".")
    match field.kind:
        case "table":
            yield from _object(inner).items()
        case "tables":
            yield from {"type": "array", "items": _object(inner)}.items()
        case "texts":
            yield from {"type": "array", "items": {"type": "string"}}.items()
        case "count" | "seed":
            yield from {"type": "integer", "minimum": int(field.kind == "count")}.items()
        case "fraction":
            number = {"type": "number", "minimum": 0, "maximum": 1}
            yield "anyOf", [number, {"type": "string", "pattern": "%$"}]
        case "amount":
            yield "type", ["number", "string"]
        case "flag":
            yield "type", "boolean"
        case "choice":
            yield "enum", list(field.choices)
        case _:
            yield "type", "string"
