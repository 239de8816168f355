"""What has no variance, because losses without limit have none, over models and programmes."""

from __future__ import annotations

import numpy as np
import pytest

import kebao as kb

MODELS = {
    "no mean": (kb.Pareto(alpha=0.9, scale=1e6), 0),
    "no variance": (kb.Pareto(alpha=1.5, scale=1e6), 1),
    "no variance, spliced": (
        kb.Spliced(
            kb.LogNormal(mu=12, sigma=1), kb.GPD(shape=0.6, scale=1e6, threshold=1e6),
            threshold=1e6, tail_weight=0.1,
        ),
        1,
    ),
    "light": (kb.LogNormal(mu=13, sigma=1), 2),
    "capped": (kb.Pareto(alpha=0.9, scale=1e6).capped("500m"), 2),
}  # fmt: skip

#: Programmes, and whose amounts grow with one loss without bound.
UNBOUNDED = {
    "xl: 4m xs 1m": {"gross", "net"},
    "xl: 4m xs 1m, 1 @ 100%, premium 1m": {"gross", "net"},
    "xl: unlimited xs 5m": {"gross", "ceded", "xl"},
    "xl: unlimited xs 5m, placed 60%": {"gross", "ceded", "net", "xl"},
    "xl: unlimited xs 5m, aal 90m": {"gross", "net"},
    "qs: 40% quota share\nxl: 9m xs 1m on net of qs": {"gross", "ceded", "net", "qs"},
    "qs: 40% quota share\nxl: unlimited xs 1m on net of qs": {"gross", "ceded", "qs", "xl"},
    "xl: unlimited xs 20m annual": {"gross", "ceded", "xl"},
}


@pytest.mark.parametrize("model", MODELS)
def test_what_has_no_variance_has_no_standard_error(model):
    severity, moments = MODELS[model]
    loss = kb.Aggregate(kb.Poisson(mean=1.5), severity)
    for text, unbounded in UNBOUNDED.items():
        result = kb.Programme.from_text(text).apply(loss, years=4000, seed=3, progress=False)
        named: set[str] = set()
        for row in result.table:
            mean = (row["expected_loss"], row["standard_error"])
            tail = (row["tvar_99"], row["tvar_99_se"])
            place = (model, text, row["treaty"])
            assert np.isfinite([row["var_99"], row["var_99_se"]]).all(), place
            if moments < 2 and row["treaty"] in unbounded:
                named.add(row["treaty"])
                assert np.isnan([mean[1], tail[1], row["sd_se"]]).all(), place
                assert np.isinf(row["sd"]), place
                assert np.isinf([mean[0], tail[0]]).tolist() == [moments == 0] * 2, place
            else:
                assert np.isfinite([*mean, *tail, row["sd"], row["sd_se"]]).all(), place
        told = {name for note in result.notes for name in note.split(":")[0].split(", ")}
        assert told == named, (model, text, result.notes)
        assert all(note in repr(result) for note in result.notes)


def test_comparisons_and_derivatives_know_what_has_no_variance():
    loss = kb.Aggregate(kb.Poisson(mean=1.5), kb.Pareto(alpha=1.5, scale=1e6))
    base = kb.Programme.from_text("xl: 4m xs 1m").apply(loss, years=4000, seed=3, progress=False)
    more = kb.Programme.from_text("xl: 5m xs 1m")
    share = kb.Programme.from_text("qs: 10% quota share\nxl: 5m xs 1m")
    change = base.what_if({"more": more, "share": share})
    rows = {(row["programme"], row["amount"], row["measure"]): row for row in change}
    # The limited parts of both nets differ; what is beyond them is the same.
    assert np.isfinite(rows["more", "net", "mean"]["standard_error"])
    assert np.isfinite(rows["more", "net", "tvar_99"]["standard_error"])
    assert np.isnan(rows["share", "net", "mean"]["standard_error"])
    assert np.isnan(rows["share", "ceded", "tvar_99"]["standard_error"])
    for name in ("more", "share"):
        assert np.isfinite(rows[name, "net", "var_99"]["standard_error"])
        assert np.isnan(rows[name, "net", "sd"]["standard_error"])
    slopes = {(row["treaty"], row["parameter"]): row for row in base.sensitivity()}
    assert np.isnan(slopes["gross", "frequency.mean"]["standard_error"])
    assert np.isfinite(slopes["xl", "frequency.mean"]["standard_error"])
    pool = kb.Pool.from_toml(
        'members = [{name = "a", share = 1}]\nbands = [{to = "9m", shares = {government = 1}}]\n'
    )
    rows = {row["party"]: row for row in pool.settle(loss, years=4000, seed=3).by("party")}
    assert np.isnan([rows[name]["standard_error"] for name in ("a", "total")]).all()
    assert np.isfinite(rows["government"]["standard_error"])
