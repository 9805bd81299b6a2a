"""What a truck costs as time passes; a run that ends on the way counts it until then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.mobile_unit import MobileUnit
from tests.mobile import DAY, FIXED, event, sent, total
from tests.mosaik_world import same
from twin.processes import TwinEnvironment

HOUR_S = 3600.0
PRICES = (
    "drive_usd_per_km = 2.0\nlabour_usd_per_h = 30.0\ntrip_usd = 50.0\nrent_usd_per_y = 73000.0"
)
CALL = event("truck.call", 600)


@pytest.mark.parametrize(
    ("until_s", "km", "away_h"),
    [
        (1200.0, 0.0, 0.0),  # it is decided
        (3600.0, 25.0, 0.5),  # half way
        (5700.0, 50.0, 3900 / HOUR_S),  # the cable is being put in
        (21600.0, 50.0, 19800 / HOUR_S),  # it runs, its crew beside it
    ],
)
def test_a_run_that_ends_on_the_way_counts_what_was_spent_until_then(
    tmp_path: Path, until_s: float, km: float, away_h: float
) -> None:
    """Called at 600 s: each stage 600 s, a drive 3600 s, so it leaves at 1800 s."""
    times = f"horizon_s = {until_s}\nstep_s = 60\nsync_s = 60\n"
    ran = sent(tmp_path, f"{FIXED}\n{PRICES}", times + CALL)
    trip = 50.0 if km else 0.0
    assert total(ran, "truck.driven_km") == pytest.approx(km)
    assert total(ran, "truck.drive_fuel_l") == pytest.approx(0.35 * km)
    assert total(ran, "truck.away_h") == pytest.approx(away_h)
    assert total(ran, "truck.cost_usd") == pytest.approx(200.0 + trip + 2.0 * km + 30.0 * away_h)
    assert ran.run.kpis["driven_km"] == pytest.approx(km)


def test_fine_steps_at_the_end_change_nothing_in_it(tmp_path: Path) -> None:
    """The last look is a millisecond before the end, what is counted then is until the end."""
    times = "horizon_s = 3600\nstep_s = 1\nsync_s = 1\nfine_step_s = 0.001\nfine_sync_s = 0.1\n"
    ran = sent(tmp_path, f"{FIXED}\n{PRICES}", times + "fine_for_s = 1\n" + CALL)
    assert total(ran, "truck.driven_km") == pytest.approx(25.0, rel=1e-12)
    assert total(ran, "truck.away_h") == pytest.approx(0.5, rel=1e-12)


COUNTED = ("cost_usd", "driven_km", "drive_fuel_l", "away_h")
TOUR_S = 30.0 * HOUR_S


def toured(kind: int, seed: int, *cuts_s: float) -> MobileUnit:
    """A tour and a delivery of fuel, with what is under way told of an end at some instants."""
    env = TwinEnvironment(seed)
    unit = MobileUnit(depot="north", kind=kind, tank_l=500.0, trip_usd=50.0, rent_usd_per_y=365e2)
    env.process(unit.process(env))

    def calls() -> Any:
        yield env.timeout(HOUR_S)
        env.put(unit, "call", True)
        yield env.timeout(5.0 * HOUR_S)
        env.put(unit, "fuel_low", True)
        yield env.timeout(4.0 * HOUR_S)
        env.put(unit, "fuel_low", False)
        env.put(unit, "call", False)

    env.process(calls())
    for cut_s in cuts_s:
        env.run(until=cut_s)
        for tell in [*env.at_end.values()]:
            tell(cut_s)
    return unit


@settings(max_examples=100, deadline=None)
@given(
    kind=st.sampled_from([0, 1]),
    seed=st.integers(0, 9),
    cut_s=st.floats(1.0, TOUR_S - 1.0),
)
def test_a_run_cut_in_two_counts_what_the_whole_one_does(
    kind: int, seed: int, cut_s: float
) -> None:
    whole, part = toured(kind, seed, TOUR_S), toured(kind, seed, cut_s)
    both = toured(kind, seed, cut_s, TOUR_S)
    assert whole.driven_km > 150.0
    for name in COUNTED:
        assert getattr(both, name) == pytest.approx(getattr(whole, name), rel=1e-12)
        assert 0.0 <= getattr(part, name) <= getattr(whole, name) * (1.0 + 1e-12)


YEAR_S = 365.0 * 24.0 * HOUR_S


def idle_year(**values: Any) -> MobileUnit:
    env = TwinEnvironment()
    unit = MobileUnit(depot="north", rent_usd_per_y=36500.0, **values)
    env.process(unit.process(env))
    env.run(until=YEAR_S)
    for tell in [*env.at_end.values()]:
        tell(YEAR_S)
    return unit


def test_a_year_without_an_event_costs_its_rent() -> None:
    unit = idle_year()
    assert unit.cost_usd == pytest.approx(36500.0)
    assert unit.away_h == unit.driven_km == 0.0


def test_a_truck_that_is_posted_keeps_its_crew_for_the_year_and_a_trailer_does_not() -> None:
    truck, trailer = (idle_year(kind=kind, stand_by=True) for kind in (0, 1))
    print(f"posted for a year: truck {truck.cost_usd:.0f} USD, trailer {trailer.cost_usd:.0f} USD")
    assert truck.away_h == pytest.approx(8760.0)
    assert truck.cost_usd == pytest.approx(36500.0 + 60.0 * 8760.0)
    assert trailer.cost_usd == pytest.approx(36500.0)


def test_days_of_rent_are_those_of_the_run(tmp_path: Path) -> None:
    ran = sent(tmp_path, "rent_usd_per_y = 36500.0", DAY)
    assert total(ran, "truck.cost_usd") == pytest.approx(100.0)


def test_exploded_it_ends_on_the_way_alike(tmp_path: Path) -> None:
    times = "seed = 3\nhorizon_s = 3600\nstep_s = 60\nsync_s = 60\n" + CALL
    fused, exploded = (
        sent(tmp_path, f"{FIXED}\n{PRICES}", times, out=out, exploded=out == "exploded").run
        for out in ("fused", "exploded")
    )
    same(fused, exploded)
    assert fused.totals["truck.driven_km"] == pytest.approx(25.0)
