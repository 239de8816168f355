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
# # A 1-in-1000 layer, five ways and more
#
# A pool of quantum-computing laboratories has 0.8 losses a year, most of them small, with a heavy
# tail. A reinsurer is asked for an annual layer that one year in a thousand reaches. What does it
# cost, and how sure is that? The model is made up; the methods are not.

# %%
import kebao as kb

severity = kb.Spliced(
    kb.LogNormal(mu=12.0, sigma=1.4),
    kb.Pareto(alpha=1.6, scale=2e6),
    threshold=2e6,
    tail_weight=0.08,
).capped("400m")
loss = kb.Aggregate(kb.NegativeBinomial(mean=0.8, shape=0.9), severity)
loss

# %% [markdown]
# ## Where one year in a thousand lies

# %%
attachment = loss.quantile(0.999)
limit = attachment
print(f"{attachment / 1e6:.1f}m xs {attachment / 1e6:.1f}m", loss.bracketed_quantile(0.999))

# %% [markdown]
# ## One number, many methods
#
# The same expected loss by transform, by recursion, and by six kinds of simulation, all of 200,000
# years. `variance_factor` says how many years of plain simulation one year of a method is worth.

# %%
table = kb.compare_methods(loss, limit=limit, attachment=attachment, years=200_000, seed=7)
table

# %%
exact = kb.evaluate(loss, limit=limit, attachment=attachment, method="fft")
for row in range(len(table)):
    value, error = table["value"][row], table["standard_error"][row]
    if error == error:
        z = (value - exact.value) / error
        assert abs(z) < 4, table["method"][row]
        print(f"{table['method'][row]:12s} {100 * error / value:8.3f}%  z = {z:5.2f}")

# %% [markdown]
# Which one would be taken, and why:

# %%
kb.evaluate(loss, limit=limit, attachment=attachment)

# %% [markdown]
# ## Errors and costs in one picture
#
# Down and to the left is better: a small error in little time.

# %%
import matplotlib.pyplot as plt
import numpy as np

figure, axis = plt.subplots(figsize=(7.5, 4.2))
error = np.where(np.isnan(table["standard_error"]), table["bound"], table["standard_error"])
for name, seconds, relative in zip(
    table["method"], table["seconds"], error / table["value"], strict=True
):
    sure = name in ("fft", "panjer")
    axis.scatter(1000 * seconds, 100 * relative, marker="s" if sure else "o", s=45)
    place = (6, -12 if name == "control" else 4)
    axis.annotate(name, (1000 * seconds, 100 * relative), xytext=place, textcoords="offset points")
axis.set(xscale="log", yscale="log", xlabel="milliseconds", ylabel="error, % of the value")
axis.set_title("Squares: bounds. Circles: standard errors of 200,000 years")
axis.margins(x=0.22, y=0.1)
axis.grid(alpha=0.3)
figure.tight_layout()

# %% [markdown]
# ## What moves the price
#
# Derivatives to every parameter: exact on the grid, and estimated on simulated years. `z_score`
# compares the two.

# %%
kb.sensitivity(loss, limit=limit, attachment=attachment, years=100_000, seed=7)

# %% [markdown]
# ## Far beyond the grid
#
# A total above 100m comes once in about 8,000 years, one above 350m once in 60,000, and one above
# 10bn takes 25 losses at the cap. Conditioning on the largest loss still answers with a small
# error, and where nothing can be said it is not said.

# %%
for amount in ("100m", "350m"):
    found = kb.evaluate(loss, exceeds=amount, method="conditional", years=100_000, seed=1)
    print(amount, f"{found.value:.4e} ± {found.standard_error:.1e}")
try:
    kb.evaluate(loss, exceeds="10bn", method="importance", years=10_000, seed=1)
except kb.NumericError as error:
    print(error)

# %% [markdown]
# ## Several laboratories, one cause
#
# Three lines share a shock: a helium shortage that stops them all. The transform of the total has
# the shock inside, and the tail is allocated to the lines exactly.

# %%
lines = kb.Lines(
    {"superconducting": loss, "ion trap": loss, "photonic": loss},
    shock_rate=0.05,
    shock_shares={"superconducting": 0.9, "ion trap": 0.2},
)
print(lines)
print(f"TVaR 99%: {lines.tvar(0.99) / 1e6:.1f}m")
kb.measure.allocate(lines, "tvar", 0.99)

# %% [markdown]
# Net and ceded of one line together, under 20m xs 5m of each loss:

# %%
both = kb.Bivariate(loss, limit="20m", attachment="5m", log2=(10, 9))
both
