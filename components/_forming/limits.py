"""What rating and store let a forming converter give and take, and what it draws from the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components._forming.modes import TRIPPED
from components._pcs.conversion import ac_of_dc_kw, book, dc_limit_kw, dc_of_ac_kw
from components._pcs.voltage import rest_of_circle
from twin.lags import clipped

if TYPE_CHECKING:
    from components.pcs_forming import PcsForming

OVERDRAWN_PU = 0.01  # of rating: what the power limit leaves for a while is not held against it


def limit(pcs: PcsForming, dt_s: float) -> None:
    """What store and rating allow in this step; nothing while it is off."""
    pcs.give_kw = dc_limit_kw(pcs.p_discharge_max_kw, pcs.e_discharge_kwh, dt_s)
    pcs.take_kw = dc_limit_kw(pcs.p_charge_max_kw, pcs.e_charge_kwh, dt_s)
    if not pcs.online or pcs.mode == TRIPPED:
        pcs.s_kva = 0.0
    pcs.high_kw = pcs.s_kva
    pcs.low_kw = -pcs.s_kva
    # roots only where the store may be narrower than the rating
    if pcs.give_kw < pcs.rated_kva * (1.0 + pcs.no_load_pu + pcs.quadratic_pu):
        most = ac_of_dc_kw(pcs.give_kw, pcs.rated_kva, pcs.no_load_pu, pcs.quadratic_pu)
        pcs.high_kw = min(max(most, 0.0), pcs.s_kva)
    if pcs.take_kw < pcs.rated_kva:
        least = ac_of_dc_kw(-pcs.take_kw, pcs.rated_kva, pcs.no_load_pu, pcs.quadratic_pu)
        pcs.low_kw = max(least, -pcs.s_kva)


def beside_kvar(pcs: PcsForming, p_kw: float) -> float:
    """Reactive power beside an active power, together."""
    if pcs.q_set_kvar == 0.0:
        return 0.0
    room_kvar = rest_of_circle(pcs.s_kva, p_kw)
    return clipped(pcs.q_set_kvar, -room_kvar, room_kvar)


def draw(pcs: PcsForming, dt_s: float) -> bool:
    """Take the DC power from the store, and count; whether it is more than the store bears."""
    if not pcs.online:
        pcs.p_dc_kw = 0.0
        book(pcs, pcs.p_kw, 0.0, dt_s)
        return False
    wanted_kw = dc_of_ac_kw(pcs.p_kw, pcs.rated_kva, pcs.no_load_pu, pcs.quadratic_pu)
    over = pcs.p_kw > pcs.high_kw and wanted_kw > pcs.give_kw
    under = pcs.p_kw < pcs.low_kw and wanted_kw < -pcs.take_kw
    # beyond its power limits the store gives or takes all the same, as far as its energy goes
    per_h = 3600.0 / dt_s
    most_kw = pcs.e_discharge_kwh * per_h if over else pcs.give_kw
    least_kw = -pcs.e_charge_kwh * per_h if under else -pcs.take_kw
    pcs.p_dc_kw = clipped(wanted_kw, least_kw, most_kw)
    book(pcs, pcs.p_kw, pcs.p_dc_kw, dt_s)
    borne_kw = OVERDRAWN_PU * pcs.rated_kva
    too_much = over and wanted_kw > pcs.give_kw + borne_kw
    return too_much or (under and wanted_kw < -pcs.take_kw - borne_kw)
