"""The mosaik simulator of a cell, and what all our simulators share.

What crosses between simulators is plain Python: floats, whole numbers and lists of them, fresh at
every call. A wire that leaves a cell is always late; a wire into it may be of the same step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mosaik_api_v3

from twin.cell import Cell

Meta = dict[str, Any]
HUB = "cell"  # the entity of a cell that takes what others send


def meta(kind: str, models: Mapping[str, Any]) -> Meta:
    """The self-description of a simulator."""
    return {
        "api_version": "3.0",
        "type": kind,
        "models": dict(models),
        "extra_methods": [],
    }


def only(values: Mapping[str, Any]) -> Any:
    """The value of an input that has one source."""
    return next(reversed(values.values()))


class CellSim(mosaik_api_v3.Simulator):  # type: ignore[misc]
    """A cell, called once an exchange: it steps to the next one on its own.

    Its hub takes fields of devices stepped elsewhere, named as `Cell.take` reads them; each device
    it steps is an entity that gives its fields as lists, one value a unit. Beside event-driven
    partners (`events` names what they send) it is hybrid: it stops where a watched output changed,
    and gives events under the name of the field, what holds under ``held <field>``.
    """

    def __init__(self) -> None:
        """Start empty; `init` brings the cell."""
        super().__init__(meta("time-based", {}))

    def init(  # type: ignore[override]
        self,
        sid: str,
        time_resolution: float,
        cell: Cell,
        ahead: Callable[[int], int],
        gives: Mapping[str, list[str]],
        takes: list[str],
        events: list[str] | None = None,
        begin: int = 0,
        keep: Callable[[int, Any], None] | None = None,
    ) -> Meta:
        """Take a cell of this process; `ahead(now)` is the next exchange.

        A resumed world begins at a tick of its own, while mosaik's time always begins at 0.
        """
        del sid, time_resolution
        self.cell, self.ahead, self.begin, self.keep = cell, ahead, begin, keep
        self.hybrid = events is not None
        self.last: dict[tuple[str, str], Any] = {}
        fields = sorted({name for names in gives.values() for name in names})
        hub: Meta = {"public": True, "params": [], "attrs": list(takes)}
        device: Meta = {"public": True, "params": ["name"], "attrs": fields}
        if self.hybrid:
            hub |= {"trigger": events, "non-persistent": []}
            held = [f"held {name}" for name in fields]
            device |= {"attrs": fields + held, "trigger": [], "non-persistent": fields}
        self.meta = meta("hybrid" if self.hybrid else "time-based", {"Hub": hub, "Device": device})
        return self.meta

    def create(self, num: int, model: str, **params: Any) -> list[dict[str, Any]]:
        """The hub, or the entity of one device."""
        del num
        return [{"eid": HUB if model == "Hub" else params["name"], "type": model}]

    def step(self, time: int, inputs: Mapping[str, Any], max_advance: int) -> int:
        """Take what others sent, and step on to the next exchange."""
        cell = self.cell
        now = time + self.begin
        if now != cell.now:
            raise RuntimeError(f"the cell stands at tick {cell.now}, but is called at {now}")
        if self.keep and now > self.begin:
            self.keep(now, cell)
        until = min(self.ahead(now), cell.calendar.end)
        if self.hybrid:
            until = min(until, cell.calendar.step_after(max_advance + self.begin + 1))
        cell.take({attr: only(values) for attr, values in inputs.get(HUB, {}).items()})
        cell.advance(until)
        return cell.now - self.begin

    def get_data(self, outputs: Mapping[str, list[str]]) -> dict[str, Any]:
        """Fields of devices after the last inner step; of events only those that changed."""
        found: dict[str, Any] = {}
        for name, fields in outputs.items():
            values = {field: self.cell.get(name, field.removeprefix("held ")) for field in fields}
            if self.hybrid:
                values = {field: self._news(name, field, value) for field, value in values.items()}
                values = {field: value for field, value in values.items() if value is not None}
            if values:
                found[name] = values
        if self.hybrid:
            # a late wire is one tick: what is told now arrives where we stand
            found["time"] = self.cell.now - self.begin - 1
        return found

    def _news(self, name: str, field: str, value: list[Any]) -> list[Any] | None:
        if not field.startswith("held ") and self.last.get((name, field)) == value:
            return None
        self.last[name, field] = value
        return value

    def finalize(self) -> None:
        """Hand over what is still in the buffers."""
        self.cell.drain()
