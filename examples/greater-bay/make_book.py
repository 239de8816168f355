"""Make policies.csv: an illustrative book of science-and-technology policies.

The book is invented. No policy, insured or premium is real; names of models, regions, firmware and
vehicles are placeholders. What is meant to be lifelike is its shape: the mix of coverages of a
Greater Bay Area insurer of science and technology, sums insured and limits as such policies carry
them, and the accumulation that matters: a few foundation models behind most AI policies, a few
cloud regions, one firmware in thousands of drones, one cell batch in many vehicles, three fabs in
one city.

    python examples/greater-bay/make_book.py      # writes policies.csv beside this file

Draws come from numpy's default_rng with a fixed seed, so the file is the same each time. Amounts
are in CNY. `sum_insured`, `deductible` and `limit` are per claim of one unit; `exposure` counts the
units (sites, vehicles, subjects) or measures them (revenue in CNY 1m).
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

SEED = 20260101
PLACES = ["shenzhen", "guangzhou", "dongguan", "foshan", "zhuhai", "huizhou", "zhongshan"]
WEIGHTS = [0.42, 0.24, 0.12, 0.08, 0.06, 0.05, 0.03]
STAGES = ["research", "transformation", "industrialisation"]

COLUMNS = [
    "risk_id", "sector", "coverage", "exposure", "sum_insured", "deductible", "limit",
    "aggregate_limit", "share", "stage", "inception", "expiry", "currency",
    "application", "human_in_loop", "testing", "jurisdiction", "drift_exposure", "validation",
    "tier", "power", "region_multi_az", "revenue_band", "security_score", "industry", "backup",
    "country", "fab_phase", "construction", "gas_systems", "node", "team_prior_tapeouts",
    "caac_class", "overflight", "use", "hours", "form", "mass", "powertrain", "vehicle_price",
    "adas", "city_tier", "bonus_malus", "chemistry", "swap_cycles", "variant_flight_no",
    "new_developer_flight_no", "year_in_orbit", "orbit", "trial_phase", "modality",
    "trial_region", "product", "years_on_market", "equipment", "novelty",
    "key.base_model", "key.cloud_region", "key.gpu_driver", "key.software_vendor", "key.city",
    "key.foundry", "key.firmware", "key.cell_batch", "key.launch_vehicle", "key.bus",
    "key.molecule", "key.design",
]  # fmt: skip


class Book:
    """Rows as they are written, and the draws behind them."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.rows: list[dict[str, Any]] = []

    def pick(self, values: list[Any], weights: list[float] | None = None) -> Any:
        """One of the values."""
        p = None if weights is None else np.array(weights) / np.sum(weights)
        return values[int(self.rng.choice(len(values), p=p))]

    def size(self, median: float, sigma: float, low: float, high: float, step: float) -> float:
        """A lognormal amount within bounds, rounded to a step."""
        x = float(np.clip(median * np.exp(sigma * self.rng.standard_normal()), low, high))
        return max(step, round(x / step) * step)

    def stage(self, research: float, transformation: float) -> str:
        """A stage with the given shares; the rest is industrialised."""
        shares = [research, transformation, 1 - research - transformation]
        return str(self.pick(STAGES, shares))

    def city(self) -> str:
        """A city of the area."""
        return str(self.pick(PLACES, WEIGHTS))

    def add(self, prefix: str, sector: str, coverage: str, **cells: Any) -> None:
        """Append a policy; most are annual from 1 January, some begin later in the year."""
        number = sum(row["coverage"] == coverage for row in self.rows) + 1
        month = 1 if self.rng.random() < 0.7 else int(self.rng.integers(2, 13))
        row = {
            "risk_id": f"{prefix}-{number:04d}",
            "sector": sector,
            "coverage": coverage,
            "exposure": 1,
            "share": 1,
            "stage": "industrialisation",
            "inception": f"2026-{month:02d}-01",
            "expiry": f"2027-{month:02d}-01",
            "currency": "CNY",
            **cells,
        }
        unknown = row.keys() - set(COLUMNS)
        assert not unknown, unknown
        self.rows.append(row)


def artificial_intelligence(book: Book) -> None:
    """Output liability, performance warranty, compute outage."""
    models = [f"base-{letter}@{v}" for letter in "abcde" for v in ("3", "4")]
    popular = [0.24, 0.12, 0.16, 0.08, 0.12, 0.06, 0.08, 0.05, 0.05, 0.04]
    for _ in range(360):
        revenue = book.size(9, 1.0, 1, 300, 0.5)
        limit = book.pick([2e6, 5e6, 1e7, 2e7, 5e7], [0.2, 0.35, 0.25, 0.15, 0.05])
        book.add(
            "AIL", "artificial_intelligence", "ai.output_liability",
            exposure=revenue, deductible=book.pick([5e4, 1e5, 2e5]), limit=limit,
            aggregate_limit=2 * limit, share=book.pick([0.8, 0.9]), stage=book.stage(0.05, 0.2),
            application=book.pick(
                ["content", "office", "industrial_control", "finance_credit", "medical",
                 "autonomous_actuation"], [0.3, 0.3, 0.12, 0.12, 0.1, 0.06]),
            human_in_loop=book.pick(["always", "sampled", "none"], [0.3, 0.5, 0.2]),
            testing=book.pick(["third_party_red_team", "internal", "none"], [0.25, 0.6, 0.15]),
            jurisdiction=book.pick(["CN", "EU", "US"], [0.88, 0.07, 0.05]),
            **{"key.base_model": book.pick(models, popular)},
        )  # fmt: skip
    for _ in range(110):
        si = book.size(4e6, 0.7, 1e6, 3e7, 1e5)
        book.add(
            "AIW", "artificial_intelligence", "ai.performance_warranty",
            sum_insured=si, deductible=round(0.1 * si, -4), limit=si, share=0.8,
            stage=book.stage(0.02, 0.18),
            drift_exposure=book.pick(["static", "seasonal", "adversarial"], [0.35, 0.5, 0.15]),
            validation=book.pick(["out_of_time_independent", "holdout", "vendor_only"],
                                 [0.3, 0.55, 0.15]),
            **{"key.base_model": book.pick(models, popular)},
        )  # fmt: skip
    regions = ["south-1", "south-2", "east-1", "east-2", "north-1", "hk-1"]
    for _ in range(120):
        book.add(
            "AIC", "artificial_intelligence", "ai.compute_outage_bi",
            exposure=book.pick([1, 2, 3], [0.8, 0.15, 0.05]), deductible=5e5,
            limit=book.pick([1e7, 2e7, 5e7, 1e8], [0.35, 0.35, 0.22, 0.08]),
            tier=book.pick(["tier4", "tier3", "tier2"], [0.2, 0.6, 0.2]),
            power=book.pick(["dual_utility", "single"], [0.7, 0.3]),
            region_multi_az=book.pick(["yes", "no"], [0.45, 0.55]),
            **{"key.cloud_region": book.pick(regions, [0.3, 0.2, 0.2, 0.1, 0.1, 0.1]),
               "key.gpu_driver": book.pick(["r550", "r560", "ascend-24", "other"],
                                           [0.3, 0.3, 0.25, 0.15]),
               "key.city": book.city()},
        )  # fmt: skip


def cyber(book: Book) -> None:
    """First-party cyber of technology firms."""
    regions = ["south-1", "south-2", "east-1", "east-2", "north-1", "hk-1"]
    vendors = ["endpoint-1", "endpoint-2", "erp-1", "erp-2", "office-1"]
    for _ in range(720):
        band = book.pick(["lt50m", "r50_300m", "r300m_2bn", "gt2bn"], [0.45, 0.36, 0.15, 0.04])
        limit = {"lt50m": 3e6, "r50_300m": 5e6, "r300m_2bn": 2e7, "gt2bn": 5e7}[band]
        book.add(
            "CYB", "cybersecurity", "cyber.first_party",
            deductible={"lt50m": 3e4, "r50_300m": 5e4, "r300m_2bn": 2e5, "gt2bn": 1e6}[band],
            limit=limit, aggregate_limit=limit, stage=book.stage(0.1, 0.25), revenue_band=band,
            security_score=book.pick(["A", "B", "C", "D"], [0.15, 0.4, 0.35, 0.1]),
            industry=book.pick(["software", "manufacturing", "biomed", "chip", "other"],
                               [0.3, 0.3, 0.12, 0.13, 0.15]),
            backup=book.pick(["immutable", "offline", "online_only"], [0.25, 0.5, 0.25]),
            country="CN",
            **{"key.cloud_region": book.pick(regions, [0.35, 0.25, 0.15, 0.1, 0.05, 0.1]),
               "key.software_vendor": book.pick(vendors, [0.3, 0.2, 0.2, 0.15, 0.15])},
        )  # fmt: skip


def chips(book: Book) -> None:
    """Fabs (a line of the co-insurance body) and tape-outs."""
    for _ in range(26):
        si = book.size(3.0e9, 1.0, 3e8, 2.4e10, 1e8)
        book.add(
            "FAB", "integrated_circuits", "ic.fab_property_bi",
            sum_insured=si, deductible=max(5e6, round(0.002 * si, -6)), limit=min(si, 6e9),
            share=book.pick([0.05, 0.08, 0.1, 0.15], [0.3, 0.3, 0.25, 0.15]),
            stage=book.stage(0.1, 0.2),
            fab_phase=book.pick(["construction", "tool_in", "ramp", "mature"],
                                [0.08, 0.07, 0.2, 0.65]),
            construction=book.pick(["FM_highly_protected", "compliant", "legacy_plastic_wet_bench"],
                                   [0.3, 0.55, 0.15]),
            gas_systems=book.pick(["segregated", "shared_cabinet"], [0.75, 0.25]),
            node=book.pick(["mature", "leading"], [0.75, 0.25]),
            **{"key.city": book.pick(["shenzhen", "guangzhou", "zhuhai", "dongguan"],
                                     [0.4, 0.35, 0.15, 0.1])},
        )  # fmt: skip
    foundries = ["foundry-a/28", "foundry-a/14", "foundry-b/55", "foundry-b/28", "foundry-c/180"]
    for _ in range(130):
        node = book.pick(["gt65nm", "n28_65", "n14_28", "lt14"], [0.4, 0.37, 0.17, 0.06])
        cost = {"gt65nm": 2.5e6, "n28_65": 8e6, "n14_28": 1.8e7, "lt14": 4e7}[node]
        si = book.size(cost, 0.4, 1e6, 2e8, 1e5)
        book.add(
            "TAP", "integrated_circuits", "ic.tapeout",
            sum_insured=si, deductible=0, limit=si, share=0.7, stage=book.stage(0.35, 0.4),
            node=node, team_prior_tapeouts=book.pick(["zero", "one_two", "three_plus"]),
            **{"key.foundry": book.pick(foundries)},
        )  # fmt: skip


def low_altitude(book: Book) -> None:
    """Drone fleets: liability and hull."""
    firmware = ["px-1.14", "px-1.15", "vendor-d-4.2", "vendor-d-4.3", "vendor-x-2"]
    shares = [0.12, 0.08, 0.35, 0.3, 0.15]
    batches = [f"drone-cell-{k}" for k in range(1, 7)]
    for _ in range(640):
        kind = book.pick(["micro", "light", "small", "medium", "large"],
                         [0.1, 0.42, 0.35, 0.11, 0.02])  # fmt: skip
        fleet = int(np.clip(book.rng.lognormal(0.0, 0.7), 1, 20))
        use = book.pick(["mapping", "agri", "inspection", "logistics", "show"],
                        [0.2, 0.2, 0.3, 0.22, 0.08])  # fmt: skip
        fw, batch, city = book.pick(firmware, shares), book.pick(batches), book.city()
        book.add(
            "UAL", "low_altitude", "uav.tpl",
            exposure=fleet, deductible=book.pick([500, 2000]),
            limit={"micro": 5e5, "light": 1e6, "small": 5e6, "medium": 2e7, "large": 5e7}[kind],
            stage=book.stage(0.05, 0.15), caac_class=kind,
            overflight=book.pick(["rural", "suburban", "urban_core"], [0.3, 0.45, 0.25]),
            use=use,
            hours=book.pick(["lt50", "h50_300", "h300_1000", "gt1000"], [0.2, 0.5, 0.22, 0.08]),
            **{"key.firmware": fw, "key.city": city},
        )  # fmt: skip
        if len([r for r in book.rows if r["coverage"] == "uav.hull"]) < 100 and kind != "micro":
            value = {"light": 1.5e4, "small": 6e4, "medium": 3e5, "large": 2e6}[kind]
            value = book.size(value, 0.4, 5e3, 5e6, 1e3)
            book.add(
                "UAH", "low_altitude", "uav.hull",
                exposure=fleet, sum_insured=value, deductible=round(0.02 * value, -1), limit=value,
                share=0.9, caac_class=kind, use=None if use == "show" else use,
                **{"key.cell_batch": batch},
            )  # fmt: skip


def robots(book: Book) -> None:
    """Humanoid and embodied robots: own damage and liability."""
    firmware = ["gait-a-2.1", "gait-a-2.2", "gait-b-1.0", "gait-c-0.9"]
    for k in range(64):
        fleet = int(np.clip(book.rng.lognormal(-0.2, 0.6), 1, 8))
        use = book.pick(["lab", "guided_display", "rental_event", "factory", "home_care"],
                        [0.2, 0.25, 0.2, 0.3, 0.05])  # fmt: skip
        fw = book.pick(firmware, [0.4, 0.3, 0.2, 0.1])
        stage = book.stage(0.2, 0.4)
        si = book.size(1.8e5, 0.5, 4e4, 8e5, 1e4)
        book.add(
            "ROH", "embodied_intelligence", "robot.hull",
            exposure=fleet, sum_insured=si, deductible=1000, limit=round(0.5 * si, -3), share=0.9,
            stage=stage, use=use,
            form=book.pick(["wheeled", "quadruped", "biped"], [0.35, 0.3, 0.35]),
            **{"key.firmware": fw},
        )  # fmt: skip
        if k % 2 == 0:
            book.add(
                "ROL", "embodied_intelligence", "robot.tpl",
                exposure=fleet, deductible=500, limit=book.pick([5e5, 1e6, 3e6]), stage=stage,
                use=use, mass=book.pick(["lt30kg", "m30_70", "gt70"], [0.3, 0.5, 0.2]),
                **{"key.firmware": fw},
            )  # fmt: skip


def vehicles(book: Book) -> None:
    """Smart electric vehicles: fleets, and batteries owned apart."""
    firmware = ["ev-a-24.6", "ev-a-24.9", "ev-b-3.1", "ev-c-7", "ev-d-1"]
    shares = [0.3, 0.2, 0.25, 0.15, 0.1]
    for _ in range(45):
        fleet = int(np.clip(book.rng.lognormal(-0.2, 0.6), 1, 6))
        band = book.pick(["lt100k", "p100_200k", "p200_300k", "gt300k"], [0.2, 0.5, 0.22, 0.08])
        si = {"lt100k": 8e4, "p100_200k": 1.5e5, "p200_300k": 2.5e5, "gt300k": 4.2e5}[band]
        use = book.pick(["private", "ride_hailing", "rental", "truck"], [0.35, 0.3, 0.25, 0.1])
        keys = {"key.firmware": book.pick(firmware, shares), "key.city": book.city()}
        book.add(
            "EVD", "smart_nev", "nev.own_damage",
            exposure=fleet, sum_insured=si, deductible=book.pick([0, 1000, 2000]), limit=si,
            use=use, powertrain=book.pick(["PHEV", "BEV"], [0.3, 0.7]), vehicle_price=band,
            adas=book.pick(["none", "L2", "L2_city_NOA"], [0.25, 0.5, 0.25]), **keys,
        )  # fmt: skip
        book.add(
            "EVL", "smart_nev", "nev.tpl",
            exposure=fleet, deductible=0, limit=book.pick([1e6, 2e6, 3e6], [0.25, 0.45, 0.3]),
            use=use, city_tier="t1" if keys["key.city"] in ("shenzhen", "guangzhou") else "t2",
            bonus_malus=book.pick(["claims0_3y", "claims0_1y", "claims1", "claims2"],
                                  [0.35, 0.3, 0.25, 0.1]), **keys,
        )  # fmt: skip
    batches = [f"cell-{maker}-{quarter}" for maker in "pqr" for quarter in ("25q3", "25q4", "26q1")]
    for _ in range(70):
        packs = int(np.clip(book.rng.lognormal(1.6, 0.8), 1, 60))
        si = book.size(6e4, 0.25, 3e4, 1.2e5, 1e3)
        book.add(
            "BAT", "smart_nev", "nev.battery_separate",
            exposure=packs, sum_insured=si, deductible=1000, limit=si,
            chemistry=book.pick(["LFP", "NMC", "solid_state_new"], [0.65, 0.3, 0.05]),
            swap_cycles=book.pick(["low", "mid", "high"]),
            **{"key.cell_batch": book.pick(batches)},
        )  # fmt: skip


def space(book: Book) -> None:
    """Launches and satellites in orbit: lines of the co-insurance."""
    vehicles_ = [
        ("heritage-3b", "variant_flight_no", "n51_plus"),
        ("heritage-2d", "variant_flight_no", "n21_50"),
        ("new-8", "variant_flight_no", "n6_10"),
        ("private-k1", "new_developer_flight_no", "flights4_10"),
        ("private-c2", "new_developer_flight_no", "flights2_3"),
        ("private-z2", "new_developer_flight_no", "flight1"),
    ]
    for _ in range(36):
        name, axis, level = book.pick(vehicles_, [0.28, 0.26, 0.16, 0.18, 0.09, 0.03])
        private = name.startswith("private")
        si = book.size(1.2e8 if private else 3.5e8, 0.5, 3e7, 1.2e9, 1e7)
        share = book.pick([0.05, 0.08, 0.1])
        # A year in orbit after the launch is a risk of its own; the draw keeps what follows.
        book.pick(["launch_only", "launch_plus_1y"], [0.7, 0.3])
        book.add(
            "LCH", "commercial_aerospace", "space.launch",
            sum_insured=si, deductible=0, limit=si, share=share,
            **{axis: level, "key.launch_vehicle": name},
        )  # fmt: skip
    for _ in range(70):
        orbit = book.pick(["GEO", "LEO", "MEO"], [0.15, 0.8, 0.05])
        si = book.size(9e8 if orbit == "GEO" else 8e7, 0.5, 1e7, 1.8e9, 1e6)
        book.add(
            "ORB", "commercial_aerospace", "space.inorbit",
            sum_insured=si, deductible=round(0.1 * si, -6), limit=si,
            share=book.pick([0.05, 0.08, 0.1]), orbit=orbit,
            year_in_orbit=book.pick(["y1", "y2_5", "y6_15"], [0.2, 0.6, 0.2]),
            **{"key.bus": book.pick(["bus-d", "bus-s1", "bus-s2", "bus-m"],
                                    [0.2, 0.4, 0.25, 0.15])},
        )  # fmt: skip


def biomedicine(book: Book) -> None:
    """Clinical trials and products; a molecule may be in both."""
    molecules = [f"mol-{k:03d}" for k in range(1, 91)]
    for _ in range(150):
        phase = book.pick(["I_healthy", "I_oncology", "II", "III", "IV"],
                          [0.2, 0.15, 0.3, 0.25, 0.1])  # fmt: skip
        subjects = {"I_healthy": 24, "I_oncology": 16, "II": 40, "III": 80, "IV": 100}[phase]
        limit = book.pick([3e5, 5e5, 1e6], [0.3, 0.4, 0.3])
        book.add(
            "CLT", "biomedicine", "bio.clinical_trial",
            exposure=int(book.size(subjects, 0.4, 10, 800, 1)), deductible=0, limit=limit,
            aggregate_limit=book.pick([5e6, 1e7, 2e7]), stage=book.stage(0.55, 0.35),
            trial_phase=phase,
            modality=book.pick(["small_molecule", "biologic", "cell_gene", "device_implant"],
                               [0.4, 0.33, 0.12, 0.15]),
            trial_region=book.pick(["CN", "EU", "US"], [0.92, 0.04, 0.04]),
            **{"key.molecule": book.pick(molecules)},
        )  # fmt: skip
    for _ in range(130):
        limit = book.pick([5e6, 1e7, 2e7, 5e7], [0.35, 0.35, 0.2, 0.1])
        book.add(
            "BPL", "biomedicine", "bio.product_liability",
            exposure=book.size(30, 1.0, 2, 800, 1), deductible=5e4, limit=limit,
            aggregate_limit=2 * limit, stage=book.stage(0.0, 0.25),
            product=book.pick(["OTC", "small_molecule", "injectable", "vaccine", "implant_III",
                               "AI_device"], [0.25, 0.3, 0.15, 0.05, 0.1, 0.15]),
            years_on_market=book.pick(["y0_2", "y3_5", "gt5"], [0.35, 0.3, 0.35]),
            **{"key.molecule": book.pick(molecules)},
        )  # fmt: skip


def equipment(book: Book) -> None:
    """First-of-kind equipment."""
    designs = [f"design-{k:02d}" for k in range(1, 31)]
    for _ in range(170):
        si = book.size(9e6, 0.9, 1e6, 1e8, 1e5)
        book.add(
            "EQP", "high_end_equipment", "equip.first_of_kind",
            exposure=int(book.pick([1, 2, 4], [0.7, 0.2, 0.1])), sum_insured=si,
            deductible=round(0.01 * si, -3), limit=si,
            stage=book.stage(0.05, 0.3),
            equipment=book.pick(["power", "machine_tool", "rail", "ocean", "IC_tool", "medical"]),
            novelty=book.pick(["international_first", "national_first", "provincial_first"],
                              [0.1, 0.4, 0.5]),
            **{"key.design": book.pick(designs)},
        )  # fmt: skip


def text(value: Any) -> str:
    """A cell: whole numbers without a point, empty for None."""
    if value is None:
        return ""
    if isinstance(value, float | np.floating):
        return str(int(value)) if float(value).is_integer() else str(float(value))
    return str(value)


def main() -> None:
    """Write the book and print what is in it."""
    book = Book(SEED)
    for part in (artificial_intelligence, cyber, chips, low_altitude, robots, vehicles, space,
                 biomedicine, equipment):  # fmt: skip
        part(book)
    path = Path(__file__).with_name("policies.csv")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in book.rows:
            writer.writerow([text(row.get(column)) for column in COLUMNS])
    counts: dict[str, int] = {}
    for row in book.rows:
        counts[row["coverage"]] = counts.get(row["coverage"], 0) + 1
    for coverage, count in counts.items():
        print(f"{coverage:24} {count:5}")
    print(f"{'all':24} {len(book.rows):5}   {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
