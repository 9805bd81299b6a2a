"""How fast each resource answered in each variant: from 10 to 90 % of its peak change.

A bar is the fleet as a whole; dots are units that were recorded one by one, each by its own 90 %.
With seeds a bar goes from the median of t10 to that of t90, and a thin line is t90 from the 5th to
the 95th percentile. A triangle marks the nadir: what comes later did not help to hold it. Of a
single variant the nadir is one line, and each resource a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.comparison import Spread
from twin.kpis.events import after_event, record
from twin.kpis.resources import answer
from twin.report import style
from twin.report.compared.layout import arrange, bars_in, log_time, panel
from twin.report.compared.shown import Shown, Variant

LEAST_PU = 0.01  # of the largest change of power: a smaller resource is not drawn
EARLIEST_S = 1e-3
FIRST_S = 0.01  # every axis shows from here on
BOLD = "  "  # the room that a bold name takes beyond a plain one
BAR, EDGE, CAP = 4.5, 0.8, 5.0  # line widths and marks in points


class Answer(NamedTuple):
    """The times of one resource in one variant."""

    resource: str
    variant: Variant
    t10_s: Spread
    t50_s: Spread
    t90_s: Spread
    nadir_s: Spread | None
    units_s: list[float]  # t90 of units that were recorded one by one


def figure(shown: Shown) -> Figure | None:
    """The figure; none where nothing answered an event."""
    found = list(_answers(shown))
    if not found:
        return None
    rows = _rows(found)
    drawn = Figure(figsize=(style.WIDTH_IN, 1.0))
    only = panel(drawn, bars_in(len(rows)))
    axes, latest_s = only.axes, EARLIEST_S
    names = [name for name, _ in rows]
    heads = [place for place, (_, one) in enumerate(rows) if not one]
    for place, (_, one) in enumerate(rows):
        if one:
            latest_s = max(latest_s, _draw(axes, place, one, shown.colours[one.resource]))
            if one.nadir_s and heads:
                style.dot(axes, "v", one.nadir_s.median, place, style.BLACK)
    _label(axes, names, heads)
    if not heads:
        _mark_nadir(axes, found)
    earliest_s = min(max(one.t10_s.median, EARLIEST_S) for one in found)
    log_time(axes, min(earliest_s / 2.0, FIRST_S), latest_s * 1.6)
    axes.set_xlabel("time since the event / s, logarithmic")
    _add_keys(axes, found, bool(heads))
    arrange(drawn, [only], [f"{name}{BOLD * (n in heads)}" for n, name in enumerate(names)])
    return drawn


def _rows(found: list[Answer]) -> list[tuple[str, Answer | None]]:
    """A row an answer below the name of its resource; of one variant the resource is the row."""
    if len({one.variant.name for one in found}) == 1:
        return [(one.resource, one) for one in found]
    rows: list[tuple[str, Answer | None]] = []
    for head in dict.fromkeys(one.resource for one in found):
        rows.append((head, None))
        rows += [(one.variant.title, one) for one in found if one.resource == head]
    return rows


def _answers(shown: Shown) -> Iterator[Answer]:
    """Resource by resource, variant by variant; small ones left out."""
    values = shown.comparison.values
    for name in shown.comparison.resources(LEAST_PU):
        for variant in shown.variants:
            times = [
                values.get(f"{name}.{t}_s", {}).get(variant.name) for t in ("t10", "t50", "t90")
            ]
            t10, t50, t90 = times
            if t10 and t50 and t90:
                nadir = values.get("nadir_s", {}).get(variant.name)
                yield Answer(name, variant, t10, t50, t90, nadir, unit_times_s(variant, name))


def _draw(axes: Axes, place: int, one: Answer, colour: str) -> float:
    """A row of the figure; the latest time in it."""
    ends_s = (max(one.t10_s.median, EARLIEST_S), one.t90_s.median)
    axes.plot(ends_s, (place, place), color=colour, lw=BAR, solid_capstyle="butt")
    if one.t90_s.p95 > one.t90_s.p5:
        ends_s = (one.t90_s.p5, one.t90_s.p95)
        axes.plot(ends_s, (place, place), "|-", color=style.BLACK, lw=EDGE, ms=CAP)
    style.dot(axes, "o", one.t50_s.median, place, colour)
    below = np.full(len(one.units_s), place + 0.28)
    axes.plot(one.units_s, below, ".", ms=3, color=style.GREY)
    return float(max(one.t90_s.p95, *one.units_s, one.nadir_s.median if one.nadir_s else 0.0))


def _mark_nadir(axes: Axes, found: list[Answer]) -> None:
    if nadir_s := found[0].nadir_s:
        axes.axvline(nadir_s.median, color=style.BLACK, lw=EDGE, ls=":", label="nadir")


def unit_times_s(variant: Variant, resource: str) -> list[float]:
    """When each unit that was recorded by itself had given 90 % of its own change."""
    pattern = re.compile(r"\[\d+\]")
    power = f"{resource}.p_kw"
    names = [n for n in variant.run.names if n != power and pattern.sub("", n) == power]
    found = (after_event(variant.run, record(variant.run, name), one=True) for name in names)
    times_s = (answer(one, None).get("t90_s") for one in found if one is not None)
    return [at_s for at_s in times_s if at_s is not None]


def _label(axes: Axes, names: list[str], heads: list[int]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    for head in heads:
        axes.get_yticklabels()[head].set_fontweight("bold")


def _add_keys(axes: Axes, found: list[Answer], many: bool) -> None:
    grey, seeds = style.GREY, any(one.t90_s.p95 > one.t90_s.p5 for one in found)
    told = ", median of seeds" if seeds else ""
    axes.plot([], [], lw=BAR, color=grey, label=f"10 to 90 % of its peak change{told}")
    axes.plot([], [], "o", ms=5, color=grey, mec="white", label=f"50 %{told}")
    if many and any(one.nadir_s for one in found):
        axes.plot([], [], "v", ms=4.5, color=style.BLACK, label="nadir")
    if any(one.units_s for one in found):
        axes.plot([], [], ".", ms=4, color=grey, label="90 % of single units")
    if seeds:
        label = "90 %: 5th to 95th percentile of seeds"
        axes.plot([], [], "|-", lw=EDGE, ms=CAP, color=style.BLACK, label=label)
