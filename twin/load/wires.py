"""Wires: read from the devices and from the top of a topology, checked against both ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from twin.component import Bus, Field, Former, Kind
from twin.load.devices import Entry, Found
from twin.load.document import Document
from twin.order import Loop, in_cell, order
from twin.problems import did_you_mean, shown
from twin.toml_lines import KeyPath
from twin.topology import Device, Ints, Topology, Wire, terminal_wires, unit_pairs

SYNTAX = re.compile(r"\s*([\w.]+)\s*(->|~>)\s*([\w.]+)\s*", re.ASCII)


def read_wires(document: Document, found: Found) -> dict[KeyPath, Wire]:
    """Every wire that is right, in the order of the file; what is wrong with others is reported."""
    wires: dict[KeyPath, Wire] = {}
    for path, raw, entry in _written(document, found):
        try:
            wire = _wire(raw, entry, found)
            if wire is not None:
                wires[path] = replace(wire, where=document.where(path))
        except ValueError as error:
            document.report(path, str(error))
    _check_targets(document, wires, found)
    return wires


def _written(document: Document, found: Found) -> Iterator[tuple[KeyPath, Any, Entry | None]]:
    top = document.data.get("wires", [])
    if not isinstance(top, list):
        document.report(("wires",), f"should be a list of wires, got {shown(top)}")
        top = []
    for index, raw in enumerate(top):
        yield ("wires", index), raw, None
    for entry in found.entries.values():
        listed = entry.table.get("wires", [])
        for index, raw in enumerate(listed if isinstance(listed, list) else []):
            yield (*entry.path, "wires", index), raw, entry


def _wire(raw: Any, entry: Entry | None, found: Found) -> Wire | None:
    """One wire; None if it ends at a device that is itself wrong."""
    at = None
    if isinstance(raw, dict):
        if unknown := next((key for key in raw if key not in ("wire", "at")), ""):
            raise ValueError(f"holds wire and at, not {unknown}")
        raw, at = raw.get("wire"), _at(raw["at"]) if "at" in raw else None
    match = SYNTAX.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        raise ValueError(f'should be like "a.x_kw -> b.y_kw" or "~>", got {shown(raw)}')
    source, out = _end(match[1], entry, found)
    target, inp = _end(match[3], entry, found)
    wire = Wire(source, out, target, inp, match[2] == "~>", at)
    if source not in found.devices or target not in found.devices:
        return None
    check_wire(wire, found.devices[source], found.devices[target])
    return wire


def _at(raw: Any) -> Ints:
    if not isinstance(raw, list) or not all(type(n) is int and 0 <= n < 2**53 for n in raw):
        raise ValueError(f"at should be a list of unit numbers, got {shown(raw)}")
    return np.array(raw, np.int64)


def _end(text: str, entry: Entry | None, found: Found) -> tuple[str, str]:
    """Device and field of one end of a wire."""
    device, point, field = text.rpartition(".")
    if not point:
        if entry is None:
            raise ValueError(f"{text} names no device: write device.{text}")
        return entry.name, field
    names = found.names(entry.name.rpartition(".")[0] if entry else "")
    if device not in names:
        raise ValueError(f"names no device: {device}{did_you_mean(device, names)}")
    return names[device], field


def check_wire(wire: Wire, source: Device, target: Device) -> None:
    """Raise ValueError if the two ends of a wire do not go together."""
    gives = _field(source, wire.out, (Kind.OUT, Kind.STATE), "an output or state")
    takes = _field(target, wire.inp, (Kind.INP,), "an input")
    if (gives.type is float) != (takes.type is float):
        raise ValueError(f"joins {_kind(gives)} to {_kind(takes)}")
    if str(gives.unit) != str(takes.unit):
        raise ValueError(f"joins {gives.unit} to {takes.unit}")
    if not wire.late and not in_cell(target):
        raise ValueError(f"leaves for another simulator, {target.name}: write ~>")
    unit_pairs(replace(source, enabled=True), replace(target, enabled=True), wire.at)


def _field(device: Device, name: str, kinds: tuple[Kind, ...], wanted: str) -> Field:
    fields = device.cls.fields
    fitting = [n for n, f in fields.items() if f.kind in kinds and f.type in (float, int, bool)]
    if name in fitting:
        return fields[name]
    if name in fields:
        raise ValueError(f"{device.name}.{name} is not {wanted}")
    if name in device.cls.setup:
        raise ValueError(f"{device.name}.{name} is used up before the run")
    raise ValueError(f"{device.name} has no field {name}{did_you_mean(name, fitting)}")


def _kind(field: Field) -> str:
    words = {int: "a whole number", bool: "true or false"}
    return words.get(field.type, f"a number in {field.unit}")


def filled_by_buses(devices: Mapping[str, Device]) -> set[tuple[str, str]]:
    """The inputs that buses and companions fill, by device and name, so that nothing else may."""
    filled = {(wire.target, wire.inp) for wire in terminal_wires(devices)}
    for name, device in devices.items():
        if issubclass(device.cls, Bus):
            filled |= {(name, key) for key, one in Bus.fields.items() if one.kind is Kind.INP}
            filled.add((name, "p_settled_kw"))
        if issubclass(device.cls, Former) and device.bus:
            filled.add((name, "p_settled_kw"))
        ends = [wire.split()[-1] for wire in device.cls.companion_wires]
        filled |= {(name, end) for end in ends if "." not in end}
    return filled


def _check_targets(document: Document, wires: dict[KeyPath, Wire], found: Found) -> None:
    """Only wires may meet in one input, and only where a sum means something.

    A wire from a device that is switched off carries nothing, so its end is free.
    """
    seen: dict[tuple[str, str], set[str]] = {}
    filled = filled_by_buses(found.devices)
    for path, wire in wires.items():
        if not found.devices[wire.source].enabled:
            continue
        target, end = found.devices[wire.target], f"{wire.target}.{wire.inp}"
        others = seen.setdefault((wire.target, wire.inp), set())
        if (wire.target, wire.inp) in filled:
            document.report(path, f"{end} is filled by its bus")
        elif wire.inp in target.profiles:
            document.report(path, f"{end} is already driven by a profile")
        elif wire.inp in target.values:
            document.report(path, f"{end} is already given a value")
        elif others and target.cls.fields[wire.inp].type is not float:
            document.report(path, f"{end} has a wire already, and only floats can be summed")
        elif wire.at is None and str(wire) in others:
            document.report(path, f"{wire} is written twice")
        others.add(str(wire))
    for name, key in sorted(filled):
        device = found.devices[name]
        if key in device.values or key in device.profiles:
            document.report((*found.entries[name].path, key), "is filled by its bus")


def check_loops(document: Document, topology: Topology, paths: list[KeyPath]) -> None:
    """Report every loop of same-step wires, each at the wire that had better be late."""
    wires = list(topology.wires)
    while isinstance(result := order(replace(topology, wires=tuple(wires))), Loop):
        place = next((i for i, wire in enumerate(wires) if wire is result.proposal), None)
        if place is None:
            return
        wires[place] = replace(wires[place], late=True)
        document.report(paths[place], f"closes the loop {result}: write {wires[place]}")
