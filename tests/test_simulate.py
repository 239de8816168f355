"""Sector models and the losses they make, from Python."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import kebao as kb
from kebao.errors import InputError

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "greater-bay" / "policies.csv"


@pytest.fixture(scope="module")
def book() -> kb.Portfolio:
    return kb.Portfolio(EXAMPLE)


def test_coverages_tell_parameters_and_sources() -> None:
    assert len(kb.sectors.names()) == len(kb.sectors) >= 9
    for id in kb.sectors:
        coverage = kb.sectors[id]
        assert coverage.id == id
        assert all(status and source for _, status, source in coverage.sources())
        assert id in repr(coverage)
        assert 0 < coverage.pattern.paid_cumulative[-1] < 1.2
    assert kb.sectors["low_altitude"].coverages == [
        "uav.tpl",
        "uav.hull",
        "uav.logistics",
        "evtol.hull_pax",
    ]
    with pytest.raises(InputError, match=r"did you mean 'space\.launch'"):
        kb.sectors["space.lunch"]


def test_own_experience_and_a_file_of_ones_own(tmp_path: Path, book: kb.Portfolio) -> None:
    launch = kb.sectors["space.launch"]
    # Jeffreys' posterior of 13 in 311 is Beta(13.5, 298.5); 2 in 31 more make Beta(15.5, 327.5).
    assert launch.frequency_mean == pytest.approx(13.5 / 312, rel=1e-12)
    updated = launch.update(failures=2, exposure=31)
    assert updated.frequency_mean == pytest.approx(15.5 / 343, rel=1e-9)
    assert updated.frequency_cv < launch.frequency_cv
    again = pickle.loads(pickle.dumps(updated))
    assert again.parameters == updated.parameters
    path = tmp_path / "launch.toml"
    path.write_text(updated.to_toml(), encoding="utf-8")
    assert kb.sectors.read(path).parameters == updated.parameters
    one = kb.simulate(book, years=10, seed=1, sectors=[updated, "ic.*"])
    two = kb.simulate(book, years=10, seed=1, sectors=[str(path), "ic.*"])
    assert repr(one) == repr(two)
    assert "risks of other sectors are left out" in repr(one)
    path.write_text(updated.to_toml().replace("cv_of_mean", "cv_of_maen"), encoding="utf-8")
    with pytest.raises(InputError, match="did you mean 'cv_of_mean'"):
        kb.sectors.read(path)


def test_losses_leave_as_a_table(book: kb.Portfolio) -> None:
    polars = pytest.importorskip("polars")
    losses = kb.simulate(book, years=5000, seed=3, threads=1)
    frame = polars.DataFrame(losses)
    assert frame.columns == [
        "year", "time", "event", "cause", "risk_id", "sector", "coverage", "loss",
    ]  # fmt: skip
    assert frame["year"].is_sorted()
    assert frame["year"].max() < 5000
    assert (frame["loss"] > 0).all()
    assert frame.equals(polars.DataFrame(kb.simulate(book, years=5000, seed=3, threads=2)))
    events = frame.group_by("event").agg(
        polars.col("year").n_unique(), polars.col("time").n_unique(), polars.col("cause").n_unique()
    )
    assert events.select(polars.col("year", "time", "cause").max()).row(0) == (1, 1, 1)
    wide = frame.filter(polars.col("cause") != "attritional").group_by("event")
    assert wide.agg(polars.col("coverage").n_unique())["coverage"].max() > 1
    assert set(frame["cause"].unique()) <= set(losses.causes)


def test_the_mean_is_the_closed_form(book: kb.Portfolio) -> None:
    polars = pytest.importorskip("polars")
    years = 20_000
    losses = kb.simulate(book, years=years, seed=11)
    expected = losses.expected()
    free = ~expected["aggregate_limited"]
    want = polars.DataFrame(
        {
            "risk_id": expected["risk_id"][free],
            "want": (expected["attritional"] + expected["systemic"])[free],
            "coverage": np.array(book["coverage"])[free],
        }
    )
    rows = polars.DataFrame(losses).with_columns(polars.col("risk_id").cast(polars.String))
    rows = rows.join(want.select("risk_id"), on="risk_id", how="semi")
    annual = rows.group_by("coverage", "year").agg(polars.col("loss").sum())
    for (coverage,), part in annual.group_by(polars.col("coverage").cast(polars.String)):
        total = part["loss"].sum() / years
        spread = ((part["loss"] ** 2).sum() / years - total**2) ** 0.5
        target = want.filter(polars.col("coverage") == coverage)["want"].sum()
        assert abs(total - target) < 4.5 * spread / years**0.5, coverage


def test_the_book_is_made_by_its_script(tmp_path: Path) -> None:
    script = tmp_path / "make_book.py"
    script.write_text((EXAMPLE.parent / "make_book.py").read_text(encoding="utf-8"), "utf-8")
    subprocess.run([sys.executable, script], check=True, capture_output=True)
    assert (tmp_path / "policies.csv").read_bytes() == EXAMPLE.read_bytes()


@pytest.mark.parametrize(
    "arguments",
    [{"years": 0}, {"years": 1, "parameters": "sometimes"}, {"years": 1, "sectors": ["id.*"]}],
)
def test_impossible_requests(book: kb.Portfolio, arguments: dict[str, object]) -> None:
    with pytest.raises(InputError):
        kb.simulate(book, seed=1, **arguments)
