"""Fast frequency response: a block of power, released by low frequency and given by the clock.

Below the trigger for `ffr_hold_s` it rises to `ffr_pu` of the rating within `ffr_rise_s`, stays for
`ffr_sustain_s`, is taken back within `ffr_release_s`, and can be called again `ffr_rearm_s` later.
The instant of the crossing is found within the step, and from then on the power is a function of
time alone, whose mean over a step is exact.
"""

from __future__ import annotations

from components._pcs.measurement import Measurement
from twin.component import param, state

ARMED, HOLDING, GIVING, RECOVERING = 0, 1, 2, 3
PHASES = ("armed", "holding", "giving", "recovering")


class FastResponse(Measurement):
    """Fast frequency response of a converter."""

    ffr_pu: float = param(0.0, "size of the fast response, of rating; 0: none", ge=0, le=1)
    ffr_trigger_hz: float = param(49.7, "frequency below which it starts; Nordic FFR", gt=0)
    ffr_hold_s: float = param(0.0, "how long the frequency must stay below", ge=0)
    ffr_rise_s: float = param(0.0, "from nothing to all of it; 0: a step", ge=0)
    ffr_sustain_s: float = param(5.0, "how long all of it stays; Nordic FFR, short", ge=0)
    ffr_release_s: float = param(5.0, "from all of it to nothing; 20 %/s, Nordic FFR", ge=0)
    ffr_rearm_s: float = param(900.0, "from the end of release until ready; Nordic FFR", ge=0)

    ffr_phase: int = state(ARMED, "fast response", ge=0, le=3, labels=PHASES)
    ffr_since_s: float = state(0.0, "since the crossing, then since the release", record=False)
    ffr_last_hz: float = state(50.0, "frequency of the step before", record=False)


def fast_kw(unit: FastResponse, f_hz: float, dt_s: float) -> float:
    """Mean of the fast response over a step in which the frequency was `f_hz` on average."""
    if unit.ffr_pu <= 0.0:
        return 0.0
    low = f_hz < unit.ffr_trigger_hz
    if unit.ffr_phase == ARMED and low:
        unit.ffr_phase = HOLDING
        unit.ffr_since_s = dt_s * crossed(unit.ffr_last_hz, f_hz, unit.ffr_trigger_hz)
    elif unit.ffr_phase == HOLDING and not low:
        unit.ffr_phase = ARMED
    elif unit.ffr_phase != ARMED:
        unit.ffr_since_s += dt_s
    if unit.ffr_phase == HOLDING and unit.ffr_since_s >= unit.ffr_hold_s:
        unit.ffr_phase = GIVING
        unit.ffr_since_s -= unit.ffr_hold_s
    unit.ffr_last_hz = f_hz
    return block_kw(unit, dt_s)


def running_kw(unit: FastResponse, dt_s: float) -> float:
    """Mean of a fast response that goes on by the clock, where no frequency is watched."""
    if unit.ffr_pu <= 0.0:
        return 0.0
    if unit.ffr_phase == HOLDING:
        unit.ffr_phase = ARMED
    elif unit.ffr_phase != ARMED:
        unit.ffr_since_s += dt_s
    unit.ffr_last_hz = unit.ffr_trigger_hz
    return block_kw(unit, dt_s)


def block_kw(unit: FastResponse, dt_s: float) -> float:
    """Mean over the step that ends now; the phase moves on with it."""
    if unit.ffr_phase == ARMED or unit.ffr_phase == HOLDING:
        return 0.0
    rise_s, sustain_s, release_s = unit.ffr_rise_s, unit.ffr_sustain_s, unit.ffr_release_s
    ends_s = rise_s + sustain_s + release_s
    given_s = area_s(unit.ffr_since_s, rise_s, sustain_s, release_s)
    given_s -= area_s(unit.ffr_since_s - dt_s, rise_s, sustain_s, release_s)
    if unit.ffr_since_s >= ends_s:
        unit.ffr_phase = RECOVERING
    if unit.ffr_since_s >= ends_s + unit.ffr_rearm_s:
        unit.ffr_phase = ARMED
    return unit.ffr_pu * unit.rated_kva * given_s / dt_s


def area_s(since_s: float, rise_s: float, sustain_s: float, release_s: float) -> float:
    """Area below a block of height 1 from its beginning until now."""
    up_s = min(max(since_s, 0.0), rise_s)
    top_s = min(max(since_s - rise_s, 0.0), sustain_s)
    down_s = min(max(since_s - rise_s - sustain_s, 0.0), release_s)
    area = top_s
    if up_s > 0.0:
        area += 0.5 * up_s * up_s / rise_s
    if down_s > 0.0:
        area += down_s - 0.5 * down_s * down_s / release_s
    return area


def crossed(before_hz: float, now_hz: float, threshold_hz: float) -> float:
    """Steps since a threshold was crossed, at the end of this one; both are means of steps."""
    if before_hz <= threshold_hz:
        return 1.0
    return 1.5 - (before_hz - threshold_hz) / (before_hz - now_hz)
