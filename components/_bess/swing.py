"""How deep a battery was cycled: rainflow counting (ASTM E1049-85, 5.4.4) while it runs.

A turning point is kept until the swings at its sides are counted: when the last swing is as deep as
the one before it, that one is counted, as a half cycle if it holds the oldest point that is kept,
else as a whole one, and its points are forgotten. What is kept are ever smaller swings; when there
is no room for another the oldest counts as a half cycle, which only `POINTS` swings within each
other bring about. A swing that is not closed is not counted yet.
"""

from __future__ import annotations

from twin.component import Component, Vector, state, vector

POINTS = 8


class Swing(Component):
    """Turning points of the state of charge."""

    points_count: int = state(0, "turning points kept", ge=0, record=False)
    turns_pu: Vector = vector(POINTS, "turning points of the state of charge, oldest first")
    times_s: Vector = vector(POINTS, "when they were, on the clock of swings")
    clock_s: float = state(0.0, "clock of swings", ge=0, record=False)
    end_pu: float = state(0.5, "where the present swing has come to", record=False)
    end_s: float = state(0.0, "when it came there", record=False)


def begin(unit: Swing, soc_pu: float) -> None:
    """Take this state of charge as the first turning point."""
    unit.turns_pu[0] = soc_pu
    unit.times_s[0] = 0.0
    unit.points_count = 1
    unit.end_pu = soc_pu


def turned(unit: Swing, soc_pu: float) -> bool:
    """Go on to a state of charge; whether the present swing ended before it."""
    top = unit.turns_pu[unit.points_count - 1]
    back = (unit.end_pu - top) * (soc_pu - unit.end_pu) < 0.0
    if back:
        if unit.points_count == POINTS:
            forget(unit, 0, 1)
        unit.turns_pu[unit.points_count] = unit.end_pu
        unit.times_s[unit.points_count] = unit.end_s
        unit.points_count += 1
    if soc_pu != unit.end_pu:
        unit.end_pu = soc_pu
        unit.end_s = unit.clock_s
    return back


def is_closed(unit: Swing) -> bool:
    """Whether the last swing is as deep as the one before it, or there is no room for another."""
    n = unit.points_count
    if n < 3:
        return False
    last = abs(unit.turns_pu[n - 1] - unit.turns_pu[n - 2])
    return n == POINTS or last >= abs(unit.turns_pu[n - 2] - unit.turns_pu[n - 3])


def forget(unit: Swing, first: int, count: int) -> None:
    """Drop turning points from `first` on."""
    unit.points_count -= count
    for k in range(first, unit.points_count):
        unit.turns_pu[k] = unit.turns_pu[k + count]
        unit.times_s[k] = unit.times_s[k + count]


def counted(unit: Swing) -> tuple[float, float, float]:
    """Count one swing that is closed: its depth, its duration, and how many cycles it is."""
    n = unit.points_count
    first = n - 3
    last = abs(unit.turns_pu[n - 1] - unit.turns_pu[n - 2])
    if last < abs(unit.turns_pu[n - 2] - unit.turns_pu[n - 3]):
        first = 0
    depth_pu = abs(unit.turns_pu[first + 1] - unit.turns_pu[first])
    lasted_s = unit.times_s[first + 1] - unit.times_s[first]
    if first == 0:
        forget(unit, 0, 1)
        return depth_pu, lasted_s, 0.5
    forget(unit, first, 2)
    return depth_pu, lasted_s, 1.0
