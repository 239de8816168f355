"""How amounts, shares and errors are written for people."""

from __future__ import annotations

import math

_UNITS = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e3, "k"))


def amount(value: float, digits: int = 3) -> str:
    """Write an amount with a unit and some significant digits.

    Examples
    --------
    >>> amount(12_345_678), amount(0), amount(-5e9), amount(950), amount(999_600)
    ('12.3m', '0', '-5bn', '950', '1m')
    """
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == 0:
        return "0"
    value = float(f"{value:.{digits}g}")
    size = abs(value)
    scale, unit = next(((s, u) for s, u in _UNITS if size >= s), (1.0, ""))
    scaled = value / scale
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(scaled))))
    text = f"{scaled:,.{decimals}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + unit


def percent(value: float, decimals: int = 1) -> str:
    """Write a fraction as a percentage.

    Examples
    --------
    >>> percent(0.0123), percent(1), percent(float("nan"))
    ('1.2%', '100.0%', '–')
    """
    return "–" if math.isnan(value) else f"{value:.{decimals}%}"


def with_error(value: float, error: float) -> str:
    """Write an estimate with its standard error.

    Examples
    --------
    >>> with_error(5_234_000, 41_000), with_error(12.0, 0.0)
    ('5.23m ± 41k', '12')
    """
    if math.isnan(error) or error <= 1e-12 * abs(value):
        return amount(value)
    return f"{amount(value)} ± {amount(error, 2)}"
