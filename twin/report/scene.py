"""What a figure shows of a run, as numbers: which times, which frequency, which powers.

Times are seconds since the event (`twin/kpis/events.py`), from one second before it to the end of
its fine window; windows that follow within a minute are shown with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from twin.kpis import booked
from twin.kpis.events import COARSEST_S, event_s, event_times_s, set_at_event
from twin.kpis.frequency import SIGNALS
from twin.kpis.resources import LEAST_KW
from twin.kpis.traces import ROUNDING_S, Floats, Trace
from twin.run import Run

if TYPE_CHECKING:
    import pandas as pd

BEFORE_S = 1.0
APART_S = 60.0  # windows further apart are not shown in one figure
MOVES_HZ = 1e-3  # a frequency that moves by less is held by something stiff
LEAST_SHARE_PU = 0.005  # of the largest change of power: what moves by less is not drawn
LEAST_STEP_PU = 0.01  # of the largest change of a power that the event sets: less begins a ramp
MOST_LINES = 7
POWERS = ("p_kw", "p_load_kw", "p_residual_kw", "imbalance_kw")  # of a fleet the sum
SPANS = (*SIGNALS, "v_pu", "mode")  # of a fleet the lowest and the highest
ENDS = (":min", ":max")


class Power(NamedTuple):
    """What a device or a fleet gives; generator sign."""

    name: str
    trace: Trace
    of_bus: bool = False  # no device: what a bus does itself
    cause: bool = False  # the event itself sets something of it
    left_out_kw: float = 0.0  # of its change, what the event itself set


class Span(NamedTuple):
    """The lowest and the highest of the units of a fleet at each instant; of one unit the same."""

    name: str
    low: Trace
    high: Trace


@dataclass(frozen=True)
class Scene:
    """A run about its event."""

    run: Run
    frame: pd.DataFrame  # by seconds since the event
    at_s: float  # the event, in seconds of the run
    end_s: float  # seconds since the event, as all that follows
    others_s: tuple[float, ...]  # other events

    @property
    def devices(self) -> Mapping[str, Any]:
        """The devices that took part, and what ``run.json`` says of them."""
        devices = self.run.meta["devices"].items()
        return {name: about for name, about in devices if about["enabled"]}

    @property
    def buses(self) -> Mapping[str, Any]:
        """Those of them that are buses."""
        return {name: about for name, about in self.devices.items() if about["role"] == "bus"}

    def trace(self, *names: str) -> Trace | None:
        """The first of some signals that is recorded."""
        for name in names:
            if name in self.frame:
                series = self.frame[name].dropna()
                return Trace(series.index.to_numpy(np.float64), series.to_numpy(np.float64))
        return None

    def span(self, bus: str, *fields: str) -> Span | None:
        """The first of some fields that is recorded, of all units of a bus."""
        low, high = (
            self.trace(*(f"{bus}.{field}{stat}" for field in fields for stat in ("", end)))
            for end in ENDS
        )
        return Span(self.counted(bus), low, high) if low and high else None

    def frequency(self, bus: str) -> Span | None:
        """The frequency of a bus; nan where it is dead."""
        found = self.span(bus, *SIGNALS)
        return found and Span(found.name, *(_alive(one) for one in (found.low, found.high)))

    def voltages(self) -> list[Span]:
        """The voltages of the buses that bear a load, or of all where none does."""
        found = {name: one for name in self.buses if (one := self.span(name, "v_pu"))}
        bearing = {about["bus"] for about in self.devices.values() if about["role"] == "load"}
        own = [one for name, one in found.items() if name in bearing]
        return own or list(found.values())

    def counted(self, name: str) -> str:
        """A device, and how many units it is."""
        units = self.devices[name]["units"]
        return name if units == 1 else f"{name} ({units:,})"

    def labels(self, device: str, field: str) -> list[str]:
        """The words for the values of a field."""
        return list(self.devices[device]["fields"].get(field, {}).get("labels", ()))

    def text(self, at_s: float = 0.0) -> str:
        """What the scenario set at an instant, in words for an axis."""
        events = self.run.events
        near = (events["t_s"] - self.at_s - at_s).abs() < ROUNDING_S
        own = events[near & (events["by"] == "scenario")]
        if not len(own):
            return "the event"
        one = own.iloc[0]
        ramp = one["text"].startswith("over ")
        to = f"{one['value']:g} {one['text']}" if ramp else one["text"] or f"{one['value']:g}"
        more = f" and {len(own) - 1} more" if len(own) > 1 else ""
        return f"{one['unit']}.{one['field']} = {to}{more}"


def scene_of(run: Run, to_end: bool = False) -> Scene | None:
    """What figures show of a run; nothing of one that saw no event in fine steps.

    With `to_end` not only its fine windows are shown, but all of it from the event on.
    """
    names = _signals(run) if run.meta.get("tick_s", 1.0) <= COARSEST_S else []
    frame = run.frame(*names) if names else None
    if frame is None or len(frame) < 3:
        return None
    t_s = frame.index.to_numpy(np.float64)
    at_s = event_s(run, t_s)
    end_s = _end_s(t_s, at_s)
    if end_s is None:
        return None
    end_s = float(t_s[-1]) if to_end else end_s
    others = tuple(one - at_s for one in event_times_s(run) if at_s < one < end_s)
    return Scene(run, _cut(frame, at_s, end_s), at_s, end_s - at_s, others)


def _end_s(t_s: Floats, at_s: float) -> float | None:
    """Where the fine windows from an event on end; None if it opens none."""
    fine_s = t_s[1:][np.diff(t_s) <= COARSEST_S]
    fine_s = fine_s[fine_s > at_s + ROUNDING_S]
    if not len(fine_s) or fine_s[0] > at_s + COARSEST_S:
        return None
    breaks = np.flatnonzero(np.diff(fine_s) > APART_S)
    return float(fine_s[breaks[0]] if len(breaks) else fine_s[-1])


def _cut(frame: pd.DataFrame, at_s: float, end_s: float) -> pd.DataFrame:
    """What is shown of a frame, with the sample before it; by seconds since the event."""
    import pandas as pd

    t_s = frame.index.to_numpy(np.float64)
    first = int(np.searchsorted(t_s, at_s - BEFORE_S + ROUNDING_S)) - 1
    last = int(np.searchsorted(t_s, end_s + ROUNDING_S))
    shown = frame.iloc[max(first, 0) : last].set_axis(t_s[max(first, 0) : last] - at_s)
    if not -BEFORE_S < shown.index[0] <= 0.0:
        return shown
    begun = shown.iloc[:1].set_axis([max(-at_s, -BEFORE_S)])  # the first interval of the run
    return pd.concat([begun, shown])


def _signals(run: Run) -> list[str]:
    """What figures may ask for, so that it is read at once."""
    found = []
    for name, about in run.meta["devices"].items():
        if about["enabled"] and about["role"] != "network":
            bus, one = about["role"] == "bus", about["units"] == 1
            sums = [f"{name}.{field}" for field in (POWERS if bus else POWERS[:1])]
            spans = [f"{name}.{field}" for field in (SPANS if bus else ())]
            found += sums + [f"{span}{end}" for span in spans for end in (("",) if one else ENDS)]
    return [name for name in found if name in run]


def told_by(scene: Scene) -> list[tuple[str, Trace]]:
    """The buses whose frequency tells of the event: first the one at the root, then islands.

    A root that is stiff, or dead from then on, tells nothing.
    """
    single = {name: bus for name, bus in scene.buses.items() if bus["units"] == 1}
    roots = [name for name, bus in single.items() if not bus["bus"]]
    islands = [name for name, bus in single.items() if bus["bus"] and booked(bus, "island_s")]
    found = [(name, scene.frequency(name)) for name in (*roots, *islands)]
    return [(name, one.low) for name, one in found if one and _moves(one.low)]


def _alive(trace: Trace) -> Trace:
    return Trace(trace.t_s, np.where(trace.x > 0.0, trace.x, np.nan))


def _moves(found: Trace) -> bool:
    alive = found.x[np.isfinite(found.x)]
    after = np.isfinite(found.x[found.t_s > 0.0])
    return int(after.sum()) > 2 and float(np.ptp(alive)) > MOVES_HZ


def powers(scene: Scene, root: str) -> list[Power]:
    """What each device on a bus or below it gives, and what the bus itself does."""
    causes = set_at_event(scene.run)
    found = []
    for name, device in scene.devices.items():
        power = scene.trace(f"{name}.p_kw")
        if power and device["role"] != "bus" and _below(scene, name, root):
            found.append(Power(scene.counted(name), power, cause=name in causes))
    return found + list(_of_bus(scene, root))


def changes(found: list[Power]) -> list[Power]:
    """How far each is from before the event; of what the event sets, the change after that."""
    return [_change(one) for one in found]


def _change(power: Power) -> Power:
    t_s, p_kw = power.trace
    after = t_s > ROUNDING_S
    first = int(np.argmax(after))
    change_kw = p_kw - p_kw[max(first - 1, 0)]
    set_kw = float(change_kw[first]) if power.cause else 0.0
    if abs(set_kw) < LEAST_STEP_PU * np.abs(change_kw).max():
        set_kw = 0.0  # a ramp
    change = Trace(t_s, change_kw - np.where(after, set_kw, 0.0))
    return power._replace(trace=change, left_out_kw=set_kw)


def _below(scene: Scene, name: str, root: str) -> bool:
    """Whether a device hangs on a bus, or on one that hangs on it; not behind a converter."""
    bus = scene.devices[name]["bus"]
    while bus != root and bus in scene.buses:
        bus = scene.buses[bus]["bus"]
    return bool(bus == root)


def _of_bus(scene: Scene, root: str) -> Iterator[Power]:
    """What a bus itself gives, by the fields it has: its own load, its inertia, what enters it."""
    if f"{root}.p_residual_kw" in scene.frame and (load := scene.trace(f"{root}.p_load_kw")):
        yield Power(f"{root}, its own load", Trace(load.t_s, -load.x), of_bus=True)
    if swing := scene.trace(f"{root}.imbalance_kw"):
        yield Power(f"{root}, its inertia", Trace(swing.t_s, -swing.x), of_bus=True)
    if scene.buses[root]["bus"] and (out := scene.trace(f"{root}.p_kw")):
        yield Power(f"into {scene.counted(root)} from outside", Trace(out.t_s, -out.x), of_bus=True)


def largest(found: list[Power]) -> list[Power]:
    """Those of some lines that reach farthest, in their own order; the rest of them as one."""
    sizes = [float(np.abs(one.trace.x).max(initial=0.0)) for one in found]
    least = max(LEAST_KW, LEAST_SHARE_PU * max(sizes, default=0.0))
    ranked = sorted(range(len(found)), key=lambda place: -sizes[place])
    ranked = [place for place in ranked if sizes[place] >= least]
    most = MOST_LINES if len(ranked) <= MOST_LINES else MOST_LINES - 1
    told = [found[place] for place in sorted(ranked[:most])]
    rest = [found[place].trace for place in ranked[most:]]
    if rest:
        whole = sum(np.interp(rest[0].t_s, *one) for one in rest)
        told.append(Power(f"{len(rest)} others", Trace(rest[0].t_s, np.asarray(whole))))
    return told
