"""Totals of each variant as bars: energy by its origin, fuel, cost, carbon, what a reserve does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from twin.check import unit_text
from twin.kpis.offered import PRODUCTS
from twin.kpis.resources import WINDOWS_S
from twin.report import style
from twin.report.compared.layout import arrange, bars_in, panel
from twin.report.compared.shown import Shown

BELOW_IN = 0.44
THICK = 0.66  # of a row
ANSWER_S = (WINDOWS_S[1], WINDOWS_S[3])  # before a nadir, and until a set has come
LEAST_PU = 0.005  # of the longest bar: a smaller part is not named

SUPPLY = {
    "solar_used_kwh": ("sun", style.ORANGE),
    "genset_kwh": ("gensets", style.RED),
    "import_kwh": ("grid", style.BLACK),
    "unserved_kwh": ("not served", style.PINK),
}
FUEL = {"fuel_l": ("fuel", style.RED)}
COST = {
    "investment_usd_per_y": ("investment", style.BLUE),
    "replacement_usd_per_y": ("replacement less what is left", style.SKY),
    "om_usd_per_y": ("operation and maintenance", style.GREEN),
    "fuel_usd_per_y": ("fuel", style.RED),
    "grid_usd_per_y": ("grid", style.BLACK),
    "logistics_usd_per_y": ("trips and visits", style.ORANGE),
}
CARBON = {
    "carbon_s1_kg": ("fuel burnt", style.RED),
    "carbon_s2_kg": ("import", style.BLACK),
    "carbon_s33_kg": ("upstream of both", style.GREY),
    "carbon_transport_kg": ("trips and visits", style.ORANGE),
    "carbon_embodied_kg": ("making of it", style.BLUE),
}

LOST = {
    "unserved_kwh": ("bus without supply", style.PINK),
    "dropped_kwh": ("room dropped", style.BLACK),
}


class Bars(NamedTuple):
    """One panel: what it shows, its unit, and of each part the name, colour and values."""

    title: str
    unit: str
    parts: list[tuple[str, str, dict[str, float]]]  # a value for each variant

    def longest(self) -> float:
        """The longest bar."""
        variants = {name for _, _, values in self.parts for name in values}
        sums = [sum(abs(v.get(name, 0.0)) for _, _, v in self.parts) for name in variants]
        return max(sums, default=0.0)


def energy(shown: Shown) -> Figure | None:
    """Where energy came from, and what was burnt."""
    found = list(_answers(shown)) or [_of_resources(shown, "given beyond before", "given_kwh")]
    if not any(bars.longest() for bars in found):
        found = [_supply(shown)]
    return _drawn(shown, [*found, _of(shown, "fuel burnt", "l", FUEL)])


def cost(shown: Shown) -> Figure | None:
    """What a year costs and what it emits, by kind."""
    even = _of(shown, "even yearly cost", "usd_per_y", COST)
    return _drawn(shown, [even, _of(shown, "carbon dioxide equivalent", "kg", CARBON)])


def reserve(shown: Shown) -> Figure | None:
    """What is offered to others and what loads lacked; none where no reserve is kept."""
    row = shown.comparison.row
    if not any(one.mean for p in PRODUCTS for one in row(f"not_offered_{p}_kw").values()):
        return None
    found = [
        _of(
            shown,
            f"power that storage offers for {p[:-1]} h",
            "kw",
            {f"offered_{p}_kw": ("", style.GREEN)},
        )
        for p in PRODUCTS
    ]
    return _drawn(shown, [*found, _of(shown, "load that was not served", "kwh", LOST)])


def _answers(shown: Shown) -> Iterator[Bars]:
    """What each resource gave more than before, in windows after the event."""
    for begin_s, end_s in ANSWER_S:
        title, kpi = f"answer in the first {end_s} s", f"energy_{begin_s}_{end_s}s_kwh"
        bars = _of_resources(shown, title, kpi)
        if bars.longest():
            yield bars


def _of_resources(shown: Shown, title: str, kpi: str) -> Bars:
    """A KPI of each resource."""
    parts = []
    for resource, colour in shown.colours.items():
        row = shown.comparison.row(f"{resource}.{kpi}")
        parts.append((resource, colour, {name: one.mean for name, one in row.items()}))
    return Bars(title, "kwh", parts)


def _supply(shown: Shown) -> Bars:
    """Energy by its source: of wind what is left of all renewables, of storage what it lost."""
    bars = _of(shown, "energy by its source", "kwh", SUPPLY)
    wind = _differences(shown, "renewable_used_kwh", "solar_used_kwh")
    stored = _differences(shown, "battery_out_kwh", "battery_in_kwh")
    bars.parts[1:1] = [("wind", style.SKY, wind), ("storage", style.GREEN, stored)]
    return bars


def _differences(shown: Shown, whole: str, part: str) -> dict[str, float]:
    """What one KPI is more than another in each variant; nothing where it is less."""
    parts = shown.comparison.row(part)
    return {
        variant: max(one.mean - (parts[variant].mean if variant in parts else 0.0), 0.0)
        for variant, one in shown.comparison.row(whole).items()
    }


def _of(shown: Shown, title: str, unit: str, kinds: Mapping[str, tuple[str, str]]) -> Bars:
    parts = []
    for kpi, (name, colour) in kinds.items():
        row = shown.comparison.row(kpi)
        parts.append((name, colour, {variant: one.mean for variant, one in row.items()}))
    return Bars(title, unit, parts)


def _drawn(shown: Shown, found: Sequence[Bars]) -> Figure | None:
    own = [bars for bars in found if bars.longest()]
    if not own:
        return None
    titles = [variant.title for variant in shown.variants]
    drawn = Figure(figsize=(style.WIDTH_IN, 1.0))
    panels = [panel(drawn, bars_in(len(titles)), BELOW_IN) for _ in own]
    for one, bars in zip(panels, own, strict=True):
        _draw(one.axes, bars, shown)
        one.axes.set_yticks(range(len(titles)), titles)
        one.axes.set_ylim(len(titles) - 0.5, -0.5)
        one.axes.tick_params(axis="y", length=0)
        one.axes.grid(visible=False, axis="y")
    arrange(drawn, panels, titles)
    return drawn


def _draw(axes: Axes, bars: Bars, shown: Shown) -> None:
    unit, scale = _scaled(bars.unit, bars.longest())
    least = LEAST_PU * bars.longest()
    told = [part for part in bars.parts if any(abs(v) >= least for v in part[2].values())]
    places = {variant.name: place for place, variant in enumerate(shown.variants)}
    right, left = dict.fromkeys(places, 0.0), dict.fromkeys(places, 0.0)
    for name, colour, values in told:
        own = {variant: values.get(variant, 0.0) * scale for variant in places}
        starts = [right[v] if x >= 0.0 else left[v] for v, x in own.items()]
        label = name if len(told) > 1 else "_"
        axes.barh(
            [*places.values()],
            [*own.values()],
            left=starts,
            color=colour,
            height=THICK,
            label=label,
        )
        for variant, x in own.items():
            side = right if x >= 0.0 else left
            side[variant] += x
    for variant, place in places.items():
        net = right[variant] + left[variant]
        axes.annotate(
            style.signed(_short(net)),
            (right[variant], place),
            (3, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
        )
    low, high = min(left.values()), max(right.values())
    axes.set_xlim(min(low - 0.04 * (high - low), 0.0), high + 0.1 * (high - low))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axes.set_xlabel(f"{bars.title} / {unit}")


def _short(value: float) -> str:
    """A number with about three digits."""
    size = abs(value)
    return f"{value:,.{0 if size >= 100.0 else 1 if size >= 10.0 else 2}f}"


def _scaled(unit: str, longest: float) -> tuple[str, float]:
    """A unit in which the longest bar has few digits, and what turns values into it."""
    larger = {"kwh": "MWh", "kg": "t", "l": "m³"}
    if unit in larger and longest >= 2e4:
        return larger[unit], 1e-3
    return unit_text(unit), 1.0
