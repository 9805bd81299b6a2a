"""KPIs of each resource: how fast and how much it answered an event.

A resource is what has a power and is neither bus nor load nor the shape of one; all units of a
fleet together are one. What the event itself sets of one, a trip above all, is no answer: its
change counts from the first interval after that.
Its times are those at which its change of power first reaches a share of its peak change in the
first minute after the event, or until the next event where it has not begun to answer in that
minute or still grows at its end: what starts, ramps or has to come. Its delay ends at 1 %. Energies
are those of the change. The share before the nadir is the energy delivered until then, of what its
peak change from the first instant would have given.
"""

from __future__ import annotations

import math

import numpy as np

from twin.kpis import traces
from twin.kpis.events import after_event, record, set_at_event
from twin.kpis.frequency import of_frequency
from twin.kpis.traces import Trace
from twin.run import Run

RESPONSE_S = 60.0
LEAST_KW = 1e-3  # what moves by less does not answer
SHARES_PU = {"delay_s": 0.01, "t10_s": 0.1, "t50_s": 0.5, "t90_s": 0.9}
WINDOWS_S = ((0, 1), (0, 6), (0, 30), (0, 60))
WHAT = {
    "delay_s": "from the event until a hundredth of its answer",
    "t10_s": "from the event until a tenth of its answer",
    "t50_s": "from the event until half of its answer",
    "t90_s": "from the event until nine tenths of its answer",
    "peak_change_kw": "its answer: the largest change of its power",
    "share_before_nadir_pu": "energy until the nadir, of what its answer at once would have given",
}
WHAT |= {f"energy_{a}_{b}s_kwh": f"energy of its answer in the first {b} s" for a, b in WINDOWS_S}
BETTER = {**dict.fromkeys(SHARES_PU, "less"), "share_before_nadir_pu": "more"}
NO_RESOURCE = ("bus", "load", "shape")


def of_resources(run: Run) -> dict[str, float]:
    """The KPIs of each device that answered the event, by its name: ``site.pcs.t90_s``."""
    nadir_s = of_frequency(lambda trace: traces.nadir(trace).at_s, ":min", one=True)(run)
    found: dict[str, float] = {}
    causes = set_at_event(run)
    for name, about in run.meta["devices"].items():
        if about["enabled"] and about["role"] not in NO_RESOURCE:
            power = after_event(run, record(run, f"{name}.p_kw"), one=True)
            if power is not None and name in causes:
                power = Trace(power.t_s, np.append(power.x[1], power.x[1:]))
            told = {} if power is None else answer(power, nadir_s)
            found |= {f"{name}.{key}": value for key, value in told.items()}
    return {name: value for name, value in found.items() if math.isfinite(value)}


def answer(power_kw: Trace, nadir_s: float | None) -> dict[str, float]:
    """What mean powers over the intervals since an event tell; nothing if they hardly change."""
    whole = answer_kw(power_kw)
    if abs(whole) < LEAST_KW:
        return {}
    change = Trace(power_kw.t_s, power_kw.x - power_kw.x[0])
    placed = traces.middles(change)
    found = {name: traces.response_s(placed, share, whole) for name, share in SHARES_PU.items()}
    found["peak_change_kw"] = whole
    for begin, end in WINDOWS_S:
        found[f"energy_{begin}_{end}s_kwh"] = traces.energy_kwh(change, begin, end)
    if nadir_s is not None:
        share_pu = traces.share_delivered_pu(change, nadir_s, whole)
        found["share_before_nadir_pu"] = share_pu
    return found


def answer_kw(power_kw: Trace) -> float:
    """The peak change it is judged by: of the first minute, or of all where it is late."""
    early = power_kw.t_s <= RESPONSE_S + traces.ROUNDING_S
    change = np.abs(power_kw.x[early] - power_kw.x[0])
    late = change.max() < LEAST_KW or int(np.argmax(change)) == len(change) - 1
    return traces.peak_change(power_kw if late else Trace(power_kw.t_s[early], power_kw.x[early]))
