"""States of a run on disk, from which it can go on bit for bit."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from twin.problems import Problem, Problems
from twin.record import write_table

State = dict[str, dict[str, NDArray[Any]]]


class Stateful(Protocol):
    """What can say everything that it needs to go on."""

    def state(self) -> dict[str, Any]:
        """Copies of all its arrays."""


class Keeper:
    """Saves the state of each simulator as it passes an instant that was asked for."""

    def __init__(self, folder: Path, ticks: Collection[int]) -> None:
        """Save into ``snapshots/<tick>`` of a run folder."""
        self._folder = folder / "snapshots"
        self.ticks = sorted(ticks)

    def after(self, tick: int, until: int) -> int:
        """Where to stop on the way from `tick` to `until`."""
        return next((stop for stop in self.ticks if tick < stop < until), until)

    def save(self, simulator: str, tick: int, cell: Stateful) -> None:
        """Write the state of a simulator, if this instant was asked for."""
        if tick not in self.ticks:
            return
        folder = self._folder / str(tick)
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{simulator}.tmp"
        with draft.open("wb") as file:
            np.savez(file, **cell.state())
        draft.replace(folder / f"{simulator}.npz")


def last_snapshot(folder: Path, simulators: Collection[str]) -> tuple[int, State]:
    """The latest instant at which all simulators of a run were saved, and their states."""
    found = sorted(
        (int(path.name) for path in (folder / "snapshots").glob("*") if path.name.isdigit()),
        reverse=True,
    )
    for tick in found:
        paths = {name: folder / "snapshots" / str(tick) / f"{name}.npz" for name in simulators}
        if all(path.exists() for path in paths.values()):
            return tick, {name: _read(path) for name, path in paths.items()}
    text = "holds no complete snapshot; ask for one with --snapshot SECONDS"
    raise Problems([Problem(str(folder), 0, "", text)])


def _read(path: Path) -> dict[str, NDArray[Any]]:
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def copy_records(source: Path, target: Path, until_s: float) -> dict[str, int]:
    """Copy what a run had recorded until an instant; how many parts each simulator has now."""
    parts: dict[str, int] = {}
    for kind, stamps in (("signals", "end"), ("samples", "end"), ("events", "begin")):
        for path in sorted((source / kind).glob("part-*.parquet")):
            _copy_part(path, target / kind / path.name, until_s, stamps)
            name = path.stem.removeprefix("part-").rpartition("-")[0]
            parts[name] = max(parts.get(name, 0), int(path.stem.rpartition("-")[2]) + 1)
    merged = source / "events.parquet"
    if merged.exists():
        _copy_part(merged, target / "events" / "part-before-00000.parquet", until_s, "begin")
    return parts


def _copy_part(path: Path, target: Path, until_s: float, stamps: str) -> None:
    table = pq.read_table(path)
    compare = pc.less_equal if stamps == "end" else pc.less
    table = table.filter(compare(table["t_s"], until_s))
    if table.num_rows:
        target.parent.mkdir(exist_ok=True)
        write_table(target, table)
