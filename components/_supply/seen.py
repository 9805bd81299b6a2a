"""What a room sees of its supply: whether it is usable, fit, and how long it has not been."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components._supply.curves import GAP_PU, LEAST_PU, LEVEL_PU, LEVELS, LONGEST_S, MOST_PU, SIDE

if TYPE_CHECKING:
    from components.it_load import ItLoad

PSU, UPS, DC_PLANT = 0, 1, 2
KINDS = ("psu", "ups", "dc_plant")
NOTHING_SEEN, RODE_THROUGH, BATTERY_TOOK_IT, WAS_DROPPED = 0, 1, 2, 3
VERDICTS = ("nothing_seen", "rode_through", "battery_took_it", "dropped")
EARLY_S = 1e-9  # times are sums of steps
DIPS = 4  # as many are remembered
NEVER_S = 1e12


def seen_pu(room: ItLoad) -> float:
    """The voltage it sees; none on a dead bus."""
    return room.v_pu if room.f_hz > 0.0 else 0.0


def usable(room: ItLoad, v_pu: float) -> bool:
    """Whether the input takes power."""
    if room.kind == PSU:
        return v_pu >= GAP_PU[room.curve]
    return room.v_min_pu <= v_pu <= room.v_max_pu and room.f_min_hz <= room.f_hz <= room.f_max_hz


def fit(room: ItLoad, v_pu: float) -> bool:
    """Whether the supply may stay as it is for good."""
    if room.kind == PSU:
        return LEAST_PU[room.curve] <= v_pu <= MOST_PU[room.curve]
    return usable(room, v_pu)


def note_worst(room: ItLoad, v_pu: float) -> None:
    """Keep the voltage that was farthest from nominal."""
    if abs(v_pu - 1.0) > abs(room.worst_v_pu - 1.0):
        room.worst_v_pu = v_pu


def watch(room: ItLoad, v_pu: float, judged: bool) -> None:
    """See an excursion begin or end; what is not judged is taken for good."""
    unfit = judged and not fit(room, v_pu)
    room.unusable = judged and not usable(room, v_pu)
    if unfit and not room.unfit:
        room.verdict = max(room.verdict, RODE_THROUGH)
        if room.kind == UPS:
            count_dip(room)
    if room.return_cmd:
        room.held_off = False
    room.unfit = unfit


def count_dip(room: ItLoad) -> None:
    """Remember a dip for a while; too many, and the room stays off until it is told to return."""
    place = 0
    count = 1
    for k in range(DIPS):
        if room.dip_left_s[k] > 0.0:
            count += 1
        if room.dip_left_s[k] < room.dip_left_s[place]:
            place = k
    room.dip_left_s[place] = room.dips_window_s
    if room.dips_count > 0 and count >= room.dips_count:
        room.held_off = True


def remembers(room: ItLoad) -> bool:
    """Whether a dip is still remembered."""
    longest_s = 0.0
    for k in range(DIPS):
        longest_s = max(longest_s, room.dip_left_s[k])
    return longest_s > 0.0


def pass_time(room: ItLoad, v_pu: float, span_s: float) -> None:
    """Let all clocks run."""
    room.fit_s = 0.0 if room.unfit else min(room.fit_s + span_s, NEVER_S)
    room.gap_s = room.gap_s + span_s if room.unusable else 0.0
    room.longest_gap_s = max(room.longest_gap_s, room.gap_s)
    for k in range(DIPS):
        room.dip_left_s[k] = max(room.dip_left_s[k] - span_s, 0.0)
    if room.kind == PSU:
        for k in range(LEVELS):
            room.beyond_s[k] = room.beyond_s[k] + span_s if beyond(room, k, v_pu) else 0.0


def beyond(room: ItLoad, k: int, v_pu: float) -> bool:
    """Whether a voltage is beyond a level of the room's curve."""
    slot = LEVELS * room.curve + k
    return bool((v_pu - LEVEL_PU[slot]) * SIDE[slot] > 0.0)


def bears_s(room: ItLoad, v_pu: float, it_kw: float) -> float:
    """How much longer its power supplies bear a voltage.

    What they hold lasts by load. Makers publish 12 ms at 70 % and 10 at full load, 20 at 75 % and
    12 at full load; from their full load this makes 14 and 16.
    """
    least_s = NEVER_S
    for k in range(LEVELS):
        if beyond(room, k, v_pu):
            longest_s = float(LONGEST_S[LEVELS * room.curve + k])
            if k == 0 and it_kw > 0.0:
                longest_s = min(longest_s, room.hold_up_s * room.rated_kw / it_kw)
            least_s = min(least_s, longest_s - room.beyond_s[k])
    return least_s
