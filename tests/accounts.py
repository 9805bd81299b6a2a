"""Runs of a year, made of nothing but counters and a cost set, for the economics."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from twin.load import load_scenario
from twin.run import Run

ROOT = Path(__file__).parents[1]
NOWHERE = Path("no such run")
YEAR_S = 365 * 86400.0
CASE = json.loads((ROOT / "tests/reference/economics/case0.json").read_text("utf-8"))

MARKET = "market_small_remote_2025"
SCENARIO = """
topology = "island_telecom"
start = "2026-01-01T00:00:00+08:00"
horizon_s = 86400
step_s = 900

[variant.diesel_only]
"pv.enabled" = false

[economics]
costs = "market_small_remote_2025"
"""

AS_STUDIED = f"capex_usd = {{ fuel = 0 }}\nprices.fuel.usd_per_l = {CASE['fuel_usd_per_l']}\n"

Devices = dict[str, dict[str, Any]]


def scenario_file(folder: Path, economics: str = "", scenario: str = SCENARIO) -> Path:
    """A scenario of the island beside its topology, with more lines in its [economics]."""
    home = folder / "island_telecom"
    if not home.exists():
        shutil.copytree(ROOT / "topologies/island_telecom", home)
    (home / "try.toml").write_text(scenario + economics, "utf-8")
    return home / "try.toml"


def economics_of(folder: Path, economics: str = "", costs: str = MARKET) -> dict[str, Any]:
    """What `run.json` says of a scenario's [economics]."""
    path = scenario_file(folder, economics, SCENARIO.replace(MARKET, costs))
    scenario, _ = load_scenario(path)
    assert scenario.economics is not None
    return asdict(scenario.economics)


def device(role: str, bus: str = "", units: int = 1, **totals: float) -> dict[str, Any]:
    rated = {key: totals.pop(key) for key in list(totals) if key in ("rated_kw", "rated_kva")}
    if "capacity_kwh" in totals:
        rated["energy_kwh"] = totals.pop("capacity_kwh")
    about = {"role": role, "bus": bus, "units": units, "enabled": True}
    return about | {"rated": rated, "totals": totals}


def run_of(
    devices: Devices,
    economics: dict[str, Any] | None,
    folder: Path = NOWHERE,
    horizon_s: float = YEAR_S,
    start: str = "2026-01-01T00:00:00+08:00",
    variant: str = "",
) -> Run:
    scenario = {"horizon_s": horizon_s, "start": start}
    meta = {"format": 1, "status": "done", "devices": devices, "scenario": scenario}
    return Run(folder, meta | {"variant": variant, "economics": economics})


def genset(fuel_l: float, run_h: float, energy_kwh: float) -> dict[str, Any]:
    return device("fuel", "main", rated_kw=15.0, fuel_l=fuel_l, run_h=run_h, energy_kwh=energy_kwh)


def diesel_only() -> Devices:
    """Case 0 before: a 15 kW set that runs all year."""
    load_kwh, before = CASE["load_kwh"], CASE["diesel_only"]
    return {
        "main": device("bus", unserved_kwh=0.0, outage_s=0.0, curtailed_kwh=0.0),
        "load": device("load", "main", energy_kwh=load_kwh),
        "genset": genset(before["fuel_l"], before["run_h"], load_kwh),
    }


def hybrid() -> Devices:
    """Case 0 after: 20 kW PV, 50 kWh, 30 kVA, and the set that was there.

    What the converter moved follows from 309.36 full cycles and 84 % from AC to AC, both of the
    same study.
    """
    found, after = diesel_only(), CASE["hybrid"]
    found["main"]["totals"]["curtailed_kwh"] = CASE["curtailed_pu"] * CASE["solar_kwh"]
    found["genset"] = genset(after["fuel_l"], after["run_h"], 7380.0)
    out_kwh = 309.36 * 50.0 * 0.92
    return found | {
        "pv": device("solar", "main", rated_kw=20.0, energy_kwh=CASE["solar_kwh"]),
        "pcs": device(
            "converter",
            "main",
            rated_kva=30.0,
            e_to_bus_kwh=out_kwh,
            e_from_bus_kwh=out_kwh / 0.84,
        ),
        "bess": device("storage", "pcs", capacity_kwh=50.0),
        "ems": device("control"),
    }


def grid(cost_usd: float) -> dict[str, Any]:
    counters = {"import_kwh": 5000.0, "export_kwh": 0.0, "carbon_kg": 3000.0}
    return device("grid", "main", cost_usd=cost_usd, **counters)


def recorded(folder: Path, t_s: list[float], **signals: list[float]) -> Path:
    (folder / "signals").mkdir(exist_ok=True)
    table = {name.replace("__", "."): values for name, values in signals.items()}
    pq.write_table(pa.table({"t_s": t_s, **table}), folder / "signals/part-cell-00000.parquet")
    return folder
