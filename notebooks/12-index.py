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
# # Wind and solar index covers
#
# 20 plants, 30m each: wind pays from 93% of expected generation down to 80%, solar from 96 to 88%.
# Priced from the law, from the burn, and by simulation with correlated plants.

# %%
import numpy as np

import kebao as kb

wind, solar = kb.sectors["idx.wind"], kb.sectors["idx.solar"]
wind

# %% [markdown]
# ## The closed form
#
# With the index N(1, 0.06) resp. N(1, 0.035) the expected payout is 2.766 resp. 2.753% of the sum
# insured; the standard error of a mean from 20 years adds to it.

# %%
columns = {
    "risk_id": [f"P{k:02}" for k in range(20)],
    "coverage": ["idx.wind"] * 10 + ["idx.solar"] * 10,
    "sum_insured": [3e7] * 20,
    "key.region": ["north", "coast"] * 10,
}
book = kb.Portfolio(columns)
certain = book.rate(parameters="off")["pure"] / 3e7
predictive = book.rate()["pure"] / 3e7
assert np.allclose(certain[[0, 10]], [0.02766, 0.02753], atol=6e-6)
assert (predictive > certain).all()
f"wind {certain[0]:.3%} → {predictive[0]:.3%}, solar {certain[10]:.3%} → {predictive[10]:.3%}"

# %% [markdown]
# ## History
#
# 25 years of a synthetic index with a trend. The burn as it was, moved to the level of next year,
# and the law fitted around the trend:

# %%
rng = np.random.default_rng(25)
years = np.arange(2001, 2026)
index = 1.02 - 0.0015 * (years - 2001) + 0.06 * rng.standard_normal(25)
payout = wind.parameters["index"]["payout"]
found = kb.sectors.burn(years, index, payout, year=2026)
kb.Table.of(
    "burn",
    {
        "method": ["as it was", "detrended", "fitted", "fitted, predictive"],
        "rate": [found.mean, found.detrended_mean, found.fitted_mean, found.predictive_mean],
        "rate_error": [found.mean_error, found.detrended_error, np.nan, np.nan],
    },
)

# %% [markdown]
# ## Simulation against the closed form
#
# Within a percent, and never more than the exit allows:

# %%
n = 200_000
losses = kb.simulate(book, years=n, seed=8, parameters="off")
annual = losses.annual()
exact = certain.sum() * 3e7
assert abs(annual.mean() / exact - 1) < 0.01
assert annual.max() <= 20 * 3e7
f"simulated {annual.mean() / 1e6:.3f}m, exact {exact / 1e6:.3f}m"

# %% [markdown]
# ## Correlation
#
# Half of the variance is the region's. With all of it the plants of a region are one plant: no
# diversification; with none they are independent.

# %%
spread = []
for share in (0.0, 0.5, 0.999999):
    models = [m.set("index.factors.0.share", share) for m in (wind, solar)]
    years_ = kb.simulate(book, years=40_000, seed=8, parameters="off", sectors=models).annual()
    spread.append((f"{share:.0%}", years_.mean(), years_.std(), np.quantile(years_, 0.99)))
assert spread[0][2] < spread[1][2] < spread[2][2]
alone = kb.Portfolio(
    {"risk_id": ["P"], "coverage": ["idx.wind"], "sum_insured": [3e7], "key.region": ["north"]}
)
kb.Table.of(
    "correlation",
    dict(
        zip(
            ("region_share", "mean", "sd", "q99"), map(list, zip(*spread, strict=True)), strict=True
        )
    ),
)

# %% [markdown]
# ## Basis risk
#
# The plant's own shortfall follows the index with correlation 0.8. How often does it lose without
# being paid, and how much is left uncovered?

# %%
z = rng.standard_normal((2, 100_000))
index = 1 + 0.06 * z[0]
own = 1 + 0.06 * (0.8 * z[0] + 0.6 * z[1])
paid = np.clip((0.93 - index) / 0.13, 0, 1)
lost = np.clip((0.93 - own) / 0.13, 0, 1)
basis = kb.sectors.basis_risk(lost, paid)
perfect = kb.sectors.basis_risk(paid, paid)
assert perfect.sd < 1e-6
assert perfect.unpaid == 0
basis

# %% [markdown]
# ## A quota share

# %%
programme = kb.Programme.from_text("qs: 50% quota share", currency="CNY", premium=exact / 0.65)
result = programme.apply(losses, progress=False)
result

# %% [markdown]
# ## The case in numbers
#
# With uncertain means, as priced. C-ROSS minimum capital for premium risk of the property line, of
# which half is ceded.

# %%
from kebao import balance

priced = programme.apply(kb.simulate(book, years=60_000, seed=8), progress=False)
gross, kept = priced.table.row("gross"), priced.table.row("net")
pure = predictive.sum() * 3e7
assert abs(gross["expected_loss"] - pure) < 4 * gross["standard_error"]
capital = balance.c_ross([{"line": "property", "premium": 0.5 * pure / 0.65, "reserve": 0.0}])
kb.Table.of(
    "case",
    {
        "figure": [
            "gross pure premium",
            "net pure premium",
            "premium at a loss ratio of 65%",
            "gross TVaR 99%",
            "net TVaR 99%",
            "C-ROSS minimum capital",
        ],
        "amount": [
            pure,
            0.5 * pure,
            pure / 0.65,
            gross["tvar_99"],
            kept["tvar_99"],
            capital["capital"][-1],
        ],
    },
)

# %%
kb.simulate(book, years=60_000, seed=8).variance()

# %% [markdown]
# What the pure premium does when a parameter is a tenth larger:

# %%
models = {"idx.wind": wind, "idx.solar": solar}


def moved(name, path):
    """Pure premium with one parameter a tenth larger, over that of the library."""
    value = models[name].parameters
    for word in path.split("."):
        value = value[word]
    other = models[name].set(path, 1.1 * value, source="what if")
    return kb.Portfolio(columns, sectors=[other]).rate()["pure"].sum() / pure - 1


paths = [(name, f"index.marginal.{field}") for name in models for field in ("sd", "history_years")]
effects = [moved(*path) for path in paths]
assert effects[0] > 0 > effects[1]
assert effects[2] > 0 > effects[3]
kb.Table.of("sensitivity", {"parameter": [f"{a}: {b}" for a, b in paths], "pure_premium": effects})
