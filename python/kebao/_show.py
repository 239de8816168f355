"""Small tables, as text and as HTML."""

from __future__ import annotations

import html
import math


def cell(value: float) -> str:
    """A number for a table; a dot where it is missing."""
    if math.isnan(value):
        return "."
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.4g}"


def text(rows: list[list[str]]) -> str:
    """Rows of cells, the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        f"{row[0]:<{widths[0]}}  "
        + "  ".join(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    )


def html_table(rows: list[list[str]]) -> str:
    """The same as an HTML table; the first row is its head."""

    def line(cells: list[str], tag: str) -> str:
        first = f"<th>{html.escape(cells[0])}</th>"
        rest = "".join(
            f'<{tag} style="text-align:right">{html.escape(c)}</{tag}>' for c in cells[1:]
        )
        return f"<tr>{first}{rest}</tr>"

    head, *body = rows
    inner = "".join(line(row, "td") for row in body)
    return f"<table><thead>{line(head, 'th')}</thead><tbody>{inner}</tbody></table>"
