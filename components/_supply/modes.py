"""What follows what in a room whose supply is disturbed.

    psu     mains -> riding_through -> mains           dropped when it is beyond its curve
    others  mains -> battery -> returning -> mains     dropped when the battery is empty
    all     dropped -> restarting -> mains

A step is lived piece by piece, and a piece ends where its mode does, so that a mode begins and ends
in its instant at any step, as long as the supply is held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components._supply.drawn import (
    BATTERY,
    DROPPED,
    MAINS,
    RESTARTING,
    RETURNING,
    RIDING_THROUGH,
    direct_kw,
    draw,
    left_kwh,
    machines_kw,
    recharge_kw,
    unmoved,
    wanted_kw,
)
from components._supply.seen import (
    EARLY_S,
    NEVER_S,
    PSU,
    WAS_DROPPED,
    bears_s,
    pass_time,
    remembers,
    watch,
)

if TYPE_CHECKING:
    from components.it_load import ItLoad

SHORTEST_S = 1e-6  # of a piece of a step


def live(room: ItLoad, v_pu: float, judged: bool, dt_s: float) -> None:
    """A step piece by piece, each in one mode, the supply held."""
    it_kw = machines_kw(room)
    watch(room, v_pu, judged)
    room.it_kw = 0.0
    room.p_kw = 0.0
    left_s = dt_s
    while left_s > 0.0:
        turn(room, v_pu, it_kw)
        span_s = max(lasts_s(room, v_pu, it_kw), SHORTEST_S)
        if span_s > left_s - EARLY_S:
            span_s = left_s
        before_pu = room.ramp_pu
        room.ramp_pu = 1.0
        if room.walk_in_s > 0.0:
            room.ramp_pu = min(before_pu + span_s / room.walk_in_s, 1.0)
        draw(room, v_pu, it_kw, 0.5 * (before_pu + room.ramp_pu), span_s, dt_s)
        pass_time(room, v_pu, span_s)
        if room.mode == DROPPED:
            room.dropped_s += span_s
        left_s -= span_s
    room.energy_kwh -= room.p_kw * (dt_s / 3600.0)
    calm = room.mode == MAINS and not room.unfit and unmoved(room, v_pu, it_kw)
    room.awake = not calm or room.missing_kwh > 0.0 or remembers(room)


def turn(room: ItLoad, v_pu: float, it_kw: float) -> None:
    """Go over into the mode that is due."""
    if room.mode == DROPPED:
        if is_called(room) and room.fit_s >= room.restart_s - EARLY_S:
            begin(room, RESTARTING)
    elif gives_out(room, v_pu, it_kw):
        room.mode = DROPPED
        room.drop_count += 1
        room.verdict = WAS_DROPPED
        room.fit_s = 0.0
    elif room.kind != PSU and room.unfit:
        if room.mode != BATTERY:
            room.mode = BATTERY
            room.transfer_count += 1
    elif room.mode == BATTERY:
        if is_called(room) and room.fit_s >= room.retransfer_s - EARLY_S:
            begin(room, RETURNING)
    elif room.mode == MAINS or room.mode == RIDING_THROUGH:
        room.mode = RIDING_THROUGH if room.unfit else MAINS
    elif room.ramp_pu >= 1.0:
        room.mode = MAINS


def begin(room: ItLoad, mode: int) -> None:
    """Walk in, if it does."""
    room.mode = MAINS
    if room.walk_in_s > 0.0:
        room.mode = mode
        room.ramp_pu = 0.0


def is_called(room: ItLoad) -> bool:
    """Whether the supply is fit and the room may come back to it."""
    return not room.unfit and not room.held_off


def gives_out(room: ItLoad, v_pu: float, it_kw: float) -> bool:
    """Whether what carries the machines is at its end."""
    if room.kind == PSU:
        return bears_s(room, v_pu, it_kw) <= EARLY_S
    if room.unfit and room.mode == RESTARTING:
        return True  # there is nothing in the battery yet
    used_kw = wanted_kw(room, it_kw, room.ramp_pu) - direct_kw(room, v_pu, it_kw, room.ramp_pu)
    return used_kw > 0.0 and left_kwh(room) * 3600.0 <= EARLY_S * used_kw


def lasts_s(room: ItLoad, v_pu: float, it_kw: float) -> float:
    """How long everything stays as it is."""
    span_s = NEVER_S
    if room.mode == RETURNING or room.mode == RESTARTING:
        span_s = (1.0 - room.ramp_pu) * room.walk_in_s
    if room.mode == DROPPED and is_called(room):
        span_s = room.restart_s - room.fit_s
    if room.mode == BATTERY and is_called(room):
        span_s = room.retransfer_s - room.fit_s
    if room.kind == PSU and room.mode != DROPPED:
        span_s = min(span_s, bears_s(room, v_pu, it_kw))
    used_kw = wanted_kw(room, it_kw, room.ramp_pu) - direct_kw(room, v_pu, it_kw, room.ramp_pu)
    if used_kw > 0.0:
        span_s = min(span_s, left_kwh(room) * 3600.0 / used_kw)
    recharge = recharge_kw(room, v_pu, it_kw)
    if recharge > 0.0:
        needed_kwh = room.missing_kwh / room.battery_efficiency_pu
        span_s = min(span_s, needed_kwh * 3600.0 / recharge)
    return span_s
