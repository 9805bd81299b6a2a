"""A scenario run again and again with other values, in memory: for studies of thousands of runs.

No folder, no KPIs, no mosaik: the cell is stepped from its beginning to its end, and stops where a
process acts. Processes may speak to the cell but not hear of it, as trucks that follow their orders
and no gauge. The files are checked anew for each run, so a wrong value is told as ever, and the
loop is compiled once: values, counts and `enabled` are data. What comes out is what `twin run`
gives, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.calendar import make_calendar
from twin.cell import Cell, Quiet
from twin.component import type_name
from twin.drive import driven_inputs
from twin.expand import expanded, followed
from twin.failure import CellFailure, Guard
from twin.kpis.traces import Trace
from twin.load import load_scenario
from twin.outside import changes_of, given_values
from twin.problems import Problem, Problems, did_you_mean
from twin.processes import ProcessSim
from twin.samples import Sampler
from twin.scenario import Record
from twin.snapshot import Keeper
from twin.worldcells import Run, prepare_cells
from twin.worldplan import WorldPlan, plan_world

NOWHERE = Path()  # nothing is written


@dataclass
class Tape:
    """A sink that keeps what is recorded."""

    stamps: list[NDArray[np.int64]] = field(default_factory=list)
    lines: list[NDArray[np.float64]] = field(default_factory=list)

    def records(self, stamps: NDArray[np.int64], lines: NDArray[np.float64]) -> None:
        """Keep lines of signals."""
        self.stamps.append(stamps.copy())
        self.lines.append(lines.copy())

    def events(self, log: NDArray[np.int64]) -> None:
        """Modes are not kept."""


@dataclass(frozen=True)
class Ended:
    """A run that came to its end."""

    cell: Cell
    tape: Tape
    first_event_s: float
    processes: Mapping[str, list[Any]] = field(default_factory=dict)  # units by device

    def total(self, signal: str) -> float:
        """What ``device.field`` of all units adds up to at the end."""
        device, _, name = signal.rpartition(".")
        if device in self.processes:
            return float(sum(getattr(unit, name) for unit in self.processes[device]))
        return float(np.sum(self.cell.rows(device)[name]))

    def after_event(self, signal: str) -> Trace:
        """A recorded signal by the seconds after the first event."""
        names = [column.name for column in self.cell.setup.columns]
        if signal not in names:
            text = f"is not recorded{did_you_mean(signal, names)}"
            raise Problems([Problem("record", 0, signal, text)])
        stamps, x = np.concatenate(self.tape.stamps), np.vstack(self.tape.lines)
        per_s = self.cell.calendar.ticks_per_s
        t_s = stamps * per_s.denominator / per_s.numerator - self.first_event_s
        after = t_s >= 0.0
        return Trace(t_s[after], x[after, names.index(signal)])


def rerun(name: str | Path, overrides: Mapping[str, Any], variant: str = "") -> Ended:
    """Run a scenario in memory; raises Problems."""
    scenario, topology = load_scenario(name, overrides, variant, others=False)
    scenario, topology = followed(scenario, topology), expanded(topology)
    tape, whole = Tape(), plan_world(topology)
    if others := [*_deaf_to(whole)]:
        raise Problems([Problem(str(name), 0, one, text) for one, text in others])
    run = Run(
        topology=topology,
        scenario=scenario,
        plan=replace(whole, sims=tuple(sim for sim in whole.sims if sim.kind == "cell")),
        calendar=make_calendar(scenario),
        driven=driven_inputs(topology, scenario),
        folder=NOWHERE,
        keeper=Keeper(NOWHERE, []),
        sink=tape,
    )
    prepare_cells(run)
    (cell,) = run.cells.values()
    guard = Guard(cell, Sampler(cell, Record(signals=())), Quiet(), None)
    processes = _started(run, whole)
    try:
        for tick, arrived in _spoken(processes, whole):
            if tick >= run.calendar.end:
                break
            guard.advance(tick)
            guard.take(arrived)
        guard.advance(run.calendar.end)
    except CellFailure as error:
        raise Problems([Problem(str(name), 0, variant, f"did not end: {error}")]) from None
    first_s = min((event.at_s for event in scenario.events), default=0.0)
    return Ended(cell, tape, first_s, processes.units)


def _deaf_to(plan: WorldPlan) -> Iterator[tuple[str, str]]:
    """What cannot be run in memory, and why."""
    for sim in plan.sims:
        if sim.kind == "process":
            told = {link.entity for link in plan.links if link.target == sim.name}
            yield from ((one, "hears of the compiled loop; run it with mosaik") for one in told)
        elif sim.kind != "cell":
            text = "is stepped outside the compiled loop; it cannot be run in memory"
            yield from ((one, text) for one in sim.holds)


def _started(run: Run, plan: WorldPlan) -> ProcessSim:
    """The processes of a plan at second 0; perhaps there are none."""
    devices = [run.devices[n] for sim in plan.sims if sim.kind == "process" for n in sim.holds]
    kinds = sorted({type_name(device.cls) for device in devices})
    processes = ProcessSim()
    segments = run.calendar.segments.tolist()
    processes.init("", run.calendar.tick_s, kinds, segments, seed=run.scenario.seed)
    for device in devices:
        changes = changes_of(device, run.scenario.changes, run.calendar)
        given = given_values(device)
        kind = type_name(device.cls)
        processes.create(1, kind, device.units, device.name, changes, **given)
    return processes


def _spoken(processes: ProcessSim, plan: WorldPlan) -> Iterator[tuple[int, dict[str, Any]]]:
    """Tick by tick in which processes act, what they say to the cell."""
    links = [link for link in plan.links if link.device in processes.units]
    wanted: dict[str, list[str]] = {}
    for link in links:
        wanted.setdefault(link.device, []).append(link.out)
    tick: int | None = 0
    while tick is not None and processes.units:
        after = processes.step(tick, {}, 0)
        said = processes.get_data(wanted)
        news = {k.attr: said[k.device][k.out] for k in links if k.out in said.get(k.device, {})}
        yield tick, news
        tick = after
