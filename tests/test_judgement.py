"""Comparison, workpapers, actual against expected, backtests, plots and the sklearn contract."""

import numpy as np
import pytest
from scipy import integrate, stats
from sklearn.base import clone

import kebao as kb

RAA = kb.datasets.load("raa")


def compared():
    return kb.compare([kb.ChainLadder().fit(RAA), kb.Mack(average="simple", tail=1.05).fit(RAA)])


def test_methods_side_by_side_and_a_choice_by_origin():
    both = compared()
    one, two = both.ultimates["ChainLadder"], both.ultimates["Mack"]
    with pytest.raises(AttributeError, match="select"):
        _ = both.ultimate_
    chosen = both.select(
        "ChainLadder",
        {"1989": "Mack", "1990": {"ChainLadder": 0.25, "Mack": 0.75}},
        notes={"1990": "green year"},
    )
    expected = np.r_[one[:8], two[8], 0.25 * one[9] + 0.75 * two[9]]
    np.testing.assert_allclose(chosen.ultimate_, expected, rtol=1e-14)
    np.testing.assert_allclose(chosen.ibnr_, expected - RAA.latest, rtol=1e-12)
    table = chosen.to_table()
    assert table["selected"][-1] == pytest.approx(expected.sum())
    assert table["note"][9] == "green year"
    assert chosen.to_dict()["weights"]["1990"] == {"ChainLadder": 0.25, "Mack": 0.75}
    assert both.weights is None
    with pytest.raises(kb.InputError) as caught:
        both.select("Mak", {"1999": "Mack"}, notes={"2": ""})
    assert len(caught.value.issues) == 3
    assert "did you mean 'Mack'" in str(caught.value)
    with pytest.raises(kb.InputError, match="sum to 1"):
        both.select({"Mack": 0.5})
    other = kb.Mack().fit(kb.datasets.load("genins"))
    with pytest.raises(kb.InputError, match="different_triangles"):
        kb.compare([kb.Mack().fit(RAA), other])
    assert list(kb.compare([other, other]).ultimates) == ["Mack", "Mack 2"]


class Sheets:
    """A workbook with a small interpreter of the formulas that a workpaper has."""

    def __init__(self, path):
        openpyxl = pytest.importorskip("openpyxl")
        self.live = openpyxl.load_workbook(path)
        self.cached = openpyxl.load_workbook(path, data_only=True)

    def value(self, sheet, cell):
        import re

        text = self.live[sheet][cell].value
        if not isinstance(text, str) or not text.startswith("="):
            return 0.0 if text is None else text

        def block(reference):
            name, _, cells = reference.rpartition("!")
            name = name.strip("'") or sheet
            rows = self.live[name][cells]
            return [self.value(name, c.coordinate) for row in rows for c in row]

        area = r"((?:'[^']+'!|\w+!)?[A-Z]+\d+:[A-Z]+\d+)"
        if found := re.fullmatch(rf"=SUM\({area}\)", text):
            return sum(block(found[1]))
        if found := re.fullmatch(rf"=SUMPRODUCT\({area},{area}\)", text):
            return sum(a * b for a, b in zip(block(found[1]), block(found[2]), strict=True))

        def look(found):
            return repr(float(self.value(found[1] or sheet, found[2])))

        return eval(re.sub(r"(?:'([^']+)'!)?([A-Z]+\d+)", look, text[1:]))

    def check(self):
        count = 0
        for page in self.live:
            for row in page.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and cell.value.startswith("="):
                        cached = self.cached[page.title][cell.coordinate].value
                        computed = self.value(page.title, cell.coordinate)
                        assert computed == pytest.approx(cached, rel=1e-9, abs=1e-6), (
                            page.title, cell.coordinate, cell.value)  # fmt: skip
                        count += 1
        return count


def test_formulas_of_the_workpaper_give_their_cached_values(tmp_path):
    path = tmp_path / "mack.xlsx"
    mack = kb.Mack(exclude=[("1982", 12)], tail=1.02).fit(RAA)
    mack.to_excel(path)
    sheets = Sheets(path)
    assert sheets.check() > 100
    assert sheets.live.sheetnames == ["choices", "triangle", "factors", "results"]
    # The factor of the links that are left is a formula too; a tail that was given is a value.
    assert sheets.live["factors"]["B13"].value.startswith("=(")
    assert sheets.live["factors"]["K13"].value == pytest.approx(1.02)
    for average in ("simple", "regression"):
        other = tmp_path / f"{average}.xlsx"
        kb.Mack(average=average, n=4).fit(RAA).to_excel(other)
        own = Sheets(other)
        assert own.check() > 100
        row = [cell.value for cell in own.live["factors"][13]]
        assert all(str(value).startswith("=") for value in row[1:-1])
    # Changing a selected factor moves the reserve, as it does here.
    sheets.live["factors"]["B13"].value = 4.0
    changed = kb.Selection(exclude=[("1982", 12)], tail=1.02, factors={12: 4.0})
    expected = kb.ChainLadder(selection=changed).fit(RAA).total_ibnr_
    place = [cell.value for cell in sheets.live["results"][1]].index("ibnr")
    assert sheets.value("results", f"{'ABCDEFG'[place]}12") == pytest.approx(expected, rel=1e-9)

    path = tmp_path / "compare.xlsx"
    compared().select({"ChainLadder": 0.5, "Mack": 0.5}, notes={"1990": "x"}).to_excel(path)
    sheets = Sheets(path)
    assert sheets.check() > 200
    assert "weights" in sheets.live.sheetnames
    two = kb.ChainLadder().fit(simulated(2, seed=1))
    with pytest.raises(kb.InputError, match="one segment"):
        two.to_excel(tmp_path / "x.xlsx")


def test_actual_against_expected():
    then = kb.ChainLadder().fit(RAA.as_of(diagonals=1))
    table = then.actual_against_expected(RAA)
    values, f = RAA.values, then.development_factors_
    for row, origin in enumerate(table["origin"]):
        i = RAA.origins.index(origin)
        k = 8 - i
        assert table["from_age"][row] == 12 * (k + 1)
        assert table["expected"][row] == pytest.approx(
            values[i, k] * (f[k] - 1), rel=1e-12, nan_ok=True
        )
        assert table["actual"][row] == values[i, k + 1] - values[i, k]
    # The first origin and the newest one have nothing to compare.
    assert table["origin"] == RAA.origins[:-1]
    two = kb.ChainLadder().fit(RAA.as_of(diagonals=2)).actual_against_expected(RAA)
    assert (np.asarray(two["to_age"]) - np.asarray(two["from_age"])).max() == 24
    with pytest.raises(kb.InputError, match="one segment of one measure"):
        then.actual_against_expected(kb.datasets.load("mcl"))


def test_scores_are_those_of_scipy_and_of_their_integrals():
    mean, sd, outcome = 120.0, 45.0, 95.0
    sigma = np.sqrt(np.log1p((sd / mean) ** 2))
    law = stats.lognorm(sigma, scale=mean * np.exp(-(sigma**2) / 2))
    crps, pit = kb._kebao.score_lognormal(*(np.array([x]) for x in (mean, sd, outcome)))
    below = integrate.quad(lambda x: law.cdf(x) ** 2, 0, outcome)[0]
    above = integrate.quad(lambda x: law.sf(x) ** 2, outcome, np.inf)[0]
    assert crps[0] == pytest.approx(below + above, rel=1e-8)
    assert pit[0] == pytest.approx(law.cdf(outcome), rel=1e-12)
    sample = law.rvs(2000, random_state=1)
    crps, pit = kb._kebao.score_sample(sample[None], np.array([outcome]))
    slow = np.abs(sample - outcome).mean() - np.abs(sample[:, None] - sample).mean() / 2
    assert crps[0] == pytest.approx(slow, rel=1e-10)
    assert pit[0] == (sample < outcome).mean()


def simulated(segments, seed):
    """Squares for which Mack's model is true, with lognormal steps."""
    rng = np.random.default_rng(seed)
    f, s2 = np.array([2.2, 1.4, 1.15, 1.06, 1.02]), np.array([400, 150, 40, 10, 2.0])
    values = np.empty((segments, 1, 6, 6))
    values[..., 0] = rng.gamma(25.0, 400.0, (segments, 1, 6))
    for k in range(5):
        start = values[..., k]
        v = np.log1p(s2[k] / start / f[k] ** 2)
        step = rng.normal(np.log(f[k]) - v / 2, np.sqrt(v))
        values[..., k + 1] = start * np.exp(step)
    return kb.Triangle.from_parts(
        values, measures="paid", index="n", segments=[[f"{i:04}"] for i in range(segments)],
        first_origin=2000,
    )  # fmt: skip


def test_a_true_model_covers_and_a_false_one_does_not():
    square = simulated(600, seed=4)
    test = kb.backtest(kb.Mack(), square, sizes=[6])
    assert test.scored.all()
    coverage = test.coverage([0.5, 0.9])
    # Few degrees of freedom make Mack's errors a little short, but not much.
    for row in coverage:
        assert abs(row["covered"] - row["level"]) < 0.07
        assert row["covered"] + row["below"] + row["above"] == pytest.approx(1.0)
    assert (
        np.asarray(test.table["crps"]).mean()
        < np.abs(np.asarray(test.table["forecast"]) - np.asarray(test.table["outcome"])).mean()
    )
    points = kb.backtest(kb.ChainLadder(), square, sizes=[6])
    np.testing.assert_allclose(
        points.table["crps"],
        np.abs(np.asarray(points.table["forecast"]) - np.asarray(points.table["outcome"])),
    )
    assert points.crps_ > test.crps_
    rolled = kb.backtest(kb.Mack(), square, sizes=[4, 5, 6])
    assert len(rolled.table) == 1800
    np.testing.assert_array_equal(np.asarray(rolled.table["crps"])[1200:], test.table["crps"])
    # A size sees what was known then, and nothing later.
    first = square.segment("0000")
    values = first.values[:4, :4].copy()
    outcome = values[:, 3].sum()
    values[np.add.outer(range(4), range(4)) > 3] = np.nan
    alone = kb.Mack().fit(kb.Triangle.from_wide(values, first_origin=2000))
    assert rolled.table["forecast"][0] == alone.total_ultimate_
    assert rolled.table["outcome"][0] == pytest.approx(outcome)
    for bad in ([1], [7], []):
        with pytest.raises(kb.InputError, match="from 2 to 6"):
            kb.backtest(kb.Mack(), square, sizes=bad)


class Drawn(kb.Mack):
    """A method that simulates, as far as a backtest looks."""

    @property
    def totals_(self):
        rng = np.random.default_rng(9)
        mean, sd = self.total_ibnr_, self.total_standard_error_
        ultimate = mean + self.total_latest_
        sigma = np.sqrt(np.log1p((sd / ultimate) ** 2))
        normal = rng.normal(size=(4000, 1))
        drawn = ultimate * np.exp(sigma * normal - sigma**2 / 2)
        return (drawn - self.total_latest_).T


def test_outcomes_score_as_the_law_they_come_from():
    square = simulated(20, seed=6)
    law, drawn = (kb.backtest(method, square) for method in (kb.Mack(), Drawn()))
    np.testing.assert_allclose(drawn.table["crps"], law.table["crps"], rtol=0.15)
    np.testing.assert_allclose(drawn.table["pit"], law.table["pit"], atol=0.04)
    np.testing.assert_allclose(drawn.table["standard_error"], law.table["standard_error"], rtol=0.1)


def test_every_schedule_p_triangle_has_a_status_and_most_a_score():
    pytest.importorskip("cas_schedule_p")
    square = kb.Triangle.from_schedule_p(hold_out=False, by_company=True)
    test = kb.backtest(kb.Mack(), square["paid"])
    assert len(test.table) == square.shape[0] == sum(test.statuses.values())
    unscored = [s for s, ok in zip(test.table["status"], test.scored, strict=True) if not ok]
    assert "ok" not in unscored
    pit = test.pit_
    assert ((pit >= 0) & (pit <= 1)).all()
    assert "Backtest of Mack()" in repr(test)


def test_plots_draw():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    mack = kb.Mack().fit(RAA)
    assert len(RAA.plot.development().lines) == 10
    assert len(RAA.plot.growth().lines) == 10
    heat = RAA.plot.link_ratios()
    shown = [float(label.get_text()) for label in heat.texts]
    np.testing.assert_allclose(shown, RAA.link_ratios[~np.isnan(RAA.link_ratios)], atol=6e-4)
    assert len(mack.plot.development().lines) == 20
    residual = mack.residuals_
    f, s, c = mack.development_factors_[:-1], mack.sigma_[:-1], RAA.values[:, :-1]
    np.testing.assert_allclose(
        residual, (RAA.link_ratios - f) * np.sqrt(c) / s, rtol=1e-9, atol=1e-9
    )
    for by in ("origin", "development", "valuation"):
        ax = mack.plot.residuals(by)
        assert len(ax.collections[0].get_offsets()) == 45
    assert len(mack.plot.actual_against_expected(RAA).patches) == 0
    then = kb.ChainLadder().fit(RAA.as_of(diagonals=1))
    assert len(then.plot.actual_against_expected(RAA).patches) == 18
    with pytest.raises(kb.InputError, match="one of origin"):
        mack.plot.residuals("age")
    with pytest.raises(kb.InputError, match="one segment of one measure"):
        kb.datasets.load("mcl").plot.development()
    plt.close("all")


@pytest.mark.parametrize("kind", [kb.ChainLadder, kb.Mack, kb.MerzWuthrich])
def test_sklearn_clones_and_pickles(kind):
    import pickle

    method = kind()
    copied = clone(method)
    assert type(copied) is kind
    assert copied.get_params() == method.get_params()
    if "average" in method.get_params():
        assert clone(method.set_params(average="simple")).average == "simple"
    fitted = method.fit(RAA)
    thawed = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(thawed.ultimate_, fitted.ultimate_)
    assert thawed.to_pandas().equals(fitted.to_pandas())
    assert pickle.loads(pickle.dumps(kind())).get_params() == kind().get_params()
