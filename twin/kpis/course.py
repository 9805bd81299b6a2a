"""KPIs of the whole course of a run, whatever its steps: how well frequency was held, by whom.

Frequency is that of the first bus that hangs on no other and is one unit, while it is alive, if it
moves at all; a site that lives by itself is no area, and has none. In coarse steps it is that of
the balance: the lowest of them is no nadir. The deviation is that from nominal (50 or 60 Hz,
whichever is nearer), 50 mHz is the standard range of continental Europe (System Operation
Guideline, annex III; unverified).

What a resource gave is told of runs of half an hour or longer, as the change of its power since
just before the first event, or since the beginning: its energy and, in coarse steps and where it
goes to one side, the first time at 90 % of the largest change, and how long it was there. A fall is
an event that lowers the frequency more than it raises it; of several each has its nadir, with the
charge and the power of the sets just before it. What an event itself sets of one, a trip above all,
is no answer: its change counts from the first interval after that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from twin.kpis import Kpi, booked, of_role, traces
from twin.kpis.events import COARSEST_S, event_times_s, set_at_event
from twin.kpis.frequency import SIGNALS
from twin.kpis.resources import LEAST_KW, NO_RESOURCE
from twin.kpis.traces import Floats, Trace
from twin.run import Run

BAND_HZ = 0.05
STIFF_HZ = 1e-4  # what moves by less is held by something stiff
LEAST_S = 1800.0  # shorter runs have no hours
FULL_PU = 0.9
ONE_WAY_PU = 0.9  # of all energy moved: what swings both ways has no hours at full power
FELL_HZ = 0.01  # less is no fall
WHAT = {
    "given_kwh": "energy of the change of its power since before the first event",
    "most_kw": "the largest change of its power in the run",
    "full_from_h": "from the event until 90 % of that",
    "full_h": "time at 90 % of that or more",
    "nadir_hz": "lowest frequency in this fall",
    "soc_pu": "charge of all storage just before this fall",
    "sets_kw": "power of all gensets just before this fall",
}


def signal(run: Run, *names: str) -> Trace | None:
    """The first of some signals that was recorded."""
    for name in names:
        if name in run:
            series = run.frame(name)[name].dropna()
            return Trace(series.index.to_numpy(np.float64), series.to_numpy(np.float64))
    return None


def frequency(run: Run) -> Trace | None:
    """The frequency of the bus at the root from the beginning to the end."""
    for name, about in of_role(run, "bus").items():
        if about["bus"] or about["units"] > 1 or booked(about, "dead_s") is not None:
            continue
        trace = signal(run, *(f"{name}.{one}" for one in SIGNALS))
        if trace is not None:
            alive = trace.x > 0.0
            trace = Trace(trace.t_s[alive], trace.x[alive])
            return trace if len(trace.x) > 2 and np.ptp(trace.x) > STIFF_HZ else None
    return None


def held(tell: Callable[[Floats, Floats], float]) -> Callable[[Run], float | None]:
    """A KPI of deviations from nominal, and of the seconds for which each of them holds."""

    def value(run: Run) -> float | None:
        trace = frequency(run)
        if trace is None or trace.t_s[-1] < LEAST_S:
            return None
        nominal_hz = 60.0 if np.median(trace.x) > 55.0 else 50.0
        return tell(trace.x - nominal_hz, np.diff(trace.t_s, prepend=0.0))

    return value


def lowest_hz(run: Run) -> float | None:
    """The lowest frequency of a run that saw no swing."""
    if run.meta.get("tick_s", 0.0) <= COARSEST_S:
        return None
    trace = frequency(run)
    return float(trace.x.min()) if trace and trace.t_s[-1] >= LEAST_S else None


def _rms_mhz(off_hz: Floats, seconds: Floats) -> float:
    return 1e3 * float(np.sqrt(np.average(off_hz * off_hz, weights=seconds)))


def _outside_s(off_hz: Floats, seconds: Floats) -> float:
    return float(seconds[np.abs(off_hz) > BAND_HZ].sum())


def of_course(run: Run) -> dict[str, float]:
    """What each resource gave, ``site.pcs.given_kwh``, and each fall, ``fall_2.nadir_hz``."""
    found: dict[str, float] = {}
    if frequency(run) is None:
        return found
    begin_s, fine = min(event_times_s(run), default=0.0), run.meta["tick_s"] <= COARSEST_S
    causes = set_at_event(run)
    for name, about in run.meta["devices"].items():
        if about["enabled"] and about["role"] not in NO_RESOURCE:
            power = signal(run, f"{name}.p_kw")
            if power is not None and power.t_s[-1] >= LEAST_S:
                begin = first_s(power, begin_s) if name in causes else begin_s
                found |= {f"{name}.{key}": value for key, value in given(power, begin, fine)}
    for place, fall in enumerate(falls(run), start=1):
        found |= {f"fall_{place}.{key}": value for key, value in fall}
    return found


def first_s(power_kw: Trace, begin_s: float) -> float:
    """The end of the first interval after an event: what it set itself is no answer."""
    return float(power_kw.t_s[np.searchsorted(power_kw.t_s, begin_s, side="right")])


def given(power_kw: Trace, begin_s: float, fine: bool) -> Iterator[tuple[str, float]]:
    """What the change of a power came to; nothing if it hardly changes."""
    trace = traces.cut(*power_kw, begin_s, float(power_kw.t_s[-1]))
    change = trace.x - trace.x[0]
    most_kw = float(change[np.argmax(np.abs(change))])
    if abs(most_kw) < LEAST_KW:
        return
    hours = np.diff(trace.t_s, prepend=0.0) / 3600.0
    full = change / most_kw >= FULL_PU
    yield "given_kwh", float(change @ hours)
    yield "most_kw", most_kw
    if not fine and abs(change @ hours) >= ONE_WAY_PU * (np.abs(change) @ hours):
        yield "full_from_h", float(trace.t_s[np.argmax(full)]) / 3600.0
        yield "full_h", float(hours[full].sum())


def falls(run: Run) -> Iterator[list[tuple[str, float]]]:
    """Each fall of a run that saw several events in fine steps."""
    times_s, trace = event_times_s(run), frequency(run)
    if trace is None or len(times_s) < 3 or run.meta.get("tick_s", 0.0) > COARSEST_S:
        return
    for begin_s, end_s in pairwise([*times_s, float(trace.t_s[-1])]):
        own = traces.cut(*trace, begin_s, end_s)
        down_hz, up_hz = own.x[0] - own.x.min(), own.x.max() - own.x[0]
        if down_hz > max(up_hz, FELL_HZ):
            charge = _before(run, "storage", "soc_pu", begin_s)
            power = _before(run, "fuel", "p_kw", begin_s)
            told = [("nadir_hz", float(own.x.min()))]
            told += [("soc_pu", float(np.mean(charge)))] if charge else []
            yield told + ([("sets_kw", sum(power))] if power else [])


def _before(run: Run, role: str, field: str, at_s: float) -> list[float]:
    """A signal of each device of a role at an instant."""
    found = (signal(run, f"{name}.{field}") for name in of_role(run, role))
    return [float(np.interp(at_s, *one)) for one in found if one is not None]


KPIS: tuple[Kpi, ...] = (
    Kpi("lowest_hz", "lowest frequency of a run in coarse steps", lowest_hz, "more"),
    Kpi("off_rms_mhz", "root mean square of its deviation from nominal", held(_rms_mhz), "less"),
    Kpi("off_50mhz_s", "time outside 50 mHz of nominal", held(_outside_s), "less"),
)
