"""Files of a site with everything an energy management can ask for: sun, battery, genset, grid."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from twin.runner import Options, Outcome, run_scenario

TOPOLOGY = """
# Which strategy suits a small site on a grid that fails?
format = 1
name = "managed"

[profile.day]
file = "days.csv"
zone = "UTC"
between = "hold"

[device.main]
type = "site_bus"

[device.grid]
type = "grid_connection"
bus = "main"
import_max_kw = 40.0
available = "day.available"
price_usd_per_kwh = "day.price_usd_per_kwh"
carbon_kg_per_kwh = 0.6

[device.pv]
type = "pv"
bus = "main"
rated_kw = 10.0
poa_w_per_m2 = "day.poa_w_per_m2"

[device.load]
type = "it_load"
bus = "main"
rated_kw = 10.0
idle_pu = 0.0
pue_pu = 1.0
ups_efficiency_pu = 1.0
utilisation_pu = "day.utilisation_pu"

[device.pcs]
type = "pcs"
bus = "main"
rated_kva = 15.0

[device.bess]
type = "bess"
bus = "pcs"
energy_kwh = 50.0
soc_start_pu = 0.6

[device.genset]
type = "genset"
bus = "main"
rated_kw = 15.0

[device.ems]
type = "ems_rule"
wires = [
    "main.p_load_kw ~> p_load_kw",
    "main.p_gen_kw ~> p_gen_kw",
    "bess.soc_pu ~> soc_pu",
    "grid.online ~> grid_available",
    "p_set_kw -> pcs.p_set_kw",
    "run_cmd -> genset.run_cmd",
    "p_genset_kw -> genset.p_set_kw",
]
"""

DAYS = """
topology = "managed"
start = "2026-06-01T00:00:00Z"
horizon_s = 345600
step_s = 300
"""

METER = "grid.p_kw ~> p_import_kw"
HOURS = range(96)  # four days, each of them a little darker


def write_site(folder: Path, meter: bool = False) -> Path:
    """Write topology, days and scenario; with `meter` the controller hears the import."""
    wires = TOPOLOGY.replace("wires = [", f'wires = [\n    "{METER}",') if meter else TOPOLOGY
    (folder / "topology.toml").write_text(wires)
    (folder / "days.toml").write_text(DAYS)
    (folder / "days.csv").write_text("\n".join([HEAD, *map(_line, HOURS)]) + "\n")
    return folder / "days.toml"


HEAD = "time,available,price_usd_per_kwh,poa_w_per_m2,utilisation_pu"


def _line(hour: int) -> str:
    """No grid from 2 to 7 on the second night; dear at noon and evening; a peak of 8 kW at 18."""
    day, clock = divmod(hour, 24)
    grid = int(not 26 <= hour < 31)
    price = 0.08 if clock < 7 else 0.30 if clock in (11, 12, 18, 19, 20) else 0.15
    sun = max(0.0, 1.0 - ((clock - 12) / 6.0) ** 2) * 900.0 * (1.0 - 0.25 * day)
    use = 0.8 if clock in (18, 19) else 0.3
    return f"2026-06-{day + 1:02d}T{clock:02d}:00,{grid},{price},{sun:.1f},{use}"


def managed(path: Path, name: str, changed: Mapping[str, Any]) -> Outcome:
    """Run the days in plain Python, so that nothing need be compiled."""
    options = Options(dict(changed), out=path.parent / "runs" / name, in_python=True)
    return run_scenario(path, options)
