"""The accuracy table: worst relative errors of severities against mpmath, beside SciPy's.

python tools/accuracy.py                 print the table
python tools/accuracy.py --write         write docs/accuracy.md
python tools/accuracy.py --references    first make tests/gold/severity.json anew, with mpmath alone
                                         (some minutes)
"""

from __future__ import annotations

import json
import math
import runpy
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from scipy import integrate, stats

import kebao as kb

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = ["cdf", "sf", "isf", "quantile", "layer mean"]
HEAD = """# Accuracy of severities

Worst relative error against mpmath with 60 digits, at the points of `tests/gold/severity.json`:
survival probabilities from 1 down to 1e-300, lower tails down to 1e-100 where they exist, layers
from 1e-5 of their attachment to 60 times it, from the body down to where their mean is 1e-290.
`points` is the least number of them over the functions of a family. SciPy {scipy} stands beside it
where it has the family; its layer means are `integrate.quad` of its `sf` with default tolerances,
which stop at an absolute error of 1e-8. Transforms are of several families each. Made by
`python tools/accuracy.py --write`, the references by `--references`.

Bars, held by `tests/severity_gold.rs`: cdf and sf 1e-13; quantiles 5e-14 plus 8 ulp times the
condition of the point (how much a quantile moves for a relative change of the smaller of p and
1 − p: power tails of small index magnify one ulp); layer means 1e-12.

| family | points | {columns} |
|---|---|{dashes}|
"""


def scipy_of(model: dict[str, Any]) -> Any:
    """SciPy's distribution of the same formula, if it has one."""
    p = {key: value for key, value in model.items() if key != "family"}
    if p.get("total_loss"):
        return None
    match model["family"]:
        case "LogNormal":
            return stats.lognorm(p["sigma"], scale=math.exp(p["mu"]))
        case "Exponential":
            return stats.expon(scale=p["mean"])
        case "Weibull":
            return stats.weibull_min(p["shape"], scale=p["scale"])
        case "Pareto":
            return stats.pareto(p["alpha"], scale=p["scale"])
        case "Lomax":
            return stats.lomax(p["alpha"], scale=p["scale"])
        case "GPD":
            return stats.genpareto(p["shape"], scale=p["scale"], loc=p["threshold"])
        case "GEV":
            return stats.genextreme(-p["shape"], loc=p["location"], scale=p["scale"])
        case "Frechet":
            return stats.invweibull(p["shape"], scale=p["scale"])
        case "Burr":
            return stats.burr12(p["gamma"], p["alpha"], scale=p["scale"])
        case "LogLogistic":
            return stats.fisk(p["shape"], scale=p["scale"])
        case "Gamma":
            return stats.gamma(p["shape"], scale=p["scale"])
        case "InverseGamma":
            return stats.invgamma(p["shape"], scale=p["scale"])
        case "InverseGaussian":
            return stats.invgauss(p["mean"] / p["shape"], scale=p["shape"])
        case "GB2" if p["gamma"] == 1.0:
            return stats.betaprime(p["tau"], p["alpha"], scale=p["scale"])
        case "Beta":
            return stats.beta(p["a"], p["b"])
        case "Uniform":
            return stats.uniform(p["low"], p["high"] - p["low"])
    return None


def worst(found: Any, exact: Any) -> float:
    """The largest relative error; infinite or missing numbers count as inf."""
    with np.errstate(all="ignore"):
        error = np.abs(np.asarray(found, float) / np.asarray(exact, float) - 1.0)
    return float(np.max(np.where(np.isnan(error), np.inf, error), initial=0.0))


def errors(model: dict[str, Any], law: Any, *, ours: bool) -> dict[str, float]:
    """Worst errors of one distribution, by function."""
    columns = {
        name: np.array(model[name], float)
        for name in ("x", "cdf", "sf", "isf", "quantile", "attachment", "limit", "layer_mean")
    }
    x, cdf, sf = columns["x"], columns["cdf"], columns["sf"]
    found = {"cdf": worst(law.cdf(x), cdf), "sf": worst(law.sf(x), sf)}
    quantile = law.quantile if ours else law.ppf
    for name, inverse, p in [("isf", law.isf, sf), ("quantile", quantile, cdf)]:
        known = ~np.isnan(columns[name])
        found[name] = worst(inverse(p[known]), columns[name][known])
    layers = list(zip(columns["limit"], columns["attachment"], strict=True))
    if ours:
        means = [law.layer_mean(limit, attachment) for limit, attachment in layers]
    else:
        means = [integrate.quad(law.sf, a, a + limit, limit=200)[0] for limit, a in layers]
    found["layer mean"] = worst(means, columns["layer_mean"])
    return found


def size(model: dict[str, Any]) -> dict[str, int]:
    """Points by function; an atom is looked at three times from each side."""
    atoms = 3 * len(model["atoms"])
    known = {name: sum(v is not None for v in model[name]) + atoms for name in ("isf", "quantile")}
    return known | {"x": len(model["x"]), "layer": len(model["layer_mean"])}


def table() -> str:
    """The table in Markdown."""
    gold = json.loads((ROOT / "tests/gold/severity.json").read_text(encoding="utf-8"))
    lines: dict[str, tuple[dict[str, int], dict[str, float], dict[str, float]]] = {}
    for model in gold:
        family = model["severity"]["family"]
        points, ours, theirs = lines.setdefault(family, ({}, {}, {}))
        for name, count in size(model).items():
            points[name] = points.get(name, 0) + count
        law = kb.Severity.from_json(json.dumps(model["severity"]))
        for name, error in errors(model, law, ours=True).items():
            ours[name] = max(ours.get(name, 0.0), error)
        peer = scipy_of(model["severity"])
        if peer is not None:
            for name, error in errors(model, peer, ours=False).items():
                theirs[name] = max(theirs.get(name, 0.0), error)
    columns = " | ".join(f"{name} | SciPy" for name in FUNCTIONS)
    dashes = "---|" * (2 * len(FUNCTIONS) - 1) + "---"
    text = HEAD.format(scipy=_version(), columns=columns, dashes=dashes)
    for family, (points, ours, theirs) in lines.items():
        cells = []
        for name in FUNCTIONS:
            cells += [_cell(ours.get(name)), _cell(theirs.get(name))]
        text += f"| {family} | {min(points.values())} | {' | '.join(cells)} |\n"
    return text


def _version() -> str:
    import scipy

    return str(scipy.__version__)


def _cell(error: float | None) -> str:
    if error is None:
        return ""
    if error >= 1.0:
        return "wrong"
    return "0" if error == 0.0 else f"{error:.1e}"


def main() -> int:
    """Print or write the table."""
    if "--references" in sys.argv:
        runpy.run_path(str(ROOT / "tests/gold/make_severity.py"), run_name="__main__")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = table()
    if "--write" in sys.argv:
        (ROOT / "docs/accuracy.md").write_text(text, encoding="utf-8")
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
