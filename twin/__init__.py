"""Digital twins of power systems, from milliseconds to years, co-simulated on mosaik."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from twin.run import Run

__all__ = ["__version__", "figures", "open", "simulate", "weather"]

__version__ = "0.1.0"


def open(folder: str | Path) -> Run:
    """Read a run folder back: its signals, events and KPIs as frames with units."""
    from twin.run import open_run

    return open_run(Path(folder))


def simulate(scenario: str | Path, **options: Any) -> Run:
    """Run a scenario by name or path and open its folder; `options` as in `twin.runner.Options`."""
    from twin.runner import Options, run_scenario

    outcome = run_scenario(scenario, Options(**options))
    if outcome.status != "done":
        raise RuntimeError(f"{outcome.reason}; what was written is in {outcome.folder}")
    return open(outcome.folder)


def weather(scenario: str | Path, profile: str) -> pd.DataFrame:
    """The weather that a profile brings to a scenario: a file's, or as it is drawn.

    A value holds from its instant to the next; `.attrs` says where the place is.
    """
    from twin.load import load_scenario
    from twin.problems import Problem, Problems, did_you_mean
    from twin.sources import weather_frame

    found, topology = load_scenario(scenario)
    if profile not in topology.profiles:
        text = f"is no profile of {topology.name}{did_you_mean(profile, topology.profiles)}"
        raise Problems([Problem(str(scenario), 0, profile, text)])
    return weather_frame(topology.profiles[profile], found.start, found.horizon_s)


def figures(run: Run, folder: str | Path | None = None) -> list[Path]:
    """Draw what a run saw in fine steps, into `folder` or its own; the files that were written."""
    from twin import report

    return report.figures(run, Path(folder) if folder else None)
