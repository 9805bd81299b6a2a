"""A site whose grid fails: mode, voltage, frequency and powers, at milliseconds and after.

Above the voltage stands what ride-through curves say of all of it after the event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from twin.kpis import booked, traces
from twin.kpis.traces import Floats, Trace
from twin.kpis.voltage import CURVES, curve
from twin.report import style
from twin.report.scene import BEFORE_S, Power, Scene, Span, largest, powers

ZOOM_S = 0.2
BEFORE_PU = 0.1  # so much of the zoom again lies before it
HOLDS = 1.25  # times as long as the voltage is low
WORTH_ZOOM = 2.5  # times as long is the whole
CAUSE_S = 1.0  # what the scenario set within this time made the site leave
LOW_PU = 0.9
DRAWN = "itic_120v"  # the curve that is drawn with the voltage
FOREVER_S = 1e6
SEVERAL = -1  # units of a fleet in several modes


class View(NamedTuple):
    """A time axis: what it shows, in seconds since the event, and how it counts."""

    begin_s: float
    end_s: float
    zero_s: float
    unit: str

    def of(self, t_s: Floats) -> Floats:
        """Times on this axis."""
        return (t_s - self.zero_s) * (1000.0 if self.unit == "ms" else 1.0)

    def limits(self) -> tuple[float, float]:
        """Where it begins and ends."""
        begin, end = self.of(np.array([self.begin_s, self.end_s]))
        return float(begin), float(end)


class Site(NamedTuple):
    """What is drawn of a site."""

    name: str
    voltage: Span
    frequency: Span
    t_s: Floats
    modes: Floats
    left_s: float  # since when its voltage can be low

    def low_s(self) -> tuple[float, float] | None:
        """Between which times its voltage was low at first."""
        t_s, v_pu = self.voltage.low
        low = (v_pu < LOW_PU) & (t_s > self.left_s)
        if not low.any():
            return None
        first = int(np.argmax(low))
        back = first + int(np.argmin(low[first:]))
        return float(t_s[first - 1]), float(t_s[back - 1] if back > first else t_s[-1])


def figure(scene: Scene) -> Figure | None:
    """The figure of the first site that left its grid or had no good voltage; none if none did."""
    for name, bus in scene.buses.items():
        voltage, frequency = scene.span(name, "v_pu"), scene.frequency(name)
        mode = scene.span(name, "mode")
        if booked(bus, "transfer_count") is not None and voltage and frequency and mode:
            modes = np.where(mode.low.x == mode.high.x, mode.low.x, SEVERAL)
            left_s = _left_s(scene, mode.low.t_s, (modes, voltage.low.x < LOW_PU))
            if left_s is not None:
                site = Site(name, voltage, frequency, mode.low.t_s, modes, left_s)
                return _drawn(scene, site, largest(powers(scene, name)))
    return None


def _left_s(scene: Scene, t_s: Floats, told: Iterable[NDArray[Any]]) -> float | None:
    """When a site began to leave: what the scenario had just set, or the first change it tells."""
    changes = [np.flatnonzero((np.diff(one) != 0) & (t_s[1:] > 0.0)) for one in told]
    changed = np.concatenate(changes)
    if not len(changed):
        return None
    began_s = float(t_s[changed.min()])  # the last stamp as it was before
    causes = [at for at in (0.0, *scene.others_s) if began_s - CAUSE_S <= at <= began_s]
    return max(causes, default=began_s)


def views(scene: Scene, site: Site) -> list[View]:
    """The time axes: what holds the first gap, and the whole."""
    whole = View(-BEFORE_S, scene.end_s, 0.0, "s")
    low_s = site.low_s()
    length_s = max(ZOOM_S, HOLDS * (low_s[1] - site.left_s) if low_s else 0.0)
    if WORTH_ZOOM * length_s > scene.end_s:
        return [whole]
    unit = "ms" if length_s <= 1.0 else "s"
    begin_s, end_s = site.left_s - BEFORE_PU * length_s, site.left_s + length_s
    return [View(begin_s, end_s, site.left_s, unit), whole]


def verdicts(scene: Scene, site: Site) -> Iterator[str]:
    """What the voltage was, in words: its gap, the curves, and the loads on the bus."""
    low, high = (traces.cut(*x, 0.0, scene.end_s) for x in (site.voltage.low, site.voltage.high))
    gap_s = traces.transfer_gap_s(low)
    lasted = f"{1000.0 * gap_s:.3g} ms" if gap_s < 1.0 else f"{gap_s:.4g} s"
    yield f"below {traces.GAP_PU:g} pu for {lasted}" if gap_s else f"least {low.x.min():.3f} pu"
    for name, what in CURVES.items():
        bound = curve(name)
        borne = traces.rides_through(low, bound) and traces.rides_through(high, bound)
        yield f"{what}: {'kept' if borne else 'violated'}"
    for name, load in scene.devices.items():
        if load["bus"] == site.name and "drop_count" in load.get("counting", {}):
            dropped, units = load["counting"]["drop_count"], load["units"]
            of_many = f", {dropped:,} of {units:,}" if dropped and units > 1 else ""
            yield f"{name}: {'dropped' if dropped else 'dropped nothing'}{of_many}"


def _drawn(scene: Scene, site: Site, lines: list[Power]) -> Figure:
    most_kw = max((float(np.abs(one.trace.x).max()) for one in lines), default=0.0)
    unit, scale = style.power_unit(most_kw)
    told, own = list(verdicts(scene, site)), views(scene, site)
    rows = [("", 0.13), ("voltage / pu", 1.5), ("frequency / Hz", 1.1), (f"power / {unit}", 1.5)]
    drawn, panels = style.panels(rows, [view.limits() for view in own])
    for view, axes in zip(own, zip(*(panel.axes for panel in panels), strict=True), strict=True):
        _draw_modes(axes[0], view, scene, site)
        _draw_span(axes[1], view, site.voltage, style.BLUE)
        _draw_span(axes[2], view, site.frequency, style.BLACK)
        for one, colour in zip(lines, style.COLOURS, strict=False):
            power = Trace(view.of(one.trace.t_s), one.trace.x * scale)
            look = "--" if one.of_bus else "-"
            style.held(axes[3], power, color=colour, ls=look, label=one.name)
        axes[3].set_xlabel(f"time since {scene.text(view.zero_s)} / {view.unit}")
        for one_axes in axes[1:]:
            style.instants(one_axes, view.of(np.array([0.0, *scene.others_s])))
    _draw_bound(panels[1].axes[0], own[0], site)
    for text in told:
        panels[1].axes[0].plot([], [], " ", label=text)
    style.widen(panels[2].axes[0])
    style.arrange(drawn, panels)
    return drawn


def _draw_modes(axes: Axes, view: View, scene: Scene, site: Site) -> None:
    """A bar that is coloured by the mode of the switch."""
    words = {SEVERAL: "in several modes"} | dict(enumerate(scene.labels(site.name, "mode")))
    ends = np.append(np.flatnonzero(np.diff(site.modes)), len(site.modes) - 1)
    stamps = view.of(np.append(site.t_s[0], site.t_s[ends]))
    for mode in np.unique(site.modes).astype(int):
        bars = [
            (stamps[place], stamps[place + 1] - stamps[place])
            for place in np.flatnonzero(site.modes[ends] == mode)
        ]
        colour = style.MODES[mode % len(style.MODES)]
        axes.broken_barh(bars, (0.0, 1.0), color=colour, lw=0, label=words.get(mode, str(mode)))
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(bottom=False)


def _draw_bound(axes: Axes, view: View, site: Site) -> None:
    """The least voltage that a curve lets stay for so long, from where it first was low."""
    low_s = site.low_s()
    if low_s is None:
        return
    levels = sorted((longest_s, v_pu) for v_pu, longest_s in curve(DRAWN).low)
    t_s, v_pu = np.array([(0.0, 0.0), *levels, (FOREVER_S, levels[-1][1])]).T
    label = f"least by {CURVES[DRAWN]}"
    t = view.of(t_s + low_s[0])
    axes.plot(t, v_pu, color=style.RED, ls="--", drawstyle="steps-post", label=label)
    axes.set_ylim(bottom=-0.05)


def _draw_span(axes: Axes, view: View, span: Span, colour: str) -> None:
    low, high = (Trace(view.of(one.t_s), one.x) for one in (span.low, span.high))
    style.span(axes, Span(span.name, low, high), colour)
