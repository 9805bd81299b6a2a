from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from components.it_load import ItLoad
from tests.components.supplied import ITIC, live, named, passes, room

DATA = Path(__file__).parents[2] / "components" / "data"
CURVES = ItLoad.fields["curve"].labels


def levels(curve: str) -> list[tuple[str, float, float]]:
    with (DATA / f"ride_through_{curve}.csv").open() as file:
        next(file)
        rows = list(csv.DictReader(file))
    return [(row["side"], float(row["v_pu"]), float(row["longest_s"])) for row in rows]


LEVELS = [(curve, *level) for curve in CURVES for level in levels(curve)]


@pytest.mark.parametrize("case", ITIC, ids=str)
def test_servers_pass_and_fail_as_the_itic_curve_says(case: Any) -> None:
    assert passes(case["duration_s"], case["v_pu"]) == case["ok"]


@pytest.mark.parametrize(("curve", "side", "v_pu", "longest_s"), LEVELS)
def test_each_level_of_a_curve_is_borne_for_its_time_and_no_longer(
    curve: str, side: str, v_pu: float, longest_s: float
) -> None:
    beyond_pu = v_pu - 1e-6 if side == "low" else v_pu + 1e-6
    if longest_s > 0.0:
        assert passes(longest_s, beyond_pu, curve=curve)
    assert not passes(max(1.1 * longest_s, 1e-6), beyond_pu, curve=curve)


@pytest.mark.parametrize("curve", CURVES)
def test_static_switch_passes_everywhere_and_a_mechanical_one_nowhere(curve: str) -> None:
    # 4 ms and 50 ms: a static transfer switch, and the quickest automatic one
    assert passes(0.004, 0.0, curve=curve, hold_up_s=0.01)
    assert not passes(0.05, 0.0, curve=curve)


def test_what_supplies_hold_lasts_longer_at_less_load_but_not_longer_than_the_curve() -> None:
    half = {"hold_up_s": 0.008, "idle_pu": 0.0, "utilisation_pu": 0.5}
    assert passes(0.008, 0.0, hold_up_s=0.008)
    assert not passes(0.009, 0.0, hold_up_s=0.008)
    assert passes(0.016, 0.0, **half)
    assert not passes(0.017, 0.0, **half)
    tenth = half | {"utilisation_pu": 0.1}
    assert passes(0.02, 0.0, **tenth)
    assert not passes(0.021, 0.0, **tenth)


def test_dip_of_two_depths_is_judged_at_each_by_its_own_time() -> None:
    # at 0 V for 10 ms, then at 0.75 for 0.4 s: each is short enough, and so is their sum at 0.8
    one = room("psu")
    live(one, 0.001, (0.01, 0.0), (0.4, 0.75), (0.1, 1.0))
    assert (one.drop_count, named(one, "verdict")) == (0, "rode_through")
    assert (one.longest_gap_s, one.worst_v_pu) == (pytest.approx(0.01), 0.0)
    live(one, 0.001, (0.01, 0.0), (0.5, 0.75))
    assert one.drop_count == 1


def test_dips_with_good_voltage_in_between_are_judged_one_by_one() -> None:
    one = room("psu")
    for _ in range(20):
        live(one, 0.001, (0.019, 0.0), (0.001, 1.0))
    assert one.drop_count == 0


def test_room_on_a_dead_bus_has_no_voltage() -> None:
    one = room("psu")
    live(one, 0.001, (0.03, 1.0), f_hz=0.0)
    assert (one.drop_count, one.worst_v_pu) == (1, 0.0)


def test_power_is_constant_down_to_0_8_an_impedance_below_and_nothing_in_a_gap() -> None:
    for v_pu, share in ((1.05, 1.0), (0.85, 1.0), (0.72, 0.81), (0.6, 0.0)):
        assert live(room("psu"), 0.001, (0.001, v_pu)) == [pytest.approx(100.0 * share)]
    bearing = room("psu", curve="iec_61000_class_3")
    assert live(bearing, 0.001, (0.001, 0.6)) == [pytest.approx(56.25)]


@pytest.mark.parametrize("dt_s", [0.0005, 0.001, 0.004])
def test_what_a_gap_takes_from_the_supplies_is_filled_again(dt_s: float) -> None:
    one = room("psu", recharge_pu=0.1, battery_efficiency_pu=0.8)
    taken_kw = live(one, dt_s, (0.1, 1.0), (0.02, 0.0), (0.38, 1.0))
    # 2 kWs are missing; 2.5 kWs at 10 kW take a quarter of a second
    assert one.bridged_kwh * 3600.0 == pytest.approx(2.0)
    assert one.recharge_kwh * 3600.0 == pytest.approx(2.5)
    assert max(taken_kw) == pytest.approx(110.0)
    assert taken_kw[-1] == 100.0
    assert sum(taken_kw) * dt_s == pytest.approx(50.0 + 0.5)
    assert one.missing_kwh == 0.0


@pytest.mark.parametrize("dt_s", [0.001, 0.003, 0.01])
def test_dropped_room_restarts_and_walks_in_and_says_what_was_not_computed(dt_s: float) -> None:
    one = room("psu", restart_s=3.0, walk_in_s=2.0)
    taken_kw = live(one, dt_s, (0.3, 0.0), (9.0, 1.0))
    # dropped after 20 ms; 3 s of good voltage; then half of the power in the mean for 2 s
    assert one.dropped_kwh * 3600.0 == pytest.approx(100.0 * (0.28 + 3.0 + 1.0))
    after_s = [k * dt_s for k, taken in enumerate(taken_kw) if taken > 0.0]
    assert after_s[0] == pytest.approx(3.3, abs=dt_s)
    ramp = taken_kw[round(4.3 / dt_s)]
    assert ramp == pytest.approx(50.0, abs=100.0 * dt_s)
    assert (named(one, "mode"), taken_kw[-1], one.it_kw) == ("mains", 100.0, 100.0)
    assert (one.drop_count, named(one, "verdict")) == (1, "dropped")


def test_dip_during_the_wait_begins_it_anew() -> None:
    one = room("psu", restart_s=3.0, walk_in_s=0.0, recharge_pu=0.0)
    live(one, 0.01, (0.1, 0.0), (2.9, 1.0), (0.01, 0.5))
    assert max(live(one, 0.01, (3.0, 1.0))) == 0.0
    assert live(one, 0.01, (0.01, 1.0)) == [pytest.approx(100.0)]


def test_coarse_regime_asks_for_power_whatever_the_voltage() -> None:
    one = room("psu")
    for v_pu, f_hz in ((1.0, 50.0), (0.5, 50.0), (0.0, 0.0)):
        one.v_pu, one.f_hz = v_pu, f_hz
        one.step(60.0)
        assert one.p_kw == -100.0
    assert (one.drop_count, named(one, "verdict")) == (0, "nothing_seen")


def test_coarse_regime_goes_on_with_a_restart_exactly() -> None:
    one = room("psu", restart_s=90.0, walk_in_s=20.0)
    live(one, 0.01, (0.1, 0.0))
    one.v_pu = 1.0
    taken_kw = []
    for _ in range(4):
        one.step(60.0)
        taken_kw.append(-one.p_kw)
    # 90 s of nothing, 20 s at half, 10 s of all; then 2 kWs again at 10 kW, less a tenth lost
    filled_kw = 2.0 / 0.9 / 60.0
    assert taken_kw == pytest.approx([0.0, 100.0 * 20.0 / 60.0 + filled_kw, 100.0, 100.0])
    assert not one.awake
