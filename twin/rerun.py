"""A scenario run again and again with other values, in memory: for studies of thousands of runs.

No folder, no KPIs, no mosaik: the cell is stepped from its beginning to its end. The files are
checked anew for each run, so a wrong value is told as ever, and the loop is compiled once: values,
counts and `enabled` are data. What comes out is what `twin run` gives, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.calendar import make_calendar
from twin.cell import Cell, Quiet
from twin.drive import driven_inputs
from twin.expand import expanded, followed
from twin.failure import CellFailure, Guard
from twin.kpis.traces import Trace
from twin.load import load_scenario
from twin.problems import Problem, Problems, did_you_mean
from twin.samples import Sampler
from twin.scenario import Record
from twin.snapshot import Keeper
from twin.worldcells import Run, prepare_cells
from twin.worldplan import plan_world

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

    def total(self, signal: str) -> float:
        """What ``device.field`` of all units adds up to at the end."""
        device, _, name = signal.rpartition(".")
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
    """Run a scenario of compiled devices alone; raises Problems."""
    scenario, topology = load_scenario(name, overrides, variant, others=False)
    scenario, topology = followed(scenario, topology), expanded(topology)
    tape = Tape()
    run = Run(
        topology=topology,
        scenario=scenario,
        plan=plan_world(topology),
        calendar=make_calendar(scenario),
        driven=driven_inputs(topology, scenario),
        folder=NOWHERE,
        keeper=Keeper(NOWHERE, []),
        sink=tape,
    )
    if others := [one for sim in run.plan.sims if sim.kind != "cell" for one in sim.holds]:
        text = "is stepped outside the compiled loop; it cannot be run in memory"
        raise Problems([Problem(str(name), 0, other, text) for other in others])
    prepare_cells(run)
    (cell,) = run.cells.values()
    sampler = Sampler(cell, Record(signals=()))
    try:
        Guard(cell, sampler, Quiet(), None).advance(run.calendar.end)
    except CellFailure as error:
        raise Problems([Problem(str(name), 0, variant, f"did not end: {error}")]) from None
    return Ended(cell, tape, min((event.at_s for event in scenario.events), default=0.0))
