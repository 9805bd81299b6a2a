"""SimPy components: what reacts in continuous time, such as crews, tankers and repairs.

All processes of a world share one environment, so they can share its resources. A component
writes ``process(self, env)``, a generator over one unit; `env` is a `TwinEnvironment`. Outputs are
counters or cumulative values: they are acted on when they change. An instant between two steps is
seen by the rest of the world at the next step.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import mosaik_api_v3
import simpy

from twin.catalog import add_folder, find
from twin.component import Component, Kind
from twin.component_sim import checked_values, model_of
from twin.simulator import Meta, meta, only

R = TypeVar("R")


class TwinEnvironment(simpy.Environment):
    """SimPy's environment, with resources by name and inputs that can be waited for."""

    def __init__(self) -> None:
        """Time stands at 0 s, the start of the scenario."""
        super().__init__()
        self._shared: dict[str, Any] = {}
        self._waiting: dict[tuple[int, str], simpy.Event] = {}

    def shared(self, name: str, make: Callable[[], R]) -> R:
        """The resource of that name, made by whoever asks first."""
        if name not in self._shared:
            self._shared[name] = make()
        found: R = self._shared[name]
        return found

    def change_of(self, unit: Component, inp: str) -> simpy.Event:
        """An event that happens when an input of a unit next changes."""
        return self._waiting.setdefault((id(unit), inp), self.event())

    def changed(self, unit: Component, inp: str) -> None:
        """Let those who wait for an input of a unit go on."""
        if event := self._waiting.pop((id(unit), inp), None):
            event.succeed()


class ProcessSim(mosaik_api_v3.Simulator):  # type: ignore[misc]
    """Event-driven simulator of all processes of a world.

    Outputs are events under their own name, and hold under ``held <name>`` for periodic partners.
    """

    def __init__(self) -> None:
        """Start empty; `init` names the components."""
        super().__init__(meta("hybrid", {}))

    def init(  # type: ignore[override]
        self,
        sid: str,
        time_resolution: float = 1.0,
        components: Sequence[str] = (),
        folder: str = "",
        step_after: Callable[[int], int] | None = None,
    ) -> Meta:
        """Find the components; `step_after(tick)` is the first step at or after a tick."""
        del sid
        if folder:
            add_folder(Path(folder))
        self.tick_s = time_resolution
        self.step_after = step_after or (lambda tick: tick)
        self.env = TwinEnvironment()
        self.kinds = {name: find(name) for name in components}
        self.units: dict[str, list[Any]] = {}
        self.single: set[str] = set()
        self.last: dict[tuple[str, str], Any] = {}
        self.meta = meta("hybrid", {name: _model(cls) for name, cls in self.kinds.items()})
        return self.meta

    def create(
        self, num: int, model: str, units: int | None = None, name: str = "", **values: Any
    ) -> list[dict[str, Any]]:
        """Single units, or one fleet where `units` is given; their processes begin at 0 s."""
        cls = self.kinds[model]
        columns = checked_values(cls, values, units)
        made = []
        for _ in range(num):
            eid = name or f"{model}-{len(self.units)}"
            self.units[eid] = [
                cls(**{key: v[k] if isinstance(v, list) else v for key, v in columns.items()})
                for k in range(1 if units is None else units)
            ]
            if units is None:
                self.single.add(eid)
            for unit in self.units[eid]:
                self.env.process(unit.process(self.env))
            made.append({"eid": eid, "type": model})
        return made

    def step(self, time: int, inputs: Mapping[str, Any], max_advance: int) -> int | None:
        """Let everything happen that is due, with what has arrived."""
        del max_advance
        now_s = time * self.tick_s
        if now_s > self.env.now:
            self.env.run(until=now_s)
        for eid, attrs in inputs.items():
            for attr, sources in attrs.items():
                self._put(self.units[eid], attr, only(sources))
        while self.env.peek() <= now_s:
            self.env.step()
        ahead = self.env.peek()
        if math.isinf(ahead):
            return None
        return max(self.step_after(math.ceil(round(ahead / self.tick_s, 6))), time + 1)

    def _put(self, units: list[Any], attr: str, value: Any) -> None:
        values = value if isinstance(value, list) else [value] * len(units)
        for unit, new in zip(units, values, strict=True):
            if getattr(unit, attr) != new:
                setattr(unit, attr, type(unit).fields[attr].type(new))
                self.env.changed(unit, attr)

    def get_data(self, outputs: Mapping[str, list[str]]) -> dict[str, Any]:
        """What holds, and of events only what changed."""
        found: dict[str, Any] = {}
        for eid, attrs in outputs.items():
            for attr in attrs:
                values = [getattr(unit, attr.removeprefix("held ")) for unit in self.units[eid]]
                value = values[0] if eid in self.single else values
                if attr.startswith("held ") or self.last.get((eid, attr)) != value:
                    self.last[eid, attr] = value
                    found.setdefault(eid, {})[attr] = value
        return found


def _model(cls: type[Component]) -> Meta:
    given = [f.name for f in cls.fields.values() if f.kind in (Kind.STATE, Kind.OUT)]
    taken = [f.name for f in cls.fields.values() if f.kind is Kind.INP]
    held = [f"held {name}" for name in given]
    model = model_of(cls) | {"attrs": taken + given + held}
    return model | {"trigger": taken, "non-persistent": given}


def main() -> None:
    """Serve processes over TCP."""
    mosaik_api_v3.start_simulation(ProcessSim(), "SimPy processes of gridtwin as a simulator")


if __name__ == "__main__":
    sys.exit(main())
