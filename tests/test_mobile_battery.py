"""A battery on a truck: charged at its depot, and sent again with what is in by then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.mobile import DAY, FIXED, event, stages, total
from tests.mosaik_world import Ran, done, same

AREA = """
[device.area]
type = "area"
base_kva = 500e3
[device.plant]
type = "tgov1"
bus = "area"
rated_kva = 400e3
p_set_kw = 200e3
[device.yard]
type = "load"
bus = "area"
"""
BATTERY = """
[device.pcs]
type = "pcs_fast"
bus = "area"
rated_kva = 1e3
p_set_kw = 500.0
forming = false
[device.bess]
type = "bess"
bus = "pcs"
energy_kwh = 1000.0
soc_start_pu = 1.0
self_discharge_pu_per_d = 0.0
charge_max_kw = 1e3
discharge_max_kw = 1e3
[device.truck]
type = "mobile_unit"
depot = "north"
recharge_kw = {kw}
{truck}
wires = [
    "connected -> pcs.online",
    "bess.e_charge_kwh ~> room_kwh",
    "recharged_kwh -> bess.recharged_kwh",
    "charging_kw -> yard.p_set_kw",
]
"""
HOUR = 3600.0
ONE_CALL = event("truck.call", 600, for_s=9000)  # connected from 6000 to 9600 s: half of it goes
HOME_S = 9600.0 + 600.0 + HOUR
OUT_KWH = 500.0 + 1e3 * 0.0072 + 0.0345 * 250.0  # an hour of 500 kW, with the losses of its pcs
SPENT_KWH = OUT_KWH / 0.97  # of what is stored
NEEDED_KWH = SPENT_KWH / 0.97  # at its terminals


def toured(folder: Path, times: str = DAY + ONE_CALL, kw: float = 200.0, **options: Any) -> Ran:
    return done(folder, AREA + BATTERY.format(kw=kw, truck=FIXED), times, **options)


@pytest.fixture(scope="module")
def charged(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return toured(tmp_path_factory.mktemp("charged"))


def test_back_at_its_depot_it_is_filled(charged: Ran) -> None:
    """548 kWh at 200 kW: 2.74 h from coming home on, then it is full."""
    soc = charged.run["bess.soc_pu"]
    assert soc.loc[9600.0:HOME_S].max() == pytest.approx(1.0 - SPENT_KWH / 1e3, abs=2e-3)
    assert soc.iloc[-1] == pytest.approx(1.0, abs=1e-9)
    told = charged.run["truck.charging_kw"]
    busy_s = told[told > 0.0].index
    print(f"charged from {busy_s[0]:.0f} to {busy_s[-1]:.0f} s, {NEEDED_KWH:.0f} kWh")
    assert busy_s[0] == pytest.approx(HOME_S, abs=120.0)
    assert busy_s[-1] == pytest.approx(HOME_S + HOUR * NEEDED_KWH / 200.0, abs=180.0)


def test_energy_of_the_depot_is_in_the_battery_or_lost(charged: Ran) -> None:
    given_kwh = total(charged, "truck.recharged_kwh")
    assert given_kwh == pytest.approx(NEEDED_KWH, rel=2e-3)
    assert total(charged, "truck.depot_kwh") == pytest.approx(given_kwh / 0.95, rel=1e-12)
    assert total(charged, "bess.e_in_kwh") == pytest.approx(given_kwh, rel=1e-12)
    stored = total(charged, "bess.stored_kwh") - 1e3
    moved = given_kwh - total(charged, "bess.e_out_kwh") - total(charged, "bess.loss_kwh")
    assert stored == pytest.approx(moved, abs=1e-9)
    assert charged.run.kpis["depot_kwh"] == pytest.approx(given_kwh / 0.95)


def test_the_area_carries_what_the_depot_takes(charged: Ran) -> None:
    """A load in the yard draws it, until the end of the step in which it is full."""
    drawn_kwh, step_kwh = total(charged, "yard.energy_kwh"), 200.0 / 0.95 / 60.0
    assert drawn_kwh == pytest.approx(total(charged, "truck.depot_kwh"), abs=step_kwh)


def test_called_while_it_charges_it_leaves_with_what_is_in(tmp_path: Path) -> None:
    """Home at 13800 s, called at 14400 s, on the road at 15600 s: 100 kWh are in by then."""
    again = event("truck.call", 14400)
    ran = toured(tmp_path, DAY.replace("86400", "18000") + ONE_CALL + again)
    left_s = stages(ran)[-1][0]
    assert (left_s, "driving") in stages(ran)
    given_kwh = 200.0 * (left_s - HOME_S) / HOUR
    assert total(ran, "truck.recharged_kwh") == pytest.approx(given_kwh, abs=200.0 / 60.0)
    assert total(ran, "truck.charging_kw") == 0.0
    assert ran.last("bess.soc_pu") == pytest.approx(
        1.0 - (SPENT_KWH - 0.97 * given_kwh) / 1e3, abs=5e-3
    )


def test_without_a_charger_it_stays_as_it_came_back(tmp_path: Path) -> None:
    ran = toured(tmp_path, kw=0.0)
    assert total(ran, "truck.recharged_kwh") == 0.0
    assert ran.last("bess.soc_pu") == pytest.approx(1.0 - SPENT_KWH / 1e3, abs=2e-3)


def test_waiting_at_its_depot_it_is_topped_up_by_the_day(tmp_path: Path) -> None:
    """Half a percent a day is lost; what is missing at the end is no more than a day of it."""
    leaky = BATTERY.replace("self_discharge_pu_per_d = 0.0", "self_discharge_pu_per_d = 0.005")
    times = "horizon_s = 864000\nstep_s = 900\nsync_s = 900\n"
    ran = done(tmp_path, AREA + leaky.format(kw=200.0, truck=FIXED), times)
    assert ran.last("bess.soc_pu") > 0.9945
    assert total(ran, "truck.recharged_kwh") == pytest.approx(9 * 5.0 / 0.97, rel=0.01)


def test_exploded_it_is_the_same(tmp_path: Path) -> None:
    short = DAY.replace("86400", "18000") + ONE_CALL
    fused, exploded = (
        toured(tmp_path, short, out=out, exploded=out == "exploded").run
        for out in ("fused", "exploded")
    )
    same(fused, exploded)
