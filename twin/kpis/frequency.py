"""Frequency KPIs: what an event did to the frequency.

Lowest, highest and steepest values are of the whole run after the event, all else ends at the next
one (`twin/kpis/events.py`). Frequency is that of the first bus that hangs on no other, while it is
alive; one that nothing moves, of a stiff grid, is not told. That of islands is of the buses that
count how long they are one, while they count. Gensets are judged by each load step of theirs that
an event of the scenario makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.kpis import Kpi, booked, iso8528, of_role, traces
from twin.kpis.events import after_each, after_event, record
from twin.kpis.traces import Trace
from twin.run import Run

SIGNALS = ("f_end_hz", "f_sync_hz", "f_hz")  # the last contains the turning of a voltage
SETTLED_HZ = 0.05
STEADY_S = (20.0, 52.0)  # the window of NERC BAL-003 (unverified)
LEAST_STEP_PU = 0.1  # of rated power: what moves a set by less is no load step


def frequency(run: Run, extreme: str, one: bool) -> Trace | None:
    """The frequency after the event, of a fleet of buses the `:min` or `:max`, if asked for."""
    for name, about in of_role(run, "bus").items():
        if about["bus"] or (about["units"] > 1 and not extreme):
            continue  # the mean of many islands is no frequency
        if after_event(run, _record(run, name, extreme), one):
            trace = of_bus(run, name, extreme, one)
            return trace if trace and np.ptp(trace.x) > 0.0 else None
    return None


def of_bus(run: Run, name: str, extreme: str, one: bool) -> Trace | None:
    """The frequency of one bus after the event, while it is alive."""
    trace = after_event(run, _record(run, name, extreme), one)
    if trace is None:
        return None
    alive = trace.x > 0.0
    return Trace(trace.t_s[alive], trace.x[alive]) if alive.sum() > 2 else None


def of_island(run: Run, name: str, extreme: str) -> Trace | None:
    """The same while it, or one of a fleet, was an island."""
    trace = of_bus(run, name, extreme, one=False)
    time = after_event(run, record(run, f"{name}.island_s"), one=False)
    if trace is None or time is None:
        return trace
    kept = _grew(trace, time)
    dead = after_event(run, record(run, f"{name}.dead_s"), one=False)
    if dead is not None and run.meta["devices"][name]["units"] == 1:
        kept &= ~_grew(trace, dead)  # a mean over an instant without voltage is no frequency
    return Trace(trace.t_s[kept], trace.x[kept]) if kept.any() else None


def _grew(trace: Trace, counter: Trace) -> NDArray[np.bool_]:
    """Over which records of a trace a counter went on."""
    grown: NDArray[np.bool_] = np.interp(trace.t_s, counter.t_s[1:], np.diff(counter.x)) > 0.0
    return grown


def _record(run: Run, name: str, extreme: str) -> Any:
    suffix = extreme if run.meta["devices"][name]["units"] > 1 else ""
    return record(run, *(f"{name}.{signal}{suffix}" for signal in SIGNALS))


def of_frequency(
    tell: Callable[[Trace], float], extreme: str = "", one: bool = False
) -> Callable[[Run], float | None]:
    """A KPI that a frequency trace tells."""

    def value(run: Run) -> float | None:
        trace = frequency(run, extreme, one)
        return None if trace is None else tell(trace)

    return value


def of_islands(
    extreme: str, tell: Callable[[Trace], float], worst: Callable[[list[float]], float]
) -> Callable[[Run], float | None]:
    """A KPI that is the worst of what the frequencies of buses tell that were islands."""

    def value(run: Run) -> float | None:
        islands = [name for name, about in of_role(run, "bus").items() if booked(about, "island_s")]
        found = [of_island(run, name, extreme) for name in islands]
        told = [tell(trace) for trace in found if trace is not None]
        return worst(told) if told else None

    return value


def quasi_steady_mhz(trace: Trace) -> float:
    """The mean from 20 to 52 s less the frequency before the event."""
    return 1000.0 * (traces.mean_between(trace, *STEADY_S) - float(trace.x[0]))


def set_steps(run: Run) -> Iterator[tuple[Trace, float]]:
    """The frequency of the bus of each genset that gave power, and its load steps in pu."""
    for name, about in of_role(run, "fuel").items():
        rated_kw, bus = _rated_kw(about), about["bus"]
        if rated_kw is None or not bus or run.meta["devices"][bus]["units"] > 1:
            continue
        powers = after_each(run, record(run, f"{name}.p_kw"))
        for power, trace in zip(powers, after_each(run, _record(run, bus, "")), strict=False):
            if power.x[0] > 0.0 and trace.x.min() > 0.0:
                step_pu = abs(iso8528.steady(power) - float(power.x[0])) / rated_kw
                if step_pu >= LEAST_STEP_PU:
                    yield trace, step_pu


def _rated_kw(about: Mapping[str, Any]) -> float | None:
    found = about.get("rated", {}).get("rated_kw")
    return float(found) if found else None


def iso8528_class_count(run: Run) -> float | None:
    """The lowest class of those that the gensets reached."""
    found = [
        iso8528.reached(trace, 60.0 if trace.x[0] > 55.0 else 50.0, step_pu)
        for trace, step_pu in set_steps(run)
    ]
    return float(min(found)) if found else None


def load_step_pu(run: Run) -> float | None:
    """The largest load step of a genset, of its rated power."""
    return max((step_pu for _, step_pu in set_steps(run)), default=None)


def _rocof(name: str, window_s: float) -> Kpi:
    tell = of_frequency(lambda trace: traces.steepest_slope(trace, window_s))
    doc = f"steepest change of frequency over {name}"
    return Kpi(f"rocof_{name}_hz_per_s", doc, tell, "near")


def _lowest(trace: Trace) -> float:
    return traces.nadir(trace).value


def _highest(trace: Trace) -> float:
    return traces.zenith(trace).value


def _settling(trace: Trace) -> float:
    return traces.settling_s(trace, float(trace.x[-1]), SETTLED_HZ)


def _overshoot(trace: Trace) -> float:
    return round(1000.0 * traces.overshoot(trace, float(trace.x[-1])), 6)  # less is rounding


KPIS: tuple[Kpi, ...] = (
    Kpi("nadir_hz", "lowest frequency after the event", of_frequency(_lowest, ":min"), "more"),
    Kpi(
        "nadir_s",
        "when, after the event",
        of_frequency(lambda trace: traces.nadir(trace).at_s, ":min"),
    ),
    Kpi("zenith_hz", "highest frequency after the event", of_frequency(_highest, ":max"), "less"),
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
        "near",
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
    Kpi("island_nadir_hz", "lowest of a site's island", of_islands(":min", _lowest, min), "more"),
    Kpi("island_zenith_hz", "highest of one", of_islands(":max", _highest, max), "less"),
    Kpi(
        "iso8528_frequency_only_class_count",
        "ISO 8528-5 class that gensets reach in their load steps, frequency only; 0: none",
        iso8528_class_count,
        "more",
    ),
    Kpi("genset_step_pu", "the largest of these steps, of rated power", load_step_pu),
)
