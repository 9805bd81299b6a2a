"""The sites as a topology of ours: files as a user would write them, runs and energies.

The converter forms the bus at rank 1 and the grid at rank 2, so the battery takes the imbalance
first and the grid the rest, as in Vessim's default dispatch. All losses are set to nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.site import (
    C_RATE_PER_H,
    LEAST_PU,
    LOAD_KW,
    MOST_PU,
    PV_KW,
    SERIES_S,
    SOC_MIN_PU,
    SOC_START_PU,
    START,
    STORE_KWH,
    Energies,
    Floats,
    Sites,
)
from twin.calendar import make_calendar
from twin.cell import Cell, Quiet
from twin.drive import driven_inputs
from twin.load import load_scenario
from twin.runner import Options, Outcome, run_scenario
from twin.wiring import Plan, build
from twin.worldplan import plan_world

TOPOLOGY = """\
# How long do sites of PV, load, battery and grid take?
format = 1
name = "sites"

[profile.day]
file = "day.parquet"
zone = "UTC"
between = "hold"

[group.site]
count = {count}

[group.site.main]
type = "site_bus"

[group.site.pv]
type = "pv"
bus = "main"
rated_kw = {pv_kw}
gamma_pu_per_k = 0.0
losses_pu = 0.0
dc_ac_pu = 1.0
inverter_efficiency_pu = 1.0
poa_w_per_m2 = "day.poa_w_per_m2"

[group.site.load]
type = "it_load"
bus = "main"
rated_kw = {load_kw}
idle_pu = 0.0
pue_pu = 1.0
ups_efficiency_pu = 1.0
utilisation_pu = "day.utilisation_pu"

[group.site.pcs]
type = "pcs"
bus = "main"
rank = 1
rated_kva = {battery_kw}
no_load_pu = 0.0
quadratic_pu = 0.0

[group.site.battery]
type = "bess"
bus = "pcs"
energy_kwh = {energy_kwh}
soc_min_pu = {soc_min_pu}
soc_start_pu = {soc_start_pu}
charge_max_kw = {battery_kw}
discharge_max_kw = {battery_kw}
charge_efficiency_pu = 1.0
discharge_efficiency_pu = 1.0
self_discharge_pu_per_d = 0.0

[group.site.grid]
type = "grid_connection"
bus = "main"
rank = 2
import_max_kw = 1e6
export_max_kw = 1e6
"""

SCENARIO = """\
topology = "sites"
start = "{start}"
horizon_s = {horizon_s}
step_s = {step_s}
sync_s = {step_s}

[record]
"""


def write(
    folder: Path, sites: Sites, step_s: int, record: str, spread: Mapping[str, str] | None = None
) -> Path:
    """Write topology, profiles and scenario below a folder; give the scenario's path.

    `spread` has the words for the ratings of a fleet too large to be listed.
    """
    home = folder / "sites"
    home.mkdir(parents=True)
    stamps = pd.date_range(START, periods=len(sites.poa_w_per_m2), freq=f"{SERIES_S}s")
    series = {"poa_w_per_m2": sites.poa_w_per_m2, "utilisation_pu": sites.utilisation_pu}
    pd.DataFrame({"time": stamps} | series).to_parquet(home / "day.parquet")
    words = spread or listed(sites)
    battery = {"soc_min_pu": SOC_MIN_PU, "soc_start_pu": SOC_START_PU}
    (home / "topology.toml").write_text(TOPOLOGY.format(**words, **battery), "utf-8")
    head = SCENARIO.format(start=START, horizon_s=sites.horizon_s, step_s=step_s)
    scenario = home / "run.toml"
    scenario.write_text(f"{head}{record}\n", "utf-8")
    return scenario


def listed(sites: Sites) -> dict[str, str]:
    """The ratings of each site, in the words of the topology."""
    return {
        "count": str(sites.count),
        "pv_kw": _numbers(sites.pv_kw),
        "load_kw": _numbers(sites.load_kw),
        "energy_kwh": _numbers(sites.energy_kwh),
        "battery_kw": _numbers(C_RATE_PER_H * sites.energy_kwh),
    }


def drawn(count: int) -> dict[str, str]:
    """The ratings of any number of sites, drawn by the topology."""
    return {
        "count": str(count),
        "pv_kw": _uniform(PV_KW),
        "load_kw": _uniform(LOAD_KW),
        "energy_kwh": _uniform(STORE_KWH),
        "battery_kw": _uniform(C_RATE_PER_H * STORE_KWH),
    }


def _numbers(values: Floats) -> str:
    return repr(np.asarray(values).tolist())


def _uniform(middle: float) -> str:
    return f"{{ uniform = [{LEAST_PU * middle}, {MOST_PU * middle}] }}"


def run(scenario: Path) -> Outcome:
    """Run a scenario whole, on mosaik, and throw the run folder away."""
    folder = scenario.parent.parent / "run"
    outcome = run_scenario(scenario, Options(out=folder))
    shutil.rmtree(folder)
    if not outcome.good:
        raise RuntimeError(outcome.reason)
    return outcome


def run_seconds(scenario: Path) -> float:
    """Seconds of the run phase: mosaik, the loop and its recording."""
    return float(run(scenario).meta["wall_s"]["run"])


def energies(scenario: Path) -> Energies:
    """The totals of a run."""
    found = {name: device["totals"] for name, device in run(scenario).meta["devices"].items()}
    return Energies(
        pv_kwh=found["site.pv"]["energy_kwh"],
        load_kwh=found["site.load"]["energy_kwh"],
        import_kwh=found["site.grid"]["import_kwh"],
        export_kwh=found["site.grid"]["export_kwh"],
        charged_kwh=found["site.battery"]["e_in_kwh"],
        discharged_kwh=found["site.battery"]["e_out_kwh"],
        stored_kwh=found["site.battery"]["stored_kwh"],
    )


class CellAlone:
    """The cell of a scenario without mosaik; each `fresh` one starts anew."""

    def __init__(self, scenario: Path) -> None:
        """Read the files once."""
        checked, topology = load_scenario(scenario)
        world = plan_world(topology)
        self.calendar = make_calendar(checked)
        self._plan = Plan(
            topology.devices,
            world.wires,
            world.sims[0].actions,
            self.calendar,
            driven_inputs(topology, checked),
            checked.record,
        )

    def fresh(self) -> Cell:
        """A cell at its start."""
        return Cell(build(self._plan), self.calendar, Quiet())
