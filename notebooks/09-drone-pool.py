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
# # A compulsory pool for drone liability
#
# 50,000 aircraft in four classes, one flat premium, twelve members. What each class should pay, who
# subsidises whom, and whether the pool and a fund for uninsured drones stand. Frequencies are
# expert priors: 0.006 a year, or about 4e-5 an hour at 150 hours a year, for light aircraft.

# %%
import numpy as np

import kebao as kb

classes = {"light": 0.80, "small": 0.15, "medium": 0.049, "large": 0.001}
limits = {"light": 1e6, "small": 5e6, "medium": 10e6, "large": 50e6}
where = {"rural": 0.3, "suburban": 0.5, "urban_core": 0.2}
firmware = {"apex": 0.5, "boreas": 0.3, "other": 0.2}
rows = [
    (kind, place, software, 50_000 * a * b * c)
    for kind, a in classes.items()
    for place, b in where.items()
    for software, c in firmware.items()
]
columns = {
    "risk_id": ["/".join(row[:3]) for row in rows],
    "coverage": ["uav.tpl"] * len(rows),
    "exposure": [row[3] for row in rows],
    "limit": [limits[row[0]] for row in rows],
    "caac_class": [row[0] for row in rows],
    "overflight": [row[1] for row in rows],
    "key.firmware": [row[2] for row in rows],
    "key.city": [f"city {k % 5}" for k in range(len(rows))],
}
book = kb.Portfolio(columns)
book

# %% [markdown]
# ## Class rates and the flat premium
#
# Pure premium by class in closed form; the flat premium is off-balance to them, so what one class
# gains another pays.

# %%
rates = book.rate(loss_ratio=0.65)
kind = np.array([row[0] for row in rows])
units = np.array([row[3] for row in rows])
technical = {k: rates["technical"][kind == k].sum() / units[kind == k].sum() for k in classes}
flat = rates["technical"].sum() / units.sum()
subsidy = {k: (technical[k] - flat) * units[kind == k].sum() for k in classes}
assert abs(sum(subsidy.values())) < 1e-6 * rates["technical"].sum()
kb.Table.of(
    "classes",
    {
        "class": list(classes),
        "aircraft": [units[kind == k].sum() for k in classes],
        "technical": list(technical.values()),
        "flat": [flat] * len(classes),
        "subsidy_received": list(subsidy.values()),
    },
)

# %% [markdown]
# Who pays whom: what a class pays above its own rate goes to the classes below theirs.

# %%
given = {k: -x for k, x in subsidy.items() if x < 0}
taken = {k: x for k, x in subsidy.items() if x > 0}
kb.Table.of(
    "cross subsidies",
    {"to": list(taken)}
    | {
        f"from {k}": [x * y / sum(given.values()) for y in taken.values()] for k, x in given.items()
    },
)

# %% [markdown]
# ## The pool
#
# It keeps 20m of each event; 80m above are reinsured. Twelve members share the rest.

# %%
premium = float(rates["technical"].sum())
lines = [0.2, 0.15, 0.12, 0.1, 0.08, 0.08, 0.07, 0.06, 0.05, 0.04, 0.03, 0.02]
members = "\n".join(
    f'[[members]]\nname = "M{k:02}"\nshare = {share}' for k, share in enumerate(lines, start=1)
)
pool = kb.Pool.from_toml(f"""
name = "drone pool"
currency = "CNY"
premium = {premium}
expenses = 0.2
reinsurance = \"\"\"
    xl: 80m xs 20m, 2 @ 100%, premium 6m
\"\"\"
{members}
""")
assert abs(sum(lines) - 1) < 1e-12
years = 40_000
losses = kb.simulate(book, years=years, seed=2)
settled = pool.settle(losses, progress=False)
assert np.array_equal(sum(settled[party] for party in settled.parties), settled.gross)
settled

# %% [markdown]
# ## A firmware that flies away
#
# The event is seen in the gross loss by cause; its key and the limits that stand there:

# %%
simulated = losses.annual()
exact = rates["pure"].sum()
error = simulated.std() / np.sqrt(years)
assert abs(simulated.mean() - exact) < 4 * error
accumulated = book.accumulations(level=0.99)
firmware_rows = [r for r in accumulated if r["event"] == "autopilot_firmware_defect"]
assert len(firmware_rows) == 3
assert firmware_rows[0]["value"] == "apex"
accumulated

# %%
split = losses.variance()
split

# %% [markdown]
# ## No-fault band
#
# The first 20,000 of a third party's loss are paid without fault: its share of a claim's cost, from
# the limited means of the severity of a light aircraft.

# %%
severity = kb.sectors["uav.tpl"].severity
band = severity.lev(20_000) / severity.lev(1e6)
assert 0 < band < 1
f"{band:.0%} of the cost of a claim limited at 1m lies in the no-fault band"

# %% [markdown]
# ## The fund for uninsured drones
#
# 2% of the premium against the losses of 1% of aircraft that fly without cover, smoothed over ten
# years, starting from three years' levy: it stands with 99%.

# %%
levy = 0.02 * premium
uninsured = 0.01 * simulated
blocks = uninsured[: years // 10 * 10].reshape(-1, 10)
balance = 3 * levy + np.cumsum(levy - np.minimum(blocks, 5 * levy), axis=1)
ruin = (balance.min(axis=1) < 0).mean()
assert ruin < 0.01
f"the fund is exhausted within ten years with probability {ruin:.2%}"

# %% [markdown]
# ## The case in numbers
#
# C-ROSS minimum capital for premium risk of the liability line, on the premium net of the cover.

# %%
from kebao import balance as solvency

retained = sum(settled[f"M{k:02}"] for k in range(1, 13))
tvar = {name: kb.measure.tvar(x, 0.99) for name, x in (("gross", simulated), ("net", retained))}
capital = solvency.c_ross([{"line": "liability", "premium": premium - 6e6, "reserve": 0.0}])
kb.Table.of(
    "case",
    {
        "figure": [
            "gross pure premium",
            "pure premium of the members",
            "premium at a loss ratio of 65%",
            "gross TVaR 99%",
            "TVaR 99% of the members",
            "C-ROSS minimum capital",
        ],
        "amount": [
            exact,
            retained.mean(),
            premium,
            tvar["gross"].value,
            tvar["net"].value,
            capital["capital"][-1],
        ],
    },
)

# %% [markdown]
# What the pure premium does when a parameter is a tenth larger:

# %%
model = kb.sectors["uav.tpl"]


def moved(path):
    """Pure premium with one parameter a tenth larger, over that of the library."""
    value = model.parameters
    for word in path.split("."):
        value = value[int(word) if word.isdigit() else word]
    other = model.set(path, 1.1 * value, source="what if")
    return kb.Portfolio(columns, sectors=[other]).rate()["pure"].sum() / exact - 1


paths = ["frequency.mean", "systemic.0.share_hit.a", "systemic.0.damage.a"]
effects = [moved(path) for path in paths]
assert all(0 < effect < 0.1 + 1e-9 for effect in effects)
kb.Table.of("sensitivity", {"parameter": paths, "pure_premium": effects})
