"""From the profiles a topology names to what drives each input, `prepare` included."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.component import methods_of
from twin.fleet import make_rows
from twin.problems import Problem, Problems
from twin.profiles import Profile, mean_over, read_profiles
from twin.ramps import ramps
from twin.scenario import Scenario
from twin.topology import Device, Topology
from twin.wiring import Driven

CHUNK = 100_000  # instants that `prepare` sees at once


def driven_inputs(topology: Topology, scenario: Scenario) -> dict[tuple[str, str], Driven]:
    """What drives each input; raises Problems when profiles are at fault.

    Devices that are switched off are driven too, with no units: they are in the loop of a variant.
    """
    given = topology.devices.values()
    devices = [
        replace(device, enabled=True)
        for device in given
        if device.profiles or "prepare" in methods_of(device.cls)
    ]
    wanted = {key for device in devices for refs in _wanted(device) for key in refs}
    read = read_profiles(topology.profiles, sorted(wanted), scenario.start, scenario.horizon_s)
    found: dict[tuple[str, str], Driven] = {}
    for device in devices:
        own = {inp: _driven(device, inp, read) for inp in device.profiles}
        if "prepare" in methods_of(device.cls):
            own |= _prepared(device, own, scenario)
        units = topology.devices[device.name].units
        for inp, driven in own.items():
            found[device.name, inp] = replace(driven, choice=driven.choice[:units])
    _check_events(scenario, found)
    return found | ramps(topology.devices, scenario)


def _check_events(scenario: Scenario, driven: Mapping[tuple[str, str], Driven]) -> None:
    """Refuse to set what a component prepares; of profiles the files have told before."""
    wrong = {(one.device, one.field) for one in scenario.events} & driven.keys()
    if wrong:
        where = str(scenario.path or scenario.name)
        text = "is prepared before the run, so no event can set it"
        raise Problems([Problem(where, 0, f"{name}.{inp}", text) for name, inp in sorted(wrong)])


def _unit(device: Device, inp: str) -> str:
    unit = device.cls.fields[inp].unit
    return str(unit) if unit else ""


def _wanted(device: Device) -> Iterator[set[tuple[str, str]]]:
    for inp, refs in device.profiles.items():
        yield {(ref, _unit(device, inp)) for ref in refs}


def _driven(device: Device, inp: str, read: Mapping[tuple[str, str], Profile]) -> Driven:
    refs = device.profiles[inp]
    distinct = list(dict.fromkeys(refs))
    place = np.array([distinct.index(ref) for ref in refs], np.int64)
    choice = np.zeros(device.units, np.int64) if len(refs) == 1 else place[: device.units]
    unit = _unit(device, inp)
    return Driven(tuple(read[ref, unit] for ref in distinct), choice)


def _prepared(device: Device, own: Mapping[str, Driven], scenario: Scenario) -> dict[str, Driven]:
    """Let a component turn its inputs into others, over the steps of the scenario, held.

    Units that are alike in parameters and profiles are prepared once.
    """
    edges = np.arange(0.0, scenario.horizon_s + 0.5 * scenario.step_s, scenario.step_s)
    rows = make_rows(device.cls, device.units)
    for name, values in device.values.items():
        rows[name] = values[: device.units]
    plain = [rows[name] for name in device.values] or [np.zeros(device.units)]
    keys = np.column_stack([*plain, *(driven.choice for driven in own.values())])
    _, first, place = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    place = place.ravel()
    made: dict[str, list[NDArray[np.float64]]] = {}
    ahead = math.ceil(device.cls.ahead_s / scenario.step_s)
    for begin in range(0, len(edges) - 1, CHUNK):
        part = edges[begin : begin + CHUNK + ahead + 1]
        inputs = {
            inp: np.column_stack(
                [mean_over(profile, part[:-1], part[1:]) for profile in driven.profiles]
            )[:, driven.choice[first]]
            for inp, driven in own.items()
        }
        times = np.datetime64(scenario.start.replace(tzinfo=None), "ns")
        offset = scenario.start.utcoffset()
        utc = times - np.timedelta64(int(offset.total_seconds()) if offset else 0, "s")
        middle = (0.5e9 * (part[:-1] + part[1:])).astype("timedelta64[ns]")
        for inp, values in _asked(device, rows[first], utc + middle, inputs).items():
            made.setdefault(inp, []).append(values[:CHUNK])
    found = {}
    for inp, parts in made.items():
        table = np.concatenate(parts)
        closed = np.vstack([table, table[-1:]])  # the last stamp only closes the last step
        name = f"{device.name}.{inp}"
        profiles = tuple(Profile(name, edges, closed[:, k], False) for k in range(table.shape[1]))
        found[inp] = Driven(profiles, place.astype(np.int64))
    return found


def _asked(device: Device, rows: Any, times: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What a component prepares; where it cannot from what it is given, that is a problem."""
    prepare: Any = methods_of(device.cls)["prepare"]
    try:
        made: dict[str, Any] = prepare(rows, times, inputs)
    except ValueError as error:
        raise Problems([Problem(device.where, 0, device.name, str(error))]) from error
    return made
