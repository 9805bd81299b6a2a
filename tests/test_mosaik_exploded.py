"""Every device as a simulator of its own gives, to the last bit, what one cell gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.mosaik_world import Ran, done, same
from twin.load import load_scenario, scenarios
from twin.run import open_run
from twin.runner import Options, run_scenario

SITES = """
[profile.plan]
file = "plan.csv"
between = "linear"
[group.site]
count = 3
[group.site.main]
type = "site_bus"
[group.site.grid]
type = "grid_connection"
bus = "main"
import_max_kw = [4, 6, 0]
[group.site.pcs]
type = "pcs"
bus = "main"
rated_kva = [10, 20, 30]
[group.site.bess]
type = "bess"
bus = "pcs"
energy_kwh = [5, 10, 15]
[group.site.genset]
type = "genset"
bus = "main"
count = 2
rated_kw = [5, 4, 6, 7, 5, 5]
[group.site.room]
type = "it_load"
bus = "main"
count = 2
rated_kw = [3, 4, 5, 6, 7, 8]
utilisation_pu = "plan.busy_pu"
[group.site.ems]
type = "ems_rule"
period_s = 180
wires = [
    "main.p_load_kw ~> p_load_kw",
    "bess.soc_pu ~> soc_pu",
    "grid.online ~> grid_available",
    "p_set_kw -> pcs.p_set_kw",
    "run_cmd -> genset.run_cmd",
]
[device.meter]
type = "witness"
wires = ["site.room.p_kw -> x_kw", "site.genset.start_count ~> tally"]
[device.eyes]
type = "witness"
count = 2
wires = [
    { wire = "site.room.p_kw ~> x_kw", at = [5, 2] },
    { wire = "site.genset.start_count -> tally", at = [0, 1, 1, 0, 1, 0] },
]
"""
PLAN = "time,busy_pu\n2026-06-01T00:00:00,0\n2026-06-01T01:00:00,1\n2026-06-01T09:00:00,0\n"
OUTAGE = """
[[event]]
at_s = 3600
set = "site.grid.available"
to = false
[[event]]
at_s = 9000
set = "site[1].grid.available"
to = true
"""
HOURS = "horizon_s = 14400\nstep_s = 60\nsync_s = 60\n" + OUTAGE
PARTNER = """
[device.furnace]
type = "furnace"
count = 3
rated_kw = [1, 2, 3]
demand_pu = "plan.busy_pu"
period_s = {period}
wires = ["site.bess.soc_pu ~> lack_pu", "site.main.p_load_kw ~> extra_kw"]
[device.hand]
type = "witness"
wires = ["furnace.wish_kw -> x_kw"]
"""
WHEELS = """
[device.wheel]
type = "wheel"
count = 2
inertia_kw = [10, 20]
[device.spring]
type = "spring"
bus = "wheel"
count = 3
at = [0, 0, 1]
stiff_kw_per_hz = [50, 80, 40]
p_set_kw = [1, 2, 3]
[device.load]
type = "it_load"
bus = "wheel"
count = 2
rated_kw = [10, 14]
[device.eye]
type = "witness"
count = 2
wires = ["load.p_kw -> x_kw"]
"""
ZOOM = """
horizon_s = 7200
step_s = 60
sync_s = 60
fine_step_s = 0.01
fine_sync_s = 1.0
fine_for_s = 1.0
[[event]]
at_s = 1800.5
set = "load.utilisation_pu"
to = 0.2
"""
SUPPLY = """
[device.tank]
type = "tank"
count = 2
burn_l_per_h = [120, 100]
wires = ["tanker.brought_l -> brought_l"]
[device.gauge]
type = "gauge"
count = 2
wires = ["tank.level_l ~> level_l", "tanker.brought_l ~> brought_l"]
[device.tanker]
type = "tanker"
count = 2
travel_s = 3333.3
wires = ["gauge.order_count ~> order_count"]
"""


def both(folder: Path, topology: str, times: str, in_python: bool = True) -> tuple[Ran, Ran]:
    """A topology in one cell, and with every device on its own; in Python nothing is compiled."""
    (folder / "t").mkdir()
    (folder / "t/plan.csv").write_text(PLAN)
    fused = done(folder, topology, times, "fused", in_python=in_python)
    apart = done(folder, topology, times, "exploded", in_python=in_python, exploded=True)
    return fused, apart


def test_sites_with_outages_sums_maps_and_a_slow_controller(tmp_path: Path) -> None:
    fused, exploded = both(tmp_path, SITES, HOURS, in_python=False)
    assert len(fused.run.events) > 20
    same(fused.run, exploded.run)


@pytest.mark.parametrize("period", [60, 420])
def test_sites_beside_a_fleet_that_a_library_steps(tmp_path: Path, period: int) -> None:
    topology = SITES + PARTNER.format(period=period)
    fused, exploded = both(tmp_path, topology, HOURS)
    assert fused.last("hand.x_kwh") > 1.0
    same(fused.run, exploded.run)


REACTIVE = """
[device.main]
type = "thevenin"
[device.load]
type = "load"
bus = "main"
p_set_kw = 5.0
q_set_kvar = 2.0
[device.pcs]
type = "pcs_fast"
bus = "main"
p_set_kw = 4.0
q_set_kvar = 3.0
[device.bess]
type = "bess"
bus = "pcs"
"""


def test_a_converter_that_gives_reactive_power_to_its_bus(tmp_path: Path) -> None:
    fused, exploded = both(tmp_path, REACTIVE, "horizon_s = 300\nstep_s = 1\n")
    assert fused.run["pcs.q_kvar"].abs().max() > 0.0
    same(fused.run, exploded.run)


def test_a_window_of_fine_steps_around_an_event(tmp_path: Path) -> None:
    fused, exploded = both(tmp_path, WHEELS, ZOOM)
    assert fused.run["wheel.f_hz:min"].loc[1800.6:1801].nunique() > 20
    same(fused.run, exploded.run)


MOVED = """
horizon_s = 30
step_s = 1
fine_step_s = 0.01
fine_sync_s = 0.1
fine_for_s = 1.0
[[event]]
at_s = 5
set = "load[1].utilisation_pu"
to = 0.2
over_s = 13.3
[[event]]
at_s = 7
set = "spring.stiff_kw_per_hz"
to = 20
for_s = 0.5
times = 2
every_s = 6
"""


def test_ramps_of_some_units_and_repeated_dips_of_unlike_ones(tmp_path: Path) -> None:
    fused, exploded = both(tmp_path, WHEELS, MOVED)
    assert len(fused.run.events.query("by == 'scenario'")) == 1 + 2 * (1 + 3)
    same(fused.run, exploded.run)


def test_tanks_and_tankers(tmp_path: Path) -> None:
    fused, exploded = both(tmp_path, SUPPLY, "horizon_s = 28800\nstep_s = 60\n")
    assert fused.last("tanker.trip_count:sum") == 2
    same(fused.run, exploded.run)


MANY = 100  # units: what plain Python takes in a hundred steps, not in a thousand
FEW = 18  # sites that do for two hundred or a thousand: some on each of nine buses


def shortened(name: str) -> dict[str, Any]:
    """What ends a scenario some exchanges after its first event, where it gets so far."""
    scenario, topology = load_scenario(name)
    events_s = [event.at_s for event in scenario.events if event.at_s < 100 * scenario.step_s]
    wanted_s = min(events_s, default=0.0) + 100 * scenario.step_s
    exchanges = max(int(wanted_s // scenario.sync_s), 1)
    found = {"horizon_s": min(exchanges * scenario.sync_s, scenario.horizon_s)}
    groups = {name.partition(".")[0]: one.groups for name, one in topology.devices.items()}
    found |= {f"{name}.count": FEW for name, groups in groups.items() if groups > MANY}
    if scenario.fine_sync_s:
        found["fine_for_s"] = scenario.fine_sync_s
        units = sum(device.units for device in topology.devices.values())
        if units > MANY:  # a window fills an exchange of the coarse regime
            found["fine_step_s"] = 0.01
    return found


def one_of_each_large(names: list[str]) -> list[str]:
    """All scenarios, but one of `weak_area`: they share a loop, and plain Python is slow at it.

    A year of events cannot be cut short; `response_times` has the devices of `qualities`.
    """
    left_out = [n for n in names if n.startswith("weak_area/") and n != "weak_area/gen_trip"]
    return [n for n in names if n not in (*left_out, "qualities/claims")]


@pytest.mark.slow
@pytest.mark.parametrize("name", one_of_each_large(scenarios()))
def test_every_scenario_that_is_shipped(name: str, tmp_path: Path) -> None:
    runs = []
    for exploded in (False, True):
        options = Options(  # apart in plain Python: a cell for each device takes long to compile
            overrides=shortened(name),
            out=tmp_path / str(exploded),
            exploded=exploded,
            in_python=exploded,
        )
        outcome = run_scenario(name, options)
        assert outcome.status == "done"
        runs.append(open_run(outcome.folder))
    same(*runs)
