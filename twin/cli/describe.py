"""What a component declares, and what a topology or a scenario holds, in words."""

from __future__ import annotations

import inspect
import json
import math
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from twin.cli.named import Thing, thing
from twin.cli.text import columns

if TYPE_CHECKING:
    from twin.component import Component, Field
    from twin.scenario import Scenario
    from twin.topology import Device, ProfileSource, Topology

HEADINGS = {
    "param": "Parameters",
    "inp": "Inputs (wires, profiles and events set them)",
    "state": "States",
    "out": "Outputs",
}
SIGNS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def description(name: str) -> str:
    """The description of a component, a topology or a scenario; Problems if it is none."""
    from twin import catalog
    from twin.load import load_scenario, load_topology

    found = thing(name)
    if found is Thing.COMPONENT:
        parts = _component(name, catalog.find(name))
    elif found is Thing.TOPOLOGY:
        parts = _topology(load_topology(name))
    else:
        parts = _scenario(name, *load_scenario(name))
    return "\n\n".join(part for part in parts if part)


def _component(name: str, cls: type[Component]) -> Iterator[str]:
    from twin.component import module_doc

    yield f"{name}  {inspect.getdoc(cls)}"
    yield module_doc(cls).strip()
    if said := "; ".join(_use(cls)):
        yield f"{said[:1].upper()}{said[1:]}."
    for kind, heading in HEADINGS.items():
        own = [field for field in cls.fields.values() if field.kind.value == kind]
        rows = [_field(field) for field in own if field.type is not list]
        if rows:
            yield f"{heading}\n{columns(rows, indent=2)}"
    if cls.setup:
        rows = [_field(field) for field in cls.setup.values()]
        yield f"Before the run (numbers and profiles)\n{columns(rows, indent=2)}"


def _use(cls: type[Component]) -> Iterator[str]:
    """How it stands in a topology and in time."""
    joins = {"ac": "an AC bus", "dc": "a converter"}
    if cls.joins:
        yield f"hangs on {joins[cls.joins]}"
    if cls.holds:
        yield f"holds {joins[cls.holds].replace('a converter', 'a store')}"
    if cls.role:
        yield f"counts as {cls.role} in an energy balance"
    if math.isfinite(cls.step_max_s):
        yield f"valid for steps up to {cls.step_max_s:g} s"


def _field(field: Field) -> tuple[str, ...]:
    from twin.check import unit_text
    from twin.schema import default_value

    default = default_value(field)
    shown = f"{default:g}" if field.type is float else str(default)
    bounds = ", ".join(f"{SIGNS[name]} {bound:g}" for name, bound in field.bounds.items())
    doc = field.doc
    if field.labels:
        bounds, doc = "", f"{doc}: {', '.join(field.labels)}"
    shown = shown.lower() if field.type is bool else shown
    return field.name, shown, unit_text(str(field.unit or "")), bounds, doc


def _topology(topology: Topology) -> Iterator[str]:
    from twin.component import type_name

    yield f"{topology.name}  {topology.title}"
    rows = [
        (
            device.name,
            type_name(device.cls),
            f"{device.units:,}" if device.enabled else "off",
            f"on {device.bus}" if device.bus else "",
            ", ".join(f"{inp} = {' '.join(refs)}" for inp, refs in _profiles(device)),
        )
        for device in topology.devices.values()
    ]
    yield f"Devices\n{columns([('name', 'type', 'units', 'bus', 'profiles'), *rows], indent=2)}"
    if topology.wires:
        yield "\n  ".join(["Wires", *map(str, topology.wires)])
    if topology.profiles:
        profiles = topology.profiles.values()
        files = [(one.name, one.between, one.zone, _comes_from(one, topology)) for one in profiles]
        yield f"Profiles\n{columns(files, indent=2)}"


def _comes_from(source: ProfileSource, topology: Topology) -> str:
    if source.file:
        return os.path.relpath(source.file, topology.folder)
    assert source.climate
    north, east, altitude_m = source.climate.place.values()
    return f"drawn from the climate of {north:g} N {east:g} E, {altitude_m:g} m"


def _profiles(device: Device) -> list[tuple[str, tuple[str, ...]]]:
    return [*device.profiles.items(), *device.setup_profiles.items()]


def _scenario(name: str, scenario: Scenario, topology: Topology) -> Iterator[str]:
    from twin.cli.watch import head
    from twin.load import find_scenario
    from twin.load.document import read_document

    yield head(name, scenario, topology)
    yield read_document(find_scenario(name), []).title
    rows = [
        (key, _written(value))
        for key, value in scenario.document.items()
        if not isinstance(value, dict | list)
    ]
    yield columns(rows, indent=2)
    events = [
        (f"{event['at_s']:g} s", _event(event)) for event in scenario.document.get("event", [])
    ]
    events += [(f"{zoom.at_s:g} s", f"zoom for {zoom.for_s:g} s") for zoom in scenario.zooms]
    if events:
        yield f"Events\n{columns(events, indent=2)}"
    for variant, changes in scenario.variants.items():
        yield f"Variant {variant}\n{columns(_written_rows(changes), indent=2)}"
    if scenario.expect:
        from twin.check import expected_text

        expected = [(kpi, expected_text(wanted)) for kpi, wanted in scenario.expect.items()]
        yield f"Expected\n{columns(expected, indent=2)}"


def _event(event: Mapping[str, Any]) -> str:
    """``plant[0].online = false for 0.1 s, 6 times every 16.4 s``."""
    said = f"{event['set']} = {_written(event['to'])}"
    said += "".join(f" {key[:-2]} {event[key]:g} s" for key in ("over_s", "for_s") if key in event)
    times, every_s = event.get("times"), event.get("every_s")
    return f"{said}, {times} times every {every_s:g} s" if times else said


def _written_rows(table: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(key, _written(value)) for key, value in table.items()] or [("as it is", "")]


def _written(value: Any) -> str:
    """A value much as the file writes it."""
    return json.dumps(value, default=str, ensure_ascii=False)
