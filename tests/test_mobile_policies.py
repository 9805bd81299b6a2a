"""How trucks are called: after an event, by a forecast, in rotation; and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mobile import DAY, FINE, FIXED, SET, SITE, TRUCK, event, sent, stages, total
from tests.mosaik_world import Ran, done, write
from twin.load import load_scenario
from twin.problems import Problem, Problems

AREA = """
[device.main]
type = "area"
base_kva = 20e3
[device.plant]
type = "tgov1"
bus = "main"
count = 2
rated_kva = [10e3, 2e3]
p_set_kw = [7e3, 1e3]
[device.watch]
type = "dispatcher"
f_below_hz = 49.9
bias_kw_per_hz = 4400.0           # 10 MVA at 5 %, damping of 20 MVA
wires = ["main.f_end_hz ~> f_hz", "genset.p_kw ~> help_kw", "call ~> truck.call"]
"""
BIG = "rank = 2\nstart_s = 10.0\nload_ramp_pu_per_s = 0.05\ntank_start_l = 500.0"
TRIP = event("plant[1].online", 5, "false")
HOURS = "horizon_s = 7200\nstep_s = 1\nsync_s = 10\n" + FINE


def area(folder: Path, truck: str, times: str) -> Ran:
    """An area that loses a plant, with a truck of 1 MW at its bus."""
    own = SET.format(units=1, genset=BIG).replace("100.0", "1000.0").replace("60.0", "1000.0")
    return done(folder, AREA + own + TRUCK.format(units=1, truck=truck), times)


@pytest.fixture(scope="module")
def tripped(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return area(tmp_path_factory.mktemp("area"), FIXED, HOURS + TRIP)


def test_a_dispatcher_calls_within_seconds_and_the_truck_comes_when_it_can(tripped: Ran) -> None:
    """1.5 h after the call the cable is in; sooner there is not a kilowatt of it."""
    called_s, connected_s = (
        float(tripped.run.events.query(f"field == '{name}'")["t_s"].iloc[0])
        for name in ("call", "connected")
    )
    print(f"called at {called_s:.3f} s, connected at {connected_s:.0f} s")
    assert 5.0 < called_s < 10.0
    assert connected_s - called_s == pytest.approx(5400.0, abs=1.0)
    power = tripped.run["genset.p_kw"]
    given_s = [t for t, kw in zip(_seconds(tripped), power, strict=True) if kw > 0.0]
    assert given_s[0] > connected_s + 9.0
    assert power.iloc[-1] > 500.0


def test_the_truck_brings_the_frequency_up(tripped: Ran) -> None:
    f_hz = tripped.run["main.f_end_hz"]
    before = [f for t, f in zip(_seconds(tripped), f_hz, strict=True) if 5000.0 < t < 5300.0]
    assert f_hz.iloc[-1] > before[-1] + 0.01


def _seconds(ran: Ran) -> list[float]:
    found: list[float] = ran.run["main.f_end_hz"].index.tolist()
    return found


def test_nobody_who_calls_nobody_who_comes(tmp_path: Path) -> None:
    ran = sent(tmp_path, "")
    assert stages(ran) == []
    assert total(ran, "truck.cost_usd") == 0.0


def windows(folder: Path, *rows: str) -> None:
    (folder / "t").mkdir(exist_ok=True)
    (folder / "t" / "windows.csv").write_text("\n".join(["start,duration_h", *rows]) + "\n")


FORECAST = """
[[outage]]
set = "truck.stand_by"
to = true
file = "windows.csv"
"""


def test_by_a_forecast_it_is_there_before_it_is_needed(tmp_path: Path) -> None:
    """Posted from 6 to 18 h; an event calls it at 10 h; it runs in that very step."""
    windows(tmp_path, "2026-06-01 06:00:00,12.0")
    calls = event("truck.call", 36000, for_s=7200)
    ran = sent(tmp_path, FIXED, DAY + FINE + FORECAST + calls, "start_s = 0.0")
    told = [stage for stage in stages(ran) if stage[1] in ("standing_by", "running")]
    assert told == [(27000.0, "standing_by"), (36000.0, "running"), (43200.0, "standing_by")]
    assert total(ran, "genset.run_h") == pytest.approx(2.0, abs=0.01)
    assert stages(ran)[-1][1] == "idle"


def test_forecasts_open_no_fine_window(tmp_path: Path) -> None:
    windows(tmp_path, "2026-06-01 06:00:00,2.0", "2026-06-01 18:00:00,2.0")
    ran = sent(tmp_path, FIXED, DAY + FINE + FORECAST)
    assert total(ran, "truck.visit_count") == 2.0
    assert ran.run.meta["steps"] == 86400 / 60


def test_a_forecast_may_be_drawn(tmp_path: Path) -> None:
    drawn = FORECAST.replace('file = "windows.csv"', "per_day = 1.5\nmean_h = 6.0\nsigma = 0.3")
    ran = sent(tmp_path, FIXED, "seed = 2\n" + DAY + drawn)
    assert total(ran, "truck.visit_count") >= 1.0


def test_one_truck_rotates_between_two_buses(tmp_path: Path) -> None:
    """Six hours here, six there: never at both, and home for fuel between."""
    turns = "".join(
        event(f"truck[{unit}].call", 21600 * turn, for_s=21600)
        for turn, unit in enumerate((0, 1, 0))
    )
    ran = sent(tmp_path, FIXED + "\ntank_l = 500.0", DAY + turns, units=2)
    there = ran.run.events.query("field == 'connected'")
    pairs = list(zip(there["unit"], there["text"], strict=True))
    assert pairs == [
        ("truck[0]", "true"),
        ("truck[0]", "false"),
        ("truck[1]", "true"),
        ("truck[1]", "false"),
        ("truck[0]", "true"),
        ("truck[0]", "false"),
    ]
    assert total(ran, "truck.refuelled_l") > 0.0


NOWHERE = TRUCK.replace('depot = "north"\n', "")


def problems(folder: Path, truck: str) -> list[Problem]:
    own = SITE + SET.format(units=1, genset="") + NOWHERE.format(units=1, truck=truck)
    with pytest.raises(Problems) as caught:
        load_scenario(write(folder, own, DAY))
    return caught.value.found


def test_a_truck_needs_a_depot(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "")
    print(found)
    assert found.path == "device.truck"
    assert found.line > 0
    assert "needs a depot" in found.text


@pytest.mark.parametrize("distance", ["0.0", "-5.0"])
def test_a_distance_is_positive(tmp_path: Path, distance: str) -> None:
    (found,) = problems(tmp_path, f'depot = "north"\ndistance_km = {distance}')
    print(found)
    assert found.path == "device.truck.distance_km"
    assert "greater than 0" in found.text


def test_lengths_of_a_stage_ascend(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, 'depot = "north"\nquick_low_s = 1000.0')
    print(found)
    assert "quick_low_s, quick_mode_s, quick_high_s should ascend" in found.text


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    wrong = "distance_km = 0.0\nquick_low_s = 1e6\ncrews_count = 0\nrefuell = 1"
    found = problems(tmp_path, wrong)
    for problem in found:
        print(problem)
    assert len(found) >= 4
    assert any("did you mean refuel" in problem.text for problem in found)
