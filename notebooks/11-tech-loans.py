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
# # Technology loans with a government first loss
#
# 800 loans of 1.2bn. The government takes the first 2% of the balance, the insurer 30% of the next
# 3%, banks the rest. Defaults obey an economy and a province; the shares are an expert prior.

# %%
import numpy as np
import polars as pl

import kebao as kb

kb.sectors["credit.tech_loan"]

# %% [markdown]
# ## The law of a large book
#
# With one factor of 10%, PD 2.5% and LGD 62.5% the bands 0-2, 2-5 and above 5% carry 79.3, 18.6 and
# 2.1% of the loss. Higher correlation moves it upwards.

# %%
law = kb.sectors.Vasicek(pd=0.025, lgd=0.625, rho=0.10)
bands = [(0.02, 0.0), (0.03, 0.02), (1.0, 0.05)]
shares = np.array([law.layer_mean(*band) for band in bands]) / law.mean
assert np.allclose(shares * 100, [79.3, 18.6, 2.1], atol=0.06)
assert abs(law.quantile(0.995) - 0.0710) < 1e-4
high = kb.sectors.Vasicek(pd=0.025, lgd=0.625, rho=0.20)
moved = np.array([high.layer_mean(*band) for band in bands]) / high.mean
assert moved[0] < shares[0]
assert moved[2] > shares[2]
kb.Table.of(
    "bands",
    {"band": ["0-2%", "2-5%", ">5%"], "share_10": list(shares), "share_20": list(moved)},
)

# %% [markdown]
# ## The book
#
# Points bands set the default probability, provinces the second factor. The loss given default is a
# beta distribution; whole loans are simulated (share 1), the shares follow.

# %%
rng = np.random.default_rng(4)
n = 800
amounts = rng.lognormal(0.0, 0.7, n)
amounts *= 1.2e9 / amounts.sum()
columns = {
    "risk_id": [f"L{k:03}" for k in range(n)],
    "coverage": ["credit.tech_loan"] * n,
    "exposure": [1] * n,
    "sum_insured": amounts,
    "innovation_points": rng.choice(["top", "mid", "low"], n, p=[0.25, 0.6, 0.15]),
    "key.province": rng.choice(["Guangdong", "Jiangsu", "Zhejiang", "Shanghai"], n),
}
book = kb.Portfolio(columns)
years = 60_000
losses = kb.simulate(book, years=years, seed=7)
annual = losses.annual()
exact = book.rate()["pure"].sum()
error = annual.std() / np.sqrt(years)
assert abs(annual.mean() - exact) < 4 * error
f"expected {annual.mean() / 1e6:.2f}m ± {error / 1e6:.2f}m of 1,200m, exact {exact / 1e6:.2f}m"

# %% [markdown]
# Defaults fall evenly into the months; a claim follows after the waiting period of 120 days, if the
# loan is not cured by then:

# %%
terms = kb.sectors["credit.tech_loan"].parameters["credit"]
assert terms["waiting_days"] == 120
some = pl.DataFrame(kb.simulate(book, years=5_000, seed=7))
month = np.bincount((12 * some["time"].to_numpy()).astype(int), some["loss"].to_numpy(), 12) / 5_000
assert abs(month / month.mean() - 1).max() < 0.2
kb.Table.of(
    "months",
    {
        "month": [str(k) for k in range(1, 13)],
        "loss": month,
        "claimed_in": [str(1 + (k + terms["waiting_days"] // 30) % 12) for k in range(12)],
    },
)

# %% [markdown]
# ## Who pays
#
# The pool settles the year's loss by band; the parties add up to the loss of every year.

# %%
pool = kb.Pool.from_toml("""
name = "technology loans"
currency = "CNY"
band_unit = "1.2bn"
members = [{name = "insurer", share = 1}]
bands = [
    {from = "0%", to = "2%", shares = {government = 1}},
    {from = "2%", to = "5%", shares = {bank = 0.7}},
    {from = "5%", shares = {bank = 1}},
]
""")
settled = pool.settle(losses, progress=False)
assert np.array_equal(sum(settled[party] for party in settled.parties), settled.gross)
settled

# %% [markdown]
# ## A breaker on the loss ratio
#
# At 150% of the insurer's technical premium new lending stops: how often?

# %%
insurer = settled["insurer"]
premium = insurer.mean() / 0.65
trips = (insurer > 1.5 * premium).mean()
f"insurer: premium {premium / 1e6:.2f}m, the breaker trips in {trips:.1%} of years"

# %% [markdown]
# ## What correlation does to a finite book
#
# The same loans with the factors' shares changed in one line each; the mean stays.

# %%
tail = []
for share in (0.01, 0.06, 0.15):
    model = kb.sectors["credit.tech_loan"].set("credit.factors.0.share", share, source="what if")
    years_ = kb.simulate(book, years=20_000, seed=7, sectors=[model]).annual()
    tail.append((f"{share:.0%}", years_.mean(), np.quantile(years_, 0.995)))
assert tail[0][2] < tail[1][2] < tail[2][2]
kb.Table.of(
    "correlation",
    dict(zip(("economy", "mean", "var_995"), map(list, zip(*tail, strict=True)), strict=True)),
)

# %% [markdown]
# ## Capital
#
# Financing guarantee by C-ROSS II: net exposure 1,000 with 70% micro enterprises needs
# 1000 × 0.105 × (1 − 0.10) = 94.5.

# %%
from kebao import balance

capital = balance.c_ross_guarantee(1_000, micro_share=0.70)
assert abs(capital - 94.5) < 1e-9
capital

# %% [markdown]
# ## The case in numbers
#
# Expected loss by party, and the tail of the insurer.

# %%
tail = kb.measure.tvar(insurer, 0.99)
of_book = balance.c_ross_guarantee(0.3 * 0.03 * 1.2e9, micro_share=0.70)
assert abs(sum(settled[p].mean() for p in settled.parties) / annual.mean() - 1) < 1e-9
kb.Table.of(
    "case",
    {
        "figure": [
            "gross pure premium",
            "pure premium of the insurer",
            "premium at a loss ratio of 65%",
            "gross TVaR 99%",
            "TVaR 99% of the insurer",
            "C-ROSS minimum capital of the band",
        ],
        "amount": [
            annual.mean(),
            insurer.mean(),
            premium,
            kb.measure.tvar(annual, 0.99).value,
            tail.value,
            of_book,
        ],
    },
)

# %%
losses.variance()

# %% [markdown]
# What the pure premium does when a parameter is a tenth larger:

# %%
model = kb.sectors["credit.tech_loan"]


def moved(path):
    """Pure premium with one parameter a tenth larger, over that of the library."""
    value = model.parameters
    for word in path.split("."):
        value = value[int(word) if word.isdigit() else word]
    other = model.set(path, 1.1 * value, source="what if")
    return kb.Portfolio(columns, sectors=[other]).rate()["pure"].sum() / exact - 1


paths = ["frequency.mean", "severity.distribution.a", "credit.factors.0.share"]
effects = [moved(path) for path in paths]
# The mean does not depend on who defaults together.
assert abs(effects[0] - 0.1) < 1e-3
assert abs(effects[2]) < 1e-9
kb.Table.of("sensitivity", {"parameter": paths, "pure_premium": effects})
