"""How a converter answers voltage: its kVA circle, volt-var, power factor, volt-watt.

    S      = rating min(1, i_max v)                  the circle: at low voltage the current limits
    volt-var    Q* = q_max S_rated, falling to nothing from v1 to v2, to -q_max from v3 to v4
    volt-watt   P  <= rating, falling to nothing from its first voltage to its second
    priority    watt: |Q| <= sqrt(S S - P P)         var: |P| <= sqrt(S S - Q Q)

Both curves act through a lag whose open-loop response time, to 90 %, is given, as IEEE 1547 has it;
defaults are its category B. The voltage arrives one step late. Coarse, that makes volt-var an
iteration over steps, which settles where S_sc / S_rated > q_max / (v2 - v1) and swings elsewhere.
"""

from __future__ import annotations

import math

from components._pcs.protection import RECONNECTING, TRIPPED, Protection
from twin.component import inp, out, param, state
from twin.lags import clipped, lagged

FIXED, POWER_FACTOR, VOLT_VAR = 0, 1, 2
WATT, VAR = 0, 1
TO_90_PCT = math.log(10.0)  # response time of a lag, in time constants


class Voltage(Protection):
    """Reactive power, and what voltage leaves of active power."""

    i_max_pu: float = param(1.2, "largest current, of rated", gt=0)
    priority: int = param(WATT, "what is kept at the kVA limit", labels=("watt", "var"))
    reactive: int = param(
        FIXED, "what sets reactive power", labels=("fixed", "power_factor", "volt_var")
    )
    power_factor_pu: float = param(1.0, "active over apparent power", ge=0.1, le=1)
    absorbing: bool = param(False, "by power factor it takes reactive power, else it gives")
    q_max_pu: float = param(0.44, "largest reactive power of volt-var, of rating", ge=0, le=1)
    var_v1_pu: float = param(0.92, "volt-var: gives all at or below", gt=0)
    var_v2_pu: float = param(0.98, "volt-var: gives nothing from here", gt=0)
    var_v3_pu: float = param(1.02, "volt-var: takes nothing up to here", gt=0)
    var_v4_pu: float = param(1.08, "volt-var: takes all at or above", gt=0)
    var_response_s: float = param(5.0, "volt-var: time to 90 % of a step", ge=0)
    volt_watt: bool = param(False, "high voltage limits what it delivers")
    watt_v1_pu: float = param(1.06, "volt-watt: may deliver all at or below", gt=0)
    watt_v2_pu: float = param(1.10, "volt-watt: may deliver nothing at or above", gt=0)
    watt_response_s: float = param(10.0, "volt-watt: time to 90 % of a step", ge=0)

    q_set_kvar: float = inp(0.0, "wanted reactive power where it is fixed")

    q_curve_kvar: float = state(0.0, "volt-var behind its lag", record=False)
    watt_cap_pu: float = state(1.0, "volt-watt behind its lag", record=False)
    s_kva: float = state(0.0, "radius of the circle", record=False)
    lost_to_voltage_kwh: float = state(0.0, "energy not delivered or taken for voltage", ge=0)

    q_kvar: float = out(0.0, "reactive power delivered; negative when taken")
    lost_to_voltage_kw: float = out(
        0.0, "power not delivered or taken for voltage", ge=0, record=False
    )


def answer_voltage(unit: Voltage, dt_s: float) -> None:
    """The circle of this step, and both curves behind their lags."""
    unit.s_kva = unit.rated_kva * min(1.0, unit.i_max_pu * unit.v_pu) * unit.allowed_pu
    if unit.reactive == VOLT_VAR:
        give_pu = falling(unit.v_pu, unit.var_v1_pu, unit.var_v2_pu)
        take_pu = 1.0 - falling(unit.v_pu, unit.var_v3_pu, unit.var_v4_pu)
        curve_kvar = unit.q_max_pu * unit.rated_kva * (give_pu - take_pu)
        lag_s = unit.var_response_s / TO_90_PCT
        unit.q_curve_kvar = lagged(unit.q_curve_kvar, curve_kvar, lag_s, dt_s)
    if unit.volt_watt:
        curve_pu = falling(unit.v_pu, unit.watt_v1_pu, unit.watt_v2_pu)
        lag_s = unit.watt_response_s / TO_90_PCT
        unit.watt_cap_pu = lagged(unit.watt_cap_pu, curve_pu, lag_s, dt_s)


def active_room_kw(unit: Voltage) -> float:
    """What the circle leaves for active power, either way."""
    if unit.priority == WATT:
        return unit.s_kva
    if unit.reactive == POWER_FACTOR:
        return unit.s_kva * unit.power_factor_pu
    return rest_of_circle(unit.s_kva, clipped(wanted_kvar(unit, 0.0), -unit.s_kva, unit.s_kva))


def reactive_kvar(unit: Voltage, p_kw: float) -> float:
    """Reactive power beside this active power."""
    if unit.reactive == FIXED and unit.q_set_kvar == 0.0:
        return 0.0
    room_kvar = rest_of_circle(unit.s_kva, p_kw)
    return clipped(wanted_kvar(unit, p_kw), -room_kvar, room_kvar)


def wanted_kvar(unit: Voltage, p_kw: float) -> float:
    """What fixed value, power factor or curve ask for."""
    if unit.reactive == VOLT_VAR:
        return unit.q_curve_kvar
    if unit.reactive == FIXED:
        return unit.q_set_kvar
    factor = unit.power_factor_pu
    q_kvar = abs(p_kw) * math.sqrt(1.0 - factor * factor) / factor
    return -q_kvar if unit.absorbing else q_kvar


def lost_kw(unit: Voltage, free_kw: float, bound_kw: float) -> float:
    """What voltage takes of the power that rating and store allow; nothing while tripped."""
    if unit.mode == TRIPPED or unit.mode == RECONNECTING:
        return 0.0
    return abs(free_kw - bound_kw)


def rest_of_circle(radius: float, side: float) -> float:
    """The other side in a circle of this radius."""
    return math.sqrt(max((radius - side) * (radius + side), 0.0))


def falling(v_pu: float, from_pu: float, to_pu: float) -> float:
    """1 up to a voltage, 0 from another, straight between."""
    if v_pu <= from_pu:
        return 1.0
    if v_pu >= to_pu:
        return 0.0
    return (to_pu - v_pu) / (to_pu - from_pu)
