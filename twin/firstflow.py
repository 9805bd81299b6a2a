"""Where a world with networks begins: power flow and devices agree before the first step.

A network answers one exchange late, so the first answer must be known beforehand. The loop takes a
step on trial, the network is solved with it, and this is repeated until neither moves the other;
then the loop is set back, and keeps only what the networks told it and what it told them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.cell import Cell, Quiet
from twin.failure import CellFailure
from twin.fleet import Rows, make_rows
from twin.outside import unit_map
from twin.topology import Device, Wire

TURNS = 30
SETTLED = 1e-10  # of the largest value of a quantity

First = dict[tuple[str, str], list[Any]]  # by device and field, before the first step


@dataclass
class _Trial:
    """A network, and the wires between it and the loop."""

    device: Device
    rows: Rows
    host: Any
    inward: list[Wire]
    outward: list[Wire]


def first_flows(cell: Cell, devices: Mapping[str, Device], wires: tuple[Wire, ...]) -> First:
    """What networks and loop tell each other where they agree; the cell is left at its start."""
    trials = [_trial(device, wires) for device in devices.values() if device.cls.companions]
    trials = [trial for trial in trials if trial.device.units]
    names = {trial.device.name for trial in trials}
    found: First = {}
    start = cell.state()
    for _ in range(TURNS):
        if not trials:
            break
        cell.restore(start)
        _try(cell, {key: value for key, value in found.items() if key[0] in names})
        new = {key: value for trial in trials for key, value in _solve(trial, cell, devices)}
        moved = [_moved(found.get(key), value) for key, value in new.items()]
        found = new
        if max(moved) <= SETTLED:
            break
    cell.restore(start)
    return found


def _try(cell: Cell, answers: First) -> None:
    """Take one step with what networks answered, and keep no record of it."""
    cell.take({f"now {name}.{out}": values for (name, out), values in answers.items()})
    sink, cell.sink = cell.sink, Quiet()
    cell.advance(cell.calendar.step_after(cell.now + 1))
    cell.sink = sink


def _trial(device: Device, wires: tuple[Wire, ...]) -> _Trial:
    rows = make_rows(device.cls, device.units)
    for name, values in device.values.items():
        rows[name] = values[: device.units]
    inward = [wire for wire in wires if wire.target == device.name]
    outward = [wire for wire in wires if wire.source == device.name]
    return _Trial(device, rows, device.cls(**device.texts), inward, outward)


def _solve(
    trial: _Trial, cell: Cell, devices: Mapping[str, Device]
) -> list[tuple[tuple[str, str], list[Any]]]:
    """One power flow with what the loop says now: what it was told and what it answers."""
    said = []
    for wire in trial.inward:
        values = cell.get(wire.source, wire.out)
        said.append(((wire.source, wire.out), values))
        trial.rows[wire.inp] = unit_map(wire, devices)(values)
    try:
        trial.host.fleet_step(trial.rows, 0.0, 1.0)
    except Exception as error:
        text = f"raised {type(error).__name__}: {error}"
        raise CellFailure(trial.device.name, "", 0.0, text) from error
    outs = dict.fromkeys(wire.out for wire in trial.outward)
    name = trial.device.name
    return said + [((name, out), trial.rows[out].tolist()) for out in outs]


def _moved(before: list[Any] | None, now: list[Any]) -> float:
    """How far a quantity moved, of its largest value."""
    if before is None:
        return 1.0
    there = np.asarray(now, float)
    scale = max(float(np.abs(there).max(initial=0.0)), 1.0)
    return float(np.abs(there - np.asarray(before, float)).max(initial=0.0)) / scale
