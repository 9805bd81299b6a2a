"""Components that a library steps, as simulators of their own beside the cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mosaik_world import Ran, done, run, write
from twin.problems import Problems

HOUR = "horizon_s = 3600\nstep_s = 60\nsync_s = 60\n"
QUARTERS = "horizon_s = 3600\nstep_s = 60\nsync_s = 900\n"
SITE = """
[profile.plan]
file = "plan.csv"
between = "linear"
[device.main]
type = "site_bus"
[device.grid]
type = "grid_connection"
bus = "main"
[device.furnace]
type = "furnace"
bus = "main"
"""
PLAN = "time,demand_pu,allowed\n2026-06-01T00:00:00,0,1\n2026-06-01T02:00:00,2,1\n"


def site(folder: Path, more: str, times: str = HOUR) -> Ran:
    """A furnace on the bus of a site, with more said of it and of others."""
    write(folder, "", "")
    (folder / "t/plan.csv").write_text(PLAN)
    return done(folder, SITE + more, times)


def test_a_furnace_on_a_bus_is_served_by_its_grid(tmp_path: Path) -> None:
    ran = site(tmp_path, "demand_pu = 0.5")
    assert ran.last("grid.import_kwh") == pytest.approx(5.0)


def test_its_energy_is_a_total_of_the_run(tmp_path: Path) -> None:
    ran = site(tmp_path, "demand_pu = 0.5")
    assert ran.run.totals["furnace.energy_kwh"] == pytest.approx(5.0)


def test_the_bus_that_it_hangs_on_balances(tmp_path: Path) -> None:
    ran = site(tmp_path, "demand_pu = 0.5")
    audit = ran.outcome.meta["audit"]["main"]
    assert audit["through_kwh"] > 1.0
    assert audit["residual_kwh"] < 1e-9 * audit["through_kwh"]


def test_it_is_driven_by_the_mean_of_a_profile_over_each_exchange(tmp_path: Path) -> None:
    ran = site(tmp_path, 'demand_pu = "plan.demand_pu"', QUARTERS)
    assert ran.run["furnace.wish_kw"].tolist() == pytest.approx([1.25, 3.75, 6.25, 8.75])


def test_with_a_period_of_its_own_it_is_driven_by_the_mean_over_that(tmp_path: Path) -> None:
    ran = site(tmp_path, 'demand_pu = "plan.demand_pu"\nperiod_s = 1800', QUARTERS)
    assert ran.run["furnace.wish_kw"].tolist() == pytest.approx([2.5, 2.5, 7.5, 7.5])


def test_a_period_longer_than_the_exchange_is_the_length_of_its_steps(tmp_path: Path) -> None:
    ran = site(tmp_path, "period_s = 1200", "horizon_s = 3600\nstep_s = 60\nsync_s = 300\n")
    assert (ran.last("furnace.calls"), ran.last("furnace.elapsed_s")) == (3, 3600)


def test_a_text_is_a_parameter_that_it_reads_from_itself(tmp_path: Path) -> None:
    ran = site(tmp_path, 'demand_pu = 0.5\nlaw = "square"')
    assert ran.last("furnace.wish_kw") == 2.5


def test_a_truth_from_a_profile_is_what_it_is_at_the_exchange(tmp_path: Path) -> None:
    write(tmp_path, "", "")
    lines = [
        "time,allowed",
        *(f"2026-06-01T0{k // 2}:{k % 2 * 30:02}:00,{k % 2}" for k in range(6)),
    ]
    (tmp_path / "t/plan.csv").write_text("\n".join(lines))
    more = 'demand_pu = 1.0\nallowed = "plan.allowed"'
    ran = done(tmp_path, SITE.replace("linear", "hold") + more, QUARTERS)
    assert ran.run["furnace.wish_kw"].tolist() == [0.0, 0.0, 10.0, 10.0]


def test_its_output_reaches_the_cell_in_the_same_exchange(tmp_path: Path) -> None:
    more = 'demand_pu = 0.1\n[device.eye]\ntype = "witness"\nwires = ["furnace.wish_kw -> x_kw"]'
    ran = site(tmp_path, more)
    assert ran.last("eye.first_kw") == 1.0


def test_it_sees_the_frequency_of_its_bus(tmp_path: Path) -> None:
    ran = site(tmp_path, "extra_kw = 120.0", "horizon_s = 120\nstep_s = 60\n")
    assert ran.last("furnace.seen_hz") == ran.last("main.f_hz") != 50.0


def test_an_event_of_the_scenario_reaches_it(tmp_path: Path) -> None:
    event = '[[event]]\nat_s = 1800\nset = "furnace.allowed"\nto = false\n'
    ran = site(tmp_path, "demand_pu = 1.0", QUARTERS + event)
    assert ran.run["furnace.wish_kw"].tolist() == [10.0, 10.0, 0.0, 0.0]


def test_a_change_of_its_mode_is_an_event_of_the_run(tmp_path: Path) -> None:
    event = '[[event]]\nat_s = 1800\nset = "furnace.allowed"\nto = false\n'
    ran = site(tmp_path, "demand_pu = 1.0", QUARTERS + event)
    found = ran.run.events.query("unit == 'furnace' and by == 'device'")[["t_s", "field", "text"]]
    assert found.to_numpy().tolist() == [[0.0, "hot", "true"], [1800.0, "hot", "false"]]


FLEETS = """
[device.pulse]
type = "pulse"
count = 3
base_kw = [100, 200, 300]
[device.furnace]
type = "furnace"
count = {units}
wires = [{wires}]
"""
TWO_MINUTES = "horizon_s = 120\nstep_s = 60\n"


def wired(folder: Path, units: int, wires: str, more: str = "") -> list[float]:
    """Two minutes of three sources and some furnaces: least, most and sum of a furnace's power."""
    ran = done(folder, FLEETS.format(units=units, wires=wires) + more, TWO_MINUTES)
    stats = ("",) if units == 1 else (":min", ":max", ":sum")
    return [ran.last(f"furnace.wish_kw{stat}") for stat in stats]


@pytest.mark.parametrize(
    ("units", "wire", "expected"),
    [
        (3, '"pulse.x_kw ~> extra_kw"', [101.0, 301.0, 603.0]),
        (1, '"pulse.x_kw ~> extra_kw"', [603.0]),
        (2, '{ wire = "pulse.x_kw ~> extra_kw", at = [1, 2] }', [201.0, 301.0, 502.0]),
        (2, '{ wire = "pulse.x_kw ~> extra_kw", at = [1, 0, 1] }', [201.0, 402.0, 603.0]),
    ],
    ids=["one to one", "many to one", "chosen by the target", "chosen by the source"],
)
def test_wires_into_a_fleet_join_units_as_in_the_cell(
    tmp_path: Path, units: int, wire: str, expected: list[float]
) -> None:
    assert wired(tmp_path, units, wire) == expected


def test_two_devices_into_one_input_are_added_up(tmp_path: Path) -> None:
    wires = '"pulse.x_kw ~> extra_kw", "other.x_kw ~> extra_kw"'
    other = '[device.other]\ntype = "pulse"\nbase_kw = 1000\n'
    assert wired(tmp_path, 1, wires, other) == [603.0 + 1001.0]


def test_a_second_wire_between_the_same_two_is_refused_with_its_place(tmp_path: Path) -> None:
    wires = '"pulse.x_kw ~> extra_kw", { wire = "pulse.x_kw ~> extra_kw", at = [0] }'
    with pytest.raises(Problems, match=r"topology\.toml:11 .*is a second wire to furnace.extra_kw"):
        wired(tmp_path, 1, wires)


def test_a_world_without_a_cell(tmp_path: Path) -> None:
    lone = '[device.furnace]\ntype = "furnace"\ncount = 2\nrated_kw = [10, 20]\ndemand_pu = 1.0\n'
    ran = done(tmp_path, lone, HOUR)
    assert ran.last("furnace.energy_kwh:sum") == pytest.approx(30.0)


def test_a_fleet_that_raises_ends_the_run_with_its_name_and_the_time(tmp_path: Path) -> None:
    ran = run(tmp_path, '[device.oven]\ntype = "oven"\nlasts_s = 600\n', HOUR)
    assert (ran.outcome.status, ran.outcome.reason) == (
        "failed",
        "oven raised ZeroDivisionError: integer division or modulo by zero in the step from 600 s",
    )


def test_a_number_that_is_none_ends_the_run_with_unit_field_and_time(tmp_path: Path) -> None:
    ran = run(tmp_path, '[device.oven]\ntype = "oven"\ncount = 2\nmelts_s = [9000, 600]\n', HOUR)
    assert ran.outcome.reason == "oven[1].heat_kwh became nan in the step from 600 s"


def test_signals_that_nobody_asked_for_are_not_kept(tmp_path: Path) -> None:
    lone = '[device.furnace]\ntype = "furnace"\n'
    ran = done(tmp_path, lone, HOUR + '[record]\nsignals = ["furnace.calls"]\n')
    assert list(ran.run) == ["furnace.calls"]
