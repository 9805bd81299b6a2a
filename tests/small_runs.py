"""Files of a small island that has something of everything, and runs of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

import twin
from twin.catalog import add_folder
from twin.run import Run
from twin.runner import Options, Outcome, run_scenario

TOPOLOGY = """
# Does a small island keep its frequency?
format = 1
name = "small"

[profile.work]
file = "work.csv"
zone = "UTC"
between = "linear"

[device.bus]
type = "swing"

[device.load]
type = "drain"
bus = "bus"
wanted_kw = "work.wanted_kw"

[device.former]
type = "droop"
bus = "bus"
count = 2
p_set_kw = [3.0, 5.0]
lag_s = 0.5

[device.echo]
type = "echo"
delay_s = 47.3
wires = ["load.p_kw -> x_kw"]

[device.slow]
type = "taker"
period_s = 60.0
wires = ["echo.y_kw ~> x_kw"]

[group.site]
count = 3

[group.site.blinker]
type = "blinker"
count = 2
every = 7

[group.site.flaky]
type = "flaky"
"""

SCENARIO = """
topology = "small"
start = "2026-06-01T00:00:00Z"
horizon_s = 1200
step_s = 10
sync_s = 60
fine_step_s = 0.1
fine_sync_s = 1.0
fine_for_s = 60

[record]
every_s = 120
fine_every_s = 1.0
units = ["site[1].blinker[0]"]

[[event]]
at_s = 470.0
set = "site[1].blinker.allowed"
to = false
"""


def write_small(folder: Path, more: str = "", scenario: str = SCENARIO) -> Path:
    """Write the files of the island into a folder; the path of its scenario."""
    add_folder(Path(__file__).parent / "engine_components")
    home = folder / "small"
    home.mkdir(exist_ok=True)
    stamps = [f"2026-06-01T00:{minute:02d}:00,{10 + minute % 7}" for minute in range(0, 25)]
    (home / "work.csv").write_text("\n".join(["time,wanted_kw", *stamps]) + "\n")
    (home / "topology.toml").write_text(TOPOLOGY + more)
    (home / "day.toml").write_text(scenario)
    return home / "day.toml"


def run_small(path: Path, name: str = "run", **options: Any) -> Outcome:
    """Run in plain Python, so that nothing need be compiled."""
    folder = path.parents[1] / name
    return run_scenario(path, Options(**{"out": folder, "in_python": True, **options}))


def read(outcome: Outcome) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """What a run recorded, what happened, and what each device ended with."""
    found: Run = twin.open(outcome.folder)
    return found.signals, found.events, {**found.totals}
