"""What trucks share and use up: crews, tankers, fuel; and how long their stages take."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest

from components._crews import one_way_s
from components._mobile.stages import stage_s
from components.mobile_unit import MobileUnit
from tests.mobile import AT_ONCE, DAY, FIXED, event, sent, stages, total
from tests.mosaik_world import Ran
from twin.cli.results import short_text
from twin.processes import TwinEnvironment

DRAWS = 10_000
CALL = event("truck.call", 600, for_s=36000)
ALL_DAY = event("truck.call", 600)


@pytest.mark.parametrize("stage", ["decide", "mobilise", "quick", "hard"])
def test_stages_are_drawn_from_their_triangles(stage: str) -> None:
    """Mean and quantiles of 10,000 draws against the closed form, within four standard errors."""
    unit, stream = MobileUnit(), TwinEnvironment(1).stream(MobileUnit())
    drawn = np.sort([stage_s(unit, stage, stream) for _ in range(DRAWS)])
    low, mode, high = (getattr(unit, f"{stage}_{end}_s") for end in ("low", "mode", "high"))
    mean = (low + mode + high) / 3.0
    variance = (low * (low - mode) + mode * (mode - high) + high * (high - low)) / 18.0
    print(f"{stage:8} mean {drawn.mean():8.1f} s of {mean:8.1f}, sd {drawn.std():7.1f}")
    assert drawn.mean() == pytest.approx(mean, abs=4.0 * math.sqrt(variance / DRAWS))
    assert drawn.std() == pytest.approx(math.sqrt(variance), rel=0.03)
    wide = high - low
    left = low + np.sqrt(0.05 * wide * (mode - low))
    right = high - np.sqrt(0.05 * wide * (high - mode))
    assert np.quantile(drawn, [0.05, 0.95]) == pytest.approx([left, right], abs=0.01 * wide)


def test_drives_have_their_mean_speed_and_a_lognormal_factor() -> None:
    """50 km at 45 km/h, sigma 0.2: 95 % lie between 31 and 68 km/h."""
    unit, stream = MobileUnit(), TwinEnvironment(1).stream(MobileUnit())
    drawn = np.array([one_way_s(unit, stream) for _ in range(DRAWS)])
    mean_s = 3600.0 * 50.0 / 45.0
    assert drawn.mean() == pytest.approx(mean_s, abs=4.0 * mean_s * 0.202 / math.sqrt(DRAWS))
    assert np.log(drawn).std() == pytest.approx(0.2, rel=0.03)
    speeds = np.quantile(180e3 / drawn, [0.025, 0.975])
    print(f"speeds {speeds.round(1)} km/h")
    assert speeds == pytest.approx([31.0, 68.0], abs=1.0)


def out_at_once(ran: Ran) -> list[int]:
    """How many teams were away after each change."""
    now: dict[str, int] = {}
    found = []
    for _, told in ran.run.events.query("field == 'teams_out_count'").iterrows():
        now[str(told["unit"])] = int(told["value"])
        found.append(sum(now.values()))
    return found


SHIFTS = "".join(event(f"truck[{unit}].call", 600 + 60 * unit, for_s=99600) for unit in range(5))
LONG = DAY.replace("86400", "864000")


@pytest.mark.parametrize(
    ("shared", "most"),
    [
        ("trucks_count = 2\ncrews_count = 5", 2),
        ("trucks_count = 5\ncrews_count = 3", 3),
        ("trucks_count = 5\ncrews_count = 4\ncrews_needed_count = 2", 2),
        ("trucks_count = 2\ncrews_count = 5\nkind = 'trailer'", 2),
    ],
    ids=["trucks", "crews", "pairs of crews", "tractors"],
)
def test_neither_crews_nor_trucks_are_in_two_places(tmp_path: Path, shared: str, most: int) -> None:
    """Five units are called within minutes, for longer than a tour of the first."""
    ran = sent(tmp_path, shared, "seed = 5\n" + LONG + SHIFTS, units=5)
    teams = out_at_once(ran)
    assert max(teams) == most
    assert min(teams) >= 0
    assert teams[-1] == 0


def test_who_is_called_later_goes_when_a_truck_is_home(tmp_path: Path) -> None:
    """The first is called for 3 h and is home 2.5 h after; the second waits that long."""
    calls = event("truck[0].call", 600, for_s=10800) + event("truck[1].call", 900)
    ran = sent(tmp_path, FIXED + "\ncrews_count = 2", DAY + calls, units=2)
    home = stages(ran, "truck[0]")[-1]
    assert home[1] == "idle"
    assert (home[0], "mobilising") in stages(ran, "truck[1]")


NEVER = {
    "too_few_crews": "crews_count = 2\ncrews_needed_count = 3",
    "too_few_trucks": "trucks_count = 0",
}


@pytest.mark.parametrize("cause", NEVER)
def test_who_can_never_come_says_why(tmp_path: Path, cause: str) -> None:
    ran = sent(tmp_path, f"{FIXED}\n{NEVER[cause]}", DAY + CALL)
    assert stages(ran)[-2:] == [(1200.0, "never_arrives"), (36600.0, "idle")]
    told = ran.run.events.query("field == 'never_cause'")
    assert told["text"].tolist() == [cause]
    assert ran.run.kpis["never_arrived_count"] == 1.0
    why = cause.replace("_", " ")
    assert short_text(ran.run) == f"truck will never arrive: {why} (at 1,200 s)"


THIRSTY = "tank_l = 500.0\ntank_start_l = 200.0\nreorder_l = 100.0"


def balance_l(ran: Ran, started_l: float = 200.0) -> float:
    """What was in the tank and came into it, less what was burnt and is left."""
    came_l = total(ran, "truck.refuelled_l")
    return started_l + came_l - total(ran, "genset.fuel_l") - total(ran, "genset.tank_left_l")


def test_fuel_that_a_tanker_brings_is_burnt_or_left(tmp_path: Path) -> None:
    ran = sent(tmp_path, FIXED + "\ntank_l = 500.0", DAY + CALL, THIRSTY)
    assert total(ran, "truck.tanker_count") == 1.0
    assert total(ran, "truck.driven_km") == 200.0
    assert balance_l(ran) == pytest.approx(0.0, abs=1e-9)
    assert total(ran, "genset.tank_left_l") == 500.0


def test_it_may_go_home_for_fuel_and_come_again(tmp_path: Path) -> None:
    ran = sent(tmp_path, FIXED + '\ntank_l = 500.0\nrefuel = "return"', DAY + ALL_DAY, THIRSTY)
    assert total(ran, "truck.visit_count") == 2.0
    assert total(ran, "truck.tanker_count") == 0.0
    assert balance_l(ran) == pytest.approx(0.0, abs=1e-9)


def test_fuel_that_ends_before_the_tanker_comes_is_an_outcome(tmp_path: Path) -> None:
    """100 l are 4.3 h at 60 kW; the tanker takes 5 h and more, and the set starts again."""
    late = FIXED + "\ntank_l = 500.0\ntanker_lead_h = 5.0"
    ran = sent(tmp_path, late, DAY + ALL_DAY, THIRSTY)
    modes = ran.run.events.query("device == 'genset' and field == 'mode'")["text"].tolist()
    assert modes == ["running", "out_of_fuel", "running"]
    assert ran.run.kpis["out_of_fuel_h"] > 1.0
    assert re.fullmatch(r"genset ran out of fuel \(at [\d,]+ s\)", short_text(ran.run))
    assert balance_l(ran) == pytest.approx(0.0, abs=1e-9)


def test_a_small_tanker_comes_again_at_once(tmp_path: Path) -> None:
    """It brings 50 l a trip of 3.5 h, in which the set burns 81 l: it is never full again."""
    small = FIXED + "\ntank_l = 500.0\ntanker_l = 50.0"
    ran = sent(tmp_path, small, DAY + ALL_DAY, THIRSTY)
    assert total(ran, "truck.tanker_count") >= 4.0
    assert balance_l(ran) == pytest.approx(0.0, abs=1e-9)


def test_a_call_for_fuel_that_nothing_helps_is_answered_once_a_day(tmp_path: Path) -> None:
    """A tank that calls when it is full, and stages that take no time."""
    always = "tank_l = 500.0\ntank_start_l = 500.0\nreorder_l = 500.0"
    at_once = AT_ONCE + "\ntank_l = 500.0\ntanker_lead_h = 0.0\ntanker_pump_s = 0.0"
    for refuel in ("tanker", "return"):
        ran = sent(tmp_path, f'{at_once}\nrefuel = "{refuel}"', DAY + ALL_DAY, always, out=refuel)
        assert total(ran, "truck.driven_km") <= 200.0


def test_without_tankers_nobody_comes_with_fuel(tmp_path: Path) -> None:
    dry = FIXED + "\ntank_l = 500.0\ntankers_count = 0"
    ran = sent(tmp_path, dry, DAY + ALL_DAY, THIRSTY)
    assert total(ran, "genset.fuel_l") == pytest.approx(200.0)
    assert total(ran, "truck.refuelled_l") == 0.0


def test_one_tanker_goes_to_one_unit_at_a_time(tmp_path: Path) -> None:
    both = FIXED + "\ntank_l = 500.0\ntrucks_count = 2\ncrews_count = 2"
    ran = sent(tmp_path, both, DAY + ALL_DAY, THIRSTY, units=2)
    told = ran.run.events.query("field == 'tanker_count'")["t_s"].tolist()
    assert len(told) >= 2
    # lead, drive and pumping of the second begin when the tanker of the first is home
    assert told[1] - told[0] == pytest.approx(3600.0 + 3600.0 + 3600.0 + 1800.0, abs=60.0)


def test_energy_balances_while_sets_come_and_go(tmp_path: Path) -> None:
    ran = sent(tmp_path, FIXED, DAY + CALL)
    assert ran.run.kpis["genset_kwh"] == pytest.approx(ran.run.kpis["served_kwh"])
    assert ran.run.kpis["residual_pu"] < 1e-12
