"""A planned world in mosaik: start the simulators, join them, run, and see that all arrived."""

from __future__ import annotations

import asyncio
import shlex
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import mosaik
import numpy as np
from numpy.typing import NDArray

from twin.calendar import Calendar
from twin.cell import Cell, Change, Sink
from twin.columns import Column
from twin.component import methods_of, type_name
from twin.failure import Guard
from twin.fleet import make_rows
from twin.record import Recorder, event_words
from twin.samples import Sampler
from twin.scenario import Record, Scenario
from twin.snapshot import Keeper, State
from twin.topology import Device, Topology, Wire, wire_pairs
from twin.wiring import Driven, Plan, build
from twin.worldplan import LinkPlan, SimPlan, WorldPlan, recorded_fields

PIECES = 50  # calls of a cell that is alone: often enough to see it move


class WorldError(Exception):
    """A simulator did not do what it should: which, and what."""


@dataclass
class Run:
    """Everything that one world is made of."""

    topology: Topology
    scenario: Scenario
    plan: WorldPlan
    calendar: Calendar
    driven: Mapping[tuple[str, str], Driven]
    folder: Path
    keeper: Keeper
    allow_remote: bool = False
    components: Path | None = None
    in_python: bool = False
    progress: Callable[[int], None] | None = None
    resume: State | None = None
    begin: int = 0
    cells: dict[str, Cell] = field(default_factory=dict)
    recorders: list[Recorder] = field(default_factory=list)
    parts: dict[str, int] = field(default_factory=dict)  # of the records of a resumed run

    @property
    def devices(self) -> Mapping[str, Device]:
        """The devices of the topology."""
        return self.topology.devices

    def cell_of(self, name: str) -> Cell:
        """The cell that steps a device and books it."""
        return self.cells.get(name) or self.cells["cell"]


class Quiet:
    """Takes what a cell that only states offers would record."""

    def records(self, stamps: NDArray[np.int64], lines: NDArray[np.float64]) -> None:
        """Nothing is kept."""

    def events(self, log: NDArray[np.int64]) -> None:
        """Nothing is kept."""


def prepare_cells(run: Run) -> None:
    """Build the cells of a run: compile their loops, lay out their rows, set them to the start."""
    for sim in run.plan.sims:
        if sim.kind == "cell":
            run.cells[sim.name] = _cell(run, sim)


def _cell(run: Run, sim: SimPlan) -> Cell:
    watched = [
        (link.device, link.out)
        for link in run.plan.links
        if link.source == sim.name and _kind(run, link.target) == "process"
    ]
    plan = Plan(
        run.devices,
        run.plan.wires,
        sim.actions,
        run.calendar,
        run.driven,
        run.scenario.record,
        list(dict.fromkeys(watched)),
    )
    setup = build(plan, run.in_python)
    parts = {part.name: part for part in setup.shape.parts if not part.ghost}
    changes = [
        Change(
            run.calendar.step_after(run.calendar.ticks(event.at_s)),
            parts[event.device].index,
            event.units,
            event.field,
            event.value,
        )
        for event in run.scenario.events
        if event.device in parts
    ]
    sink: Sink = Quiet()
    if not sim.name.endswith(" offer"):
        devices = [run.devices[part.name.partition("~")[0]] for part in setup.shape.parts]
        fields = {
            (part.index, column): name
            for part in setup.shape.parts
            for name, column in part.layout.column.items()
        }
        sink = Recorder(
            run.folder,
            sim.name,
            setup.columns,
            run.calendar.seconds,
            lambda log: event_words(log, devices, fields, run.calendar.seconds),
            run.parts.get(sim.name, 0),
        )
        run.recorders.append(sink)
    cell = Cell(setup, run.calendar, sink, changes, run.in_python)
    if run.resume:
        cell.restore(run.resume[sim.name])
    return cell


def run_world(run: Run) -> None:
    """Run a prepared world to its end; CellFailure, WorldError or OSError say why it did not."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        _run_here(run)
        return
    raised: list[BaseException] = []

    def work() -> None:
        try:
            _run_here(run)
        except BaseException as error:  # handed to the thread that waits
            raised.append(error)

    thread = threading.Thread(target=work)  # a notebook's own loop goes on in this thread
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


def _run_here(run: Run) -> None:
    loop = asyncio.new_event_loop()
    world = mosaik.World(
        _sim_config(run),
        time_resolution=run.calendar.tick_s,
        cache=False,
        skip_greetings=True,
        configure_logging=False,
        asyncio_loop=loop,
    )
    try:
        sims = _start(run, world)
        _connect(run, world, sims)
        world.run(until=run.calendar.end - run.begin, print_progress=False, shutdown=False)
        _check_arrival(run)
    finally:
        _shut(world, loop)


def _shut(world: Any, loop: asyncio.AbstractEventLoop) -> None:
    """End the simulators, and what mosaik leaves pending where one of them raised."""
    if loop.is_closed():
        return
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    world.shutdown()
    if not loop.is_closed():
        loop.close()


def _check_arrival(run: Run) -> None:
    """Mosaik returns quietly where a remote simulator died or the user broke off."""
    short = {name: cell.now for name, cell in run.cells.items() if cell.now < run.calendar.end}
    if not short:
        return
    away = [sim.name for sim in run.plan.sims if sim.kind == "remote"]
    at_s = run.calendar.seconds(min(short.values()))
    if away:
        raise WorldError(f"{' or '.join(away)}: the remote simulator stopped at {at_s} s")
    raise KeyboardInterrupt


def _kind(run: Run, name: str) -> str:
    return next(sim.kind for sim in run.plan.sims if sim.name == name)


def _sim_config(run: Run) -> dict[str, dict[str, str]]:
    config = {
        "cell": {"python": "twin.simulator:CellSim"},
        "fleet": {"python": "twin.component_sim:ComponentSim"},
        "process": {"python": "twin.processes:ProcessSim"},
        "profiles": {"python": "twin.service_sims:ProfileSim"},
        "record": {"python": "twin.service_sims:RecordSim"},
    }
    for sim in run.plan.sims:
        if sim.kind != "remote":
            continue
        remote = run.devices[sim.name].remote
        if not run.allow_remote:
            raise WorldError(f"{sim.name} is remote ({remote}); --allow-remote lets it start")
        host, _, port = remote.rpartition(":")
        if port.isdigit() and host and " " not in remote:
            config[f"remote {sim.name}"] = {"connect": remote}
        else:
            words = [sys.executable if word == "python" else word for word in shlex.split(remote)]
            config[f"remote {sim.name}"] = {"cmd": " ".join(words)}
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
    folder = str(run.components) if run.components else ""
    sim_id = sim.name.replace(".", "-").replace(" ", "-")
    kinds = sorted({type_name(run.devices[name].cls) for name in sim.holds})
    if sim.kind == "process":
        factory = world.start(
            "process",
            sim_id=sim_id,
            components=kinds,
            folder=folder,
            step_after=run.calendar.step_after,
        )
    else:
        factory = world.start(
            f"remote {sim.name}" if sim.kind == "remote" else "fleet",
            sim_id=sim_id,
            component=kinds[0],
            calendar=_exchanges(run.calendar, run.devices[sim.name]),
            components=folder,
            begin=run.begin,
        )
    entities = {}
    for name in sim.holds:
        device = run.devices[name]
        model = getattr(factory, type_name(device.cls))
        entities[name] = model(units=device.units, name=name, **_values(device))
    return Started(sim, entities)


def _values(device: Device) -> dict[str, Any]:
    """The values of a device as plain lists, words where its fields have labels."""
    found: dict[str, Any] = {}
    for name, values in device.values.items():
        declared = device.cls.fields[name]
        plain = values[: device.units].tolist()
        if declared.labels:
            plain = [declared.labels[int(value)] for value in plain]
        found[name] = [bool(value) for value in plain] if declared.type is bool else plain
    return found | dict(device.texts)


def _exchanges(calendar: Calendar, device: Device) -> list[list[int]]:
    """Start, end and exchange of each segment; a period of its own where that is longer."""
    period = calendar.ticks(device.period_s) if device.period_s else 0
    return [[int(s[0]), int(s[1]), max(int(s[3]), period)] for s in calendar.segments]


def _start_cell(run: Run, world: Any, sim: SimPlan) -> Started:
    gives: dict[str, list[str]] = {name: [] for name in sim.holds}
    for link in run.plan.links:
        if link.source == sim.name and link.out not in gives[link.device]:
            gives[link.device].append(link.out)
    incoming = [link for link in run.plan.links if link.target == sim.name]
    events = [link.attr for link in incoming if _kind(run, link.source) == "process"]
    factory = world.start(
        "cell",
        sim_id=sim.name.replace(".", "-").replace(" ", "-"),
        cell=_guarded(run, sim),
        keep=partial(run.keeper.save, sim.name),
        ahead=_ahead(run, sim),
        gives=gives,
        takes=list(dict.fromkeys(link.attr for link in incoming)),
        events=events if run.plan.eventful else None,
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


def _ahead(run: Run, sim: SimPlan) -> Callable[[int], int]:
    """How far a cell may step on its own: to the next exchange, or a piece of the whole."""
    calendar, keeper = run.calendar, run.keeper
    periodic = any(other.kind in ("fleet", "remote") for other in run.plan.sims)
    partners = any(sim.name in (link.source, link.target) for link in run.plan.links)
    pieces = max(calendar.end // PIECES, 1)

    def ahead(now: int) -> int:
        if run.plan.exploded:
            return calendar.step_after(now + 1)
        until = calendar.sync_after(now if partners and periodic else now + pieces - 1)
        return keeper.after(now, until)

    return ahead


def _connect(run: Run, world: Any, sims: dict[str, Started]) -> None:
    for link in run.plan.links:
        _connect_one(run, world, sims, link)
    outside = [sim for sim in run.plan.sims if sim.kind != "cell"]
    names = [name for sim in outside for name in sim.holds]
    if names:
        _connect_recorder(run, world, sims, names)
        _connect_profiles(run, world, sims, names)


def _connect_one(run: Run, world: Any, sims: dict[str, Started], link: LinkPlan) -> None:
    source, target = sims[link.source], sims[link.target]
    eventful = source.plan.kind == "process" or (run.plan.eventful and source.plan.kind == "cell")
    to_events = target.plan.kind == "process"
    from_events = source.plan.kind == "process" and target.plan.kind == "cell"
    out = link.out if not eventful or to_events or from_events else f"held {link.out}"
    more: dict[str, Any] = {}
    mapping = _mapping(run, link.wire) if link.wire else None
    if link.late:
        more["time_shifted"] = 1
        if not (to_events or from_events):
            value = _initial(run, link)
            more["initial_data"] = {out: mapping(value) if mapping else value}
    if mapping:
        more["transform"] = mapping
    world.connect(
        source.entities[link.device], target.entities[link.entity], (out, link.attr), **more
    )


def _initial(run: Run, link: LinkPlan) -> list[Any]:
    """What a late link carries in the first step."""
    for name in (link.source, "cell"):
        if name in run.cells and run.plan.sims and link.device in _holds(run, name):
            return run.cells[name].get(link.device, link.out)
    device = run.devices[link.device]
    rows = make_rows(device.cls, device.units, {k: v for k, v in device.values.items()})
    if "start" in methods_of(device.cls):
        from twin.kernels import compiled

        compiled(device.cls).each_start(rows)
    found: list[Any] = rows[link.out].tolist()
    return found


def _holds(run: Run, name: str) -> tuple[str, ...]:
    return next((sim.holds for sim in run.plan.sims if sim.name == name), ())


def _mapping(run: Run, wire: Wire) -> Callable[[Any], Any]:
    """How the units of a source become those of a target outside the cell."""
    to, out_of = wire_pairs(wire, run.devices)
    units = run.devices[wire.target].units
    real = run.devices[wire.target].cls.fields[wire.inp].type is float

    def turn(values: Any) -> Any:
        if values is None:
            return None
        if not real:
            return [values[int(k)] for k in out_of]
        sums = np.zeros(units)
        np.add.at(sums, to, np.asarray(values, np.float64)[out_of])
        return sums.tolist()

    return turn


def _connect_recorder(run: Run, world: Any, sims: dict[str, Started], names: list[str]) -> None:
    columns = [column for name in names for column in _columns(run, name)]
    takes = list(dict.fromkeys(f"{column.device}.{column.field}" for column in columns))
    recorder = Recorder(run.folder, "outside", columns, run.calendar.seconds, _no_events)
    run.recorders.append(recorder)
    factory = world.start(
        "record",
        columns=columns,
        calendar=run.calendar,
        sink=recorder.records,
        takes=takes,
        begin=run.begin,
    )
    entity = factory.Record()
    home = {name: started for started in sims.values() for name in started.plan.holds}
    for take in takes:
        name, _, out = take.rpartition(".")
        held = "held " if home[name].plan.kind == "process" else ""
        world.connect(home[name].entities[name], entity, (f"{held}{out}", take))


def _columns(run: Run, name: str) -> Iterator[Column]:
    device = run.devices[name]
    for out in recorded_fields(device):
        signal = f"{name}.{out}"
        for stat in ("",) if device.units == 1 else ("sum", "min", "max"):
            yield Column(name, out, stat, f"{signal}:{stat}" if stat else signal, True)


def _connect_profiles(run: Run, world: Any, sims: dict[str, Started], names: list[str]) -> None:
    driven = {key: value for key, value in run.driven.items() if key[0] in names}
    if not driven:
        return
    factory = world.start("profiles", driven=driven, calendar=run.calendar, begin=run.begin)
    home = {name: started for started in sims.values() for name in started.plan.holds}
    for name, inp in driven:
        if home[name].plan.kind == "process":
            raise WorldError(f"{name}.{inp}: a process cannot be driven by a profile")
        world.connect(factory.Device(name=name), home[name].entities[name], (inp, inp))
