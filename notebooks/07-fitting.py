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
# # Fitting a thin line
#
# A pool insures the hulls of inspection drones. Three years gave a few dozen claims; small ones
# stay below the deductible and were never reported, large ones end at the sum insured, and some
# are still open. What does one claim cost, and how sure is that? The claims are made up.

# %%
import numpy as np

import kebao as kb

rng = np.random.default_rng(2026)
cost = rng.lognormal(mean=10.9, sigma=1.25, size=64)
deductible = rng.choice([5_000, 10_000, 20_000], size=64)
seen = cost > deductible
cost, deductible = cost[seen], deductible[seen]
sum_insured = rng.choice([150_000, 300_000, 500_000], size=cost.size)
still_open = rng.random(cost.size) < 0.12
so_far = np.where(still_open, np.maximum(0.6 * cost, 1.01 * deductible), cost)

losses = kb.fit.LossData(so_far, deductible=deductible, limit=sum_insured, censored=still_open)
losses

# %% [markdown]
# Rows in = used + rejected. A faulty cell is named; nothing is dropped in silence:

# %%
try:
    kb.fit.LossData([*so_far[:3], float("nan"), -1.0], deductible=0)
except kb.InputError as error:
    print(error)

# %% [markdown]
# ## Families side by side
#
# Maximum likelihood with every deductible, limit and open claim in it. The p-values of
# Kolmogorov–Smirnov and Anderson–Darling are simulated, because tables do not hold once parameters
# were estimated. A family whose likelihood runs to its edge is marked with a star.

# %%
fits = kb.fit.severity(losses, replicates=199, seed=7)
fits

# %% [markdown]
# With so few claims several families pass. What they say of the tail differs, and that is part of
# the price. Limited expected values of the data (Kaplan–Meier) beside the fits, given that the
# smallest deductible is exceeded:

# %%
fits.limited_expected_values([20_000, 50_000, 100_000, 200_000, 300_000])

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(1, 2, figsize=(11, 4))
fits.plot.qq(ax=axes[0])
fits.plot.survival(ax=axes[1])
figure.tight_layout()

# %% [markdown]
# ## How sure
#
# Intervals by the profile likelihood are not symmetric, as they should not be:

# %%
fits.parameters(level=0.9)

# %%
lognormal = fits["LogNormal"]
layer = lognormal.layer_mean(300_000, 20_000)
naive = kb.fit.severity(np.minimum(so_far, sum_insured), families="LogNormal", replicates=0)
print(f"300k xs 20k costs {layer.value:,.0f} ± {layer.standard_error:,.0f} a claim")
wrong = naive.best.layer_mean(300_000, 20_000).value
print(f"deductibles, limits and open claims ignored: {wrong:,.0f}")
assert abs(lognormal.parameters["mu"] - 10.9) < 3 * lognormal.standard_errors["mu"]

# %% [markdown]
# ## A tail from a larger book
#
# A neighbouring line has enough claims for a tail of its own. Above the right threshold the shape
# of a generalised Pareto distribution stays the same within its errors:

# %%
truth = kb.Spliced(kb.LogNormal(10, 1), kb.Pareto(1.6, 2e5), threshold=2e5, tail_weight=0.06)
book = truth.sample(3_000, seed=11)
kb.fit.thresholds(book, at=np.quantile(book, [0.8, 0.9, 0.95, 0.98]))

# %%
splice = kb.fit.splice(book, body="LogNormal", tail="Pareto")
splice

# %% [markdown]
# The fitted distribution goes straight into a price:

# %%
loss = kb.Aggregate(kb.Poisson(20), splice.severity.capped("20m"))
assert abs(splice.tail["alpha"].value - 1.6) < 4 * splice.tail["alpha"].standard_error
loss

# %% [markdown]
# ## Thinner still: four claims
#
# A test-flight line has four claims in 96 flight years. No fit by likelihood says much; a posterior
# says how little is known. The size of the next claim has no mean, whatever the data: only what is
# limited has a price. Parameters are drawn once for each simulated year.

# %%
from kebao.credibility import GammaPoisson, NormalInverseGamma, UncertainAggregate

rate = GammaPoisson.from_mean_cv(0.05, 0.8).update(claims=4, exposure=96)
sizes = NormalInverseGamma.flat().update([41_000, 187_000, 66_000, 540_000])
low, high = rate.interval(0.9)
print(f"claims a flight year: {rate.mean:.3f}, with 90% between {low:.3f} and {high:.3f}")
print("the next claim:", sizes.predictive(), "with mean", sizes.predictive().mean)

year = UncertainAggregate(
    rate, kb.LogNormal(11, 1).capped("2m"), exposure=40, severity_posterior=sizes
)
plain = kb.Aggregate(kb.Poisson(40 * rate.mean), kb.LogNormal(sizes.mu, 1.1).capped("2m"))
draws = year.sample(200_000, seed=5)
drawn, fixed = np.quantile(draws, 0.99), plain.quantile(0.99)
print(f"expected a year: {year.mean:,.0f}")
print(f"one year in a hundred: {drawn:,.0f}, with parameters taken for certain {fixed:,.0f}")
assert abs(draws.mean() / year.mean - 1) < 0.02
assert drawn > fixed
