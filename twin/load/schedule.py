"""The events of a scenario in the order in which they happen, each with what it sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.load.times import instant_problem
from twin.scenario import Event
from twin.scenario_schema import EventKeys, ScenarioHead
from twin.topology import Device

DIGITS = 9  # of a second: what times are told in, sums of them rounded


@dataclass(frozen=True)
class Planned:
    """One event of a file, its target found."""

    index: int
    keys: EventKeys
    device: Device
    units: tuple[int, ...]
    field: str
    value: float

    @property
    def spans(self) -> Iterator[tuple[float, float]]:
        """From when until when it has its target to itself, each time; a set has it for no time."""
        lasts_s = self.keys.for_s or self.keys.over_s or 0.0
        for time in range(self.keys.times or 1):
            begin_s = self.keys.at_s + time * (self.keys.every_s or 0.0)
            yield round(begin_s, DIGITS), round(begin_s + lasts_s, DIGITS)


def end_problems(keys: EventKeys, head: ScenarioHead, bad: set[str]) -> Iterator[tuple[str, str]]:
    """Why an event cannot begin, repeat itself or end when it would: the key, and why."""
    if text := instant_problem(keys.at_s, head, bad):
        yield "at_s", text
        return
    for key in ("for_s", "every_s"):
        length_s = getattr(keys, key)
        if length_s is not None and (text := instant_problem(length_s, head, bad)):
            yield key, text
            return
    repeats_s = ((keys.times or 1) - 1) * (keys.every_s or 0.0)
    end_s = keys.at_s + repeats_s + (keys.for_s or keys.over_s or 0.0)
    if "horizon_s" not in bad and end_s > head.horizon_s * (1.0 + 1e-12):
        key = "times" if repeats_s else "for_s" if keys.for_s else "over_s"
        yield key, f"ends at {end_s:g} s, beyond the horizon of {head.horizon_s:g} s"


def clashes(planned: Iterable[Planned]) -> Iterator[tuple[Planned, str]]:
    """Events that begin while another one moves or holds the same field of a unit."""
    spans = [(begin, end, one) for one in planned for begin, end in one.spans]
    spans.sort(key=lambda span: (span[0], span[2].index))
    going: list[tuple[float, float, Planned]] = []
    told: set[int] = set()
    for begin, end, one in spans:
        going = [other for other in going if other[1] > begin]
        for since, until, other in going:
            if _meet(one, other) and one.index not in told:
                told.add(one.index)
                what = f"{one.device.name}.{one.field} from {since:g} to {until:g} s"
                yield one, f"falls into event[{other.index}], which has {what}"
        going += [(begin, end, one)] if end > begin else []


def _meet(one: Planned, other: Planned) -> bool:
    same = (one.device.name, one.field) == (other.device.name, other.field)
    return same and not set(one.units).isdisjoint(other.units)


def scheduled(planned: Iterable[Planned]) -> tuple[Event, ...]:
    """What is set when, in order; a value that comes back comes back before another is set."""
    moments = [
        (at_s, back, one)
        for one in planned
        for begin_s, end_s in one.spans
        for at_s, back in ((begin_s, False), (end_s, True))
        if not back or one.keys.for_s is not None
    ]
    moments.sort(key=lambda moment: (moment[0], not moment[1], moment[2].index))
    stands: dict[tuple[str, str], NDArray[Any]] = {}
    kept: dict[int, NDArray[Any]] = {}
    found: list[Event] = []
    for at_s, back, one in moments:
        now = stands.setdefault((one.device.name, one.field), given(one.device, one.field))
        units = list(one.units)
        value: float | tuple[float, ...] = one.value
        if back:
            value = as_told(kept[one.index])
        else:
            kept[one.index] = now[units]
        now[units] = value
        over_s = one.keys.over_s or 0.0
        found.append(Event(at_s, one.device.name, one.units, one.field, value, over_s))
    return tuple(found)


def given(device: Device, name: str) -> NDArray[Any]:
    """What a field of each unit holds before the first event."""
    values = device.values.get(name, device.cls.fields[name].default)
    return np.array(np.broadcast_to(values, device.groups * device.each), np.float64)


def as_told(values: NDArray[Any]) -> float | tuple[float, ...]:
    """One number where all are alike."""
    if len(values) and np.all(values == values[0]):
        return float(values[0])
    return tuple(values.tolist())
