"""A scenario with maps of equivalence: each is found by runs in memory, kept and drawn."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.cli.progress import clock

if TYPE_CHECKING:
    from rich.console import Console

    from twin.scenario import Scenario


def found_maps(
    console: Console, name: str, scenario: Scenario, overrides: dict[str, Any], folder: Path
) -> int:
    """Find, keep and draw all maps of a scenario, each when it is found. Returns the exit code."""
    from twin.equivalence import find
    from twin.report import style
    from twin.report.equivalence import figure

    for asked in scenario.equivalences:
        began = time.perf_counter()
        found = find(name, asked, overrides)
        spent = clock(time.perf_counter() - began)
        console.print(f"  {asked.name}: {found.runs:,} runs in {spent}")
        told = json.dumps(found.told(), indent=1)
        (folder / f"{asked.name}.json").write_text(told, "utf-8")
        with style.look():
            figure(found).savefig(folder / f"{asked.name}.png")
    console.print(f"wrote {folder}/ with a .json and a .png of each map", soft_wrap=True)
    return 0
