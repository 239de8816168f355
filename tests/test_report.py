"""The report stands alone, is well formed, shows every number given, and trusts no text."""

import math
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from kebao import _svg, report
from kebao._svg import Line
from kebao._text import amount
from kebao.report import Report

VOID = {"meta", "br", "hr", "img", "input", "link", "rect", "line", "path", "polygon"}


class Balance(HTMLParser):
    """Checks that what is opened is closed, in order."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def row(name, losses, limit=math.nan):
    n = len(losses)
    ordered = np.sort(losses)
    tail = ordered[int(0.99 * n) :]
    return {
        "treaty": name,
        "expected_loss": float(losses.mean()),
        "standard_error": float(losses.std(ddof=1) / math.sqrt(n)),
        "sd": float(losses.std(ddof=1)),
        "prob_attach": float((losses > 0).mean()),
        "prob_exhaust": float((losses >= limit).mean()) if math.isfinite(limit) else math.nan,
        "rate_on_line": float(losses.mean() / limit),
        "var_99": float(tail[0]),
        "tvar_99": float(tail.mean()),
        "tvar_99_se": float(tail.std(ddof=1) / math.sqrt(len(tail))),
    }


def curve(name, losses):
    ordered = np.sort(losses)
    periods = [2, 5, 10, 20, 50, 100, 200, 500, 1000]
    n = len(losses)

    def at(p):
        return float(ordered[min(n - 1, max(0, math.ceil(n * p) - 1))])

    half = [1.96 * math.sqrt((1 - 1 / t) / t / n) for t in periods]
    return Line(
        name,
        periods,
        [at(1 - 1 / t) for t in periods],
        [at(1 - 1 / t - h) for t, h in zip(periods, half, strict=True)],
        [at(1 - 1 / t + h) for t, h in zip(periods, half, strict=True)],
    )


@pytest.fixture(scope="module")
def example():
    draw = np.random.default_rng(2026)
    largest = draw.lognormal(16.5, 1.3, 20_000)
    gross = largest + draw.lognormal(16, 0.8, 20_000)
    xl1 = np.clip(largest - 1e7, 0, 2e7)
    xl2 = np.clip(largest - 3e7, 0, 5e7)
    net = gross - xl1 - xl2
    sectors = ["space.launch", "ai.output_liability", "chip.fab_property", "drone.liability"]
    share = np.array([0.4, 0.3, 0.2, 0.1])
    return Report(
        title="Greater Bay science-and-technology book 大湾区",
        subtitle="2,914 policies in 8 coverages; illustrative",
        currency="CNY",
        years=20_000,
        seed=2026,
        headline=[
            ("Expected loss, gross", amount(gross.mean()), "± 0.4m"),
            ("Expected loss, net", amount(net.mean()), "after all treaties"),
            ("TVaR 99%, net", amount(row("", net)["tvar_99"]), "one year in a hundred"),
            ("Technical premium", amount(1.4 * (xl1 + xl2).mean()), "all treaties"),
        ],
        tower=_svg.bars([("xl2", {"placed": 5e7}), ("xl1", {"placed": 2e7})], title="Tower"),
        wording="xl1: 20m xs 10m, 2 @ 100%\nxl2: 50m xs 30m, 1 @ 100%",
        treaties=[
            row("xl1", xl1, 2e7) | {"reinstatement_premium": 4.2e5, "technical_premium": 4e6},
            row("xl2", xl2, 5e7) | {"reinstatement_premium": 3.1e5, "technical_premium": 5e6},
            row("gross", gross),
            row("ceded", xl1 + xl2),
            row("net", net),
        ],
        sectors=[
            {
                "sector": name,
                "risks": int(1000 * s),
                "sum_insured": 1e10 * s,
                "expected_loss": s * gross.mean(),
                "standard_error": s * 1e5,
                "ceded": s * (xl1 + xl2).mean(),
                "net": s * net.mean(),
            }
            for name, s in zip(sectors, share, strict=True)
        ],
        variance=[
            {"name": "portfolio", "process": 6e14, "parameter": 3e14, "systemic": 4e14},
            {"name": "space.launch", "process": 4e14, "parameter": 5e13, "systemic": 1e13},
        ],
        curves=[curve("AEP gross", gross), curve("OEP gross", largest), curve("AEP net", net)],
        reserves=[
            {"name": "other liability", "paid": 3.1e7, "ultimate": 5.2e7, "ibnr": 2.1e7,
             "standard_error": 2.4e6, "process_error": 2.0e6, "parameter_error": 1.3e6},
        ],
        reconciliation=[("policies", "2,917 rows = 2,914 used + 3 rejected")],
        inputs=[("policies.csv", "ab" * 32, "2,917 rows")],
        notes=["The book is illustrative; launch rates are those of the measured record."],
        footer=[("kebao", "0.1.0"), ("digest", "12ab34cd")],
    )  # fmt: skip


def test_the_page_is_well_formed_and_stands_alone(example):
    page = report.render(example)
    reader = Balance()
    reader.feed(page)
    assert reader.open == []
    tags = [tag for tag, _ in reader.seen]
    assert not {"script", "link", "img", "iframe", "object"} & set(tags)
    addresses = re.findall(r"https?://[^\"' <]+", page)
    assert set(addresses) <= {"http://www.w3.org/2000/svg"}
    assert "url(" not in page
    assert "@import" not in page
    assert tags.count("h2") == 8


def test_every_treaty_shows_its_loss_with_its_error(example):
    page = report.render(example)
    for line in example.treaties:
        assert f'title="{line["expected_loss"]:,.10g}"' in page
        error = amount(line["standard_error"], 2)
        assert f"{amount(line['expected_loss'])}<small>± {error}</small>" in page


def test_what_is_missing_leaves_no_empty_section_or_column(example):
    page = report.render(Report(title="only this", treaties=[{"treaty": "a", "sd": 1.0}]))
    assert page.count("<h2>") == 1
    assert "rate on line</" not in page.split("<tbody>")[0].replace("<p", "")
    assert "None" not in page
    assert "nan" not in report.render(example).replace("finance", "")


def test_text_from_outside_cannot_become_markup():
    evil = "<script>alert(1)</script>"
    page = report.render(
        Report(
            title=evil,
            subtitle=evil,
            wording=evil,
            headline=[(evil, evil, evil)],
            treaties=[{"treaty": evil, "sd": 1.0}],
            sectors=[{"sector": evil, "expected_loss": 1.0}],
            variance=[{"name": evil, "process": 1.0}],
            curves=[Line(evil, [2, 10], [1.0, 2.0])],
            reserves=[{"name": evil, "ibnr": 1.0}],
            inputs=[(evil, evil, evil)],
            reconciliation=[(evil, evil)],
            notes=[evil],
            footer=[(evil, evil)],
        )
    )
    assert "<script" not in page


def test_the_terminal_table_is_aligned(example):
    lines = report.summary(example).splitlines()
    assert len(lines) == 1 + len(example.treaties)
    assert len({len(line) for line in lines}) == 1
    assert lines[1].startswith("xl1")


CHARTS = {
    "exceedance": lambda: _svg.exceedance(
        [Line("a & b", [2, 10, 100], [0.0, 1e6, math.inf], [0, 1, 2], [1, 2e6, 9e6])],
        title="<loss>",
        unit="CNY",
    ),
    "exceedance of nothing": lambda: _svg.exceedance([], title=""),
    "one point": lambda: _svg.exceedance([Line("a", [100], [1.0])], title="a"),
    "fan": lambda: _svg.fan([1, 2], [("90%", [0, 1], [3, 4])], [1, 2], title="fan"),
    "fan of nothing": lambda: _svg.fan([], [], [], title="fan"),
    "bars": lambda: _svg.bars([("险种", {"a": 1.0, "b": -2.0})], title="bars"),
    "bars of nothing": lambda: _svg.bars([], title="bars"),
}


@pytest.mark.parametrize("name", CHARTS)
def test_charts_are_well_formed_and_finite(name):
    text = CHARTS[name]()
    root = ElementTree.fromstring(text)
    assert root.get("role") == "img"
    assert root.find("{http://www.w3.org/2000/svg}title") is not None
    assert "nan" not in text
    assert "inf" not in text.replace("info", "")


def test_the_curve_is_drawn_where_the_numbers_are():
    text = _svg.exceedance([Line("a", [1, 10, 100], [0.0, 50.0, 100.0])], title="a", width=640)
    points = re.search(r'd="M([^"]+)"', text).group(1).split()
    (x0, y0), (x1, y1), (x2, y2) = (tuple(map(float, point.split(","))) for point in points)
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.11)  # equal steps on a logarithmic axis
    assert y0 - y1 == pytest.approx(y1 - y2, abs=0.11)  # equal steps upwards on a linear one


@pytest.mark.parametrize("top", [1e-9, 0.3, 1.0, 47.0, 99.9, 1e9, 3.33e12])
def test_ticks_cover_the_data_and_are_few(top):
    ticks = _svg.nice_ticks(top)
    assert ticks[0] == 0
    assert ticks[-1] >= top * 0.999
    assert 3 <= len(ticks) <= 7
