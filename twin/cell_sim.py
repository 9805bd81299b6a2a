"""The mosaik simulator of a cell, and what all our simulators share.

What crosses between simulators is plain Python: floats, whole numbers and lists of them, fresh at
every call. A wire that leaves a cell is always late; a wire into it may be of the same step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import mosaik_api_v3
from mosaik_api_v3.types import CreateResult, Meta

from twin.calendar import Calendar
from twin.cell import Cell

HUB = "cell"  # the entity of a cell that takes what others send


def meta(kind: Literal["time-based", "event-based", "hybrid"], models: Mapping[str, Any]) -> Meta:
    """The self-description of a simulator."""
    return {
        "api_version": "3.0",
        "type": kind,
        "models": dict(models),
        "extra_methods": [],
    }


def only(values: Mapping[str, Any]) -> Any:
    """The value of an input that has one source."""
    return list(values.values())[-1]


def due_after(calendar: Calendar, now: int, period: int = 0) -> int:
    """The next exchange, or the first at which a longer period of a device's own is over."""
    following = calendar.sync_after(now)
    if now + period <= following:
        return following
    return min(calendar.sync_after((now // period + 1) * period - 1), calendar.end)


class CellSim(mosaik_api_v3.Simulator):
    """A cell, called once an exchange: it steps to the next one on its own.

    Its hub takes fields of devices stepped elsewhere, named as `Cell.take` reads them; each device
    it steps is an entity that gives its fields as lists, one value a unit. Beside event-driven
    partners (`events` names what they send) it is hybrid: it stops where a watched output changed,
    and gives events under the name of the field, what holds under ``held <field>``.
    """

    def __init__(self) -> None:
        """Start empty; `init` brings the cell."""
        super().__init__(meta("time-based", {}))  # type: ignore[no-untyped-call]

    def init(  # type: ignore[override]
        self,
        sid: str,
        time_resolution: float,
        cell: Cell,
        ahead: Callable[[int], int],
        gives: Mapping[str, list[str]],
        takes: list[str],
        events: list[str] | None = None,
        tells: bool = False,
        begin: int = 0,
        keep: Callable[[int, Any], None] | None = None,
    ) -> Meta:
        """Take a cell of this process; `ahead(now)` is the next exchange.

        `events` of others call it between steps where it is not None; `tells` that others hear
        events of it.
        A resumed world begins at a tick of its own, while mosaik's time always begins at 0.
        """
        del sid, time_resolution
        self.cell, self.ahead, self.begin, self.keep = cell, ahead, begin, keep
        self.hybrid, self.tells = events is not None, tells
        self.last: dict[tuple[str, str], Any] = {}
        fields = sorted({name for names in gives.values() for name in names})
        hub: dict[str, Any] = {"public": True, "params": [], "attrs": list(takes)}
        device: dict[str, Any] = {"public": True, "params": ["name"], "attrs": fields}
        if self.hybrid:
            hub |= {"trigger": events, "non-persistent": []}
            held = [f"held {name}" for name in fields]
            device |= {"attrs": fields + held, "trigger": [], "non-persistent": fields}
        self.meta = meta("hybrid" if self.hybrid else "time-based", {"Hub": hub, "Device": device})
        return self.meta

    def create(self, num: int, model: str, **params: Any) -> list[CreateResult]:
        """The hub, or the entity of one device."""
        del num
        return [{"eid": HUB if model == "Hub" else params["name"], "type": model}]

    def step(self, time: int, inputs: Mapping[str, Any], max_advance: int) -> int:
        """Take what others sent, and step on to the next exchange.

        An event between two steps finds a cell that has already taken the step it falls into: it
        is taken for the next one.
        """
        cell, now = self.cell, time + self.begin
        between = self.hybrid and now < cell.now == cell.calendar.step_after(now)
        if now != cell.now and not between:
            raise RuntimeError(f"the cell stands at tick {cell.now}, but is called at {now}")
        if self.keep and now > self.begin:
            self.keep(now, cell)
        until = cell.now if between else min(self.ahead(now), cell.calendar.end)
        if self.hybrid and not between:
            until = min(until, cell.calendar.step_after(max_advance + self.begin + 1))
        cell.take({attr: only(values) for attr, values in inputs.get(HUB, {}).items()})
        cell.advance(until)
        return cell.now - self.begin

    def get_data(self, outputs: Mapping[str, list[str]]) -> dict[str, Any]:
        """Fields of devices after the last inner step; of events only those that changed."""
        found: dict[str, Any] = {}
        for name, fields in outputs.items():
            values = {field: self.cell.get(name, field.removeprefix("held ")) for field in fields}
            news = {f: v for f, v in values.items() if not self.hybrid or self._new(name, f, v)}
            if news:
                found[name] = news
        if self.tells:
            # a late wire is one tick: what is told now arrives where we stand
            found["time"] = self.cell.now - self.begin - 1
        return found

    def _new(self, name: str, field: str, value: list[Any]) -> bool:
        before, self.last[name, field] = self.last.get((name, field)), value
        return field.startswith("held ") or before != value

    def finalize(self) -> None:
        """Hand over what is still in the buffers."""
        self.cell.drain()
