"""SimPy components: what reacts in continuous time, such as crews, tankers and repairs.

All processes of a world share one environment, so they can share its resources. A component
writes ``process(self, env)``, a generator over one unit; `env` is a `TwinEnvironment`. Outputs are
counters or cumulative values: they are acted on when they change. An instant between two steps is
seen by the rest of the world at the next step.

It may wait for truths and counters to change. A number with a unit is a level, which it reads when
it acts: waiting for a level that moves at every step would call everyone at every step.
"""

from __future__ import annotations

import math
import sys
import zlib
from collections.abc import Callable, Generator, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

import mosaik_api_v3
import numpy as np
import simpy
from mosaik_api_v3.types import CreateResult, Meta

from twin.catalog import add_folder, find
from twin.cell_sim import due_after, meta, only
from twin.component import Component, Kind, methods_of, type_name, way_of
from twin.component_sim import FOLDER_OPTION, Change, calendar_of, checked_values, model_of
from twin.failure import CellFailure
from twin.worldplan import awaited

R = TypeVar("R")
Events = Generator[simpy.Event, Any, Any]

NEAR_TICKS = 1e-3  # an instant so close to a tick is meant to be on it: seconds are floats


class TwinEnvironment(simpy.Environment):
    """SimPy's environment, with resources by name, random streams and inputs to wait for."""

    def __init__(self, seed: int = 0) -> None:
        """Time stands at 0 s, the start of the scenario.

        `at_end` is who has to know when the run ends, because something of theirs is under way:
        each is called with the time, in seconds, and takes itself out when it is over before.
        """
        super().__init__()
        self._seed = seed
        self._names: dict[int, str] = {}
        self._shared: dict[str, Any] = {}
        self.at_end: dict[object, Callable[[float], None]] = {}
        self._waiting: dict[tuple[int, str], simpy.Event] = {}

    def shared(self, name: str, make: Callable[[], R]) -> R:
        """The resource of that name, made by whoever asks first."""
        if name not in self._shared:
            self._shared[name] = make()
        found: R = self._shared[name]
        return found

    def name(self, unit: Component, name: str) -> None:
        """Call a unit by a name, after which its random numbers are drawn."""
        self._names[id(unit)] = name

    def stream(self, unit: Component) -> np.random.Generator:
        """Random numbers of a unit alone: whoever else is there changes nothing in them."""
        name = self._names.get(id(unit), type_name(type(unit)))
        return np.random.default_rng([self._seed, zlib.crc32(name.encode())])

    def change_of(self, unit: Component, inp: str) -> simpy.Event:
        """An event that happens when an input of a unit next changes."""
        return self._waiting.setdefault((id(unit), inp), self.event())

    def put(self, unit: Component, name: str, value: Any) -> None:
        """Set a field of a unit, and let those who wait for its change go on."""
        if getattr(unit, name) != value:
            setattr(unit, name, type(unit).fields[name].type(value))
            if event := self._waiting.pop((id(unit), name), None):
                event.succeed()


class ProcessSim(mosaik_api_v3.Simulator):
    """Event-driven simulator of all processes of a world.

    Outputs are events under their own name, and hold under ``held <name>`` for periodic partners.
    """

    def __init__(self) -> None:
        """Start empty; `init` names the components."""
        super().__init__(meta("hybrid", {}))  # type: ignore[no-untyped-call]

    def configure(self, args: Mapping[str, Any]) -> None:
        """Take the folder of components from the command line."""
        if args["--components"]:
            add_folder(Path(args["--components"]))

    def init(  # type: ignore[override]
        self,
        sid: str,
        time_resolution: float = 1.0,
        processes: Sequence[str] = (),
        calendar: Sequence[Sequence[int]] = (),
        components: str = "",
        piece: int = 0,
        seed: int = 0,
    ) -> Meta:
        """Find the processes by their types, perhaps in the folder `components`.

        A topology gives the segments of its step calendar (without, a step is a tick), and after
        how many ticks to look up where nothing happens: see `RecordSim.init`.
        """
        del sid
        if components:
            add_folder(Path(components))
        self.calendar = calendar_of(time_resolution, calendar)
        self.tick_s, self.piece = time_resolution, piece
        self.env = TwinEnvironment(seed)
        self.kinds = {name: find(name) for name in processes}
        for name, cls in self.kinds.items():
            if way_of(cls) != "process":
                raise ValueError(f"{name} is no process: start it by twin.simulator:ComponentSim")
        self.units: dict[str, list[Any]] = {}
        self.single: set[str] = set()
        self.last: dict[tuple[str, str], tuple[list[Any], list[Any]]] = {}
        self.arrived: dict[tuple[str, str], Any] = {}
        self.meta = meta("hybrid", {name: _model(cls) for name, cls in self.kinds.items()})
        return self.meta

    def create(
        self,
        num: int,
        model: str,
        units: int | None = None,
        name: str = "",
        changes: Sequence[Change] = (),
        **values: Any,
    ) -> list[CreateResult]:
        """Single units, or one fleet where `units` is given; their processes begin at 0 s."""
        cls = self.kinds[model]
        given = checked_values(cls, values, units)
        made: list[CreateResult] = []
        for _ in range(num):
            eid = name or f"{model}-{len(self.units)}"
            if units is None:
                self.single.add(eid)
            self.units[eid] = [
                cls(**{key: v[k] if isinstance(v, list) else v for key, v in given.items()})
                for k in range(1 if units is None else units)
            ]
            for k, unit in enumerate(self.units[eid]):
                if "start" in methods_of(cls):
                    unit.start()
                self.env.name(unit, f"{eid}[{k}]")
                self.env.process(self._named(unit, eid if units in (None, 1) else f"{eid}[{k}]"))
            self.env.process(self._change(self.units[eid], changes))
            made.append({"eid": eid, "type": model})
        return made

    def _named(self, unit: Any, name: str) -> Events:
        """The process of a unit; what goes wrong in it carries its name."""
        try:
            yield from unit.process(self.env)
        except simpy.Interrupt:
            raise
        except Exception as error:
            text = f"raised {type(error).__name__}: {error}"
            raise CellFailure(name, "", self.env.now, text) from error

    def _change(self, units: list[Any], changes: Sequence[Change]) -> Events:
        """Events of the scenario, in order of time."""
        for tick, which, field, value in sorted(changes, key=lambda change: change[0]):
            at_s = float(self.calendar.seconds(tick))
            yield self.env.timeout(max(at_s - self.env.now, 0.0))
            for k in which:
                self.env.put(units[k], field, value)

    def step(self, time: int, inputs: Mapping[str, Any], max_advance: int) -> int | None:
        """Let everything happen that is due, with what has arrived."""
        del max_advance
        now_s = float(self.calendar.seconds(time))
        self._take(inputs, levels=True)  # what happens within a step reads levels at its end
        if now_s > self.env.now:
            self.env.run(until=now_s)
        self._take(inputs, levels=False)
        while self.env.peek() <= now_s + NEAR_TICKS * self.tick_s:
            self.env.step()
        planned = [due_after(self.calendar, time, self.piece)] if self.piece else []
        planned += self._last_look(time)
        ahead = self.env.peek()
        if math.isfinite(ahead):
            tick = self.calendar.step_after(math.ceil(ahead / self.tick_s - NEAR_TICKS))
            planned.append(max(tick, time + 1))
        return min(planned, default=None)

    def _last_look(self, time: int) -> list[int]:
        """A tick before the end: then what is under way is told of it."""
        last = self.calendar.end - 1
        if not self.piece or time < last:
            return [last] if self.piece and self.env.at_end else []
        end_s = float(self.calendar.seconds(self.calendar.end))
        for tell in [*self.env.at_end.values()]:
            tell(end_s)
        return []

    def _take(self, inputs: Mapping[str, Any], levels: bool) -> None:
        for eid, attrs in inputs.items():
            units = self.units[eid]
            for attr, sources in attrs.items():
                value = only(sources)
                news = awaited(type(units[0]), attr) != levels
                if news and self.arrived.get((eid, attr)) != value:
                    self.arrived[eid, attr] = value
                    put = setattr if levels else self.env.put  # for a level nobody waits
                    values = value if isinstance(value, list) else [value] * len(units)
                    for unit, new in zip(units, values, strict=True):
                        put(unit, attr, new)

    def get_data(self, outputs: Mapping[str, list[str]]) -> dict[str, Any]:
        """What holds, and of events only what changed."""
        found: dict[str, Any] = {}
        for eid, attrs in outputs.items():
            for attr in attrs:
                if self._look(eid, attr) or attr.startswith("held "):
                    _, values = self.last[eid, attr]
                    value = values[0] if eid in self.single else [*values]
                    found.setdefault(eid, {})[attr] = value
        return found

    def _look(self, eid: str, attr: str) -> bool:
        """Whether a field of any unit differs from when it was last asked for.

        Of a large fleet hardly a unit acts at one instant: what stands is not looked at again.
        """
        name = attr.removeprefix("held ")
        raw = [*map(attrgetter(name), self.units[eid])]
        before = self.last.get((eid, attr))
        if before and before[0] == raw:
            return False
        kind = type(self.units[eid][0]).fields[name].type
        values = [kind(value) for value in raw]
        if kind is float and not all(map(math.isfinite, values)):
            wrong = next(value for value in values if not math.isfinite(value))
            raise CellFailure(eid, name, self.env.now, f"became {wrong}")
        self.last[eid, attr] = raw, values
        return before is None or before[1] != values


def _model(cls: type[Component]) -> dict[str, Any]:
    given = [f.name for f in cls.fields.values() if f.kind in (Kind.STATE, Kind.OUT)]
    taken = [f.name for f in cls.fields.values() if f.kind is Kind.INP]
    held = [f"held {name}" for name in given]
    model = model_of(cls) | {"attrs": taken + given + held}
    trigger = [name for name in taken if awaited(cls, name)]
    return model | {"trigger": trigger, "non-persistent": given}


def main() -> int:
    """Serve processes over TCP: connect to HOST:PORT, or wait there to be called (--remote)."""
    told = "SimPy processes of gridtwin as a simulator"
    code: int = mosaik_api_v3.start_simulation(ProcessSim(), told, [FOLDER_OPTION])
    return code


if __name__ == "__main__":
    sys.exit(main())
