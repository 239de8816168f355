# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A clinical-trial line with a five-year tail
#
# Liability for trial subjects pays slowly: after ten years about 7% is still to come. Experience is
# thin, so the payment pattern is a measured one (US medical malpractice, 34 company triangles, as a
# proxy), and the prior is the sector's. The triangle is simulated from both; figures in CNY.

# %%
import numpy as np

import kebao as kb
from kebao import balance

measured = kb.sectors["bio.clinical_trial"].pattern
paid = np.array(measured.paid_cumulative)
subjects = np.linspace(9_000, 24_000, 10)
pure_premium = 900.0
scale = 60_000.0  # variance over mean of an increment: a few large claims
rng = np.random.default_rng(7)
mean = np.outer(subjects * pure_premium, np.diff(paid, prepend=0.0))
increments = scale * rng.poisson(mean / scale)
values = increments.cumsum(axis=1).astype(float)
values[np.add.outer(np.arange(10), np.arange(10)) >= 10] = np.nan
tri = kb.Triangle.from_wide(values)
tri

# %% [markdown]
# ## The chain ladder alone
#
# The young years stand on next to nothing, and the tail is not in the triangle.

# %%
ladder = kb.Mack(tail=1 / paid[-1]).fit(tri)
ladder

# %% [markdown]
# ## Bornhuetter–Ferguson, with a distribution
#
# The prior is the sector's pure premium by subject, uncertain by 30%; the bootstrap estimates the
# pattern again in every outcome. The tail factor is the measured one.

# %%
prior = kb.ODPBootstrap(
    n=10_000,
    seed=11,
    method="bornhuetter_ferguson",
    prior=pure_premium,
    prior_cv=0.3,
    tail=1 / paid[-1],
    keep="cells",
).fit(tri, exposure=subjects)
prior.distribution(levels=(0.5, 0.75, 0.95, 0.995))

# %%
prior.counts_

# %%
prior.plot.fan()
# %% [markdown]
# ## Five years of tail
#
# What a pattern leaves over after its last age is paid over five more years. The flows sum to the
# reserve; half of it comes after year four.

# %%
pattern = kb.Pattern(tuple(range(12, 132, 12)), tuple(paid), measured.source)
flows = balance.CashFlows.from_pattern(
    pattern, prior.ibnr_.tolist(), ages=list(range(120, 0, -12)), tail_years=5
)
assert abs(flows.total / prior.total_ibnr_ - 1) < 1e-9
curve = balance.Curve.from_spot([1, 3, 5, 10, 15], [0.016, 0.019, 0.021, 0.024, 0.026])
f"duration {flows.duration(curve):.1f} years, last payment after {flows.times[-1]:.1f} years"

# %%
flows.to_table(curve)

# %% [markdown]
# ## Claim by claim
#
# A line of three years has claims, but hardly a triangle. Number, size and delays are then the
# sector's own, updated by what was reported. The history is one life of the line, drawn from the
# sector and cut at the valuation; what came after is known here.

# %%
enrolled = {2023: 9_000, 2024: 12_000, 2025: 16_000}
nothing = {"origin": [], "open": [], "paid": []}
life = (
    kb.IndividualClaims("bio.clinical_trial", n=1, seed=21, keep="claims")
    .fit(nothing, exposure=enrolled, ages=dict.fromkeys(enrolled, 0))
    .claims_
)
age = np.array([3.0, 2.0, 1.0])[life["origin"]]
known = life["reported"] <= age
opened = known & (life["settled"] > age)
reported = {
    "origin": (2023 + life["origin"][known]).tolist(),
    "open": opened[known].tolist(),
    "paid": np.where(opened, 0.0, life["amount"])[known].tolist(),
}
claims = kb.IndividualClaims("bio.clinical_trial", n=5_000, seed=5, tail_years=5, keep="claims")
claims.fit(reported, exposure=enrolled, ages={2023: 36, 2024: 24, 2025: 12})
claims

# %% [markdown]
# The means agree with those in closed form (`expected`). What was still to come is an outcome
# like any other:

# %%
truth = life["amount"][life["settled"] > age].sum()
assert abs(claims.total_ / claims.expected_["total"][-1] - 1) < 0.05
f"{truth:,.0f} is at the {np.mean(claims.totals_ <= truth):.0%} quantile"

# %% [markdown]
# Payments by future year; those after year ten of an origin are the tail.

# %%
flows_by_claim = balance.CashFlows(np.arange(len(claims.cash_flows_)) + 0.5, claims.cash_flows_)
flows_by_claim.to_table()

# %% [markdown]
# Every outcome has its claims, so that the programme sees them one by one: gross is ceded plus
# net, and claims already paid have used up what they use of the annual terms.

# %%
programme = kb.Programme.from_text("xl: 700k xs 300k, aad 500k, aal 5m")
net = balance.net_reserves(programme, claims)
assert (net.gross == net.ceded + net.net).all()
net

# %% [markdown]
# ## Margin and capital
#
# Risk adjustment at 75%, and C-ROSS II with both readings of the sci-tech rule.

# %%
margin = balance.risk_adjustment(prior, level=0.75)
present = flows.present_value(curve)
{"present value": round(present), "risk adjustment": round(margin.value)}

# %%
line = {"line": "liability", "premium": 1.3 * 24_000 * pure_premium, "reserve": present}
{
    reading: round(float(balance.c_ross([line | {"sci_tech": reading}])["capital"][-1]))
    for reading in ("no", "ninety_percent", "feature")
}

# %% [markdown]
# ## Premium still to earn
#
# Subjects join over the first half of a three-year trial, so the risk runs late; half way through
# the term more than half of the premium is unearned.

# %%
risk = [0.05, 0.20, 0.45, 0.70, 0.88, 1.0]
unearned = balance.unearned_premium([6e6], elapsed=[0.5], risk=risk)
assert unearned[0] > 3e6
f"{unearned[0]:,.0f} of 6,000,000"
