"""What `run.json` says of a run: its inputs, its devices, what they summed up to, the audit."""

from __future__ import annotations

import hashlib
import inspect
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin import __version__
from twin.component import Bus, Field, Former, Kind, type_name
from twin.load import remarks
from twin.load.hooks import resolved
from twin.order import in_cell, is_hung
from twin.scenario import Scenario
from twin.topology import Device, Topology, bus_units
from twin.worldcells import Run

MOST_SHORT_PU = 1e-3  # of the time: 99.9 % is the bar for edge nodes
PACKAGES = ("numpy", "numba", "mosaik", "pandapower", "pvlib", "scipy", "simpy", "pyarrow")


def head(run: Run, variant: str, overrides: Mapping[str, Any], mark: str) -> dict[str, Any]:
    """What is known before anything runs."""
    topology, scenario = run.topology, run.scenario
    said = ("name", "horizon_s", "step_s", "sync_s", "seed", "document")
    return {
        "format": 1,
        "status": "running",
        "reason": "",
        "failed_at_s": None,
        "topology": {key: getattr(topology, key) for key in ("name", "title", "document")},
        "scenario": {key: getattr(scenario, key) for key in said}
        | {"start": scenario.start.isoformat()},
        "variant": variant,
        "overrides": dict(overrides),
        "exploded": run.plan.exploded,
        "resumed_at_s": float(run.calendar.seconds(run.begin)) if run.resume else None,
        "versions": {
            "gridtwin": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
        },
        "hash": mark,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_s": {},
        "steps": run.calendar.steps,
        "tick_s": run.calendar.tick_s,
        "devices": {},
        "audit": {},
        "economics": asdict(scenario.economics) if scenario.economics else None,
        "remarks": remarks(topology, scenario),
        "expect": {name: asdict(expect) for name, expect in scenario.expect.items()},
    }


def mark_of(scenario: Scenario, topology: Topology) -> str:
    """A mark of everything that decides the numbers of a run."""
    whole = hashlib.sha256()
    documents = [topology.document, scenario.document, scenario.economics, __version__]
    whole.update(json.dumps(documents, sort_keys=True, default=str).encode())
    for source in topology.profiles.values():
        whole.update(source.file.read_bytes() if source.file else b"")
    for file in scenario.files:
        whole.update(file.read_bytes())
    for device in topology.devices.values():
        for name, text in device.texts.items():
            if name.endswith("_file") and text:
                whole.update(Path(text).read_bytes())
    for cls in sorted({device.cls for device in topology.devices.values()}, key=str):
        whole.update(Path(inspect.getfile(cls)).read_bytes())
    return whole.hexdigest()


def devices(run: Run, resumed: Path | None) -> dict[str, Any]:
    """What a reader of the run must know of each device, without its code."""
    before = json.loads((resumed / "run.json").read_text())["devices"] if resumed else {}
    return {
        name: {
            "type": type_name(device.cls),
            "role": device.cls.role,
            **{key: getattr(device, key) for key in ("units", "groups", "each", "bus", "enabled")},
            "fields": {one.name: _field(one) for one in device.cls.fields.values() if _kept(one)},
            "rated": _rated(device),
            "params": _params(device),
            "start_totals": before[name]["start_totals"] if before else totals(run, device),
            "totals": {},
        }
        for name, device in run.devices.items()
    }


def _rated(device: Device) -> dict[str, float]:
    """What all units together are rated; a store by the energy it holds."""
    params = [field for field in device.cls.fields.values() if field.kind is Kind.PARAM]
    sizes = [f for f in params if f.name.startswith("rated_") or f.name == "energy_kwh"]
    rated = {field.name: field.default for field in sizes}
    given = {name: device.values.get(name, default) for name, default in rated.items()}
    units = device.groups * device.each
    return {n: float(np.broadcast_to(v, units)[: device.units].sum()) for n, v in given.items()}


def _params(device: Device) -> dict[str, Any]:
    """Every number it was given: what all units have, or the least, mean and most of them."""
    found: dict[str, Any] = {}
    for name, values in resolved(device).items():
        spread = [float(of(values)) for of in (np.min, np.mean, np.max)]
        found[name] = spread[0] if spread[0] == spread[2] else spread
    return found


def _kept(declared: Field) -> bool:
    return declared.record and declared.kind in (Kind.STATE, Kind.OUT)


def _field(declared: Field) -> dict[str, Any]:
    return {
        "kind": declared.kind.value,
        "unit": str(declared.unit or ""),
        "doc": declared.doc,
        "labels": list(declared.labels),
        "type": declared.type.__name__,
    }


def totals(run: Run, device: Device) -> dict[str, float]:
    """Sums over the units of the recorded states, as they stand."""
    return {name: float(np.sum(values)) for name, values in run.states(device.name).items()}


def counting(run: Run, device: Device) -> dict[str, int]:
    """How many units have counted anything, counter by counter.

    Of time that a bus fell short: how many did for more than a thousandth of the run, or had a room
    that was dropped so long.
    """
    whole = [f.name for f in device.cls.fields.values() if f.type is int and not f.labels]
    states = run.states(device.name)
    found = {n: int(np.count_nonzero(values)) for n, values in states.items() if n in whole}
    if "outage_s" in states:
        most_s = MOST_SHORT_PU * run.scenario.horizon_s
        lost_s = np.asarray(states["outage_s"]) + _dropped_s(run, device)
        found["outage_s"] = int(np.count_nonzero(lost_s > most_s))
    return found


def _dropped_s(run: Run, bus: Device) -> NDArray[np.float64]:
    """How long each unit of a bus had a room that was dropped; of several that of the longest."""
    found = np.zeros(bus.units)
    for member in run.devices.values():
        if member.bus == bus.name and member.units and "dropped_s" in member.cls.fields:
            dropped_s = run.states(member.name)["dropped_s"]
            np.maximum.at(found, bus_units(member, bus), dropped_s)
    return found


def audit(run: Run) -> dict[str, Any]:
    """What entered and left each bus, from meters that stand beside the settlement."""
    found: dict[str, Any] = {}
    for name, bus in run.devices.items():
        if not (issubclass(bus.cls, Bus) and bus.cls.audited and bus.units and in_cell(bus)):
            continue
        short, surplus = _meter(run, f"{name} short", name)
        balance, through = short - surplus, short.copy()
        if is_hung(bus):
            net, gross = _meter(run, name, name)
            balance -= net
            through += 0.5 * (gross - net)  # what came from outside
        for member in run.devices.values():
            if member.bus == name and member.units:
                net, gross = _meter(run, member.name, name)
                on = bus_units(member, bus)
                np.add.at(balance, on, net)
                np.add.at(through, on, 0.5 * (net + gross))  # what it gave
        found[name] = {
            "residual_kwh": float(np.abs(balance).max()),
            "through_kwh": float(through.sum()),
            "short_kwh": float(short.sum()),
            "surplus_kwh": float(surplus.sum()),
        }
    return found


def _meter(run: Run, member: str, bus: str) -> Any:
    """The meter of a member: a former's where it books, any other's where its bus settles."""
    books = member in run.devices and issubclass(run.devices[member].cls, Former)
    setup = run.cell_of(member if books else bus).setup
    return setup.meters[setup.meter_of[member]].T
