"""`twin compare`: the variants of a scenario run side by side, one table, one folder of figures."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.cli.progress import clock, watch_all
from twin.cli.watch import head

if TYPE_CHECKING:
    from rich.console import Console

    from twin.comparison import Comparison
    from twin.scenario import Scenario

MOST_SEEDS = 10_000


def compare(
    name: str, sets: Sequence[str], seeds: int, out: Path | None, quiet: bool, **options: Any
) -> int:
    """Run all variants, and tell of them together; returns the exit code."""
    from rich.console import Console

    from twin.load import load_scenario, parse_set, remarks

    console = Console(quiet=quiet, highlight=False, markup=False)
    overrides = dict(parse_set(text) for text in sets)
    scenario, topology = load_scenario(name, overrides, "", options["allow_outside"])
    if scenario.equivalences:
        from twin.cli.equivalence import found_maps

        console.print(f"{head(name, scenario, topology)}, {len(scenario.equivalences)} maps")
        return found_maps(console, name, scenario, overrides, _folder(out, scenario))
    if scenario.factorial:
        from twin.cli.factorial import found_factorial

        console.print(f"{head(name, scenario, topology)}, a factorial", soft_wrap=True)
        return found_factorial(console, name, scenario, overrides, seeds, _folder(out, scenario))
    variants = variants_of(name, scenario)
    many = f" {len(variants)} variants" + (f" of {seeds} seeds" if seeds > 1 else "")
    console.print(f"{head(name, scenario, topology)},{many}", soft_wrap=True)
    for text in remarks(topology, scenario) if not quiet else ():
        print(f"remark: {text}", file=sys.stderr)
    folder = _folder(out, scenario)
    found, spent_s = _run(console, name, scenario, variants, seeds, folder, overrides, options)
    return _told(console, found, folder, spent_s)


def variants_of(name: str, scenario: Scenario) -> list[str]:
    """What is compared: the scenario as it stands, unless a variant is just that, and variants."""
    from twin.problems import Problem, Problems

    if not scenario.variants:
        text = f"has no variant to compare; write [variant.NAME]{_near(name, scenario)}"
        raise Problems([Problem(str(scenario.path), 0, "variant", text)])
    alone = [] if not all(scenario.variants.values()) else [""]
    return alone + list(scenario.variants)


def _near(name: str, scenario: Scenario) -> str:
    """The nearest scenario that has variants."""
    from twin.load import scenarios
    from twin.load.document import read_document
    from twin.problems import did_you_mean

    others = {f"{path.parent.name}/{path.stem}": path for path in scenarios().values()}
    able = [one for one, path in others.items() if read_document(path, []).tables(("variant",))]
    of_topology = [one for one in able if one.startswith(f"{scenario.topology}/")]
    return did_you_mean(name, able) or (f"; {of_topology[0]} has some" if of_topology else "")


def _folder(out: Path | None, scenario: Scenario) -> Path:
    from twin.problems import Problem, Problems
    from twin.runner import free_folder

    if out is None:
        return free_folder(f"{scenario.topology}-{scenario.name}-compare")
    if out.is_dir() and any(out.iterdir()):
        raise Problems([Problem("--out", 0, str(out), "is not empty")])
    out.mkdir(parents=True, exist_ok=True)
    return out


def _run(
    console: Console,
    name: str,
    scenario: Scenario,
    variants: Sequence[str],
    seeds: int,
    folder: Path,
    overrides: dict[str, Any],
    options: dict[str, Any],
) -> tuple[Comparison, float]:
    import time

    from twin.comparison import compared
    from twin.runner import Options
    from twin.study import run_variants, tasks_of

    drawn = range(scenario.seed, scenario.seed + seeds) if seeds > 1 else ()
    tasks = tasks_of(variants, drawn)
    began = time.monotonic()
    with watch_all(console, len(tasks)) as watching:
        outcomes = run_variants(name, tasks, folder, Options(overrides, **options), watching)
    baseline = scenario.economics.baseline if scenario.economics else ""
    return compared(name, tasks, outcomes, baseline), time.monotonic() - began


def _told(console: Console, found: Comparison, folder: Path, spent_s: float) -> int:
    """Print the table, write the files, draw the figures; the exit code."""
    from twin.cli.compared import table_text
    from twin.cli.results import short_text
    from twin.comparison import as_csv, as_json
    from twin.report.compared import figures

    console.print(f"  ran in {clock(spent_s)}")
    console.print(table_text(found, console.width if console.is_terminal else 0), soft_wrap=True)
    for column in found.columns:
        for line in short_text(column.run).splitlines() if column.run else ():
            console.print(f"{column.name}: {line}", soft_wrap=True)
    (folder / "compare.json").write_text(as_json(found), "utf-8")
    (folder / "compare.csv").write_text(as_csv(found), "utf-8")
    drawn = len(figures(found, folder / "figures"))
    many = f"{drawn} figure{'s'[: drawn != 1]} in figures/"
    console.print(f"wrote {folder}/ with compare.csv, compare.json and {many}", soft_wrap=True)
    for column in found.columns:
        for reason in column.reasons if not column.done else ():
            print(f"{column.name}: {reason}", file=sys.stderr)
        if column.missed:
            print(f"missed in {column.name}: {', '.join(column.missed)}", file=sys.stderr)
    if any("interrupted" in column.reasons for column in found.columns):
        return 130
    return 0 if all(column.done for column in found.columns) else 1
