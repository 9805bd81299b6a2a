"""Panels below each other, each under its legend and above an axis of its own; sizes in inches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from twin.report import style

LETTER_IN, PAD_IN = 0.058, 0.16  # a letter of a tick label, and what is left beside it
BAR_IN, HEAD_IN = 0.21, 0.06  # a row of bars, and what is left above and below all of them
DAY_S = 86400.0
TIMES = ((3 * DAY_S, DAY_S, "days"), (3 * 3600.0, 3600.0, "h"), (600.0, 60.0, "min"))


class Panel(NamedTuple):
    """Axes with names at their left, and where their legend goes."""

    axes: Axes
    legend: Axes
    height_in: float
    below_in: float


def panel(figure: Figure, height_in: float, below_in: float = style.BOTTOM_IN) -> Panel:
    """An empty panel; `arrange` gives it its place."""
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0), label=f"axes {len(figure.axes)}")
    legend = figure.add_axes((0.0, 0.0, 1.0, 1.0), label=f"legend {len(figure.axes)}")
    legend.set_axis_off()
    return Panel(axes, legend, height_in, below_in)


def bars_in(count: int) -> float:
    """The height of a panel with so many rows."""
    return BAR_IN * count + HEAD_IN


def arrange(figure: Figure, panels: Sequence[Panel], names: Sequence[str]) -> None:
    """Give every panel its place, with room at the left for the longest name."""
    left_in = max(style.LEFT_IN, LETTER_IN * max(map(len, names), default=0) + PAD_IN)
    keys = [one.axes.get_legend_handles_labels() for one in panels]
    counts = [style.legend_columns(labels, left_in) for _, labels in keys]
    above_in = [
        style.LEGEND_PAD_IN + style.LEGEND_LINE_IN * math.ceil(len(labels) / count)
        for (_, labels), count in zip(keys, counts, strict=True)
    ]
    height_in = sum(above_in) + sum(one.height_in + one.below_in for one in panels)
    figure.set_size_inches(style.WIDTH_IN, height_in)
    width_in, top_in = style.WIDTH_IN - left_in - style.RIGHT_IN, height_in
    for one, key, count, space_in in zip(panels, keys, counts, above_in, strict=True):
        for axes, size_in in ((one.legend, space_in), (one.axes, one.height_in)):
            top_in -= size_in
            box_in = (left_in, top_in, width_in, size_in)
            axes.set_position(style.relative(box_in, height_in))
        top_in -= one.below_in
        if key[1]:
            one.legend.legend(*key, ncols=count, **style.LEGEND)


def log_time(axes: Axes, begin_s: float, end_s: float) -> None:
    """A time axis whose decades are equally long."""
    axes.set_xscale("log")
    axes.set_xlim(begin_s, end_s)
    axes.xaxis.set_major_locator(LogLocator(numticks=12))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at_s, _: f"{at_s:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def time_unit(longest_s: float) -> tuple[str, float]:
    """The unit in which times are drawn, and how many seconds it has."""
    for least_s, seconds, unit in TIMES:
        if longest_s >= least_s:
            return unit, seconds
    return "s", 1.0


def bold_first(legend: Axes) -> None:
    """Let the first entry of a legend be its title."""
    found = legend.get_legend()
    if found is not None:
        found.get_texts()[0].set_fontweight("bold")
