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
# # A chip co-insurance body
#
# Twelve chip plants with sums insured from 2bn to 40bn, written by a body of six insurers, several
# and not joint. Losses come from the shipped model of wafer fabs. Each takes a fixed line up to
# its maximum; what the lines do not take is placed
# facultatively. The body buys a tower with a backup and a stop loss, and holds a special
# reserve. All figures are illustrative (expert priors).
#
# ## The book

# %%
import numpy as np

import kebao as kb

sums = np.array([2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 40]) * 1e9
book = kb.Portfolio(
    {
        "risk_id": [f"fab-{i:02}" for i in range(1, 13)],
        "coverage": ["ic.fab_property_bi"] * 12,
        "exposure": [1.0] * 12,
        "sum_insured": sums,
        "key.city": ["Shanghai", "Wuxi", "Shenzhen"] * 4,
        "currency": ["CNY"] * 12,
    }
)
years = 50_000
losses = kb.simulate(book, years=years, seed=88)
losses

# %% [markdown]
# ## The body
#
# The lead quotes; members follow with fixed lines. The insured keep 20m of each loss.

# %%
pool = kb.Pool.from_toml("""
name = "chip co-insurance body"
currency = "CNY"
premium = "900m"
expenses = 0.15
reinsurance = \"\"\"
    xl1: 500m xs 300m, 1 @ 100%, premium 60m
    xl2: 1.2bn xs 800m, 1 @ 100%, premium 45m, placed 90%
    bk1: 500m xs 0 on backup of xl1, premium 6m
    sl:  stop loss 100% xs 110% on net of xl1, xl2, bk1
\"\"\"

[insured]
retention = "20m"

[[members]]
name = "lead"
share = 0.30
maximum_line = "6bn"

[[members]]
name = "B"
share = 0.20
maximum_line = "4bn"

[[members]]
name = "C"
share = 0.20
maximum_line = "5bn"

[[members]]
name = "D"
share = 0.15
maximum_line = "2bn"
default_probability = 0.013
recovery = 0.5

[[members]]
name = "E"
share = 0.10

[[members]]
name = "F"
share = 0.05
maximum_line = "1bn"

[special_reserve]
profit_share = 0.75
interest = 0.02
cap = 3
triggers = [{event = 250e6}, {loss_ratio = 0.8}]
release_above = 0.8
""")
settled = pool.settle(losses, seed=3, progress=False)
settled

# %% [markdown]
# Insured, facultative market, reinsurers, members and what a member in default leaves unpaid add up
# to the loss of every year, to the last bit:

# %%
assert np.array_equal(sum(settled[party] for party in settled.parties), settled.gross)
settled.by("member")

# %% [markdown]
# ## Lines of the largest plant
#
# On 40bn, shares would be 12, 8, 8, 6, 4 and 2bn; maxima of 6, 4, 5, 2, none and 1bn leave 18bn to
# the facultative market.

# %%
one = kb.LossTable(
    {"year": [0], "loss": [40e9], "risk_id": [11], "sum_insured": [40e9]}, years=(0, 0)
)
bare = kb.Pool.from_toml("""
members = [
    {name = "lead", share = 0.30, maximum_line = "6bn"},
    {name = "B", share = 0.20, maximum_line = "4bn"},
    {name = "C", share = 0.20, maximum_line = "5bn"},
    {name = "D", share = 0.15, maximum_line = "2bn"},
    {name = "E", share = 0.10},
    {name = "F", share = 0.05, maximum_line = "1bn"},
]
""").settle(one)
taken = {party: round(bare[party][0] / 1e9, 9) for party in bare.parties}
assert taken == {"facultative": 18, "lead": 6, "B": 4, "C": 5, "D": 2, "E": 4, "F": 1}
taken

# %% [markdown]
# ## The special reserve over ten years
#
# Three quarters of the underwriting profit go in, at most three years' premium; a release needs an
# event over 250m and a loss ratio over 80%.

# %%
reserve = pool.special_reserve(losses, years=10, seed=3, progress=False)
assert (reserve.balance >= 0).all()
reserve.plot.fan()

# %%
reserve.fan()

# %% [markdown]
# ## A surplus instead
#
# Were the body one insurer with a retention of 3bn and four lines, its surplus would cede by plant:

# %%
programme = kb.Programme.from_text(
    """
    s:  surplus of 4 lines, commission 25%, premium 500m, retention 3bn, """
    """profit commission 20% after 10%, deficit carried 3 years
    xl: 700m xs 300m on net of s, 1 @ 100%, premium 40m
    """,
    currency="CNY",
    premium="900m",
)
assert kb.Programme.from_text(str(programme), currency="CNY", premium="900m") == programme
result = programme.apply(losses, horizon=10, progress=False)
result

# %%
account = result.account("s")
kb.Table.of(
    "account of the surplus",
    {"what": account.columns[1:], "mean": [account[name].mean() for name in account.columns[1:]]},
)
