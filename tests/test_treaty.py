"""Programmes from text and from objects, against an independent engine and published numbers."""

from __future__ import annotations

import json
import math
import pickle
import random
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from reference import Reference, Row

from kebao.errors import InputError
from kebao.treaty import LossTable, Programme, Treaty

JOURNEY = """
    qs:  40% quota share, commission 27.5%, loss ratio cap 300%
    xl1: 20m xs 10m on net of qs, 2 @ 100%
    xl2: 50m xs 30m on net of qs, 1 @ 100%, aad 5m, placed 75%
    sl:  60m xs 80m annual on net of qs, xl1, xl2
"""


def journey() -> Programme:
    return Programme.from_text(JOURNEY, currency="CNY", premium="90m")


def random_programme(rng: random.Random) -> list[Treaty]:
    """A programme that is sound by construction and uses every clause."""
    treaties: list[Treaty] = []
    shares: dict[tuple[str, ...], float] = {}
    for index in range(rng.randint(1, 5)):
        kind = rng.choice(["quota share", "risk", "event", "event", "annual", "stop loss"])
        annual = kind in ("annual", "stop loss")
        named = [t.name for t in treaties if annual or t.basis != "annual"]
        net_of = tuple(name for name in named if rng.random() < 0.6)
        terms: dict[str, object] = {"net_of": net_of}
        maybe = lambda odds=0.3: rng.random() < odds  # noqa: E731
        if maybe():
            terms["placed"] = round(rng.uniform(0.3, 1), 2)
        if maybe(0.2):
            terms["co_participation"] = round(rng.uniform(0.05, 0.3), 2)
        if maybe(0.2):
            terms["franchise"] = rng.randint(1, 15) + 0.37
        if not annual and maybe():
            terms["aad"] = rng.randint(1, 20)
        name = f"t{index}"
        if maybe(0.15):
            terms["term"] = rng.randint(1, 4)
            terms["term_limit"] = rng.randint(20, 200)
            terms["term_deductible"] = rng.choice([0, rng.randint(1, 30)])
        if kind == "quota share" and maybe(0.3):
            if maybe():
                terms["event_franchise"] = rng.randint(5, 40) + 0.37
            if maybe(0.5):
                tops = sorted(rng.sample(range(10, 80), 2))
                shares_of = [round(rng.uniform(0, 0.9), 2) for _ in range(3)]
                tops = [*tops, math.inf][: rng.randint(2, 3)]
                terms["bands"] = [
                    {"up_to": top, "share": s} for top, s in zip(tops, shares_of, strict=False)
                ]
                treaties.append(Treaty(name=name, basis="risk", **terms))
            else:
                if maybe(0.5):
                    terms["retentions"] = {"uav": rng.randint(1, 20)}
                lines = rng.choice([1, 2.5, 5])
                treaties.append(
                    Treaty.surplus(name, lines=lines, retention=rng.randint(2, 30), **terms)
                )
            continue
        if kind == "quota share":
            left = 1 - shares.get(net_of, 0.0)
            share = round(rng.uniform(0.05, 0.9) * left, 3)
            if share <= 0:
                continue
            shares[net_of] = shares.get(net_of, 0.0) + share
            if maybe():
                terms["event_limit"] = rng.randint(5, 60)
            if maybe():
                terms["aal"] = rng.randint(5, 150)
            if maybe():
                terms["loss_ratio_cap"] = round(rng.uniform(0.3, 3), 2)
            if maybe(0.2):
                terms["event_franchise"] = rng.randint(5, 40) + 0.37
            if maybe(0.2):
                terms["corridor"] = {"share": 0.6, "from": 0.3, "to": 0.8}
            treaties.append(Treaty.quota_share(name, share=share, **terms))
            continue
        if kind == "stop loss":
            limit, attachment = round(rng.uniform(0.1, 1), 2), round(rng.uniform(0, 1.5), 2)
            treaties.append(Treaty.stop_loss(name, limit=limit, attachment=attachment, **terms))
            continue
        limit, attachment = rng.randint(1, 40), rng.randint(0, 40)
        if maybe():
            terms["share"] = round(rng.uniform(0.2, 1), 2)
        if maybe(0.5):
            terms["premium"] = rng.randint(1, 4)
        elif maybe(0.5):
            terms["rate"] = round(rng.uniform(0.01, 0.05), 3)
        if kind != "annual":
            rates = [rng.choice([0, 0.5, 1, 1.25]) for _ in range(rng.randint(0, 3))]
            choice = rng.choice([None, rates, rates, {"unlimited": 1.0}])
            if choice is not None:
                terms["reinstatements"] = choice
                terms["pro_rata"] = rng.choice(["amount", "time"])
            elif maybe(0.5):
                terms["aal"] = rng.randint(limit, 4 * limit)
            if kind == "risk" and maybe():
                terms["event_limit"] = rng.randint(5, 60)
            if kind == "risk" and maybe():
                terms["event_franchise"] = rng.randint(5, 40) + 0.37
            if isinstance(choice, list) and choice and terms["pro_rata"] == "amount" and maybe():
                terms["prepaid"] = True
            if maybe(0.2):
                over = rng.choice([None, rng.randint(1, 40)])
                terms["from_event"] = {"number": rng.randint(2, 3), "over": over}
            elif maybe(0.2) and attachment > 1:
                terms["drop"] = {
                    "to": rng.randint(0, attachment - 1), "number": 2,
                    "over": rng.choice([None, 10]), "top": maybe(),
                }  # fmt: skip
            if kind == "event" and maybe(0.2):
                terms["hours"] = rng.choice([72, 500, 2000])
            if maybe(0.15):
                terms["stability"] = {
                    "rate": 0.05, "beyond": rng.choice([0, 0.1]), "pattern": [0.2, 0.3, 0.5],
                }  # fmt: skip
        if "premium" in terms and maybe(0.2):
            terms["corridor"] = {"share": 0.6, "from": 2, "to": 5}
        elif maybe(0.15):
            terms["indexed"] = 0.04
        backed = [
            t for t in treaties
            if t.basis == kind != "annual" and t.backup_of is None and not t.indexed
            and t.corridor is None and (isinstance(t.reinstatements, tuple) or t.aal < math.inf)
        ]  # fmt: skip
        if backed and maybe(0.4) and not {"from_event", "drop", "hours", "indexed"} & set(terms):
            terms |= {"backup_of": rng.choice(backed).name, "net_of": ()}
            attachment = rng.choice([0, 3])
        treaties.append(
            Treaty.excess_of_loss(name, limit=limit, attachment=attachment, basis=kind, **terms)
        )
    return [attached(rng, treaties, treaty) for treaty in treaties]


def attached(rng: random.Random, treaties: list[Treaty], treaty: Treaty) -> Treaty:
    """The treaty, sometimes by years of policies or of reports where its clauses allow it."""
    by_year = treaty.from_event or treaty.drop or treaty.hours or treaty.term or treaty.indexed
    backup = treaty.backup_of or any(other.backup_of == treaty.name for other in treaties)
    if by_year or backup or treaty.pro_rata == "time" or rng.random() > 0.25:
        return treaty
    attaches = rng.choice(["risks_attaching", "claims_made", "losses_occurring"])
    interlocking = treaty.basis == "event" and attaches != "losses_occurring"
    return replace(treaty, attaches=attaches, interlocking=interlocking and rng.random() < 0.5)


def sound(treaties: list[Treaty]) -> Programme | None:
    """The programme, unless its quota shares leave no premium to those that come after."""
    try:
        return Programme(treaties, premium=100)
    except InputError as error:
        if {issue.code for issue in error.issues} <= {"no_premium_left"}:
            return None
        raise


def random_years(rng: random.Random, count: int) -> list[list[Row]]:
    years = []
    for _ in range(count):
        rows = []
        times = sorted(rng.random() for _ in range(rng.randint(0, 6)))
        for event, time in enumerate(times):
            cause = rng.randint(0, 1)
            for risk in sorted(rng.randint(0, 3) for _ in range(rng.randint(1, 4))):
                loss = rng.choice([0.0, 10.0, 20.0, rng.expovariate(1 / 12), 5 / rng.random()])
                dates = rng.choice([0, 0, -1, -2]), rng.choice([0, 0, 1, 3])
                rows.append(Row(time, event, risk, loss, cause, *dates))
        years.append(rows)
    return years


SUMS_INSURED = {0: 8.0, 1: 20.0, 2: 45.0, 3: 120.0}
SECTORS = {0: "chips", 1: "uav", 2: "chips", 3: "uav"}


def table_of(years: list[list[Row]], rng: random.Random) -> LossTable:
    """The same years as a shuffled table."""
    rows = [(year, row) for year, rows in enumerate(years) for row in rows]
    rng.shuffle(rows)
    columns = {
        "year": np.array([year for year, _ in rows], dtype=np.int64),
        "loss": np.array([row.loss for _, row in rows]),
        "time": np.array([row.time for _, row in rows]),
        "event": np.array([row.event for _, row in rows], dtype=np.int64),
        "risk_id": np.array([row.risk for _, row in rows], dtype=np.int64),
        "cause": [f"cause {row.cause}" for _, row in rows],
        "sum_insured": [SUMS_INSURED[row.risk] for _, row in rows],
        "sector": [SECTORS[row.risk] for _, row in rows],
        "inception": [year + row.inception + 0.25 for year, row in rows],
        "reported": np.array([year + row.reported for year, row in rows]),
    }
    return LossTable(columns, years=(0, len(years) - 1))


@pytest.mark.parametrize("seed", range(40))
def test_agrees_with_an_independent_engine(seed):
    rng = random.Random(seed)
    for _ in range(10):
        treaties = random_programme(rng)
        if not treaties:
            continue
        programme = sound(treaties)
        if programme is None:
            continue
        years = random_years(rng, 12)
        table = table_of(years, rng)
        attribution = rng.choice(["event_order", "pro_rata"])
        dated = any(t.indexed or t.attaches not in (None, "losses_occurring") for t in treaties)
        horizon = rng.choice([1, 4, 5]) if dated else None
        out = programme.apply(table, attribution=attribution, horizon=horizon)
        reference = Reference(
            json.loads(programme.to_json()), attribution, horizon, SUMS_INSURED, SECTORS
        )
        told = reference.run(years)
        for year, rows in enumerate(years):
            expected = told[year]
            scale = max(1.0, sum(row.loss for row in rows))
            for name in programme.names:
                got = out.ceded(name)[year]
                assert abs(got - expected["ceded"][name]) <= 1e-9 * scale, (programme, rows)
                got = out.reinstatement_premium(name)[year]
                assert abs(got - expected["reinstatement_premium"][name]) <= 1e-9 * scale, programme
            assert abs(out.largest_net[year] - expected["largest_net"]) <= 1e-9 * scale, programme
        ceded, net, gross = out.total_ceded, out.net, out.gross
        kept = ceded <= 2 * gross
        assert np.array_equal((ceded + net)[kept], gross[kept])
        again = Programme.from_text(str(programme), premium=100)
        assert again.apply(table, attribution=attribution, horizon=horizon).digest == out.digest
        assert again == programme


def test_reads_and_writes_the_journey():
    programme = journey()
    assert programme.names == ["qs", "xl1", "xl2", "sl"]
    assert programme["qs"].loss_ratio_cap == 3.0
    assert programme["xl2"].reinstatements == (1.0,)
    assert programme["sl"].net_of == ("qs", "xl1", "xl2")
    assert programme.premium == 90e6
    assert programme.currency == "CNY"
    assert programme.premiums["xl1"] == (54e6, None)
    assert Programme.from_text(str(programme), currency="CNY", premium=90e6) == programme
    assert Programme.from_toml(programme.to_toml()) == programme
    assert pickle.loads(pickle.dumps(programme)) == programme
    assert eval(repr(programme)) == programme
    assert hash(pickle.loads(pickle.dumps(programme))) == hash(programme)
    rebuilt = Programme(programme.treaties, currency="CNY", premium="9000万")
    assert rebuilt == programme


def test_treaties_from_objects_and_text_are_the_same():
    treaty = Treaty.excess_of_loss(
        "xl", limit="2000万", attachment="10m", reinstatements=["100%", "free"], placed="75%"
    )
    text = "xl: 20m xs 10m, reinstatements 100%, free, placed 75%"
    assert str(treaty) == text
    assert treaty == Programme.from_text(text).treaties[0]
    assert pickle.loads(pickle.dumps(treaty)) == treaty
    assert treaty.reinstatements == (1.0, 0.0)
    assert treaty.aal == math.inf


def test_all_faults_of_a_treaty_and_of_a_programme_at_once():
    with pytest.raises(InputError) as caught:
        Treaty.excess_of_loss("xl", limit=-5, attachment="4x", placed=30, basis="evnt")
    assert {issue.field for issue in caught.value.issues} == {"attachment", "basis"}
    with pytest.raises(InputError) as caught:
        Treaty.excess_of_loss("xl", limit=-5, attachment=4, placed=30, co_participation=1)
    assert {issue.field for issue in caught.value.issues} == {
        "limit", "placed", "co_participation",
    }  # fmt: skip
    assert "did you mean 0.3 (30%)?" in str(caught.value)
    with pytest.raises(InputError) as caught:
        Programme.from_text("a: 5m xs 1m on net of b, placd 5%\nb: 5m xs 1m on net of xa\n")
    text = str(caught.value)
    assert "did you mean 'placed'?" in text
    assert "^^^^^" in text
    assert {issue.code for issue in caught.value.issues} == {"unexpected_word", "unknown_name"}
    with pytest.raises(InputError, match="at least one treaty"):
        Programme([])
    with pytest.raises(InputError, match="commutation"):
        Programme.from_text("a: 5m xs 2m, commutation")


def test_reinstatement_premium_as_published():
    # 10 xs 10, P = 2, rates 100 % and 50 %.
    programme = Programme.from_text("xl: 10 xs 10, reinstatements 100%, 50%, premium 2")
    losses = {"year": [1, 2, 2, 3, 3, 3, 4], "loss": [25, 22, 15, 22, 22, 22, 14]}
    out = programme.apply(LossTable(losses, years=5))
    assert out.ceded("xl").tolist() == [10, 15, 30, 4, 0]
    assert out.reinstatement_premium("xl").tolist() == [2, 2.5, 3, 0.8, 0]
    row = out.table.row("xl")
    assert (row["prob_attach"], row["prob_exhaust"]) == (4 / 5, 1 / 5)
    timed = Programme.from_text("xl: 10 xs 10, reinstatements 100%, 50%, pro rata time, premium 2")
    losses = {"year": [1, 1], "loss": [12, 22], "time": [0.5, 0.25]}
    assert timed.apply(LossTable(losses, years=1)).reinstatement_premium("xl").tolist() == [1.6]
    with pytest.raises(InputError, match="time"):
        timed.apply(LossTable({"year": [1], "loss": [22]}, years=1))


def test_unlimited_reinstatements_pay_for_the_mean_layer():
    """E[reinstatement premium] = P · E[R] / l: linear in the recovery, so exact for any losses."""
    rng = np.random.default_rng(5)
    losses = {"year": rng.integers(1, 5001, 20_000), "loss": rng.pareto(1.5, 20_000) * 1e6}
    table = LossTable(losses, years=5000)
    programme = Programme.from_text("xl: 4m xs 1m, unlimited @ 100%, premium 1m")
    out = programme.apply(table)
    mean = out.ceded("xl").mean()
    assert out.reinstatement_premium("xl").mean() == pytest.approx(mean / 4, rel=1e-12)
    by_hand = np.clip(losses["loss"] - 1e6, 0, 4e6).sum() / 5000
    assert mean == pytest.approx(by_hand, rel=1e-12)


def test_groups_and_partitions():
    losses = {
        "year": [1, 1, 2],
        "loss": [30.0, 10.0, 8.0],
        "event": [1, 1, 2],
        "risk_id": ["a", "b", "a"],
        "sector": ["chips", "space", "chips"],
    }
    table = LossTable(losses, years=2)
    assert table.groups == ["sector"]
    programme = Programme.from_text("xl: 20 xs 20\nsl: 10 xs 10 annual on net of xl")
    out = programme.apply(table)
    # 20 of the event of 40, then 10 of the 20 left: three quarters to the larger row.
    means = out.by("sector")
    assert means["sector"] == ["chips", "space"]
    assert means["ceded"].tolist() == [11.25, 3.75]
    assert means["net"].tolist() == [7.75, 1.25]
    with pytest.raises(InputError, match="did you mean 'sector'"):
        out.by("sectr")


def test_tables_of_every_kind_give_the_same_bits(tmp_path):
    pandas, polars, pyarrow = map(pytest.importorskip, ("pandas", "polars", "pyarrow"))
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {
        "year": [3, 1, 1, 2], "loss": [5e6, 2e7, 3e7, 1e7], "event": ["x", "y", "y", "z"],
        "time": [0.5, 0.25, 0.25, 0.75],
    }  # fmt: skip
    path = tmp_path / "losses.parquet"
    parquet.write_table(pyarrow.table(columns), path)
    text = tmp_path / "losses.csv"
    pandas.DataFrame(columns).to_csv(text, index=False)
    tables = [columns, pandas.DataFrame(columns), polars.DataFrame(columns)]
    tables += [pyarrow.table(columns), path, text]
    digests = {journey().apply(LossTable(table, years=(1, 4))).digest for table in tables}
    assert len(digests) == 1


def test_bad_tables_are_told_cell_by_cell():
    bad = {"year": [1, 7, 1.5], "loss": [1.0, -2.0, "x"]}
    with pytest.raises(InputError) as caught:
        LossTable(bad, years=3)
    assert {(issue.object, issue.field) for issue in caught.value.issues} == {
        ("losses row 1", "year"),
        ("losses row 1", "loss"),
        ("losses row 2", "year"),
        ("losses row 2", "loss"),
    }
    with pytest.raises(InputError) as caught:
        LossTable({"year": [1, 7], "loss": [1.0, -2.0]}, years=3)
    assert {issue.field for issue in caught.value.issues} == {"year", "loss"}
    with pytest.raises(InputError, match="is it 'los'"):
        LossTable({"year": [1], "los": [1.0]}, years=3)
    with pytest.raises(InputError, match="number of years"):
        LossTable({"year": [1], "loss": [1.0]}, years=0)


def test_same_digest_on_any_number_of_threads():
    rng = np.random.default_rng(11)
    losses = {
        "year": rng.integers(0, 20_000, 100_000),
        "loss": rng.lognormal(15, 1.5, 100_000),
        "event": rng.integers(0, 4, 100_000),
        "time": rng.random(100_000),
    }
    table = LossTable(losses, years=(0, 19_999))
    digests = {journey().apply(table, threads=threads).digest for threads in (1, 2, 4)}
    assert len(digests) == 1


def test_explain_adds_up():
    losses = {"year": [1, 1, 1], "loss": [1e8, 4e7, 1.5e8], "time": [0.1, 0.4, 0.8]}
    table = LossTable(losses, years=1)
    out = journey().apply(table)
    for name in journey().names:
        told = out.explain(name, year=0).table
        assert told["ceded_so_far"][-1] == pytest.approx(out.ceded(name)[0], rel=1e-12)
    assert out.explain("xl2", year=0).table["after_aad"].tolist() == [25e6, 0, 50e6]


WORDINGS = [
    JOURNEY,
    "a: 40% quota share",
    "a: 5m xs 5m per risk\nb: unlimited xs 10m, aad 2m\nc: 3m xs 5m, placed 40%",
    "a: 1m xs 10k\nb: 500m xs 1m\nsl: stop loss 40% xs 80%\nsl2: 60m xs 80m annual on net of a",
]


@pytest.mark.parametrize("text", WORDINGS)
def test_the_tower_is_small_sound_svg_drawn_to_scale(text):
    programme = Programme.from_text(text, premium="90m")
    svg = programme.tower()
    ET.fromstring(svg)
    assert len(svg) < 20_000
    assert "script" not in svg
    assert not re.search(r"#(000|fff)", svg)
    for name in programme.names:
        assert name in svg
    assert svg in programme._repr_html_()


def test_layers_of_equal_width_are_drawn_equally_tall():
    programme = Programme.from_text("a: 10m xs 10m\nb: 10m xs 20m\nc: 20m xs 30m")
    heights = [float(h) for h in re.findall(r'height="([\d.]+)" fill="#', programme.tower())]
    assert heights[0] == pytest.approx(heights[1], abs=0.2)
    assert heights[2] == pytest.approx(2 * heights[0], abs=0.2)


def test_clauses_are_listed_and_every_example_reads():
    needs = {
        "event limit": "9m xs 1m per risk, {}",
        "event franchise": "9m xs 1m per risk, {}",
        "retention": "surplus of 5 lines, {}",
        "pro rata time": "9m xs 1m, 1 @ 100%, {}",
        "prepaid": "9m xs 1m, 1 @ 100%, {}",
        "interlocking": "9m xs 1m, risks attaching, {}",
        "term deductible": "9m xs 1m, {}, term 3 years",
        "term limit": "9m xs 1m, {}, term 3 years",
        "term 3": "9m xs 1m, term limit 50m, {}",
        "deficit": "9m xs 1m, profit commission 20% after 10%, {}",
        "credit": "9m xs 1m, sliding 24% to 46% at 71% to 49%, {}",
    }
    for form in Programme.clauses():
        cover = next(
            (text for words, text in needs.items() if form.startswith(words)), "9m xs 1m, {}"
        )
        text = f"a: {cover.format(form)}"
        programme = Programme.from_text(text)
        assert form in str(programme)
        assert Programme.from_text(str(programme)) == programme
        assert Programme(programme.treaties) == programme
        assert Programme.from_toml(programme.to_toml()) == programme


def test_every_clause_is_in_the_documentation():
    text = (Path(__file__).parent.parent / "docs" / "treaties.md").read_text(encoding="utf-8")
    missing = [form for form in Programme.clauses() if f"`{form}`" not in text]
    assert missing == []


@pytest.mark.parametrize("seed", range(20))
def test_accounts_agree_with_an_independent_engine(seed):
    rng = random.Random(1000 + seed)
    for _ in range(10):
        terms: dict[str, object] = {}
        if rng.random() < 0.5:
            ratios = sorted((rng.uniform(0.2, 2) for _ in range(rng.randint(2, 4))), reverse=True)
            rates = sorted(rng.uniform(0, 0.5) for _ in ratios)
            terms["sliding"] = list(zip(ratios, rates, strict=True))
            if rng.random() < 0.5:
                terms["credit_carried"] = rng.randint(0, 3)
        elif rng.random() < 0.5:
            terms["commission"] = 0.2
        if rng.random() < 0.5:
            terms["profit_commission"] = {"share": 0.3, "after": rng.choice([0, 0.1])}
        if rng.random() < 0.7 and {"sliding", "profit_commission"} & set(terms):
            terms["deficit_carried"] = rng.randint(0, 3)
        if rng.random() < 0.5:
            terms["no_claims_bonus"] = 0.1
        if rng.random() < 0.5:
            treaty = Treaty.quota_share("a", share=0.4, placed=0.9, **terms)
        else:
            rated = rng.choice(
                [{"premium": 20}, {"rate": 0.15}, {"swing": {"minimum": 0.05, "maximum": 0.3}}]
            )
            treaty = Treaty.excess_of_loss(
                "a", limit=30, attachment=10, reinstatements=[1.0], **terms, **rated
            )
        programme = Programme([treaty], premium=100)
        years, horizon = random_years(rng, 12), rng.choice([1, 4, 12])
        result = programme.apply(table_of(years, rng), horizon=horizon, progress=False)
        account = result.account("a")
        reference = Reference(json.loads(programme.to_json()), horizon=horizon)
        for year, row in enumerate(reference.account("a", reference.run(years))):
            for column, expected in row.items():
                assert account[column][year] == pytest.approx(expected, abs=1e-9), (programme, year)


MORE = [
    ("{} xs 10", 5, 20),
    ("20 xs {}", 20, 5),
    ("20 xs 10, {} @ free", 1, 3),
    ("20 xs 10, aad {}", 20, 5),
    ("20 xs 10, from event {}", 3, 2),
    ("20 xs 20, drop to {} from event 2", 15, 5),
    ("20 xs 20, top and drop to {} from event 2 over 5", 15, 5),
    ("surplus of {} lines, retention 10", 1, 4),
    ("30% quota share, event franchise {}", 40, 10),
    ("30% quota share, corridor {} from 10% to 50%", "80%", "20%"),
    ("{} quota share", "20%", "60%"),
    ("20 xs 10, hours {}", 1, 1000),
    ("20 xs 0 annual, term limit {}, term 12 years", 20, 80),
    ("{} xs 0 on backup of b\nb: 10 xs 10, no reinstatements", 3, 10),
]


@pytest.mark.parametrize(("text", "less", "more"), MORE)
def test_more_generous_terms_recover_more(text, less, more):
    rng = random.Random(text)
    table = table_of(random_years(rng, 200), rng)
    paid = []
    for term in (less, more):
        programme = Programme.from_text(f"a: {text.format(term)}", premium=100)
        paid.append(np.cumsum(programme.apply(table).ceded("a")))
    assert (paid[0] <= paid[1] + 1e-9).all()
    assert paid[1][-1] > 0


def test_shares_with_annual_terms_and_covers_after_them_are_exact():
    """Functions of the year's total, by FFT against the simulation."""
    kb = pytest.importorskip("kebao")
    severity = kb.Pareto(alpha=2.5, scale=1e6).capped("60m")
    losses = kb.Aggregate(kb.NegativeBinomial(mean=8, shape=2), severity)
    programme = Programme.from_text(
        """
        qs: 40% quota share, loss ratio cap 120%
        ag: 8m xs 10m annual on net of qs
        sl: stop loss 30% xs 100% on net of qs, ag
        """,
        premium="14m",
    )
    exact = programme.apply(losses, years=60_000, seed=11).exact()
    assert exact["treaty"] == ["qs", "ag", "sl", "gross", "ceded", "net"]
    assert all(exact["method"]), exact["reason"]
    assert (abs(exact["z_score"]) < 4.5).all(), exact["z_score"]
    by_name = {row["treaty"]: row for row in exact}
    parts = sum(by_name[name]["expected_loss"] for name in ("qs", "ag", "sl"))
    assert by_name["ceded"]["expected_loss"] == pytest.approx(parts, rel=1e-9)
    total = by_name["ceded"]["expected_loss"] + by_name["net"]["expected_loss"]
    assert total == pytest.approx(by_name["gross"]["expected_loss"], rel=1e-4)
    assert by_name["ag"]["tvar_99_5"] == pytest.approx(8e6, rel=1e-6)
