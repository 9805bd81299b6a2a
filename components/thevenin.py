"""A bus behind a source of limited short-circuit power, for sites without a network file.

One EMF E behind Z = R + jX feeds all that hangs on the bus, P + jQ (in per unit of the
short-circuit power, with |Z| = 1). The voltage has a closed form:

    V^2 = b + sqrt(b^2 - |Z|^2 |S|^2),      b = E^2 / 2 - (R P + X Q)

    angle = - atan2(X P - R Q, V^2 + R P + X Q)           losses = R |S|^2 / V^2

The root is real up to  |S| = E^2 / (2 |Z| (1 + cos(angle of Z - angle of S))), the most that can
be carried. Beyond it there is no voltage at which the bus could give what is asked: it collapses,
which is reported, and nothing is served in that step. It lives again as soon as less is asked.

The source settles whatever the devices leave over: it is stiff in frequency, and offers itself to
the settlement ahead of formers of a higher rank, which then stay at their set points. `f_hz` is the
frequency of the source, in the fine regime with what the turning of the bus voltage over the last
step adds to it, as a device would measure it there; `f_sync_hz`, that of the source alone, is what
formers with inertia or an EMF turn with. Of what they give, p0 - D df - M df', the source settles
the rest.

Algebraic, so valid at any step. Constant power between two steps: what a load does at low voltage
is the load's own, by the `v_pu` it is told. Leaves out: everything between buses (see `weak_grid`),
reactive power of formers at the kVA limit, unbalance.
"""

from __future__ import annotations

import math
from typing import ClassVar

from twin.component import Bus, inp, out, param, state

TURN = 2.0 * math.pi
STIFF_KW_PER_HZ = 1e9  # stiff enough that no site moves its frequency
ALL_KW = 1e12


class Thevenin(Bus):
    """Bus behind an impedance: voltage, angle, losses, and how far it is from collapse."""

    role = "bus"
    audited: ClassVar[bool] = False  # its impedance takes its losses
    sourced: ClassVar[bool] = True

    rank: int = param(1, "order in which the source gives way; that of its formers", ge=1, le=9)
    s_sc_mva: float = param(10.0, "short-circuit power at the bus", gt=0)
    rx_pu: float = param(0.3, "resistance over reactance of the source", ge=0)
    f_nominal_hz: float = param(50.0, "nominal frequency", gt=0)

    p_settled_kw: float = inp(0.0, "what the settlement asks of the source, before losses")
    e_pu: float = inp(1.0, "EMF of the source", ge=0)
    f_source_hz: float = inp(50.0, "frequency of the source", ge=0)
    q_kvar: float = inp(0.0, "reactive power that its devices deliver")
    inertia_inside_kws_per_hz: float = inp(0.0, "inertia that its formers bring", ge=0)
    damping_inside_kw_per_hz: float = inp(0.0, "damping that its formers bring", ge=0)

    p0_kw: float = state(0.0, "offer: power at nominal frequency", record=False)
    k_kw_per_hz: float = state(0.0, "offer: stiffness", record=False)
    p_min_kw: float = state(0.0, "offer: least power", record=False)
    p_max_kw: float = state(0.0, "offer: most power", record=False)
    f_last_hz: float = state(-1.0, "frequency of the source in the step before", record=False)
    collapsed: bool = state(False, "more is asked than the source can carry")
    collapsed_s: float = state(0.0, "time collapsed", ge=0)
    unserved_kwh: float = state(0.0, "energy its loads were not given", ge=0)
    losses_kwh: float = state(0.0, "energy lost in the impedance", ge=0)
    import_kwh: float = state(0.0, "energy that the source delivered", ge=0)
    export_kwh: float = state(0.0, "energy that the source took", ge=0)

    p_kw: float = out(0.0, "power delivered to the source; negative when taken")
    v_pu: float = out(1.0, "voltage; 0 when collapsed", ge=0)
    f_hz: float = out(50.0, "frequency as measured at the bus; 0 when collapsed")
    f_sync_hz: float = out(50.0, "frequency of the source; 0 when collapsed")
    df_mean_hz: float = out(0.0, "its deviation", record=False)
    slope_hz_per_s: float = out(0.0, "its rate of change over the step", record=False)
    theta_rad: float = out(0.0, "angle of the voltage behind that of the EMF")
    losses_kw: float = out(0.0, "lost in the impedance", ge=0)
    q_grid_kvar: float = out(0.0, "reactive power that the source delivers")
    margin_pu: float = out(1.0, "how far from collapse: 1 unloaded, 0 at the limit", le=1)
    unserved_kw: float = out(0.0, "demand that was not served", ge=0)

    def offer(self, dt_s: float) -> None:
        """Offer all there is; the voltage says what can be had of it."""
        self.p0_kw = 0.0
        self.k_kw_per_hz = STIFF_KW_PER_HZ
        self.p_min_kw = -ALL_KW
        self.p_max_kw = ALL_KW

    def step(self, dt_s: float) -> None:
        """Solve the two-bus network at the power that is left over."""
        _solve(self, self.p_formers_kw, dt_s)
        self.f_hz = self.f_source_hz if self.v_pu > 0.0 else 0.0
        self.f_sync_hz = self.f_hz
        self.f_last_hz = self.f_source_hz

    def fine(self, dt_s: float) -> None:
        """The same, with the turning of the voltage over the step."""
        before = self.theta_rad
        dead = self.v_pu <= 0.0
        self.df_mean_hz = self.f_source_hz - self.f_nominal_hz
        self.slope_hz_per_s = 0.0
        if self.f_last_hz >= 0.0:
            self.slope_hz_per_s = (self.f_source_hz - self.f_last_hz) / dt_s
        self.f_last_hz = self.f_source_hz
        turned_kw = self.damping_inside_kw_per_hz * self.df_mean_hz
        turned_kw += self.inertia_inside_kws_per_hz * self.slope_hz_per_s
        _solve(self, self.p_formers_kw - turned_kw, dt_s)
        self.f_sync_hz = self.f_source_hz if self.v_pu > 0.0 else 0.0
        self.f_hz = self.f_sync_hz
        if self.v_pu > 0.0 and not dead:
            self.f_hz += (self.theta_rad - before) / (TURN * dt_s)


def _solve(bus: Thevenin, formers_kw: float, dt_s: float) -> None:
    base_kva = 1000.0 * bus.s_sc_mva
    x = 1.0 / math.sqrt(1.0 + bus.rx_pu * bus.rx_pu)
    r = bus.rx_pu * x
    p = (bus.p_demand_kw - bus.p_source_kw - formers_kw) / base_kva
    q = -bus.q_kvar / base_kva
    s = math.sqrt(p * p + q * q)
    drop = r * p + x * q
    square = bus.e_pu * bus.e_pu
    half = 0.5 * square - drop
    bus.margin_pu = min(1.0 - 2.0 * (s + drop) / square, 1.0) if square > 0.0 else 0.0
    lost = half <= 0.0 or half < s
    bus.collapsed = lost and bus.e_pu > 0.0  # a source without voltage is gone, not overdrawn
    if lost:
        bus.v_pu = 0.0
        bus.theta_rad = 0.0
        bus.losses_kw = 0.0
        bus.p_kw = 0.0
        bus.q_grid_kvar = 0.0
        bus.unserved_kw = bus.p_demand_kw
        bus.collapsed_s += dt_s
    else:
        v_square = half + math.sqrt((half - s) * (half + s))
        burnt = s * s / v_square
        bus.v_pu = math.sqrt(v_square)
        bus.theta_rad = -math.atan2(x * p - r * q, v_square + drop)
        bus.losses_kw = r * burnt * base_kva
        bus.p_kw = -(p * base_kva + bus.losses_kw)
        bus.q_grid_kvar = (q + x * burnt) * base_kva
        bus.unserved_kw = 0.0
    hours = dt_s / 3600.0
    bus.unserved_kwh += bus.unserved_kw * hours
    bus.losses_kwh += bus.losses_kw * hours
    bus.import_kwh += max(-bus.p_kw, 0.0) * hours
    bus.export_kwh += max(bus.p_kw, 0.0) * hours
