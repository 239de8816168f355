"""The library of coverages, its faces, and what is rated, accumulated and learned from it."""

import json
import pickle
import tomllib
from pathlib import Path

import numpy as np
import pytest

import kebao as kb
from kebao.errors import InputError

ROOT = Path(__file__).parents[1]


def test_the_library_is_whole() -> None:
    table = kb.sectors.table()
    assert len(table) == len(kb.sectors.names()) == 61
    assert len(kb.sectors.sectors()) == 20
    assert sum(len(sector.coverages) for sector in kb.sectors.sectors()) == 61
    assert set(table["process"]) == {"claims", "maturity", "index", "credit"}
    for sector in kb.sectors.sectors():
        assert sector.title
        assert any("\u4e00" <= c <= "\u9fff" for c in sector.title_zh)
    for id in kb.sectors:
        one = kb.sectors[id]
        assert any("\u4e00" <= c <= "\u9fff" for c in one.name_zh)
        # An expert prior says so, and nothing else goes without a source.
        for what, status, source in one.sources():
            assert status in {"measured", "published", "derived", "expert"}, what
            assert source, what
            assert not any(f"E{k:02}" in source for k in range(1, 67)), source


@pytest.mark.parametrize(
    "id", ["uav.tpl", "space.launch", "idx.wind", "idx.agri", "credit.tech_loan"]
)
def test_cards_and_pages_show_everything(id: str) -> None:
    one = kb.sectors[id]
    card, page = one._repr_html_(), one.page()
    for text in (card, page):
        assert one.name_zh in text
        assert "Indicated premium" in text
    for _, _, source in one.sources():
        assert source.split(":")[0][:20] in page
    assert "<svg" in card
    assert "expert" in card
    assert str(one.plot()).startswith("<svg")
    assert "| cv 0" in page or "| standard error" in page


def test_the_schema_is_that_of_the_files() -> None:
    schema = kb.sectors.schema()
    assert schema["additionalProperties"] is False
    jsonschema = pytest.importorskip("jsonschema")
    for file in sorted((ROOT / "python/kebao/sectors").glob("*.*.toml")):
        data = json.loads(json.dumps(tomllib.loads(file.read_text(encoding="utf-8"))))
        jsonschema.validate(data, schema)
    data["frequency" if "frequency" in data else "index"]["surprise"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema)


def test_one_parameter_is_overridden(tmp_path: Path) -> None:
    uav = kb.sectors["uav.tpl"]
    changed = uav.set("frequency.mean", 0.012, source="own return 2025", status="measured")
    assert changed.frequency_mean == 0.012
    assert ("frequency.mean", "measured", "own return 2025") in changed.sources()
    assert changed.indicated().attritional == pytest.approx(
        2 * uav.indicated().attritional, rel=1e-9
    )
    path = changed.write(tmp_path / "uav.toml")
    assert kb.sectors.read(path).parameters == changed.parameters
    assert pickle.loads(pickle.dumps(changed)).parameters == changed.parameters
    with pytest.raises(InputError, match="did you mean 'mean'"):
        uav.set("frequency.meen", 1.0)
    with pytest.raises(InputError, match="finite number > 0"):
        uav.set("frequency.mean", -1)
    assert uav.set("terms.limit", "2m").parameters["terms"]["limit"] == 2e6
    book = kb.Portfolio({"risk_id": ["A"], "coverage": ["uav.tpl"], "limit": [1e6]}, sectors=[path])
    assert book.rate(systemic=False)["claims"][0] == pytest.approx(0.012)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    text = kb.sectors["idx.wind"].to_toml().replace('"idx.wind"', '"idx.tide"')
    path = tmp_path / "tide.toml"
    path.write_text(text, encoding="utf-8")
    book = kb.Portfolio(
        {"risk_id": ["T"], "coverage": ["idx.tide"], "sum_insured": ["30m"]}, sectors=[path]
    )
    assert book.rate(parameters="off")["pure"][0] == pytest.approx(0.02766 * 3e7, rel=1e-3)
    path.write_text(
        text.replace("strike", "strik").replace('"normal"', '"nomal"'), encoding="utf-8"
    )
    with pytest.raises(InputError) as told:
        kb.sectors.read(path)
    assert len(told.value.issues) >= 3
    assert "did you mean 'normal'" in str(told.value)
    assert "did you mean 'strike'" in str(told.value)


def test_a_source_stands_where_its_parameter_does() -> None:
    drone = kb.sectors["uav.tpl"]
    factor = next(iter(drone.parameters["relativities"]))
    level = next(iter(drone.parameters["relativities"][factor]["frequency"]))
    for path, *place in (
        ("frequency.mean", "frequency", "sources", "mean"),
        ("systemic.0.damage.a", "systemic", 0),
        (f"relativities.{factor}.frequency.{level}", "relativities", factor),
        ("stages.research.frequency", "stages"),
        ("terms.deductible", "terms"),
    ):
        here = drone.set(path, 1.5, source="a study", status="published").parameters
        for word in place:
            here = here[word]
        assert (here["source"], here["status"]) == ("a study", "published"), path


def test_search() -> None:
    assert kb.sectors.search("卫星")["id"] == ["space.inorbit"]
    assert "credit.tech_loan" in kb.sectors.search("loan guarantee")["id"]
    assert len(kb.sectors.search("nothing like it")) == 0


def mixed_book() -> kb.Portfolio:
    return kb.Portfolio(
        {
            "risk_id": ["A", "B", "C", "D", "E"],
            "coverage": ["cyber.first_party", "ai.compute_outage_bi", "cyber.first_party",
                         "credit.tech_loan", "idx.solar"],
            "exposure": [1, 2, 1, 50, 1],
            "sum_insured": [None, None, None, 1e6, 1e7],
            "limit": [5e6, 5e7, 5e6, None, None],
            "key.cloud_region": ["east", "east", "west", None, None],
            "key.province": [None, None, None, "gd", None],
        }
    )  # fmt: skip


def test_rates_are_the_closed_form_of_the_simulation() -> None:
    book = mixed_book()
    rates = book.rate()
    losses = kb.simulate(book, years=60_000, seed=3)
    expected = losses.expected()
    np.testing.assert_allclose(
        rates["pure"], expected["attritional"] + expected["systemic"], rtol=1e-6
    )
    np.testing.assert_allclose(rates["technical"], rates["pure"] / 0.65)
    annual = losses.annual()
    error = annual.std() / np.sqrt(len(annual))
    assert abs(annual.mean() - rates["pure"].sum()) < 4 * error
    with pytest.raises(InputError):
        book.rate(loss_ratio=0)


def test_accumulations_and_scenarios() -> None:
    book = mixed_book()
    rows = {(r["event"], r["value"]): r for r in book.accumulations()}
    east = rows["cloud_region_3day_outage", "east"]
    # One firm at 5m and two sites at 50m each.
    assert east["risks"] == 2
    assert east["exposed_limit"] == pytest.approx(105e6)
    programme = kb.Programme.from_text("xl: 20m xs 5m")
    result = programme.apply(kb.simulate(book, years=20_000, seed=1), progress=False)
    told = book.accumulations(result=result, tail=0.99)
    by = dict(zip(zip(told["event"], told["value"], strict=True), told["tail_loss"], strict=True))
    whole = sum(result.allocate("tvar", 0.99, to="risk", of="gross")["allocated"])
    assert (
        0 < by["cloud_region_3day_outage", "west"] < by["cloud_region_3day_outage", "east"] < whole
    )
    struck = book.scenario({"cloud_region": "east"}, share_hit=1, damage=0.1)
    assert struck["risk_id"] == ["A", "B"]
    assert struck["loss"][0] == pytest.approx(5e5)
    with pytest.raises(InputError, match="did you mean 'east'"):
        book.scenario({"cloud_region": "eas"})


def test_variance_is_split_and_two_levels_agree() -> None:
    book = kb.Portfolio(
        {"risk_id": ["A"], "coverage": ["uav.tpl"], "exposure": [5000], "limit": [1e6]}
    )
    losses = kb.simulate(book, years=60_000, seed=1, parameters="two_level", inner=60)
    parts = {r["part"]: (r["variance"], r["standard_error"]) for r in losses.variance()}
    total = losses.annual().var(ddof=1)
    three = sum(parts[k][0] for k in ("process", "parameter", "systemic"))
    assert three == pytest.approx(total, rel=1e-9)
    assert parts["between_parameters"][0] > 3 * parts["between_parameters"][1]
    rest = parts["given_parameters"][0] + parts["between_parameters"][0]
    assert rest == pytest.approx(total, rel=0.05)


def test_bad_books_name_every_row() -> None:
    columns = {
        "risk_id": ["A", "A", "B", "C", "D", "E", "F"],
        "coverage": [*["uav.tpl"] * 2, "idx.wind", "uav.tpl", "space.launch", *["uav.tpl"] * 2],
        "exposure": [1, 1, 1, 1, 1.5, 1, 2],
        "exposure_unit": [*[None] * 3, "flight hour", None, None, "aircraft-year"],
        "sum_insured": [None, None, None, None, 1e8, None, None],
        "limit": [1e6] * 7,
        "stage": [None, None, None, "reserch", None, "research", None],
        "stage_after": [None, None, None, None, None, "industrialisation", None],
    }
    with pytest.raises(InputError) as told:
        kb.Portfolio(columns)
    codes = {issue.code for issue in told.value.issues}
    wanted = {"duplicate_risk", "wrong_unit", "unknown_name", "missing_value", "out_of_range"}
    assert wanted <= codes
    check = kb.Portfolio(columns, strict=False).check()
    assert check.rows_in == check.rows_used + check.rows_rejected == 7
    assert check.rows_used == 2


def test_stages_and_interests_from_python() -> None:
    base = {"coverage": ["nev.own_damage"] * 3, "limit": [1.8e5] * 3, "exposure": [1] * 3}
    book = kb.Portfolio(
        {
            "risk_id": ["car", "body", "battery"],
            "object_id": [None, "car", "car"],
            "interest": [None, 0.65, 0.35],
            **base,
        }
    )
    assert {"object_id", "interest"} <= set(book.columns)
    losses = kb.simulate(book, years=3000, seed=2, systemic=False)
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(losses).group_by("risk_id").agg(polars.col("loss").sum())
    by = dict(zip(frame["risk_id"].to_list(), frame["loss"].to_list(), strict=True))
    assert by["body"] + by["battery"] == pytest.approx(by["car"])
    changed = kb.Portfolio(
        {
            "risk_id": ["A"], "coverage": ["uav.tpl"], "limit": [1e6], "stage": ["research"],
            "stage_after": ["industrialisation"], "stage_date": ["2026-07-01"],
            "inception": ["2026-01-01"], "expiry": ["2027-01-01"],
        }
    )  # fmt: skip
    assert changed["stage_after"] == ["industrialisation"]


def test_an_event_layer_sees_a_collision_whole() -> None:
    """Body and battery, two policies, recover what the car does."""
    base = {"coverage": "nev.own_damage", "limit": 1.8e5, "object_id": "car"}
    parts = [{"risk_id": "body", "interest": 0.65}, {"risk_id": "battery", "interest": 0.35}]
    programme = kb.Programme.from_text("xl: 60k xs 8k")
    found = []
    for interests in (parts, [{"risk_id": "car", "interest": 1.0}]):
        rows = [base | interest for interest in interests]
        book = kb.Portfolio({name: [row[name] for row in rows] for name in rows[0]})
        losses = kb.simulate(book, years=5000, seed=2, systemic=False)
        found.append(programme.apply(losses, progress=False))
    apart, whole = found
    np.testing.assert_allclose(apart.gross, whole.gross, rtol=1e-12)
    np.testing.assert_allclose(apart.ceded("xl"), whole.ceded("xl"), rtol=1e-9, atol=1e-6)
    assert (whole.ceded("xl") > 0).sum() > 100


def test_common_factors_and_the_executor(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    book = mixed_book()
    common = {"economy": {"cybersecurity": 0.4, "sme_finance": 0.4}}
    options = {"years": 5000, "seed": 3, "common": common}
    with ThreadPoolExecutor(2) as pool:
        there = kb.simulate(book, **options, executor=pool)
        assert kb.Programme.from_text("xl: 1m xs 1m").apply(there, progress=False).gross.sum() > 0
    here = kb.simulate(book, **options).annual()
    other = kb.simulate(book, years=5000, seed=3).annual()
    assert not np.array_equal(here, other)
    with pytest.raises(InputError, match="did you mean 'sme_finance'"):
        kb.simulate(book, years=10, seed=1, common={"economy": {"sme_finanse": 0.1}})


def test_experience_store(tmp_path: Path) -> None:
    store = kb.experience.Store(tmp_path / "store")
    rows = [
        (insurer, region, year, exposure, claims)
        for insurer, region, level in (("A", "s", 1.0), ("B", "s", 2.0), ("C", "n", 0.5))
        for year, exposure in ((2023, 900), (2024, 1000), (2025, 1300))
        for claims in (round(0.006 * level * exposure) + (year == 2024),)
    ]
    names = ("insurer", "region", "year", "exposure", "claims")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    columns |= {"coverage": ["uav.tpl"] * 9, "source": ["return"] * 9}
    assert store.append(columns) == 9
    assert store.append({k: v[:1] for k, v in columns.items()}) == 1
    assert len(list((tmp_path / "store").glob("*.parquet"))) == 2
    exposure, claims, _ = store.totals("uav.tpl")
    assert exposure == 3 * 3200 + 900
    prior = kb.sectors["uav.tpl"]
    updated = store.update("uav.tpl")
    k = 1 / prior.frequency_cv**2
    assert updated.frequency_mean == pytest.approx((k + claims) / (k / 0.006 + exposure))
    row = updated.experience.row("frequency.mean")
    assert row["prior"] == 0.006
    assert row["data"] == pytest.approx(claims / exposure)
    found = store.credibility("uav.tpl", by="insurer", within="region")
    assert sorted(found.groups["group"]) == ["A", "B", "C"]
    duckdb = pytest.importorskip("duckdb")
    count = duckdb.sql(f"select count(*) from '{tmp_path}/store/*.parquet'").fetchall()
    assert count == [(10,)]
    with pytest.raises(InputError) as told:
        store.append(
            {**{k: v[:1] for k, v in columns.items()}, "coverage": ["uav.tlp"], "claims": ["x"]}
        )
    assert "did you mean 'uav.tpl'" in str(told.value)
    assert "finite number" in str(told.value)


def test_own_losses_and_counts_together() -> None:
    one = kb.sectors["uav.tpl"]
    mean = one.severity.mean
    updated = one.update(failures=3, exposure=800, losses=[2 * mean] * 30)
    assert updated.experience["parameter"] == ["frequency.mean", "severity.scale"]
    assert updated.severity_mean > one.severity_mean
    with pytest.raises(InputError):
        one.update(failures=3)
    with pytest.raises(InputError, match="learns from its history"):
        kb.sectors["idx.wind"].update(failures=0, exposure=5)


def test_a_million_risks_are_rated() -> None:
    n = 20_000
    rng = np.random.default_rng(1)
    book = kb.Portfolio(
        {
            "risk_id": np.arange(n).astype(str),
            "coverage": rng.choice(["uav.tpl", "nev.tpl", "ip.infringement_liability"], n),
            "limit": rng.uniform(1e5, 1e7, n),
            "deductible": rng.uniform(0, 5e4, n),
        }
    )
    rates = book.rate()
    assert len(rates) == n
    assert (rates["pure"] > 0).all()
    few = kb.Portfolio({c: book[c][:50] for c in ("risk_id", "coverage", "limit", "deductible")})
    exact = kb.simulate(few, years=1, seed=1).expected()
    np.testing.assert_allclose(few.rate()["attritional"], exact["attritional"], rtol=1e-6)
    np.testing.assert_allclose(rates["attritional"][:50], exact["attritional"], rtol=1e-5)
