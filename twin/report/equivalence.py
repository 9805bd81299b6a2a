"""A map of equivalence: how much of one resource does what another does, and where they are alike.

Colours and thin lines tell the size, of the middle one where a map has several `lines`; thick lines
are the crossover, one for each. Grey is where no size is enough.
"""

from __future__ import annotations

from math import isclose
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from twin.equivalence import Map
from twin.report import style
from twin.scenario import Axis, Equivalence

SIZE_IN = (5.2, 3.6)
BOX = (0.12, 0.13, 0.68, 0.71)  # of the map: left, bottom, width, height
BAR = (0.83, 0.13, 0.025, 0.71)
LEGEND_AT = (0.0, 1.01)
WIDE = 10.0  # sizes that differ by more are told apart on a logarithmic scale
LEVELS = 9
NOT_ENOUGH = "#d0d0d0"
COLOURS = "viridis_r"
SHADES = 60
EDGE = 0.04  # of all sizes: a line so near to the least or most has no room for its number
LINES = (style.RED, style.BLACK, style.BLUE, style.ORANGE, style.PINK, style.GREEN)


def figure(found: Map) -> Figure:
    """Draw a map."""
    asked = found.asked
    drawn = Figure(figsize=SIZE_IN)
    axes = drawn.add_axes(BOX)
    axes.set_facecolor(NOT_ENOUGH)
    axes.grid(visible=False)
    sizes = np.ma.masked_invalid(found.sizes)
    shown = sizes[(len(sizes) - 1) // 2]
    if shown.count():
        _draw_sizes(drawn, axes, asked, shown)
    handles = _draw_crossovers(axes, asked, sizes)
    if np.ma.getmaskarray(shown).any():
        handles.append(Patch(color=NOT_ENOUGH, label="no size is enough"))
    axes.set(xlabel=asked.x.label, ylabel=asked.y.label)
    axes.set_xscale("log" if asked.x.log else "linear")
    axes.set_yscale("log" if asked.y.log else "linear")
    _rule(axes.xaxis, asked.x)
    _rule(axes.yaxis, asked.y)
    columns = 3 if len(handles) > 2 else 2
    axes.legend(handles=handles, ncols=columns, bbox_to_anchor=LEGEND_AT, **style.LEGEND)
    drawn.text(0.02, 0.97, asked.title, va="top", size=8, weight="bold")
    return drawn


def _draw_sizes(drawn: Figure, axes: Axes, asked: Equivalence, sizes: Any) -> None:
    low, high = float(sizes.min()), float(sizes.max())
    if low == high:
        return
    wide = low > 0.0 and high > WIDE * low
    norm: Normalize = LogNorm(low, high) if wide else Normalize(low, high)
    levels = norm.inverse(np.linspace(0.0, 1.0, SHADES))
    place = (asked.x.values, asked.y.values)
    colours = axes.contourf(*place, sizes, levels, norm=norm, cmap=colormaps[COLOURS])
    ticks = LogLocator(subs=(1.0, 2.0, 5.0)) if wide else MaxNLocator(LEVELS)
    told = [level for level in ticks.tick_values(low, high) if low < level < high]
    edge = EDGE * (high - low)
    thin = [t for t in told if low + edge < t < high - edge and not isclose(t, asked.crossover)]
    if thin:
        lines = axes.contour(*place, sizes, thin, colors="white", linewidths=0.5)
        axes.clabel(lines, fmt="%g", fontsize=6.5)
    bar = drawn.colorbar(colours, cax=drawn.add_axes(BAR), ticks=told)
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    bar.ax.yaxis.set_minor_locator(NullLocator())
    at = f" ({_said(asked.lines, (len(asked.lines.values) - 1) // 2)})" if asked.lines else ""
    bar.set_label(f"{asked.label or asked.vary}{at}")


def _draw_crossovers(axes: Axes, asked: Equivalence, sizes: Any) -> list[Any]:
    """Draw where the two are alike; what a legend says of it."""
    handles = list[Any]()
    for place, (one, colour) in enumerate(zip(sizes, LINES, strict=False)):
        if one.count() and one.min() < asked.crossover < one.max():
            at = (asked.x.values, asked.y.values)
            axes.contour(*at, one, [asked.crossover], colors=colour, linewidths=1.8)
            text = f"{asked.crossover:g}"
            text += f", {_said(asked.lines, place)}" if asked.lines else ""
            handles.append(Line2D([], [], color=colour, lw=1.8, label=text))
        elif asked.lines and not one.count():
            text = f"{_said(asked.lines, place)}: no size is enough"
            handles.append(Line2D([], [], lw=0.0, label=text))
    return handles


def _said(axis: Axis, place: int) -> str:
    """A value of an axis as one says it: ``arrival 30 min`` of ``arrival / min``."""
    name, _, unit = axis.label.partition(" / ")
    return f"{name} {axis.values[place]:g} {unit}".rstrip()


def _rule(ruler: Any, axis: Axis) -> None:
    """Put the ticks of an axis; a logarithmic one names its own values."""
    if axis.log:
        ruler.set_major_locator(FixedLocator(axis.values))
        ruler.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        ruler.set_minor_locator(NullLocator())
    else:
        ruler.set_major_locator(MaxNLocator(LEVELS, steps=[1, 2, 5, 10]))
