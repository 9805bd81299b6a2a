"""The table of a comparison: a row a KPI, a column a variant, the best marked.

It holds the KPIs by which variants are chosen; all others are in `compare.csv`. Rows that tell of
nothing in every variant are left out, except what was not served and what was shed. Resources that
give less than a fiftieth of what the largest one gives are left out as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.text import Text

from twin.check import number, unit_text
from twin.comparison import SAVED, Comparison, Spread
from twin.units import unit_of

GROUPS: dict[str, tuple[str, ...]] = {
    "frequency": (
        "nadir_hz",
        "rocof_500ms_hz_per_s",
        "arrest_s",
        "quasi_steady_20_52s_mhz",
        "settling_50mhz_s",
        "lowest_hz",
        "off_rms_mhz",
        "off_50mhz_s",
        "island_nadir_hz",
        "island_zenith_hz",
    ),
    "lost": (
        "unserved_kwh",
        "dropped_kwh",
        "shed_kw",
        "shed_kwh",
        "trips_count",
        "collapses_count",
        "dead_s",
        "never_arrived_count",
        "out_of_fuel_h",
        "outage_h",
        "availability_pu",
        "three_nines_pu",
    ),
    "offered": (
        "offered_1h_kw",
        "offered_4h_kw",
        "not_offered_1h_kw",
        "not_offered_4h_kw",
    ),
    "resources": (
        "delay_s",
        "t50_s",
        "t90_s",
        "share_before_nadir_pu",
        "energy_0_6s_kwh",
        "energy_0_60s_kwh",
        "given_kwh",
        "full_from_h",
        "full_h",
    ),
    "energy": (
        "renewable_share_pu",
        "curtailed_kwh",
        "import_kwh",
        "export_kwh",
        "fuel_l",
        "genset_h",
        "genset_starts_count",
        "battery_efc_count",
        "soc_end_pu",
        "depot_kwh",
        "losses_kwh",
        "line_loading_max_pu",
        "driven_km",
        "waited_h",
    ),
    "carbon": ("fuel_carbon_kg", "carbon_kg", "carbon_g_per_kwh", "carbon_full_g_per_kwh"),
    "economics": (
        "capex_usd",
        "annuity_usd_per_y",
        "lcoe_site_usd_per_kwh",
        "grid_cost_usd",
        "logistics_cost_usd",
        *SAVED,
    ),
}
TITLES = {"lost": "not served, shed, tripped", "offered": "offered to others, kept back"}
EACH_FALL = "fall_"  # KPIs of one of several events begin with it
ALWAYS = ("unserved_kwh", "dropped_kwh", "shed_kw")  # also where there is none of it
UNTOUCHED = {"availability_pu": 1.0, "three_nines_pu": 1.0}  # what they are where nothing is lost
RED = ("unserved_kwh", "dropped_kwh")  # IT energy that was not served
LEAST_PU = 0.02  # of the largest change of power: a smaller resource is not shown
BEST, GAP = "*", "  "


class Line(NamedTuple):
    """A row: what it is called, the KPI, and its unit as it is written."""

    label: str
    kpi: str
    unit: str


def table_text(found: Comparison, width: int = 0) -> Text:
    """The table, in several parts below each other where it is wider than a terminal."""
    groups = [(title, list(_lines(found, title))) for title in GROUPS]
    groups = [(title, lines) for title, lines in groups if lines]
    labels = [line for _, lines in groups for line in lines]
    first = max((len(line.label) for line in labels), default=0) + 2
    last = max((len(line.unit) for line in labels), default=0)
    blocks = [_block(found, column.name, groups) for column in found.columns]
    text = Text()
    for part in side_by_side([len(block[0]) for block in blocks], width - first - last - len(GAP)):
        _add_part(text, groups, [blocks[place] for place in part], first)
    text.append(_foot(found), style="dim")
    return text


def _lines(found: Comparison, title: str) -> Iterator[Line]:
    for kpi in GROUPS[title]:
        if title == "resources":
            for name in found.resources(LEAST_PU):
                if _told(found, f"{name}.{kpi}"):
                    yield _line(f"{name} {kpi}", f"{name}.{kpi}")
        elif _told(found, kpi):
            yield _line(kpi, kpi)
    if title == "frequency":
        yield from (_line(kpi, kpi) for kpi in found.values if kpi.startswith(EACH_FALL))


def _line(label: str, kpi: str) -> Line:
    return Line(label, kpi, unit_text(str(unit_of(kpi) or "")))


def _told(found: Comparison, kpi: str) -> bool:
    row = found.row(kpi)
    usual = UNTOUCHED.get(kpi, 0.0)
    return bool(row) and (kpi in ALWAYS or any(one.mean != usual for one in row.values()))


def _block(
    found: Comparison, variant: str, groups: Sequence[tuple[str, Sequence[Line]]]
) -> list[Text]:
    """A column: its head, and its cells on their decimal points."""
    lines = [line for _, own in groups for line in own]
    spreads = [found.row(line.kpi).get(variant) for line in lines]
    texts = [
        "" if one is None else _number(one.mean, line.kpi)
        for line, one in zip(lines, spreads, strict=True)
    ]
    parts = [text.partition(".") for text in texts]
    whole = max((len(one[0]) for one in parts), default=0)
    rest = max((len(one[1] + one[2]) for one in parts), default=0)
    cells = []
    for line, spread, one in zip(lines, spreads, parts, strict=True):
        best = variant in found.best(line.kpi)
        cell = Text(f"{one[0]:>{whole}}{one[1] + one[2]:{rest}} {BEST if best else ' '}")
        if spread and line.kpi in RED and spread.mean > 0.0:
            cell.stylize("bold red")
        elif best:
            cell.stylize("bold green")
        if spread and spread.p95 > spread.p5:
            cell.append(f" {_range(spread, line.kpi)}", style="dim")
        cells.append(cell)
    column = next(one for one in found.columns if one.name == variant)
    head = variant.replace("as-it-stands", "as it stands")
    head += "" if column.done else f" ({column.status})"
    width = max(len(cell) for cell in (Text(head), *cells))
    for cell in cells:
        cell.pad_right(width - len(cell))
    return [Text(f"{head:>{width}}", style="bold" if column.done else "bold red"), *cells]


def _number(value: float, kpi: str) -> str:
    if math.isinf(value):
        return "never"
    return number(value, str(unit_of(kpi) or ""))


def _range(spread: Spread, kpi: str) -> str:
    return f"[{_number(spread.p5, kpi)}, {_number(spread.p95, kpi)}]"


def side_by_side(widths: Sequence[int], room: int) -> Iterator[range]:
    """Which columns stand beside each other; all of them where room has no end."""
    begin, used = 0, 0
    for place, width in enumerate(widths):
        if room > 0 and place > begin and used + width + len(GAP) > room:
            yield range(begin, place)
            begin, used = place, 0
        used += width + len(GAP)
    yield range(begin, len(widths))


def _add_part(
    text: Text,
    groups: Sequence[tuple[str, Sequence[Line]]],
    blocks: Sequence[Sequence[Text]],
    first: int,
) -> None:
    text.append(" " * first)
    for block in blocks:
        text.append(GAP).append_text(block[0])
    text.append("\n")
    place = 1
    for title, lines in groups:
        text.append(f"{TITLES.get(title, title)}\n", style="bold")
        for line in lines:
            text.append(f"  {line.label:{first - 2}}")
            for block in blocks:
                text.append(GAP).append_text(block[place])
            text.append(f"{GAP}{line.unit}\n")
            place += 1


def _foot(found: Comparison) -> str:
    said = [f"{BEST} best; compare.csv says what each row is"]
    if found.seeds:
        said.append(f"means over {len(found.seeds)} seeds, [5th, 95th percentile]")
    if any(found.row(kpi) for kpi in RED):
        said.append("red: energy that loads were not served")
    return "; ".join(said)
