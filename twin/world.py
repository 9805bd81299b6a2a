"""A planned world in mosaik: start the simulators, join them, run, and see that all arrived."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.calendar import Calendar
from twin.cell import Quiet
from twin.cell_sim import due_after
from twin.component import type_name
from twin.failure import Guard
from twin.lockstep import Group
from twin.order import in_cell
from twin.outside import changes_of, given_values, start_values, unit_map
from twin.record import Recorder
from twin.samples import Sampler
from twin.scenario import Record
from twin.service_sims import Ledger
from twin.topology import Device
from twin.worldcells import Run, outside
from twin.worldplan import LinkPlan, SimPlan, awaited, is_address
from twin.worldrun import WorldError as WorldError
from twin.worldrun import play

PIECES = 20  # calls of a simulator with no periodic partner: often enough to see it move


def run_world(run: Run) -> None:
    """Run a prepared world to its end; CellFailure, WorldError or OSError say why it did not."""

    def build(world: Any) -> None:
        if not _in_step(run):
            _connect(run, world, _start(run, world))
            return
        group = Group(run.calendar.tick_s)
        _connect(run, group, _start(run, group))
        end = run.calendar.end - run.begin
        world.start("lockstep", group=group, piece=_piece(run.calendar), end=end)

    play(_sim_config(run), run.calendar.tick_s, run.calendar.end - run.begin, build)
    if run.ledger:
        run.ledger.fill(run.calendar.end)


def _in_step(run: Run) -> bool:
    """Whether all that lies outside the one cell is periodic and here."""
    return _looks(run) and bool(outside(run)) and not run.plan.exploded


def _kind(run: Run, name: str) -> str:
    return next(sim.kind for sim in run.plan.sims if sim.name == name)


def _awaited(run: Run, link: LinkPlan) -> bool:
    """Whether a process may wait for what a link brings."""
    process = _kind(run, link.target) == "process"
    return process and awaited(run.devices[link.entity].cls, link.attr)


def _sim_config(run: Run) -> Any:
    config: dict[str, dict[str, Any]] = {
        "cell": {"python": "twin.simulator:CellSim"},
        "fleet": {"python": "twin.simulator:ComponentSim"},
        "lockstep": {"python": "twin.simulator:LockstepSim"},
        "process": {"python": "twin.simulator:ProcessSim"},
        "profiles": {"python": "twin.simulator:ProfileSim"},
        "record": {"python": "twin.simulator:RecordSim"},
    }
    for sim in run.plan.sims:
        if is_address(sim.remote):
            config[f"remote {sim.name}"] = {"connect": sim.remote}
        elif sim.remote:
            words = shlex.split(sim.remote)
            command = shlex.join([sys.executable if word == "python" else word for word in words])
            config[f"remote {sim.name}"] = {"cmd": command, "posix": True}
    return config


@dataclass
class Started:
    """A running simulator: the entity of each device, and the hub of a cell."""

    plan: SimPlan
    entities: dict[str, Any]


def _start(run: Run, world: Any) -> dict[str, Started]:
    return {sim.name: _start_one(run, world, sim) for sim in run.plan.sims}


def _start_one(run: Run, world: Any, sim: SimPlan) -> Started:
    if sim.kind == "cell":
        return _start_cell(run, world, sim)
    devices = [run.devices[name] for name in sim.holds]
    kinds = sorted({type_name(device.cls) for device in devices})
    told: dict[str, Any] = {"processes": kinds, "piece": _piece(run.calendar)}
    told["seed"] = run.scenario.seed
    if sim.kind == "fleet":
        period = run.calendar.ticks(devices[0].period_s) if devices[0].period_s else 0
        told = {"component": kinds[0], "period": period, "begin": run.begin}
        if not sim.remote:
            told["results"] = str(run.folder)
        if run.ledger and _looks(run):
            told["look"] = run.ledger.look
    factory = world.start(
        f"remote {sim.name}" if sim.remote else sim.kind,
        sim_id=_sim_id(sim),
        calendar=run.calendar.segments.tolist(),
        **told,
    )
    entities = {}
    for device in devices:
        first = _first_inputs(run, device) if sim.kind == "process" else {}
        entities[device.name] = getattr(factory, type_name(device.cls))(
            units=device.units,
            name=device.name,
            changes=changes_of(device, run.scenario.changes, run.calendar),
            **(given_values(device) | first),
        )
    return Started(sim, entities)


def _sim_id(sim: SimPlan) -> str:
    return sim.name.replace(".", "-").replace(" ", "-")


def _first_inputs(run: Run, device: Device) -> dict[str, list[Any]]:
    """What a process finds in its inputs before anything has changed."""
    found = {}
    for wire in run.plan.wires:
        if wire.target == device.name and run.devices[wire.source].units:
            values = unit_map(wire, run.devices)(_before(run, wire.source, wire.out))
            kind = device.cls.fields[wire.inp].type  # rows hold truths as whole numbers
            found[wire.inp] = [kind(value) for value in values]
    return found


def _start_cell(run: Run, world: Any, sim: SimPlan) -> Started:
    gives: dict[str, list[str]] = {name: [] for name in sim.holds}
    incoming = [link for link in run.plan.links if link.target == sim.name]
    outgoing = [link for link in run.plan.links if link.source == sim.name]
    for link in outgoing:
        if link.out not in gives[link.device]:
            gives[link.device].append(link.out)
    events = [link.attr for link in incoming if _kind(run, link.source) == "process"]
    factory = world.start(
        "cell",
        sim_id=_sim_id(sim),
        cell=_guarded(run, sim),
        keep=partial(run.keeper.save, sim.name),
        ahead=_ahead(run, sim),
        gives=gives,
        takes=list(dict.fromkeys(link.attr for link in incoming)),
        events=events if run.plan.eventful else None,
        tells=any(_kind(run, link.target) == "process" for link in outgoing),
        begin=run.begin,
    )
    entities = {name: factory.Device(name=name) for name in gives}
    return Started(sim, entities | {"": factory.Hub()})


def _guarded(run: Run, sim: SimPlan) -> Guard:
    """A cell under guard; the first one says how far the world has come."""
    cell = run.cells[sim.name]
    quiet = isinstance(cell.sink, Quiet)
    sampler = Sampler(cell, Record(signals=()) if quiet else run.scenario.record)
    first_part = run.parts.get(sim.name, 0)
    seconds = run.calendar.seconds
    samples = Recorder(
        run.folder, sim.name, sampler.columns, seconds, _no_events, first_part, "samples"
    )
    run.recorders.append(samples)
    return Guard(cell, sampler, samples, run.progress if sim is run.plan.sims[0] else None)


def _no_events(log: NDArray[np.int64]) -> dict[str, list[Any]]:
    """For recorders of what knows no modes."""
    del log
    return {}


def _piece(calendar: Calendar) -> int:
    """How far a simulator without periodic partners goes at once, in ticks."""
    return max(calendar.end // PIECES, 1)


def _ahead(run: Run, sim: SimPlan) -> Callable[[int], int]:
    """How far a cell may step on its own: to the next exchange, or a piece of the whole."""
    calendar, keeper = run.calendar, run.keeper
    periodic = any(other.kind == "fleet" for other in run.plan.sims)
    partners = any(sim.name in (link.source, link.target) for link in run.plan.links)

    def ahead(now: int) -> int:
        if run.plan.exploded:
            return calendar.step_after(now + 1)
        alone = not (partners and periodic)
        until = due_after(calendar, now, _piece(calendar) if alone else 0)
        return keeper.after(now, until)

    return ahead


def _connect(run: Run, world: Any, sims: dict[str, Started]) -> None:
    for link in run.plan.links:
        _connect_one(run, world, sims, link)
    if run.ledger:
        home = {name: sims[sim.name] for sim in outside(run) for name in sim.holds}
        if not _looks(run):
            _connect_ledger(run, world, home, run.ledger)
        _connect_profiles(run, world, home)


def _connect_one(run: Run, world: Any, sims: dict[str, Started], link: LinkPlan) -> None:
    source, target = sims[link.source], sims[link.target]
    eventful = source.plan.kind == "process" or (run.plan.eventful and source.plan.kind == "cell")
    as_event = _awaited(run, link) or (source.plan.kind == "process" and target.plan.kind == "cell")
    out = f"held {link.out}" if eventful and not as_event else link.out
    more: dict[str, Any] = {}
    mapping = unit_map(link.wire, run.devices) if link.wire else None
    if mapping:
        more["transform"] = mapping
    if link.late:
        more["time_shifted"] = 1
    if link.late and not as_event:
        value = _before(run, link.device, link.out)
        more["initial_data"] = {out: mapping(value) if mapping else value}
    ends = source.entities[link.device], target.entities[link.entity]
    world.connect(*ends, (out, link.attr), **more)


def _before(run: Run, name: str, out: str) -> list[Any]:
    """What a field of a device holds before the first step."""
    if in_cell(run.devices[name]):
        return run.cell_of(name).get(name, out)
    if (name, out) in run.first:
        return run.first[name, out]
    return start_values(run.devices[name], [out])[out]


def _looks(run: Run) -> bool:
    """Whether the ledger sees all devices outside the cells as they act, without being told."""
    return bool(run.cells) and all(sim.kind == "fleet" and not sim.remote for sim in outside(run))


def _connect_ledger(run: Run, world: Any, home: dict[str, Started], ledger: Ledger) -> None:
    """Tell the ledger what devices hold: events where all of them are processes."""
    takes = [f"{name}.{out}" for name, out in ledger.held]
    periodic = any(started.plan.kind == "fleet" for started in home.values())
    progress = None if run.cells else run.progress
    factory = world.start(
        "record",
        ledger=ledger,
        takes=takes,
        piece=0 if periodic else _piece(run.calendar),
        begin=run.begin,
        progress=progress,
    )
    entity = factory.Record()
    for (name, out), take in zip(ledger.held, takes, strict=True):
        held = "held " if periodic and home[name].plan.kind == "process" else ""
        world.connect(home[name].entities[name], entity, (f"{held}{out}", take))


def _connect_profiles(run: Run, world: Any, home: dict[str, Started]) -> None:
    driven = {key: value for key, value in run.driven.items() if key[0] in home}
    if not driven:
        return
    factory = world.start(
        "profiles", driven=driven, devices=run.devices, calendar=run.calendar, begin=run.begin
    )
    for name in dict.fromkeys(name for name, _ in driven):
        entity = factory.Device(name=name)
        for inp in (inp for owner, inp in driven if owner == name):
            world.connect(entity, home[name].entities[name], (inp, inp))
