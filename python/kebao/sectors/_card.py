"""A coverage as a card for notebooks and as a page of the docs."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .. import _svg
from .._text import amount

if TYPE_CHECKING:
    from . import Coverage

__all__ = ["card", "curve", "page", "parameters"]

_GROUPS = ("frequency", "severity", "maturity", "index", "credit", "terms")
_TEXTS = {"status", "source", "sources"}
#: What a parameter's uncertainty is called.
_CV = {"frequency": "cv_of_mean", "severity": "cv_of_scale"}


def parameters(coverage: Coverage) -> list[tuple[str, str, str, str, str]]:
    """Rows of name, value, uncertainty, status and source, one a parameter."""
    data = coverage.parameters
    rows: list[tuple[str, str, str, str, str]] = []
    for group in _GROUPS:
        table = data.get(group)
        if table is None:
            continue
        own = table.get("sources", {})
        for name, value in _flat(table):
            head = name.split(".")[0]
            if head in _TEXTS:
                continue
            known = own.get(head, table)
            cv = table.get(_CV.get(group, ""))
            wide = name in {"mean", "distribution.mean"} or head == "distribution"
            uncertain = f"cv {cv:.2g}" if cv is not None and wide else ""
            if name == "marginal.mean" and table["marginal"].get("history_years"):
                error = table["marginal"]["sd"] / math.sqrt(table["marginal"]["history_years"])
                uncertain = f"standard error {error:.2g}"
            elif name == "marginal.mean" and table["marginal"].get("cv_of_mean"):
                uncertain = f"cv {table['marginal']['cv_of_mean']:.2g}"
            status, source = known.get("status", ""), known.get("source", "")
            rows.append((f"{group}.{name}", _shown(value), uncertain, status or "", source or ""))
    for stage in ("research", "transformation", "industrialisation"):
        effect = data["stages"][stage]
        shown = f"frequency × {effect['frequency']:g}, severity × {effect['severity']:g}"
        rows.append(
            (f"stages.{stage}", shown, "", data["stages"]["status"], data["stages"]["source"])
        )
    for name, table in data.get("relativities", {}).items():
        for side in ("frequency", "severity"):
            if side in table:
                levels = ", ".join(f"{k} {v:g}" for k, v in table[side].items())
                rows.append(
                    (
                        f"relativities.{name}",
                        f"{side}: {levels}",
                        "",
                        table["status"],
                        table["source"],
                    )
                )
    for event in data.get("systemic", []):
        share, damage = event["share_hit"], event["damage"]
        shown = (
            f"{event['annual_rate']:g} a year for each {event.get('key') or 'whole book'}; share"
            f" Beta({share['a']:g}, {share['b']:g}), damage Beta({damage['a']:g}, {damage['b']:g})"
        )
        rows.append((f"systemic.{event['event']}", shown, "", event["status"], event["source"]))
    return rows


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for place, inner in enumerate(value):
            yield from _flat(inner, f"{name}.{place}")
    else:
        yield name, value


def _shown(value: Any) -> str:
    if isinstance(value, (bool, str)):
        return str(value)
    if value is None:
        return "unlimited"
    if isinstance(value, (int, float)):
        return amount(value) if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)


def curve(coverage: Coverage) -> _svg.Picture:
    """Loss of one claim by how rarely it is exceeded; the payout of an index at its quantiles."""
    library, id = coverage._library, coverage.id
    data = coverage.parameters
    periods = [10 ** (k / 8) for k in range(1, 33)]
    if coverage.process == "index":
        marginal = data["index"]["marginal"]
        title = f"{id}: payout, part of the sum insured"
        if marginal["kind"] == "normal":
            steps = [-4 + 8 * k / 60 for k in range(61)]
            values = [marginal["mean"] + marginal["sd"] * z for z in steps]
            beyond = [
                (2 / math.erfc(abs(z) / math.sqrt(2)), x)
                for z, x in zip(steps, values, strict=True)
                if z < 0
            ]
            x = [period for period, _ in reversed(beyond)]
            y = library.payouts(id, [value for _, value in reversed(beyond)])
        else:
            days = list(range(1, 13))
            x = [float(10 ** (day / 4)) for day in days]
            y = library.payouts(id, [float(day) for day in days])
        return _svg.Picture(_svg.exceedance([_svg.Line("payout", x, y)], title=title))
    losses = library.exceeded(id, [1 / period for period in periods])
    amounts = data["severity"]["basis"] == "amount"
    unit = data["currency"] if amounts else "part of the sum insured"
    picture = _svg.exceedance(
        [_svg.Line("loss of one claim", periods, losses)],
        title=f"{id}: loss exceeded by one claim in n",
        unit=unit,
    )
    return _svg.Picture(picture.replace("return period (years)", "one claim in n"))


def card(coverage: Coverage) -> str:
    """HTML: names, exposure, premium, parameters with uncertainty and sources, loss curve."""
    data = coverage.parameters
    premium = coverage.indicated()

    def line(cells: tuple[str, ...], tag: str) -> str:
        inner = "".join(f'<{tag} style="text-align:left">{html.escape(c)}</{tag}>' for c in cells)
        return f"<tr>{inner}</tr>"

    head = line(("parameter", "value", "uncertainty", "status", "source"), "th")
    body = "".join(line(row, "td") for row in parameters(coverage))
    note = "".join(
        f"<p>{html.escape(data[name])}</p>" for name in ("structure", "note") if data.get(name)
    )
    return (
        f"<h3>{html.escape(coverage.id)}: {html.escape(coverage.name)}"
        f" <small>{html.escape(coverage.name_zh)}</small></h3>"
        f"<p>{coverage.process}; per {html.escape(data['exposure']['unit'])}; parameters of"
        f" {html.escape(str(data['as_of']))}, {html.escape(data['currency'])}. {premium}</p>{note}"
        f"<table><thead>{head}</thead><tbody>{body}</tbody></table>{curve(coverage)}"
    )


def page(coverage: Coverage) -> str:
    """Markdown: the same for the docs."""
    data = coverage.parameters

    def cell(text: str) -> str:
        return text.replace("|", "\\|").replace("\n", " ")

    lines = [
        f"## {coverage.id}: {coverage.name}",
        "",
        f"{coverage.name_zh}. Process **{coverage.process}**, per {data['exposure']['unit']}"
        f" ({data['exposure']['base']}), trigger {data['trigger']}, pattern"
        f" `{data['development']}`; version {data['version']} of {data['as_of']},"
        f" {data['currency']}.",
        "",
        f"{coverage.indicated()}",
        "",
    ]
    lines += [f"{data[name]}\n" for name in ("structure", "note") if data.get(name)]
    for group in data.get("alternatives", []):
        lines += [f"A risk states one of {', '.join(group)}: they must not be multiplied.", ""]
    lines += ["| parameter | value | uncertainty | status | source |", "|---|---|---|---|---|"]
    lines += [f"| {' | '.join(map(cell, row))} |" for row in parameters(coverage)]
    return "\n".join([*lines, ""])
