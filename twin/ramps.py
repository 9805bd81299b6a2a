"""Ramps: inputs that an event moves along a line follow profiles made of the scenario's events.

So a device sees the mean of a ramp over its step, and its energy is exact at any step. Units of
one device that are given the same share a profile; those that no event names keep what they hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from twin.profiles import Profile
from twin.scenario import Event, Scenario
from twin.topology import Device
from twin.wiring import Driven

Points = list[tuple[float, float]]


def ramps(devices: Mapping[str, Device], scenario: Scenario) -> dict[tuple[str, str], Driven]:
    """What drives each input that ramps: all that the scenario does to it."""
    found = {}
    for name, inp in sorted(scenario.ramped):
        own = [one for one in scenario.events if (one.device, one.field) == (name, inp)]
        found[name, inp] = _driven(devices[name], inp, own, scenario.horizon_s)
    return found


def _driven(device: Device, inp: str, events: Sequence[Event], horizon_s: float) -> Driven:
    """A column for what holds at first, and two for each event: whom it names, and to what."""
    units = device.units
    columns = np.zeros((max(units, 1), 1 + 2 * len(events)))  # one profile where no unit is
    columns[:, 0] = device.cls.fields[inp].default
    if inp in device.values and units:
        columns[:, 0] = device.values[inp][:units]
    for place, event in enumerate(events):
        named = list(event.units)
        columns[named, 1 + 2 * place] = 1.0
        columns[named, 2 + 2 * place] = event.value
    alike, choice = np.unique(columns, axis=0, return_inverse=True)
    name = f"{device.name}.{inp}"
    profiles = tuple(_profile(name, line.tolist(), events, horizon_s) for line in alike)
    return Driven(profiles, choice.ravel()[:units].astype(np.int64))


def _profile(
    name: str, line: Sequence[float], events: Sequence[Event], horizon_s: float
) -> Profile:
    """The straight lines that one unit follows; where it is set there are two at one instant."""
    points: Points = [(0.0, line[0])]
    for event, named, value in zip(events, line[1::2], line[2::2], strict=True):
        if named:
            _add(points, event.at_s, points[-1][1])
            _add(points, event.at_s + event.over_s, value)
    _add(points, horizon_s, points[-1][1])
    times_s, values = np.array(points).T
    return Profile(name, times_s, values, linear=True)


def _add(points: Points, t_s: float, value: float) -> None:
    """Go on to a point; what was set at an instant and set anew there has never held."""
    if len(points) > 1 and points[-2][0] == points[-1][0] == t_s:
        points.pop()
    if points[-1] != (t_s, value):
        points.append((t_s, value))
