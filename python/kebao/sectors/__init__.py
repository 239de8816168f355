"""Sector loss models: parameters, uncertainty and sources, as data.

``kb.sectors.names()`` lists the coverages, ``kb.sectors["uav.tpl"]`` is one of them and
``kb.sectors["low_altitude"]`` a sector. Each is a TOML file in this folder; a file of your own adds
a coverage or takes the place of one: give its path wherever ``sectors=`` is asked for.

Examples
--------
>>> import kebao as kb
>>> kb.sectors["space.launch"].frequency_mean
0.0432...
>>> kb.sectors["low_altitude"].coverages
['uav.tpl', 'uav.hull']
>>> kb.sectors["space.launch"].update(failures=2, exposure=31).frequency_mean
0.0451...
"""

from __future__ import annotations

import html
import json
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from .. import _kebao
from .._text import amount
from ..errors import InputError, Issue

__all__ = ["Coverage", "Pattern", "Sector", "names", "read"]


@cache
def shipped() -> _kebao.Library:
    """The library that comes with kebao."""
    return _kebao.Library.shipped()


@dataclass(frozen=True)
class Pattern:
    """Development pattern: cumulative shares of the ultimate, by year of development."""

    id: str
    status: str
    source: str
    paid_cumulative: list[float]
    reported_cumulative: list[float]


class Coverage:
    """One coverage: how often, how much, what changes it, what strikes many risks at once.

    Made by ``kb.sectors[id]`` or `read`; `update` gives a changed one.
    """

    __slots__ = ("_data", "_library", "_note", "id")

    def __init__(self, library: _kebao.Library, id: str, note: str = "") -> None:
        self.id = id
        self._library = library
        self._note = note
        self._data: dict[str, Any] = json.loads(library.json(id))

    @property
    def parameters(self) -> dict[str, Any]:
        """All parameters, nested as in the file."""
        data: dict[str, Any] = json.loads(self._library.json(self.id))
        return data

    @property
    def name(self) -> str:
        """Name in English."""
        return str(self._data["name"])

    @property
    def name_zh(self) -> str:
        """Name in Chinese."""
        return str(self._data["name_zh"])

    @property
    def sector(self) -> str:
        """The sector it belongs to."""
        return str(self._data["sector"])

    @property
    def frequency_mean(self) -> float:
        """Ground-up claims per unit of exposure, all relativities 1, industrialised."""
        return float(self._data["frequency"]["mean"])

    @property
    def frequency_cv(self) -> float:
        """Parameter uncertainty of the frequency: coefficient of variation of its mean."""
        return float(self._data["frequency"]["cv_of_mean"])

    @property
    def factors(self) -> dict[str, list[str]]:
        """Rating factors and their levels."""
        return {
            name: list(table.get("frequency") or table.get("severity") or {})
            for name, table in self._data["relativities"].items()
        }

    @property
    def keys(self) -> list[str]:
        """Accumulation keys its systemic events strike."""
        return sorted({event["key"] for event in self._data.get("systemic", [])} - {""})

    @property
    def pattern(self) -> Pattern:
        """Its development pattern."""
        found = self._library.pattern(self.id)
        if found is None:
            raise InputError(issues=[Issue("unknown_name", self.id, "development")])
        return Pattern(*found)

    def sources(self) -> list[tuple[str, str, str]]:
        """Status and source of every group of parameters: what, status, source."""
        return self._library.sources(self.id)

    def update(self, *, failures: float, exposure: float) -> Coverage:
        """The coverage after own experience at base relativities.

        Bernoulli coverages: beta-binomial, the prior matched to the file's mean and cv; others:
        gamma-Poisson. The posterior mean is Z x experience + (1 - Z) x prior.

        Parameters
        ----------
        failures : float
            Claims seen, a whole number.
        exposure : float
            Units they were seen in.

        Returns
        -------
        Coverage
            With a new mean and a smaller cv; give it to ``sectors=``.
        """
        library, _, _, z = self._library.update(self.id, failures, exposure)
        note = f"experience {failures:g} in {exposure:g}, credibility {z:.1%}"
        return Coverage(library, self.id, note)

    def to_toml(self) -> str:
        """The file it would be read from."""
        return self._library.toml(self.id)

    def __repr__(self) -> str:
        data = self._data
        frequency, severity, terms = data["frequency"], data["severity"], data["terms"]
        family = severity["distribution"]["family"]
        basis = "sum insured" if severity["basis"] != "amount" else data["currency"]
        lines = [
            f"{self.id}: {self.name} ({self.name_zh})",
            f"  frequency  {frequency['family']}, {frequency['mean']:.4g} per"
            f" {data['exposure']['unit']}, cv of mean {frequency['cv_of_mean']:.2g}"
            f" [{frequency['status']}]",
            f"  severity   {family} of {basis}, mean {self._mean()}, cv of scale"
            f" {severity['cv_of_scale']:.2g} [{severity['status']}]",
            f"  usual      deductible {amount(terms['deductible'])}, limit"
            f" {amount(terms['limit'])}, share {terms['share']:.0%}",
            f"  factors    {', '.join(data['relativities'])}",
        ]
        for event in data.get("systemic", []):
            share, damage = event["share_hit"], event["damage"]
            lines.append(
                f"  systemic   {event['event']} by {event['key'] or 'the whole book'}:"
                f" {event['annual_rate']:.3g} a year, share"
                f" {share['a'] / (share['a'] + share['b']):.1%}, damage"
                f" {damage['a'] / (damage['a'] + damage['b']):.1%} [{event['status']}]"
            )
        if self._note:
            lines.append(f"  updated    {self._note}")
        return "\n".join(lines)

    def _mean(self) -> str:
        mean = self._library.mean_severity(self.id)
        return amount(mean) if self._data["severity"]["basis"] == "amount" else f"{mean:.2%}"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.id, self.to_toml(), self._note)


@dataclass(frozen=True)
class Sector:
    """A sector and the ids of its coverages."""

    name: str
    coverages: list[str]


def names() -> list[str]:
    """Ids of the shipped coverages."""
    return shipped().names()


def read(path: str | PathLike[str]) -> Coverage:
    """Read a coverage file.

    Parameters
    ----------
    path : path
        A TOML file; those of this folder are examples.

    Returns
    -------
    Coverage
        The checked coverage; give it to ``sectors=``.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    library, id = shipped().with_file(fspath(path))
    return Coverage(library, id)


def with_item(
    library: _kebao.Library, item: Coverage | str | PathLike[str]
) -> tuple[_kebao.Library, list[str]]:
    """The library with a coverage, a file, or the files of a folder added, and their ids."""
    if isinstance(item, Coverage):
        library, id = library.with_toml(item.id, item.to_toml())
        return library, [id]
    path = Path(item)
    ids = []
    for file in sorted(path.glob("*.toml")) if path.is_dir() else [path]:
        library, id = library.with_file(fspath(file))
        ids.append(id)
    return library, ids


def _again(id: str, text: str, note: str) -> Coverage:
    return Coverage(shipped().with_toml(id, text)[0], id, note)


class _Sectors(types.ModuleType):
    """The module itself, which can be asked for a coverage or a sector by name."""

    def __getitem__(self, name: str) -> Coverage | Sector:
        known = names()
        if "." not in name:
            coverages = [id for id in known if Coverage(shipped(), id).sector == name]
            if coverages:
                return Sector(name, coverages)
        return Coverage(shipped(), name)

    def __iter__(self) -> Iterator[str]:
        return iter(names())

    def __len__(self) -> int:
        return len(names())


sys.modules[__name__].__class__ = _Sectors
