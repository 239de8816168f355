"""From reserves to the balance sheet: hand checks, identities, bad input."""

import numpy as np
import pytest

import kebao as kb
from kebao import balance as bs


def genins():
    return kb.datasets.load("genins")


# ── C-ROSS II: the hand checks of the rule ──────────────────────────────────────────────────────

PROPERTY = {"line": "property", "premium": 1000, "reserve": 600, "combined_ratio": 1.02}
PROPERTY |= {"cession": 0.06, "deviation": 0.0}
LIABILITY = {"line": "liability", "premium": 500, "reserve": 800}


def test_property_by_hand_and_its_two_sci_tech_readings():
    plain = bs.c_ross([PROPERTY])
    # 1000 · 0.391 · (1 + 0.05 − 0.035), 600 · 0.561
    assert plain["premium_risk"][0] == pytest.approx(396.865, abs=1e-9)
    assert plain["reserve_risk"][0] == pytest.approx(336.6, abs=1e-9)
    assert round(plain["capital"][-1], 2) == 635.91
    ninety = bs.c_ross([PROPERTY | {"sci_tech": "ninety_percent"}])
    assert round(ninety["capital"][-1], 2) == 572.32
    feature = bs.c_ross([PROPERTY | {"sci_tech": "feature"}])
    assert feature["premium_risk"][0] == pytest.approx(357.765, abs=1e-9)


def test_liability_and_both_by_hand():
    both = bs.c_ross([PROPERTY, LIABILITY])
    assert both["premium_risk"][1] == pytest.approx(101.5, abs=1e-9)
    assert both["reserve_risk"][1] == pytest.approx(346.4, abs=1e-9)
    assert round(both["capital"][1], 2) == 406.76
    assert round(both["capital"][-1], 2) == 866.55
    # A sci-tech line takes the factors and correlations of property.
    tech = bs.c_ross([PROPERTY, LIABILITY | {"sci_tech": "ninety_percent"}])
    assert tech["premium_risk"][1] == pytest.approx(0.9 * 500 * 0.391, abs=1e-9)


def test_corporate_guarantee_by_hand():
    assert bs.c_ross_guarantee(1000, micro_share=0.7) == pytest.approx(94.5, abs=1e-9)


def test_faults_of_lines_are_told_together():
    with pytest.raises(kb.InputError) as caught:
        bs.c_ross([{"line": "proprety", "premium": -1}, {"line": "motor", "combined_ratio": 102}])
    fields = [issue.field for issue in caught.value.issues]
    assert {"line", "premium", "combined_ratio"} <= set(fields)
    assert "did you mean 'property'" in str(caught.value)
    with pytest.raises(kb.InputError, match="premiums"):
        bs.c_ross([{"line": "motor", "premiums": 1}])
    accident = {"line": "accident", "premium": 1}
    other = {"line": "other", "premium": 1}
    with pytest.raises(kb.InputError, match="accident, other"):
        bs.c_ross([accident, other])
    given = bs.c_ross([accident, other], correlation={("other", "accident"): 0.0})
    assert given["capital"][-1] == pytest.approx(np.hypot(0.122, 0.098))


# ── cash flows and discounting ──────────────────────────────────────────────────────────────────


def test_cash_flows_sum_to_the_reserve_and_discount():
    ladder = kb.ChainLadder().fit(genins())
    flows = bs.CashFlows.from_fit(ladder)
    assert flows.total == pytest.approx(ladder.total_ibnr_, rel=1e-12)
    np.testing.assert_allclose(flows.times, np.arange(9) + 0.5)
    # The chain ladder's own diagonals.
    factors = ladder.development_factors_
    full = np.where(np.isnan(genins().values), 0.0, genins().values)
    for origin in range(10):
        for age in range(10 - origin, 10):
            full[origin, age] = full[origin, age - 1] * factors[age - 1]
    increments = np.diff(full, axis=1, prepend=0.0)
    diagonals = [
        sum(increments[i, 10 + year - i] for i in range(10) if 0 <= 10 + year - i < 10)
        for year in range(9)
    ]
    np.testing.assert_allclose(flows.amounts, diagonals, rtol=1e-9)
    curve = bs.Curve.from_spot([1, 2, 5, 10], [0.02, 0.022, 0.025, 0.03])
    by_hand = sum(a * curve.discount(t) for t, a in zip(flows.times, flows.amounts, strict=True))
    assert flows.present_value(curve) == pytest.approx(by_hand)
    assert flows.outstanding()[0] == pytest.approx(flows.total)
    assert 0 < flows.duration(curve) < flows.duration() < 9
    table = flows.to_table(curve)
    assert sum(table["present_value"]) == pytest.approx(by_hand)


def test_simulated_cash_flows_discount_outcome_by_outcome():
    boot = kb.ODPBootstrap(n=2_000, seed=1).fit(genins())
    flows = bs.CashFlows.from_bootstrap(boot)
    np.testing.assert_allclose(flows.total, boot.totals_, rtol=1e-12)
    value = flows.present_value(bs.Curve.flat(0.03))
    factors = 1.03 ** -(np.arange(9) + 0.5)
    np.testing.assert_allclose(value, factors @ boot.cash_flows_, rtol=1e-12)


def test_what_a_pattern_leaves_over_is_paid_in_the_tail():
    pattern = kb.Pattern((12, 24, 36), (0.5, 0.7, 0.8))
    flows = bs.CashFlows.from_pattern(pattern, {36: 100.0}, tail_years=5)
    assert flows.total == pytest.approx(100)
    np.testing.assert_allclose(flows.amounts, 20)
    np.testing.assert_allclose(flows.times, np.arange(5) + 0.5)
    with pytest.raises(kb.InputError, match="ages"):
        bs.CashFlows.from_pattern(pattern, [1.0, 2.0], ages=[12])


def test_curves_come_from_csv_with_every_bad_cell(tmp_path):
    path = tmp_path / "curve.csv"
    path.write_text("time,rate\n1,0.02\n2,0.03\n", encoding="utf-8")
    curve = bs.Curve.from_csv(path)
    assert curve.discount(2) == pytest.approx(1.03**-2)
    forward = bs.Curve.from_csv(path, kind="forward")
    assert forward.discount(2) == pytest.approx(1 / 1.02 / 1.03)
    np.testing.assert_allclose(curve.discount(np.array([0.0, 1.0])), [1, 1 / 1.02])
    path.write_text("time,rate\n1,two\n,0.03\n", encoding="utf-8")
    with pytest.raises(kb.InputError) as caught:
        bs.Curve.from_csv(path)
    assert len(caught.value.issues) == 2
    with pytest.raises(kb.InputError, match=r"did you mean 0\.03"):
        bs.Curve.flat(3.0)
    with pytest.raises(kb.InputError, match="spot, forward"):
        bs.Curve.from_csv(path, kind="swap")


# ── risk adjustment ─────────────────────────────────────────────────────────────────────────────


def test_risk_adjustments_of_a_known_distribution():
    rng = np.random.default_rng(1)
    outcomes = rng.exponential(100.0, 200_000)
    var = bs.risk_adjustment(outcomes, level=0.9)
    assert abs(var.value - 100 * (np.log(10) - 1)) < 5 * var.standard_error + 1
    tvar = bs.risk_adjustment(outcomes, method="tvar", level=0.9)
    assert abs(tvar.value - 100 * np.log(10)) < 5 * tvar.standard_error + 1
    with pytest.raises(kb.InputError, match="var, tvar"):
        bs.risk_adjustment(outcomes, method="coc")


def test_the_cost_of_capital_runs_off_with_the_one_year_errors():
    view = kb.MerzWuthrich().fit(genins())
    capital = 2.58 * view.total_cdr_by_year_
    cost = bs.cost_of_capital(capital, rate=0.06)
    assert cost == pytest.approx(0.06 * capital.sum())
    assert bs.cost_of_capital(capital, rate=0.06, curve=bs.Curve.flat(0.03)) < cost


# ── premium ─────────────────────────────────────────────────────────────────────────────────────


def test_unearned_premium_by_time_use_and_risk():
    dates = {"inception": ["2026-01-01", "2026-07-01"], "expiry": ["2027-01-01", "2027-07-01"]}
    value = bs.unearned_premium([365.0, 730.0], at="2026-12-31", **dates)
    np.testing.assert_allclose(value, [1.0, 2 * 182.0])
    np.testing.assert_allclose(
        bs.unearned_premium([100.0, 100.0], elapsed=0.5, used=[100, 700], expected=1000), [90, 30]
    )
    steps = [bs.unearned_premium([1.0], elapsed=e, risk=[0.6, 0.9, 1.0])[0] for e in (0, 1 / 3, 1)]
    np.testing.assert_allclose(steps, [1, 0.4, 0], atol=1e-12)
    # Not begun, and over.
    np.testing.assert_allclose(bs.unearned_premium([5.0, 5.0], elapsed=[-0.2, 1.2]), [5, 0])
    with pytest.raises(kb.InputError, match="rise to 1"):
        bs.unearned_premium([1.0], elapsed=0.5, risk=[0.5, 0.9])
    with pytest.raises(kb.InputError, match="after the inception"):
        bs.unearned_premium([1.0], inception="2026-01-01", expiry="2026-01-01", at="2026-01-01")


def test_premium_deficiency_does_not_net_groups():
    table = bs.premium_deficiency(
        ["launch", "cyber"],
        unearned=[100, 80],
        expected_claims=[90, 30],
        claims_expenses=[10, 5],
        maintenance=5,
        deferred_costs=[10, 0],
    )
    np.testing.assert_allclose(table["deficiency"], [15, 0, 15])


# ── expenses and IFRS 17 ────────────────────────────────────────────────────────────────────────


def test_ulae_methods():
    assert bs.ulae(paid_ulae=12, paid=100, case=300, ibnr=200) == pytest.approx((0.12, 42))
    kittel = bs.ulae("kittel", paid_ulae=12, paid=100, reported=140, case=300, ibnr=200)
    assert kittel == pytest.approx((0.1, 35))
    amounts = {"paid_ulae": 37, "effort": (0.6, 0.4, 0), "reported_ultimate": 900, "paid": 500}
    amounts |= {"closed_ultimate": 0, "ultimate": 1000}
    for projection in ("bornhuetter_ferguson", "expected", "development"):
        value = bs.ulae("conger_nolibos", projection=projection, **amounts)
        assert value == pytest.approx((0.05, 13.0))
    with pytest.raises(kb.InputError, match="sum to 1"):
        bs.ulae("conger_nolibos", **amounts | {"effort": (0.6, 0.6, 0)})
    with pytest.raises(kb.InputError) as caught:
        bs.ulae(paid_ulae=1, case=2, ibn=3)
    assert len(caught.value.issues) == 3


def test_every_roll_forward_closes():
    coverage = bs.lrc(
        [
            {"premiums_received": 1200, "revenue": 300, "acquisition_paid": 120, "fulfilment": 950},
            {"revenue": 300, "acquisition_amortised": 60},
        ]
    )
    claims = bs.lic(
        [{"incurred": 500, "past_service": -40, "finance": 9, "risk_adjustment": 3, "paid": 200}]
        * 3,
        opening=100,
    )
    margin = bs.csm(
        [{"new_business": 90, "rate": 0.03, "units": 2, "units_to_come": 4, "future_service": 30}]
        * 2,
        opening=10,
    )
    for table, stop in ((coverage, -2), (claims, -1), (margin, -2)):
        names = table.columns[1:]
        movements = sum(np.asarray(table[name]) for name in names[1:stop])
        np.testing.assert_allclose(table["closing"], table["opening"] + movements)
        np.testing.assert_allclose(table["opening"][1:], table["closing"][:-1])
    assert coverage["loss_component"][0] == 170
    with pytest.raises(kb.InputError, match="premium_received"):
        bs.lrc([{"premium_received": 1}])


# ── ceded and net ───────────────────────────────────────────────────────────────────────────────


def test_gross_is_ceded_plus_net_and_paid_claims_use_up_terms():
    programme = kb.Programme.from_text("xl: 5m xs 2m, aad 1m, aal 6m")
    claims = {
        "simulation": [0, 0, 0, 1],
        "origin": [0, 0, 1, 1],
        "ultimate": [9e6, 4e6, 3e6, 8e6],
        "paid": [4e6, 0.0, 0.0, 8e6],
    }
    result = bs.net_reserves(programme, claims, simulations=3, origins=["2024", "2025"])
    assert result.ceded.shape == (2, 3)
    # 2024 of outcome 0: ultimately 5m + 2m less 1m, capped at 6m; paid so far 2m less 1m.
    assert result.ceded[0, 0] == 5e6
    assert result.gross[0, 0] == 9e6
    assert result.ceded[1, 0] == 0.0
    assert result.gross[1, 1] == result.ceded[1, 1] == 0.0
    assert (result.gross[:, 2] == 0).all()
    assert (result.gross == result.ceded + result.net).all()
    with pytest.raises(kb.InputError, match="simulation"):
        bs.net_reserves(programme, claims, simulations=1, origins=["2024", "2025"])


def test_simulated_reserves_go_through_a_programme():
    boot = kb.ODPBootstrap(n=500, seed=1).fit(genins())
    severity = kb.LogNormal.from_mean_cv(mean=50_000, cv=2.0)
    claims = bs.split_into_claims(boot, severity, seed=2)
    result = bs.net_reserves(
        kb.Programme.from_text("qs: 40% quota share\nxl: 400k xs 200k on net of qs"),
        claims,
        simulations=500,
        origins=genins().origins,
    )
    # Reserves of zero or below have no claims.
    np.testing.assert_allclose(result.gross, np.maximum(boot.by_origin_, 0), rtol=1e-9)
    assert (result.gross == result.ceded + result.net).all()
    assert (result.ceded >= 0.4 * result.gross * (1 - 1e-9)).all()
    table = result.to_table()
    assert table["net"][-1] == pytest.approx(table["gross"][-1] - table["ceded"][-1])
    assert result.distribution()["origin"][-1] == "total"
    again = bs.split_into_claims(boot, severity, seed=2)
    assert (again["ultimate"] == claims["ultimate"]).all()
    with pytest.raises(kb.InputError, match="finite mean"):
        bs.split_into_claims(boot, kb.Pareto(alpha=0.9, scale=1e4))
