"""What a converter is rated, and what it measures at its own bus.

The frequency of its own bus is that of the system plus what the turning of its voltage adds, and
passes a filter of the first order:

    T f_meas' = f + theta' / 2 pi - f_meas

The angle arrives one step late, so the turning is that of the step before. On a dead bus nothing is
measured; when it lives again the filter begins at the frequency it finds.
"""

from __future__ import annotations

import math

from twin.component import Component, inp, param, state

TURN = 2.0 * math.pi


class Measurement(Component):
    """Rating and losses of a converter, frequency and voltage of its bus."""

    rated_kva: float = param(30.0, "rating", gt=0)
    no_load_pu: float = param(0.0072, "loss at no load, of the rating; Notton 2", ge=0, le=1)
    quadratic_pu: float = param(0.0345, "loss that grows with AC power squared", ge=0, le=0.5)
    f_nominal_hz: float = param(50.0, "nominal frequency", gt=0)
    filter_s: float = param(0.1, "lag of the measurement; 50 to 200 ms is usual", ge=0)

    f_hz: float = inp(50.0, "frequency of the bus", ge=0)
    theta_rad: float = inp(0.0, "angle of the bus voltage, where the bus gives it")
    v_pu: float = inp(1.0, "voltage of the bus", ge=0)

    seeing: bool = state(False, "its bus is live and was measured", record=False)
    f_meas_hz: float = state(50.0, "frequency as measured, before the delay", record=False)
    f_slow_hz: float = state(50.0, "frequency behind the lag of RoCoF", record=False)
    filter_dt_s: float = state(0.0, "step that the next two are for", record=False)
    filter_keep_pu: float = state(0.0, "what the filter keeps over a step", record=False)
    filter_steps_pu: float = state(0.0, "its time constant in steps", record=False)
    theta_last_rad: float = state(0.0, "angle of the step before", record=False)


def measured_hz(unit: Measurement, dt_s: float) -> float:
    """Mean of the measured frequency over the step; on a dead bus the last there was."""
    if unit.f_hz <= 0.0:
        unit.seeing = False
        return unit.f_meas_hz
    if not unit.seeing:
        unit.seeing = True
        unit.f_meas_hz = unit.f_hz
        unit.f_slow_hz = unit.f_hz
        unit.theta_last_rad = unit.theta_rad
    local_hz = unit.f_hz
    turned = unit.theta_rad - unit.theta_last_rad
    if turned != 0.0:
        turned -= TURN * math.floor(turned / TURN + 0.5)
        local_hz += turned / (TURN * dt_s)
        unit.theta_last_rad = unit.theta_rad
    if unit.filter_dt_s != dt_s:
        unit.filter_dt_s = dt_s
        unit.filter_keep_pu, unit.filter_steps_pu = lag_factors(unit.filter_s, dt_s)
    before_hz = unit.f_meas_hz
    unit.f_meas_hz = local_hz + (before_hz - local_hz) * unit.filter_keep_pu
    return local_hz - (unit.f_meas_hz - before_hz) * unit.filter_steps_pu


def lag_factors(lag_s: float, dt_s: float) -> tuple[float, float]:
    """What a lag keeps of a deviation over a step, and its time constant in steps.

    They are kept between steps: an exponential costs as much as all the rest of a lag.
    """
    return math.exp(-dt_s / lag_s) if lag_s > 0.0 else 0.0, lag_s / dt_s
