"""What an inverter of a source does when the voltage of its bus is low.

At a voltage below `cease_pu` it delivers nothing; if that lasts longer than `trip_s` it waits
`return_s` of voltage before it delivers again (IEEE 1547: momentary cessation, and enter service).
"""

from __future__ import annotations

from twin.component import AcDevice, inp, param, state


class Cessation(AcDevice):
    """Momentary cessation and return of an inverter."""

    cease_pu: float = param(0.5, "voltage below which it delivers nothing; IEEE 1547", ge=0)
    trip_s: float = param(0.16, "after so long it trips; IEEE 1547, UV2, unverified", ge=0)
    return_s: float = param(300.0, "voltage for this long before it returns; IEEE 1547", ge=0)

    v_pu: float = inp(1.0, "voltage of the bus", ge=0)

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
