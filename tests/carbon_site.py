"""A site with sun, battery, genset and a small grid that keeps a ledger: its files, its runs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import twin
from twin.run import Run
from twin.runner import Options, run_scenario

ISLAND = Path(__file__).parents[1] / "topologies" / "island_telecom"

GRID = """
[device.grid]
type = "grid_connection"
bus = "main"
import_max_kw = 1.0
export_max_kw = 2.0
"""
SCENARIO = """
topology = "island_telecom"
start = "2026-03-02T00:00:00+08:00"
horizon_s = 172800
step_s = 300
"""
CARBON = """
[carbon]
grid = "CN-QH-2023"
fuel = "diesel"
embodied.solar = { factor = "PV-EMBODIED", life_years = 25 }
embodied.storage = { factor = "LFP-EMBODIED", life_years = 12 }
"""


def write_site(folder: Path, carbon: str = CARBON, more: str = GRID) -> Path:
    """The files of the site; the path of its scenario."""
    home = folder / "island_telecom"
    shutil.copytree(ISLAND, home, ignore=shutil.ignore_patterns("*.toml"))
    text = (ISLAND / "topology.toml").read_text("utf-8")
    (home / "topology.toml").write_text(text + more, encoding="utf-8")
    (home / "two_days.toml").write_text(SCENARIO + carbon, encoding="utf-8")
    return home / "two_days.toml"


def run_site(folder: Path, name: str = "run", **overrides: Any) -> Run:
    path = folder / "island_telecom" / "two_days.toml"
    if not path.exists():
        write_site(folder)
    changes = {key.replace("__", "."): value for key, value in overrides.items()}
    options = Options(overrides=changes, out=folder / name, in_python=True)
    outcome = run_scenario(path, options)
    assert outcome.status == "done", outcome.reason
    return twin.open(outcome.folder)
