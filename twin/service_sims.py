"""The two simulators that serve devices outside a cell: one drives them, one records them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import mosaik_api_v3
import numpy as np

from twin.calendar import Calendar
from twin.columns import Column
from twin.profiles import mean_over
from twin.simulator import Meta, meta, only
from twin.wiring import Driven


class ProfileSim(mosaik_api_v3.Simulator):  # type: ignore[misc]
    """Gives each driven input of a device the mean of its profile over the coming exchange."""

    def __init__(self) -> None:
        """Start empty; `init` brings the profiles."""
        super().__init__(meta("time-based", {}))

    def init(  # type: ignore[override]
        self,
        sid: str,
        time_resolution: float,
        driven: Mapping[tuple[str, str], Driven],
        calendar: Calendar,
        begin: int = 0,
    ) -> Meta:
        """Take what drives which input of which device."""
        del sid, time_resolution
        self.driven, self.calendar, self.begin = driven, calendar, begin
        inputs = sorted({inp for _, inp in driven})
        model = {"public": True, "params": ["name"], "attrs": inputs}
        self.meta = meta("time-based", {"Device": model})
        return self.meta

    def create(self, num: int, model: str, name: str) -> list[dict[str, Any]]:
        """The entity of one device."""
        del num
        return [{"eid": name, "type": model}]

    def step(self, time: int, inputs: Mapping[str, Any], max_advance: int) -> int:
        """Look at the coming exchange."""
        del inputs, max_advance
        self.now = time + self.begin
        self.until = self.calendar.sync_after(self.now)
        return self.until - self.begin

    def get_data(self, outputs: Mapping[str, list[str]]) -> dict[str, Any]:
        """Means over the coming exchange, one value a unit."""
        t0, t1 = self.calendar.seconds(self.now), self.calendar.seconds(self.until)
        found: dict[str, Any] = {}
        for name, attrs in outputs.items():
            for attr in attrs:
                driven = self.driven[name, attr]
                means = np.array([float(mean_over(p, t0, t1)) for p in driven.profiles])
                found.setdefault(name, {})[attr] = means[driven.choice].tolist()
        return found


class RecordSim(mosaik_api_v3.Simulator):  # type: ignore[misc]
    """Records devices outside the cell once an exchange; one entity takes them all."""

    def __init__(self) -> None:
        """Start empty; `init` brings the columns."""
        super().__init__(meta("time-based", {}))

    def init(  # type: ignore[override]
        self,
        sid: str,
        time_resolution: float,
        columns: Sequence[Column],
        calendar: Calendar,
        sink: Callable[[Any, Any], None],
        takes: Sequence[str],
        begin: int = 0,
    ) -> Meta:
        """Take the columns in the order of `takes`, "device.field" each."""
        del sid, time_resolution
        self.columns, self.calendar, self.sink, self.begin = columns, calendar, sink, begin
        self.values: dict[str, Any] = {}
        self.reached = begin
        model = {"public": True, "params": [], "attrs": list(takes)}
        self.meta = meta("time-based", {"Record": model})
        return self.meta

    def create(self, num: int, model: str) -> list[dict[str, Any]]:
        """The one entity."""
        del num
        return [{"eid": "record", "type": model}]

    def step(self, time: int, inputs: Mapping[str, Any], max_advance: int) -> int:
        """Take a line for the coming exchange: what the devices hold until its end."""
        del max_advance
        arrived = inputs.get("record", {})
        told = {name: only(values) for name, values in arrived.items()}
        self.values |= {name: value for name, value in told.items() if value is not None}
        until = self.calendar.sync_after(time + self.begin)
        line = np.array([[self._number(column) for column in self.columns]])
        self.sink(np.array([until], np.int64), line)
        self.reached = until
        return until - self.begin

    def _number(self, column: Column) -> float:
        values = self.values.get(f"{column.device}.{column.field}")
        if values is None:
            return float("nan")
        if column.stat == "":
            return float(values[0])
        return float({"sum": sum, "min": min, "max": max}[column.stat](values))

    def get_data(self, outputs: Mapping[str, list[str]]) -> dict[str, Any]:
        """Nobody reads a recorder."""
        del outputs
        return {}
