"""A scenario with claims: its variants are run, and each claim is judged."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from twin.cli.progress import clock, watch_all

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from twin.claims import Judged
    from twin.runner import Outcome
    from twin.scenario import Scenario

STYLES = {"holds": "green", "holds if": "yellow", "cannot hold": "red", "unknown": "bold red"}


def judged_run(
    console: Console, name: str, scenario: Scenario, overrides: dict[str, Any], options: Any
) -> int:
    """Run what the claims speak of, print and write the verdicts. Returns the exit code."""
    from twin.claims import UNKNOWN, as_markdown, judge, needed
    from twin.runner import Options, free_folder
    from twin.savings import results
    from twin.study import run_variants, tasks_of

    variants = needed(scenario)
    folder = options["out"] or free_folder(f"{scenario.topology}-{scenario.name}")
    asked = Options(overrides, **{**options, "out": None})
    with watch_all(console, len(variants)) as watching:
        outcomes = run_variants(name, tasks_of(variants), folder, asked, watching)
    if text := _failed(outcomes):
        print(f"{text}\nwhat was recorded is kept in {folder}/", file=sys.stderr)
        return 1
    judged = judge(scenario.claims, results(outcomes))
    spent = sum(one.meta["wall_s"]["run"] for one in outcomes.values())
    console.print(f"  {len(outcomes)} variants ran in {clock(spent)}")
    show(console, judged)
    (folder / "claims.json").write_text(json.dumps([one.told() for one in judged], indent=1))
    (folder / "claims.md").write_text(as_markdown(judged), "utf-8")
    console.print(f"wrote {folder}/ with claims.json and claims.md", soft_wrap=True)
    return 1 if any(one.verdict == UNKNOWN for one in judged) else 0


def show(console: Console, judged: list[Judged]) -> None:
    """Print the table of claims and verdicts."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title, ratio in (("claim", 2), ("result", None), ("verdict", None), ("why", 4)):
        table.add_column(title, ratio=ratio, no_wrap=ratio is None, overflow="fold")
    for one in judged:
        verdict = Text(one.verdict, style=STYLES[one.verdict])
        table.add_row(one.claim.said, results_of(one), verdict, one.reason)
        table.add_section()
    console.print(table)


def results_of(one: Judged) -> Text:
    """What was asked for, then a line a variant: whether it holds there, its name, its value."""
    from rich.text import Text

    from twin.claims import measured

    values = {name: measured(one.claim, value) for name, value in one.values.items()}
    name_width, width = (max(map(len, words)) for words in (values, values.values()))
    text = Text(one.wanted, style="dim")
    for name, value in values.items():
        mark, style = ("✓", "green") if name in one.held else ("✗", "red")
        text.append(f"\n{mark} {name:{name_width}}  {value:>{width}}", style=f"not dim {style}")
    return text


def _failed(outcomes: dict[str, Outcome]) -> str:
    """How a variant failed, if one did."""
    for variant, outcome in outcomes.items():
        if outcome.status != "done":
            return f"{variant} {outcome.status}: {outcome.reason}"
    return ""
