"""How a converter that follows its bus answers frequency.

    f_seen = f_meas one delay ago                           exact mean over the step
    wanted = base - S / (droop f0) f_db + fast response     f_db: what lies outside the deadband
    T P'   = wanted - P,  |P'| <= ramp,  low <= P <= high   no windup: the state stays at the bound

A deadband of the offset kind begins at zero at its edge, one of the step kind at the whole
deviation. Entering the fine regime, `trim_kw` takes up what the coarse balance gave beyond the
steady state of this, so that nothing moves; it stays for that time.
"""

from __future__ import annotations

from components._pcs.fast import FastResponse, fast_kw
from components._pcs.measurement import lag_factors
from twin.component import Vector, delay_line, param, state
from twin.delay import delayed
from twin.lags import beyond, clipped, lagged

OFFSET, STEP = 0, 1
SAME_PU = 1e-9  # of rating: the power of the balance is the own one


class Response(FastResponse):
    """Droop behind measurement, delay, deadband, lag and ramp."""

    droop_pu: float = param(0.02, "change of frequency from no to full power", gt=0, le=1)
    delay_s: float = param(0.0, "pure delay of measurement and communication", ge=0)
    deadband_hz: float = param(0.0, "deviation without response", ge=0)
    deadband_kind: int = param(OFFSET, "where the response begins", labels=("offset", "step"))
    lag_s: float = param(0.05, "lag of the converter; 20 to 150 ms is usual", ge=0)
    ramp_pu_per_s: float = param(0.0, "fastest change, of rating; 0: no limit", ge=0, le=1e3)

    lag_dt_s: float = state(0.0, "step that the next two are for", record=False)
    lag_keep_pu: float = state(0.0, "what the lag keeps over a step", record=False)
    lag_steps_pu: float = state(0.0, "its time constant in steps", record=False)
    entering: bool = state(True, "its dynamics begin anew", record=False)
    placed: bool = state(False, "its set point has begun", record=False)
    p_ref_kw: float = state(0.0, "set point in force", record=False)
    trim_kw: float = state(0.0, "power that the coarse balance added", record=False)
    given_kw: float = state(0.0, "power at the end of the step", record=False)
    wanted_kw: float = state(0.0, "power it would give without limits", record=False)
    ffr_kw: float = state(0.0, "wanted of it as fast response", record=False)
    line: Vector = delay_line("delay_s", "frequencies under way")


def droop_kw(unit: Response, f_hz: float) -> float:
    """Power that a frequency calls for."""
    off_hz = f_hz - unit.f_nominal_hz
    if unit.deadband_kind == OFFSET:
        off_hz = beyond(off_hz, unit.deadband_hz)
    elif abs(off_hz) <= unit.deadband_hz:
        off_hz = 0.0
    return -unit.rated_kva * off_hz / (unit.droop_pu * unit.f_nominal_hz)


def enter(unit: Response, base_kw: float, p_kw: float, low_kw: float, high_kw: float) -> None:
    """Put the states where the converter stands still at its present power and frequency."""
    first = not unit.placed
    if first:
        unit.p_ref_kw = base_kw
        unit.placed = True
    own_kw = unit.p_ref_kw + droop_kw(unit, unit.f_meas_hz) + unit.ffr_kw
    held_kw = clipped(own_kw, low_kw, high_kw)
    same = first or abs(held_kw - p_kw) <= SAME_PU * unit.rated_kva
    unit.given_kw = held_kw if same else p_kw
    unit.trim_kw = 0.0 if same else p_kw - own_kw
    unit.line[2] = 0.0
    unit.entering = False


def answered_kw(
    unit: Response, base_kw: float, f_hz: float, low_kw: float, high_kw: float, dt_s: float
) -> float:
    """Mean power over a step in which the measured frequency is `f_hz` on average."""
    if not unit.seeing:
        unit.line[2] = 0.0
    f_seen_hz = delayed(unit.line, f_hz, unit.delay_s, dt_s)
    unit.p_ref_kw = base_kw
    unit.ffr_kw = fast_kw(unit, f_seen_hz, dt_s)
    unit.wanted_kw = base_kw + unit.trim_kw + droop_kw(unit, f_seen_hz) + unit.ffr_kw
    if unit.ramp_pu_per_s > 0.0:
        most_kw_per_s = unit.ramp_pu_per_s * unit.rated_kva
        after_kw, mean_kw = ramped(unit.given_kw, unit.wanted_kw, unit.lag_s, most_kw_per_s, dt_s)
    else:
        if unit.lag_dt_s != dt_s:
            unit.lag_dt_s = dt_s
            unit.lag_keep_pu, unit.lag_steps_pu = lag_factors(unit.lag_s, dt_s)
        after_kw = unit.wanted_kw + (unit.given_kw - unit.wanted_kw) * unit.lag_keep_pu
        mean_kw = unit.wanted_kw - (after_kw - unit.given_kw) * unit.lag_steps_pu
    unit.given_kw = clipped(after_kw, low_kw, high_kw)
    return clipped(mean_kw, low_kw, high_kw)


def ramped(x: float, u: float, lag_s: float, most_per_s: float, dt_s: float) -> tuple[float, float]:
    """Where a lag with a limited slope stands after a step, and its mean over the step."""
    slope = most_per_s if u > x else -most_per_s
    far = max(abs(u - x) - most_per_s * lag_s, 0.0)
    straight_s = min(far / most_per_s, dt_s)
    y = x + slope * straight_s
    rest_s = dt_s - straight_s
    after = lagged(y, u, lag_s, rest_s)
    area = 0.5 * (x + y) * straight_s + u * rest_s - (after - y) * lag_s
    return after, area / dt_s
