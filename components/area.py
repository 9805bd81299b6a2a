"""A synchronous area: one frequency for plants, loads, feeders and sites, and its balance.

Centre-of-inertia swing in the fine regime, with S = base, f0 = nominal frequency, df = f - f0:

    2 H S / f0 * df' = P_plants + P_sources - P_demand - P_residual - D S / f0 * df

Formers that bring inertia M_k or damping D_k of their own (plants, engines, forming converters) add
them to both sides, and give p0 - D_k df - M_k df' each: one swing of all that turns together. H is
that of the rest: plants that bring none, motors. Inertia of a plant goes with it when it trips, H
stays. With nothing left that turns (H = 0 and no M_k), or at 0 Hz, the area is dead for as long as
the fine regime lasts: its own load is off, demand is unserved, what is still given is curtailed.

Power stands for torque: it is not divided by speed, as governors and studies of frequency have it;
the difference is below 1 % of the power at 0.5 Hz. Over a step the powers are held at their means
and the equation is solved exactly.

The area has a load of its own, everything that nobody models one by one. It is solved, not given:
`p_residual_kw` is what balances the area at nominal frequency at its first step. The damping D
belongs to this load and to no other: `damping_pu` of `base_kva` per unit of frequency, so 1 means
that 1 % of frequency changes the load by 1 % of the base, whatever the residual itself may be.
Loads that are devices bring their own dependence. An area that begins in the fine regime is in
balance over its first step, so an event has to come later than that.

Coarse, the area is algebraic: besides its formers it offers its own load, p0 = -P_residual and
k = D S / f0, to the settlement (in its very first step as a slack that takes what is left over).
The load gives way to a tenth of nominal frequency; what is missing then is short and counted as
unserved. Entering the fine regime solves P_residual anew from the last balance, so that nothing
moves: the very same number where the area was in balance, the smaller load where it was short.

`f_hz` is the frequency its devices see: the mean over the coming step, f + df'/2 dt, since devices
hold it for a step. `f_end_hz` is the frequency at the end of the step, for figures and KPIs.
`rocof_hz_per_s` is the difference quotient over `rocof_window_s` (0.5 s: ENTSO-E).

Valid from 1 s coarse, up to 0.1 s fine (the nadir is right to 0.05 mHz at 10 ms). Leaves out:
voltage, angles and swings between machines, black start.
"""

from __future__ import annotations

from typing import ClassVar

from twin.component import Bus, Vector, delay_line, inp, out, param, state
from twin.delay import delayed
from twin.lags import clipped, lag_mean, lagged

SLACK_KW_PER_HZ = 1e15  # the own load takes all, the plants stay at their set points
SLACK_KW = 1e12
GIVES_WAY_PU = 0.1  # of frequency, in the coarse regime


class Area(Bus):
    """Frequency of a synchronous area: inertia, damping, RoCoF, nadir; solves its own load."""

    role = "bus"
    audited: ClassVar[bool] = False  # what turns stores energy
    fine_step_max_s: ClassVar[float] = 0.1

    rank: int = param(2, "order in which its own load gives way; that of its plants", ge=1, le=9)
    base_kva: float = param(500e3, "base of inertia and damping", gt=0)
    h_s: float = param(4.0, "H on base_kva of all that turns and brings none itself", ge=0)
    damping_pu: float = param(1.0, "change of load in base_kva per pu of frequency", ge=0)
    f_nominal_hz: float = param(50.0, "nominal frequency", gt=0)
    rocof_window_s: float = param(0.5, "window of the rate of change; ENTSO-E", gt=0)

    p_settled_kw: float = inp(0.0, "coarse: what the settlement gave its own load, negative")
    inertia_inside_kws_per_hz: float = inp(0.0, "inertia that its formers bring", ge=0)
    damping_inside_kw_per_hz: float = inp(0.0, "damping that its formers bring", ge=0)

    solved: bool = state(False, "its own load is known", record=False)
    p_residual_kw: float = state(0.0, "its own load at nominal frequency")
    f_end_hz: float = state(50.0, "frequency at the end of the step", ge=0)
    p0_kw: float = state(0.0, "offer: power at nominal frequency", record=False)
    k_kw_per_hz: float = state(0.0, "offer: damping", record=False)
    p_min_kw: float = state(0.0, "offer: least power", record=False)
    p_max_kw: float = state(0.0, "offer: most power", record=False)
    f_min_hz: float = state(50.0, "lowest frequency so far", ge=0)
    f_max_hz: float = state(50.0, "highest frequency so far", ge=0)
    unserved_kwh: float = state(0.0, "energy that no plant could give; fine: dead", ge=0)
    curtailed_kwh: float = state(0.0, "energy that nobody could take; fine: dead", ge=0)
    line: Vector = delay_line("rocof_window_s", "frequencies in the window")

    f_hz: float = out(50.0, "frequency as devices see it: mean over the coming step", ge=0)
    rocof_hz_per_s: float = out(0.0, "rate of change of frequency over its window")
    imbalance_kw: float = out(0.0, "power that changes the speed; coarse: surplus less shortage")
    p_load_kw: float = out(0.0, "what its own load takes")
    df_mean_hz: float = out(0.0, "mean deviation over the step", record=False)
    slope_hz_per_s: float = out(0.0, "rate of change over the step", record=False)

    def start(self) -> None:
        self.f_hz = self.f_nominal_hz
        self.f_end_hz = self.f_nominal_hz
        self.f_min_hz = self.f_nominal_hz
        self.f_max_hz = self.f_nominal_hz

    def offer(self, dt_s: float) -> None:
        self.p0_kw = -self.p_residual_kw
        self.k_kw_per_hz = self.damping_pu * self.base_kva / self.f_nominal_hz
        room_kw = GIVES_WAY_PU * self.damping_pu * self.base_kva
        if not self.solved:
            self.k_kw_per_hz = SLACK_KW_PER_HZ
            room_kw = SLACK_KW
        self.p_min_kw = self.p0_kw - room_kw
        self.p_max_kw = self.p0_kw + room_kw

    def step(self, dt_s: float) -> None:
        if not self.solved:
            self.p_residual_kw = -self.p_settled_kw
            self.solved = True
        self.p_load_kw = -self.p_settled_kw
        self.imbalance_kw = self.surplus_kw - self.short_kw
        self.unserved_kwh += self.short_kw * dt_s / 3600.0
        self.curtailed_kwh += self.surplus_kw * dt_s / 3600.0
        self.f_end_hz = max(self.f_nominal_hz + self.df_hz, 0.0) if self.formed else 0.0
        self.f_hz = self.f_end_hz
        watch(self, self.f_end_hz, dt_s)

    def enter_fine(self) -> None:
        if self.solved:
            damping = self.damping_pu * self.base_kva / self.f_nominal_hz
            given_kw = self.p_source_kw + self.p_formers_kw - self.p_demand_kw
            self.p_residual_kw = given_kw - damping * (self.f_end_hz - self.f_nominal_hz)

    def fine(self, dt_s: float) -> None:
        own_inertia = 2.0 * self.h_s * self.base_kva / self.f_nominal_hz
        inertia = own_inertia + self.inertia_inside_kws_per_hz
        if inertia <= 0.0 or self.f_end_hz <= 0.0:
            stand_still(self, dt_s)
            return
        own_damping = self.damping_pu * self.base_kva / self.f_nominal_hz
        damping = own_damping + self.damping_inside_kw_per_hz
        before = self.f_end_hz - self.f_nominal_hz
        given_kw = self.p_source_kw + self.p_formers_kw - self.p_demand_kw
        if not self.solved:
            self.p_residual_kw = given_kw - damping * before
            self.solved = True
        push_kw = given_kw - self.p_residual_kw
        if damping > 0.0:
            lag_s = inertia / damping
            after = lagged(before, push_kw / damping, lag_s, dt_s)
            mean = lag_mean(before, after, push_kw / damping, lag_s, dt_s)
        else:
            after = before + push_kw * dt_s / inertia
            mean = 0.5 * (before + after)
        # a machine neither turns backwards nor at twice its speed
        after = clipped(after, -self.f_nominal_hz, self.f_nominal_hz)
        mean = clipped(mean, -self.f_nominal_hz, self.f_nominal_hz)
        slope = (push_kw - damping * after) / inertia
        ahead = clipped(after + 0.5 * dt_s * slope, -self.f_nominal_hz, self.f_nominal_hz)
        self.df_mean_hz = mean
        self.slope_hz_per_s = (after - before) / dt_s
        self.p_load_kw = self.p_residual_kw + own_damping * mean
        self.imbalance_kw = own_inertia * self.slope_hz_per_s
        self.f_end_hz = self.f_nominal_hz + after
        self.f_hz = self.f_nominal_hz + ahead
        watch(self, self.f_nominal_hz + mean, dt_s)


def stand_still(area: Area, dt_s: float) -> None:
    """No frequency, nothing served."""
    area.df_mean_hz = 0.0
    area.slope_hz_per_s = 0.0
    area.p_load_kw = 0.0
    area.imbalance_kw = 0.0
    area.unserved_kwh += area.p_demand_kw * dt_s / 3600.0
    area.curtailed_kwh += (area.p_source_kw + max(area.p_formers_kw, 0.0)) * dt_s / 3600.0
    area.f_end_hz = 0.0
    area.f_hz = 0.0
    watch(area, 0.0, dt_s)


def watch(area: Area, mean_hz: float, dt_s: float) -> None:
    """Keep the extremes, and the rate of change from the means over steps a window apart."""
    area.f_min_hz = min(area.f_min_hz, area.f_end_hz)
    area.f_max_hz = max(area.f_max_hz, area.f_end_hz)
    past_hz = delayed(area.line, mean_hz, area.rocof_window_s, dt_s)
    area.rocof_hz_per_s = (mean_hz - past_hz) / area.rocof_window_s
