"""How figures look: sizes in inches, fonts in points, colours that the colour-blind tell apart.

A figure is a column of panels, each under a row of its own for its legend, so that no label can
cover another. The palette is that of Okabe and Ito (2008).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

WIDTH_IN = 7.16  # the text width of a two-column journal page
LEFT_IN, RIGHT_IN, TOP_IN, BOTTOM_IN = 0.62, 0.12, 0.08, 0.45
LEGEND_LINE_IN, LEGEND_PAD_IN = 0.155, 0.14
BETWEEN_PU = 0.06  # of the width of a panel, between the zoom and the whole
LEGEND_COLUMNS = 3

BLACK, GREY = "#000000", "#7f7f7f"
ORANGE, SKY, GREEN, BLUE, RED, PINK = (
    "#e69f00",
    "#56b4e9",
    "#009e73",
    "#0072b2",
    "#d55e00",
    "#cc79a7",
)
COLOURS = (BLUE, RED, GREEN, ORANGE, PINK, SKY, BLACK)

LOOK: dict[str, Any] = {
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


class Panel(NamedTuple):
    """What stands in a row: its label, its height, and how many lines its legend takes."""

    label: str
    height_in: float
    legend_lines: int


class Page(NamedTuple):
    """A figure, the axes of its panels (zoom and whole, or one), and where legends go."""

    figure: Figure
    panels: list[list[Axes]]
    legends: list[Axes]


def page(panels: Sequence[Panel], columns: int) -> Page:
    """An empty figure with these panels; call it within `matplotlib.rc_context(LOOK)`."""
    heights = [
        height
        for panel in panels
        for height in (LEGEND_LINE_IN * panel.legend_lines + LEGEND_PAD_IN, panel.height_in)
    ]
    height_in = TOP_IN + sum(heights) + BOTTOM_IN
    figure = Figure(figsize=(WIDTH_IN, height_in))
    grid = figure.add_gridspec(
        len(heights),
        columns,
        height_ratios=heights,
        left=LEFT_IN / WIDTH_IN,
        right=1.0 - RIGHT_IN / WIDTH_IN,
        top=1.0 - TOP_IN / height_in,
        bottom=BOTTOM_IN / height_in,
        hspace=0.0,
        wspace=BETWEEN_PU,
    )
    legends, rows = [], []
    for row, panel in enumerate(panels):
        legend = figure.add_subplot(grid[2 * row, :])
        legend.set_axis_off()
        own: list[Axes] = []
        for column in range(columns):
            axes = figure.add_subplot(
                grid[2 * row + 1, column],
                sharex=rows[0][column] if rows else None,
                sharey=own[0] if own else None,
            )
            axes.tick_params(labelbottom=row == len(panels) - 1, labelleft=column == 0)
            own.append(axes)
        own[0].set_ylabel(panel.label)
        own[0].yaxis.set_label_coords(-0.48 / own[0].get_position().width / WIDTH_IN, 0.5)
        legends.append(legend)
        rows.append(own)
    return Page(figure, rows, legends)


def legend(where: Axes, of: Axes) -> None:
    """Say what is drawn in a panel in the row above it."""
    handles, labels = of.get_legend_handles_labels()
    if handles:
        where.legend(
            handles,
            labels,
            loc="lower left",
            bbox_to_anchor=(0.0, 0.0),
            ncols=LEGEND_COLUMNS,
            borderaxespad=0.25,
            borderpad=0.0,
            frameon=False,
            handlelength=1.8,
            columnspacing=1.6,
            labelspacing=0.3,
        )


def lines(entries: int) -> int:
    """How many lines a legend of so many entries takes."""
    return math.ceil(entries / LEGEND_COLUMNS)


def instants(axes: Axes, times: Sequence[float]) -> None:
    """Mark when other things happened."""
    for at in times:
        axes.axvline(at, color=GREY, lw=0.6, ls=(0, (1, 2)), zorder=0)


def look() -> Any:
    """The look, as long as a figure is drawn and saved."""
    return mpl.rc_context(LOOK)
