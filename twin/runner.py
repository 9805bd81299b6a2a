"""One run: files in, a run folder out, whatever happens in between."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twin import kpis, runfile
from twin.calendar import Calendar, make_calendar
from twin.check import Verdict, check
from twin.drive import driven_inputs
from twin.expand import expanded, followed
from twin.failure import CellFailure
from twin.kpis.economics import statement
from twin.ledger import keep_ledger
from twin.load import load_scenario
from twin.problems import Problem, Problems
from twin.record import merge_events, scenario_words
from twin.run import open_run
from twin.scenario import Event, Scenario
from twin.snapshot import Keeper, copy_records, last_snapshot
from twin.topology import Topology
from twin.world import WorldError, run_world
from twin.worldcells import Run, prepare_cells
from twin.worldplan import WorldPlan, plan_world


@dataclass(frozen=True)
class Options:
    """What a user can ask of a run beside its scenario."""

    overrides: Mapping[str, Any] = field(default_factory=dict)
    variant: str = ""
    out: Path | None = None
    exploded: bool = False
    in_python: bool = False
    allow_remote: bool = False
    allow_outside: bool = False
    components: Path | None = None
    snapshots_s: tuple[float, ...] = ()
    resume: Path | None = None
    checked: bool = False  # whether the other variants of the scenario have been checked


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    folder: Path
    status: str  # done, failed or interrupted
    reason: str
    kpis: Mapping[str, float]
    verdicts: tuple[Verdict, ...]
    meta: Mapping[str, Any]

    @property
    def good(self) -> bool:
        """Whether it came to its end with all expectations met."""
        return self.status == "done" and all(verdict.held for verdict in self.verdicts)


Progress = Callable[[Calendar, int], None]


def run_scenario(name: str | Path, options: Options, progress: Progress | None = None) -> Outcome:
    """Run a scenario by name or path; raises Problems before anything is written."""
    began = time.perf_counter()
    overrides = dict(options.overrides)
    scenario, topology = load_scenario(
        name, overrides, options.variant, options.allow_outside, others=not options.checked
    )
    scenario, topology = followed(scenario, topology), expanded(topology)
    calendar = make_calendar(scenario)
    driven = driven_inputs(topology, scenario)
    plan = plan_world(topology, options.exploded, options.allow_remote)
    mark = runfile.mark_of(scenario, topology)
    stops = _snapshot_ticks((*scenario.snapshots_s, *options.snapshots_s), calendar, plan)
    begin, state = _resumed(options.resume, plan, mark) if options.resume else (0, None)
    folder = _folder(topology, scenario, options)
    run = Run(
        topology=topology,
        scenario=scenario,
        plan=plan,
        calendar=calendar,
        driven=driven,
        folder=folder,
        keeper=Keeper(folder, stops),
        in_python=options.in_python,
        progress=(lambda tick: progress(calendar, tick)) if progress else None,
        resume=state,
        begin=begin,
    )
    meta = runfile.head(run, options.variant, overrides, mark)
    return _Book(run, meta, options.resume, began).keep()


class _Book:
    """Keeps `run.json` true from the first moment to the last."""

    def __init__(self, run: Run, meta: dict[str, Any], resume: Path | None, began: float) -> None:
        self.run, self.meta, self.resume, self.began = run, meta, resume, began

    def keep(self) -> Outcome:
        """Run, and write down how it went."""
        status, reason = "failed", ""
        try:
            self._write()
            self._work()
            status = "done"
        except KeyboardInterrupt:
            status = reason = "interrupted"
        except (CellFailure, WorldError) as error:
            reason = str(error)
            self.meta["failed_at_s"] = getattr(error, "t_s", None)
        except OSError as error:
            reason = _said(error)
        except Exception as error:  # ours: the folder says so, and the traceback goes on
            self._close("failed", f"{type(error).__name__}: {error}")
            raise
        return self._close(status, reason)

    def _work(self) -> None:
        run = self.run
        if self.resume:
            run.parts = copy_records(
                self.resume, run.folder, float(run.calendar.seconds(run.begin))
            )
        prepare_cells(run)
        self.meta["devices"] = runfile.devices(run, self.resume)
        self._clock("setup")
        run_world(run)
        self._clock("run")

    def _close(self, status: str, reason: str) -> Outcome:
        """Write what is left; a full disk leaves what was written before."""
        found: dict[str, float] = {}
        verdicts: list[Verdict] = []
        try:
            for recorder in self.run.recorders:
                recorder.flush()
            merge_events(self.run.folder, scenario_words(self._happened(), self.run.devices))
            self._sum_up()
            self._clock("write")
            self.meta |= {"status": status, "reason": reason}
            self._write()
            if status == "done":
                ended = open_run(self.run.folder)
                if self.run.scenario.carbon:
                    keep_ledger(ended, self.run.scenario.carbon)
                found = kpis.compute(ended)
                verdicts = check({**ended.totals, **found}, self.meta["expect"])
                _write_json(self.run.folder / "kpis.json", found)
                if costs := statement(ended):
                    _write_json(self.run.folder / "costs.json", costs)
        except OSError as error:
            status, reason = "failed", reason or _said(error)
            self.meta |= {"status": status, "reason": reason}
            self._write_if_possible()
        return Outcome(self.run.folder, status, reason, found, tuple(verdicts), self.meta)

    def _happened(self) -> Iterator[tuple[float, Event]]:
        """Events of the scenario that this run came to."""
        run, calendar = self.run, self.run.calendar
        reached = max((cell.now for cell in run.cells.values()), default=run.begin)
        reached = max(reached, run.ledger.reached if run.ledger else 0)
        reached = min(reached, calendar.end - 1)  # the step that failed has begun, none at the end
        for event in run.scenario.events:
            tick = calendar.step_after(calendar.ticks(event.at_s))
            owner = run.devices.get(event.device.rpartition(".")[0])
            told = owner is None or not owner.cls.companions  # else it is told of the owner
            if told and run.begin <= tick <= reached:
                yield float(calendar.seconds(tick)), event

    def _sum_up(self) -> None:
        for name, said in self.meta["devices"].items():
            said["totals"] = runfile.totals(self.run, self.run.devices[name])
            said["counting"] = runfile.counting(self.run, self.run.devices[name])
        if self.meta["devices"]:
            self.meta["audit"] = runfile.audit(self.run)

    def _clock(self, phase: str) -> None:
        now = time.perf_counter()
        self.meta["wall_s"][phase] = round(now - self.began, 6)
        self.began = now

    def _write(self) -> None:
        _write_json(self.run.folder / "run.json", self.meta)

    def _write_if_possible(self) -> None:
        try:
            self._write()
        except OSError:
            return


def _snapshot_ticks(seconds: tuple[float, ...], calendar: Calendar, plan: WorldPlan) -> list[int]:
    found: list[Problem] = []
    ticks: list[int] = []
    end_s = float(calendar.seconds(calendar.end))
    for at_s in seconds:
        if not 0.0 < at_s < end_s:
            found.append(Problem("--snapshot", 0, f"{at_s:g}", f"lies outside 0 to {end_s:g} s"))
            continue
        tick = calendar.ticks(at_s)
        ticks.append(tick)
        if calendar.seconds(tick) != at_s or calendar.sync_after(tick - 1) != tick:
            found.append(Problem("--snapshot", 0, f"{at_s:g}", "is no exchange; see sync_s"))
    other = [name for sim in plan.sims if sim.kind != "cell" for name in sim.holds]
    if seconds and other:
        text = f"{', '.join(other)} cannot be saved: not compiled into the cell"
        found.append(Problem("--snapshot", 0, "", text))
    if found:
        raise Problems(found)
    return ticks


def _resumed(folder: Path, plan: WorldPlan, mark: str) -> tuple[int, Any]:
    try:
        meta = json.loads((folder / "run.json").read_text())
        known = meta["hash"]
    except (OSError, ValueError, KeyError, TypeError):
        raise Problems([Problem(str(folder), 0, "", "is no run folder")]) from None
    if known != mark:
        text = "was another run: its files, components or version differ from today's"
        raise Problems([Problem(str(folder), 0, "", text)])
    return last_snapshot(folder, [sim.name for sim in plan.sims if sim.kind == "cell"])


def _folder(topology: Topology, scenario: Scenario, options: Options) -> Path:
    """The folder that was asked for, or the next free one below `runs`."""
    name = "-".join(part for part in (topology.name, scenario.name, options.variant) if part)
    if not options.out:
        return free_folder(name)
    try:
        if options.out.is_dir() and any(options.out.iterdir()):
            raise Problems([Problem("--out", 0, str(options.out), "is not empty")])
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problems([Problem(str(error.filename), 0, "", _said(error))]) from None
    return options.out


def free_folder(name: str) -> Path:
    """The next folder of this name and a number below `runs`, made."""
    try:
        for count in range(1, 1_000_000):
            folder = Path("runs") / f"{name}-{count:03d}"
            if not folder.exists():
                folder.mkdir(parents=True)
                return folder
    except OSError as error:
        raise Problems([Problem(str(error.filename), 0, "", _said(error))]) from None
    raise Problems([Problem("runs", 0, name, "has a million runs")])


def _said(error: OSError) -> str:
    """An error of the operating system as a user reads it."""
    where = f" ({error.filename})" if error.filename else ""
    return f"could not write: {os.strerror(error.errno) if error.errno else error}{where}"


def _write_json(path: Path, content: Any) -> None:
    draft = path.with_suffix(".tmp")
    try:
        draft.write_text(json.dumps(content, indent=1, default=str), encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
