"""A factorial as bars: first seconds above, hours below, a column for each basis.

The full bar is the first droop, the pale one the second; whiskers are the 5th and 95th percentile
over the draws. Grey numbers are the size that a row has on that basis.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from twin.factorial import BASES, Line, Table
from twin.report import style

HEIGHT_IN = 5.4
LEFT_IN, TOP_IN, BETWEEN_IN, APART_IN = 1.75, 0.62, 0.22, 0.62
PALE = 0.45  # opacity of the second droop, and of the third half of that
ROOM = 1.32  # of the longest bar, so that sizes can stand beside it
TICKS = 4
SAME = 0.1  # mHz or %: percentiles so near to each other are one
WHISKER: dict[str, Any] = {
    "ecolor": style.BLACK,
    "elinewidth": 0.7,
    "capsize": 1.6,
    "capthick": 0.7,
}


def figure(table: Table) -> Figure:
    """Draw a table."""
    hours = max(table.plan.given_h)
    panels = [
        ("nadir_gain_mhz", 1.0, "gain of the nadir / mHz"),
        (f"given_{hours:g}h_pu", 100.0, f"energy given in {hours:g} h / %"),
    ]
    drawn = Figure(figsize=(style.WIDTH_IN, HEIGHT_IN))
    labels = list(dict.fromkeys(_label(line) for line in table.lines))
    colours = _colours(table)
    wide = (style.WIDTH_IN - LEFT_IN - style.RIGHT_IN - 2.0 * BETWEEN_IN) / len(BASES)
    high = (HEIGHT_IN - TOP_IN - style.BOTTOM_IN - APART_IN) / len(panels)
    for down, (name, times, label) in enumerate(panels):
        most = max(times * line.values[name].p95 for line in table.lines)
        for across, basis in enumerate(BASES):
            left = LEFT_IN + across * (wide + BETWEEN_IN)
            bottom = style.BOTTOM_IN + (1 - down) * (high + APART_IN)
            axes = drawn.add_axes(style.relative((left, bottom, wide, high), HEIGHT_IN))
            own = [line for line in table.lines if line.basis == basis]
            _draw(axes, own, labels, colours, (name, times))
            axes.set(xlabel=label, xlim=(0.0, ROOM * most), ylim=(len(labels) - 0.5, -0.5))
            axes.tick_params(labelleft=across == 0)
            if down == 0:
                axes.set_title(BASES[basis], fontsize=8, weight="bold", pad=4)
    drawn.text(0.02, 0.985, table.plan.title, va="top", size=8, weight="bold")
    _legend(drawn, table)
    return drawn


def _draw(
    axes: Axes,
    lines: list[Line],
    labels: list[str],
    colours: dict[str, str],
    shown: tuple[str, float],
) -> None:
    name, times = shown
    axes.set_yticks(range(len(labels)), labels)
    axes.xaxis.set_major_locator(MaxNLocator(TICKS, steps=[1, 2, 5, 10]))
    axes.grid(visible=False, axis="y")
    for place, label in enumerate(labels):
        own = [line for line in lines if _label(line) == label]
        thick = 0.8 / max(len(own), 1)
        for k, line in enumerate(own):
            y = place - 0.4 + thick * (k + 0.5)
            mean, low, high = (times * one for one in line.values[name])
            reach = [[mean - low], [high - mean]] if high > low + SAME else None
            look: dict[str, Any] = {"color": (colours[line.row.technology], PALE**k), "lw": 0}
            axes.barh(y, mean, thick, xerr=reach, error_kw=WHISKER, **look)
            if k == 0 and math.isfinite(line.size_kw):
                beside = max(high, *(times * one.values[name].p95 for one in own))
                text = f" {line.size_kw / 1e3:.1f} MW"
                axes.text(beside, place, text, va="center", size=6, color=style.GREY)


def _label(line: Line) -> str:
    mixed = len(line.row.parts) > 1
    return line.row.technology if mixed else f"{line.row.technology}, {line.row.state}"


def _colours(table: Table) -> dict[str, str]:
    names = dict.fromkeys(line.row.technology for line in table.lines)
    return dict(zip(names, np.resize(style.COLOURS, len(names)).tolist(), strict=True))


def _legend(drawn: Figure, table: Table) -> None:
    keys = [
        Patch(color=(style.BLACK, 0.7 * PALE**k), lw=0, label=f"droop {name}")
        for k, name in enumerate(table.plan.droops)
    ]
    place = (LEFT_IN / style.WIDTH_IN, 1.0 - TOP_IN / HEIGHT_IN + 0.025)
    drawn.legend(handles=keys, ncols=len(keys), bbox_to_anchor=place, **style.LEGEND)
