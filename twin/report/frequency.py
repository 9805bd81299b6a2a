"""Frequency, power and voltage about an event: its farthest swing, and the whole."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.kpis import traces
from twin.kpis.frequency import STEADY_S
from twin.kpis.traces import Extreme, Trace
from twin.report import style
from twin.report.scene import BEFORE_S, Power, Scene, changes, largest, powers, told_by

ROCOF_S = 0.5
LEAST_SWING = 0.1  # of the larger one: a smaller swing to the other side is not marked
LEAST_ZOOM_S = 1.0
WORTH_ZOOM = 2.5  # times as long is the whole


class Marks(NamedTuple):
    """What is read off a frequency."""

    low: Extreme | None
    high: Extreme | None
    farther: Extreme  # of the two
    rocof: Extreme | None  # at the beginning of its window
    steady_hz: float  # nan: the trace is too short to tell


def figure(scene: Scene) -> Figure | None:
    """The figure; none where no bus tells of the event by its frequency."""
    told = told_by(scene)
    if not told:
        return None
    bus, trace = told[0]
    marks = read(scene, trace)
    lines, voltages = largest(changes(powers(scene, bus))), scene.voltages()
    most_kw = max((float(np.abs(one.trace.x).max()) for one in lines), default=0.0)
    unit, scale = style.power_unit(most_kw)
    rows = [("frequency / Hz", 1.75), (f"change of power / {unit}", 1.75), ("voltage / pu", 1.05)]
    drawn, panels = style.panels(rows[: 2 + bool(voltages)], views(scene, marks))
    for column, axes in enumerate(zip(*(panel.axes for panel in panels), strict=True)):
        for (name, one), colour in zip(told, (style.BLACK, *style.ISLANDS), strict=False):
            axes[0].plot(one.t_s, one.x, color=colour, label=f"frequency of {name}")
        _draw_marks(axes[0], trace, marks, close=column == 0)
        _draw_changes(axes[1], lines, unit, scale)
        for range_pu, colour in zip(voltages, style.COLOURS, strict=False):
            style.span(axes[2], range_pu, colour)
        axes[-1].set_xlabel(f"time since {scene.text()} / s" if column == 0 else "time / s")
        for own in axes:
            style.instants(own, (0.0, *scene.others_s))
    style.arrange(drawn, panels)
    return drawn


def read(scene: Scene, trace: Trace) -> Marks:
    """What is marked of a frequency from the event on."""
    alive = np.isfinite(trace.x)
    after = traces.cut(trace.t_s[alive], trace.x[alive], 0.0, scene.end_s)
    low, high = traces.nadir(after), traces.zenith(after)
    down, up = float(after.x[0]) - low.value, high.value - float(after.x[0])
    rocof = traces.steepest(after, ROCOF_S)
    until_next = traces.cut(*after, 0.0, min(scene.others_s, default=scene.end_s))
    return Marks(
        low if down >= LEAST_SWING * up else None,
        high if up >= LEAST_SWING * down else None,
        low if down > up else high,
        rocof if math.isfinite(rocof.value) else None,
        traces.mean_between(until_next, *STEADY_S),
    )


def views(scene: Scene, marks: Marks) -> list[tuple[float, float]]:
    """The time axes: twice as long as the swing takes, if that is much shorter, and the whole."""
    whole = (-BEFORE_S, scene.end_s)
    swung_s = marks.farther.at_s
    began_s = max(at for at in (0.0, *scene.others_s) if at <= swung_s)
    length_s = max(_round(2.0 * (swung_s - began_s)), LEAST_ZOOM_S)
    if WORTH_ZOOM * length_s > scene.end_s:
        return [whole]
    return [(began_s - 0.1 * length_s, began_s + length_s), whole]


def _round(least: float) -> float:
    """The next of 1, 2, 5, 10, 20 and so on."""
    tens = 10.0 ** math.floor(math.log10(max(least, 1e-3)))
    return next(tens * step for step in (1.0, 2.0, 5.0, 10.0) if tens * step >= least)


def _draw_marks(axes: Axes, trace: Trace, marks: Marks, close: bool) -> None:
    if marks.low:
        text = f"nadir {marks.low.value:.3f} Hz after {marks.low.at_s:.3g} s"
        axes.plot(marks.low.at_s, marks.low.value, "v", ms=5, color=style.RED, label=text)
    if marks.high:
        text = f"zenith {marks.high.value:.3f} Hz after {marks.high.at_s:.3g} s"
        axes.plot(marks.high.at_s, marks.high.value, "^", ms=5, color=style.BLUE, label=text)
    if marks.rocof and close:
        slope, at_s = marks.rocof
        t_s = np.array([at_s, at_s + ROCOF_S])
        f_hz = np.interp(at_s, trace.t_s, trace.x) + slope * (t_s - at_s)
        text = style.signed(f"RoCoF {slope:+.3f} Hz/s over {1000 * ROCOF_S:.0f} ms")
        axes.plot(t_s, f_hz, color=style.ORANGE, lw=2.0, label=text)
    if math.isfinite(marks.steady_hz):
        text = f"quasi-steady {marks.steady_hz:.3f} Hz ({STEADY_S[0]:g} to {STEADY_S[1]:g} s)"
        axes.plot(STEADY_S, [marks.steady_hz] * 2, color=style.GREEN, lw=2.0, ls="--", label=text)


def _draw_changes(axes: Axes, lines: list[Power], unit: str, scale: float) -> None:
    for one, colour in zip(lines, style.COLOURS, strict=False):
        label = one.name
        if one.left_out_kw:
            label += style.signed(f" without {one.left_out_kw * scale:+.4g} {unit} at the event")
        change = Trace(one.trace.t_s, one.trace.x * scale)
        style.held(axes, change, color=colour, ls="--" if one.of_bus else "-", label=label)
