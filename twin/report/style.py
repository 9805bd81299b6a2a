"""How figures look: sizes in inches, fonts in points, colours that the colour-blind tell apart.

A figure is a column of panels, each under a row of its own for its legend, so that no label can
cover another. The palette is that of Okabe and Ito (2008).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.typing import RcKeyType

from twin.kpis.traces import Trace
from twin.report.scene import Span

WIDTH_IN = 7.16  # the text width of a page of two columns
LEFT_IN, RIGHT_IN, TOP_IN, BOTTOM_IN = 0.7, 0.15, 0.0, 0.42
BETWEEN_IN = 0.2  # two panels side by side
LABEL_IN = 0.57  # from an axis to its label
LEGEND_LINE_IN, LEGEND_PAD_IN = 0.155, 0.14
KEY_IN, LETTER_IN, MOST_COLUMNS = 0.45, 0.056, 4  # an entry of a legend at 7.5 points
MOST_TICKS = 6  # of a time axis
MEGAWATT_FROM_KW = 2000.0
FLAT_HZ, FLAT_RANGE_HZ = 1e-3, 0.2

BLACK, GREY = "#000000", "#7f7f7f"
BLUE, RED, GREEN, ORANGE = "#0072b2", "#d55e00", "#009e73", "#e69f00"
PINK, SKY = "#cc79a7", "#56b4e9"
COLOURS = (BLUE, RED, GREEN, ORANGE, PINK, SKY, BLACK)
ISLANDS = (SKY, PINK, GREY)  # their frequencies, beside that of the root
MODES = ("#e0e0e0", ORANGE, PINK, GREEN, SKY, BLUE, BLACK, RED)  # by number; the first is the usual

TINTS = ("#a6761d", "#b2df8a", "#cab2d6", "#ffed6f", "#8dd3c7", "#666666")  # where eight are few

LOOK: dict[RcKeyType, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "axes.labelsize": 8,
    "legend.fontsize": 7.5,
    "axes.linewidth": 0.6,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.formatter.useoffset": False,
    "grid.linewidth": 0.4,
    "grid.color": "#d9d9d9",
    "lines.linewidth": 1.1,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "savefig.dpi": 200,
}
LEGEND: dict[str, Any] = {
    "loc": "lower left",
    "borderaxespad": 0.25,
    "borderpad": 0.0,
    "frameon": False,
    "handlelength": 1.8,
    "columnspacing": 1.6,
    "labelspacing": 0.3,
}


class Panel(NamedTuple):
    """One row of a figure: its axes from left to right, its height, and where its legend goes."""

    axes: list[Axes]
    height_in: float
    legend: Axes


def look() -> AbstractContextManager[None]:
    """The look, as long as a figure is drawn and saved."""
    return mpl.rc_context(LOOK)


def panels(
    rows: Sequence[tuple[str, float]], views: Sequence[tuple[float, float]]
) -> tuple[Figure, list[Panel]]:
    """An empty figure: rows with labels and heights in inches, times beside each other."""
    figure = Figure(figsize=(WIDTH_IN, 1.0))
    found: list[Panel] = []
    for label, height_in in rows:
        first = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        own = [first, *(figure.add_axes((0.0, 0.0, 1.0, 1.0), sharey=first) for _ in views[1:])]
        for axes, view in zip(own, views, strict=True):
            axes.set_xlim(*view)
            axes.xaxis.set_major_locator(MaxNLocator(MOST_TICKS, steps=[1, 2, 5, 10]))
            axes.tick_params(labelbottom=len(found) == len(rows) - 1, labelleft=axes is first)
        first.set_ylabel(label)
        legend = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        legend.set_axis_off()
        found.append(Panel(own, height_in, legend))
    return figure, found


def arrange(figure: Figure, found: Sequence[Panel]) -> None:
    """Say above each panel what is drawn in it, and give everything its place."""
    entries = [panel.axes[0].get_legend_handles_labels() for panel in found]
    columns = [legend_columns(labels) for _, labels in entries]
    above_in = [
        LEGEND_PAD_IN + LEGEND_LINE_IN * math.ceil(len(labels) / count)
        for (_, labels), count in zip(entries, columns, strict=True)
    ]
    height_in = TOP_IN + sum(above_in) + sum(panel.height_in for panel in found) + BOTTOM_IN
    figure.set_size_inches(WIDTH_IN, height_in)
    inner_in = WIDTH_IN - LEFT_IN - RIGHT_IN
    top_in = height_in - TOP_IN
    for panel, keys, count, space_in in zip(found, entries, columns, above_in, strict=True):
        whole = (LEFT_IN, top_in - space_in, inner_in, space_in)
        panel.legend.set_position(relative(whole, height_in))
        panel.legend.legend(*keys, ncols=count, **LEGEND)
        top_in -= space_in + panel.height_in
        wide_in = (inner_in + BETWEEN_IN) / len(panel.axes)
        for place, axes in enumerate(panel.axes):
            box = (LEFT_IN + place * wide_in, top_in, wide_in - BETWEEN_IN, panel.height_in)
            axes.set_position(relative(box, height_in))
        panel.axes[0].yaxis.set_label_coords(-LABEL_IN / (wide_in - BETWEEN_IN), 0.5)


def relative(box_in: tuple[float, ...], height_in: float) -> tuple[float, float, float, float]:
    """A box in inches, as a share of the figure."""
    left, bottom, width, height = box_in
    return left / WIDTH_IN, bottom / height_in, width / WIDTH_IN, height / height_in


def legend_columns(labels: Sequence[str], left_in: float = LEFT_IN) -> int:
    """How many columns of a legend fit beside each other; they are filled one after the other."""
    for count in range(MOST_COLUMNS, 1, -1):
        lines = math.ceil(len(labels) / count)
        firsts = range(0, len(labels), max(lines, 1))
        widths = [max(len(label) for label in labels[first : first + lines]) for first in firsts]
        if sum(KEY_IN + LETTER_IN * width for width in widths) <= WIDTH_IN - left_in - RIGHT_IN:
            return max(len(widths), 1)
    return 1


def mode_colours(count: int) -> list[str]:
    """Colours for so many modes in which something is done; alike only where there are many."""
    found = [*MODES[1:], *TINTS]
    return [found[place % len(found)] for place in range(count)]


def instants(axes: Axes, times: Iterable[float]) -> None:
    """Mark when the scenario did something."""
    for at in times:
        axes.axvline(at, color=GREY, lw=0.7, ls=(0, (1, 2)), zorder=0)


def held(axes: Axes, trace: Trace, **look: Any) -> None:
    """Draw means over the interval before each stamp."""
    axes.plot(trace.t_s, trace.x, drawstyle="steps-pre", **look)


def dot(axes: Axes, marker: str, x: float, y: float, colour: str) -> None:
    """A point that stands out from lines below it."""
    axes.plot(x, y, marker, ms=5.5, color=colour, mec="white", mew=0.6, zorder=5)


def span(axes: Axes, one: Span, colour: str) -> None:
    """Draw a unit, or the range of a fleet."""
    if np.array_equal(one.low.x, one.high.x, equal_nan=True):
        held(axes, one.low, color=colour, label=one.name)
        return
    t_s, low = one.low
    text = f"{one.name}, lowest to highest"
    axes.fill_between(t_s, low, one.high.x, step="pre", color=(colour, 0.25), lw=0, label=text)
    for edge in (one.low, one.high):
        held(axes, edge, color=colour, lw=0.7)


def widen(axes: Axes) -> None:
    """Let a frequency that nothing moves look like one."""
    low, high = axes.get_ylim()
    if axes.dataLim.height < FLAT_HZ:
        middle = (low + high) / 2.0
        axes.set_ylim(middle - FLAT_RANGE_HZ / 2.0, middle + FLAT_RANGE_HZ / 2.0)


def power_unit(most_kw: float) -> tuple[str, float]:
    """The unit in which powers are drawn, and what turns kilowatts into it."""
    return ("MW", 1e-3) if most_kw >= MEGAWATT_FROM_KW else ("kW", 1.0)


def signed(text: str) -> str:
    """A text with true minus signs before its numbers."""
    return text.replace("-", "\N{MINUS SIGN}")
