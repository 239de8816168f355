"""Ceded and net reserves: simulated claims sent through a programme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _kebao
from ..errors import InputError, Issue
from ..reserve.bootstrap import LEVELS, Bootstrap, _distribution
from ..reserve.individual import IndividualClaims
from ..table import Table
from ..treaty import LossTable, Programme

Floats = NDArray[np.float64]


class NetReserves:
    """Gross, ceded and net reserves by origin and outcome; gross = ceded + net.

    Attributes
    ----------
    gross, ceded, net : array, origin × outcome
    origins : list of str
    """

    def __init__(self, gross: Floats, ceded: Floats, origins: list[str]) -> None:
        self.ceded = ceded
        self.net = gross - ceded
        # What was rounded off in the difference: at most a unit in the last place of gross.
        self.gross = ceded + self.net
        self.origins = origins

    def distribution(self, part: str = "net", *, levels: Sequence[float] = LEVELS) -> Table:
        """Mean, standard deviation and quantiles with their errors, by origin and in total.

        Parameters
        ----------
        part : {"gross", "ceded", "net"}
        levels : sequence of float
        """
        values = {"gross": self.gross, "ceded": self.ceded, "net": self.net}[part]
        rows = [*zip(self.origins, values, strict=True), ("total", values.sum(axis=0))]
        return _distribution("origin", rows, levels)

    def to_table(self) -> Table:
        """Mean and standard deviation of gross, ceded and net, by origin and in total."""
        columns: dict[str, list[Any]] = {"origin": [*self.origins, "total"]}
        for name, values in (("gross", self.gross), ("ceded", self.ceded), ("net", self.net)):
            rows = [*values, values.sum(axis=0)]
            columns[name] = [float(row.mean()) for row in rows]
            columns[f"{name}_sd"] = [float(row.std(ddof=1)) for row in rows]
        return Table.of("net_reserves", columns)

    def __repr__(self) -> str:
        return repr(self.to_table())


def split_into_claims(
    reserves: Bootstrap | Any, severity: Any, *, seed: int = 0
) -> dict[str, NDArray[Any]]:
    """Split simulated reserves into claims, as a programme needs them.

    Each reserve R becomes the nearest whole number to R / (mean severity), at least one, of claims
    drawn from the severity and scaled to sum to R. It is a stand-in where no individual claims are
    known: the sizes are the severity's only as far as the scaling lets them be.

    Parameters
    ----------
    reserves : fitted bootstrap of one segment, or array origin × outcome
    severity : Severity
    seed : int

    Returns
    -------
    dict of arrays
        ``simulation, origin`` (numbers from 0), ``ultimate`` and ``paid`` (0), for `net_reserves`.
    """
    values = reserves.by_origin_ if isinstance(reserves, Bootstrap) else np.asarray(reserves, float)
    place, sizes = _kebao.split_into_claims(np.ascontiguousarray(values), severity, seed)
    origin, simulation = np.divmod(place.astype(np.int64), values.shape[1])
    return {
        "simulation": simulation,
        "origin": origin,
        "ultimate": sizes,
        "paid": np.zeros_like(sizes),
    }


def net_reserves(
    programme: Programme,
    claims: Any,
    *,
    simulations: int | None = None,
    origins: Sequence[str] | None = None,
    threads: int | None = None,
) -> NetReserves:
    """Ceded and net reserves: the programme on ultimate claims less the programme on paid claims.

    Every origin of every simulation is a year of the programme, so that annual terms, such as
    reinstatements and aggregate deductibles, are used up by what was paid before.

    Parameters
    ----------
    programme : Programme
        Its premium is that of one origin.
    claims : mapping of columns, or fitted `IndividualClaims` with ``keep="claims"``
        ``simulation`` (from 0), ``origin`` (number from 0, in the order of ``origins``),
        ``ultimate`` and ``paid`` of each claim; paid may be left out.
    simulations : int
        Number of outcomes, with or without claims; known of fitted claims.
    origins : sequence of str
        Labels; known of fitted claims.
    threads : int, optional

    Returns
    -------
    NetReserves

    Examples
    --------
    >>> import kebao as kb
    >>> from kebao.balance import net_reserves
    >>> claims = {"simulation": [0, 0], "origin": [0, 1], "ultimate": [9e6, 3e6], "paid": [4e6, 0]}
    >>> net_reserves(
    ...     kb.Programme.from_text("xl: 5m xs 2m"), claims, simulations=1, origins=["2024", "2025"]
    ... ).ceded.ravel()
    array([3000000., 1000000.])
    """
    if isinstance(claims, IndividualClaims):
        simulations, origins = claims.totals_.size, claims.origins_
        claims = claims.to_claims()
    if simulations is None or origins is None:
        allowed = "given, for claims in columns"
        names = (("simulations", simulations), ("origins", origins))
        missing = [
            Issue("missing", "net_reserves", name, "", allowed)
            for name, value in names
            if value is None
        ]
        raise InputError(issues=missing)
    given = getattr(claims, "column_names", None)
    given = list(getattr(claims, "columns", claims) if given is None else given)
    columns: dict[str, Any] = {}
    issues: list[Issue] = []
    for name in ("simulation", "origin", "ultimate", "paid"):
        if name in given:
            columns[name] = np.asarray(claims[name])
        elif name == "paid":
            columns[name] = np.zeros(len(columns["ultimate"]))
        else:
            issues.append(Issue("missing_column", "claims", name, "", "a column of the claims"))
            continue
        if columns[name].dtype.kind not in "biuf":
            kind = str(columns[name].dtype)
            issues.append(Issue("not_a_number", "claims", name, kind, "numbers"))
    if issues:
        raise InputError(issues=issues)
    for name, end in (("simulation", simulations), ("origin", len(origins))):
        number = columns[name]
        bad = np.flatnonzero(~((number >= 0) & (number < end) & (number == np.floor(number))))
        issues += [
            Issue(
                "out_of_range",
                f"claims, row {row}",
                name,
                str(columns[name][row]),
                f"a whole number from 0 to {end - 1}",
            )
            for row in bad
        ]
    if issues:
        raise InputError(issues=issues)
    year = columns["simulation"].astype(np.int64) * len(origins) + columns["origin"].astype(
        np.int64
    )
    years = (0, simulations * len(origins) - 1)

    def applied(losses: Floats) -> tuple[Floats, Floats]:
        table = LossTable({"year": year, "loss": losses.astype(float)}, years=years)
        result = programme.apply(table, threads=threads)
        shape = (simulations, len(origins))
        core = result._core
        return core.gross.reshape(shape).T, core.total_ceded.reshape(shape).T

    gross, ceded = applied(columns["ultimate"])
    gross_paid, ceded_paid = applied(columns["paid"])
    return NetReserves(gross - gross_paid, ceded - ceded_paid, [str(name) for name in origins])
