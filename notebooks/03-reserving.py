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
# # Reserving: from transactions to a distribution
#
# A reserving actuary starts from payments, claim by claim, and ends with a best estimate, its error
# over the coming year and to run-off, and the balance sheet that follows. The portfolio is
# simulated, so that the truth is known.
#
# ## From transactions to a triangle

# %%
import numpy as np

import kebao as kb
from kebao import balance

rng = np.random.default_rng(2026)
years = np.arange(2016, 2026)
pattern = np.array([0.30, 0.27, 0.17, 0.10, 0.06, 0.04, 0.025, 0.018, 0.01, 0.007])
rows = []
for year in years:
    for claim in range(rng.poisson(260)):
        ultimate = rng.lognormal(10.2, 1.1)
        accident = np.datetime64(f"{year}-01-01") + rng.integers(0, 365)
        for age, share in enumerate(rng.dirichlet(400 * pattern)):
            # Every origin year pays in its own and nine more calendar years.
            day = np.datetime64(f"{year + age}-01-01") + rng.integers(0, 365)
            rows.append(
                (f"{year}-{claim}", str(accident), str(max(day, accident)), ultimate * share)
            )
columns = dict(
    zip(["claim", "accident_date", "as_at", "paid"], zip(*rows, strict=True), strict=True)
)
everything = {name: list(values) for name, values in columns.items()}
known = np.array(everything["as_at"]) <= "2025-12-31"
transactions = {name: np.array(values)[known].tolist() for name, values in everything.items()}
tri = kb.Triangle.from_claims(
    transactions, origin="accident_date", valuation="as_at", values=["paid"], grain="Y"
)["paid"]
tri

# %% [markdown]
# No row was lost on the way:

# %%
tri.reconciliation

# %% [markdown]
# ## Best estimate and its error
#
# Mack's errors are closed forms. Merz and Wüthrich split them by year: what may come out in the
# next twelve months, and in every year after.

# %%
mack = kb.Mack().fit(tri)
mack

# %%
view = kb.MerzWuthrich().fit(tri)
view.by_year()

# %% [markdown]
# ## The whole distribution
#
# Ten thousand outcomes of the over-dispersed Poisson bootstrap; every quantile has its error.

# %%
boot = kb.ODPBootstrap(n=10_000, seed=7, keep="cells").fit(tri)
boot.distribution()

# %%
boot.quantile([0.75, 0.95, 0.995])

# %% [markdown]
# Outcomes are cells, so that cash flows sum to the reserve, and rare cases are counted:

# %%
np.testing.assert_allclose(boot.cash_flows_.sum(axis=0), boot.totals_)
boot.counts_

# %%
boot.plot.fan()
# %% [markdown]
# The truth, known here because it was simulated, among the outcomes:

# %%
later = ~known
truth = float(np.array(everything["paid"])[later].sum())
f"{truth:,.0f} is at the {np.mean(boot.totals_ <= truth):.0%} quantile"

# %% [markdown]
# ## Next year, by simulation
#
# The actuary in the box fits any method to the triangle with each simulated next diagonal. Under
# Mack's model the chain ladder gives back the formula of Merz and Wüthrich.

# %%
box = kb.MackBootstrap(n=10_000, seed=7, keep="cells", centre=True).fit(tri).rereserve()
assert abs(box.total_sd / view.total_cdr_ - 1) < 0.08
f"simulated {box.total_sd:,.0f}, formula {view.total_cdr_:,.0f}"

# %% [markdown]
# ## Against what came
#
# Schedule P has the outcomes of 543 company lines. Each is shown up to a diagonal and forecast, for
# six, eight and ten accident years; every triangle has a status, `falling_age` among them. Central
# intervals cover less than they say: real lines drift more than their triangles tell.

# %%
square = kb.Triangle.from_schedule_p(hold_out=False, by_company=True)["paid"]
test = kb.backtest(kb.Mack(), square, sizes=[6, 8, 10])
assert sum(test.statuses.values()) == 3 * square.shape[0]
test

# %%
kb.backtest(kb.ODPBootstrap(n=500, seed=1, keep="total"), square, sizes=[6, 8, 10])

# %%
test.plot()
# %% [markdown]
# ## To the balance sheet

# %%
curve = balance.Curve.from_spot([1, 3, 5, 10], [0.016, 0.019, 0.021, 0.024])
flows = balance.CashFlows.from_bootstrap(boot)
value = flows.present_value(curve)
margin = balance.risk_adjustment(value, method="var", level=0.75)
capital = 2.58 * view.total_cdr_by_year_
{
    "undiscounted": round(float(boot.total_ibnr_)),
    "present value": round(float(value.mean())),
    "risk adjustment, VaR 75%": round(margin.value),
    "standard error": round(margin.standard_error),
    "cost of capital": round(balance.cost_of_capital(capital, rate=0.06, curve=curve)),
}

# %% [markdown]
# The liability for incurred claims over the coming year, if all goes as expected:

# %%
first = float(flows.amounts.mean(axis=1)[0])
rate = curve.forward(0, 1)
opening = float(value.mean())
unwound = opening * rate - first * ((1 + rate) ** 0.5 - 1)
balance.lic([{"paid": first, "finance": unwound}], opening=opening)

# %% [markdown]
# ## Ceded and net
#
# Reserves split into claims, sent through the programme: gross is ceded plus net in every outcome.

# %%
programme = kb.Programme.from_text("xl: 300k xs 100k")
claims = balance.split_into_claims(
    boot.by_origin_[:, :2000], kb.LogNormal(mu=10.2, sigma=1.1).capped("2m"), seed=1
)
net = balance.net_reserves(programme, claims, simulations=2000, origins=tri.origins)
np.testing.assert_allclose(net.gross, net.ceded + net.net)
net
