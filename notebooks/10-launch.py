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
# # A launch and the first year in orbit
#
# A new operator flies its vehicle for the third time; 300m are insured. How likely is a failure?
# Three answers, and what own flights do to them.

# %%
import numpy as np

import kebao as kb
from kebao.sectors import LearningCurve, Survival

# %% [markdown]
# ## Learning by attempt
#
# Failures fall with the number of flights as a power law. The counts are those of the orbital
# record (nextspaceflight.com to July 2022): variants by flight number, and new developers.

# %%
variants = LearningCurve.fit([(1, 1, 43, 212), (3, 5, 30, 322), (11, 20, 13, 311)])
developers = LearningCurve.fit(
    [(1, 1, 11, 16), (2, 3, 8, 20), (4, 10, 11, 40), (11, np.inf, 14, 200)]
)
assert variants.chi_square < 3.84
assert developers.chi_square < 9.21
flights = [1, 2, 3, 5, 10, 20, 50]
assert all(np.diff([variants.at(k) for k in flights]) < 0)
kb.Table.of(
    "learning",
    {
        "flight": [str(k) for k in flights],
        "variant": [variants.at(k) for k in flights],
        "new developer": [developers.at(k) for k in flights],
    },
)

# %% [markdown]
# Classes that the fit did not see (rates of flights 2, 6-10, 21-50, 51 and later):

# %%
for flight, seen in ((2, 0.126), (7.7, 0.056), (32, 0.019), (101, 0.010)):
    print(f"flight {flight}: foretold {variants.at(flight):.1%}, seen {seen:.1%}")

# %% [markdown]
# ## Three priors and two own successes
#
# The new-developer rate of flights 2-3 is 40%, that of variants at flights 3-5 9.3%, the market
# charges about 4%. A prior of 40% worth six flights is Beta(2.4, 3.6); after two successes it is
# Beta(2.4, 5.6), 30%. Each costs p × 0.915 of the sum insured: 83% of failures are total, the rest
# lose half on average.

# %%
from kebao.credibility import BetaBernoulli

rows = []
for name, prior in (("new developer", 0.400), ("variant", 0.093), ("market", 0.042)):
    before = BetaBernoulli.from_mean_trials(prior, 6)
    after = before.update(failures=0, trials=2)
    low, high = after.interval(0.9)
    assert after.mean < prior
    rows.append((name, prior, after.mean, low, high, prior * 0.915))
assert abs(rows[0][2] - 0.30) < 1e-12
kb.Table.of(
    "priors",
    dict(
        zip(
            ("prior", "mean", "rate_after_two", "rate_low", "rate_high", "rate_of_loss"),
            map(list, zip(*rows, strict=True)),
            strict=True,
        )
    ),
)

# %% [markdown]
# ## The launch of the library
#
# Flight numbers are alternatives: a risk states one axis. Its posterior after own flights:

# %%
launch = kb.sectors["space.launch"]
updated = launch.update(failures=0, exposure=2)
updated.experience

# %%
columns = {
    "risk_id": ["third flight", "eleventh", "satellite"],
    "coverage": ["space.launch", "space.launch", "space.inorbit"],
    "sum_insured": [3e8] * 3,
    "exposure": [1, 1, 1],
    "new_developer_flight_no": ["flights2_3", None, None],
    "variant_flight_no": [None, "n11_20", None],
    "year_in_orbit": [None, None, "y1"],
}
book = kb.Portfolio(columns)
rates = book.rate(parameters="off", systemic=False)
rates

# %% [markdown]
# ## The first year in orbit
#
# 7% of satellites fail in their first twelve months; a Weibull hazard of shape 0.5 falls from
# there. Launch plus one year is the launch and the year less their overlap:

# %%
orbit = Survival(first_year=0.07, shape=0.5)
p = launch.frequency_mean
together = orbit.launch_plus(p)
assert abs(together - (p + 0.07 - p * 0.07)) < 1e-12
print([f"year {k + 1}: {orbit.failure(k, k + 1):.2%}" for k in range(5)], f"{together:.2%}")

# %% [markdown]
# ## The rate, with its uncertainty
#
# Simulated with uncertain parameters, which agrees with the closed form; one insurer takes 20%.

# %%
years = 100_000
losses = kb.simulate(book, years=years, seed=5)
annual = losses.annual()
exact = book.rate()["pure"].sum()
error = annual.std() / np.sqrt(years)
assert abs(annual.mean() - exact) < 4 * error
line = 0.2
print(
    f"{exact / 9e8:.2%} of the sums insured;"
    f" largest loss of a 20% line {line * annual.max() / 1e6:.0f}m"
)
losses.variance()

# %% [markdown]
# ## Sizing a line
#
# The largest line whose TVaR 99% stays below 50m, and what smaller ones lose:

# %%
tail = kb.measure.tvar(annual, 0.99)
lines = [0.05, 0.1, 0.2, 0.3]
kb.Table.of(
    "lines",
    {
        "line": [f"{share:.0%}" for share in lines] + [f"{5e7 / tail.value:.1%}"],
        "pure": [share * exact for share in [*lines, 5e7 / tail.value]],
        "tvar_99": [share * tail.value for share in [*lines, 5e7 / tail.value]],
        "largest": [share * annual.max() for share in [*lines, 5e7 / tail.value]],
    },
)

# %% [markdown]
# ## The case in numbers
#
# A fifth of the programme is kept. C-ROSS minimum capital for premium risk of the special lines.

# %%
from kebao import balance

capital = balance.c_ross(
    [{"line": "marine_special", "premium": line * exact / 0.65, "reserve": 0.0}]
)
kb.Table.of(
    "case",
    {
        "figure": [
            "gross pure premium",
            "net pure premium",
            "premium at a loss ratio of 65%",
            "gross TVaR 99%",
            "C-ROSS minimum capital of the line",
        ],
        "amount": [exact, line * exact, exact / 0.65, tail.value, capital["capital"][-1]],
    },
)

# %% [markdown]
# What the pure premium does when a parameter is a tenth larger:

# %%
models = {name: kb.sectors[name] for name in ("space.launch", "space.inorbit")}


def moved(name, path):
    """Pure premium with one parameter a tenth larger, over that of the library."""
    value = models[name].parameters
    for word in path.split("."):
        value = value[int(word) if word.isdigit() else word]
    other = models[name].set(path, 1.1 * value, source="what if")
    return kb.Portfolio(columns, sectors=[other]).rate()["pure"].sum() / exact - 1


paths = [(name, f"frequency.{field}") for name in models for field in ("mean", "cv_of_mean")]
effects = [moved(*path) for path in paths]
assert 0 < effects[0] < 0.1
assert 0 < effects[2] < 0.1
kb.Table.of("sensitivity", {"parameter": [f"{a}: {b}" for a, b in paths], "pure_premium": effects})
