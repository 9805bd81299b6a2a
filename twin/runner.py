"""One run: files in, a run folder out, whatever happens in between."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from twin import __version__, kpis
from twin.calendar import Calendar, make_calendar
from twin.check import Verdict, check
from twin.component import Kind, type_name
from twin.drive import driven_inputs
from twin.failure import CellFailure
from twin.load import load_scenario
from twin.problems import Problem, Problems
from twin.record import merge_events
from twin.run import open_run
from twin.scenario import Scenario
from twin.snapshot import Keeper, copy_records, last_snapshot
from twin.topology import Device, Topology, bus_units
from twin.world import Run, WorldError, prepare_cells, run_world
from twin.worldplan import SimPlan, plan_world

PACKAGES = ("numpy", "numba", "mosaik", "pandapower", "simpy", "pyarrow")


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
    scenario, topology = load_scenario(
        name, dict(options.overrides), options.variant, options.allow_outside
    )
    calendar = make_calendar(scenario)
    driven = driven_inputs(topology, scenario)
    plan = plan_world(topology, options.exploded)
    mark = _mark(scenario, topology)
    stops = _snapshot_ticks((*scenario.snapshots_s, *options.snapshots_s), calendar, plan.sims)
    state, begin = None, 0
    if options.resume:
        begin, state = _resumed(options.resume, plan.sims, mark)
    folder = options.out or _free_folder(topology, scenario, options.variant)
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(
        topology=topology,
        scenario=scenario,
        plan=plan,
        calendar=calendar,
        driven=driven,
        folder=folder,
        keeper=Keeper(folder, stops),
        allow_remote=options.allow_remote,
        components=options.components,
        in_python=options.in_python,
        progress=(lambda tick: progress(calendar, tick)) if progress else None,
        resume=state,
        begin=begin,
    )
    book = _Book(run, options, mark, began)
    return book.keep()


class _Book:
    """Keeps `run.json` true from the first moment to the last."""

    def __init__(self, run: Run, options: Options, mark: str, began: float) -> None:
        self.run, self.options, self.began = run, options, began
        self.meta = _head(run, options, mark)
        self.write()

    def keep(self) -> Outcome:
        """Run, and write down how it went."""
        run = self.run
        reason, status = "", "done"
        try:
            if self.options.resume:
                before_s = float(run.calendar.seconds(run.begin))
                run.parts = copy_records(self.options.resume, run.folder, before_s)
            prepare_cells(run)
            self.meta["devices"] = _devices(run, self.options.resume)
            self.clock("setup")
            run_world(run)
            self.clock("run")
        except KeyboardInterrupt:
            status, reason = "interrupted", "interrupted"
        except (CellFailure, WorldError) as error:
            status, reason = "failed", str(error)
            self.meta["failed_at_s"] = getattr(error, "t_s", None)
        except OSError as error:
            status, reason = "failed", _said(error)
        except Exception as error:
            status, reason = "failed", f"{type(error).__name__}: {error}"
            self.meta |= {"status": status, "reason": reason}
            self.write()
            raise
        return self.close(status, reason)

    def clock(self, phase: str) -> None:
        """Note how long a phase took."""
        now = time.perf_counter()
        self.meta["wall_s"][phase] = round(now - self.began, 6)
        self.began = now

    def close(self, status: str, reason: str) -> Outcome:
        """Write what is left; a disk that is full leaves what was written before."""
        found: dict[str, float] = {}
        verdicts: list[Verdict] = []
        try:
            for recorder in self.run.recorders:
                recorder.flush()
            merge_events(self.run.folder)
            if self.run.cells:
                self._totals()
            self.meta |= {"status": status, "reason": reason}
            self.clock("write")
            self.write()
            if status == "done":
                ended = open_run(self.run.folder)
                found = kpis.compute(ended)
                verdicts = check({**ended.totals, **found}, self.meta["expect"])
                _write_json(self.run.folder / "kpis.json", found)
        except OSError as error:
            status, reason = "failed", reason or _said(error)
            self.meta |= {"status": status, "reason": reason}
            self._write_if_possible()
        return Outcome(self.run.folder, status, reason, found, tuple(verdicts), self.meta)

    def _totals(self) -> None:
        for name, device in self.run.devices.items():
            if name in self.meta["devices"]:
                self.meta["devices"][name]["totals"] = _totals(self.run, device)
        self.meta["audit"] = _audit(self.run)

    def write(self) -> None:
        """Write `run.json` whole."""
        _write_json(self.run.folder / "run.json", self.meta)

    def _write_if_possible(self) -> None:
        try:
            self.write()
        except OSError:
            return


def _head(run: Run, options: Options, mark: str) -> dict[str, Any]:
    topology, scenario = run.topology, run.scenario
    return {
        "format": 1,
        "status": "running",
        "reason": "",
        "failed_at_s": None,
        "topology": {
            "name": topology.name,
            "title": topology.title,
            "document": topology.document,
        },
        "scenario": {
            "name": scenario.name,
            "document": scenario.document,
            "start": scenario.start.isoformat(),
            "horizon_s": scenario.horizon_s,
            "step_s": scenario.step_s,
            "sync_s": scenario.sync_s,
            "seed": scenario.seed,
        },
        "variant": options.variant,
        "overrides": dict(options.overrides),
        "exploded": options.exploded,
        "resumed_at_s": float(run.calendar.seconds(run.begin)) if options.resume else None,
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
        "expect": {name: asdict(expect) for name, expect in scenario.expect.items()},
    }


def _devices(run: Run, resumed: Path | None) -> dict[str, Any]:
    """What a reader of the run must know of each device, without its code."""
    before: dict[str, Any] = {}
    if resumed:
        before = json.loads((resumed / "run.json").read_text())["devices"]
    found: dict[str, Any] = {}
    for name, device in run.devices.items():
        found[name] = {
            "type": type_name(device.cls),
            "role": device.cls.role,
            "units": device.units,
            "groups": device.groups,
            "each": device.each,
            "bus": device.bus,
            "enabled": device.enabled,
            "fields": {
                declared.name: {
                    "kind": declared.kind.value,
                    "unit": str(declared.unit or ""),
                    "doc": declared.doc,
                    "labels": list(declared.labels),
                    "type": declared.type.__name__,
                }
                for declared in device.cls.fields.values()
                if declared.kind in (Kind.STATE, Kind.OUT) and declared.record
            },
            "start_totals": before[name]["start_totals"] if before else _totals(run, device),
            "totals": {},
        }
    return found


def _totals(run: Run, device: Device) -> dict[str, float]:
    """Sums over the units of the recorded states, as they stand."""
    if device.way != "step" or device.remote:
        return {}
    rows = run.cell_of(device.name).rows(device.name)
    return {
        name: float(np.sum(rows[name]))
        for name, declared in device.cls.fields.items()
        if declared.kind is Kind.STATE and declared.record and declared.type is not str
    }


def _audit(run: Run) -> dict[str, Any]:
    """What entered and left each bus, from meters beside the settlement."""
    found: dict[str, Any] = {}
    for name, device in run.devices.items():
        if device.cls.holds != "ac" or not device.units or device.way != "step":
            continue
        balance = np.zeros(device.units)
        through = np.zeros(device.units)
        bus = run.cell_of(name).setup
        short, surplus = bus.meters[bus.meter_of[name]].T
        for member in run.devices.values():
            if member.bus != name or not member.units:
                continue
            setup = run.cell_of(member.name).setup if member.way == "step" else bus
            home = setup if ("book", member.name) in _actions(run, member.name) else bus
            given, taken = home.meters[home.meter_of[member.name]].T
            on = bus_units(member, device)
            np.add.at(balance, on, given - taken)
            np.add.at(through, on, given)
        balance += short - surplus
        through += short
        found[name] = {
            "residual_kwh": float(np.abs(balance).max()),
            "through_kwh": float(through.sum()),
            "worst_pu": float((np.abs(balance) / np.maximum(through, 1e-300)).max())
            if through.any()
            else 0.0,
            "short_kwh": float(short.sum()),
            "surplus_kwh": float(surplus.sum()),
        }
    return found


def _actions(run: Run, name: str) -> tuple[tuple[str, str], ...]:
    return tuple(action for sim in run.plan.sims for action in sim.actions if action[1] == name)


def _mark(scenario: Scenario, topology: Topology) -> str:
    """A mark of everything that decides the numbers of a run."""
    whole = hashlib.sha256()
    documents = [topology.document, scenario.document, __version__]
    whole.update(json.dumps(documents, sort_keys=True, default=str).encode())
    for source in topology.profiles.values():
        whole.update(source.file.read_bytes())
    for cls in sorted({device.cls for device in topology.devices.values()}, key=str):
        whole.update(Path(inspect.getfile(cls)).read_bytes())
    return whole.hexdigest()


def _snapshot_ticks(
    seconds: tuple[float, ...], calendar: Calendar, sims: tuple[SimPlan, ...]
) -> list[int]:
    found: list[Problem] = []
    ticks = []
    for at_s in seconds:
        tick = calendar.ticks(at_s)
        if not 0 < tick < calendar.end:
            found.append(Problem("--snapshot", 0, f"{at_s:g}", "lies outside the horizon"))
        elif calendar.sync_after(tick - 1) != tick:
            found.append(Problem("--snapshot", 0, f"{at_s:g}", "is no exchange; see sync_s"))
        ticks.append(tick)
    other = [name for sim in sims if sim.kind != "cell" for name in sim.holds]
    if ticks and other:
        text = f"{', '.join(other)} cannot be saved: not compiled into the cell"
        found.append(Problem("--snapshot", 0, "", text))
    if found:
        raise Problems(found)
    return ticks


def _resumed(folder: Path, sims: tuple[SimPlan, ...], mark: str) -> tuple[int, Any]:
    try:
        meta = json.loads((folder / "run.json").read_text())
    except (OSError, ValueError):
        raise Problems([Problem(str(folder), 0, "", "is no run folder")]) from None
    if meta["hash"] != mark:
        text = "was another run: its files, components or version differ from today's"
        raise Problems([Problem(str(folder), 0, "", text)])
    return last_snapshot(folder, [sim.name for sim in sims if sim.kind == "cell"])


def _free_folder(topology: Topology, scenario: Scenario, variant: str) -> Path:
    name = "-".join(part for part in (topology.name, scenario.name, variant) if part)
    count = 1
    while True:
        folder = Path("runs") / f"{name}-{count:03d}"
        try:
            folder.mkdir(parents=True)
            return folder
        except FileExistsError:
            count += 1


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
        if sys.exc_info()[0] is not None:
            draft.unlink(missing_ok=True)
