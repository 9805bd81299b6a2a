"""Bidirectional converter between one store and an AC bus, with what it does within a second.

The same converter as `pcs`, losses and limits included, and beside them frequency response,
reactive power and protection. Its row is six times longer, which many sites over a year would pay
for at every step: there `pcs` is the one to take.

The AC power is chosen, the DC power follows, in both directions (S is the rating):

    DC = AC + loss(AC),   loss(AC) = P0 S + K AC AC / S

with P0 = 0.0072 and K = 0.0345: type 2 of Notton et al. (2010), Renewable Energy 35(2) 541-554, as
SimSES uses it for storage: 93.0 / 95.9 / 96.9 / 96.0 % at 10 / 20 / 50 / 100 % of rating. A DC
limit D turns into an AC limit through the root of that quadratic, with x = D - P0 S:

    AC = 2 x / (1 + sqrt(1 + 4 K x / S))

The store's limits are the lesser of its kW and of its kWh divided by this step.

An online converter draws its standby P0 S even at AC = 0: from the store as far as that has energy,
from AC power it takes as far as there is some; the rest it does not draw (it sleeps), so DC never
takes from an empty store and never overfills a full one. With a store that cannot carry the standby
the most it gives is 0. A forming converter still holds the bus then, on what others deliver (its
controls live on the reserve below soc_min), so that sun restarts a dark site; it holds nothing when
offline, tripped, or when its store can neither give nor take.

Coarse, it moves from p_set by S / (droop f_nominal) per Hz if it forms, or if the bus is known to
be held by others; else it stays at p_set. Deadband, lag and fast response are of the fine regime.

Fine, a converter that does not form, or finds its bus held, follows: `_pcs/response.py`. One that
forms offers as in the coarse regime, which is right on an algebraic bus; on a bus with dynamics of
its own (an area) it stays at p_set, so let it follow there.

Of its store it may keep a reserve for its own site, which others do not get: `_pcs/reserve.py`.

Voltage and protection act in both regimes: `_pcs/voltage.py`, `_pcs/protection.py`. By default
there is neither reactive power nor a trip, and voltage limits the current alone.

Valid from 1 s coarse, up to 0.1 s fine, second order in the step. Leaves out: angle and reactance
of a forming converter, PLL and current loop (below a short-circuit ratio of 3 an electromagnetic
simulation is needed), overload, temperature, the start of a converter, islanding detection.
"""

from __future__ import annotations

from typing import ClassVar

from components._pcs.conversion import ac_of_dc_kw, dc_limit_kw
from components._pcs.fast import running_kw
from components._pcs.measurement import measured_hz
from components._pcs.protection import OFF, protect
from components._pcs.reserve import Reserve, free_kwh, tell_offer
from components._pcs.response import Response, answered_kw, enter
from components._pcs.voltage import (
    Voltage,
    active_room_kw,
    answer_voltage,
    lost_kw,
    reactive_kvar,
)
from twin.component import Converter, inp, param, state
from twin.lags import clipped


class PcsFast(Reserve, Voltage, Response, Converter):
    """Battery converter: losses, limits, droop, fast response, voltage, protection, reserve."""

    role = "converter"
    fine_step_max_s: ClassVar[float] = 0.1
    algebraic: ClassVar = ("forming", "grid_present")
    balance: ClassVar = {
        "e_dc_out_kwh": 1,
        "e_dc_in_kwh": -1,
        "e_to_bus_kwh": -1,
        "e_from_bus_kwh": 1,
        "loss_kwh": -1,
    }

    forming: bool = param(True, "whether it can hold a bus")

    p_set_kw: float = inp(0.0, "wanted AC power; negative charges")
    online: bool = inp(True, "connected and switched on")
    grid_present: bool = inp(False, "others hold the bus: it follows, even if it could form")

    formed_last: bool = state(False, "it formed in the fine step before", record=False)
    give_kw: float = state(0.0, "most the store can give in this step", record=False)
    take_kw: float = state(0.0, "most it can take", record=False)
    unlimited_min_kw: float = state(0.0, "least power, whatever the voltage", record=False)
    unlimited_max_kw: float = state(0.0, "most power, whatever the voltage", record=False)
    e_to_bus_kwh: float = state(0.0, "energy given to the bus", ge=0)
    e_from_bus_kwh: float = state(0.0, "energy taken from the bus", ge=0)
    e_dc_out_kwh: float = state(0.0, "energy taken from the store", ge=0)
    e_dc_in_kwh: float = state(0.0, "energy given to the store", ge=0)
    loss_kwh: float = state(0.0, "converter losses")

    def offer(self, dt_s: float) -> None:
        if self.online and self.protection != OFF:
            measured_hz(self, dt_s)
            protect(self, dt_s)
        self.p_ref_kw = self.p_set_kw
        self.placed = True
        hold(self, dt_s)

    def step(self, dt_s: float) -> None:
        book(self, dt_s)
        tell_offer(self)

    def enter_fine(self) -> None:
        self.entering = True

    def fine_offer(self, dt_s: float) -> None:
        if self.entering:
            self.seeing = False
            tell_offer(self)
        f_hz = measured_hz(self, dt_s)
        if self.online and self.protection != OFF:
            protect(self, dt_s)
        if self.forming and not self.grid_present:
            hold(self, dt_s)
            self.entering = False
            self.formed_last = True
        else:
            follow(self, f_hz, dt_s)

    def fine(self, dt_s: float) -> None:
        book(self, dt_s)


def limit(pcs: PcsFast, dt_s: float) -> bool:
    """What rating, store and voltage allow in this step; whether the store can do anything."""
    answer_voltage(pcs, dt_s)
    pcs.give_kw = dc_limit_kw(pcs.p_discharge_max_kw, free_kwh(pcs), dt_s)
    pcs.take_kw = dc_limit_kw(pcs.p_charge_max_kw, pcs.e_charge_kwh, dt_s)
    room = active_room_kw(pcs)
    pcs.unlimited_max_kw = pcs.rated_kva
    pcs.unlimited_min_kw = -pcs.rated_kva
    # roots only where the store may be narrower than the rating
    if pcs.give_kw < pcs.rated_kva * (1.0 + pcs.no_load_pu + pcs.quadratic_pu):
        most = ac_of_dc_kw(pcs.give_kw, pcs.rated_kva, pcs.no_load_pu, pcs.quadratic_pu)
        pcs.unlimited_max_kw = min(max(most, 0.0), pcs.rated_kva)
    if pcs.take_kw < pcs.rated_kva:
        least = ac_of_dc_kw(-pcs.take_kw, pcs.rated_kva, pcs.no_load_pu, pcs.quadratic_pu)
        pcs.unlimited_min_kw = max(least, -pcs.rated_kva)
    pcs.p_max_kw = min(pcs.unlimited_max_kw, room, pcs.watt_cap_pu * pcs.rated_kva)
    pcs.p_min_kw = max(pcs.unlimited_min_kw, -room)
    return pcs.give_kw > 0.0 or pcs.take_kw > 0.0


def hold(pcs: PcsFast, dt_s: float) -> None:
    """Offer the set point, the range around it, and a stiffness where it may move."""
    usable = False
    pcs.ffr_kw = running_kw(pcs, dt_s)
    pcs.wanted_kw = pcs.p_set_kw
    if pcs.ffr_pu > 0.0:
        pcs.wanted_kw += pcs.ffr_kw
    if pcs.online:
        usable = limit(pcs, dt_s)
    else:
        rest(pcs)
    pcs.k_kw_per_hz = 0.0
    if usable and pcs.allowed_pu > 0.0 and (pcs.forming or pcs.grid_present):
        pcs.k_kw_per_hz = pcs.rated_kva / (pcs.droop_pu * pcs.f_nominal_hz)
    pcs.p0_kw = clipped(pcs.wanted_kw, pcs.p_min_kw, pcs.p_max_kw)
    answer(pcs)


def follow(pcs: PcsFast, f_hz: float, dt_s: float) -> None:
    """Offer the mean power over the step with which it answers the frequency, and no other."""
    if pcs.online:
        limit(pcs, dt_s)
    if not pcs.online or not pcs.seeing:
        rest(pcs)
    low_kw, high_kw = pcs.p_min_kw, pcs.p_max_kw
    if pcs.formed_last:
        pcs.given_kw = pcs.p_kw
        pcs.line[2] = 0.0
        pcs.formed_last = False
    if pcs.entering:
        enter(pcs, pcs.p_set_kw, pcs.p_kw, low_kw, high_kw)
    pcs.p0_kw = answered_kw(pcs, pcs.p_set_kw, f_hz, low_kw, high_kw, dt_s)
    pcs.k_kw_per_hz = 0.0
    answer(pcs)
    pcs.p_min_kw = pcs.p0_kw
    pcs.p_max_kw = pcs.p0_kw


def answer(pcs: PcsFast) -> None:
    """Reactive power beside what is offered, and what voltage takes of what is wanted."""
    pcs.q_kvar = reactive_kvar(pcs, pcs.p0_kw)
    free_kw = clipped(pcs.wanted_kw, pcs.unlimited_min_kw, pcs.unlimited_max_kw)
    bound_kw = clipped(pcs.wanted_kw, pcs.p_min_kw, pcs.p_max_kw)
    pcs.lost_to_voltage_kw = lost_kw(pcs, free_kw, bound_kw)


def rest(pcs: PcsFast) -> None:
    """Neither give nor take."""
    pcs.s_kva = 0.0
    pcs.p_min_kw = 0.0
    pcs.p_max_kw = 0.0
    pcs.unlimited_min_kw = 0.0
    pcs.unlimited_max_kw = 0.0


def book(pcs: PcsFast, dt_s: float) -> None:
    """Book what the bus settled, and take the DC power that follows from the store."""
    hours = dt_s / 3600.0
    pcs.p_kw = pcs.p_settled_kw
    pcs.q_kvar = reactive_kvar(pcs, pcs.p_kw)
    pcs.p_dc_kw = 0.0
    if pcs.online:
        loss = pcs.no_load_pu * pcs.rated_kva
        loss += pcs.quadratic_pu * pcs.p_kw * pcs.p_kw / pcs.rated_kva
        pcs.p_dc_kw = min(max(pcs.p_kw + loss, -pcs.take_kw), pcs.give_kw)
    pcs.lost_to_voltage_kwh += pcs.lost_to_voltage_kw * hours
    pcs.e_to_bus_kwh += max(pcs.p_kw, 0.0) * hours
    pcs.e_from_bus_kwh += max(-pcs.p_kw, 0.0) * hours
    pcs.e_dc_out_kwh += max(pcs.p_dc_kw, 0.0) * hours
    pcs.e_dc_in_kwh += max(-pcs.p_dc_kw, 0.0) * hours
    pcs.loss_kwh += (pcs.p_dc_kw - pcs.p_kw) * hours
