"""What a room draws: from the bus, from what it has stored, and to fill that again.

All powers are those at the bus: the battery is counted as if it stood ahead of the power path.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from components._supply.seen import BATTERY_TOOK_IT, PSU

if TYPE_CHECKING:
    from components.it_load import ItLoad

MAINS, RIDING_THROUGH, BATTERY, RETURNING, DROPPED, RESTARTING = 0, 1, 2, 3, 4, 5
MODES = ("mains", "riding_through", "battery", "returning", "dropped", "restarting")
IMPEDANCE_PU = 0.8  # of voltage, below which any input is an impedance, as in `load`
ENDLESS_KWH = 1e12
STRAIGHT, FAN_2007 = 0, 1
SERVERS = ("straight", "fan_2007")
FAN_EXPONENT = 1.4


def machines_kw(room: ItLoad) -> float:
    """Power that the machines want at their utilisation."""
    busy_pu = min(max(room.utilisation_pu, 0.0), 1.0)
    if room.servers == FAN_2007 and busy_pu > 0.0:
        busy_pu = 2.0 * busy_pu - math.exp(FAN_EXPONENT * math.log(busy_pu))
    return room.rated_kw * (room.idle_pu + (1.0 - room.idle_pu) * busy_pu)


def facility_pu(room: ItLoad) -> float:
    """PUE in the air as it is."""
    warmer_k = min(max(room.air_degc - room.cool_degc, 0.0), room.warmer_max_k)
    return room.pue_pu + room.pue_pu_per_k * warmer_k


def at_bus_kw(room: ItLoad, it_kw: float) -> float:
    """What machines and their cooling take behind the power path."""
    path_kw = room.no_load_pu * room.rated_kw
    return it_kw * facility_pu(room) / room.ups_efficiency_pu + path_kw


def rated_at_bus_kw(room: ItLoad) -> float:
    """What a full room takes in cool air: what its power path and its battery are made for."""
    return room.rated_kw * room.pue_pu / room.ups_efficiency_pu + room.no_load_pu * room.rated_kw


def unmoved(room: ItLoad, v_pu: float, it_kw: float) -> bool:
    """Whether a voltage leaves the power as it is."""
    most_kw = room.input_max_pu * rated_at_bus_kw(room) * v_pu
    return v_pu >= IMPEDANCE_PU and at_bus_kw(room, it_kw) <= most_kw


def wanted_kw(room: ItLoad, it_kw: float, ramp_pu: float) -> float:
    """What the room takes at the bus, or would, in its mode."""
    if room.mode == DROPPED:
        return 0.0
    return at_bus_kw(room, it_kw) * (ramp_pu if room.mode == RESTARTING else 1.0)


def input_max_kw(room: ItLoad, v_pu: float) -> float:
    """The most that its input takes at a voltage."""
    if room.mode == BATTERY or room.mode == DROPPED or room.unusable:
        return 0.0
    return room.input_max_pu * rated_at_bus_kw(room) * v_pu


def direct_kw(room: ItLoad, v_pu: float, it_kw: float, ramp_pu: float) -> float:
    """What of it comes from the bus; the rest is taken from what is stored."""
    dip = min(v_pu, IMPEDANCE_PU) / IMPEDANCE_PU
    share = dip * dip * (ramp_pu if room.mode == RETURNING else 1.0)
    return min(wanted_kw(room, it_kw, ramp_pu) * share, input_max_kw(room, v_pu))


def recharge_kw(room: ItLoad, v_pu: float, it_kw: float) -> float:
    """What it takes to fill again what was used, once it is back on mains."""
    if room.mode != MAINS or room.missing_kwh <= 0.0 or not unmoved(room, v_pu, it_kw):
        return 0.0
    spare_kw = input_max_kw(room, v_pu) - at_bus_kw(room, it_kw)
    return max(min(room.recharge_pu * rated_at_bus_kw(room), spare_kw), 0.0)


def left_kwh(room: ItLoad) -> float:
    """What its battery still holds. What holds up a power supply is judged by time instead."""
    if room.kind == PSU:
        return ENDLESS_KWH
    return rated_at_bus_kw(room) * room.autonomy_s / 3600.0 - room.missing_kwh


def draw(
    room: ItLoad, v_pu: float, it_kw: float, ramp_pu: float, span_s: float, dt_s: float
) -> None:
    """Live for a span of a step: take power, use what is stored or fill it, count what is lost."""
    hours = span_s / 3600.0
    weight = span_s / dt_s
    wanted = wanted_kw(room, it_kw, ramp_pu)
    direct = direct_kw(room, v_pu, it_kw, ramp_pu)
    running_pu = 1.0
    if room.mode == DROPPED:
        running_pu = 0.0
    elif room.mode == RESTARTING:
        running_pu = ramp_pu
    room.it_kw += weight * running_pu * it_kw
    room.dropped_kwh += (1.0 - running_pu) * it_kw * hours
    room.p_kw -= weight * direct
    stored_kwh = (wanted - direct) * hours
    room.missing_kwh += stored_kwh
    room.bridged_kwh += stored_kwh
    if wanted > direct and room.kind != PSU:
        room.verdict = max(room.verdict, BATTERY_TOOK_IT)
    recharge = recharge_kw(room, v_pu, it_kw)
    if recharge > 0.0:
        fill(room, recharge, span_s, weight)


def fill(room: ItLoad, recharge: float, span_s: float, weight: float) -> None:
    """Recharge until it is full."""
    hours = span_s / 3600.0
    needed_kwh = room.missing_kwh / room.battery_efficiency_pu
    taken_kwh = recharge * hours
    stored_kwh = taken_kwh * room.battery_efficiency_pu
    if taken_kwh >= needed_kwh:
        taken_kwh = needed_kwh
        stored_kwh = room.missing_kwh
    room.missing_kwh = max(room.missing_kwh - stored_kwh, 0.0)
    room.recharge_kwh += taken_kwh
    room.recharge_loss_kwh += taken_kwh - stored_kwh
    room.p_kw -= weight * taken_kwh / hours
