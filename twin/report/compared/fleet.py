"""What fleets did over the whole run: trucks and sets by their modes, charge, and fuel burnt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from twin.kpis.traces import Trace
from twin.report import style
from twin.report.compared.layout import arrange, bars_in, bold_first, panel, time_unit
from twin.report.compared.shown import Shown, Variant
from twin.samples import QUANTILES

if TYPE_CHECKING:
    import pandas as pd

MOVING = ("logistics", "fuel")  # roles of those who come or start; drawn where somebody comes
MODE, AWAY = "mode", "away"
MOST_ROWS = 24
LEAST_LW = 0.3  # points: so that a short spell is seen
BINS = 200  # spans of a charge, of each the mean and the range
SEEN = 2.0  # percent of charge: a smaller range is not spoken of
LEAST_UNITS = 5  # fewer have no spread
ROW_IN, NEXT_IN = 1.0, 0.1


class Spell(NamedTuple):
    """One unit in one mode for a while."""

    begin_s: float
    end_s: float
    mode: str


class Row(NamedTuple):
    """A unit of a variant, and what it was doing other than nothing."""

    variant: Variant
    unit: str
    spells: list[Spell]


def trucks(shown: Shown) -> Figure | None:
    """Who was where, doing what, above the charge of storage; none where nobody ever came."""
    rows = [row for variant in shown.variants for row in _rows(variant)]
    if not rows:
        return None
    rows = rows[:MOST_ROWS]
    unit, seconds = time_unit(_horizon_s(shown))
    drawn = Figure(figsize=(style.WIDTH_IN, 1.0))
    names = [f"{row.variant.title}: {row.unit}" for row in rows]
    panels = [panel(drawn, bars_in(len(rows)), NEXT_IN)]
    _draw_rows(panels[0].axes, rows, names, seconds)
    stores = list(_stores(shown))
    if stores:
        panels.append(panel(drawn, ROW_IN))
        _draw_stores(panels[1].axes, stores, seconds)
    for one in panels:
        one.axes.set_xlim(0.0, _horizon_s(shown) / seconds)
        one.axes.tick_params(labelbottom=one is panels[-1])
    panels[-1].axes.set_xlabel(f"time / {unit}")
    panels[-1] = panels[-1]._replace(below_in=style.BOTTOM_IN)
    arrange(drawn, panels, names)
    return drawn


def charge(shown: Shown) -> Figure | None:
    """How the charge of a fleet spreads over its units: a row for each variant and fleet."""
    fans = [(f"{v.title}: {name}", fan) for v in shown.variants for name, fan in _fans(v)]
    if not fans:
        return None
    unit, seconds = time_unit(_horizon_s(shown))
    views = [(0.0, _horizon_s(shown) / seconds)]
    drawn, panels = style.panels([("charge / %", ROW_IN)] * len(fans), views)
    for one, (title, fan) in zip(panels, fans, strict=True):
        one.axes[0].plot([], [], " ", label=title)
        _draw_fan(one.axes[0], fan, seconds, named=one is panels[0])
    low, high = zip(*(one.axes[0].get_ylim() for one in panels), strict=True)
    for one in panels:
        one.axes[0].set_ylim(min(low), max(high))
    panels[-1].axes[0].set_xlabel(f"time / {unit}")
    style.arrange(drawn, panels)
    for one in panels:
        bold_first(one.legend)
    return drawn


def fuel(shown: Shown) -> Figure | None:
    """Fuel burnt since the beginning, of all sets together."""
    found = [(variant, burnt) for variant in shown.variants if (burnt := _burnt(variant))]
    if not any(burnt.x.max() > 0.0 for _, burnt in found):
        return None
    unit, seconds = time_unit(_horizon_s(shown))
    drawn, panels = style.panels([("fuel burnt / l", 2.2)], [(0.0, _horizon_s(shown) / seconds)])
    axes = panels[0].axes[0]
    for variant, burnt in found:
        label = f"{variant.title}: {burnt.x[-1]:,.0f} l"
        t = burnt.t_s / seconds
        axes.plot(t, burnt.x, color=variant.colour, ls=variant.dash, label=label)
    axes.set_ylim(bottom=0.0)
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axes.set_xlabel(f"time / {unit}")
    style.arrange(drawn, panels)
    return drawn


def _horizon_s(shown: Shown) -> float:
    return max(float(one.run.meta["scenario"]["horizon_s"]) for one in shown.variants)


def _rows(variant: Variant) -> Iterator[Row]:
    """The units that come or start, where anybody comes at all."""
    devices = variant.run.meta["devices"]
    own = {n: d["role"] for n, d in devices.items() if d["enabled"] and d["role"] in MOVING}
    events = variant.run.events
    events = events[events["by"] == "device"]
    if not (events["device"].isin([n for n, role in own.items() if role == "logistics"])).any():
        return
    end_s = float(variant.run.meta["scenario"]["horizon_s"])
    for name in own:
        fields = devices[name]["fields"]
        labels = fields.get(MODE, {}).get("labels", [])
        field = MODE if labels else AWAY if AWAY in fields else ""
        told = events[(events["device"] == name) & (events["field"] == field)]
        for unit, changes in told.groupby("unit", sort=True):
            spells = [
                one for one in _spells(changes, end_s) if one.mode not in (*labels[:1], "false")
            ]
            yield Row(variant, str(unit), spells)


def _spells(changes: pd.DataFrame, end_s: float) -> Iterator[Spell]:
    ends_s = [*changes["t_s"].iloc[1:], end_s]
    for begin_s, until_s, mode in zip(changes["t_s"], ends_s, changes["text"], strict=True):
        yield Spell(float(begin_s), float(until_s), "away" if mode == "true" else str(mode))


def _draw_rows(axes: Axes, rows: list[Row], names: list[str], seconds: float) -> None:
    modes = list(dict.fromkeys(spell.mode for row in rows for spell in row.spells))
    colours = dict(zip(modes, style.mode_colours(len(modes)), strict=True))
    for mode in modes:
        for place, row in enumerate(rows):
            bars = [
                (one.begin_s / seconds, (one.end_s - one.begin_s) / seconds)
                for one in row.spells
                if one.mode == mode
            ]
            axes.broken_barh(bars, (place - 0.36, 0.72), color=colours[mode], lw=LEAST_LW)
        axes.broken_barh(
            [(0.0, 0.0)], (0.0, 0.0), color=colours[mode], label=mode.replace("_", " ")
        )
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")


def _stores(shown: Shown) -> Iterator[tuple[Variant, str, Trace]]:
    """The mean charge of each store or fleet of them."""
    for variant in shown.variants:
        for name, about in variant.run.meta["devices"].items():
            signal = f"{name}.soc_pu"
            if about["enabled"] and about["role"] == "storage" and signal in variant.run:
                series = variant.run.frame(signal)[signal].dropna()
                t_s, soc = series.index.to_numpy(np.float64), series.to_numpy(np.float64)
                yield variant, name, Trace(t_s, soc)


def binned(trace: Trace) -> tuple[Trace, Trace, Trace]:
    """The lowest, mean and highest in equal spans of time, so that days of a year can be seen."""
    spans = np.minimum((trace.t_s / trace.t_s[-1] * BINS).astype(np.int64), BINS - 1)
    first = np.flatnonzero(np.diff(spans, prepend=-1))
    counts = np.diff(first, append=len(spans))
    t = np.add.reduceat(trace.t_s, first) / counts
    mean = np.add.reduceat(trace.x, first) / counts
    ends = (end.reduceat(trace.x, first) for end in (np.minimum, np.maximum))
    low, high = (Trace(t, x) for x in ends)
    return low, Trace(t, mean), high


def _draw_stores(axes: Axes, stores: list[tuple[Variant, str, Trace]], seconds: float) -> None:
    for variant, name, trace in stores:
        low, mean, high = binned(Trace(trace.t_s / seconds, 100.0 * trace.x))
        swings = float(np.max(high.x - low.x)) > SEEN
        label = f"{variant.title}: {name}{', mean and range' if swings else ''}"
        colour = variant.colour
        axes.fill_between(low.t_s, low.x, high.x, color=(colour, 0.12), lw=0)
        axes.plot(*mean, color=colour, ls=variant.dash, label=label)
    axes.set_ylabel("charge / %")


def _fans(variant: Variant) -> Iterator[tuple[str, pd.DataFrame]]:
    """Of each fleet of stores the quantiles of charge that were sampled."""
    import pandas as pd

    parts = sorted((variant.run.folder / "samples").glob("part-*.parquet"))
    devices = variant.run.meta["devices"].items()
    for name, about in devices if parts else ():
        if about["enabled"] and about["role"] == "storage" and about["units"] >= LEAST_UNITS:
            own = [f"{name}.soc_pu:p{100 * q:02.0f}" for q in QUANTILES]
            frame = pd.concat([pd.read_parquet(part, columns=["t_s", *own]) for part in parts])
            yield name, frame.set_index("t_s").sort_index()


def _draw_fan(axes: Axes, fan: pd.DataFrame, seconds: float, named: bool) -> None:
    t = fan.index.to_numpy(np.float64) / seconds
    low, quarter, middle, upper, high = 100.0 * fan.to_numpy(np.float64).T
    for ends, shade, label in (
        ((low, high), 0.2, "5 to 95 % of units"),
        ((quarter, upper), 0.4, "25 to 75 %"),
    ):
        label = label if named else "_"
        axes.fill_between(t, *ends, color=(style.GREEN, shade), lw=0, label=label)
    axes.plot(t, middle, color=style.GREEN, label="median" if named else "_")


def _burnt(variant: Variant) -> Trace | None:
    devices = variant.run.meta["devices"].items()
    own = [f"{n}.fuel_l" for n, about in devices if about["enabled"] and about["role"] == "fuel"]
    own = [name for name in own if name in variant.run]
    if not own:
        return None
    total = variant.run.frame(*own).ffill().fillna(0.0).sum(axis=1)
    return Trace(total.index.to_numpy(np.float64), total.to_numpy(np.float64, copy=False))
