"""Whatever is called when: what is shared is never used twice, and a cable comes before power."""

from __future__ import annotations

from typing import Any

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
    }
)
THERE = ("standing_by", "running", "stopping")
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


@settings(max_examples=150, deadline=None)
@given(depot=DEPOT, calls=CALLS, seed=st.integers(0, 9), posted=st.booleans())
def test_nothing_is_in_two_places(
    depot: dict[str, Any], calls: list[Any], seed: int, posted: bool
) -> None:
    """Until all orders are over: then all is at home, save what nobody could fetch."""
    env, units = TwinEnvironment(seed), []
    for n in range(5):
        unit = MobileUnit(depot="north", tank_l=500.0, stand_by=posted and n == 0, **depot)
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
