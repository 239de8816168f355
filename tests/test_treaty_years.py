"""Risks attaching, claims made, interlocking; treaties on named risks; what is kept in a pass."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kebao as kb
from kebao.errors import InputError

TABLE = {
    "year": [2026, 2026, 2027, 2027, 2027],
    "event": [1, 2, 3, 4, 5],
    "loss": [30.0, 30.0, 30.0, 18.0, 99.0],
    "inception": ["2026-03-01", "2025-07-01", "2026-09-30", "2027-01-01", "2025-01-01"],
    "reported": [2026.2, 2027.1, 2027.5, 2028.0, 2027.0],
}


def test_treaty_years_of_policies_and_of_reports():
    table = kb.LossTable(TABLE, years=(2026, 2027))
    text = "a: 10 xs 10, aal 15, risks attaching\nb: 10 xs 10, aal 15, claims made"
    result = kb.Programme.from_text(text).apply(table, horizon=2)
    # Policies of 2026: 10 of the first loss, 5 of the third; of 2027: 8; of 2025: not covered.
    assert result.ceded("a").tolist() == [10, 13]
    # Reports of 2026: 10. Of 2027: 10 of the second, then 5 of the third. Of 2028: not covered.
    assert result.ceded("b").tolist() == [20, 5]
    told = result.explain("a", year=1).table
    assert told["treaty_year"].tolist() == [0, 1]
    assert told["ceded"].tolist() == [5, 8]
    by_event = result.events()
    assert by_event["ceded.a"].tolist() == [10, 0, 5, 8, 0]


def test_dates_of_every_type_are_read():
    pyarrow = pytest.importorskip("pyarrow")
    import datetime as dt

    days = [dt.date(2026, 3, 1), dt.date(2025, 7, 1), dt.date(2026, 9, 30), dt.date(2027, 1, 1)]
    days.append(dt.date(2025, 1, 1))
    programme = kb.Programme.from_text("a: 10 xs 10, aal 15, risks attaching")
    for column in (
        TABLE["inception"],
        pyarrow.array(days),
        pyarrow.array(days).cast(pyarrow.timestamp("us")),
        pyarrow.array(days).cast(pyarrow.timestamp("ns")),
        [2026, 2025, 2026, 2027, 2025],
    ):
        table = pyarrow.table(
            {"year": TABLE["year"], "loss": TABLE["loss"], "event": TABLE["event"]}
        ).append_column("inception", column if hasattr(column, "type") else pyarrow.array(column))
        result = programme.apply(kb.LossTable(table, years=(2026, 2027)), horizon=2)
        assert result.ceded("a").tolist() == [10, 13]


def test_what_treaty_years_need_is_told():
    programme = kb.Programme.from_text("a: 10 xs 10, risks attaching")
    plain = {"year": [1], "loss": [30.0]}
    with pytest.raises(InputError, match="horizon"):
        programme.apply(plain, years=1)
    with pytest.raises(InputError, match="inception"):
        programme.apply(plain, years=1, horizon=1)
    claims = kb.Programme.from_text("a: 10 xs 10, claims made")
    with pytest.raises(InputError, match="reported"):
        claims.apply(
            kb.Aggregate(kb.Poisson(mean=1), kb.Gamma(shape=1, scale=1)), years=9, seed=1, horizon=3
        )
    # Dates outside the period, and cells that are no dates, with their rows.
    bad = {
        "year": [2026, 2026, 2040, 2026],
        "loss": [1.0, -1.0, 1.0, 1.0],
        "inception": [2027.5, 2026.0, 2026.0, 2026.0],
        "reported": ["2025-01-01", "2026-01-01", "2041-01-01", "soon"],
    }
    with pytest.raises(InputError) as caught:
        kb.LossTable(bad, years=(2026, 2027))
    told = {(issue.object, issue.field) for issue in caught.value.issues}
    assert told == {
        ("losses row 0", "inception"), ("losses row 0", "reported"), ("losses row 1", "loss"),
        ("losses row 2", "year"), ("losses row 3", "reported"),
    }  # fmt: skip
    for text, code in (
        ("a: 10 xs 10, risks attaching, hours 72", "clause_by_treaty_year"),
        ("a: 10 xs 10, claims made, premium 2, no claims bonus 10%", "account_by_treaty_year"),
        ("a: 10 xs 10 per risk, risks attaching, interlocking", "interlocking_what"),
        ("a: 10 xs 10, interlocking", "interlocking_what"),
    ):
        with pytest.raises(InputError) as caught:
            kb.Programme.from_text(text)
        assert code in {issue.code for issue in caught.value.issues}


def book(inceptions: list[str]) -> kb.Portfolio:
    count = len(inceptions)
    return kb.Portfolio(
        {
            "risk_id": [f"R{i}" for i in range(count)],
            "coverage": ["uav.tpl"] * count,
            "exposure": [400.0] * count,
            "sum_insured": [1e7] * count,
            "limit": [1e7] * count,
            "inception": inceptions,
            "expiry": [f"{int(day[:4]) + 1}{day[4:]}" for day in inceptions],
        }
    )


def test_a_simulated_book_attaches_by_its_renewals():
    """Policies of 1 July: losses before are of last year's treaty, which the first year has not."""
    losses = kb.simulate(book(["2026-07-02"] * 3), years=4000, seed=3)
    programme = kb.Programme.from_text("a: 100% quota share, risks attaching")
    result = programme.apply(losses, horizon=2)
    gross, ceded = result.gross.reshape(-1, 2), result.ceded("a").reshape(-1, 2)
    assert ceded[:, 1] == pytest.approx(gross[:, 1], rel=1e-12)
    ratio = ceded[:, 0].sum() / gross[:, 0].sum()
    assert ratio == pytest.approx(0.5, abs=0.1)
    # Policies of 1 January: each loss is of its own year.
    january = programme.apply(kb.simulate(book(["2026-01-01"]), years=500, seed=3), horizon=5)
    assert january.ceded("a") == pytest.approx(january.gross, rel=1e-12)
    bare = kb.Portfolio(
        {"risk_id": ["A"], "coverage": ["uav.tpl"], "sum_insured": [1e7], "limit": [1e7]}
    )
    with pytest.raises(InputError, match="inception"):
        programme.apply(kb.simulate(bare, years=50, seed=3), horizon=5)


def test_treaties_on_named_risks():
    table = {
        "year": [1, 1, 1], "event": [1, 1, 2], "risk_id": ["P17", "P23", "P9"],
        "loss": [6.0, 8.0, 10.0],
    }  # fmt: skip
    text = """
        fac: 5 xs 2 per risk, for risks P17 100%
        ss: 100% quota share on net of fac, for risks P17 50%, P23 25%
    """
    programme = kb.Programme.from_text(text)
    assert kb.Programme.from_text(str(programme)) == programme
    assert kb.Programme.from_toml(programme.to_toml()) == programme
    result = programme.apply(table, years=1)
    assert (result.ceded("fac")[0], result.ceded("ss")[0]) == (4.0, 1.0 + 2.0)
    wrong = kb.Programme.from_text("a: 100% quota share, for risks P18 50%")
    with pytest.raises(InputError, match="did you mean 'P17'"):
        wrong.apply(table, years=1)
    with pytest.raises(InputError, match="risk_id"):
        wrong.apply({"year": [1], "loss": [1.0]}, years=1)


def test_what_is_kept_is_what_is_found_again():
    rng = np.random.default_rng(4)
    n = 20_000
    table = kb.LossTable(
        {
            "year": rng.integers(1, 3001, n), "event": rng.integers(0, 9, n),
            "time": rng.random(n), "risk_id": rng.integers(0, 40, n),
            "sector": rng.choice(["chips", "space"], n), "loss": rng.lognormal(13, 1.4, n),
            "cause": rng.choice(["fire", "flood"], n),
        },
        years=3000,
    )  # fmt: skip
    programme = kb.Programme.from_text("""
        qs: 30% quota share
        r: 2m xs 1m per risk on net of qs, aal 12m
        c: 3m xs 2m on net of qs, r, 1 @ 100%, premium 1m
        s: 9m xs 4m annual on net of qs, r, c
    """)
    kept = programme.apply(table, keep=("largest", "sector", "cause"))
    again = programme.apply(table)
    assert kept.digest == again.digest
    assert np.array_equal(kept.largest_net, again.largest_net)
    assert np.array_equal(kept.largest_gross, again.largest_gross)
    for group in ("sector", "cause"):
        one, two = kept.by(group), again.by(group)
        for column in one.columns[1:]:
            assert one[column] == pytest.approx(two[column], rel=1e-12), column
    with pytest.raises(InputError, match="risk"):
        programme.apply(table, keep="risk")
    with pytest.raises(InputError, match="sectr"):
        programme.apply(table, keep=["sectr"])


amounts = st.floats(0, 1e6, allow_nan=False)
rows = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 3), amounts), max_size=40
)
texts = st.sampled_from(
    [
        "a: 30% quota share\nb: 10 xs 5 per risk on net of a, aal 40\nc: 90 xs 9 on net of a, b",
        "a: 40 xs 10, 2 @ 100%, risks attaching, interlocking\nb: stop loss 40% xs 20% on net of a",
        "a: 100 xs 0 annual, claims made\nb: 20% quota share",
        "a: 9 xs 1, term limit 20, term 2 years\nb: 5 xs 0 on backup of a",
    ]
)


@settings(max_examples=150, deadline=None)
@given(rows, texts, st.randoms())
def test_order_scale_and_parts_of_the_input_change_nothing(rows, text, random):
    """Any order of rows gives the same bits; ceded and net are parts of the loss."""
    if not rows:
        return
    random.shuffle(rows)
    stamped = [(*row, number / 100) for number, row in enumerate(sorted(set(rows)))]
    programme = kb.Programme.from_text(text, premium=100)

    def told(rows):
        columns = zip(*rows, strict=True)
        year, event, risk, loss, time = map(list, columns)
        table = kb.LossTable(
            {
                "year": year, "event": event, "risk_id": risk, "loss": loss, "time": time,
                "inception": [y - e % 2 for y, e in zip(year, event, strict=True)],
                "reported": [y + r % 2 for y, r in zip(year, risk, strict=True)],
            },
            years=(0, 5),
        )  # fmt: skip
        return programme.apply(table, horizon=2)

    one = told(stamped)
    random.shuffle(stamped)
    two = told(stamped)
    assert one.digest == two.digest
    assert (one.total_ceded + one.net == one.gross).all()
    assert (one.total_ceded >= -1e-9 * one.gross).all()
    for name in programme.names:
        assert (one.ceded(name) >= 0).all()
