"""The report of a priced programme: one HTML file that needs nothing else.

A `Report` holds numbers and names; `render` writes the page. Sections without content are left
out. Every simulated number is shown with its standard error where one is given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from kebao import _svg
from kebao._svg import Line
from kebao._text import amount, percent, with_error

__all__ = ["Line", "Report", "render", "write"]

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the report shows.

    Attributes
    ----------
    title, subtitle : str
        The heading, and a line below it.
    currency : str
        Currency of all amounts.
    years : int
        Simulated years.
    seed : int
        Seed of the draws.
    headline : sequence of (label, value, note)
        The few figures to see first, as text.
    tower : str
        The programme as an ``<svg>`` element.
    wording : str
        The programme as text.
    treaties : sequence of dict
        A row per treaty, and ``gross``, ``ceded``, ``net``, with the columns of
        ``result.to_pandas()``; any column may have its error in a column named ``…_se``.
        ``technical_premium`` is shown when given.
    premiums : sequence of dict
        A row per treaty with the parts of its technical premium: ``treaty``, ``expected_loss``,
        ``expenses``, ``brokerage``, ``capital_cost``, ``technical_premium``, ``premium``.
    sectors : sequence of dict
        ``sector``, ``risks``, ``sum_insured``, ``expected_loss``, ``standard_error``, ``sd``,
        ``ceded``, ``net``.
    variance : sequence of dict
        ``name`` and the variances ``process``, ``parameter``, ``systemic``.
    curves : sequence of Line
        Loss against return period, with confidence bands.
    reserves : sequence of dict
        ``name``, ``paid``, ``ultimate``, ``ibnr``, ``standard_error``, ``process_error``,
        ``parameter_error``.
    unpaid : sequence of dict
        A row per coverage: ``coverage``, ``expected_loss``, ``unpaid_12``, ``unpaid_36``,
        ``mean_term`` and the ``pattern`` they follow from.
    reconciliation : sequence of (label, value)
        Rows in and out, gross against ceded and net.
    inputs : sequence of (name, digest, note)
        Files read, with their SHA-256.
    notes : sequence of str
        What a reader must know: assumptions, warnings, illustrative data.
    footer : sequence of (label, value)
        Version, digest, elapsed time.
    """

    title: str
    subtitle: str = ""
    currency: str = ""
    years: int = 0
    seed: int = 0
    headline: Sequence[tuple[str, str, str]] = ()
    tower: str = ""
    wording: str = ""
    treaties: Sequence[Row] = ()
    premiums: Sequence[Row] = ()
    sectors: Sequence[Row] = ()
    variance: Sequence[Row] = ()
    curves: Sequence[Line] = ()
    reserves: Sequence[Row] = ()
    unpaid: Sequence[Row] = ()
    reconciliation: Sequence[tuple[str, str]] = ()
    inputs: Sequence[tuple[str, str, str]] = ()
    notes: Sequence[str] = ()
    footer: Sequence[tuple[str, str]] = field(default_factory=tuple)


@dataclass(frozen=True)
class _Column:
    """A column of a table: its key, its heading in two languages, and how its values are written.

    ``error`` names the column with the standard error.
    """

    key: str
    name: str
    chinese: str = ""
    write: Callable[[float], str] | None = amount
    error: str = ""


_TEXT = None
_TREATY = (
    _Column("treaty", "treaty", "合同", _TEXT),
    _Column("expected_loss", "expected loss", "期望损失", error="standard_error"),
    _Column("sd", "sd", "标准差", error="sd_se"),
    _Column("var_99", "VaR 99%", "在险价值", error="var_99_se"),
    _Column("tvar_99", "TVaR 99%", "尾部均值", error="tvar_99_se"),
    _Column("var_99_5", "VaR 99.5%", "", error="var_99_5_se"),
    _Column("tvar_99_5", "TVaR 99.5%", "", error="tvar_99_5_se"),
    _Column("rate_on_line", "rate on line", "责任限额费率", percent),
    _Column("prob_attach", "P(attach)", "触发概率", lambda p: percent(p, 2), "prob_attach_se"),
    _Column("prob_exhaust", "P(exhaust)", "耗尽概率", lambda p: percent(p, 2), "prob_exhaust_se"),
    _Column("reinstatement_premium", "reinstatement premium", "恢复保费"),
    _Column("technical_premium", "technical premium", "技术保费"),
)
_PREMIUM = (
    _Column("treaty", "treaty", "合同", _TEXT),
    _Column("expected_loss", "expected loss", "期望损失"),
    _Column("expenses", "expenses", "费用"),
    _Column("brokerage", "brokerage", "经纪费"),
    _Column("capital_cost", "cost of capital", "资本成本"),
    _Column("technical_premium", "technical premium", "技术保费"),
    _Column("premium", "premium asked", "报价保费"),
)
_SECTOR = (
    _Column("sector", "sector", "险种", _TEXT),
    _Column("risks", "risks", "保单数", lambda n: f"{n:,.0f}"),
    _Column("sum_insured", "sum insured", "保额"),
    _Column("expected_loss", "expected loss", "期望损失", error="standard_error"),
    _Column("sd", "sd", "标准差"),
    _Column("ceded", "ceded", "分出"),
    _Column("net", "net", "自留"),
)
_VARIANCE = (
    _Column("name", "", "", _TEXT),
    _Column("sd", "sd", "标准差"),
    _Column("process", "process", "过程", percent),
    _Column("parameter", "parameter", "参数", percent),
    _Column("systemic", "systemic", "系统性", percent),
)
_RESERVE = (
    _Column("name", "line", "业务线", _TEXT),
    _Column("paid", "latest", "最新"),
    _Column("ultimate", "ultimate", "终极损失"),
    _Column("ibnr", "reserve", "准备金", error="standard_error"),
    _Column("cv", "error / reserve", "变异系数", percent),
    _Column("process_error", "process error", "过程误差"),
    _Column("parameter_error", "parameter error", "参数误差"),
)
_UNPAID = (
    _Column("coverage", "coverage", "险种", _TEXT),
    _Column("expected_loss", "expected loss a year", "期望损失"),
    _Column("unpaid_12", "unpaid after 1 year", "一年后未付"),
    _Column("unpaid_36", "after 3 years", "三年后未付"),
    _Column("mean_term", "mean term, years", "平均赔付期", lambda t: f"{t:.1f}"),
    _Column("pattern", "pattern", "赔付模式", _TEXT),
)
_VARIANCE_PARTS = ("process", "parameter", "systemic")


def render(report: Report) -> str:
    """Write the page.

    Parameters
    ----------
    report : Report
        What to show.

    Returns
    -------
    str
        A complete HTML document without scripts, outside links or files.

    Examples
    --------
    >>> page = render(Report(title="A programme", treaties=[{"treaty": "xl1", "sd": 2e6}]))
    >>> "<!doctype html>" in page, "xl1" in page, "<script" in page
    (True, True, False)
    """
    unit = report.currency
    sections = [
        _headline(report),
        _section("Programme", "再保结构", report.tower + _wording(report.wording)),
        _section("Treaties", "分保合同", _table(_TREATY, report.treaties), _about_treaties(report)),
        _section("Technical premium", "技术保费", _table(_PREMIUM, report.premiums)),
        _section("Exceedance", "超越概率", _curves(report), "Bands are 95% confidence intervals."),
        _section("By sector", "分险种", _sectors(report, unit)),
        _section("Where the variance comes from", "方差来源", _variance(report.variance)),
        _section("Reserves", "准备金", _table(_RESERVE, _with_cv(report.reserves))),
        _section("Reserves the book will need", "本业务准备金", _table(_UNPAID, report.unpaid)),
        _section("Inputs and reconciliation", "输入与核对", _inputs(report)),
        _section("To know", "说明", _notes(report.notes)),
    ]
    body = "\n".join(section for section in sections if section)
    subtitle = f"<p class=sub>{escape(report.subtitle)}</p>" if report.subtitle else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(report.title)}</title>\n<style>{_CSS}</style>\n</head>\n<body>\n<main>\n"
        f"<header><h1>{escape(report.title)}</h1>{subtitle}</header>\n"
        f"{body}\n{_footer(report)}\n</main>\n</body>\n</html>\n"
    )


def write(report: Report, path: str | Path) -> Path:
    """Write the page to a file, in UTF-8.

    Parameters
    ----------
    report : Report
        What to show.
    path : str or Path
        The file.

    Returns
    -------
    Path
        The file written.
    """
    path = Path(path)
    path.write_text(render(report), encoding="utf-8")
    return path


def _section(name: str, chinese: str, content: str, note: str = "") -> str:
    if not content:
        return ""
    below = f"<p class=note>{escape(note)}</p>" if note else ""
    return (
        f'<section><h2>{escape(name)} <span lang="zh">{chinese}</span></h2>{content}{below}'
        "</section>"
    )


def _headline(report: Report) -> str:
    if not report.headline:
        return ""
    cards = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd>"
        f"<dd class=note>{escape(note)}</dd></div>"
        for label, value, note in report.headline
    )
    return f"<dl class=cards>{cards}</dl>"


def _wording(text: str) -> str:
    return f"<pre>{escape(text.strip())}</pre>" if text.strip() else ""


def _about_treaties(report: Report) -> str:
    unit = f"Amounts in {report.currency}. " if report.currency else ""
    return (
        f"{unit}± is one standard error of the simulation over {report.years:,} years. "
        "Rate on line is expected loss over limit; gross = ceded + net."
    )


def _table(columns: Sequence[_Column], rows: Sequence[Row]) -> str:
    """A table of the columns that any row has."""
    if not rows:
        return ""
    used = [column for column in columns if any(_number(row, column) for row in rows)]
    head = "".join(
        f"<th>{escape(column.name)}"
        + (f'<span lang="zh">{column.chinese}</span>' if column.chinese else "")
        + "</th>"
        for column in used
    )
    body = "".join(
        f"<tr{_emphasis(row)}>" + "".join(_cell(column, row) for column in used) + "</tr>"
        for row in rows
    )
    return (
        "<div class=scroll><table>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _number(row: Row, column: _Column) -> bool:
    value = row.get(column.key)
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def _emphasis(row: Row) -> str:
    first = str(next(iter(row.values()), ""))
    return " class=total" if first in {"gross", "ceded", "net", "total", "portfolio"} else ""


def _cell(column: _Column, row: Row) -> str:
    value = row.get(column.key)
    if column.write is None:
        return f"<th>{escape(str(value))}</th>"
    if not _number(row, column):
        return "<td>–</td>"
    text = escape(column.write(float(value)))  # type: ignore[arg-type]
    error = row.get(column.error) if column.error else None
    if error is not None and float(error) > 0:
        small = column.write(float(error)) if column.write is not amount else amount(error, 2)
        text += f"<small>± {escape(small)}</small>"
    return f'<td title="{float(value):,.10g}">{text}</td>'  # type: ignore[arg-type]


def _curves(report: Report) -> str:
    if not report.curves:
        return ""
    return _svg.exceedance(
        report.curves, title="Loss by return period", unit=report.currency, width=900, height=360
    )


def _sectors(report: Report, unit: str) -> str:
    if not report.sectors:
        return ""
    parts = ("ceded", "net") if any("ceded" in row for row in report.sectors) else ()
    chart = _svg.bars(
        [
            (
                str(row["sector"]),
                {part: float(row.get(part, 0.0)) for part in parts}
                or {"expected loss": float(row["expected_loss"])},
            )
            for row in report.sectors
            if row["sector"] not in {"total", "portfolio"}
        ],
        title="Expected loss by sector",
        unit=unit,
        width=900,
    )
    return chart + _table(_SECTOR, report.sectors)


def _variance(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    shares = []
    for row in rows:
        parts = {part: float(row.get(part, 0.0)) for part in _VARIANCE_PARTS}
        total = sum(parts.values())
        if total > 0:
            split = {part: value / total for part, value in parts.items()}
            shares.append({"name": row["name"], "sd": math.sqrt(total), **split})
    chart = _svg.bars(
        [
            (str(row["name"]), {part: float(row[part]) for part in _VARIANCE_PARTS})
            for row in shares
        ],
        title="Share of the variance of annual loss",
        share=True,
        width=900,
    )
    return chart + _table(_VARIANCE, shares)


def _with_cv(rows: Sequence[Row]) -> list[Row]:
    def cv(row: Row) -> float:
        reserve, error = float(row.get("ibnr", 0.0)), row.get("standard_error")
        return float(error) / reserve if error is not None and reserve else math.nan

    return [{**row, "cv": cv(row)} for row in rows]


def _inputs(report: Report) -> str:
    rows = "".join(
        f"<tr><th>{escape(label)}</th><td class=text>{escape(value)}</td></tr>"
        for label, value in report.reconciliation
    )
    files = "".join(
        f"<tr><th>{escape(name)}</th><td class=text>{escape(note)} "
        f"<code>{escape(digest[:16])}</code></td></tr>"
        for name, digest, note in report.inputs
    )
    return f"<table class=pairs><tbody>{rows}{files}</tbody></table>" if rows or files else ""


def _notes(notes: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return f"<ul>{items}</ul>" if items else ""


def _footer(report: Report) -> str:
    facts = [("seed", str(report.seed)), ("years", f"{report.years:,}"), *report.footer]
    text = " · ".join(f"{escape(label)} <code>{escape(value)}</code>" for label, value in facts)
    return f"<footer>{text}</footer>"


def summary(report: Report) -> str:
    """The table by treaty as plain text, for a terminal.

    Parameters
    ----------
    report : Report
        What to show.

    Returns
    -------
    str
        Lines of aligned columns, without a trailing line break.

    Examples
    --------
    >>> row = {"treaty": "xl1", "expected_loss": 2.5e6, "standard_error": 1e4}
    >>> print(summary(Report(title="A programme", treaties=[row])))
    treaty    expected loss
    xl1         2.5m ± 10k
    """
    columns = [c for c in _TREATY if any(_number(row, c) for row in report.treaties)]
    table = [[column.name for column in columns]]
    for row in report.treaties:
        table.append([_plain(column, row) for column in columns])
    widths = [max(len(line[position]) for line in table) for position in range(len(columns))]
    lines = []
    for line in table:
        first, *rest = line
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _plain(column: _Column, row: Row) -> str:
    if column.write is None:
        return str(row.get(column.key, ""))
    if not _number(row, column):
        return "–"
    value = float(row[column.key])
    if column.key == "expected_loss":
        return with_error(value, float(row.get("standard_error") or 0.0))
    return column.write(value)


_CSS = """
:root{--ink:#1b2430;--soft:#5d6b7c;--line:#d9dfe7;--wash:#f5f7fa;--paper:#fff;--mark:#0072b2}
@media (prefers-color-scheme:dark){:root{--ink:#e4e8ee;--soft:#98a4b3;--line:#333d4a;--wash:#1d242d;
--paper:#14191f;--mark:#56b4e9}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,
"Segoe UI","Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{max-width:1080px;margin:0 auto;padding:2.2rem 1.2rem 3rem}
h1{font-size:1.75rem;line-height:1.2;margin:0}
h2{font-size:1.08rem;margin:0 0 .7rem;padding-top:.9rem;border-top:2px solid var(--mark)}
[lang=zh]{color:var(--soft);font-weight:400;font-size:.82em}
h2 [lang=zh]{margin-left:.35em}
.sub,.note{color:var(--soft)}.sub{margin:.25rem 0 0}.note{font-size:.82rem;margin:.5rem 0 0}
section{margin-top:2.2rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:.8rem;
margin:1.6rem 0 0}
.cards>div{background:var(--wash);border-radius:8px;padding:.75rem .9rem}
.cards dt{color:var(--soft);font-size:.82rem}.cards dd{margin:0;font-size:1.3rem;font-weight:600}
.cards dd.note{font-size:.78rem;font-weight:400;margin-top:.1rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.86rem}
th,td{padding:.4rem .55rem;text-align:right;white-space:nowrap;vertical-align:top}
th:first-child{text-align:left}
thead th{font-weight:600;white-space:normal;vertical-align:bottom;
border-bottom:1px solid var(--ink)}
thead [lang=zh]{display:block}
tbody tr{border-bottom:1px solid var(--line)}
tbody th{font-weight:500}
tr.total th,tr.total td{font-weight:650;background:var(--wash)}
td small{display:block;color:var(--soft);font-weight:400;font-size:.86em}
table.pairs{width:auto}table.pairs th{color:var(--soft);font-weight:400}
td.text{text-align:left;white-space:normal}
pre{background:var(--wash);border-radius:8px;padding:.8rem 1rem;overflow-x:auto;font-size:.82rem;
line-height:1.6}
code{font-size:.9em}svg{display:block;margin:0 0 .8rem}
footer{margin-top:2rem;padding-top:.8rem;border-top:1px solid var(--line);color:var(--soft);
font-size:.78rem}
@media print{:root{--ink:#000;--soft:#444;--line:#bbb;--wash:#f2f2f2;--paper:#fff;--mark:#0072b2}
body{font-size:10.5pt}main{max-width:none;padding:0}section{break-inside:avoid;margin-top:1.2rem}
.scroll{overflow:visible}table{font-size:7.6pt}th,td{padding:.22rem .3rem}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}@page{size:A4 landscape;margin:14mm}}
""".strip()
