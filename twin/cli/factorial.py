"""A scenario with a factorial: found by runs in memory, one table, its data and a figure."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.text import Text

from twin.cli.compared import side_by_side
from twin.cli.progress import clock
from twin.factorial import BASES

if TYPE_CHECKING:
    from rich.console import Console

    from twin.comparison import Spread
    from twin.factorial import Line, Table
    from twin.scenario import Scenario

Told = Callable[["Line"], str]
GAP = "  "
NEVER = "no size is enough"


class Column(NamedTuple):
    """Title and unit, and a cell for each line of the table, all of one width."""

    head: tuple[str, str]
    cells: list[str]


def found_factorial(
    console: Console,
    name: str,
    scenario: Scenario,
    overrides: dict[str, Any],
    seeds: int,
    folder: Path,
) -> int:
    """Run, print, keep and draw. Returns the exit code."""
    from twin.factorial import Study
    from twin.factorial.files import as_csv, as_json
    from twin.report import style
    from twin.report.factorial import figure

    if scenario.factorial and seeds > 1:
        scenario = replace(scenario, factorial=replace(scenario.factorial, seeds=seeds))
    began = time.perf_counter()
    with console.status("") as status:
        study = Study(name, scenario, overrides, lambda line: status.update(_name(line)))
        table = study.table()
    console.print(f"  {table.runs:,} runs in {clock(time.perf_counter() - began)}")
    console.print(table_text(table, console.width if console.is_terminal else 0), soft_wrap=True)
    (folder / "factorial.json").write_text(as_json(table), "utf-8")
    (folder / "factorial.csv").write_text(as_csv(table), "utf-8")
    with style.look():
        drawn = figure(table)
        for kind in ("png", "pdf"):
            drawn.savefig(folder / f"factorial.{kind}")
    console.print(f"wrote {folder}/ with factorial.csv, .json, .png and .pdf", soft_wrap=True)
    return 0


def table_text(table: Table, width: int = 0) -> Text:
    """A block for each basis, in parts below each other where it is wider than a terminal."""
    text = Text(_nothing(table))
    names = list(dict.fromkeys(_name(line) for line in table.lines))
    first = max(len(text) for text in (*names, *(_title(table, basis) for basis in BASES))) + 2
    columns = [_filled(table, *column) for column in _columns(table)]
    parts = list(side_by_side([len(one.head[0]) for one in columns], width - first - len(GAP)))
    for basis in BASES:
        found = {_name(line): k for k, line in enumerate(table.lines) if line.basis == basis}
        for part in parts:
            own = [columns[k] for k in part]
            for k, (lead, style) in enumerate(((_title(table, basis), "bold"), ("", "dim"))):
                heads = GAP.join(one.head[k] for one in own)
                text.append(f"{lead:{first}}{GAP}{heads}\n", style=style)
            for name in names:
                cells = GAP.join(one.cells[found[name]] for one in own) if name in found else NEVER
                text.append(f"  {name:{first - 2}}{GAP}{cells}\n")
    text.append(_foot(table), style="dim")
    return text


def _filled(table: Table, title: str, unit: str, told: Told) -> Column:
    cells = [told(line) for line in table.lines]
    width = max(len(one) for one in (title, unit, *cells))
    return Column((title.rjust(width), unit.rjust(width)), [one.rjust(width) for one in cells])


def _columns(table: Table) -> list[tuple[str, str, Told]]:
    """Title, unit and text of each column."""
    *short, hours = sorted(table.plan.given_h)
    return [
        ("size", "MW", lambda line: f"{line.size_kw / 1e3:.2f}"),
        ("firm", "MW", lambda line: f"{line.firm_kw / 1e3:.2f}"),
        ("nadir", "mHz", _of("nadir_gain_mhz", 1, ranged=True)),
        ("RoCoF", "mHz/s", _of("rocof_500ms_hz_per_s", 0, 1e3)),
        ("20-52 s", "mHz", _of("settled_gain_mhz", 1)),
        ("takes over", "min", _of("takes_over_h", 1, 60.0, ranged=True)),
        *((f"given {one:g} h", "%", _of(f"given_{one:g}h_pu", 0, 100.0)) for one in short),
        (f"given {hours:g} h", "%", _of(f"given_{hours:g}h_pu", 0, 100.0, ranged=True)),
        ("mean", "mHz", _of("mean_gain_mhz", 1)),
        ("diesel", "l", _of("fuel_l", 0)),
        ("put back", "kWh", _of("recharge_kwh", 0)),
        ("carbon", "kg", _of("carbon_kg", 0)),
        ("carbon", "kg/kWh", _of("carbon_kg_per_kwh", 2)),
        ("event", "USD", _of("event_usd", 0)),
        ("waiting", "kUSD/y", lambda line: f"{sum(line.waiting_usd_per_y.values()) / 1e3:,.0f}"),
        ("year", "kUSD/y", lambda line: f"{line.annual_usd_per_y / 1e3:,.0f}"),
        ("year", "t CO2", lambda line: f"{line.annual_kg_per_y / 1e3:,.0f}"),
        ("inertia", "MWs", lambda line: f"{line.inertia_mws:.1f}"),
        ("fault", "MVA", lambda line: f"{line.short_circuit_mva:.1f}"),
    ]


def _of(name: str, decimals: int, times: float = 1.0, ranged: bool = False) -> Told:
    """The mean of a value, with its percentiles where asked for and apart."""

    def number(value: float) -> str:
        return f"{times * value:,.{decimals}f}" if math.isfinite(value) else "never"

    def text(line: Line) -> str:
        own: Spread = line.values[name]
        low, high = number(own.p5), number(own.p95)
        return number(own.mean) + (f" [{low}, {high}]" if ranged and low != high else "")

    return text


def _name(line: Line) -> str:
    row = line.row
    droop = f", droop {row.droop}" if row.droop else ""
    return f"{row.technology}{': ' if len(row.parts) > 1 else ', '}{row.state}{droop}"


def _title(table: Table, basis: str) -> str:
    """A basis, and what all have alike."""
    one = next(line for line in table.lines if line.row.name == table.plan.reference)
    alike = {
        "mw": f"{one.size_kw / 1e3:.2f}",
        "cost": f"{one.annual_usd_per_y / 1e3:,.0f} kUSD",
        "firm": f"{one.firm_kw / 1e3:.2f}",
    }
    return f"{BASES[basis]}: {alike[basis]}"


def _nothing(table: Table) -> str:
    """The area by itself, from which gains are counted."""
    bare = table.bare
    low, high = (f"{one:.3f}" for one in bare["nadir_hz"][1:])
    return (
        f"nothing: nadir {bare['nadir_hz'].mean:.3f} Hz [{low}, {high}] after "
        f"{bare['nadir_after_s'].mean:.1f} s, 20-52 s {bare['settled_hz'].mean:.3f} Hz, "
        f"RoCoF {1e3 * bare['rocof_500ms_hz_per_s'].mean:.0f} mHz/s\n"
    )


def _foot(table: Table) -> str:
    plan = table.plan
    return (
        f"means over {plan.seeds} draws, [5th, 95th percentile]. nadir, 20-52 s, mean: how much "
        "higher the frequency is\nthan without any resource; mean: over "
        f"{max(plan.given_h):g} h from {plan.ask_after_s:g} s after the event, when "
        f"{plan.size_kw / 1e3:g} MW are asked. diesel to event: of one event,\nat equal final "
        f"state of charge; put back: from the marginal unit. year: waiting and "
        f"{plan.events_per_y:g} events. inertia, fault: before the event.\nfirm: with "
        f"{plan.firm_pu:.0%} probability, over {plan.firm_h:g} h.\n"
    )
