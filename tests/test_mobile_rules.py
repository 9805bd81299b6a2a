"""Whatever is called when: what is shared is never used twice, and a cable comes before power."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.mobile_unit import MobileUnit
from twin.processes import TwinEnvironment

HOUR_S = 3600.0
CALLS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from(["call", "stand_by", "road_open", "fuel_low"]),
        st.floats(0.0, 40.0),
        st.floats(0.1, 20.0),
    ),
    max_size=12,
)
DEPOT = st.fixed_dictionaries(
    {
        "trucks_count": st.integers(0, 3),
        "crews_count": st.integers(1, 4),
        "crews_needed_count": st.integers(1, 3),
        "tankers_count": st.integers(0, 2),
        "kind": st.sampled_from(["truck", "trailer"]),
        "refuel": st.sampled_from(["tanker", "return"]),
        "spins": st.booleans(),
        "recharge_kw": st.sampled_from([0.0, 100.0]),
    }
)
THERE = ("standing_by", "running", "stopping")
HOME = ("idle", "deciding", "waiting_for_team", "mobilising", "waiting_for_road", "never_arrives")
MODES = MobileUnit.fields["mode"].labels


def turned(env: TwinEnvironment, unit: MobileUnit, what: str, at_h: float, for_h: float) -> Any:
    """An input that is otherwise than at the beginning for a while."""
    yield env.timeout(at_h * HOUR_S)
    env.put(unit, what, what != "road_open")
    yield env.timeout(for_h * HOUR_S)
    env.put(unit, what, what == "road_open")


def holds(unit: MobileUnit) -> None:
    """Rules of one unit at any instant."""
    assert unit.connected or not unit.run_cmd
    assert unit.connected or MODES[unit.mode] not in THERE
    assert not unit.run_cmd or unit.call or unit.spins
    assert unit.teams_out_count >= 0
    assert unit.away == (unit.teams_out_count > 0)
    assert unit.charging_kw == 0.0 or (MODES[unit.mode] in HOME and not unit.connected)


@settings(max_examples=150, deadline=None)
@given(depot=DEPOT, calls=CALLS, seed=st.integers(0, 9), posted=st.booleans())
def test_nothing_is_in_two_places(
    depot: dict[str, Any], calls: list[Any], seed: int, posted: bool
) -> None:
    """Until all orders are over: then all is at home, save what nobody could fetch."""
    env, units = TwinEnvironment(seed), []
    for n in range(5):
        posts = {"stand_by": posted and n == 0, "room_kwh": 400.0}
        unit = MobileUnit(depot="north", tank_l=500.0, **posts, **depot)
        env.name(unit, f"truck[{n}]")
        env.process(unit.process(env))
        units.append(unit)
    for n, what, at_h, for_h in calls:
        env.process(turned(env, units[n], what, at_h, for_h))
    if posted:
        env.process(turned(env, units[0], "stand_by", 0.0, 30.0))
    most = min(depot["trucks_count"], depot["crews_count"] // depot["crews_needed_count"])
    while env.peek() < 40 * 24 * HOUR_S:
        env.step()
        if env.peek() == env.now:
            continue  # more happens at this instant
        assert sum(unit.teams_out_count for unit in units) <= most
        for unit in units:
            holds(unit)
    stuck = posted and depot["kind"] == "trailer" and most == 0
    for unit in units[1 if stuck else 0 :]:
        assert MODES[unit.mode] in ("idle", "filling")
        assert unit.teams_out_count == 0


TANK_L = 500.0
BURNS_L_PER_H = 80.0
PIECE_S = 60.0


class Tank:
    """The tank of a set that burns evenly while its truck tells it to run."""

    def __init__(self, unit: MobileUnit, start_l: float) -> None:
        self.unit, self.left_l = unit, start_l
        self.burnt_l = self.seen_l = 0.0

    def lives(self, env: TwinEnvironment) -> Any:
        unit = self.unit
        while True:
            unit.tank_left_l = self.left_l
            env.put(unit, "fuel_low", self.left_l <= 100.0)
            yield env.timeout(PIECE_S)
            if unit.run_cmd:
                burnt_l = min(BURNS_L_PER_H * PIECE_S / HOUR_S, self.left_l)
                self.left_l -= burnt_l
                self.burnt_l += burnt_l
            self.left_l += unit.refuelled_l - self.seen_l
            self.seen_l = unit.refuelled_l


@settings(max_examples=60, deadline=None)
@given(
    depot=DEPOT,
    calls=st.lists(st.tuples(st.floats(0.0, 60.0), st.floats(0.1, 30.0)), min_size=1, max_size=4),
    start_l=st.floats(0.0, TANK_L),
    tanker_l=st.sampled_from([50.0, 2000.0]),
    seed=st.integers(0, 9),
)
def test_fuel_that_came_is_burnt_or_left(
    depot: dict[str, Any], calls: list[Any], start_l: float, tanker_l: float, seed: int
) -> None:
    """By tanker or at the depot, whenever it is called: no tank runs over, no litre is lost."""
    env = TwinEnvironment(seed)
    unit = MobileUnit(depot="north", tank_l=TANK_L, tanker_l=tanker_l, **depot)
    tank = Tank(unit, start_l)
    env.process(unit.process(env))
    env.process(tank.lives(env))
    for at_h, for_h in calls:
        env.process(turned(env, unit, "call", at_h, for_h))
    env.run(until=120.0 * HOUR_S)
    assert start_l + tank.seen_l == pytest.approx(tank.burnt_l + tank.left_l, abs=1e-6)
    assert 0.0 <= tank.left_l <= TANK_L + 2.0 * BURNS_L_PER_H * PIECE_S / HOUR_S
