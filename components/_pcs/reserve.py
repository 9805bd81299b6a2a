"""Energy that a converter keeps for its own site while others hold the bus.

The store tells what its terminals can still give, E. Of it `reserve_kwh` are kept: a set point,
droop and fast response draw

    E_free = max(E - reserve, 0)

and no more. Then the converter sleeps like one whose store is empty: it still takes, its standby is
not drawn, so the reserve stays whole. Where the site is cut off and the converter forms, all of E
serves the load of the site. A converter that does not form never holds a bus by itself, so it keeps
its reserve at all times.

What others may count on is the power that lasts for the length of a product,

    P_T = the AC power at which E_free / T, or the store's limit if that is less, flows on the DC
          side; at most the rating

and what the reserve costs is how much more that would be with all of E. Both are told for 1 h and
for 4 h (a block of balancing capacity in continental Europe is 4 h; the hour is an assumption) at
each coarse step and at the beginning of a fine window, of converters that are online on a bus which
others hold, whatever they give at the moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components._pcs.conversion import ac_of_dc_kw
from twin.component import Component, param, state
from twin.lags import clipped

if TYPE_CHECKING:
    from components.pcs_fast import PcsFast

SHORT_H, LONG_H = 1.0, 4.0


class Reserve(Component):
    """What a converter keeps, what it can offer to others, and what it does not for that."""

    offered_1h_kw: float = state(0.0, "power it can give to others for 1 h", ge=0)
    offered_4h_kw: float = state(0.0, "power it can give to others for 4 h", ge=0)
    not_offered_1h_kw: float = state(0.0, "1 h: how much more it could without a reserve", ge=0)
    not_offered_4h_kw: float = state(0.0, "4 h: how much more it could without a reserve", ge=0)
    reserve_kwh: float = param(
        0.0, "what the store can give that is kept for its own site while others hold the bus", ge=0
    )


def held_by_others(pcs: PcsFast) -> bool:
    """Whether what it gives goes to others first."""
    return pcs.grid_present or not pcs.forming


def free_kwh(pcs: PcsFast) -> float:
    """What it may draw from its store where it stands."""
    if pcs.reserve_kwh > 0.0 and held_by_others(pcs):
        return max(pcs.e_discharge_kwh - pcs.reserve_kwh, 0.0)
    return pcs.e_discharge_kwh


def lasting_kw(pcs: PcsFast, energy_kwh: float, hours: float) -> float:
    """The AC power that this much energy of the store lasts for."""
    dc_kw = min(pcs.p_discharge_max_kw, energy_kwh / hours)
    ac_kw = ac_of_dc_kw(dc_kw, pcs.rated_kva, pcs.no_load_pu, pcs.quadratic_pu)
    return clipped(ac_kw, 0.0, pcs.rated_kva)


def tell_offer(pcs: PcsFast) -> None:
    """What others may count on from here, and what they may not for the reserve."""
    pcs.offered_1h_kw = 0.0
    pcs.offered_4h_kw = 0.0
    pcs.not_offered_1h_kw = 0.0
    pcs.not_offered_4h_kw = 0.0
    if pcs.online and pcs.allowed_pu > 0.0 and held_by_others(pcs):
        free = free_kwh(pcs)
        pcs.offered_1h_kw = lasting_kw(pcs, free, SHORT_H)
        pcs.offered_4h_kw = lasting_kw(pcs, free, LONG_H)
        if pcs.reserve_kwh > 0.0:
            whole = pcs.e_discharge_kwh
            pcs.not_offered_1h_kw = lasting_kw(pcs, whole, SHORT_H) - pcs.offered_1h_kw
            pcs.not_offered_4h_kw = lasting_kw(pcs, whole, LONG_H) - pcs.offered_4h_kw
