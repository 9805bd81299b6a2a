"""Several variants of one scenario, each a run of its own in one folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from twin.runner import Options, Outcome, Progress, run_scenario

Told = Callable[[str], Progress | None]  # what watches the run of a variant


def run_variants(
    scenario: str | Path,
    variants: Iterable[str],
    folder: Path,
    options: Options,
    told: Told = lambda _: None,
) -> dict[str, Outcome]:
    """Run variants one after the other, each in a folder of its name; stops where one fails."""
    outcomes: dict[str, Outcome] = {}
    for variant in variants:
        asked = replace(options, variant=variant, out=folder / variant)
        outcomes[variant] = run_scenario(scenario, asked, told(variant))
        if outcomes[variant].status != "done":
            break
    return outcomes
