"""A run as its user sees it: what is run, how far it is, what came out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from twin.cli.progress import Watch, clock, watch

if TYPE_CHECKING:
    from rich.console import Console

    from twin.runner import Outcome
    from twin.scenario import Scenario
    from twin.topology import Topology


def watched_run(name: str, sets: Sequence[str], quiet: bool, **options: Any) -> int:
    """Run a scenario and tell of it; `options` are those of `twin.runner`. Returns the exit code.

    The files are read before anything heavy is imported, so that the first line comes at once.
    """
    from rich.console import Console

    from twin.load import load_scenario, parse_set, remarks

    console = Console(quiet=quiet, highlight=False, markup=False)
    overrides = dict(parse_set(text) for text in sets)
    read = load_scenario(name, overrides, options["variant"], options["allow_outside"])
    console.print(head(name, *read), soft_wrap=True)
    for text in remarks(read[1], read[0]) if not quiet else ():
        print(f"remark: {text}", file=sys.stderr)
    if read[0].claims and not options["variant"]:
        from twin.cli.claims import judged_run

        return judged_run(console, name, read[0], overrides, options)
    with watch(console) as watching:
        from twin.runner import Options, run_scenario

        outcome = run_scenario(name, Options(overrides, **options), watching)
    return _told(console, outcome, watching)


def head(name: str, scenario: Scenario, topology: Topology) -> str:
    """``island_telecom/week: 8 devices, 8 units, 60 s x 10,080 steps, seed 0``."""
    from twin.calendar import make_calendar

    there = [device for device in topology.devices.values() if device.units]
    units = sum(device.units for device in there)
    fine = f" and {scenario.fine_step_s:g} s" if scenario.fine_step_s else ""
    steps = make_calendar(scenario).steps
    return (
        f"{name}: {len(there):,} device{'s'[: len(there) != 1]}, {units:,} unit{'s'[: units != 1]},"
        f" {scenario.step_s:g} s{fine} x {steps:,} steps, seed {scenario.seed}"
    )


def _told(console: Console, outcome: Outcome, watching: Watch) -> int:
    folder = f"{outcome.folder}/"
    if outcome.status == "interrupted":
        print(
            f"interrupted at {watching.at}; what was recorded is kept in {folder}", file=sys.stderr
        )
        return 130
    if outcome.status == "failed":
        print(f"failed: {outcome.reason}\nwhat was recorded is kept in {folder}", file=sys.stderr)
        return 1
    spent = outcome.meta["wall_s"]
    console.print(f"  ran in {clock(spent['run'])}, set up in {clock(spent['setup'])}")
    console.print(f"wrote {folder}{_show_results(console, outcome)}", soft_wrap=True)
    missed = [
        f"{verdict.name} {verdict.note}".rstrip()
        for verdict in outcome.verdicts
        if not verdict.held
    ]
    if missed:
        print(f"missed: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


def _show_results(console: Console, outcome: Outcome) -> str:
    """Print what came out, and draw it; how many figures there are now."""
    from rich.text import Text

    from twin.cli.results import (
        cost_text,
        event_text,
        fall_text,
        full_text,
        kpi_text,
        short_text,
    )
    from twin.report import figures
    from twin.run import open_run

    run = open_run(outcome.folder)
    found = [fall_text(run), short_text(run), full_text(run), event_text(run)]
    found += [kpi_text(outcome.kpis, outcome.verdicts), cost_text(run)]
    text = Text("\n".join(part for part in found if part))
    text.highlight_regex(r"(?m)^\S.*$", "bold")
    text.highlight_regex(r"(?m)  ok$", "green")
    text.highlight_regex(r"(?m)  (missed|unknown)\b.*$", "bold red")
    console.print(text, soft_wrap=True)
    drawn = len(figures(run))
    return f" with {drawn} figure{'s'[: drawn != 1]} in figures/" if drawn else ""
