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
# # A loan pool of government, bank and insurer
#
# Technology loans of 1bn, each defaulting with 2.5% a year and losing 62.5%, correlated by one
# factor of 10%. Government, bank and insurer share the first 2% of the balance, a reserve takes
# the next 3%, a provincial fund what is above. The shares of 40, 30 and 30% are an expert prior.
#
# ## Losses
#
# For a large homogeneous book the loss given the factor is a function (Vasicek 2002), so a year for
# each quantile of the factor needs no luck.

# %%
import math

import numpy as np
from scipy import integrate, stats

import kebao as kb

pd, lgd, rho, balance, years = 0.025, 0.625, 0.10, 1e9, 100_000
factor = stats.norm.ppf((np.arange(years) + 0.5) / years)
default = stats.norm.cdf((stats.norm.ppf(pd) - math.sqrt(rho) * factor) / math.sqrt(1 - rho))
losses = kb.LossTable(
    {"year": np.arange(years), "loss": balance * lgd * default}, years=(0, years - 1)
)

# %% [markdown]
# ## The pool

# %%
pool = kb.Pool.from_toml("""
name = "technology loans"
currency = "CNY"
band_unit = "1bn"
members = [{name = "insurer", share = 1}]
bands = [
    {from = "0%", to = "2%", shares = {government = 0.4, bank = 0.3}},
    {from = "2%", to = "5%", shares = {reserve = 1}},
    {from = "5%", shares = {fund = 1}},
]
""")
settled = pool.settle(losses)
settled

# %% [markdown]
# Every year adds up to the last bit:

# %%
assert np.array_equal(sum(settled[party] for party in settled.parties), settled.gross)

# %% [markdown]
# ## Beside the closed form
#
# Expected losses of the tranches by quadrature over the factor: 79.3, 18.6 and 2.1% of the expected
# loss of 1.5625%.


# %%
def tranche(low, high):
    def loss(z):
        p = stats.norm.cdf((stats.norm.ppf(pd) - math.sqrt(rho) * z) / math.sqrt(1 - rho))
        return min(max(lgd * p - low, 0), high - low) * stats.norm.pdf(z)

    return integrate.quad(loss, -9, 9, points=[-3, -2, -1, 0, 1], limit=500)[0]


exact = [tranche(0, 0.02), tranche(0.02, 0.05), tranche(0.05, lgd)]
first = sum(settled[party].mean() for party in ("government", "bank", "insurer"))
found = [first, settled["reserve"].mean(), settled["fund"].mean()]
assert np.allclose(np.array(found) / balance, exact, rtol=2e-3)
assert np.allclose(np.array(exact) / (pd * lgd) * 100, [79.3, 18.6, 2.1], atol=0.05)
kb.Table.of(
    "tranches",
    {
        "tranche": ["0-2%", "2-5%", ">5%"],
        "pool": found,
        "closed form": [balance * x for x in exact],
        "share of loss": [x / (pd * lgd) for x in exact],
    },
)

# %% [markdown]
# The 99.5% quantile of the loss is 7.10% of the balance:

# %%
var = np.quantile(settled.gross, 0.995) / balance
assert abs(var - 0.0710) < 1e-4
f"{var:.2%}"

# %% [markdown]
# ## A circuit breaker
#
# Where compensation passes 4% of the balance, the government stops paying and there is no new
# business in the next year. Suspension follows the years, so these must come in a random order.

# %%
order = np.random.default_rng(1).permutation(years)
shuffled = kb.LossTable(
    {"year": np.arange(years), "loss": balance * lgd * default[order]}, years=(0, years - 1)
)
breaker = kb.Pool.from_toml(
    pool.to_toml() + '\n[circuit_breaker]\nabove = "4%"\nstops = ["government"]\nsuspends = 1\n'
)
stopped = breaker.settle(shuffled, horizon=10)
assert np.array_equal(sum(stopped[party] for party in stopped.parties), stopped.gross)
over = (lgd * default > 0.04).mean()
f"{over:.1%} of years pass the breaker, {stopped.suspended.mean():.1%} are without cover"

# %%
stopped
