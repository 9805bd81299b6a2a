"""What happened when: the event that a run is judged by, and signals from it on.

The event is the first of the scenario, or the beginning of the first fine window. What is judged
up to the next event ends where the scenario next sets something, or takes it back after 3 s or
more: a shorter dip is momentary (IEEE 1159) and one event with its end. A run recorded at intervals
over 0.5 s at the event tells nothing of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from twin.kpis import traces
from twin.kpis.traces import Floats, Trace
from twin.run import Run

COARSEST_S = 0.5  # an event is not seen at a longer step
MOMENTARY_S = 3.0


def record(run: Run, *names: str) -> tuple[Floats, Floats] | None:
    """The times and values of the first of some signals that was recorded."""
    if run.meta.get("tick_s", 0.0) > COARSEST_S:
        return None
    for name in names:
        if name in run:
            series = run.frame(name)[name].dropna()
            return series.index.to_numpy(np.float64), series.to_numpy(np.float64)
    return None


def event_times_s(run: Run) -> list[float]:
    """When the scenario sets something, or takes back what was to last, each time once."""
    document = run.meta.get("scenario", {}).get("document", {})
    return sorted({at_s for event in document.get("event", []) for at_s in _times_s(event)})


def _times_s(event: dict[str, float]) -> Iterator[float]:
    for time in range(int(event.get("times", 1))):
        begin_s = event["at_s"] + time * event.get("every_s", 0.0)
        yield round(begin_s, 9)
        if event.get("for_s", 0.0) >= MOMENTARY_S:
            yield round(begin_s + event["for_s"], 9)


def event_s(run: Run, t_s: Floats) -> float:
    """The first event; without one, where the first and finest steps of a record begin."""
    if times := event_times_s(run):
        return times[0]
    lengths_s = np.diff(t_s)
    return float(t_s[np.argmax(lengths_s <= lengths_s.min() + traces.ROUNDING_S)])


def after_event(run: Run, found: tuple[Floats, Floats] | None, one: bool) -> Trace | None:
    """A record from the event to the end of the run, or if `one` to the next event."""
    if found is None or len(found[0]) < 3:
        return None
    begin_s = event_s(run, found[0])
    later = [at_s for at_s in event_times_s(run) if at_s > begin_s] if one else []
    return _fine(traces.cut(*found, begin_s, min(later, default=math.inf)))


def after_each(run: Run, found: tuple[Floats, Floats] | None) -> list[Trace]:
    """A record from each event to the next, where it is fine."""
    if found is None or len(found[0]) < 3:
        return []
    begins = event_times_s(run) or [event_s(run, found[0])]
    cuts = [traces.cut(*found, *between) for between in pairwise([*begins, math.inf])]
    return [trace for trace in map(_fine, cuts) if trace is not None]


def _fine(trace: Trace) -> Trace | None:
    """A trace whose first steps tell of the event."""
    fine = len(trace.t_s) > 2 and np.diff(trace.t_s)[:2].max() <= COARSEST_S
    return trace if fine else None


def set_at_event(run: Run) -> set[str]:
    """The devices that the event itself sets."""
    times = event_times_s(run)
    if not times or run.meta.get("tick_s", 0.0) > COARSEST_S:
        return set()
    events = run.events
    first = (events["by"] == "scenario") & ((events["t_s"] - times[0]).abs() < traces.ROUNDING_S)
    return set(events.loc[first, "device"])
