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
MOST_LINES = 7
OF_BUSES = (*SIGNALS, "v_pu", "p_kw", "p_load_kw", "p_residual_kw", "imbalance_kw", "mode")
STATS = ("", ":min", ":max")


class Power(NamedTuple):
    """A power about the event; of what the event itself sets, the change after that counts."""

    name: str
    trace: Trace
    set_kw: float = 0.0  # what the event itself set of it

    @property
    def change_kw(self) -> Floats:
        """How far it is from what it was before the event."""
        after = self.trace.t_s > ROUNDING_S
        before = self.trace.x[max(int(np.argmax(after)) - 1, 0)]
        return self.trace.x - before - np.where(after, self.set_kw, 0.0)


class Voltage(NamedTuple):
    """The lowest and the highest voltage of the units of a bus at each instant."""

    name: str
    low: Trace
    high: Trace


@dataclass(frozen=True)
class Shown:
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

    def frequency(self, bus: str, stat: str = "") -> Trace | None:
        """The frequency of a bus; nan where it is dead."""
        found = self.trace(*(f"{bus}.{field}{stat}" for field in SIGNALS))
        return found and Trace(found.t_s, np.where(found.x > 0.0, found.x, np.nan))

    def voltage(self, bus: str) -> Voltage | None:
        """The voltage of a bus, or the range of a fleet of them."""
        low, high = (self.trace(f"{bus}.v_pu", f"{bus}.v_pu{stat}") for stat in (":min", ":max"))
        return Voltage(self.counted(bus), low, high) if low and high else None

    def voltages(self) -> list[Voltage]:
        """Those of the buses that bear a load, or of all where none does."""
        found = {name: one for name in self.buses if (one := self.voltage(name))}
        bearing = {about["bus"] for about in self.devices.values() if about["role"] == "load"}
        own = [one for name, one in found.items() if name in bearing]
        return own or list(found.values())

    def counted(self, name: str) -> str:
        """A device, and how many units it is."""
        units = self.devices[name]["units"]
        return name if units == 1 else f"{name} ({units:,})"

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


def shown(run: Run) -> Shown | None:
    """What figures show of a run; nothing of one that saw no event in fine steps."""
    names = list(_signals(run)) if run.meta.get("tick_s", 1.0) <= COARSEST_S else []
    if not names:
        return None
    frame = run.frame(*names)
    t_s = frame.index.to_numpy(np.float64)
    if len(t_s) < 3:
        return None
    at_s = event_s(run, t_s)
    fine_s = t_s[1:][np.diff(t_s) <= COARSEST_S]
    fine_s = fine_s[fine_s > at_s + ROUNDING_S]
    if not len(fine_s) or fine_s[0] > at_s + COARSEST_S:
        return None
    breaks = np.flatnonzero(np.diff(fine_s) > APART_S)
    end_s = float(fine_s[breaks[0]] if len(breaks) else fine_s[-1])
    first = int(np.searchsorted(t_s, at_s - BEFORE_S + ROUNDING_S)) - 1
    last = int(np.searchsorted(t_s, end_s + ROUNDING_S))
    frame = frame.iloc[max(first, 0) : last]
    frame.index = frame.index - at_s
    others = tuple(one - at_s for one in event_times_s(run) if at_s < one < end_s)
    return Shown(run, frame, at_s, end_s - at_s, others)


def _signals(run: Run) -> Iterator[str]:
    """What figures may ask for, so that it is read at once."""
    for name, about in run.meta["devices"].items():
        stats = STATS if about["role"] == "bus" else ("",)
        fields = OF_BUSES if about["role"] == "bus" else ("p_kw",)
        for signal in (f"{name}.{field}" for field in fields):
            if about["enabled"] and about["role"] != "network":
                yield from (f"{signal}{stat}" for stat in stats if _recorded(run, signal, stat))


def _recorded(run: Run, signal: str, stat: str) -> bool:
    return f"{signal}{stat}" in run.names or (not stat and f"{signal}:mean" in run.names)


def told_by(about: Shown) -> tuple[str, Trace] | None:
    """The bus whose frequency tells of the event: the one at the root, else one that was an island.

    A root that is stiff, or dead from then on, tells nothing.
    """
    single = {name: bus for name, bus in about.buses.items() if bus["units"] == 1}
    roots = [name for name, bus in single.items() if not bus["bus"]]
    islands = [name for name, bus in single.items() if booked(bus, "island_s")]
    for name in (*roots, *islands):
        found = about.frequency(name)
        if found is not None and _moves(found):
            return name, found
    return None


def _moves(found: Trace) -> bool:
    after = found.x[(found.t_s > 0.0) & np.isfinite(found.x)]
    return len(after) > 2 and float(np.ptp(after)) > MOVES_HZ


def powers(about: Shown, root: str) -> list[Power]:
    """The power of each device on a bus or below it, and what the bus itself gives."""
    causes = set_at_event(about.run)
    found = []
    for name, device in about.devices.items():
        power = about.trace(f"{name}.p_kw")
        if power and device["role"] != "bus" and _below(about, name, root):
            told = Power(about.counted(name), power)
            found.append(told._replace(set_kw=_first(told)) if name in causes else told)
    return found + list(_of_bus(about, root))


def _first(power: Power) -> float:
    """The change in the first interval after the event."""
    after = power.change_kw[power.trace.t_s > ROUNDING_S]
    return float(after[0]) if len(after) else 0.0


def _below(about: Shown, name: str, root: str) -> bool:
    """Whether a device hangs on a bus, or on one that hangs on it; not behind a converter."""
    bus = about.devices[name]["bus"]
    while bus != root and bus in about.buses:
        bus = about.buses[bus]["bus"]
    return bool(bus == root)


def _of_bus(about: Shown, root: str) -> Iterator[Power]:
    """What a bus itself gives, by the fields it has: its own load, its inertia, what enters it."""
    if f"{root}.p_residual_kw" in about.frame and (load := about.trace(f"{root}.p_load_kw")):
        yield Power(f"{root}, its own load", Trace(load.t_s, -load.x))
    if swing := about.trace(f"{root}.imbalance_kw"):
        yield Power(f"{root}, its inertia", Trace(swing.t_s, -swing.x))
    if about.buses[root]["bus"] and (out := about.trace(f"{root}.p_kw")):
        yield Power(f"into {about.counted(root)} from outside", Trace(out.t_s, -out.x))


def largest(found: list[Power]) -> list[Power]:
    """Those that change most, in their own order; the rest of what changes as one."""
    sizes = [float(np.abs(one.change_kw).max(initial=0.0)) for one in found]
    least = max(LEAST_KW, LEAST_SHARE_PU * max(sizes, default=0.0))
    ranked = sorted((place for place, size in enumerate(sizes) if size >= least), key=lambda p: -sizes[p])
    few = len(ranked) <= MOST_LINES
    kept, rest = (ranked, []) if few else (ranked[: MOST_LINES - 1], ranked[MOST_LINES - 1 :])
    told = [found[place] for place in sorted(kept)]
    if rest:
        t_s = found[rest[0]].trace.t_s
        rows = [np.interp(t_s, found[p].trace.t_s, found[p].change_kw) for p in rest]
        told.append(Power(f"{len(rest)} others", Trace(t_s, np.sum(rows, axis=0))))
    return told
