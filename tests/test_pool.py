"""Pools against a slow reference written from their rules, and against exact numbers."""

from __future__ import annotations

import math
import pickle
import random

import numpy as np
import pytest
from reference import Reference, Row, settle_pool, special_reserve, subsidise, total_of
from scipy import integrate, stats

import kebao as kb
from kebao.errors import InputError

SUMS = {0: 30.0, 1: 80.0, 2: 250.0}
SECTORS = {0: "chips", 1: "space", 2: "chips"}


def random_pool(rng: random.Random) -> dict:
    names = ["a", "b", "c", "d"][: rng.randint(1, 4)]
    cuts = sorted(round(rng.random(), 3) for _ in names[1:])
    shares = [high - low for low, high in zip([0, *cuts], [*cuts, 1], strict=True)]
    members = []
    for name, share in zip(names, shares, strict=True):
        member = {"name": name, "share": share}
        if rng.random() < 0.4:
            member["maximum_line"] = rng.randint(5, 80)
        members.append(member)
    pool = {"members": members, "premium": 100.0, "band_unit": rng.choice([1.0, 100.0])}
    unit = pool["band_unit"]
    if rng.random() < 0.5:
        pool["insured"] = {"retention": rng.randint(0, 5), "share": round(rng.uniform(0, 0.5), 2)}
    if rng.random() < 0.5:
        pool["reinsurance"] = rng.choice(
            [
                "xl: 20 xs 15, 1 @ 100%, premium 3",
                "r: 10 xs 10 per risk\nsl: stop loss 60% xs 50% on net of r",
                "x: 10 xs 5, no reinstatements\ny: 10 xs 0 on backup of x",
            ]
        )
    top, bands = 0.0, []
    for _ in range(rng.randint(0, 3)):
        low = top + rng.choice([0, 10, 20]) / unit
        top = low + rng.randint(5, 60) / unit
        g, b = round(rng.uniform(0, 0.6), 2), round(rng.uniform(0, 0.4), 2)
        bands.append({"from": low, "to": top, "shares": {"government": g, "bank": b}})
    if bands:
        pool["bands"] = bands
        if rng.random() < 0.5:
            breaker = {"above": rng.randint(20, 90) / unit, "stops": ["government"]}
            pool["circuit_breaker"] = {**breaker, "suspends": rng.randint(0, 2)}
    return pool


def to_toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {to_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(to_toml(item) for item in value) + "]"
    return repr(value).replace("'", '"') if isinstance(value, str) else repr(value)


def pool_of(data: dict) -> kb.Pool:
    text = "".join(f"{key} = {to_toml(value)}\n" for key, value in data.items())
    return kb.Pool.from_toml(text + "\n")


def random_years(rng: random.Random) -> list[list[Row]]:
    years = []
    for _ in range(10):
        times = sorted(rng.random() for _ in range(rng.randint(0, 4)))
        years.append(
            [
                Row(time, event, risk, rng.choice([0.0, 20.0, rng.expovariate(1 / 15)]))
                for event, time in enumerate(times)
                for risk in sorted(rng.sample(range(3), rng.randint(1, 3)))
            ]
        )
    return years


def table_of(years: list[list[Row]]) -> kb.LossTable:
    rows = [(year, row) for year, rows in enumerate(years) for row in rows]
    return kb.LossTable(
        {
            "year": np.array([y for y, _ in rows], dtype=np.int64),
            "loss": np.array([r.loss for _, r in rows]),
            "time": np.array([r.time for _, r in rows]),
            "event": np.array([r.event for _, r in rows], dtype=np.int64),
            "risk_id": np.array([r.risk for _, r in rows], dtype=np.int64),
            "sector": [SECTORS[r.risk] for _, r in rows],
            "sum_insured": [SUMS[r.risk] for _, r in rows],
        },
        years=(0, len(years) - 1),
    )


@pytest.mark.parametrize("seed", range(30))
def test_agrees_with_a_slow_reference(seed):
    rng = random.Random(seed)
    for _ in range(10):
        data = random_pool(rng)
        years = random_years(rng)
        settled = pool_of(data).settle(table_of(years), horizon=5)
        told = settle_pool(data, years, SUMS, horizon=5, reinsurance=reinsurance_of(data))
        expected = [total_of(rows) for rows in told]
        total = np.zeros(10)
        for party in settled.parties:
            total = total + settled[party]
            want = [year.get(party, 0.0) for year in expected]
            assert settled[party] == pytest.approx(want, abs=1e-9), (party, data)
        assert {p for year in expected for p, x in year.items() if x > 1e-9} <= set(settled.parties)
        assert np.array_equal(total, settled.gross)


@pytest.mark.parametrize("seed", range(30))
def test_groups_and_events_agree_with_a_slow_reference(seed):
    """By sector, by risk and by event, with members in default and years without cover."""
    rng = random.Random(seed)
    for _ in range(6):
        sound = random_pool(rng)
        data = {**sound, "members": [dict(member) for member in sound["members"]]}
        for member in data["members"]:
            if rng.random() < 0.6:
                member["default_probability"] = 0.4
                member["recovery"] = rng.choice([0.0, 0.35])
        years = random_years(rng)
        table = table_of(years)
        if not any(years):
            continue
        settled = pool_of(data).settle(table, horizon=5, seed=seed)
        # The draws are the package's; who failed when is read off what was paid.
        owed = pool_of(sound).settle(table, horizon=5)
        failed = {
            member["name"]: (settled[member["name"]] < owed[member["name"]]).tolist()
            for member in data["members"]
        }
        told = settle_pool(
            data, years, SUMS, horizon=5, reinsurance=reinsurance_of(data), failed=failed
        )
        everyone = list(settled.parties)
        if any("default_probability" in member for member in data["members"]):
            assert "unpaid" in everyone
        keys = {
            "sector": lambda year, row: SECTORS[row.risk],
            "risk": lambda year, row: str(row.risk),
            "event": lambda year, row: (year, row.event),
        }
        for by, key in keys.items():
            want: dict = {}
            for year, (rows, paid) in enumerate(zip(years, told, strict=True)):
                for row, parts in zip(rows, paid, strict=True):
                    into = want.setdefault(key(year, row), {"loss": 0.0})
                    into["loss"] += row.loss
                    for party, amount in parts.items():
                        into[party] = into.get(party, 0.0) + amount
            table_by = settled.by(by)
            groups = list(want) if by == "event" else table_by[by]
            count = 1 if by == "event" else 10
            for at, group in enumerate(groups):
                parts = {party: table_by[party][at] * count for party in everyone}
                for party in everyone:
                    expected = want[group].get(party, 0.0)
                    assert parts[party] == pytest.approx(expected, abs=1e-9), (by, party, data)
                whole = "gross" if by == "event" else "expected_loss"
                assert table_by[whole][at] * count == pytest.approx(want[group]["loss"], abs=1e-9)
        events = settled.events()
        total = np.zeros(len(events["gross"]))
        for party in everyone:
            total = total + events[party]
        assert np.array_equal(total, events["gross"])
        for party in everyone:
            by_year = np.bincount(events["year"], events[party], minlength=10)
            assert by_year == pytest.approx(settled[party], abs=1e-9), party


def reinsurance_of(data: dict):
    """A reference engine for the reinsurance, and its treaties."""
    import json

    if "reinsurance" not in data:
        return None
    programme = kb.Programme.from_text(data["reinsurance"], premium=data["premium"])
    return Reference(json.loads(programme.to_json()))


LOANS = """
name = "technology loans"
band_unit = 1
members = [{name = "insurer", share = 1}]
bands = [
    {from = 0.00, to = 0.02, shares = {government = 0.4, bank = 0.3}},
    {from = 0.02, to = 0.05, shares = {reserve = 1}},
    {from = 0.05, shares = {fund = 1}},
]
"""


def vasicek_tranche(low, high, pd=0.025, lgd=0.625, rho=0.1):
    """Expected loss of a tranche of a homogeneous portfolio by quadrature over the factor."""

    def loss(z):
        p = stats.norm.cdf((stats.norm.ppf(pd) - math.sqrt(rho) * z) / math.sqrt(1 - rho))
        return min(max(lgd * p - low, 0), high - low) * stats.norm.pdf(z)

    # The tranche begins and ends at known factors: integrate between them.
    def factor(level):
        q = stats.norm.ppf(min(level / lgd, 1 - 1e-15))
        return (stats.norm.ppf(pd) - math.sqrt(1 - rho) * q) / math.sqrt(rho)

    points = sorted({-9, *(factor(x) for x in (low, high) if 0 < x < lgd), 9})
    points = [point for point in points if -9 <= point <= 9]
    pieces = zip(points, points[1:], strict=False)
    return sum(integrate.quad(loss, a, b, epsabs=1e-13)[0] for a, b in pieces)


def test_a_loan_pool_agrees_with_the_closed_form():
    """PD 2.5 %, LGD 62.5 %, correlation 10 %: tranches hold 79.3 / 18.6 / 2.1 % of 1.5625 %."""
    n = 200_000
    u = (np.arange(n) + 0.5) / n  # one year for each quantile of the factor
    z = stats.norm.ppf(u)
    default = stats.norm.cdf((stats.norm.ppf(0.025) - math.sqrt(0.1) * z) / math.sqrt(0.9))
    settled = kb.Pool.from_toml(LOANS).settle(
        kb.LossTable({"year": np.arange(n), "loss": 0.625 * default}, years=(0, n - 1))
    )
    mean = {party: settled[party].mean() for party in settled.parties}
    first, second, third = (vasicek_tranche(*t) for t in ((0, 0.02), (0.02, 0.05), (0.05, 0.625)))
    assert mean["government"] == pytest.approx(0.4 * first, rel=1e-5)
    assert mean["bank"] == pytest.approx(0.3 * first, rel=1e-5)
    assert mean["insurer"] == pytest.approx(0.3 * first, rel=1e-5)
    assert mean["reserve"] == pytest.approx(second, rel=1e-4)
    assert mean["fund"] == pytest.approx(third, rel=2e-3)
    parts = [100 * x / 0.015625 for x in (first, second, third)]
    assert parts == pytest.approx([79.3, 18.6, 2.1], abs=0.05)
    assert np.quantile(settled.gross, 0.995) == pytest.approx(0.0710, abs=5e-5)


def test_shanghai_agriculture_layers():
    """Premium 100, loss ratio 180 %: insurer 90, reinsured 60, government 30 (domain 4.2, E59)."""
    pool = kb.Pool.from_toml("""
premium = 100
band_unit = 100
members = [{name = "insurer", share = 1}]
bands = [{from = 0.9, to = 1.5, shares = {reinsurers = 1}}, {from = 1.5, shares = {government = 1}}]
""")
    settled = pool.settle({"year": [1, 2], "loss": [180.0, 120.0]}, years=2)
    paid = {party: settled[party].tolist() for party in settled.parties}
    assert paid == {"reinsurers": [60, 30], "government": [30, 0], "insurer": [90, 90]}
    assert settled.by("member").row("insurer")["expected_loss"] == 90


def test_members_default_as_often_as_they_should_and_nobody_pays_for_them():
    text = """
members = [{name = "a", share = 0.5, default_probability = 0.2, recovery = 0.4},
           {name = "b", share = 0.5}]
"""
    n = 20_000
    table = kb.LossTable({"year": np.arange(n), "loss": np.full(n, 10.0)}, years=(0, n - 1))
    settled = kb.Pool.from_toml(text).settle(table, seed=5)
    assert set(settled["a"]) == {5.0, 2.0}
    assert np.array_equal(settled["b"], np.full(n, 5.0))
    assert np.array_equal(settled["a"] + settled["b"] + settled["unpaid"], settled.gross)
    rate = (settled["unpaid"] > 0).mean()
    assert abs(rate - 0.2) < 4 * math.sqrt(0.16 / n)
    again = kb.Pool.from_toml(text).settle(table, seed=5, threads=1)
    assert np.array_equal(again["a"], settled["a"])


NUCLEAR = """
premium = 100
expenses = 0.1
members = [{name = "a", share = 1}]
special_reserve = {initial = 50, triggers = [{event = 60}, {loss_ratio = 1.5}]}
"""


def test_special_reserve_step_by_step():
    losses = {
        "year": [1, 2, 2, 3, 4, 5, 6],
        "loss": [30.0, 100.0, 80.0, 200.0, 0.0, 90.0, 10.0],
        "event": [1, 2, 3, 4, 5, 6, 7],
    }
    reserve = kb.Pool.from_toml(NUCLEAR).special_reserve(losses, years=3)
    # 0.75 (90 - 30) = 45; 180 with an event of 100: 30 above 150; 200: 50 above 150.
    assert reserve.balance[0].tolist() == [95, 65, 15]
    assert reserve.release[0].tolist() == [0, 30, 50]
    assert reserve.balance[1].tolist() == [50 + 67.5, 117.5, 117.5 + 60]
    table = reserve.fan()
    assert table["mean"].tolist() == pytest.approx([(95 + 117.5) / 2, (65 + 117.5) / 2, 96.25])
    assert table["prob_release"].tolist() == [0, 0.5, 0.5]
    assert "<svg" in reserve.plot.fan()
    # One trigger is enough where the rule says any.
    any_of = NUCLEAR.replace("initial = 50", 'initial = 50, when = "any"')
    small = {"year": [1, 1], "loss": [80.0, 80.0], "event": [1, 2]}
    assert kb.Pool.from_toml(any_of.replace("60", "90")).special_reserve(
        small, years=1
    ).release.tolist() == [[10.0]]


def test_faults_of_pools_and_subsidies():
    with pytest.raises(InputError) as caught:
        kb.Pool.from_toml("""
members = [{name = "a", share = 0.5}, {name = "b", share = 30}]
reinsurance = "xl: 5m xs 1m, plcaed 50%"
""")
    codes = {issue.code for issue in caught.value.issues}
    assert codes == {"out_of_range", "shares_do_not_sum", "unexpected_word"}
    with pytest.raises(InputError, match="sum_insured"):
        kb.Pool.from_toml('members = [{name = "a", share = 1, maximum_line = 5}]\n').settle(
            {"year": [1], "loss": [1.0]}, years=1
        )
    with pytest.raises(InputError, match="special_reserve"):
        kb.Pool.from_toml('members = [{name = "a", share = 1}]\n').special_reserve(
            {"year": [1], "loss": [1.0]}, years=1
        )
    with pytest.raises(InputError, match="did you mean"):
        kb.Subsidy(rate_cap=0.03, over_cap="ineligble").apply(rates=[0.1], sums_insured=[1.0])
    with pytest.raises(InputError) as caught:
        kb.Subsidy(rate_cap=0.03).apply(rates=[30, 0.1], sums_insured=[1.0, -1.0])
    assert len(caught.value.issues) == 2
    pool = kb.Pool.from_toml(LOANS)
    assert pickle.loads(pickle.dumps(pool)) == pool


def test_a_budget_runs_out():
    """Three policies of 20m at 3 % ask for 480k each; 1.2m pays two and a half."""
    rule = kb.Subsidy(rate_cap="3%", budget="1.2m")
    paid = rule.apply(rates=[0.03] * 3, sums_insured=[20e6] * 3, years=[1, 2, 3])
    assert paid["subsidy"].tolist() == pytest.approx([480e3, 480e3, 240e3])
    late = rule.apply(rates=[0.03] * 3, sums_insured=[20e6] * 3, years=[1, 4, 3])
    assert late["subsidy"].tolist() == pytest.approx([480e3, 0, 480e3])
    shared = kb.Subsidy(rate_cap="3%", budget="1.2m", rationing="pro_rata")
    paid = shared.apply(rates=[0.03] * 3, sums_insured=[20e6] * 3)
    assert paid["subsidy"].tolist() == pytest.approx([400e3] * 3)
    assert (paid["subsidy"] + paid["insured"]).tolist() == pytest.approx(paid["premium"].tolist())


@pytest.mark.parametrize("seed", range(40))
def test_special_reserves_agree_with_a_slow_reference(seed):
    rng = random.Random(seed)
    for _ in range(10):
        rule: dict = {"triggers": []}
        if rng.random() < 0.7:
            rule["triggers"].append({"loss_ratio": rng.choice([0.75, 1.2, 1.5])})
        if rng.random() < 0.5 or not rule["triggers"]:
            rule["triggers"].append({"event": rng.uniform(20, 90)})
        for key, values in (
            ("profit_share", [0.5, 0.75]), ("premium_share", [0.04, 0.1]), ("cap", [0.5, 1.0, 2.0]),
            ("interest", [0.02]), ("initial", [10.0, 60.0]), ("when", ["any"]),
            ("release_above", [0.9]),
        ):  # fmt: skip
            if rng.random() < 0.5:
                rule[key] = rng.choice(values)
        premium, expenses, horizon = 100.0, rng.choice([0.0, 0.15]), rng.choice([1, 4, 6])
        pool = pool_of(
            {
                "premium": premium, "expenses": expenses,
                "members": [{"name": "a", "share": 1}], "special_reserve": rule,
            }
        )  # fmt: skip
        losses = [[rng.expovariate(1 / 50) for _ in range(rng.randint(0, 3))] for _ in range(12)]
        table = kb.LossTable(
            {
                "year": [year for year, events in enumerate(losses) for _ in events] or [0],
                "loss": [loss for events in losses for loss in events] or [0.0],
                "event": [i for events in losses for i, _ in enumerate(events)] or [0],
            },
            years=(0, 11),
        )
        reserve = pool.special_reserve(table, years=horizon)
        for path in range(12 // horizon):
            years = losses[path * horizon : (path + 1) * horizon]
            totals, largest = [sum(e) for e in years], [max(e, default=0.0) for e in years]
            told = special_reserve(rule, totals, largest, premium, expenses)
            for column in ("balance", "accrual", "interest", "release"):
                want = [row[column] for row in told]
                assert getattr(reserve, column)[path] == pytest.approx(want, abs=1e-9), (
                    column,
                    rule,
                )


@pytest.mark.parametrize("seed", range(40))
def test_subsidies_agree_with_a_slow_reference(seed):
    rng = random.Random(seed)
    for _ in range(10):
        rule = {
            "rate_cap": rng.choice([0.01, 0.03]), "share": rng.choice([0.5, 0.8]),
            "years": rng.randint(1, 4), "budget": rng.choice([math.inf, 1e5, 1e6]),
            "over_cap": rng.choice(["up_to_cap", "ineligible"]),
            "rationing": rng.choice(["first_come", "pro_rata"]),
        }  # fmt: skip
        policies = [
            (
                rng.choice([0.005, 0.03, rng.uniform(0, 0.1)]),
                rng.uniform(1e6, 2e7),
                rng.randint(1, 5),
            )
            for _ in range(rng.randint(0, 12))
        ]
        rates, sums, years = ([policy[i] for policy in policies] for i in range(3))
        paid = kb.Subsidy(**rule).apply(rates=rates, sums_insured=sums, years=years)
        want = subsidise(rule, policies)
        assert paid["subsidy"] == pytest.approx([row[0] for row in want], abs=1e-6)
        assert paid["insured"] == pytest.approx([row[1] for row in want], abs=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_defaults_take_only_from_those_who_default(seed):
    """Against the same pool without default: a member pays all or its recovery, nobody more."""
    rng = random.Random(seed)
    members = [
        {
            "name": name,
            "share": share,
            "default_probability": rng.choice([0.0, 0.3]),
            "recovery": 0.4,
        }
        for name, share in (("a", 0.5), ("b", 0.3), ("c", 0.2))
    ]
    bands = [{"from": 20, "to": 60, "shares": {"government": 0.5}}]
    rows = {"year": np.arange(300), "loss": [rng.expovariate(1 / 40) for _ in range(300)]}
    table = kb.LossTable(rows, years=(0, 299))
    sound = [{"name": m["name"], "share": m["share"]} for m in members]
    whole = pool_of({"members": sound, "bands": bands}).settle(table)
    settled = pool_of({"members": members, "bands": bands}).settle(table, seed=seed)
    unpaid = np.zeros(300)
    for member in members:
        owed, paid = whole[member["name"]], settled[member["name"]]
        failed = paid < owed
        assert paid[failed] == pytest.approx(0.4 * owed[failed])
        assert np.array_equal(paid[~failed], owed[~failed])
        assert failed.any() == (member["default_probability"] > 0)
        unpaid += owed - paid
    if "unpaid" in settled.parties:
        assert settled["unpaid"] == pytest.approx(unpaid, abs=1e-9)
    assert np.array_equal(settled["government"], whole["government"])
    total = sum(settled[party] for party in settled.parties)
    assert np.array_equal(total, settled.gross)


def test_parties_by_sector_sum_to_its_loss():
    """Every party's part of each sector: columns sum to the sector, sectors to the party."""
    rng = np.random.default_rng(3)
    n = 4000
    table = kb.LossTable(
        {
            "year": rng.integers(0, 400, n), "loss": rng.exponential(12, n),
            "event": rng.integers(0, 6, n), "risk_id": rng.integers(0, 3, n),
            "sector": rng.choice(["chips", "space"], n),
            "sum_insured": np.full(n, 100.0),
        },
        years=(0, 399),
    )  # fmt: skip
    pool = pool_of(
        {
            "premium": 100.0, "band_unit": 1.0,
            "insured": {"retention": 2, "share": 0.1},
            "members": [
                {"name": "a", "share": 0.6, "maximum_line": 40}, {"name": "b", "share": 0.4},
            ],
            "reinsurance": "xl: 20 xs 15, 1 @ 100%, premium 3",
            "bands": [{"from": 30, "to": 90, "shares": {"government": 0.7, "bank": 0.1}}],
        }
    )  # fmt: skip
    settled = pool.settle(table)
    by_sector = settled.by("sector")
    parties = [name for name in by_sector.columns if name not in ("sector", "expected_loss")]
    assert set(parties) == set(settled.parties)
    for row in by_sector:
        parts = sum(row[party] for party in parties)
        assert parts == pytest.approx(row["expected_loss"], rel=1e-9)
    for party in parties:
        assert by_sector[party].sum() == pytest.approx(settled[party].mean(), rel=1e-9), party
    assert by_sector["expected_loss"].sum() == pytest.approx(settled.gross.mean(), rel=1e-12)
