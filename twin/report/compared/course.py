"""The course of hours: frequency, and what all resources but the plants gave, power and energy.

Drawn where no event was seen in fine steps, or where there were several of them: what happens once
and fast is told by the other figures. Frequency is that of the part that was cut off, if one was.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from twin.kpis import booked, of_role
from twin.kpis.course import LEAST_S, frequency, signal
from twin.kpis.events import event_times_s
from twin.kpis.traces import Trace
from twin.report import style
from twin.report.compared.layout import time_unit
from twin.report.compared.shown import Shown, Variant
from twin.run import Run

PLANT = "plant"  # role of what is there in every variant
LEAST_MW = 1e-3


class Course(NamedTuple):
    """What is drawn of a variant, by seconds from the beginning."""

    variant: Variant
    f_hz: Trace
    p_mw: Trace | None  # change of power, resources together


def figure(shown: Shown) -> Figure | None:
    """The figure; none where frequency stands, or one event tells all."""
    found = [one for variant in shown.variants if (one := _course(shown, variant))]
    seen_once = any(one.variant.scene and not one.variant.scene.others_s for one in found)
    if not found or seen_once:
        return None
    some = [one for one in found if one.p_mw]
    rows = [("frequency / Hz", 1.9), ("change / MW", 1.6), ("given / MWh", 1.6)]
    end_s = max(float(one.f_hz.t_s[-1]) for one in found)
    unit, seconds = time_unit(end_s)
    drawn, panels = style.panels(rows if some else rows[:1], [(0.0, end_s / seconds)])
    for one in found:
        _line(panels[0].axes[0], one, one.f_hz, seconds, one.variant.title)
    for one in some:
        if one.p_mw:
            given = _energy(one.p_mw)
            total = f"{one.variant.title}: {round(given.x[-1], 1) + 0.0:,} MWh"
            _line(panels[1].axes[0], one, one.p_mw, seconds, "")
            _line(panels[2].axes[0], one, given, seconds, total)
    for panel in panels[2:]:
        panel.axes[0].yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    panels[-1].axes[0].set_xlabel(f"time / {unit}")
    style.arrange(drawn, panels)
    return drawn


def _course(shown: Shown, variant: Variant) -> Course | None:
    """Frequency, and the power of all that is no plant since the first event."""
    f_hz = _apart(variant.run) or frequency(variant.run)
    if f_hz is None or f_hz.t_s[-1] < LEAST_S:
        return None
    begin_s = min(event_times_s(variant.run), default=0.0)
    powers = [signal(variant.run, f"{name}.p_kw") for name in _resources(shown, variant)]
    changes = [np.interp(f_hz.t_s, *one) - np.interp(begin_s, *one) for one in powers if one]
    p_mw = np.sum(changes, axis=0) / 1e3 if changes else np.zeros(1)
    moved = bool(np.abs(p_mw).max() > LEAST_MW)
    return Course(variant, f_hz, Trace(f_hz.t_s, p_mw) if moved else None)


def _apart(run: Run) -> Trace | None:
    """The frequency of a single bus that was an island for a while; a gap where it was dark."""
    for name, about in of_role(run, "bus").items():
        if about["units"] == 1 and about["bus"] and booked(about, "island_s"):
            trace = signal(run, f"{name}.f_end_hz")
            return trace and Trace(trace.t_s, np.where(trace.x > 0.0, trace.x, np.nan))
    return None


def _resources(shown: Shown, variant: Variant) -> list[str]:
    devices = variant.run.meta["devices"]
    return [
        name
        for name in shown.colours
        if devices[name]["enabled"] and devices[name]["role"] != PLANT
    ]


def _energy(power_mw: Trace) -> Trace:
    """What a power that holds before each stamp has come to, in MWh."""
    hours = np.diff(power_mw.t_s, prepend=0.0) / 3600.0
    return Trace(power_mw.t_s, np.cumsum(power_mw.x * hours))


def _line(axes: Axes, one: Course, trace: Trace, seconds: float, label: str) -> None:
    colour, dash = one.variant.colour, one.variant.dash
    axes.plot(trace.t_s / seconds, trace.x, color=colour, ls=dash, label=label or "_")
