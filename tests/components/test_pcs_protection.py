from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import pytest

from components.area import Area
from components.bess import Bess
from components.load import Load
from components.pcs_fast import PcsFast as Pcs
from components.tgov1 import Tgov1
from tests.components.following import INSTANT, PLENTY, advance, follower, powers
from tests.engine import cell, device, finished, tape, zoomed

DATA = Path(__file__).parents[2] / "components" / "data"
SIDES = {"uv": -1.0, "ov": 1.0, "uf": -1.0, "of": 1.0}
CAUSES = {"uv": "under_voltage", "ov": "over_voltage"}
CAUSES |= {"uf": "under_frequency", "of": "over_frequency"}


def table(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open() as file:
        assert next(file).startswith("# IEEE 1547-2018")
        return list(csv.DictReader(file))


TRIP = {row.pop("setting"): row for row in table("ieee1547_trip")}
RELAYS = [(category, relay) for category in (1, 2, 3) for relay in ("uv1", "uv2", "ov1", "ov2")] + [
    (3, relay) for relay in ("uf1", "uf2", "of1", "of2")
]


def setting(category: int, name: str) -> float:
    return float(TRIP[name][f"category_{category}"])


def protected(category: int, **given: Any) -> Pcs:
    """A converter of an IEEE 1547 category at 60 Hz that delivers 60 kW and measures at once."""
    at_60_hz = {"protection": f"ieee1547_{category}", "f_nominal_hz": 60.0, "droop_pu": 1.0}
    pcs = follower(**({"p_set_kw": 60.0} | at_60_hz | INSTANT | given))
    advance(pcs, 0.01, f_hz=60.0)
    return pcs


def named(pcs: Pcs, field: str) -> str:
    return Pcs.fields[field].labels[getattr(pcs, field)]


@pytest.mark.parametrize(("category", "relay"), RELAYS)
def test_relay_trips_at_its_time_and_not_before(category: int, relay: str) -> None:
    quantity = "v_pu" if relay[1] == "v" else "f_hz"
    level = setting(category, f"{relay}_{quantity.split('_')[1]}")
    time_s = setting(category, f"{relay}_s")
    pcs = protected(category)
    dt_s = 0.01 if time_s < 1.0 else 0.1
    beyond = {quantity: level + 1e-3 * SIDES[relay[:2]]}

    powers(pcs, dt_s, time_s - dt_s, **beyond)
    assert pcs.trip_count == 0
    for _ in range(2):
        advance(pcs, dt_s, **beyond)
    assert (pcs.trip_count, pcs.p_kw, pcs.q_kvar) == (1, 0.0, 0.0)
    assert (named(pcs, "mode"), named(pcs, "trip_cause")) == ("tripped", CAUSES[relay[:2]])


def test_relay_falls_back_when_its_quantity_recovers_in_time() -> None:
    pcs = protected(1)
    for _ in range(5):
        powers(pcs, 0.01, 0.15, v_pu=0.4)
        advance(pcs, 0.01, v_pu=1.0)
    assert pcs.trip_count == 0


RIDES = table("ieee1547_ride_through")
ROCOFS = [row for row in RIDES if row["quantity"] == "rocof_hz_per_s"]


@pytest.mark.parametrize(
    "row", [row for row in RIDES if row not in ROCOFS], ids=lambda row: "-".join(row.values())
)
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_what_must_be_ridden_through_does_not_trip(row: dict[str, str], share: float) -> None:
    low, high = float(row["low"]), float(row["high"])
    first_s, last_s = float(row["least_s"]), float(row["least_high_s"])
    pcs = protected(int(row["category"]))
    dt_s = 0.01 if first_s < 1.5 else 0.1
    held = {row["quantity"]: low + share * (high - low)}

    found = powers(pcs, dt_s, first_s + share * (last_s - first_s) - dt_s, **held)
    assert pcs.trip_count == 0
    if row["mode"] == "mandatory":
        assert min(found) > 0.0
    if row["mode"] == "cessation":
        assert max(found) == 0.0


@pytest.mark.parametrize("row", ROCOFS, ids=lambda row: row["category"])
def test_rate_of_change_is_ridden_through_by_a_category(row: dict[str, str]) -> None:
    limit = {"rocof_trip_hz_per_s": 1.01 * float(row["high"]), "rocof_trip_s": 0.0}
    pcs = protected(int(row["category"]), **limit)
    for n in range(60):  # for 0.6 s, ahead of over-frequency
        advance(pcs, 0.01, f_hz=60.0 + 0.01 * n * float(row["high"]))
    assert pcs.trip_count == 0


def ramp_to_trip_s(pcs: Pcs, rate_hz_per_s: float, dt_s: float) -> float:
    """When a converter trips whose frequency falls evenly."""
    for n in range(round(3.0 / dt_s)):
        advance(pcs, dt_s, f_hz=50.0 - rate_hz_per_s * (n + 0.5) * dt_s)
        if pcs.trip_count:
            return n * dt_s
    return math.inf


@pytest.mark.parametrize("dt_s", [0.001, 0.01])
def test_rocof_trips_when_its_measurement_has_been_above_for_its_time(dt_s: float) -> None:
    given = {"rocof_trip_hz_per_s": 1.0, "rocof_trip_s": 0.2, "rocof_window_s": 0.1}
    made = [
        follower(protection="own", uf1_hz=0.0, uf2_hz=0.0, droop_pu=1.0, **given, **INSTANT)
        for _ in range(2)
    ]
    for pcs in made:
        advance(pcs, dt_s)
    # the lag sees 1.25 Hz/s reach 1 Hz/s after window ln 5
    expected_s = 0.1 * math.log(5.0) + 0.2
    assert ramp_to_trip_s(made[0], 1.25, dt_s) == pytest.approx(expected_s, abs=3.0 * dt_s)
    assert named(made[0], "trip_cause") == "rocof"
    assert ramp_to_trip_s(made[1], 0.99, dt_s) == math.inf


def test_momentary_cessation_ends_with_the_dip_and_power_returns_along_a_ramp() -> None:
    pcs = protected(3, p_set_kw=100.0)
    assert max(powers(pcs, 0.01, 0.5, v_pu=0.3)) == 0.0
    assert named(pcs, "mode") == "ceased"
    back = powers(pcs, 0.03, 0.6, v_pu=1.0)
    assert sum(back) * 0.03 == pytest.approx(100.0 * (0.2 + 0.2), rel=1e-9)
    assert back[6] == pytest.approx(100.0 * 0.195 / 0.4, rel=1e-9)
    assert (named(pcs, "mode"), pcs.p_kw, pcs.trip_count) == ("running", 100.0, 0)


def test_tripped_converter_waits_within_the_window_and_returns_along_a_ramp() -> None:
    pcs = protected(2, p_set_kw=100.0, reconnect_s=10.0, reconnect_ramp_s=4.0)
    powers(pcs, 0.01, 0.2, v_pu=0.2)
    assert pcs.trip_count == 1
    powers(pcs, 0.1, 9.0, v_pu=1.0)
    advance(pcs, 0.1, f_hz=60.2)  # outside: it waits anew
    assert max(powers(pcs, 0.1, 10.0, f_hz=60.0)) == 0.0
    back = powers(pcs, 0.1, 5.0)
    assert sum(back) * 0.1 == pytest.approx(100.0 * (2.0 + 1.0), rel=1e-9)
    assert (named(pcs, "mode"), pcs.p_kw) == ("running", 100.0)


def test_swell_during_the_return_begins_the_ramp_anew() -> None:
    pcs = protected(3, p_set_kw=100.0, reconnect_s=0.0, reconnect_ramp_s=10.0)
    powers(pcs, 0.01, 0.2, v_pu=1.25)
    powers(pcs, 0.1, 5.0, v_pu=1.0)
    assert pcs.p_kw == pytest.approx(100.0 * 0.49, abs=1.1)
    assert advance(pcs, 0.1, v_pu=1.15) == 0.0
    assert advance(pcs, 0.1, v_pu=1.0) == pytest.approx(0.5, rel=1e-6)


def test_own_settings_take_the_place_of_a_category() -> None:
    pcs = follower(protection="own", uf1_hz=49.5, uf1_s=0.3, droop_pu=1.0, **INSTANT)
    advance(pcs, 0.01)
    powers(pcs, 0.01, 0.29, f_hz=49.49)
    assert pcs.trip_count == 0
    powers(pcs, 0.01, 0.03, f_hz=49.49)
    assert pcs.trip_count == 1


def test_frequencies_of_a_category_are_those_of_60_hz_scaled() -> None:
    pcs = protected(3, f_nominal_hz=50.0, f_hz=50.0)
    powers(pcs, 0.01, 1.0, f_hz=56.6 * 50.0 / 60.0)
    assert pcs.trip_count == 0
    powers(pcs, 0.01, 0.18, f_hz=56.4 * 50.0 / 60.0)
    assert pcs.trip_count == 1


def test_without_protection_nothing_trips() -> None:
    pcs = follower(p_set_kw=60.0, **INSTANT)
    for inputs in ({"v_pu": 2.0}, {"v_pu": 0.0}, {"f_hz": 20.0}, {"f_hz": 90.0}):
        powers(pcs, 0.1, 1.0, **inputs)
    assert (pcs.trip_count, named(pcs, "mode")) == (0, "running")


def test_trip_outlasts_the_zoom_and_is_waited_out_in_the_coarse_regime() -> None:
    pcs = Pcs(protection="ieee1547_3", f_nominal_hz=60.0, f_hz=60.0, forming=True, **PLENTY)
    pcs.p_set_kw = 10.0
    for _ in range(20):
        pcs.v_pu = 1.3
        pcs.fine_offer(0.01)
    pcs.v_pu = 1.0
    assert pcs.k_kw_per_hz == 0.0
    powers_kw = []
    for _ in range(10):
        pcs.offer(60.0)
        powers_kw.append(pcs.p0_kw)
    # five minutes of waiting, five of a ramp of the rating of 30 kW, of which 10 are wanted
    assert powers_kw[:5] == [0.0] * 5
    assert powers_kw[5:] == pytest.approx([3.0, 9.0, 10.0, 10.0, 10.0])
    assert pcs.k_kw_per_hz > 0.0


def test_fleet_that_trips_in_a_falling_area_says_so_and_leaves_it_worse_off() -> None:
    lows_hz = []
    for protection in (0, 1):
        devices = [
            device("area", Area, base_kva=1e5),
            device("plant", Tgov1, "area", p_set_kw=4e4),
            device("load", Load, "area", p_set_kw=1e4),
            device(
                "pcs_fast",
                Pcs,
                "area",
                each=3,
                rated_kva=1e3,
                p_set_kw=500.0,
                forming=False,
                protection=protection,
                uf1_hz=[49.0, 49.8, 49.9],
                uf1_s=0.1,
            ),
            device("bess", Bess, "pcs_fast", each=3, energy_kwh=1e3, discharge_max_kw=2e3),
        ]
        trip = (5.0, "load", (0,), "p_set_kw", 2e4)
        made = finished(cell(devices, when=zoomed(5.0), changes=[trip], in_python=False))
        part = made.setup.part("pcs_fast")
        column = part.layout.column["mode"]
        noted = [line for line in tape(made).log if line[1] == part.index and line[3] == column]
        assert [line[2] for line in noted if line[4] == 3] == ([2, 1] if protection else [])
        lows_hz.append(made.get("area", "f_min_hz")[0])
    assert lows_hz[1] < lows_hz[0] - 0.01
