"""Protection of a converter: trips, momentary cessation, and how it comes back.

Each relay counts while its quantity is beyond its level and falls back at once. Its time up, the
converter trips; voltage and frequency must then stay within the window for entering service for
`reconnect_s`, and power returns along a ramp. In a dip below, or a swell above, the cessation
levels it stops for the moment, however short, and resumes along a ramp of its own.

Settings are those of a category of IEEE 1547 or the ones given here (by default its category 3 at
50 Hz); `own` for those. RoCoF trips wherever a level is given: the standard asks only that it be
ridden through. It is measured as (f_meas - f_meas behind a lag of the window) / window.

Frequency is the filtered one, voltage arrives one step late, so a trip comes one step late at most;
coarse, that is at the end of the step in which a time is up.
"""

from __future__ import annotations

from components._pcs.measurement import Measurement
from components._pcs.presets import (
    CEASE_ABOVE_PU,
    CEASE_BELOW_PU,
    ENTER_F_MAX_PU,
    ENTER_F_MIN_PU,
    ENTER_V_MAX_PU,
    ENTER_V_MIN_PU,
    OF1_PU,
    OF1_S,
    OF2_PU,
    OF2_S,
    OV1_PU,
    OV1_S,
    OV2_PU,
    OV2_S,
    UF1_PU,
    UF1_S,
    UF2_PU,
    UF2_S,
    UV1_PU,
    UV1_S,
    UV2_PU,
    UV2_S,
)
from twin.component import Vector, param, state, vector
from twin.lags import lagged

OFF, OWN = 0, 1
SETTINGS = ("off", "own", "ieee1547_1", "ieee1547_2", "ieee1547_3")

RUNNING, CEASED, RESUMING, TRIPPED, RECONNECTING = 0, 1, 2, 3, 4
MODES = ("running", "ceased", "resuming", "tripped", "reconnecting")

NONE, UNDER_VOLTAGE, OVER_VOLTAGE, UNDER_FREQUENCY, OVER_FREQUENCY, ROCOF = 0, 1, 2, 3, 4, 5
CAUSES = ("none", "under_voltage", "over_voltage", "under_frequency", "over_frequency", "rocof")

EARLY_S = 1e-9  # times are sums of steps


class Protection(Measurement):
    """Relays of a converter, momentary cessation and return."""

    protection: int = param(OFF, "trip settings", labels=SETTINGS)
    uv1_pu: float = param(0.88, "own: under-voltage, slow", ge=0)
    uv1_s: float = param(21.0, "own: its time", ge=0)
    uv2_pu: float = param(0.5, "own: under-voltage, fast", ge=0)
    uv2_s: float = param(2.0, "own: its time", ge=0)
    ov1_pu: float = param(1.1, "own: over-voltage, slow", gt=0)
    ov1_s: float = param(13.0, "own: its time", ge=0)
    ov2_pu: float = param(1.2, "own: over-voltage, fast", gt=0)
    ov2_s: float = param(0.16, "own: its time", ge=0)
    uf1_hz: float = param(48.75, "own: under-frequency, slow", ge=0)
    uf1_s: float = param(300.0, "own: its time", ge=0)
    uf2_hz: float = param(47.08, "own: under-frequency, fast", ge=0)
    uf2_s: float = param(0.16, "own: its time", ge=0)
    of1_hz: float = param(51.0, "own: over-frequency, slow", gt=0)
    of1_s: float = param(300.0, "own: its time", ge=0)
    of2_hz: float = param(51.67, "own: over-frequency, fast", gt=0)
    of2_s: float = param(0.16, "own: its time", ge=0)
    cease_below_pu: float = param(0.5, "own: voltage of momentary cessation", ge=0)
    cease_above_pu: float = param(1.1, "own: the same on the high side", gt=0)
    enter_v_min_pu: float = param(0.917, "own: window for entering service", ge=0)
    enter_v_max_pu: float = param(1.05, "own: window for entering service", gt=0)
    enter_f_min_hz: float = param(49.58, "own: window for entering service", ge=0)
    enter_f_max_hz: float = param(50.08, "own: window for entering service", gt=0)
    rocof_trip_hz_per_s: float = param(0.0, "RoCoF that trips; 0: none", ge=0, le=100)
    rocof_trip_s: float = param(0.5, "its time", ge=0)
    rocof_window_s: float = param(0.1, "lag over which it is measured", gt=0)
    resume_s: float = param(0.4, "after cessation: from nothing to all; 1547, unverified", ge=0)
    reconnect_s: float = param(300.0, "after a trip: delay; IEEE 1547", ge=0)
    reconnect_ramp_s: float = param(300.0, "after it: from nothing to all; IEEE 1547", ge=0)

    mode: int = state(RUNNING, "protection", ge=0, le=4, labels=MODES)
    trip_cause: int = state(NONE, "of the last trip", ge=0, le=5, labels=CAUSES)
    trip_count: int = state(0, "how often it tripped", ge=0)
    allowed_pu: float = state(1.0, "share of rating it may use: mean over the step", record=False)
    share_pu: float = state(1.0, "the same at the end of the step", record=False)
    waited_s: float = state(0.0, "within the window for entering service", record=False)
    relay_s: Vector = vector(9, "how long each relay has counted")


def protect(unit: Protection, dt_s: float) -> None:
    """Let the relays count, and say what share of the rating may be used in this step."""
    cause = late_relay(unit, dt_s)
    away = beyond_cessation(unit)
    if unit.mode == TRIPPED:
        fit = within_window(unit)
        if fit and unit.waited_s >= unit.reconnect_s - EARLY_S:
            unit.mode = RECONNECTING
        unit.waited_s = unit.waited_s + dt_s if fit else 0.0
    elif cause != NONE:
        unit.mode = TRIPPED
        unit.trip_cause = cause
        unit.trip_count += 1
        unit.waited_s = 0.0
    elif away and unit.mode != RECONNECTING:
        unit.mode = CEASED
    elif unit.mode == CEASED:
        unit.mode = RESUMING
    come_back(unit, away, dt_s)


def come_back(unit: Protection, away: bool, dt_s: float) -> None:
    """Nothing while tripped or ceased, a ramp on the way back, else all."""
    if unit.mode == RUNNING:
        unit.allowed_pu = 1.0
        return
    returns = unit.mode == RESUMING or unit.mode == RECONNECTING
    if away or not returns:
        unit.share_pu = 0.0
        unit.allowed_pu = 0.0
        return
    ramp_s = unit.resume_s if unit.mode == RESUMING else unit.reconnect_ramp_s
    before = unit.share_pu
    left_s = min((1.0 - before) * ramp_s, dt_s)
    unit.share_pu = min(before + dt_s / ramp_s, 1.0) if ramp_s > 0.0 else 1.0
    mean = 0.5 * (before + unit.share_pu) * left_s + (dt_s - left_s)
    unit.allowed_pu = min(mean / dt_s, 1.0)
    if unit.share_pu >= 1.0:
        unit.mode = RUNNING
        unit.share_pu = 1.0


def chosen(settings: int, own: float, preset: tuple[float, ...]) -> float:
    """The own value, or that of a category."""
    return own if settings == OWN else preset[settings - 2]


def beyond_cessation(unit: Protection) -> bool:
    """Whether the voltage is one at which it stops for the moment."""
    s = unit.protection
    low_pu = chosen(s, unit.cease_below_pu, CEASE_BELOW_PU)
    return unit.v_pu < low_pu or unit.v_pu > chosen(s, unit.cease_above_pu, CEASE_ABOVE_PU)


def within_window(unit: Protection) -> bool:
    """Whether voltage and frequency allow it to enter service."""
    s, f0 = unit.protection, unit.f_nominal_hz
    v_min = chosen(s, unit.enter_v_min_pu, ENTER_V_MIN_PU)
    v_max = chosen(s, unit.enter_v_max_pu, ENTER_V_MAX_PU)
    f_min = chosen(s, unit.enter_f_min_hz / f0, ENTER_F_MIN_PU) * f0
    f_max = chosen(s, unit.enter_f_max_hz / f0, ENTER_F_MAX_PU) * f0
    return unit.seeing and v_min <= unit.v_pu <= v_max and f_min <= unit.f_meas_hz <= f_max


def late_relay(unit: Protection, dt_s: float) -> int:
    """What trips the converter now: the cause of a relay whose time was up before this step."""
    s, v, f0 = unit.protection, unit.v_pu, unit.f_nominal_hz
    f, live = unit.f_meas_hz / f0, unit.seeing
    cause = NONE
    if counted(unit, 0, v < chosen(s, unit.uv1_pu, UV1_PU), chosen(s, unit.uv1_s, UV1_S), dt_s):
        cause = UNDER_VOLTAGE
    if counted(unit, 1, v < chosen(s, unit.uv2_pu, UV2_PU), chosen(s, unit.uv2_s, UV2_S), dt_s):
        cause = UNDER_VOLTAGE
    if counted(unit, 2, v > chosen(s, unit.ov1_pu, OV1_PU), chosen(s, unit.ov1_s, OV1_S), dt_s):
        cause = OVER_VOLTAGE
    if counted(unit, 3, v > chosen(s, unit.ov2_pu, OV2_PU), chosen(s, unit.ov2_s, OV2_S), dt_s):
        cause = OVER_VOLTAGE
    low1 = live and f < chosen(s, unit.uf1_hz / f0, UF1_PU)
    low2 = live and f < chosen(s, unit.uf2_hz / f0, UF2_PU)
    high1 = live and f > chosen(s, unit.of1_hz / f0, OF1_PU)
    high2 = live and f > chosen(s, unit.of2_hz / f0, OF2_PU)
    if counted(unit, 4, low1, chosen(s, unit.uf1_s, UF1_S), dt_s):
        cause = UNDER_FREQUENCY
    if counted(unit, 5, low2, chosen(s, unit.uf2_s, UF2_S), dt_s):
        cause = UNDER_FREQUENCY
    if counted(unit, 6, high1, chosen(s, unit.of1_s, OF1_S), dt_s):
        cause = OVER_FREQUENCY
    if counted(unit, 7, high2, chosen(s, unit.of2_s, OF2_S), dt_s):
        cause = OVER_FREQUENCY
    if counted(unit, 8, fast_change(unit, dt_s), unit.rocof_trip_s, dt_s):
        cause = ROCOF
    return cause


def fast_change(unit: Protection, dt_s: float) -> bool:
    """Whether the frequency changes faster than it may."""
    if unit.rocof_trip_hz_per_s <= 0.0:
        return False
    unit.f_slow_hz = lagged(unit.f_slow_hz, unit.f_meas_hz, unit.rocof_window_s, dt_s)
    rocof_hz_per_s = (unit.f_meas_hz - unit.f_slow_hz) / unit.rocof_window_s
    return abs(rocof_hz_per_s) > unit.rocof_trip_hz_per_s


def counted(unit: Protection, relay: int, beyond: bool, time_s: float, dt_s: float) -> bool:
    """Whether a relay's time was up before this step; let it count, or fall back."""
    late = beyond and unit.relay_s[relay] >= time_s - EARLY_S
    unit.relay_s[relay] = unit.relay_s[relay] + dt_s if beyond else 0.0
    return late
