"""All that one world is made of, and its cells made ready to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from twin.calendar import Calendar
from twin.cell import Cell, Change, Quiet, Sink
from twin.component import Kind
from twin.firstflow import First, first_flows
from twin.order import in_cell
from twin.outside import ledger_recorder, make_ledger
from twin.record import Recorder, event_words
from twin.scenario import Scenario
from twin.service_sims import Ledger
from twin.snapshot import Keeper, State
from twin.topology import Device, Topology
from twin.wiring import Driven, Plan, build
from twin.worldplan import SimPlan, WorldPlan, plan_world, watched


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
    in_python: bool = False
    progress: Callable[[int], None] | None = None
    resume: State | None = None
    begin: int = 0
    cells: dict[str, Cell] = field(default_factory=dict)
    recorders: list[Recorder] = field(default_factory=list)
    parts: dict[str, int] = field(default_factory=dict)  # of the records of a resumed run
    ledger: Ledger | None = None  # of the devices outside the cell
    first: First = field(default_factory=dict)  # what networks say before the first step
    sink: Sink | None = None  # takes what is recorded, in place of the folder

    @property
    def devices(self) -> Mapping[str, Device]:
        """The devices of the topology."""
        return self.topology.devices

    def cell_of(self, name: str) -> Cell:
        """The cell that steps a device; of one that is stepped elsewhere, that of its bus."""
        if not in_cell(self.devices[name]):
            name = self.devices[name].bus
        return self.cells.get(name) or self.cells["cell"]

    def states(self, name: str) -> dict[str, Any]:
        """The recorded states of a device as they stand, one value a unit."""
        device = self.devices[name]
        fields = device.cls.fields.values()
        kept = [f.name for f in fields if f.kind is Kind.STATE and f.record and f.type is not list]
        if in_cell(device):
            rows = self.cell_of(name).rows(name)
            return {state: rows[state] for state in kept}
        held = self.ledger.held if self.ledger else {}
        return {state: held[name, state] for state in kept if device.units}


def prepare_cells(run: Run) -> None:
    """Build the cells of a run: compile their loops, lay out their rows, set them to the start."""
    for sim in run.plan.sims:
        if sim.kind == "cell":
            run.cells[sim.name] = _cell(run, sim)
    run.first = _first(run)
    others = [run.devices[name] for sim in outside(run) for name in sim.holds]
    if others:
        run.ledger = make_ledger(others, run.calendar, run.scenario.record, run.begin)
        run.recorders.append(ledger_recorder(run.ledger, run.folder))


def _first(run: Run) -> First:
    """What networks and compiled devices tell each other before the first step."""
    if run.resume or not any(device.cls.companions for device in run.devices.values()):
        return {}
    whole = plan_world(run.topology)
    sim = next(sim for sim in whole.sims if sim.kind == "cell")
    cell = run.cells.get(sim.name) or _cell(replace(run, plan=whole, recorders=[]), sim)
    first = first_flows(cell, run.devices, whole.wires)
    for (name, out), values in first.items():
        if in_cell(run.devices[name]):
            run.cell_of(name).rows(name)[out] = values
    return first


def outside(run: Run) -> list[SimPlan]:
    """The simulators beside the cells."""
    return [sim for sim in run.plan.sims if sim.kind != "cell"]


def _cell(run: Run, sim: SimPlan) -> Cell:
    plan = Plan(
        run.devices,
        run.plan.wires,
        sim.actions,
        run.calendar,
        run.driven,
        run.scenario.record,
        {} if sim.partial else watched(run.plan.wires, run.devices, sim.holds),
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
        for event in run.scenario.changes
        if event.device in parts
    ]
    sink: Sink = run.sink or Quiet()
    if not (sim.partial or run.sink):
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
