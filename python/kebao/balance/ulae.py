"""Reserves for unallocated claims expenses."""

from __future__ import annotations

from typing import Any, NamedTuple

from .. import _kebao
from ..errors import InputError, Issue


class Ulae(NamedTuple):
    """The ratio of expenses to losses, and the reserve that follows."""

    ratio: float
    reserve: float


def ulae(method: str = "paid_to_paid", **amounts: Any) -> Ulae:
    """Reserve for claims expenses that belong to no claim.

    Parameters
    ----------
    method : {"paid_to_paid", "kittel", "conger_nolibos"}
    **amounts
        ``paid_to_paid``: ``paid_ulae, paid, case, ibnr``: w (case / 2 + IBNR), w = paid ULAE / paid
        losses. ``kittel``: ``reported`` as well, the losses reported in the period: w is to the
        mean of paid and reported. ``conger_nolibos``: ``paid_ulae, effort`` (shares of opening,
        maintaining and closing claims), ``reported_ultimate, paid, closed_ultimate, ultimate``, and
        optionally ``ratio`` and ``projection`` ("bornhuetter_ferguson", "expected", "development").

    Returns
    -------
    Ulae

    Notes
    -----
    Kittel (1981), Unallocated loss adjustment expense reserves in an inflationary economic
    environment. Conger and Nolibos (2003), Estimating ULAE liabilities: rediscovering and expanding
    Kittel's approach, CAS Forum, Fall. Friedland (2010), Estimating unpaid claims using basic
    techniques, CAS, chapter 17.

    Examples
    --------
    >>> from kebao.balance import ulae
    >>> ulae(paid_ulae=12, paid=100, case=300, ibnr=200)
    Ulae(ratio=0.12, reserve=42.0)
    """
    names = {
        "paid_to_paid": ("paid_ulae", "paid", "case", "ibnr"),
        "kittel": ("paid_ulae", "paid", "case", "ibnr", "reported"),
        "conger_nolibos": (
            "paid_ulae",
            "effort",
            "reported_ultimate",
            "paid",
            "closed_ultimate",
            "ultimate",
        ),
    }
    if method not in names:
        allowed = f"one of {', '.join(names)}"
        raise InputError(issues=[Issue("unknown_name", "ulae", "method", f"'{method}'", allowed)])
    optional = ("ratio", "projection") if method == "conger_nolibos" else ()
    issues = [Issue("missing", "ulae", name) for name in names[method] if name not in amounts]
    known = (*names[method], *optional)
    issues += [
        Issue("unknown_name", "ulae", "amount", f"'{name}'", f"one of {', '.join(known)}")
        for name in amounts
        if name not in known
    ]
    if issues:
        raise InputError(issues=issues)
    if method != "conger_nolibos":
        return Ulae(*_kebao.ulae_ratio(*(float(amounts[name]) for name in names[method])))
    effort = tuple(float(share) for share in amounts["effort"])
    if len(effort) != 3:
        allowed = "three shares: opening, maintaining, closing"
        raise InputError(issues=[Issue("wrong_shape", "ulae", "effort", str(effort), allowed)])
    arguments: list[Any] = [float(amounts["paid_ulae"]), effort]
    arguments += [float(amounts[name]) for name in names[method][2:]]
    arguments += [amounts.get("ratio"), amounts.get("projection", "bornhuetter_ferguson")]
    return Ulae(*_kebao.conger_nolibos(*arguments))
