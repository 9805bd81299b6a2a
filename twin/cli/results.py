"""What came out of a run, to be read at a glance: collapses, what happened, then the KPIs by group.

Resources stand side by side, a column each. What happened is told of runs that saw it in fine
steps; units of a fleet that did the same at one instant share a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from twin.check import Row, Verdict, format_table, number, table, unit_text
from twin.cli.text import columns
from twin.kpis import groups
from twin.kpis.account import account_of
from twin.kpis.against import against
from twin.kpis.events import COARSEST_S, event_times_s
from twin.kpis.voltage import line_loading_max_pu
from twin.units import unit_of

if TYPE_CHECKING:
    import pandas as pd

    from twin.run import Run

MOST_EVENTS = 24
MOST_FALLS = 4
DEAD = ("dead", "dark")  # modes of a bus that nothing holds
SHORT = {  # fields, and what is said of a unit in which they rise
    "never_cause": "will never arrive: {why}",
    "out_of_fuel": "ran out of fuel",
    "limited": "got less than wanted, which is all that its bus takes",
}
FULL_PU = 1.01  # a limit that is held to settles near it
ABREAST = 5  # resources beside each other
PAYBACKS = ("payback_simple_y", "payback_discounted_y")
TITLES = {"lost": "shed, dropped, tripped"}


def kpi_text(kpis: Mapping[str, float], verdicts: Sequence[Verdict]) -> str:
    """The KPIs of a run and what was expected of it, titled where there is more than one group."""
    rows = {row.name: row for row in table(kpis, verdicts)}
    found = {
        title: [rows[kpi.name] for kpi in own if kpi.name in rows]
        for title, own in groups().items()
    }
    alone = {row.name for own in found.values() for row in own}
    judged = [verdict.name for verdict in verdicts]
    found["also expected"] = [rows[name] for name in judged if name not in alone]
    money = ["carbon", "economics", "also expected"]
    order = ["frequency", "voltage", "lost", "energy", "reliability", "logistics", *money]
    if not found["frequency"]:  # no event was seen: energy first, and of what was lost no zeros
        order = ["energy", "reliability", "lost", "voltage", "logistics", *money]
        found["lost"] = [row for row in found["lost"] if kpis[row.name] or row.name in judged]
    resources = [name for name in kpis if name not in alone]
    return "\n".join(_titled([(title, found[title]) for title in order], resources, kpis))


def cost_text(run: Run) -> str:
    """On what the economics rest, and what a run does not tell of them; nothing without any."""
    found = account_of(run)
    if found is None:
        return ""
    terms = found.terms
    text = f"costs of {terms.costs}, {100.0 * terms.discount_pu:g} % over {terms.years} years"
    text += f", {terms.convention}; every item is in costs.json"
    wanted = f"\n  yearly figures are left out; they need {', '.join(found.missing)}"
    return text + (wanted if found.missing else "")


def against_text(run: Run, baseline: Run) -> str:
    """What a run saves against its baseline."""
    found = against(run, baseline)
    figures = {name: value for name, value in found.figures().items() if value is not None}
    rows = {row.name: row for row in table(figures, [])}
    rows |= {name: Row(name, "never") for name in PAYBACKS if name not in rows}
    shown = [rows[name] for name in found.figures() if name in rows]
    return f"against {found.baseline or baseline.folder}\n{format_table(shown)}\n{cost_text(run)}"


def _titled(
    found: Sequence[tuple[str, Sequence[Row]]], resources: Sequence[str], kpis: Mapping[str, float]
) -> Iterator[str]:
    """All rows aligned as one table, parted by titles; resources come before energy."""
    lines = iter(format_table([row for _, rows in found for row in rows]).splitlines())
    several = sum(bool(rows) for _, rows in found) + bool(resources) > 1
    for title, rows in found:
        if title == "energy":
            yield from _resource_lines(resources, kpis)
        if rows and several:
            yield TITLES.get(title, title)
        for _ in rows:
            yield next(lines)


def _resource_lines(names: Sequence[str], kpis: Mapping[str, float]) -> Iterator[str]:
    """A line for each KPI, with a column for each resource."""
    parts = [name.rpartition(".") for name in names]
    every = list(dict.fromkeys(device for device, _, _ in parts))
    told = list(dict.fromkeys(kpi for _, _, kpi in parts))
    first = max(map(len, told), default=0)
    for place in range(0, len(every), ABREAST):
        devices = every[place : place + ABREAST]
        blocks = [_column(device, told, kpis) for device in devices]
        yield "  ".join([f"{'resources':{first + 2}}", *(block[0] for block in blocks)]).rstrip()
        for line, kpi in enumerate(told, 1):
            cells = [block[line] for block in blocks]
            yield "  ".join([f"  {kpi:{first}}", *cells, unit_text(str(unit_of(kpi)))]).rstrip()


def _column(device: str, told: Sequence[str], kpis: Mapping[str, float]) -> list[str]:
    """The name of a resource, and its numbers below it on their decimal points."""
    values = {kpi: kpis.get(f"{device}.{kpi}") for kpi in told}
    texts = ["" if v is None else number(v, str(unit_of(kpi))) for kpi, v in values.items()]
    parts = [text.partition(".") for text in texts]
    whole, rest = max(len(one[0]) for one in parts), max(len(one[1] + one[2]) for one in parts)
    cells = [f"{one[0]:>{whole}}{one[1] + one[2]:{rest}}" for one in parts]
    width = max(len(device), whole + rest, 9)
    return [f"{cell:>{width}}" for cell in (device, *cells)]


def fall_text(run: Run) -> str:
    """Which buses collapsed or went dead, when, and why where they say so; nothing if none did."""
    events = run.events[run.events["by"] == "device"]
    collapsed = events[(events["field"] == "collapsed") & (events["value"] > 0)]
    dead = events[(events["field"] == "mode") & events["text"].isin(DEAD)]
    told = set(zip(collapsed["t_s"], collapsed["unit"], strict=True))
    alone = [one not in told for one in zip(dead["t_s"], dead["unit"], strict=True)]
    falls = events.loc[sorted([*collapsed.index, *dead.index[alone]])]
    alike = falls.groupby(["t_s", "device", "field", "text"], sort=False)
    lines = [_fall(run, own) for _, own in alike]
    more = [f"and {len(lines) - MOST_FALLS:,} times more"] if len(lines) > MOST_FALLS else []
    return "\n".join([*lines[:MOST_FALLS], *more])


def _fall(run: Run, own: pd.DataFrame) -> str:
    """``main collapsed at 4.007 s: nothing forms it``, of one unit or of several."""
    one = own.iloc[0]
    about = run.meta["devices"][one["device"]]
    who = _who(run, one["device"], [*own["unit"]])
    if one["field"] == "mode":
        return f"{who} went {one['text']} at {one['t_s']:,.3f} s"
    field = about["fields"]["collapsed"]
    why = one["text"].replace("_", " ") if field["labels"] else field["doc"]
    return f"{who} collapsed at {one['t_s']:,.3f} s: {why}"


def short_text(run: Run) -> str:
    """Who was called in vain, ran out of fuel or is held back by its bus to the end.

    Units of a fleet of which the same is to be told share a line.
    """
    events = run.events[run.events["by"] == "device"]
    events = events[events["field"].isin(SHORT) | events["text"].isin(SHORT)]
    found: dict[tuple[str, str], dict[str, float]] = {}
    told = (events[name] for name in ("device", "unit", "field", "value", "text", "t_s"))
    for device, unit, field, value, text, t_s in zip(*told, strict=True):
        what = text if text in SHORT else field
        why = SHORT[what].format(why=text.replace("_", " "))
        own = found.setdefault((device, why), {})
        if value > 0:
            own.setdefault(unit, t_s)
        else:
            own.pop(unit, None)  # it is over
    return "\n".join(
        f"{_who(run, device, [*units])} {why} (at {min(units.values()):,.0f} s)"
        for (device, why), units in found.items()
        if units
    )


def full_text(run: Run) -> str:
    """How far a line is overloaded; nothing where none is."""
    most_pu = line_loading_max_pu(run) or 0.0
    return f"a line bears {most_pu:.2f} times what it may" if most_pu > FULL_PU else ""


def _who(run: Run, device: str, units: Sequence[str]) -> str:
    """A unit by its name, or how many of a fleet."""
    count = run.meta["devices"][device]["units"]
    return units[0] if len(units) == 1 else f"{len(units):,} of {count:,} {device}"


def event_text(run: Run) -> str:
    """The first of what happened in a run of fine steps from its event on; nothing for others."""
    events = run.events
    events = events[events["t_s"] >= min(event_times_s(run), default=0.0)]
    if run.meta["tick_s"] > COARSEST_S or not len(events):
        return ""
    alike = events.groupby(["t_s", "by", "device", "field", "text", "value"], sort=False)
    lines = [_event(run, own) for _, own in alike]
    last = len(lines[-1][0])
    shown = columns([(f"{t:>{last}}", *rest) for t, *rest in lines[:MOST_EVENTS]], indent=2)
    more = f"\n  and {len(lines) - MOST_EVENTS:,} more in events.parquet"
    return f"events\n{shown}{more if len(lines) > MOST_EVENTS else ''}"


def _event(run: Run, own: pd.DataFrame) -> tuple[str, str, str]:
    """When, who and what, of one unit or of several that did the same."""
    one = own.iloc[0]
    what = f"{one['value']:g} {one['text']}" if one["text"].startswith("over ") else one["text"]
    what = what or f"{one['value']:g}"
    if one["by"] == "scenario":
        what = f"set to {what}"
    if len(own) > 1:
        what += f" ({len(own):,} of {run.meta['devices'][one['device']]['units']:,})"
    who = one["unit"] if len(own) == 1 else one["device"]
    return f"{one['t_s']:,.3f} s", f"{who}.{one['field']}", what
