"""A truck at bus 11 of CIGRE's medium-voltage network: what the bus takes; and a battery."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.mobile import FIXED, event
from tests.mosaik_world import Ran, done
from twin.cli.results import full_text, short_text

FEEDER = """
[device.area]
type = "area"
base_kva = 500e3
[device.plant]
type = "tgov1"
bus = "area"
rated_kva = 400e3
p_set_kw = 200e3
[device.feeder]
type = "weak_grid"
bus = "area"
s_sc_mva = 400.0
"""
DIESEL = """
[device.genset]
type = "genset"
bus = "feeder"
at = [11]
rank = 2
rated_kw = {kw}
tank_l = 1e5
tank_start_l = 1e5
[device.truck]
type = "mobile_unit"
depot = "north"
stand_by = true
spins = true
wires = ["run_cmd -> genset.run_cmd"]
[device.limit]
type = "hosting_limit"
rated_kw = {kw}
p_wanted_kw = {kw}
wires = [
    {{ wire = "feeder.v_pu ~> v_pu", at = [11] }},
    {{ wire = "feeder.line_loading_pu ~> loading_pu", at = [8] }},
    "truck.connected -> connected",
    "p_set_kw -> genset.p_set_kw",
]
"""
HALF_HOUR = "horizon_s = 1800\nstep_s = 1\nsync_s = 1\n"


def at_bus_11(folder: Path, kw: float) -> Ran:
    return done(folder, FEEDER + DIESEL.format(kw=kw), HALF_HOUR)


def test_a_bus_that_takes_the_power_limits_nothing(tmp_path: Path) -> None:
    ran = at_bus_11(tmp_path, 4000.0)
    assert ran.run.totals["limit.limited"] == 0.0
    assert ran.last("limit.p_set_kw") == 4000.0


def test_a_bus_that_cannot_take_the_power_says_so_and_the_unit_is_limited(tmp_path: Path) -> None:
    """10 MW are 1.78 times what line 10-11 carries: it settles where that is full."""
    ran = at_bus_11(tmp_path, 10e3)
    print(f"10 MW wanted, {ran.last('limit.p_set_kw'):.0f} kW taken")
    assert ran.run.totals["limit.limited"] == 1.0
    assert short_text(ran.run).startswith("limit got less than wanted, which is all that its bus")
    assert ran.last("feeder.line_loading_pu:max") == pytest.approx(1.0, abs=1e-3)
    assert 4000.0 < ran.last("limit.p_set_kw") < 6000.0


NEIGHBOUR = """
[device.neighbour]
type = "genset"
bus = "feeder"
at = [9]
rank = 2
rated_kw = 4000.0
p_set_kw = 4000.0
run_cmd = true
tank_l = 1e5
tank_start_l = 1e5
"""
SHARED = """
[device.shared]
type = "hosting_limit"
rated_kw = 4000.0
wires = [
    { wire = "feeder.line_loading_pu ~> loading_pu", at = [6] },
    "truck.connected -> connected",
    "limit.p_set_kw -> p_wanted_kw",
    "p_set_kw -> genset.p_set_kw",
]
"""
OWN = DIESEL.format(kw=4000.0)


def test_a_line_that_nobody_watches_is_told_of(tmp_path: Path) -> None:
    """Line 8-9 takes 8 MW less 1.4 MW of loads, and bears 5.02 MVA; 10-11 is not full."""
    ran = done(tmp_path, FEEDER + OWN + NEIGHBOUR, HALF_HOUR)
    told = full_text(ran.run)
    print(told)
    assert short_text(ran.run) == ""
    assert re.fullmatch(r"a line bears 1\.2\d times what it may", told)


def test_limits_in_a_row_watch_several_lines(tmp_path: Path) -> None:
    behind = OWN.replace('    "p_set_kw -> genset.p_set_kw",\n', "")
    ran = done(tmp_path, FEEDER + behind + NEIGHBOUR + SHARED, HALF_HOUR)
    print(f"of 4 MW wanted {ran.last('shared.p_set_kw'):.0f} kW taken")
    assert ran.run.totals["limit.limited"] == 0.0
    assert ran.run.totals["shared.limited"] == 1.0
    assert ran.last("feeder.line_loading_pu:max") == pytest.approx(1.0, abs=1e-3)
    assert 0.0 < ran.last("shared.p_set_kw") < 4000.0


BATTERY = """
[device.pcs]
type = "pcs_fast"
bus = "area"
rated_kva = 5e3
droop_pu = 0.01
forming = false
[device.bess]
type = "bess"
bus = "pcs"
energy_kwh = 10e3
charge_max_kw = 5e3
discharge_max_kw = 5e3
[device.truck]
type = "mobile_unit"
depot = "north"
{truck}
wires = ["connected -> pcs.online"]
"""
AREA = (
    FEEDER[: FEEDER.index("[device.feeder]")]
    + """
[device.demand]
type = "load"
bus = "area"
"""
)
LOSS = event("demand.p_set_kw", 10, 10e3)
MINUTE = "horizon_s = 60\nstep_s = 1\nsync_s = 1\nfine_step_s = 0.001\nfine_sync_s = 1\n"
MINUTE += "fine_for_s = 20\n"


@pytest.mark.parametrize(("truck", "answers"), [("stand_by = true", True), (FIXED, False)])
def test_a_battery_answers_where_it_is_connected_and_only_there(
    tmp_path: Path, truck: str, answers: bool
) -> None:
    """Posted it gives power in the first second; called by the event it is still on its way."""
    calls = event("truck.call", 10) if truck == FIXED else ""
    ran = done(tmp_path, AREA + BATTERY.format(truck=truck), MINUTE + LOSS + calls)
    power = ran.run["pcs.p_kw"]
    assert (power.loc[10.5:11.0].max() > 100.0) == answers
    assert (power.max() > 100.0) == answers
