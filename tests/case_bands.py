"""Years of the published cases, their figures as an independent study defines them, and its bands.

It stepped by the hour, let its cells lose 6 % of a round trip at any power, kept them warm at no
cost and tested no set. Each of these can be taken over, to see what is left of a difference.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

import twin
from twin.run import Run
from twin.runner import Options, run_scenario

FILE = Path(__file__).parent / "reference/energy/cases.json"
STUDY = json.loads(FILE.read_text("utf-8"))["cases"]
KG_PER_L = 2.68  # of the study, of combustion

Figures = dict[str, float]


@dataclass(frozen=True)
class Case:
    """A shipped year, what it is compared with, and its name in the study."""

    scenario: str
    variant: str
    baseline: str
    studied: str
    load: str = "room"
    changed_before: Mapping[str, Any] = field(default_factory=dict)

    @property
    def band(self) -> Mapping[str, tuple[float, float]]:
        """From the 10th to the 90th percentile of the study, of each figure."""
        return {
            name: (low, high) for name, (low, high) in STUDY[self.studied]["band_p10_p90"].items()
        }

    def outside(self, figures: Figures) -> set[str]:
        """The figures that lie outside their bands."""
        return {name for name, (low, high) in self.band.items() if not low <= figures[name] <= high}


ISLAND = Case("island_telecom/year", "hybrid", "diesel_only", "case0_island_telecom", "load")
MOUNTAIN = Case("mountain_iot/year", "hybrid", "diesel_only", "case3_rockies_micro", "load")
ROOM = Case("it_room/year", "claim_fit", "grid_and_diesel", "case2_IM_it_room_claimfit")
FULL_ROOM = Case(
    "it_room/year",
    "nameplate",
    "grid_and_diesel",
    "case2_IM_it_room_nameplate",
    changed_before={"room.rated_kw": 90.0},
)
PLATEAU = Case("plateau_edge/year", "weak_grid", "diesel_only", "case4_qinghai_weakgrid")
OFF_GRID = Case(
    "plateau_edge/year",
    "off_grid",
    "diesel_only",
    "case4_qinghai_offgrid",
    changed_before={
        "room.rated_kw": 50.0,
        "main.close_cmd": False,
        "genset.fuel_curve": "skarstein_uhlen",  # the line of the study for any size
        "genset.min_load_pu": 0.0,
        "genset.tank_l": 1e6,
        "genset.tank_start_l": 1e6,
    },
)

BY_THE_HOUR = {"step_s": 3600.0}
LOSSY_CELLS = {"bess.coulombic_pu": 0.94}
KEPT_WARM = {"bess.thermal": False}
WITHOUT_TESTS = {"genset.exercise_every_h": 0.0}
SLOW_GRID_CHARGE = {"ems.grid_charge_kw": 5.0}  # more runs past the reserve, and back, each step


def lived(case: Case, folder: Path, changed: Mapping[str, Any], variant: str = "") -> Run:
    """A year of a case, or of its baseline."""
    name = f"{case.scenario}-{variant or case.variant}-{len(list(folder.iterdir()))}".replace(
        "/", "-"
    )
    options = Options(dict(changed), variant=variant or case.variant, out=folder / name)
    outcome = run_scenario(case.scenario, options)
    assert outcome.status == "done", outcome.reason
    return twin.open(outcome.folder)


def figures(case: Case, run: Run, before: Run) -> Figures:
    """The figures of the study, of tests of the genset only what they burn."""
    kpis, load_kwh = run.kpis, run.totals[f"{case.load}.energy_kwh"]
    import_kwh = kpis.get("import_kwh", 0.0)
    ledger = pd.read_csv(run.folder / "ledger.csv")
    co2_t, before_t = (carbon_t(case, one) for one in (run, before))
    return {
        "diesel_cut": 1.0 - kpis["fuel_l"] / before.kpis["fuel_l"],
        "fuel_L": kpis["fuel_l"],
        "gen_h": kpis["genset_h"] - run.totals["genset.test_h"],
        "starts": kpis["genset_starts_count"],
        "co2_t": co2_t,
        "dco2_t": before_t - co2_t,
        "co2_cut": 1.0 - co2_t / before_t,
        "re": 1.0 - (kpis["genset_kwh"] + import_kwh) / load_kwh,
        "direct": float(ledger["renewable_to_load_kwh"].sum() / ledger["served_kwh"].sum()),
        "curt": kpis["curtailed_kwh"] / kpis["solar_kwh"],
        "g_per_kwh": 1e6 * co2_t / load_kwh,
        "efc": kpis["battery_efc_count"],
        "grid_mwh": import_kwh / 1000.0,
    }


def carbon_t(case: Case, run: Run) -> float:
    """Operational carbon with the two factors of the study."""
    kpis, grid_kg_per_kwh = run.kpis, STUDY[case.studied]["ef_g"]
    kg = kpis["fuel_l"] * KG_PER_L + kpis.get("import_kwh", 0.0) * grid_kg_per_kwh
    return kg / 1000.0
