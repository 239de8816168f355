"""Roll-forward of the liabilities of IFRS 17, simplified: every table closes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import _kebao
from ..errors import InputError, Issue
from ..table import Table

Periods = Sequence[Mapping[str, Any]]


def lrc(periods: Periods, *, opening: float = 0.0, loss_component: float = 0.0) -> Table:
    """Liability for remaining coverage under the premium allocation approach.

    Parameters
    ----------
    periods : sequence of mapping
        For each period any of ``premiums_received, revenue, acquisition_paid,
        acquisition_amortised``, and ``fulfilment``: the fulfilment cash flows of the remaining
        coverage at its end, which a loss component makes up for (paragraphs 55 to 58).
    opening, loss_component : float
        At the start; the loss component is part of the opening liability.

    Returns
    -------
    Table
        Movements with the sign of their effect on the liability; closing = opening + movements.

    Examples
    --------
    >>> from kebao.balance import lrc
    >>> lrc([{"premiums_received": 1200, "revenue": 300}, {"revenue": 300}])["closing"]
    array([900., 600.])
    """
    names = ("premiums_received", "revenue", "acquisition_paid", "acquisition_amortised")
    rows = _rows("lrc", periods, names, ("fulfilment",))
    return Table(_kebao.lrc_roll(opening, loss_component, rows))


def lic(periods: Periods, *, opening: float = 0.0) -> Table:
    """Liability for incurred claims.

    Parameters
    ----------
    periods : sequence of mapping
        For each period any of ``incurred, past_service, finance, risk_adjustment, paid``.
    opening : float

    Examples
    --------
    >>> from kebao.balance import lic
    >>> lic([{"incurred": 500, "past_service": -40, "finance": 12, "paid": 300}], opening=1000)[
    ...     "closing"
    ... ]
    array([1172.])
    """
    names = ("incurred", "past_service", "finance", "risk_adjustment", "paid")
    return Table(_kebao.lic_roll(opening, _rows("lic", periods, names)))


def csm(periods: Periods, *, opening: float = 0.0, loss_component: float = 0.0) -> Table:
    """Contractual service margin of the general model, released by coverage units.

    Parameters
    ----------
    periods : sequence of mapping
        For each period any of ``new_business``, ``rate`` (locked in), ``future_service`` (a change
        of the fulfilment cash flows for future service; a cost is positive), ``units`` provided and
        ``units_to_come`` after it.
    opening, loss_component : float

    Notes
    -----
    Paragraphs 44, 45, 48 and 50: a cost that the margin cannot absorb makes a loss component, which
    later gains reverse first.

    Examples
    --------
    >>> from kebao.balance import csm
    >>> csm([{"units": 1, "units_to_come": 2}, {"units": 1, "units_to_come": 1}], opening=300)[
    ...     "closing"
    ... ]
    array([200., 100.])
    """
    names = ("new_business", "rate", "future_service", "units", "units_to_come")
    return Table(_kebao.csm_roll(opening, loss_component, _rows("csm", periods, names)))


def _rows(
    object_: str, periods: Periods, names: Sequence[str], optional: Sequence[str] = ()
) -> list[Any]:
    known = (*names, *optional)
    issues = [
        Issue("unknown_name", f"{object_}.period {at}", "field", f"'{name}'", ", ".join(known))
        for at, period in enumerate(periods, start=1)
        for name in period
        if name not in known
    ]
    if issues:
        raise InputError(issues=issues)
    return [
        (*(float(period.get(name, 0.0)) for name in names), *(period.get(n) for n in optional))
        for period in periods
    ]
