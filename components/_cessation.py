"""What an inverter of a source does when the voltage of its bus is low or its frequency high.

At a voltage below `cease_pu` it delivers nothing; if that lasts longer than `trip_s` it waits
`return_s` of voltage before it delivers again (IEEE 1547: momentary cessation, and enter service).

Fine, it gives less above `over_f_hz` (limited frequency sensitive mode, Regulation (EU) 2016/631):

    P = available (1 - held) (1 - (f - over_f_hz) / (over_f_droop f0))

and `held` is the share that its bus turned away in the last coarse step, as a site controller would
have ordered it: that stays through the window, and so does what the frequency at its beginning
would take, so that nothing moves. Coarse, turning away is left to the bus.
"""

from __future__ import annotations

from twin.component import AcDevice, inp, param, state
from twin.lags import clipped


class Cessation(AcDevice):
    """Momentary cessation and return of an inverter."""

    cease_pu: float = param(0.5, "voltage below which it delivers nothing; IEEE 1547", ge=0)
    trip_s: float = param(0.16, "after so long it trips; IEEE 1547, UV2, unverified", ge=0)
    return_s: float = param(300.0, "voltage for this long before it returns; IEEE 1547", ge=0)

    over_f_hz: float = param(50.2, "fine: it gives less above; RfG", gt=0)
    over_f_droop_pu: float = param(0.05, "fine: of f0, from all to nothing; RfG", gt=0)
    f_nominal_hz: float = param(50.0, "nominal frequency", gt=0)

    v_pu: float = inp(1.0, "voltage of the bus", ge=0)
    f_hz: float = inp(50.0, "frequency of the bus", ge=0)
    used_pu: float = inp(1.0, "share of what it offers that its bus used last", ge=0, le=1)

    entering: bool = state(True, "a fine window begins", record=False)
    held_pu: float = state(0.0, "share turned away since then", ge=0, le=1, record=False)
    spared_pu: float = state(0.0, "share that the frequency took then", ge=0, le=1, record=False)
    energy_kwh: float = state(0.0, "energy it could deliver", ge=0)
    curbed_kwh: float = state(0.0, "of it, what it held back itself", ge=0)

    tripped: bool = state(False, "the inverter waits for its bus")
    low_s: float = state(0.0, "time at low voltage; tripped, with voltage", record=False)


def yield_to_voltage(unit: Cessation, dt_s: float) -> None:
    """Deliver nothing where the voltage is low, or was until a while ago."""
    low = unit.v_pu < unit.cease_pu
    if not low and not unit.tripped:
        unit.low_s = 0.0
        return
    unit.p_kw = 0.0
    if not unit.tripped:
        unit.low_s += dt_s
        if unit.low_s > unit.trip_s:
            unit.tripped = True
            unit.low_s = 0.0
    elif low:
        unit.low_s = 0.0
    else:
        unit.low_s += dt_s
        if unit.low_s >= unit.return_s:
            unit.tripped = False
            unit.low_s = 0.0


def curb(unit: Cessation) -> None:
    """Hold back what was not wanted when the window began, and what the frequency takes."""
    off_hz = unit.f_hz - unit.over_f_hz
    taken_pu = clipped(off_hz / (unit.over_f_droop_pu * unit.f_nominal_hz), 0.0, 1.0)
    if unit.entering:
        unit.entering = False
        unit.held_pu = 1.0 - unit.used_pu
        unit.spared_pu = taken_pu
    if unit.held_pu > 0.0 or taken_pu > 0.0:
        unit.p_kw *= (1.0 - unit.held_pu) * (1.0 - max(taken_pu - unit.spared_pu, 0.0))


def count(unit: Cessation, available_kw: float, dt_s: float) -> None:
    """Count what it could deliver and what it held back of it."""
    hours = dt_s / 3600.0
    unit.energy_kwh += available_kw * hours
    unit.curbed_kwh += (available_kw - unit.p_kw) * hours
