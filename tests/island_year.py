"""A year of the island base station, as files to run: plain devices under a drawn sky."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from twin.runner import Options, Outcome, run_scenario

SUN = Path(__file__).parent / "reference/energy/island_year_w_per_m2.csv"
LOAD_PU, SWING = 0.75, 0.12  # of 4.07 kW: 3.05 kW in the mean
# Every third hour, as in what is shipped.
TELECOM = (0.55, 0.35, 0.60, 0.85, 0.90, 0.95, 1.20, 1.15)

SITE = """
# Which strategy burns how much on an island?
format = 1
name = "island_year"

[profile.site]
file = "year.csv"
zone = "Asia/Manila"
between = "hold"

[device.main]
type = "site_bus"

[device.pv]
type = "pv"
bus = "main"
rated_kw = 20.0
poa_w_per_m2 = "site.poa_w_per_m2"
air_degc = "site.air_degc"

[device.load]
type = "it_load"
bus = "main"
rated_kw = 4.07
idle_pu = 0.0
pue_pu = 1.0
ups_efficiency_pu = 1.0
utilisation_pu = "site.utilisation_pu"

[device.aux]
type = "it_load"
bus = "main"
rated_kw = 0.1
idle_pu = 1.0
pue_pu = 1.0
ups_efficiency_pu = 1.0

[device.pcs]
type = "pcs"
bus = "main"
rated_kva = 30.0

[device.bess]
type = "bess"
bus = "pcs"
energy_kwh = 50.0
soc_min_pu = 0.1
soc_max_pu = 0.95

[device.genset]
type = "genset"
bus = "main"
rated_kw = 15.0
tank_l = 500.0
tank_start_l = 500.0

[device.ems]
type = "ems_rule"
soc_on_pu = 0.15
soc_off_pu = 0.30
genset_kw = 15.0
wires = [
    "main.p_load_kw ~> p_load_kw",
    "main.p_gen_kw ~> p_gen_kw",
    "bess.soc_pu ~> soc_pu",
    "p_set_kw -> pcs.p_set_kw",
    "run_cmd -> genset.run_cmd",
    "p_genset_kw -> genset.p_set_kw",
]
"""

YEAR = """
topology = "island_year"
start = "2026-01-01T00:00:00+08:00"
horizon_s = 31536000
step_s = {step_s}

[record]
every_s = 3600
"""

ENOUGH = {"genset.tank_l": 1e5, "genset.tank_start_l": 1e5}


def write_year(folder: Path, step_s: float = 900.0) -> Path:
    """Write the topology, its weather and a scenario; the path of the scenario."""
    (folder / "topology.toml").write_text(SITE)
    lines = ["time,poa_w_per_m2,air_degc,utilisation_pu"]
    shape = np.interp(np.arange(24) + 0.5, np.arange(0, 24, 3), TELECOM, period=24)
    swing = SWING * (shape - shape.mean()) / np.abs(shape - shape.mean()).max()
    start = datetime(2026, 1, 1)
    for place, sun in enumerate(np.loadtxt(SUN, delimiter=",").ravel()):
        hour = place % 24
        when = (start + timedelta(hours=place)).isoformat(timespec="minutes")
        air = 27.4 + 3.0 * math.sin((hour - 8.5) * math.pi / 12.0)
        lines.append(f"{when},{sun:g},{air:.1f},{LOAD_PU * (1.0 + swing[hour]):.4f}")
    (folder / "year.csv").write_text("\n".join(lines) + "\n")
    (folder / "year.toml").write_text(YEAR.format(step_s=step_s))
    return folder / "year.toml"


def lived(path: Path, name: str, changed: Mapping[str, Any]) -> Outcome:
    """Run the year with some values changed, and fuel enough for it."""
    return run_scenario(path, Options({**ENOUGH, **changed}, out=path.parent / "runs" / name))
