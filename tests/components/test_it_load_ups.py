from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from components.it_load import ItLoad
from components.thevenin import Thevenin
from tests.components.supplied import live, named, room
from tests.engine import bits, cell, device, finished, scenario
from twin.scenario import Event

DIP = (0.1, 0.5)


@pytest.mark.parametrize("kind", ["ups", "dc_plant"])
@pytest.mark.parametrize("dt_s", [0.001, 0.01])
def test_room_sees_nothing_of_a_dip_and_the_bus_loses_it_and_sees_it_walk_in(
    kind: str, dt_s: float
) -> None:
    one = room(kind, recharge_pu=0.0)
    taken_kw = live(one, dt_s, (1.0, 1.0), DIP, (25.0, 1.0))
    first = round(1.0 / dt_s)
    gone = round(10.1 / dt_s)
    ramp = np.array(taken_kw[first + gone : first + gone + round(10.0 / dt_s)])
    assert taken_kw[:first] == [100.0] * first
    assert max(taken_kw[first : first + gone]) == 0.0
    middles_s = (np.arange(len(ramp)) + 0.5) * dt_s
    assert ramp == pytest.approx(10.0 * middles_s, abs=1e-6)
    assert taken_kw[-1] == 100.0
    assert (one.it_kw, one.drop_count, one.transfer_count) == (100.0, 0, 1)
    assert one.dropped_kwh == 0.0
    assert (named(one, "verdict"), one.longest_gap_s) == ("battery_took_it", pytest.approx(0.1))
    # 0.1 s of dip, 10 s of waiting and half of 10 s of walk-in
    assert one.bridged_kwh * 3600.0 == pytest.approx(100.0 * 15.1, rel=1e-6)


@pytest.mark.parametrize("seconds", [0.004, 0.05, 2.0])
def test_no_gap_reaches_machines_behind_a_battery(seconds: float) -> None:
    for kind in ("ups", "dc_plant"):
        one = room(kind)
        live(one, 0.001, (0.1, 1.0), (seconds, 0.0), (0.1, 1.0))
        assert (one.drop_count, one.it_kw) == (0, 100.0)


def test_energy_taken_is_that_of_the_room_and_of_what_is_lost_in_the_battery() -> None:
    one = ItLoad(kind="ups", rated_kw=40.0, utilisation_pu=0.6, recharge_pu=0.2)
    it_kw = 40.0 * (0.45 + 0.55 * 0.6)
    taken_kw = live(one, 0.01, (1.0, 1.0), DIP, (138.9, 1.0))
    at_bus_kwh = it_kw * 1.3 / 0.96 * 140.0 / 3600.0
    assert one.missing_kwh == 0.0
    assert one.recharge_loss_kwh == pytest.approx(one.bridged_kwh * (1.0 / 0.9 - 1.0))
    assert one.energy_kwh == pytest.approx(at_bus_kwh + one.recharge_loss_kwh)
    assert one.energy_kwh == pytest.approx(sum(taken_kw) * 0.01 / 3600.0)
    assert max(taken_kw) == pytest.approx((it_kw + 0.2 * 40.0) * 1.3 / 0.96)
    assert not one.awake or max(one.dip_left_s) > 0.0


@pytest.mark.parametrize(
    ("v_pu", "f_hz", "moved"),
    [
        (0.86, 50.0, 0),
        (0.84, 50.0, 1),
        (1.09, 50.0, 0),
        (1.11, 50.0, 1),
        (1.0, 45.5, 0),
        (1.0, 44.5, 1),
        (1.0, 64.5, 0),
        (1.0, 65.5, 1),
        (1.0, 0.0, 1),
    ],
)
def test_supply_within_the_window_is_taken_as_it_is(v_pu: float, f_hz: float, moved: int) -> None:
    one = room("ups")
    taken_kw = live(one, 0.001, (0.1, v_pu), f_hz=f_hz)
    assert one.transfer_count == moved
    assert set(taken_kw) == {0.0 if moved else 100.0}


@pytest.mark.parametrize("load_pu", [1.0, 0.5])
def test_battery_lasts_its_autonomy_by_load_and_then_the_room_is_dropped(load_pu: float) -> None:
    one = room("ups", autonomy_s=3.0, idle_pu=0.0, utilisation_pu=load_pu, restart_s=2.0)
    lasts_s = 3.0 / load_pu
    live(one, 0.01, (lasts_s, 0.0))
    assert one.drop_count == 0
    live(one, 0.01, (0.5, 0.0))
    assert (one.drop_count, one.it_kw, named(one, "mode")) == (1, 0.0, "dropped")
    taken_kw = live(one, 0.01, (15.0, 1.0))
    assert one.dropped_kwh * 3600.0 == pytest.approx(100.0 * load_pu * (0.5 + 2.0 + 5.0))
    assert taken_kw[-1] == pytest.approx(100.0 * load_pu + 10.0)  # it recharges


def test_battery_that_ends_during_the_walk_in_drops_the_room_in_that_instant() -> None:
    one = room("ups", autonomy_s=12.0)
    live(one, 0.01, (0.1, 0.0), (10.0, 1.0))
    assert named(one, "mode") == "battery"
    # 1.9 s of the full load are left, and t - t t / 20 s are used
    ends_s = 10.0 - math.sqrt(100.0 - 20.0 * 1.9)
    lived = live(one, 0.01, (5.0, 1.0))
    assert np.count_nonzero(lived) == math.ceil(ends_s / 0.01)
    assert one.dropped_kwh * 3600.0 == pytest.approx(100.0 * (5.0 - ends_s), rel=1e-5)


def dips(one: ItLoad, every_s: float, count: int) -> None:
    for _ in range(count):
        live(one, 0.01, DIP, (every_s - 0.1, 1.0))


def test_three_dips_within_a_minute_keep_it_off_until_it_is_told_to_return() -> None:
    one = room("ups")
    dips(one, 25.0, 3)
    assert max(live(one, 0.01, (100.0, 1.0))) == 0.0
    assert (named(one, "mode"), one.transfer_count) == ("battery", 3)
    one.return_cmd = True
    assert live(one, 0.01, (11.0, 1.0))[-1] == pytest.approx(110.0)  # and it recharges


@pytest.mark.parametrize(
    ("kind", "every_s", "given"),
    [("ups", 31.0, {}), ("ups", 25.0, {"dips_count": 0}), ("dc_plant", 25.0, {})],
)
def test_fewer_dips_within_a_minute_let_it_return(
    kind: str, every_s: float, given: dict[str, Any]
) -> None:
    one = room(kind, **given)
    dips(one, every_s, 3)
    assert named(one, "mode") == "mains"


def test_dips_count_while_the_room_is_on_its_battery() -> None:
    one = room("ups")
    dips(one, 1.0, 3)
    assert one.transfer_count == 1
    assert max(live(one, 0.01, (60.0, 1.0))) == 0.0


def test_dip_is_forgotten_in_the_coarse_regime_too() -> None:
    one = room("ups", recharge_pu=1.0, input_max_pu=2.0)
    dips(one, 25.0, 2)
    assert one.awake
    one.step(60.0)
    assert not one.awake
    dips(one, 25.0, 2)
    assert named(one, "mode") == "mains"


@pytest.mark.parametrize("dt_s", [1.0, 60.0, 900.0])
def test_coarse_regime_brings_it_back_with_the_same_energies(dt_s: float) -> None:
    one = room("ups", recharge_pu=0.5, input_max_pu=2.0)
    live(one, 0.01, (1.0, 0.0))
    one.v_pu = 1.0
    for _ in range(round(900.0 / dt_s)):
        one.step(dt_s)
    # 1 s and 10 s on the battery, half of 10 s of walk-in
    assert one.bridged_kwh * 3600.0 == pytest.approx(1600.0)
    assert one.energy_kwh * 3600.0 == pytest.approx(100.0 * 900.0 - 1500.0 + 1600.0 / 0.9)
    assert (one.missing_kwh, one.awake) == (0.0, False)


def test_room_on_battery_stays_there_while_the_coarse_bus_is_dead() -> None:
    one = room("ups", autonomy_s=100.0)
    live(one, 0.01, (1.0, 0.0))
    one.f_hz = 0.0
    one.step(60.0)
    assert (named(one, "mode"), one.p_kw) == ("battery", 0.0)
    one.step(60.0)
    assert one.it_kw == pytest.approx(100.0 * 39.0 / 60.0)
    assert named(one, "mode") == "dropped"


def test_rectifiers_work_at_low_voltage_at_the_limit_of_their_current() -> None:
    one = room("dc_plant", v_min_pu=0.35, input_max_pu=0.8)
    taken_kw = live(one, 0.01, (0.1, 1.0), (0.1, 0.9), (0.1, 0.6), (0.1, 0.3))
    # the current limits to 80 and 72 kW; below 0.8 pu an impedance takes (0.6 / 0.8)^2, or 48 kW
    assert taken_kw[::10] == pytest.approx([80.0, 72.0, 48.0, 0.0])
    assert (one.it_kw, one.transfer_count) == (100.0, 1)
    assert one.bridged_kwh * 3600.0 == pytest.approx(2.0 + 2.8 + 5.2 + 10.0)


def test_recharge_takes_what_the_current_limit_leaves() -> None:
    one = room("dc_plant", recharge_pu=1.0, input_max_pu=1.25, retransfer_s=0.0, walk_in_s=0.0)
    live(one, 0.01, (1.0, 0.0))
    assert live(one, 0.01, (0.1, 1.0)) == pytest.approx([125.0] * 10)
    assert live(one, 0.01, (0.1, 0.9)) == pytest.approx([112.5] * 10)


def rooms_in_dips(in_python: bool, at_s: tuple[float, ...] = (1.0, 2.0, 3.0)) -> Any:
    """Three rooms behind a line, whose source dips; 20 s at 10 ms."""
    given = {"retransfer_s": [0.3, 0.3, 1.5], "walk_in_s": 0.2, "rated_kw": 100.0}
    devices = [
        device("line", Thevenin, s_sc_mva=20.0),
        device("room", ItLoad, "line", each=3, kind=[1, 2, 1], **given),
    ]
    changes = [(t, "line", (0,), "e_pu", 0.4) for t in at_s]
    changes += [(t + 0.1, "line", (0,), "e_pu", 1.0) for t in at_s]
    fine = {"fine_step_s": 0.01, "fine_sync_s": 0.01, "fine_for_s": 9.5}
    when = scenario(events=(Event(0.5, "nobody", (), "", 0.0),), horizon_s=10.0, **fine)
    return finished(cell(devices, when=when, changes=sorted(changes), in_python=in_python))


def test_repeated_dips_take_the_load_from_the_bus_for_good() -> None:
    made = rooms_in_dips(in_python=False)
    labels = ItLoad.fields["mode"].labels
    assert [labels[mode] for mode in made.get("room", "mode")] == ["battery", "mains", "battery"]
    assert made.get("room", "transfer_count") == [3, 3, 1]
    assert made.get("room", "drop_count") == [0, 0, 0]
    # that of three which counts no dips is back, and recharges
    assert made.get("line", "p_demand_kw")[0] == pytest.approx(110.0 * 1.3 / 0.96)


def test_dips_in_the_loop_are_the_same_bits_in_python() -> None:
    assert bits(rooms_in_dips(True)) == bits(rooms_in_dips(False))
