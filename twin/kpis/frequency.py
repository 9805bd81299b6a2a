"""Frequency KPIs: what an event did to frequency and voltage.

The event is the first of the scenario, or the beginning of the first fine window. Lowest, highest
and steepest values are of the whole run after it, all else ends at the next event. Frequency is
that of the first bus that hangs on no other, while it is alive; voltage is that of every bus. A run
recorded at intervals over 0.5 s at the event has none of these KPIs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np

from twin.kpis import Kpi, added, booked, iso8528, of_role, traces
from twin.kpis.traces import Floats, Trace
from twin.run import Run

COARSEST_S = 0.5  # an event is not seen at a longer step
SETTLED_HZ = 0.05
STEADY_S = (20.0, 52.0)  # the window of NERC BAL-003 (unverified)


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
    """When the scenario sets something, in order, each time once."""
    document = run.meta.get("scenario", {}).get("document", {})
    return sorted({float(event["at_s"]) for event in document.get("event", [])})


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
    t_s, x = found
    begin_s = event_s(run, t_s)
    later = [at_s for at_s in event_times_s(run) if at_s > begin_s] if one else []
    trace = traces.cut(t_s, x, begin_s, min(later, default=math.inf))
    fine = len(trace.t_s) > 2 and np.diff(trace.t_s)[:2].max() <= COARSEST_S
    return trace if fine else None


def frequency(run: Run, extreme: str, one: bool) -> Trace | None:
    """The frequency after the event, of a fleet of buses the `:min` or `:max`, if asked for."""
    for name, about in of_role(run, "bus").items():
        fleet = about["units"] > 1
        if about["bus"] or (fleet and not extreme):  # the mean of many islands is no frequency
            continue
        suffix = extreme if fleet else ""
        found = record(run, f"{name}.f_end_hz{suffix}", f"{name}.f_hz{suffix}")
        if trace := after_event(run, found, one):
            alive = trace.x > 0.0
            return Trace(trace.t_s[alive], trace.x[alive]) if alive.sum() > 2 else None
    return None


def of_frequency(
    tell: Callable[[Trace], float], extreme: str = "", one: bool = False
) -> Callable[[Run], float | None]:
    """A KPI that a frequency trace tells."""

    def value(run: Run) -> float | None:
        trace = frequency(run, extreme, one)
        return None if trace is None else tell(trace)

    return value


def quasi_steady_mhz(trace: Trace) -> float:
    """The mean from 20 to 52 s less the frequency before the event."""
    return 1000.0 * (traces.mean_between(trace, *STEADY_S) - float(trace.x[0]))


def iso8528_class_count(run: Run) -> float | None:
    """The class reached where a genset on such a bus gave power before the event."""
    roots = {name for name, about in of_role(run, "bus").items() if not about["bus"]}
    sets = [name for name, about in of_role(run, "fuel").items() if about["bus"] in roots]
    powers = [after_event(run, record(run, f"{name}.p_kw"), one=True) for name in sets]
    trace = frequency(run, "", one=True)
    if trace is None or not any(power is not None and power.x[0] > 0.0 for power in powers):
        return None
    return float(iso8528.reached(trace, 60.0 if trace.x[0] > 55.0 else 50.0, 1.0))


def voltages(run: Run, extreme: str) -> Iterator[Trace]:
    """The voltage of every bus after the event; of a fleet its `:min` or `:max`."""
    for name, about in of_role(run, "bus").items():
        found = record(run, f"{name}.v_pu{extreme if about['units'] > 1 else ''}")
        trace = after_event(run, found, one=False)
        if trace is not None:
            yield trace


def of_voltage(
    extreme: str, tell: Callable[[Trace], float], worst: Callable[[list[float]], float]
) -> Callable[[Run], float | None]:
    """A KPI that is the worst of what the voltages of the buses tell."""

    def value(run: Run) -> float | None:
        found = [tell(trace) for trace in voltages(run, extreme)]
        return worst(found) if found else None

    return value


def rode_through_pu(name: str) -> Callable[[Run], float | None]:
    """A KPI that is the share of buses, a fleet taken as one, whose voltage a curve bears."""

    def value(run: Run) -> float | None:
        curve = traces.read_curve(Path(str(files("components"))) / f"data/ride_through_{name}.csv")
        low = [traces.rides_through(trace, curve) for trace in voltages(run, ":min")]
        high = [traces.rides_through(trace, curve) for trace in voltages(run, ":max")]
        held = [both == (True, True) for both in zip(low, high, strict=True)]
        return sum(held) / len(held) if held else None

    return value


def shed_kwh(run: Run) -> float | None:
    """What all devices that count `shed_kwh` counted."""
    counts = (booked(about, "shed_kwh") for about in run.meta["devices"].values())
    return added(count for count in counts if count is not None)


def trips_count(run: Run) -> float | None:
    """Events by which a unit trips, where a device has a field or a mode for it."""
    fields = [about.get("fields", {}).items() for about in run.meta["devices"].values()]
    told = [(name, *one.get("labels", ())) for own in fields for name, one in own]
    if not any(word.startswith("trip") for words in told for word in words):
        return None
    field, text = run.events["field"].astype(str), run.events["text"].astype(str)
    hits = text.str.startswith("trip") | (field.str.startswith("trip") & (text == "true"))
    return float(hits.sum())


def _rocof(name: str, window_s: float) -> Kpi:
    tell = of_frequency(lambda trace: traces.steepest_slope(trace, window_s))
    return Kpi(f"rocof_{name}_hz_per_s", f"steepest change of frequency over {name}", tell)


def _longest_below(name: str, v_pu: float) -> Kpi:
    tell = of_voltage(":min", lambda trace: traces.longest_below_s(trace, v_pu), max)
    return Kpi(f"v_below_{name}_s", f"longest spell of a bus below {v_pu:g} pu", tell, "less")


def _rode_through(name: str, what: str) -> Kpi:
    doc = f"share of buses whose voltage {what} bears"
    return Kpi(f"ride_through_{name}_pu", doc, rode_through_pu(name), "more")


def _settling(trace: Trace) -> float:
    return traces.settling_s(trace, float(trace.x[-1]), SETTLED_HZ)


def _overshoot(trace: Trace) -> float:
    return 1000.0 * traces.overshoot(trace, float(trace.x[-1]))


KPIS: tuple[Kpi, ...] = (
    Kpi(
        "nadir_hz",
        "lowest frequency after the event",
        of_frequency(lambda trace: traces.nadir(trace).value, ":min"),
        "more",
    ),
    Kpi(
        "nadir_s",
        "when, after the event",
        of_frequency(lambda trace: traces.nadir(trace).at_s, ":min"),
    ),
    Kpi(
        "zenith_hz",
        "highest frequency after the event",
        of_frequency(lambda trace: traces.zenith(trace).value, ":max"),
        "less",
    ),
    Kpi(
        "zenith_s",
        "when, after the event",
        of_frequency(lambda trace: traces.zenith(trace).at_s, ":max"),
    ),
    _rocof("100ms", 0.1),
    _rocof("500ms", 0.5),
    _rocof("1s", 1.0),
    Kpi(
        "arrest_s",
        "when frequency first stopped falling or rising by 1 mHz or more",
        of_frequency(traces.arrest_s, one=True),
        "less",
    ),
    Kpi(
        "quasi_steady_20_52s_mhz",
        "mean from 20 to 52 s after the event less the frequency before it",
        of_frequency(quasi_steady_mhz, one=True),
    ),
    Kpi(
        "settled_hz",
        "frequency at the end, or before the next event",
        of_frequency(lambda trace: float(trace.x[-1]), one=True),
    ),
    Kpi(
        "settling_50mhz_s",
        "from when on frequency stays within 50 mHz of where it settles",
        of_frequency(_settling, one=True),
        "less",
    ),
    Kpi(
        "overshoot_mhz",
        "how far frequency swings back beyond where it settles",
        of_frequency(_overshoot, one=True),
        "less",
    ),
    Kpi(
        "iso8528_class_count",
        "ISO 8528-5 class reached, frequency only, the step taken for a full one; 0: none",
        iso8528_class_count,
        "more",
    ),
    Kpi(
        "v_min_pu",
        "lowest voltage of a bus",
        of_voltage(":min", lambda trace: float(trace.x.min()), min),
    ),
    Kpi(
        "v_max_pu",
        "highest voltage of a bus",
        of_voltage(":max", lambda trace: float(trace.x.max()), max),
    ),
    _longest_below("90pct", 0.9),
    _longest_below("70pct", 0.7),
    Kpi(
        "transfer_gap_ms",
        "longest spell of a bus without voltage (below 0.1 pu)",
        of_voltage(":min", lambda trace: 1000.0 * traces.transfer_gap_s(trace), max),
        "less",
    ),
    _rode_through("itic_120v", "the ITIC curve for 120 V"),
    _rode_through("iec_61000_class_3", "IEC 61000-4-11 class 3"),
    Kpi("shed_kwh", "energy that underfrequency stages cut off", shed_kwh, "less"),
    Kpi("trips_count", "units that protection tripped", trips_count, "less"),
)
