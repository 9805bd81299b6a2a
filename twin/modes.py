"""The modes of a scenario at an instant: how fast it swings, how well that is damped, what does it.

The scenario is run to the instant, the last stretch of the way in the fine regime, which fills the
delay lines; then the step that it would take next is linearised and its eigenvalues are found. What
is stepped outside the compiled loop, and devices with a period of their own, are held meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from twin.calendar import Calendar, make_calendar
from twin.cell import Cell, Quiet
from twin.drive import driven_inputs
from twin.expand import expanded, followed
from twin.failure import CellFailure
from twin.load import load_scenario
from twin.modes_spectrum import Mode, spectrum
from twin.modes_step import Number, Slopes, StepMap
from twin.problems import Problem, Problems
from twin.scenario import Scenario
from twin.snapshot import Keeper, State, Stateful
from twin.topology import Topology
from twin.world import WorldError, run_world
from twin.worldcells import Run, prepare_cells
from twin.worldplan import plan_world

RUN_IN_S = 1.0  # of fine steps before the instant, beside the longest delay
MOST_NUMBERS = 2000  # the eigenvalues of so many take a minute or two
MOVING = 1e-3  # of its size in a second: beyond it something does not stand still


@dataclass(frozen=True)
class Modes:
    """What moves near where a scenario stands at an instant."""

    at_s: float
    dt_s: float
    modes: tuple[Mode, ...]  # what grows or lasts longest first
    within_step: int  # eigenvalues that are gone within the step, to less than 1/e
    numbers: int  # that take part in a loop or live by themselves
    rough: tuple[str, ...]  # fields whose slopes to both sides differ: at a limit or a kink
    moving: tuple[str, float] | None  # what does not stand still, and its change in a second
    held: tuple[str, ...]  # devices that are not looked at: stepped elsewhere, or now and then


def find_modes(
    name: str | Path,
    at_s: float | None = None,
    overrides: Mapping[str, Any] | None = None,
    variant: str = "",
    allow_remote: bool = False,
    allow_outside: bool = False,
) -> Modes:
    """The modes of a scenario, by name or path, at an instant; else just before its first event.

    What the scenario does at the instant itself has been done. Raises Problems.
    """
    scenario, topology = load_scenario(name, overrides or {}, variant, allow_outside)
    scenario, topology = followed(scenario, topology), expanded(topology)
    calendar, at = _calendar(scenario, topology, at_s)
    with TemporaryDirectory() as folder:
        caught = _Catch(Path(folder), [at])
        run = Run(
            topology=topology,
            scenario=scenario,
            plan=plan_world(topology, allow_remote=allow_remote),
            calendar=calendar,
            driven=driven_inputs(topology, scenario),
            folder=Path(folder),
            keeper=caught,
        )
        try:
            prepare_cells(run)
            run_world(run)
        except (CellFailure, WorldError) as error:
            text = f"does not come to {calendar.seconds(at):g} s: {error}"
            raise Problems([_problem(scenario, "", text)]) from None
    if not run.cells:
        raise Problems([_problem(scenario, "", "has no compiled devices, whose step is looked at")])
    cell = run.cells["cell"]
    cell.restore(caught.state["cell"])
    return modes_of(cell)


def modes_of(cell: Cell) -> Modes:
    """The modes of the step that a cell is about to take; it stands there again afterwards."""
    at_s = float(cell.calendar.seconds(cell.now))
    dt_s = float(cell.calendar.seconds(cell.calendar.step_after(cell.now + 1) - cell.now))
    state, sink = cell.state(), cell.sink
    cell.sink = Quiet()
    try:
        slopes = _slopes(cell, dt_s)
    finally:
        cell.sink = sink
        cell.restore(state)
    modes, within = spectrum(slopes, dt_s, cell.setup.unit_name)
    names = [f"{cell.setup.unit_name(one.device, one.unit)}.{one.field}" for one in slopes.numbers]
    return Modes(
        at_s=at_s,
        dt_s=dt_s,
        modes=tuple(modes),
        within_step=within,
        numbers=len(names),
        rough=tuple(dict.fromkeys(np.array(names)[slopes.rough].tolist())),
        moving=_moving(slopes, names, dt_s),
        held=tuple(_held(cell)),
    )


def _slopes(cell: Cell, dt_s: float) -> Slopes:
    step = StepMap(cell)
    step.take_part()
    _check_count(step.numbers)
    slopes = step.slopes()
    _check_lines(step, slopes.numbers, dt_s)
    return slopes


class _Catch(Keeper):
    """Keeps the state of an instant in memory."""

    def __init__(self, folder: Path, ticks: Iterable[int]) -> None:
        super().__init__(folder, list(ticks))
        self.state: State = {}

    def save(self, simulator: str, tick: int, cell: Stateful) -> None:
        """Keep the state of a simulator, if it is the instant."""
        if tick in self.ticks:
            self.state[simulator] = cell.state()


def _calendar(scenario: Scenario, topology: Topology, at_s: float | None) -> tuple[Calendar, int]:
    """The calendar of a scenario up to an instant, the last of it fine, and the instant."""
    if not (scenario.fine_step_s and scenario.fine_sync_s):
        text = "has no fine regime; give it fine_step_s, fine_sync_s and fine_for_s"
        raise Problems([_problem(scenario, "", text)])
    whole = make_calendar(scenario)
    step, sync = whole.ticks(scenario.fine_step_s), whole.ticks(scenario.fine_sync_s)
    begins = [one.at_s for one in scenario.events] + [one.at_s for one in scenario.zooms]
    if at_s is None and not begins:
        raise Problems([_problem(scenario, "event", "is none to stop before; say --at SECONDS")])
    at = whole.ticks(min(begins)) - step if at_s is None else whole.ticks(at_s)
    if not step <= at <= whole.end - step:
        first_s, last_s = float(whole.seconds(step)), float(whole.seconds(whole.end - step))
        text = f"{whole.seconds(at):g} s lies outside {first_s:g} to {last_s:g} s"
        raise Problems([_problem(scenario, "--at", text)])
    lines = _coarse(whole, at - whole.ticks(RUN_IN_S + _longest_delay_s(topology)))
    begin = lines[-1][1] if lines else 0
    lines.append([begin, min(at + sync, whole.end), step, sync, step, 1])
    return Calendar(whole.tick_s, whole.ticks_per_s, np.array(lines, np.int64)), at


def _coarse(calendar: Calendar, until: int) -> list[list[int]]:
    """The segments before a tick; the last ends with the last step that fits.

    Where that is no exchange, data pass at every step from the last exchange on.
    """
    lines = []
    for start, end, step, sync, record, fine in calendar.segments.tolist():
        stop = min(end, until)
        often = start + max(stop - start, 0) // sync * sync
        last = often + max(stop - often, 0) // step * step
        for begin, close, every in ((start, often, sync), (often, last, step)):
            if close > begin:
                lines.append([begin, close, step, every, record, fine])
        if until <= end:
            break
    return lines


def _longest_delay_s(topology: Topology) -> float:
    delays = [0.0]
    for device in topology.devices.values():
        for declared in device.cls.fields.values():
            if isinstance(declared.size, str) and device.units:
                default = device.cls.fields[declared.size].default
                delays.append(float(np.max(device.values.get(declared.size, default))))
    return max(delays)


def _check_count(numbers: list[Number]) -> None:
    """Refuse what would take too long."""
    if len(numbers) <= MOST_NUMBERS:
        return
    (device, own), *_ = Counter(number.device for number in numbers).most_common()
    text = f"{len(numbers):,} numbers take part, {own:,} of them in {device}"
    text += f"; at most {MOST_NUMBERS:,} can be looked at: take fewer units, or a longer fine step"
    raise Problems([Problem("modes", 0, "", text)])


def _check_lines(step: StepMap, numbers: Iterable[Number], dt_s: float) -> None:
    """Refuse a delay line that still holds what came in longer steps, or was lately begun anew."""
    for number in numbers:
        if number.age and step.held_s(number) > 1.5 * dt_s:
            text = "has not run in fine steps for as long as its delay; say a later --at"
            raise Problems([Problem("modes", 0, f"{number.device}.{number.field}", text)])


def _moving(slopes: Slopes, names: list[str], dt_s: float) -> tuple[str, float] | None:
    """What moves most of what should stand still."""
    speeds = slopes.drift / dt_s
    most = int(np.argmax(np.abs(speeds) / slopes.sizes)) if names else -1
    if most < 0 or abs(speeds[most]) <= MOVING * slopes.sizes[most]:
        return None
    return names[most], float(speeds[most])


def _held(cell: Cell) -> Iterator[str]:
    """Devices that do not act in the step that is looked at."""
    acting = {part.name for part in cell.setup.shape.parts if not (part.ghost or part.slow)}
    for name, device in cell.setup.devices.items():
        if device.units and name not in acting:
            yield name


def _problem(scenario: Scenario, path: str, text: str) -> Problem:
    return Problem(str(scenario.path or scenario.name), 0, path, text)
