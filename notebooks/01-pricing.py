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
# # Pricing a programme
#
# A pricing actuary has a loss model and a programme, and wants its price, the errors of every
# number, and an explanation that survives a review. The figures are illustrative.
#
# ## The loss model
#
# Twelve losses a year with a negative binomial count; a lognormal body and, above 5m, a Pareto
# tail with weight 4.9%; nothing costs more than 500m.

# %%
import kebao as kb

severity = kb.Spliced(
    kb.LogNormal(mu=12.6, sigma=1.7),
    kb.Pareto(alpha=1.4, scale=5e6),
    threshold=5e6,
    tail_weight=0.049,
).capped("500m")
loss = kb.Aggregate(kb.NegativeBinomial(mean=12, shape=1.5), severity)
loss

# %% [markdown]
# Moments are closed forms. The quantiles come from an FFT on a grid that the object chose, and its
# last line says how far that grid can be trusted. A quantile between rigorous bounds, from
# severities rounded down and up:

# %%
value, low, high = loss.bracketed_quantile(0.995)
assert low <= value <= high
f"99.5%: {value:,.0f} between {low:,.0f} and {high:,.0f}"

# %% [markdown]
# ## The programme
#
# One treaty a line, each on gross or on the net of others.

# %%
programme = kb.Programme.from_text(
    """
    qs:  40% quota share, commission 27.5%, loss ratio cap 300%
    xl1: 20m xs 10m on net of qs, 2 @ 100%
    xl2: 50m xs 30m on net of qs, 1 @ 100%, aad 5m, placed 75%
    sl:  60m xs 80m annual on net of qs, xl1, xl2
    """,
    currency="CNY",
    premium="90m",
)
assert kb.Programme.from_text(str(programme), currency="CNY", premium="90m") == programme
programme

# %%
programme.diagnose()

# %% [markdown]
# ## One million years

# %%
result = programme.apply(loss, years=1_000_000, seed=2026, progress=False)
result

# %% [markdown]
# Ceded and net add up to gross to the last bit, in every year:

# %%
import numpy as np

assert np.array_equal(result.total_ceded + result.net, result.gross)

# %% [markdown]
# ## Beside the exact numbers
#
# Where a treaty is a function of each loss, its annual sum is a compound distribution and an FFT
# gives it without simulation. Where it is not, the reason is told: the loss ratio cap of the quota
# share makes everything behind it depend on the year so far.

# %%
exact = result.exact()
z = exact["z_score"]
assert np.nanmax(np.abs(z)) < 4
exact

# %% [markdown]
# Without the cap, both layers are exact too, reinstatements, annual deductible and all:

# %%
uncapped = kb.Programme.from_text(
    str(programme).replace(", loss ratio cap 300%", ""), currency="CNY", premium="90m"
)
again = uncapped.apply(loss, years=1_000_000, seed=2026, progress=False)
exact = again.exact()
z = exact["z_score"]
assert np.isfinite(z[:3]).all()
assert np.nanmax(np.abs(z)) < 4
exact

# %% [markdown]
# ## What matters
#
# Derivatives of the expected losses to every parameter, with their errors; the elasticity of the
# upper layer to the tail index is the number to discuss.

# %%
sensitivity = result.sensitivity(progress=False)
xl2 = {row["parameter"]: row for row in sensitivity if row["treaty"] == "xl2"}
assert abs(xl2["frequency.mean"]["elasticity"] - 1) < 0.1
assert xl2["severity.base.tail.alpha"]["elasticity"] < -2
xl2["severity.base.tail.alpha"]

# %% [markdown]
# ## The quote

# %%
quote = result.quote(
    expenses=0.12, brokerage=0.10, capital=kb.CostOfCapital("tvar", 0.99, rate=0.08)
)
quote

# %%
from pathlib import Path
from tempfile import mkdtemp

folder = Path(mkdtemp())
quote.to_excel(folder / "quote.xlsx")  # premiums are live formulas
result.to_parquet(folder / "annual.parquet")
sorted(path.name for path in folder.iterdir())

# %% [markdown]
# ## Exceedance curves, with their bands

# %%
result.plot.ep()

# %% [markdown]
# ## The worst year of the upper layer, step by step

# %%
result.explain("xl2", year="worst")
