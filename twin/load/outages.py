"""The outages of a scenario: from calendars to what is set when.

They are known before the run, so that each of their ends may open a fine window, and drawn from
the scenario's seed and the name of what they set alone: the variants of a scenario share them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from twin.load.checked import checked
from twin.load.document import Document, file_below
from twin.load.events import find_target, find_value
from twin.load.schedule import DIGITS, as_told, given
from twin.outages import (
    DAY_H,
    MOST_OUTAGES,
    YEAR_H,
    Law,
    Span,
    Steps,
    drawn,
    merged,
    on_steps,
    read_list,
)
from twin.problems import Problem
from twin.scenario import Event
from twin.scenario_schema import OutageKeys, ScenarioHead
from twin.toml_lines import KeyPath
from twin.topology import Device, Topology

NEEDED = {"horizon_s", "step_s", "start"}  # keys at the top without which nothing can be drawn
LAW = ("per_year", "per_day", "mean_h", "sigma")


@dataclass(frozen=True)
class Calendar:
    """One entry of a scenario, its target found."""

    index: int
    keys: OutageKeys
    device: Device
    units: tuple[int, ...]
    field: str
    value: float

    @property
    def target(self) -> str:
        """The name of what it sets."""
        return f"{self.device.name}.{self.field}"


@dataclass
class Outages:
    """What became of all entries."""

    events: tuple[Event, ...] = ()
    files: list[Path] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read_outages(
    document: Document,
    tables: Iterable[tuple[int, dict[str, Any]]],
    topology: Topology,
    head: ScenarioHead,
    bad: set[str],
    others: Sequence[Event],
) -> Outages:
    """Draw or read the outages of a scenario; `others` are the events that it lists."""
    taken = {(event.device, event.field) for event in others}
    calendars: list[Calendar] = []
    for index, table in tables:
        found = _entry(document, index, table, topology)
        if found:
            for key, text in _clashes(found, calendars, taken):
                document.report(("outage", index, key), text)
            calendars.append(found)
    made = Outages()
    if not bad & NEEDED:
        made.events = tuple(_events(list(_spans(calendars, document, head, made)), head))
    return made


def _entry(
    document: Document, index: int, table: dict[str, Any], topology: Topology
) -> Calendar | None:
    path: KeyPath = ("outage", index)
    keys, wrong = checked(document, path, OutageKeys, table, {"set": ""})
    problems = [] if wrong else list(_key_problems(keys))
    for key, text in problems:
        document.report((*path, key) if key else path, text)
    if wrong & {"set", "to"}:
        return None
    try:
        device, units, name = find_target(keys.set, topology)
        value = find_value(device, name, keys.to, topology)
    except ValueError as error:
        document.report((*path, "set"), str(error))
        return None
    return None if wrong or problems else Calendar(index, keys, device, units, name, value)


def _key_problems(keys: OutageKeys) -> Iterator[tuple[str, str]]:
    """What does not go together in one entry: the key, and why."""
    given_keys = {key for key in LAW if getattr(keys, key) is not None}
    rates = [key for key in ("per_year", "per_day") if key in given_keys]
    if keys.file:
        for key in sorted(given_keys):
            yield key, "does not go with file"
        try:
            ZoneInfo(keys.zone)
        except (ValueError, OSError, LookupError):
            yield "zone", f"is not a time zone: {keys.zone!r}"
    elif len(rates) != 1:
        yield "", "needs one of per_year, per_day and file"
    else:
        for key in ("mean_h", "sigma"):
            if key not in given_keys:
                yield rates[0], f"comes together with {key}, which is missing"


def _clashes(
    found: Calendar, before: Sequence[Calendar], taken: set[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Others that set the same: events at any time, and outages with another value."""
    if (found.device.name, found.field) in taken:
        yield "set", f"{found.target} is set by an event too: list that outage in a file"
    for other in before:
        if other.target == found.target and other.value != found.value:
            yield "to", f"is not what outage[{other.index}] sets {found.target} to"
            return


def _spans(
    calendars: Sequence[Calendar], document: Document, head: ScenarioHead, made: Outages
) -> Iterator[tuple[Calendar, dict[int, list[Steps]]]]:
    """The outages of each unit of each entry, on steps."""
    steps = round(head.horizon_s / head.step_s)
    counts: Counter[str] = Counter()
    for one in calendars:
        place = counts[one.target]  # of two calendars of one target, each has its own stream
        counts[one.target] += 1
        if one.keys.file:
            spans = _listed(one, document, head, made)
            found = dict.fromkeys(one.units, on_steps(spans, head.step_s, steps))
        else:
            own = one.units if one.keys.each_unit else ()
            found = {
                unit: on_steps(_drawn(one, document, head, place, unit), head.step_s, steps)
                for unit in own
            }
            if not own:
                spans = _drawn(one, document, head, place, 0)
                found = dict.fromkeys(one.units, on_steps(spans, head.step_s, steps))
        yield one, found


def _drawn(
    one: Calendar, document: Document, head: ScenarioHead, place: int, unit: int
) -> list[Span]:
    keys = one.keys
    per_h = (keys.per_year or 0.0) / YEAR_H + (keys.per_day or 0.0) / DAY_H
    if per_h * head.horizon_s / 3600.0 > MOST_OUTAGES:
        text = f"makes over {MOST_OUTAGES:,} outages in this horizon"
        document.report(("outage", one.index), text)
        return []
    law = Law(per_h, keys.mean_h or 0.0, keys.sigma or 0.0)
    return drawn(law, head.seed, f"outage {one.target} {place} {unit}", head.horizon_s)


def _listed(one: Calendar, document: Document, head: ScenarioHead, made: Outages) -> list[Span]:
    path: KeyPath = ("outage", one.index, "file")
    try:
        file = file_below(document, one.keys.file, (".csv",))
    except (ValueError, OSError) as error:
        document.report(path, str(error))
        return []
    listed = read_list(file, one.keys.zone, head.start)
    document.found += [
        Problem(one.keys.file, line, one.target, text) for line, text in listed.wrong
    ]
    beyond = [span for span in listed.spans if span[1] <= 0.0 or span[0] >= head.horizon_s]
    if beyond:
        said = f"{len(beyond)} of {len(listed.spans)} outages lie outside the scenario"
        made.remarks.append(f"{document.where(path)}  {one.target}: {said}")
    made.files.append(file)
    return listed.spans


def _events(
    found: Sequence[tuple[Calendar, dict[int, list[Steps]]]], head: ScenarioHead
) -> Iterator[Event]:
    """What is set when; units to which the same happens at one instant share an event."""
    last = round(head.horizon_s / head.step_s)
    together: dict[tuple[str, str], dict[int, list[Steps]]] = {}
    ones: dict[tuple[str, str], Calendar] = {}
    for one, spans in found:
        key = one.device.name, one.field
        ones[key] = one
        units = together.setdefault(key, {})
        for unit, own in spans.items():
            units[unit] = units.get(unit, []) + own
    for key, units in together.items():
        moments: dict[tuple[int, bool], list[int]] = {}
        for unit in sorted(units):
            for begin, end in merged(units[unit]):
                moments.setdefault((begin, False), []).append(unit)
                if end < last:
                    moments.setdefault((end, True), []).append(unit)
        yield from _set(ones[key], moments, head.step_s)


def _set(
    one: Calendar, moments: dict[tuple[int, bool], list[int]], step_s: float
) -> Iterator[Event]:
    before = given(one.device, one.field)
    # what reacts in continuous time has no fine steps
    seen = one.device.way != "process"
    for (step, back), units in sorted(moments.items()):
        value = as_told(before[units]) if back else one.value
        at_s = round(step * step_s, DIGITS)
        yield Event(at_s, one.device.name, tuple(units), one.field, value, seen=seen)
