"""From the profiles a topology names to what drives each input, `prepare` included.

`prepare(rows, times, inputs)` sees the fields of unlike units (`rows`), the middles of intervals in
UTC and what drives its inputs over them, one column a unit; it returns inputs that it fills. The
intervals are the steps of the scenario or, where all its profiles hold for longer, those of the
profiles: what a step halves is not known any better. A component that declares fields with `setup`
is prepared from these alone, once one of its set-up inputs follows a profile; it is also told the
`elapsed_s` since the start. ValueError says what is wrong with what it was given.

Weather knows where it was: a set-up field of its place that a device does not give is that of the
weather that drives it, and one that it gives may not lie elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.component import Kind, methods_of
from twin.fleet import make_rows
from twin.problems import Problem, Problems, at
from twin.profiles import Profile, mean_over, read_profiles
from twin.ramps import ramps
from twin.scenario import Scenario
from twin.topology import Device, Topology
from twin.wiring import Driven

CHUNK = 100_000  # instants that `prepare` sees at once
APART = {"latitude_deg": 1.0, "longitude_deg": 1.0, "altitude_m": 500.0}  # no longer one place

Floats = NDArray[np.float64]
DrivenBy = dict[str, Driven]


def driven_inputs(topology: Topology, scenario: Scenario) -> dict[tuple[str, str], Driven]:
    """What drives each input; raises Problems when profiles are at fault.

    Devices that are switched off are driven too, with no units: they are in the loop of a variant.
    """
    given = topology.devices.values()
    devices = [
        replace(device, enabled=True)
        for device in given
        if device.profiles or device.setup_profiles or "prepare" in methods_of(device.cls)
    ]
    wanted = {key for device in devices for refs in _wanted(device) for key in refs}
    read = read_profiles(topology.profiles, sorted(wanted), scenario.start, scenario.horizon_s)
    found: dict[tuple[str, str], Driven] = {}
    problems: list[Problem] = []
    for device in devices:
        own = {inp: _driven(device, inp, refs, read) for inp, refs in device.profiles.items()}
        try:
            own |= _prepared(device, own, read, scenario)
        except ValueError as error:
            problems.append(at(device.where, device.name, str(error)))
        units = topology.devices[device.name].units
        for inp, driven in own.items():
            found[device.name, inp] = replace(driven, choice=driven.choice[:units])
    if problems:
        raise Problems(problems)
    _check_others(topology, scenario, found)
    return found | ramps(topology.devices, scenario)


def _check_others(
    topology: Topology, scenario: Scenario, driven: Mapping[tuple[str, str], Driven]
) -> None:
    """Refuse to bring what a component prepares; of profiles the files have told before."""
    where = str(scenario.path or scenario.name)
    text = "is prepared before the run, so no"
    found = [
        Problem(where, 0, f"{one.device}.{one.field}", f"{text} event can set it")
        for one in scenario.events
        if (one.device, one.field) in driven
    ]
    found += [
        at(wire.where, f"{wire.target}.{wire.inp}", f"{text} wire can bring it")
        for wire in topology.wires
        if (wire.target, wire.inp) in driven
    ]
    if found:
        raise Problems(found)


def _unit(device: Device, inp: str) -> str:
    unit = (device.cls.fields | device.cls.setup)[inp].unit
    return str(unit) if unit else ""


def _wanted(device: Device) -> Iterator[set[tuple[str, str]]]:
    for inp, refs in (*device.profiles.items(), *device.setup_profiles.items()):
        yield {(ref, _unit(device, inp)) for ref in refs}


def _driven(
    device: Device, inp: str, refs: tuple[str, ...], read: Mapping[tuple[str, str], Profile]
) -> Driven:
    distinct = list(dict.fromkeys(refs))
    place = np.array([distinct.index(ref) for ref in refs], np.int64)
    choice = np.zeros(device.units, np.int64) if len(refs) == 1 else place[: device.units]
    unit = _unit(device, inp)
    return Driven(tuple(read[ref, unit] for ref in distinct), choice)


def _prepared(
    device: Device, own: DrivenBy, read: Mapping[tuple[str, str], Profile], scenario: Scenario
) -> DrivenBy:
    """What a component turns its inputs into, held over intervals.

    Units that are alike in what it sees are prepared once.
    """
    if "prepare" not in methods_of(device.cls):
        return {}
    if device.cls.setup:
        own = _set_up(device, read)
        if not own:
            return {}
    rows = _rows(device, own)
    seen = [rows[name] for name in device.cls.setup or device.values]
    plain = seen or [np.zeros(device.units)]
    keys = np.column_stack([*plain, *(driven.choice for driven in own.values())])
    _, first, place = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    edges = _edges(own, scenario)
    found = {}
    for inp, table in _tables(_Task(device, rows[first], first), own, edges, scenario).items():
        if inp in device.profiles or inp in device.values:
            raise ValueError(f"{inp} is given, but {' and '.join(own)} already make it")
        closed = np.vstack([table, table[-1:]])  # the last stamp only closes the last interval
        name = f"{device.name}.{inp}"
        profiles = tuple(Profile(name, edges, closed[:, k], False) for k in range(table.shape[1]))
        found[inp] = Driven(profiles, place.ravel().astype(np.int64))
    return found


def _set_up(device: Device, read: Mapping[tuple[str, str], Profile]) -> DrivenBy:
    """What drives the set-up inputs; without any, no other set-up field counts."""
    refs = device.setup_profiles
    if device.setup and not refs:
        inputs = [name for name, field in device.cls.setup.items() if field.kind is Kind.INP]
        idle = ", ".join(device.setup)
        raise ValueError(f"{idle}: of no use while no profile drives {' or '.join(inputs)}")
    return {inp: _driven(device, inp, refs[inp], read) for inp in refs}


@dataclass(frozen=True)
class _Task:
    """The unlike units of a device, each the first of its kind."""

    device: Device
    rows: NDArray[np.void]
    units: NDArray[np.int64]


def _tables(
    task: _Task, own: DrivenBy, edges: Floats, scenario: Scenario
) -> dict[str, NDArray[np.float64]]:
    """What `prepare` makes, one line an interval and one column a unit of its own kind."""
    made: dict[str, list[Floats]] = {}
    ahead = math.ceil(task.device.cls.ahead_s / np.diff(edges).min())
    for begin in range(0, len(edges) - 1, CHUNK):
        part = edges[begin : begin + CHUNK + ahead + 1]
        inputs = {
            inp: np.column_stack(
                [mean_over(profile, part[:-1], part[1:]) for profile in driven.profiles]
            )[:, driven.choice[task.units]]
            for inp, driven in own.items()
        }
        times = np.datetime64(scenario.start.replace(tzinfo=None), "ns")
        offset = scenario.start.utcoffset()
        utc = times - np.timedelta64(int(offset.total_seconds()) if offset else 0, "s")
        middle = (0.5e9 * (part[:-1] + part[1:])).astype("timedelta64[ns]")
        if task.device.cls.setup:
            inputs["elapsed_s"] = 0.5 * (part[:-1] + part[1:])[:, None]
        prepare: Any = methods_of(task.device.cls)["prepare"]
        for inp, values in prepare(task.rows, utc + middle, inputs).items():
            made.setdefault(inp, []).append(values[:CHUNK])
    return {inp: np.concatenate(parts) for inp, parts in made.items()}


def _edges(own: DrivenBy, scenario: Scenario) -> Floats:
    """The steps of the scenario, or the intervals of the profiles where these are longer."""
    steps = np.arange(0.0, scenario.horizon_s + 0.5 * scenario.step_s, scenario.step_s)
    profiles = [profile for driven in own.values() for profile in driven.profiles]
    if not profiles or any(profile.linear for profile in profiles):
        return steps
    first = max(profile.times_s[0] for profile in profiles)
    last = min(profile.times_s[-1] for profile in profiles)
    stamps = np.unique(np.concatenate([profile.times_s for profile in profiles]))
    stamps = stamps[(stamps >= first) & (stamps <= last)]
    return stamps if np.median(np.diff(stamps)) > scenario.step_s else steps


def _rows(device: Device, own: DrivenBy) -> NDArray[np.void]:
    """What `prepare` sees of each unit: its set-up fields, where there are any, or its row."""
    if not device.cls.setup:
        rows = make_rows(device.cls, device.units)
        for name, values in device.values.items():
            rows[name] = values[: device.units]
        return rows
    rows = np.zeros(device.units, [(name, np.float64) for name in device.cls.setup])
    places = _places(own, device.units)
    unknown = [name for name in APART if name in device.cls.setup and name not in places]
    if missing := [name for name in unknown if name not in device.setup]:
        raise ValueError(f"needs {', '.join(missing)}: the profiles do not say where they were")
    for name, field in device.cls.setup.items():
        rows[name] = device.setup.get(name, np.full(device.units, field.default))[: device.units]
        if name in places:
            rows[name] = _placed(device, name, rows[name], places[name])
    return rows


def _places(own: DrivenBy, units: int) -> dict[str, Floats]:
    """Where the weather of each unit was, as far as profiles know."""
    found: dict[str, Floats] = {}
    for driven in own.values():
        if all(profile.place for profile in driven.profiles):
            for name in APART:
                known = np.array([profile.place[name] for profile in driven.profiles])
                found.setdefault(name, known[driven.choice[:units]])
    return found


def _placed(device: Device, name: str, values: Floats, known: Floats) -> Floats:
    if name not in device.setup:
        return known
    far = np.flatnonzero(np.abs(values - known) > APART[name])
    if len(far):
        here, there = values[far[0]], known[far[0]]
        raise ValueError(f"{name} is {here:g}, but the weather that drives it is of {there:g}")
    return values
