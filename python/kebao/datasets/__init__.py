"""Small published triangles, to learn with and to check against.

>>> import kebao as kb
>>> kb.datasets.names()
['abc', 'genins', 'mcl', 'mw2008', 'raa', 'ukmotor']
>>> kb.datasets.load("raa").shape
(1, 1, 10, 10)
"""

from __future__ import annotations

import csv
import difflib
from importlib import resources
from typing import TYPE_CHECKING

from ..errors import InputError, Issue

if TYPE_CHECKING:
    from ..triangle import Triangle

__all__ = ["load", "names", "source"]

_SOURCES = {
    "abc": "Workers' compensation of ABC, accident years 1977-1987: Barnett and Zehnwirth (2000), "
    "Best estimates for reserves, PCAS 87",
    "genins": "General insurance: Taylor and Ashe (1983), Second moments of estimates of "
    "outstanding claims, Journal of Econometrics 23; used in Mack (1993). Origins are numbered "
    "from 2001",
    "mcl": "Paid and incurred losses: Quarg and Mack (2004), Munich chain ladder, Blaetter der "
    "DGVFM 26(4). Origins are numbered from 2001",
    "mw2008": "Merz and Wuethrich (2008), Modelling the claims development result for solvency "
    "purposes, CAS E-Forum, Fall 2008. Origins are numbered from 2001",
    "raa": "Automatic facultative general liability, excluding asbestos and environmental: "
    "Reinsurance Association of America, Historical Loss Development Study, 1991; used in Mack "
    "(1994), CAS Forum, Spring 1994",
    "ukmotor": "UK motor: Christofides (1997), Regression models based on log-incremental "
    "payments, Claims Reserving Manual 2, Faculty and Institute of Actuaries",
}


def names() -> list[str]:
    """The names of the triangles.

    Returns
    -------
    list of str
    """
    return sorted(_SOURCES)


def source(name: str) -> str:
    """Where a triangle was published.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    str
    """
    if name not in _SOURCES:
        near = difflib.get_close_matches(name, _SOURCES, n=1)
        hint = f"did you mean '{near[0]}'?" if near else ""
        allowed = f"one of {', '.join(names())}"
        raise InputError(
            issues=[Issue("unknown_name", "datasets", "name", f"'{name}'", allowed, hint)]
        )
    return _SOURCES[name]


def load(name: str) -> Triangle:
    """Load a published triangle: cumulative, yearly, in the currency of its source.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    Triangle

    Raises
    ------
    InputError
        There is no such triangle.

    Examples
    --------
    >>> import kebao as kb
    >>> kb.datasets.load("mcl").measures
    ['paid', 'incurred']
    """
    from ..triangle import Triangle

    source(name)
    with resources.files(__package__).joinpath(f"{name}.csv").open(encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    columns = {
        name: [float(cell) for cell in column]
        for name, column in zip(header, zip(*rows, strict=True), strict=True)
    }
    return Triangle.from_long(
        columns, origin="origin", development="age", values=header[2:], cumulative=True
    )
