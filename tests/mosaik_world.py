"""Topologies from a few lines, run in a folder of their own, with components made for tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.catalog import add_folder
from twin.run import Run, open_run
from twin.runner import Options, Outcome, run_scenario

COMPONENTS = Path(__file__).parent / "mosaik_components"
SCENARIO = 'topology = "t"\nstart = "2026-06-01T00:00:00+00:00"\n'


@dataclass(frozen=True)
class Ran:
    """A run and what it left."""

    outcome: Outcome
    run: Run

    def last(self, signal: str) -> float:
        """The last recorded value of a signal."""
        return float(self.run[signal].iloc[-1])


def write(folder: Path, topology: str, times: str) -> Path:
    """A topology and a scenario as files; the path of the scenario."""
    add_folder(COMPONENTS)
    place = folder / "t"
    place.mkdir(exist_ok=True)
    (place / "topology.toml").write_text(f'format = 1\nname = "t"\n{topology}')
    (place / "s.toml").write_text(SCENARIO + times)
    return place / "s.toml"


def run(
    folder: Path,
    topology: str,
    times: str,
    out: str = "run",
    progress: Callable[[Any, int], None] | None = None,
    **options: Any,
) -> Ran:
    """Run a topology to its end."""
    path = write(folder, topology, times)
    outcome = run_scenario(path, Options(out=folder / out, **options), progress)
    return Ran(outcome, open_run(outcome.folder))


def done(folder: Path, topology: str, times: str, out: str = "run", **options: Any) -> Ran:
    """The same, of a run that must come to its end."""
    ran = run(folder, topology, times, out, **options)
    assert (ran.outcome.status, ran.outcome.reason) == ("done", "")
    return ran


def same(one: Run, other: Run) -> None:
    """Two runs that left the same signals, events and totals, bit for bit."""
    assert other.signals[one.signals.columns].equals(one.signals)
    assert other.events.equals(one.events)
    assert other.totals == one.totals
