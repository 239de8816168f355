"""Programmes against the literature: each case cites its source."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import kebao as kb

YEARS = 400_000


def layer_mean(shape: float, low: float, high: float) -> float:
    """E[min(X, high)] - low of a Pareto that starts at ``low``."""
    return low / (shape - 1) * (1 - (low / high) ** (shape - 1))


def excess_losses(
    costs: list[float], shapes: list[float], low: float, high: float
) -> tuple[float, kb.Mixture]:
    """Number of losses above ``low`` and their law, from the layer's expected loss by class."""
    counts = [cost / layer_mean(shape, low, high) for cost, shape in zip(costs, shapes)]
    parts = [kb.Pareto(alpha=shape, scale=low).capped(high) for shape in shapes]
    return sum(counts), kb.Mixture(parts, [count / sum(counts) for count in counts])


def apply(text: str, frequency, severity, *, premium: float | None = None, seed: int = 1):
    losses = kb.Aggregate(frequency, severity)
    return kb.Programme.from_text(text, premium=premium).apply(losses, years=YEARS, seed=seed)


def near(value: float, values: np.ndarray, published: float, digits: int) -> bool:
    """Within the published rounding and 4 standard errors of the mean of the values."""
    error = 4 * np.std(values) / np.sqrt(len(values))
    return abs(value - published) <= error + 0.5 * 10.0**-digits


#: Bear and Nemlick 1990 (PCAS 77), appendices F, G and table 1: layers on Pareto classes, their
#: expected losses and the portfolio's coefficient of variation.
PORTFOLIOS = [
    # Treaty 1: 160 xs 40; negative binomial, variance 1.036 times the mean of 5.154.
    ([360.0, 90.0], [0.9, 0.95], 40.0, 200.0, 5.154 / 0.036, 0.528),
    # Treaty 2: 700 xs 300, gamma mixing with coefficient of variation 0.07.
    ([200.0, 280.0, 420.0], [1.5, 1.3, 1.1], 300.0, 1000.0, 1 / 0.07**2, 0.770),
    # Treaty 3: 400 xs 100, Poisson.
    ([350.0], [1.1], 100.0, 500.0, None, 0.905),
]


@pytest.mark.parametrize(("costs", "shapes", "low", "high", "mixing", "published"), PORTFOLIOS)
def test_portfolios_of_bear_and_nemlick(costs, shapes, low, high, mixing, published):
    mean, severity = excess_losses(costs, shapes, low, high)
    frequency = kb.Poisson(mean=mean)
    if mixing is not None:
        frequency = kb.NegativeBinomial(mean=mean, shape=mixing)
    result = apply(f"xl: {high - low} xs {low}", frequency, severity)
    row = result.table.row("xl")
    assert row["expected_loss"] == pytest.approx(sum(costs), abs=4 * row["standard_error"])
    assert row["sd"] / row["expected_loss"] == pytest.approx(published, abs=0.0005 + 0.004)


def test_profit_commission_of_bear_and_nemlick():
    """Treaty 5: 25 % after 20 % over three years at 25 % of 18m for 80 %: 8.24 % (table 1)."""
    mean, severity = excess_losses([600.0, 840.0, 1260.0], [1.5, 1.3, 1.1], 300.0, 1000.0)
    text = "xl: 80% of 700 xs 300, premium 5625, profit commission 25% after 20%"
    result = apply(text, kb.Poisson(mean=mean), severity)
    account = result.account("xl")
    assert account["premium"][0] == pytest.approx(4500)
    paid = account["profit_commission"] / 4500
    assert near(paid.mean(), paid, 0.0824, 4)
    # Three years: coefficient of variation 0.444 (appendix J; negative binomial, here Poisson).
    ceded = result.ceded("xl")
    assert np.std(ceded) / np.mean(ceded) == pytest.approx(0.444, abs=0.003)


def test_swing_rate_of_bear_and_nemlick():
    """Treaty 4: 100/75 of the losses between 3 % and 10 % of a subject premium of 12,000."""
    mean, severity = excess_losses([360.0, 90.0], [0.9, 0.95], 40.0, 200.0)
    text = f"xl: 160 xs 40, swing 3% to 10% load {100 * 4 / 3!r}%"
    result = apply(text, kb.Poisson(mean=mean), severity, premium=12_000)
    premium, losses = result.account("xl")["premium"], result.ceded("xl")
    assert premium == pytest.approx(np.clip(losses * 4 / 3, 360, 1200))
    # The flat rate is 5 %: 100/75 of 3.75 %.
    assert losses.mean() / 12_000 == pytest.approx(0.0375, rel=0.01)


def test_sliding_scale_of_bear_and_nemlick():
    """Treaty 6: 20 % at 65 %, 25 % at 55 %, 40 % at 35 %; the scale point by point."""
    ratios = np.array([0.2, 0.35, 0.45, 0.55, 0.6, 0.65, 0.9])
    table = {"year": np.arange(1, 8), "loss": ratios * 1000}
    text = "qs: 100% quota share, sliding 20% to 25% to 40% at 65% to 55% to 35%"
    programme = kb.Programme.from_text(text, premium=1000)
    commission = programme.apply(table, years=7).account("qs")["commission"] / 1000
    assert commission == pytest.approx([0.4, 0.4, 0.325, 0.25, 0.225, 0.2, 0.2])


def test_loss_corridor_of_bear_and_nemlick():
    """Treaty 3: the cedant takes back the losses from the expected to twice the expected 350."""
    mean, severity = excess_losses([350.0], [1.1], 100.0, 500.0)
    frequency = kb.Poisson(mean=mean)
    plain = apply("xl: 400 xs 100, premium 350", frequency, severity)
    result = apply(
        "xl: 400 xs 100, premium 350, corridor 100% from 100% to 200%", frequency, severity
    )
    losses = plain.ceded("xl")
    kept = losses - np.clip(losses - 350, 0, 350)
    assert result.ceded("xl") == pytest.approx(kept, abs=1e-9)


def test_stop_loss_of_loss_models():
    """Klugman, Panjer and Willmot, Loss Models, examples 9.5 and 9.6: dental claims."""
    count = kb.EmpiricalCount([0.05, 0.1, 0.15, 0.2, 0.25, 0.15, 0.06, 0.03, 0.01])
    weights = [0.15, 0.2, 0.25, 0.125, 0.075, 0.05, 0.05, 0.05, 0.025, 0.025]
    severity = kb.Empirical([25.0 * k for k in range(1, 11)], weights)
    text = "\n".join(f"s{d}: unlimited xs {d} annual" for d in (0, 25, 50, 75))
    result = apply(text, count, severity)
    published = {"s0": 314.5, "s25": 290.75, "s50": 267.375, "s75": 244.5844}
    for name, value in published.items():
        row = result.table.row(name)
        assert abs(row["expected_loss"] - value) < 4 * row["standard_error"]
    assert result.table.row("s0")["sd"] == pytest.approx(191.6155, rel=0.005)
    exact = {row["treaty"]: row for row in result.exact()}
    for name, value in published.items():
        assert exact[name]["expected_loss"] == pytest.approx(value, abs=1e-2), exact[name]["reason"]


def test_aggregate_deductibles_of_bahnemann():
    """Bahnemann 2015 (CAS Monograph 2), example 4.2: F at 500 … 10,000 of a compound Poisson."""
    points = {500: 0.109550, 1000: 0.186725, 2000: 0.375529, 3000: 0.561277, 5000: 0.827283}
    text = "\n".join(f"d{at}: unlimited xs {at} annual" for at in points)
    result = apply(text, kb.Poisson(mean=2.5), kb.Gamma(shape=3, scale=400))
    for at, below in points.items():
        row = result.table.row(f"d{at}")
        assert abs(row["prob_attach"] - (1 - below)) < 4 * row["prob_attach_se"]
    # E[(S - d)+] by conditioning on the number of claims: gamma sums.
    count = np.arange(1, 60)
    weights = stats.poisson.pmf(count, 2.5)
    for at in points:
        shape = 3 * count
        tail = shape * 400 * stats.gamma.sf(at, shape + 1, scale=400)
        want = (weights * (tail - at * stats.gamma.sf(at, shape, scale=400))).sum()
        row = result.table.row(f"d{at}")
        assert abs(row["expected_loss"] - want) < 4 * row["standard_error"]


def test_two_layers_with_reinstatements_as_in_mata():
    """Mata 2000 (ASTIN Bulletin 30(2)): consecutive layers with a reinstatement each.

    Their joint distribution by a two-dimensional Fourier transform of the joint severity (the
    recursion there gives the same), then totals and premiums of both together.
    """
    rng = np.random.default_rng(2)
    values = np.arange(0.0, 41.0)
    weights = rng.random(41) ** 3
    weights /= weights.sum()
    lower, upper = np.clip(values - 10, 0, 10), np.clip(values - 20, 0, 20)
    size = 256
    joint = np.zeros((size, size))
    for a, b, weight in zip(lower.astype(int), upper.astype(int), weights, strict=True):
        joint[a, b] += weight
    law = np.fft.ifft2(np.exp(3.0 * (np.fft.fft2(joint) - 1))).real
    s, t = np.meshgrid(np.arange(size), np.arange(size), indexing="ij")
    paid_lower, paid_upper = np.minimum(s, 20), np.minimum(t, 40)
    want = {
        "a": (law * paid_lower).sum(),
        "b": (law * paid_upper).sum(),
        "both": np.sqrt(
            (law * (paid_lower + paid_upper) ** 2).sum()
            - (law * (paid_lower + paid_upper)).sum() ** 2
        ),
        "premium": (law * (2 * np.minimum(s, 10) / 10 + 0.5 * np.minimum(t, 20) / 20)).sum(),
    }
    text = "a: 10 xs 10, 1 @ 100%, premium 2\nb: 20 xs 20, 1 @ 50%, premium 1"
    result = apply(text, kb.Poisson(mean=3), kb.Empirical(values.tolist(), weights.tolist()))
    for name in ("a", "b"):
        row = result.table.row(name)
        assert abs(row["expected_loss"] - want[name]) < 4 * row["standard_error"]
    both = result.ceded("a") + result.ceded("b")
    assert np.std(both) == pytest.approx(want["both"], rel=0.005)
    premium = result.reinstatement_premium("a") + result.reinstatement_premium("b")
    assert abs(premium.mean() - want["premium"]) < 4 * premium.std() / np.sqrt(YEARS)


def test_pure_premium_of_sundt():
    """Sundt 1991 (ASTIN Bulletin 21(1)): 100 xs 0, two reinstatements at 100 %: 20.0136029."""
    text = "xl: 100 xs 0, 2 @ 100%, premium 1"
    result = apply(text, kb.Poisson(mean=0.5), kb.Uniform(0, 100))
    recovered, charged = result.ceded("xl"), result.reinstatement_premium("xl")
    assert near(recovered.mean(), recovered, 24.9969501, 7)
    premium = recovered.mean() / (1 + charged.mean())
    error = 4 * np.std(recovered - premium * charged) / np.sqrt(YEARS)
    assert abs(premium - 20.0136029) < error
