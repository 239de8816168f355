"""Premium and reserve risk of C-ROSS II."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import _kebao
from ..errors import InputError, Issue
from ..table import Table

_FIELDS = {
    "line": None,
    "premium": 0.0,
    "reserve": 0.0,
    "combined_ratio": None,
    "cession": None,
    "deviation": None,
    "premium_k": 0.0,
    "reserve_k": 0.0,
    "sci_tech": "no",
}


def c_ross(
    lines: Sequence[Mapping[str, Any]],
    *,
    correlation: Mapping[tuple[str, str], float] | None = None,
) -> Table:
    """Minimum capital for premium and reserve risk, by line and together.

    Per line MC = EX · RF · (1 + K) for premium and for reserve, joined with correlation 1/2; lines
    are joined by the correlations of the rule.

    Parameters
    ----------
    lines : sequence of mapping
        Each with ``line`` (motor, property, marine_special, liability, agriculture, credit,
        export_credit, accident, short_health, short_life, other), ``premium`` (net written, twelve
        months) and ``reserve`` (net outstanding); where known ``combined_ratio`` and ``cession``
        (net non-proportional share) as fractions, ``deviation`` (of the run-off), further features
        ``premium_k`` and ``reserve_k``; and ``sci_tech``: "no", "ninety_percent" (property factors,
        capital counts at 90 %) or "feature" (property factors, -0.1 within K): two readings of the
        same notice.
    correlation : mapping of (line, line) to float, optional
        Correlations that the factor file does not have; a missing pair is refused.

    Returns
    -------
    Table
        ``line, premium_risk, reserve_risk, capital``, and ``total``.

    Notes
    -----
    Solvency Regulatory Rules for Insurance Companies (II), Rule No. 4 (2021), the notices of 2023
    (No. 5, item 9) and of December 2025; factors in ``balance/c_ross.toml`` of the core.

    Examples
    --------
    >>> from kebao.balance import c_ross
    >>> line = {"line": "property", "premium": 1000, "reserve": 600, "combined_ratio": 1.02}
    >>> line |= {"cession": 0.06}
    >>> c_ross([line])["capital"][-1].round(2).item()
    635.91
    >>> c_ross([line | {"sci_tech": "ninety_percent"}])["capital"][-1].round(2).item()
    572.32
    """
    issues = [
        Issue("unknown_name", f"c_ross.line {at}", "field", f"'{name}'", ", ".join(_FIELDS))
        for at, line in enumerate(lines, start=1)
        for name in line
        if name not in _FIELDS
    ]
    issues += [
        Issue("missing", f"c_ross.line {at}", "line")
        for at, line in enumerate(lines, start=1)
        if "line" not in line
    ]
    if issues:
        raise InputError(issues=issues)
    pairs = [(a, b, float(rho)) for (a, b), rho in (correlation or {}).items()]
    return Table(_kebao.c_ross_capital([{**_FIELDS, **line} for line in lines], pairs))


def c_ross_guarantee(
    exposure: float, *, kind: str = "corporate", micro_share: float = 0.0, k: float = 0.0
) -> float:
    """Minimum capital of financing guarantee insurance: exposure × factor × (1 + K).

    Parameters
    ----------
    exposure : float
        Net loan balance less net outstanding reserve.
    kind : {"mortgage", "remortgage", "personal", "corporate", "other"}
    micro_share : float
        Share of loans to micro-enterprises.
    k : float
        Sum of the other features.

    Examples
    --------
    >>> from kebao.balance import c_ross_guarantee
    >>> round(c_ross_guarantee(1000, micro_share=0.7), 9)
    94.5
    """
    return _kebao.c_ross_guarantee(kind, float(exposure), micro_share, k)
