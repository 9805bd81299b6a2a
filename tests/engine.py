"""Cells from a few words, without files: devices, wires, times, and what they recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from twin.calendar import Calendar, make_calendar
from twin.cell import Cell, Change
from twin.component import Component
from twin.failure import Guard
from twin.order import Loop, order
from twin.profiles import Profile
from twin.samples import Sampler
from twin.scenario import Event, Record, Scenario
from twin.topology import Device, Topology, Wire, terminal_wires
from twin.wiring import Driven, Plan, build

START = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass
class Tape:
    """A sink that keeps everything."""

    stamps: list[int] = field(default_factory=list)
    lines: list[list[float]] = field(default_factory=list)
    log: list[tuple[int, ...]] = field(default_factory=list)

    def records(self, stamps: Any, lines: Any) -> None:
        self.stamps += stamps.tolist()
        self.lines += lines.tolist()

    def events(self, log: Any) -> None:
        self.log += [tuple(line) for line in log.tolist()]


def scenario(horizon_s: float = 10.0, step_s: float = 1.0, **rest: Any) -> Scenario:
    return Scenario("s", None, "t", START, horizon_s, step_s, rest.pop("sync_s", step_s), **rest)


def zoomed(at_s: float, **rest: Any) -> Scenario:
    """A scenario with a window of 1 ms steps; nothing happens in it."""
    fine = {"fine_step_s": 0.001, "fine_sync_s": 0.01, "fine_for_s": 1.0}
    return scenario(events=(Event(at_s, "nobody", (), "", 0.0),), **(fine | rest))


def device(name: str, cls: type[Component], bus: str = "", **given: Any) -> Device:
    """A device; `groups`, `each`, `at`, `period_s` and `enabled` beside values of its fields."""
    own = {key: given.pop(key) for key in ("groups", "each", "period_s", "enabled") if key in given}
    at = np.array(given.pop("at"), np.int64) if "at" in given else None
    made = Device(name, cls, bus=bus, at=at, **own)
    units = replace(made, enabled=True).units
    values = {key: np.broadcast_to(np.array(value), units) for key, value in given.items()}
    return replace(made, values=values)


def wire(text: str, at: Sequence[int] | None = None) -> Wire:
    """``a.x_kw -> b.y_kw`` or ``~>``."""
    source, arrow, target = text.split()
    places = None if at is None else np.array(at, np.int64)
    ends = (*source.rsplit(".", 1), *target.rsplit(".", 1))
    return Wire(*ends, late=arrow == "~>", at=places)  # type: ignore[misc, arg-type]


def topology(devices: Sequence[Device], wires: Sequence[Wire | str] = ()) -> Topology:
    drawn = tuple(wire(one) if isinstance(one, str) else one for one in wires)
    return Topology("t", Path(), "", {one.name: one for one in devices}, drawn, {})


def cell(
    devices: Sequence[Device],
    wires: Sequence[Wire | str] = (),
    when: Scenario | None = None,
    driven: Mapping[tuple[str, str], Driven] | None = None,
    changes: Sequence[tuple[float, str, tuple[int, ...], str, float]] = (),
    watched: Sequence[tuple[str, str]] = (),
    in_python: bool = True,
) -> Cell:
    """A cell of these devices; its sink is a `Tape`."""
    when = when or scenario()
    drawn = topology(devices, wires)
    actions = order(drawn)
    assert not isinstance(actions, Loop)
    calendar = make_calendar(when)
    plan = Plan(
        drawn.devices,
        [*drawn.wires, *terminal_wires(drawn.devices)],
        actions,
        calendar,
        driven or {},
        when.record,
        dict.fromkeys(watched, True),
    )
    setup = build(plan, in_python)
    set_at = [
        Change(calendar.ticks(at_s), setup.part(name).index, units, inp, value)
        for at_s, name, units, inp, value in changes
    ]
    return Cell(setup, calendar, Tape(), set_at, in_python)


def guarded(made: Cell) -> Guard:
    """The same cell under guard, with no samples taken."""
    sampler = Sampler(made, Record(signals=()))
    return Guard(made, sampler, Tape(), None)


def driven(times_s: Sequence[float], *values: Sequence[float], **rest: Any) -> Driven:
    """Profiles over the same stamps; `choice` says which one each unit follows."""
    stamps = np.array(times_s, np.float64)
    linear = rest.get("linear", False)
    profiles = tuple(
        Profile(f"p{k}", stamps, np.array(one, np.float64), linear) for k, one in enumerate(values)
    )
    return Driven(profiles, np.array(rest.get("choice", [0]), np.int64))


def after(made: Cell, steps: int) -> Cell:
    """Take some steps."""
    for _ in range(steps):
        made.advance(made.calendar.step_after(made.now + 1))
    return made


def finished(made: Cell) -> Cell:
    """Step to the end."""
    made.advance(made.calendar.end)
    return made


def values(made: Cell, signal: str) -> list[Any]:
    """``name.field`` of every unit as it stands."""
    name, _, own = signal.rpartition(".")
    return made.get(name, own)


def recorded(made: Cell, column: str) -> list[float]:
    """One column of the records."""
    place = [one.name for one in made.setup.columns].index(column)
    return [line[place] for line in tape(made).lines]


def tape(made: Cell) -> Tape:
    sink = made.sink
    assert isinstance(sink, Tape)
    return sink


def bits(made: Cell) -> bytes:
    """All rows of a cell and all it recorded."""
    rows = b"".join(one.tobytes() for one in made.setup.rows)
    found = tape(made)
    return rows + np.array(found.lines).tobytes() + np.array(found.log).tobytes()


def calendar_of(when: Scenario) -> Calendar:
    return make_calendar(when)
