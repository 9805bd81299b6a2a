"""What an event did in each variant: frequency over each other, and the answer of each resource.

Left the first seconds, right a time axis whose decades are equally long, so that a converter of
milliseconds and a truck of an hour stand on one axis.
"""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.kpis import traces
from twin.kpis.traces import Trace
from twin.report import style
from twin.report.compared.layout import bold_first, log_time
from twin.report.compared.shown import Shown, Variant, finest_s, with_events
from twin.report.scene import Scene

FIRST_S = 5.0
EARLIEST_S = 2e-2  # where a logarithmic axis begins at least, for nothing is seen before
BEFORE = 0.06  # of the first seconds is shown before the event
ROW_IN = 1.15


def frequency(shown: Shown) -> Figure | None:
    """The frequency of all variants, with their nadirs."""
    found = list(with_events(shown))
    if not found:
        return None
    lows = [traces.nadir(traces.cut(*trace, 0.0, scene.end_s)) for _, scene, trace in found]
    first_s = max([FIRST_S, *(_rounded(2.0 * low.at_s) for low in lows if low.at_s < 60.0)])
    drawn, panels = style.panels([("frequency / Hz", 2.5)], _views(found[0][1], first_s))
    for axes in panels[0].axes:
        for (variant, _, trace), low in zip(found, lows, strict=True):
            at = f"{low.at_s:.3g}" if low.at_s < 100.0 else f"{low.at_s:,.0f}"
            label = f"{variant.title}: nadir {low.value:.3f} Hz at {at} s"
            axes.plot(*trace, color=variant.colour, ls=variant.dash, label=label)
            style.dot(axes, "v", low.at_s, low.value, variant.colour)
    _finish(drawn, panels, found[0][1], first_s)
    return drawn


def power(shown: Shown) -> Figure | None:
    """How far each resource moved, a row for each variant."""
    found = [(variant, scene) for variant, scene, _ in with_events(shown) if variant.powers]
    if not found:
        return None
    most_kw = max(float(np.abs(one.trace.x).max()) for v, _ in found for one in v.powers)
    unit, scale = style.power_unit(most_kw)
    rows = [(f"change / {unit}", ROW_IN)] * len(found)
    drawn, panels = style.panels(rows, _views(found[0][1], FIRST_S))
    for panel, (variant, _) in zip(panels, found, strict=True):
        panel.axes[0].plot([], [], " ", label=variant.title)
        for axes in panel.axes:
            _draw_powers(axes, shown, variant, scale)
    ends = [axes.get_ylim() for panel in panels for axes in panel.axes[:1]]
    for panel in panels:
        panel.axes[0].set_ylim(min(low for low, _ in ends), max(high for _, high in ends))
    _finish(drawn, panels, found[0][1], FIRST_S)
    for panel in panels:
        bold_first(panel.legend)
    return drawn


def _draw_powers(axes: Axes, shown: Shown, variant: Variant, scale: float) -> None:
    for one in variant.powers:
        colour, dash = shown.colour(one.name), "-"
        if one.of_bus:
            colour, dash = (style.BLACK if "inertia" in one.name else style.GREY), "--"
        style.held(
            axes, Trace(one.trace.t_s, one.trace.x * scale), color=colour, ls=dash, label=one.name
        )


def _views(scene: Scene, first_s: float) -> list[tuple[float, float]]:
    """The two time axes, as the panels are first given them."""
    return [(-BEFORE * first_s, first_s), (max(finest_s(scene), EARLIEST_S), scene.end_s)]


def _finish(figure: Figure, panels: list[style.Panel], scene: Scene, first_s: float) -> None:
    for panel in panels:
        left, right = panel.axes
        log_time(right, *_views(scene, first_s)[1])
        style.instants(left, (0.0, *scene.others_s))
        style.instants(right, scene.others_s)
    left.set_xlabel(f"time since {scene.text()} / s")
    right.set_xlabel("time / s, logarithmic")
    style.arrange(figure, panels)


def _rounded(least: float) -> float:
    """The next of 5, 10, 20, 50 and so on."""
    tens = 10.0 ** math.floor(math.log10(max(least, 1e-3)))
    return next(tens * step for step in (1.0, 2.0, 5.0, 10.0) if tens * step >= least)
