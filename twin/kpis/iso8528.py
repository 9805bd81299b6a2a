"""The ISO 8528-5 performance class that a generating set reaches in a load step: frequency only.

Droop, steady-state band, transient and recovery are judged; voltage is not. The values of classes
G2 and G3 were read on pages about the standard, those of G1 and the droop of G3 are unverified.
Bands are whole widths, so half of one lies on each side. The recovery time runs from leaving the
steady-state band of a class about the old frequency to staying in its tolerance band about the new
one, which is the mean of the last quarter of the trace.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.kpis.traces import Trace, leaving_s, mean_between, peak_change, settling_s

TAIL = 0.75  # from here on a trace is taken to be steady


class Limits(NamedTuple):
    """What a class allows, in % of the rated frequency and seconds."""

    droop_pct: float
    band_pct: float
    tolerance_pct: float
    dip_pct: float
    rise_pct: float
    recovery_s: float


class LoadStep(NamedTuple):
    """What a set did."""

    droop_pct: float  # as it would be over the whole rated power
    band_pct: float
    transient_pct: float  # negative: a dip
    recovery_s: float  # nan: it did not recover


CLASSES = {
    3: Limits(3.0, 0.5, 2.0, 7.0, 10.0, 3.0),
    2: Limits(5.0, 1.5, 2.0, 10.0, 12.0, 5.0),
    1: Limits(8.0, 2.5, 3.5, 15.0, 18.0, 10.0),
}


def load_step(trace: Trace, rated_hz: float, step_pu: float, limits: Limits) -> LoadStep:
    """What a frequency shows of a step of `step_pu` of rated power, by the bands of a class."""
    pct_hz = rated_hz / 100.0
    before, after = float(trace.x[0]), steady(trace)
    tail = trace.x[trace.t_s >= TAIL * trace.t_s[-1]]
    left_s = leaving_s(trace, before, limits.band_pct * pct_hz / 2.0)
    back_s = settling_s(trace, after, limits.tolerance_pct * pct_hz / 2.0)
    return LoadStep(
        droop_pct=abs(after - before) / pct_hz / step_pu,
        band_pct=float(np.ptp(tail)) / pct_hz,
        transient_pct=peak_change(trace) / pct_hz,
        recovery_s=0.0 if np.isnan(left_s) else max(back_s - left_s, 0.0),
    )


def steady(trace: Trace) -> float:
    """Where a trace comes to rest."""
    return mean_between(trace, TAIL * float(trace.t_s[-1]), float(trace.t_s[-1]))


def meets(step: LoadStep, limits: Limits) -> bool:
    """Whether a load step stays within what a class allows."""
    return (
        step.droop_pct <= limits.droop_pct
        and step.band_pct <= limits.band_pct
        and -limits.dip_pct <= step.transient_pct <= limits.rise_pct
        and step.recovery_s <= limits.recovery_s
    )


def reached(trace: Trace, rated_hz: float, step_pu: float) -> int:
    """The best class that a load step meets: 3, 2, 1, or 0 for none."""
    for number, limits in CLASSES.items():
        if meets(load_step(trace, rated_hz, step_pu, limits), limits):
            return number
    return 0
