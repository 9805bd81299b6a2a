"""Trucks at the bus of a thermal plant regulate beside it: a diesel set and a battery."""

from __future__ import annotations

import pytest

from tests.mobile import AT_ONCE, FINE, event, stages, total
from tests.mosaik_world import Ran, done

HOUR_S = 3600.0
CONTROL = """
[device.{name}]
type = "agc"
period_s = 4.0
bias_kw_per_hz = 124e3            # 300 MVA at 5 %, damping of 200 MVA
share_pu = {share}
reserve_kw = {reserve}
wires = ["area.f_end_hz ~> f_hz", {wires}]
"""
AREA = """
[device.area]
type = "area"
base_kva = 200e3
[device.plant]
type = "ieeeg1"
bus = "area"
rated_kva = 300e3
p_set_kw = 150e3
ramp_pu_per_s = 0.0025            # 15 %/min, gas
[device.demand]
type = "load"
bus = "area"
[device.genset]
type = "genset"
bus = "area"
rank = 2
rated_kw = 5e3
min_load_pu = 0.0
tank_l = 1e4
tank_start_l = 1e4
fuel_curve = "chart_500kw"
[device.diesel]
type = "mobile_unit"
depot = "north"
{truck}
wires = ["run_cmd -> genset.run_cmd", "genset.mode ~> engine_mode"]
[device.pcs]
type = "pcs_fast"
bus = "area"
rated_kva = 5e3
forming = false
[device.bess]
type = "bess"
bus = "pcs"
energy_kwh = 5e3
soc_start_pu = 0.9
charge_max_kw = 5e3
discharge_max_kw = 5e3
[device.battery]
type = "mobile_unit"
depot = "north"
{truck}
recharge_kw = 1e3
wires = [
    "connected -> pcs.online",
    "bess.e_charge_kwh ~> room_kwh",
    "recharged_kwh -> bess.recharged_kwh",
]
"""
CONTROLS = [
    ("agc", 0.8, 24e3, '"p_agc_kw -> plant.p_agc_kw"'),
    ("agc_diesel", 0.1, 3e3, '"diesel.connected -> online", "p_agc_kw -> genset.p_set_kw"'),
    ("agc_battery", 0.1, 3e3, '"battery.connected -> online", "p_agc_kw -> pcs.p_set_kw"'),
]
TRUCK = AT_ONCE.replace("1e15", "50.0") + (
    "\ndistance_km = 10.0\ntravel_sigma_pu = 0.0\ntrucks_count = 2\ncrews_count = 2\ntank_l = 0.0"
)
LOSS = event("demand.p_set_kw", 5, 10e3) + event("demand.p_set_kw", 1500, 20e3)
CALLS = event("diesel.call", 10, for_s=2790) + event("battery.call", 10, for_s=2790)
TIMES = "horizon_s = 5400\nstep_s = 1\nsync_s = 1\n" + FINE
THERE_S, LEAVES_S = 10.0 + 720.0, 2800.0


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    controls = [
        CONTROL.format(name=name, share=share, reserve=kw, wires=wires)
        for name, share, kw, wires in CONTROLS
    ]
    own = AREA.format(truck=TRUCK) + "".join(controls)
    return done(tmp_path_factory.mktemp("plant"), own, TIMES + LOSS + CALLS)


def mean_kw(ran: Ran, signal: str, begin_s: float, end_s: float) -> float:
    return float(ran.run[signal].loc[begin_s:end_s].mean())


def test_until_they_arrive_the_plant_regulates_alone(ran: Ran) -> None:
    for signal in ("genset.p_kw", "pcs.p_kw"):
        assert ran.run[signal].loc[:THERE_S].abs().max() == 0.0
    for unit in ("diesel", "battery"):
        assert (THERE_S, "running") in stages(ran, unit)


def test_there_they_answer_and_carry_the_shares_that_they_are_asked_for(ran: Ran) -> None:
    """The second loss of 10 MW, in shares of 0.8 and twice 0.1 once the frequency is back."""
    f_hz = ran.run["area.f_end_hz"]
    gained = {
        name: mean_kw(ran, f"{name}.p_kw", 2600.0, 2790.0)
        - mean_kw(ran, f"{name}.p_kw", 1400, 1499)
        for name in ("plant", "genset", "pcs")
    }
    early = {name: ran.run[f"{name}.p_kw"].loc[1500.0:1506.0].max() for name in ("genset", "pcs")}
    print(f"nadirs {f_hz.loc[:60].min():.3f} and {f_hz.loc[1500:].min():.3f} Hz, gained {gained}")
    print(f"most in 6 s {early}")
    assert f_hz.loc[1500.0:].min() > f_hz.loc[:60.0].min() + 0.01
    assert f_hz.loc[2790.0] == pytest.approx(50.0, abs=2e-3)
    assert gained == pytest.approx({"plant": 8e3, "genset": 1e3, "pcs": 1e3}, rel=0.05)
    assert min(early.values()) > 300.0


def test_when_they_leave_the_plant_takes_over(ran: Ran) -> None:
    for signal in ("genset.p_kw", "pcs.p_kw"):
        assert mean_kw(ran, signal, LEAVES_S + 60.0, 5400.0) == 0.0
    assert ran.last("area.f_end_hz") == pytest.approx(50.0, abs=2e-3)


def test_home_again_the_battery_is_recharged(ran: Ran) -> None:
    left_kwh = ran.run["bess.stored_kwh"].loc[LEAVES_S + 60.0]
    given_kwh = total(ran, "battery.recharged_kwh")
    assert given_kwh > 100.0
    assert ran.last("bess.stored_kwh") == pytest.approx(left_kwh + 0.97 * given_kwh, rel=1e-3)
