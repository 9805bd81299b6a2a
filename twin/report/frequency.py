"""Frequency, power and voltage about an event: a zoom about its farthest swing, and the whole."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.kpis import traces
from twin.kpis.frequency import STEADY_S
from twin.kpis.traces import Extreme, Trace
from twin.report import shown, style
from twin.report.shown import Event, Power, Voltage
from twin.run import Run

ROCOF_S = 0.5
LEAST_SWING = 0.1  # of the larger one: a smaller swing to the other side is not marked
LEAST_ZOOM_S = 1.0
WORTH_ZOOM = 2.5  # times as long is the whole
MEGAWATT_FROM_KW = 2000.0


class Marks(NamedTuple):
    """What is read off a frequency."""

    low: Extreme | None
    high: Extreme | None
    rocof: Extreme | None  # its start
    steady_hz: float  # nan: the trace is too short to tell

    @property
    def farthest(self) -> Extreme | None:
        """The swing that the zoom is about."""
        return self.low or self.high


def figure(run: Run, event: Event) -> Figure | None:
    """The figure; none where no bus tells of the event by its frequency."""
    told = shown.told_by(run, event)
    if told is None:
        return None
    bus, trace = told
    marks = read(trace, event)
    every = [*shown.powers(run, event, bus)]
    every += [Power(*one) for one in shown.of_bus(run, event, bus)]
    powers, voltages = shown.largest(every), shown.voltages(run, event)
    views = _views(marks, event)
    panels = [style.Panel("frequency / Hz", 1.75, 2)]
    unit, scale = _power_unit(powers)
    panels.append(style.Panel(f"change of power / {unit}", 1.75, style.lines(len(powers))))
    if voltages:
        panels.append(style.Panel("voltage / pu", 1.05, style.lines(len(voltages))))
    with style.look():
        page = style.page(panels, len(views))
        for column, (begin_s, end_s) in enumerate(views):
            own = [row[column] for row in page.panels]
            own[0].set_xlim(begin_s, end_s)
            _draw_frequency(own[0], bus, trace, marks)
            _draw_powers(own[1], powers, scale)
            _draw_voltages(own[2:], voltages)
            own[-1].set_xlabel(f"time after {event.text} / s" if column == 0 else "time / s")
            for axes in own:
                style.instants(axes, (0.0, *event.others_s))
        for where, of in zip(page.legends, page.panels, strict=True):
            style.legend(where, of[0])
        page.figure.canvas.draw()
    return page.figure


def read(trace: Trace, event: Event) -> Marks:
    """What is marked of a frequency from the event on."""
    alive = np.isfinite(trace.x)
    after = traces.cut(trace.t_s[alive], trace.x[alive], 0.0, event.shown_s)
    low, high = traces.nadir(after), traces.zenith(after)
    before = float(after.x[0])
    down, up = before - low.value, high.value - before
    rocof = traces.steepest(after, ROCOF_S)
    until_s = min(event.others_s, default=event.shown_s)
    steady = traces.cut(after.t_s, after.x, 0.0, until_s)
    return Marks(
        low if down >= LEAST_SWING * up else None,
        high if up >= LEAST_SWING * down else None,
        rocof if math.isfinite(rocof.value) and rocof.value else None,
        traces.mean_between(steady, *STEADY_S),
    )


def _views(marks: Marks, event: Event) -> list[tuple[float, float]]:
    """The time axes: twice as long as the swing takes, if that is much shorter than the whole."""
    whole = (-shown.BEFORE_S, event.shown_s)
    farthest = marks.farthest
    if farthest is None:
        return [whole]
    began = max((at for at in (0.0, *event.others_s) if at <= farthest.at_s), default=0.0)
    length = max(_nice(2.0 * (farthest.at_s - began)), LEAST_ZOOM_S)
    if WORTH_ZOOM * length > event.shown_s:
        return [whole]
    return [(began - 0.1 * length, began + length), whole]


def _nice(least: float) -> float:
    """The next of 1, 2, 5, 10, 20 and so on."""
    tens = 10.0 ** math.floor(math.log10(max(least, 1e-3)))
    return next(tens * step for step in (1.0, 2.0, 5.0, 10.0) if tens * step >= least)


def _power_unit(powers: list[Power]) -> tuple[str, float]:
    most = max((float(np.abs(one.change_kw).max()) for one in powers), default=0.0)
    return ("MW", 1e-3) if most >= MEGAWATT_FROM_KW else ("kW", 1.0)


def _draw_frequency(axes: Axes, bus: str, trace: Trace, marks: Marks) -> None:
    axes.plot(trace.t_s, trace.x, color=style.BLACK, label=f"frequency of {bus}")
    if marks.low:
        text = f"nadir {marks.low.value:.3f} Hz after {marks.low.at_s:.3g} s"
        axes.plot(marks.low.at_s, marks.low.value, "v", ms=5, color=style.RED, label=text)
    if marks.high:
        text = f"zenith {marks.high.value:.3f} Hz after {marks.high.at_s:.3g} s"
        axes.plot(marks.high.at_s, marks.high.value, "^", ms=5, color=style.BLUE, label=text)
    if marks.rocof:
        slope, at_s = marks.rocof
        t_s = np.array([at_s, at_s + 2.0 * ROCOF_S])
        f_hz = np.interp(at_s, trace.t_s, trace.x) + slope * (t_s - at_s)
        text = f"RoCoF {slope:+.3f} Hz/s over {1000 * ROCOF_S:.0f} ms"
        axes.plot(t_s, f_hz, color=style.ORANGE, lw=1.8, label=text.replace("-", "\u2212"))
    if math.isfinite(marks.steady_hz):
        text = f"mean {marks.steady_hz:.3f} Hz from {STEADY_S[0]:g} to {STEADY_S[1]:g} s"
        axes.plot(STEADY_S, [marks.steady_hz] * 2, color=style.GREEN, lw=1.8, ls="--", label=text)


def _draw_powers(axes: Axes, powers: list[Power], scale: float) -> None:
    for one, colour in zip(powers, style.COLOURS, strict=False):
        name = one.name
        if one.set_kw:
            name += f", but for {one.set_kw * scale:+.3g} at the event".replace("-", "\u2212")
        ls = "--" if "," in one.name or one.name.startswith("into ") else "-"
        axes.plot(one.trace.t_s, one.change_kw * scale, color=colour, ls=ls, label=name)


def _draw_voltages(rows: list[Axes], voltages: list[Voltage]) -> None:
    for axes in rows:
        for one, colour in zip(voltages, style.COLOURS, strict=False):
            if one.low.x is one.high.x or np.array_equal(one.low.x, one.high.x):
                axes.plot(*one.low, color=colour, label=one.name)
                continue
            text = f"{one.name}, lowest to highest"
            axes.fill_between(
                one.low.t_s, one.low.x, one.high.x, color=colour, alpha=0.35, lw=0.6, label=text
            )
