"""The buses of a network inside the compiled loop: made by `weak_grid`, a unit for each row of it.

Between two power flows the devices of a bus see the voltage of the last one and the frequency

    f = f_outside + df_local

where df_local is what the turning of the bus voltage between the last two power flows adds; formers
with inertia turn with f_outside. What they give crosses to the area in the same step; what the
network takes of it is the business of `network_head`.

Valid at any step. Leaves out: everything the power flow says only at its instants.
"""

from __future__ import annotations

from twin.component import Node, inp, out


class NetworkBus(Node):
    """One bus of a network: voltage and local frequency for its devices, their power outward."""

    role = "bus"

    f_outside_hz: float = inp(50.0, "frequency at the source of the network", ge=0)
    v_flow_pu: float = inp(1.0, "voltage at the last power flow", ge=0)
    df_local_hz: float = inp(0.0, "what the turning of its voltage adds")
    q_kvar: float = inp(0.0, "reactive power that its devices deliver")
    inertia_inside_kws_per_hz: float = inp(0.0, "inertia that its formers bring", ge=0)
    damping_inside_kw_per_hz: float = inp(0.0, "damping that its formers bring", ge=0)
    df_settled_hz: float = inp(0.0, "mean deviation of frequency over the step")
    slope_settled_hz_per_s: float = inp(0.0, "rate of change over the step")
    rated_forming_kva: float = inp(0.0, "rating of all here that may form an island", ge=0)

    f_hz: float = out(50.0, "frequency as measured here", ge=0)
    f_sync_hz: float = out(50.0, "frequency of what turns together", ge=0, record=False)
    v_pu: float = out(1.0, "voltage", ge=0)
    given_kw: float = out(0.0, "sum of what devices deliver here", ge=0)
    taken_kw: float = out(0.0, "sum of what devices take here", ge=0)
    reactive_kvar: float = out(0.0, "reactive power that they deliver", record=False)
    forming_kva: float = out(0.0, "rating of those that do", ge=0, record=False)
    forming_kw: float = out(0.0, "power of the formers", record=False)
    inertia_kws_per_hz: float = out(0.0, "inertia passed on", ge=0, record=False)
    damping_kw_per_hz: float = out(0.0, "damping passed on", ge=0, record=False)
    df_mean_hz: float = out(0.0, "mean deviation over the step", record=False)
    slope_hz_per_s: float = out(0.0, "rate of change over the step", record=False)

    def fine_begin(self, dt_s: float) -> None:
        show(self)

    def offer(self, dt_s: float) -> None:
        pass_on(self)
        self.k_kw_per_hz = self.k_inside_kw_per_hz
        self.p_min_kw += self.p_min_inside_kw - self.p0_inside_kw
        self.p_max_kw += self.p_max_inside_kw - self.p0_inside_kw

    def fine_offer(self, dt_s: float) -> None:
        pass_on(self)
        self.k_kw_per_hz = self.k_inside_kw_per_hz
        self.inertia_kws_per_hz = self.inertia_inside_kws_per_hz
        self.damping_kw_per_hz = self.damping_inside_kw_per_hz

    def step(self, dt_s: float) -> None:
        self.p_kw = self.p_settled_kw
        show(self)
        split(self, self.p_formers_kw, self.k_inside_kw_per_hz > 0.0)

    def fine(self, dt_s: float) -> None:
        self.df_mean_hz = self.df_settled_hz
        self.slope_hz_per_s = self.slope_settled_hz_per_s
        turned_kw = self.damping_inside_kw_per_hz * self.df_settled_hz
        turned_kw += self.inertia_inside_kws_per_hz * self.slope_settled_hz_per_s
        self.p_kw = self.p_settled_kw - turned_kw
        split(self, self.p_formers_kw - turned_kw, self.inertia_inside_kws_per_hz > 0.0)


def show(bus: NetworkBus) -> None:
    """What devices see here; a dark bus has no frequency."""
    bus.v_pu = bus.v_flow_pu
    bus.f_hz = 0.0
    bus.f_sync_hz = 0.0
    if bus.v_flow_pu > 0.0 and bus.f_outside_hz > 0.0:
        bus.f_hz = max(bus.f_outside_hz + bus.df_local_hz, 0.0)
        bus.f_sync_hz = bus.f_outside_hz


def pass_on(bus: NetworkBus) -> None:
    """All that is here goes outward, at nominal frequency."""
    bus.exchanging = True
    bus.p0_kw = bus.p_source_kw - bus.p_demand_kw + bus.p0_inside_kw
    bus.p_min_kw = bus.p0_kw
    bus.p_max_kw = bus.p0_kw


def split(bus: NetworkBus, formers_kw: float, forms: bool) -> None:
    """What the power flow is told: power given and taken apart, for they answer voltage apart."""
    bus.given_kw = bus.p_source_kw + max(formers_kw, 0.0)
    bus.taken_kw = bus.p_demand_kw - min(formers_kw, 0.0)
    bus.reactive_kvar = bus.q_kvar
    bus.forming_kva = bus.rated_forming_kva if forms else 0.0
    bus.forming_kw = formers_kw
