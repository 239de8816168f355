"""What kebao raises.

Every error is a `KebaoError`. An `InputError` is also a `ValueError` and lists every fault of the
input at once; each `Issue` names the object, the field, the value found, what is allowed and how
to mend it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["FileError", "InputError", "InternalError", "Issue", "KebaoError", "NumericError"]

_LISTED = 50


@dataclasses.dataclass(frozen=True, slots=True)
class Issue:
    """One fault of an input.

    Attributes
    ----------
    code : str
        Stable identifier of the kind of fault, such as ``"out_of_range"``.
    object : str
        Path of the object at fault: ``"LogNormal"``, ``"programme.xl1"``, ``"book.csv"``.
    field : str
        Field, parameter or column.
    value : str
        The value found, as text; empty when the field is missing.
    allowed : str
        What would be accepted.
    hint : str
        How to mend it; may be empty.

    Examples
    --------
    >>> issue = Issue("out_of_range", "xl1", "placed", value="30", allowed="a fraction in [0, 1]")
    >>> print(issue)
    xl1: placed must be a fraction in [0, 1], got 30 [out_of_range]
    >>> dict(issue)["field"]
    'placed'
    """

    code: str
    object: str
    field: str = ""
    value: str = ""
    allowed: str = ""
    hint: str = ""

    def keys(self) -> Iterator[str]:
        """The names of the fields, so that ``dict(issue)`` works."""
        return (field.name for field in dataclasses.fields(self))

    def __getitem__(self, key: str) -> str:
        if key not in self.keys():
            raise KeyError(key)
        text: str = getattr(self, key)
        return text

    def __str__(self) -> str:
        text = ": ".join(part for part in (self.object, self.field) if part)
        if self.allowed:
            text += f" must be {self.allowed}"
            if self.value:
                text += f", got {self.value}"
        elif self.value:
            text += f": {self.value}"
        if self.hint:
            text += f"; {self.hint}"
        return f"{text} [{self.code}]"


class KebaoError(Exception):
    """The root of what kebao raises."""


class InputError(KebaoError, ValueError):
    """The input is at fault; ``issues`` lists every fault found.

    Parameters
    ----------
    message : str
        The text shown; by default made from the issues.
    issues : iterable of Issue
        The faults.

    Examples
    --------
    >>> error = InputError(issues=[Issue("missing", "book.csv", "limit")])
    >>> str(error)
    'book.csv: limit [missing]'
    >>> error.issues[0].field
    'limit'
    """

    def __init__(self, message: str = "", issues: Iterable[Issue] = ()) -> None:
        self.issues: list[Issue] = list(issues)
        super().__init__(message or _listed(self.issues))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.issues)


class NumericError(KebaoError, ArithmeticError):
    """The number asked for does not exist or cannot be had to the promised accuracy."""


class FileError(KebaoError, OSError):
    """A file could not be read or written; ``filename`` names it.

    Parameters
    ----------
    message : str
        The text shown.
    filename : str
        The file.
    """

    def __init__(self, message: str, filename: str | None = None) -> None:
        super().__init__(message)
        self.filename = filename

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.filename)


class InternalError(KebaoError, RuntimeError):
    """A defect of kebao itself; please report it with the message."""


def _listed(issues: list[Issue]) -> str:
    match issues:
        case []:
            return "invalid input"
        case [issue]:
            return str(issue)
    lines = [f"{len(issues)} faults:", *(f"  - {issue}" for issue in issues[:_LISTED])]
    if len(issues) > _LISTED:
        lines.append(f"  … and {len(issues) - _LISTED} more")
    return "\n".join(lines)
