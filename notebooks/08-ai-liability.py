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
# # AI liability of a Shenzhen cedant: quota share and excess of loss
#
# 400 policies on AI service revenue, three base models with 60, 25 and 15% of them. One failing
# model strikes every service built on it: that is the event. Parameters are expert priors of the
# library unless their source says otherwise.

# %%
import numpy as np

import kebao as kb
from kebao import balance

kb.sectors["ai.output_liability"]

# %%
rng = np.random.default_rng(11)
n, years, seed = 400, 40_000, 2026


def make_book(shares, sectors=()):
    rng = np.random.default_rng(11)
    revenue = np.exp(rng.uniform(np.log(10), np.log(300), n)).round(1)
    return kb.Portfolio(
        {
            "risk_id": [f"AI-{k:03}" for k in range(n)],
            "coverage": ["ai.output_liability"] * n,
            "exposure": revenue,
            "limit": rng.choice([5e6, 10e6, 20e6, 30e6], n, p=[0.3, 0.35, 0.25, 0.1]),
            "deductible": [1e5] * n,
            "share": [0.9] * n,
            "application": rng.choice(["content", "office", "finance_credit", "medical"], n),
            "human_in_loop": rng.choice(["always", "sampled", "none"], n, p=[0.3, 0.5, 0.2]),
            "key.base_model": rng.choice(["alpha", "beta", "gamma"], n, p=shares),
        },
        sectors=list(sectors),
    )


book = make_book([0.60, 0.25, 0.15])
rates = book.rate()
premium = float(rates["technical"].sum())
f"technical premium {premium / 1e6:.0f}m, of which systemic {rates['systemic'].sum() / 0.65e6:.0f}m"

# %% [markdown]
# ## What stands at each model
#
# Exposed limit, the expected loss of one failure, and a failure bad at 99% in share and damage.

# %%
book.accumulations(level=0.99)

# %% [markdown]
# ## The programme
#
# 60% quota share, its recoveries capped at 300% of the ceded premium; 80m xs 20m per event on the
# net, one reinstatement at 100%; 300m xs 100m above.

# %%
programme = kb.Programme.from_text(
    """
    qs: 60% quota share, loss ratio cap 300%
    xl: 80m xs 20m on net of qs, 1 @ 100%, premium 12m
    cat: 300m xs 100m on net of qs, xl, premium 3m
    """,
    currency="CNY",
    premium=premium,
)
losses = kb.simulate(book, years=years, seed=seed)
result = programme.apply(losses, progress=False)
result

# %% [markdown]
# The simulated mean is the closed form within its error, without shocks and with them:

# %%
for systemic in (False, True):
    simulated = kb.simulate(book, years=years, seed=seed, systemic=systemic).annual()
    exact = book.rate(systemic=systemic)["pure"].sum()
    error = simulated.std() / np.sqrt(years)
    assert abs(simulated.mean() - exact) < 4 * error
    print(
        f"systemic {systemic}: {simulated.mean() / 1e6:.2f}m ± {error / 1e6:.2f}m,"
        f" closed form {exact / 1e6:.2f}m"
    )

# %% [markdown]
# A reinstatement costs at most its layer's premium, and the cap of the quota share binds more often
# with shocks than without:

# %%
paid = result.reinstatement_premium("xl")
assert paid.max() <= 12e6 * (1 + 1e-12)
calm = programme.apply(kb.simulate(book, years=years, seed=seed, systemic=False), progress=False)


def bound(r):
    return (r.ceded("qs") < 0.6 * r.gross * (1 - 1e-9)).mean()


assert bound(calm) <= bound(result)
f"the cap binds in {bound(result):.3%} of years, without shocks in {bound(calm):.3%}"

# %% [markdown]
# ## Where the variance comes from

# %%
result.variance(progress=False)

# %% [markdown]
# ## Concentration on one model
#
# The same policies with more and more of them on the first model. The upper layer's price rises;
# the lower one is exhausted by any failure of a model, so fewer and larger ones cost it less.

# %%
costs = []
for top in (0.34, 0.6, 0.8, 1.0):
    rest = (1 - top) / 2
    other = make_book([top, rest, rest])
    r = programme.apply(kb.simulate(other, years=years, seed=seed), progress=False)
    low, high = r.table.row("xl"), r.table.row("cat")
    costs.append((top, low["expected_loss"], high["expected_loss"], high["standard_error"]))
assert all(a[2] < b[2] for a, b in zip(costs, costs[1:], strict=False))
kb.Table.of(
    "concentration",
    {
        "top_model": [f"{c[0]:.0%}" for c in costs],
        "xl": [c[1] for c in costs],
        "cat": [c[2] for c in costs],
        "standard_error": [c[3] for c in costs],
    },
)

# %% [markdown]
# ## Capital
#
# C-ROSS minimum capital for premium and reserve risk of the liability line, by `kebao.balance`; the
# tail beside it.

# %%
net = result.net
tvar = kb.measure.tvar(net, 0.99)
capital = balance.c_ross([{"line": "liability", "premium": 0.4 * premium, "reserve": 0.0}])
print(f"net TVaR 99% {tvar.value / 1e6:.0f}m ± {tvar.standard_error / 1e6:.0f}m")
capital

# %% [markdown]
# ## The case in numbers

# %%
gross, kept = result.table.row("gross"), result.table.row("net")
kb.Table.of(
    "case",
    {
        "figure": [
            "gross pure premium",
            "net pure premium",
            "premium at a loss ratio of 65%",
            "premium ceded to the quota share",
            "gross TVaR 99%",
            "net TVaR 99%",
            "C-ROSS minimum capital",
        ],
        "amount": [
            gross["expected_loss"],
            kept["expected_loss"],
            premium,
            0.6 * premium,
            gross["tvar_99"],
            kept["tvar_99"],
            capital["capital"][-1],
        ],
    },
)

# %% [markdown]
# What the pure premium does when a parameter is a tenth larger:

# %%
model = kb.sectors["ai.output_liability"]


def moved(path):
    """Pure premium with one parameter a tenth larger, over that of the library."""
    value = model.parameters
    for word in path.split("."):
        value = value[int(word) if word.isdigit() else word]
    other = model.set(path, 1.1 * value, source="what if")
    return make_book([0.60, 0.25, 0.15], [other]).rate()["pure"].sum() / rates["pure"].sum() - 1


paths = ["frequency.mean", "systemic.0.share_hit.a", "systemic.0.damage.a"]
effects = [moved(path) for path in paths]
share = rates["attritional"].sum() / rates["pure"].sum()
assert abs(effects[0] - 0.1 * share) < 1e-9
assert all(0 < effect < 0.1 for effect in effects)
kb.Table.of("sensitivity", {"parameter": paths, "pure_premium": effects})
