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
