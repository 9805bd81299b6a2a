"""Runs of an event from a few numbers: a table of signals, and what run.json says of devices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from twin.run import Run

Devices = dict[str, dict[str, Any]]
Table = dict[str, Any]
EVENT = ("t_s", "device", "unit", "field", "value", "text", "by")


def device(role: str, bus: str = "", units: int = 1, **rest: Any) -> dict[str, Any]:
    return {"role": role, "bus": bus, "units": units, "enabled": True, "fields": {}} | rest


def run_of(
    folder: Path,
    devices: Devices,
    table: Table,
    *events: float | dict[str, Any],
    tick_s: float = 0.01,
) -> Run:
    """A run of these signals; an event is its instant, or more that its table says."""
    (folder / "signals").mkdir()
    pq.write_table(pa.table(table), folder / "signals/part-cell-00000.parquet")
    listed = [one if isinstance(one, dict) else {"at_s": one} for one in events]
    document = {"event": [{"set": "plant.online", "to": False} | one for one in listed]}
    meta = {"scenario": {"document": document}, "tick_s": tick_s, "devices": devices}
    return Run(folder, {"format": 1, "status": "done"} | meta)


def with_events(run: Run, *lines: tuple[Any, ...]) -> Run:
    """The same run, in which that happened: columns as in `EVENT`."""
    pd.DataFrame(list(lines), columns=list(EVENT)).to_parquet(run.folder / "events.parquet")
    return run
