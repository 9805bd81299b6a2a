"""Bidirectional converter between one store and an AC bus, which forms, with its dynamics.

Coarse it is `pcs` with `forming`: the same losses, limits and offer (stiffness D of its control).
One that the fine regime left off on a dead bus stays off until others hold the bus, or for ever
where it cannot start one.
Dynamics, as far as `_forming/emf.py`, `swing.py`, `voltage.py` do not say more (S the rating):

    M df' = P_ref - P - D df      droop: M = tau_f S / (m_p f0), D = S / (m_p f0)
                                  vsm:   M = 2 H S / f0,         D = D_p S / f0
    E'    = k_iv (V_set - m_q Q / S - V)                 apart, behind X_L
    X     = X_L, growing by |I| / I_max in each step while |I| > I_max

Together with others it gives P_ref - D df - M df' at the frequency of the bus, and q_set within the
kVA circle, which shrinks with the voltage (i_max V). Where that would be more than rating or store
allow it leaves the set: it stays at its limit, without M and D, from the step after; in the step
itself it gives more. Where `when_connected` is following it gives p_set behind a lag, no M, no D.

Apart it has an EMF and an angle, and Q follows from them. Beyond its limits of power it gives what
the angle asks for and lowers its frequency until others take over; beyond what the store bears, by
a hundredth of the rating and for `store_s`, it trips and the island is without it. What a store
that is empty gives until then comes from its reserve below soc_min, which no book holds: it is in
loss_kwh, with a negative sign.

When its bus is parted, a converter that forms holds on. One that follows stops, needs `change_s` to
change its control, and begins at the angle of the bus: the last there was, or that of those who
hold it meanwhile; an island with one frequency (steps above 2 ms) it goes on following. On a bus
that is dead it builds its EMF up if `black_start` is set, else it stays off; a bus whose voltage
breaks down in spite of it is dead. Entering the fine regime on a live island, it forms. Entering,
`trim_kw` takes up what the coarse balance gave beyond its own steady state, so that nothing moves;
it stays for that time.

Sources: REGFM_A1 (WECC, 2023) in GridKit and PowerWorld; D'Arco & Suul on droop and virtual
machines. Valid from 1 s coarse; fine up to 0.1 s together, 2 ms apart, of second order in the step.
Leaves out: X_L's resistance, filters of P, Q and V (10 ms), the proportional part of the power
limit, limits of Q, voltage control together, current loops (a fault shows its first instants
wrongly), temperature, the lag of a store; and coarse all of protection and black start.
"""

from __future__ import annotations

from typing import ClassVar

from components._forming.emf import DIP_PU, given, hide, parted, parting_hz, show, turn_on
from components._forming.limits import beside_kvar, draw, limit
from components._forming.modes import (
    FOLLOWING,
    FORMING,
    FORMS,
    MODES,
    OFF,
    STARTING,
    TRIPPED,
    choose,
)
from components._forming.relays import Relays, cleared, reset, trips
from components._forming.swing import Swing, own_damping, own_inertia, swung
from components._forming.voltage import Voltage, build_up, current_pu, limit_current, regulate
from components._pcs.conversion import Conversion
from twin.component import Converter, inp, param, state
from twin.lags import clipped, lag_mean, lagged

SAME_PU = 1e-9  # of rating: the power of the balance is the own one


class PcsForming(Voltage, Swing, Relays, Conversion, Converter):
    """Battery converter that forms: droop or virtual machine, angle, limits, black start."""

    role = "converter"
    fine_step_max_s: ClassVar[float] = 0.1
    balance: ClassVar = {
        "e_dc_out_kwh": 1,
        "e_dc_in_kwh": -1,
        "e_to_bus_kwh": -1,
        "e_from_bus_kwh": 1,
        "loss_kwh": -1,
    }

    when_connected: int = param(
        FORMS, "what it does while others hold the bus", labels=("forming", "following")
    )
    lag_s: float = param(0.05, "lag of its power while it follows", ge=0)
    change_s: float = param(0.05, "from following to forming; unverified", ge=0)
    black_start: bool = param(False, "it can start a dead bus")

    p_set_kw: float = inp(0.0, "wanted AC power; negative charges")
    q_set_kvar: float = inp(0.0, "wanted reactive power, together")
    online: bool = inp(True, "connected and switched on; off clears a trip at once")
    grid_present: bool = inp(False, "others hold its bus")

    mode: int = state(OFF, "what it is doing", ge=0, le=5, labels=MODES)
    changing_s: float = state(0.0, "time since it began to change", ge=0, record=False)
    bearing: bool = state(False, "its bus has lived on its EMF", record=False)
    entering: bool = state(True, "its dynamics begin anew", record=False)
    placed: bool = state(False, "its set point has begun", record=False)
    p_ref_kw: float = state(0.0, "set point in force", record=False)
    trim_kw: float = state(0.0, "power that the coarse balance added", record=False)
    given_kw: float = state(0.0, "power at the end of the step while it follows", record=False)
    give_kw: float = state(0.0, "most the store can give in this step", record=False)
    take_kw: float = state(0.0, "most it can take", record=False)
    shut: bool = state(False, "off since its bus died", record=False)
    s_kva: float = state(0.0, "radius of the circle of P and Q", ge=0, record=False)
    low_kw: float = state(0.0, "least AC power that rating and store allow", record=False)
    high_kw: float = state(0.0, "most", record=False)

    def offer(self, dt_s: float) -> None:
        """State what rating and store allow in this step."""
        if self.mode == TRIPPED and cleared(self, dt_s):
            self.mode = OFF
            self.shut = self.f_hz <= 0.0
        self.shut = self.shut and not (self.grid_present or self.black_start)
        self.s_kva = 0.0 if self.shut else self.rated_kva
        limit(self, dt_s)
        self.k_kw_per_hz = 0.0
        if not self.online or self.shut:
            self.mode = OFF
        elif self.mode != TRIPPED:
            self.mode = FORMING
            if self.give_kw > 0.0 or self.take_kw > 0.0:
                self.k_kw_per_hz = own_damping(self)
        self.angled = False
        self.p_ref_kw = self.p_set_kw
        self.placed = True
        self.p_min_kw = self.low_kw
        self.p_max_kw = self.high_kw
        self.p0_kw = clipped(self.p_set_kw, self.low_kw, self.high_kw)
        self.q_kvar = beside_kvar(self, self.p0_kw)

    def step(self, dt_s: float) -> None:
        """Book what the bus settled, and take the DC power that follows from the store."""
        self.p_kw = self.p_settled_kw
        self.damping_kw_per_hz = 0.0
        hide(self)
        draw(self, dt_s)

    def enter_fine(self) -> None:
        self.entering = True

    def fine_offer(self, dt_s: float) -> None:
        """Show the bus an EMF apart, inertia and damping together, or a power."""
        choose(self, dt_s)
        self.s_kva = self.rated_kva
        if not self.apart:
            self.s_kva *= min(1.0, self.i_max_pu * self.v_pu)
        limit(self, dt_s)
        if self.entering:
            enter(self)
        self.p_ref_kw = self.p_set_kw
        self.placed = True
        hide(self)
        self.damping_kw_per_hz = 0.0
        self.k_kw_per_hz = 0.0
        self.p0_kw = 0.0
        if self.mode == FOLLOWING:
            follow(self, dt_s)
        elif self.mode == FORMING and not self.apart:
            share(self, dt_s)
        else:
            if self.mode == FORMING or self.mode == STARTING:
                hold(self, dt_s)
            self.q_kvar = 0.0
        self.p_min_kw = self.p0_kw
        self.p_max_kw = self.p0_kw
        self.entering = False

    def fine(self, dt_s: float) -> None:
        """Give what follows from what the bus settled, and move on."""
        f_hz = self.f_hz
        if self.y_kva > 0.0:
            f_hz = swing_on(self, dt_s)
        else:
            self.p_kw = self.p_settled_kw
            self.p_kw -= self.damping_kw_per_hz * self.df_settled_hz
            self.p_kw -= self.inertia_kws_per_hz * self.slope_settled_hz_per_s
        overdrawn = draw(self, dt_s)
        on = self.mode == FORMING or self.mode == FOLLOWING
        f_pu = f_hz / self.f_nominal_hz
        if on and trips(self, self.v_settled_pu, f_pu, overdrawn, dt_s):
            self.mode = TRIPPED
        if not on and self.counting:
            reset(self)
        self.shut = self.online and self.mode == OFF


def enter(pcs: PcsForming) -> None:
    """Find what the coarse balance gave beyond the own steady state."""
    own_kw = pcs.p_ref_kw
    live = pcs.v_pu > 0.0 and pcs.f_hz > 0.0
    if live and pcs.mode == FORMING:
        own_kw -= own_damping(pcs) * (pcs.f_hz - pcs.f_nominal_hz)
    held_kw = clipped(own_kw, pcs.low_kw, pcs.high_kw)
    pcs.trim_kw = 0.0
    pcs.given_kw = pcs.p_kw
    if not pcs.placed:
        pcs.given_kw = clipped(pcs.p_set_kw, pcs.low_kw, pcs.high_kw)
    elif live and abs(held_kw - pcs.p_kw) > SAME_PU * pcs.rated_kva:
        pcs.trim_kw = pcs.p_kw - own_kw


def follow(pcs: PcsForming, dt_s: float) -> None:
    """Offer the set point behind a lag."""
    wanted_kw = clipped(pcs.p_set_kw + pcs.trim_kw, pcs.low_kw, pcs.high_kw)
    after_kw = lagged(pcs.given_kw, wanted_kw, pcs.lag_s, dt_s)
    mean_kw = lag_mean(pcs.given_kw, after_kw, wanted_kw, pcs.lag_s, dt_s)
    pcs.given_kw = clipped(after_kw, pcs.low_kw, pcs.high_kw)
    pcs.p0_kw = clipped(mean_kw, pcs.low_kw, pcs.high_kw)
    pcs.q_kvar = beside_kvar(pcs, pcs.p0_kw)


def share(pcs: PcsForming, dt_s: float) -> None:
    """Offer inertia and damping, or stay at the limit that they would pass."""
    damping, inertia = own_damping(pcs), own_inertia(pcs)
    pcs.p0_kw = pcs.p_ref_kw + pcs.trim_kw
    free_kw = pcs.p0_kw - damping * (pcs.f_hz - pcs.f_nominal_hz)
    if not pcs.entering:
        free_kw -= inertia * pcs.slope_settled_hz_per_s
    if pcs.give_kw > 0.0 or pcs.take_kw > 0.0:
        pcs.k_kw_per_hz = damping
    if pcs.low_kw < free_kw < pcs.high_kw:
        pcs.inertia_kws_per_hz = inertia
        pcs.damping_kw_per_hz = damping
    else:
        pcs.p0_kw = clipped(free_kw, pcs.low_kw, pcs.high_kw)
        if pcs.s_kva > 0.0:
            pcs.limited_s += dt_s
    pcs.q_kvar = beside_kvar(pcs, pcs.p_kw)


def hold(pcs: PcsForming, dt_s: float) -> None:
    """Show an EMF at its angle."""
    if not pcs.angled:
        part(pcs, dt_s)
    pcs.k_kw_per_hz = own_damping(pcs)
    df_hz = pcs.df_hz + pcs.df_limit_hz
    y_kva = pcs.share_pu * pcs.rated_kva / pcs.x_l_pu
    show(pcs, pcs.emf_pu, 0.0, y_kva, df_hz, dt_s)


def part(pcs: PcsForming, dt_s: float) -> None:
    """Go on alone from the last power at the last voltage of the bus.

    In a dip the EMF is what it was before, behind what the current limit makes of its reactance.
    """
    v = pcs.v_pu if pcs.entering else pcs.v_settled_pu
    s = pcs.rated_kva
    e = parted(pcs, v, pcs.p_kw / s, pcs.q_kvar / s, pcs.x_l_pu)
    pcs.bearing = False
    pcs.emf_pu = min(e, pcs.e_max_pu)
    pcs.share_pu = 1.0
    if v < DIP_PU:
        pcs.emf_pu = pcs.v_set_pu
        limited = pcs.i_max_pu * pcs.x_l_pu
        missing = pcs.v_set_pu - v
        pcs.share_pu = limited / missing if missing > limited else 1.0
    off_hz = parting_hz(pcs, dt_s)
    if pcs.entering:
        off_hz = pcs.f_hz - pcs.f_nominal_hz if pcs.f_hz > 0.0 else 0.0
    ref_kw = pcs.p_ref_kw + pcs.trim_kw
    free_kw = ref_kw - own_damping(pcs) * off_hz
    over = free_kw > pcs.high_kw and pcs.p_kw >= pcs.high_kw
    under = free_kw < pcs.low_kw and pcs.p_kw <= pcs.low_kw
    pcs.df_hz = (ref_kw - pcs.p_kw) / own_damping(pcs) if over or under else off_hz
    pcs.df_limit_hz = off_hz - pcs.df_hz


def swing_on(pcs: PcsForming, dt_s: float) -> float:
    """Power, voltage, speed and angle apart; its own frequency."""
    pcs.p_kw, pcs.q_kvar = given(pcs)
    if pcs.v_settled_pu > 0.0:
        pcs.bearing = True
        limit_current(pcs, current_pu(pcs, pcs.q_kvar), dt_s)
        if pcs.mode == FORMING:
            regulate(pcs, pcs.q_kvar / pcs.rated_kva, dt_s)
        elif build_up(pcs, dt_s):
            pcs.mode = FORMING
        swung(pcs, pcs.p_ref_kw + pcs.trim_kw, pcs.p_kw, pcs.low_kw, pcs.high_kw, dt_s)
    elif pcs.bearing:
        pcs.mode = OFF
    df_hz = pcs.df_hz + pcs.df_limit_hz
    turn_on(pcs, df_hz, dt_s)
    return max(pcs.f_nominal_hz + df_hz, 0.0)
