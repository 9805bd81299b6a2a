"""The sites as a topology of ours: files as a user would write them, and the energies of a run.

The converter forms the bus at rank 1 and the grid at rank 2, so the battery takes the imbalance
first and the grid the rest, as in Vessim's default dispatch. All losses are set to nothing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.site import (
    C_RATE_PER_H,
    SERIES_S,
    SOC_MIN_PU,
    SOC_START_PU,
    START,
    Floats,
    Sites,
)

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
every_s = {every_s}
"""


def write(folder: Path, sites: Sites, step_s: int, every_s: int) -> Path:
    """Write topology, profiles and scenario below a folder; give the scenario's path."""
    home = folder / "sites"
    home.mkdir()
    stamps = pd.date_range(START, periods=len(sites.poa_w_per_m2), freq=f"{SERIES_S}s")
    series = {"poa_w_per_m2": sites.poa_w_per_m2, "utilisation_pu": sites.utilisation_pu}
    pd.DataFrame({"time": stamps} | series).to_parquet(home / "day.parquet")
    topology = TOPOLOGY.format(
        count=sites.count,
        pv_kw=_listed(sites.pv_kw),
        load_kw=_listed(sites.load_kw),
        energy_kwh=_listed(sites.energy_kwh),
        battery_kw=_listed(C_RATE_PER_H * sites.energy_kwh),
        soc_min_pu=SOC_MIN_PU,
        soc_start_pu=SOC_START_PU,
    )
    (home / "topology.toml").write_text(topology, "utf-8")
    times = {"horizon_s": sites.horizon_s, "step_s": step_s, "every_s": every_s}
    scenario = home / "run.toml"
    scenario.write_text(SCENARIO.format(start=START, **times), "utf-8")
    return scenario


def _listed(values: Floats) -> str:
    return repr(np.asarray(values).tolist())
