"""Where a network meets its area, and its one frequency when it is cut off: made by `weak_grid`.

One balance per synchronous island. The area sees

    p = sum of its devices now - c,    c = the same less what the source got, at the last power flow

so that fast power crosses in the same step and only losses and the answer to voltage wait.

Separated, all that forms the island carries one frequency (M, D and p0 of each former):

    sum M df' = sum p0 + sources - demand - c - sum D df

solved exactly over a step; each former then gives p0 - D df - M df'. Formers at their limits leave
the set; while all that form it are at theirs, it turns on with the inertia it had last, until they
come back or trip. Where nothing forms it, it is dark. It joins again when `separated` ends and
frequency and angle are within the window.

Coarse, an island is settled by the offers of its formers like any bus. Valid from 1 s coarse, up to
0.1 s fine. Leaves out: how formers swing against each other (the shares of the first 150 ms).
"""

from __future__ import annotations

import math
from typing import ClassVar

from twin.component import Node, inp, out, param, state
from twin.lags import clipped, lag_mean, lagged

JOINED, ISLAND, DARK, JOINING = 0, 1, 2, 3
MODES = ("joined", "island", "dark", "joining")
TURN = 2.0 * math.pi


class NetworkHead(Node):
    """One balance between a network and its area; the frequency of a network that is cut off."""

    role = "bus"
    audited: ClassVar[bool] = False  # what the network takes is told, not metered
    alone: ClassVar[bool] = True
    fine_step_max_s: ClassVar[float] = 0.1

    f_nominal_hz: float = param(50.0, "nominal frequency", gt=0)
    join_df_hz: float = param(0.1, "window to join; IEEE 1547 above 1.5 MVA, unverified", gt=0)
    join_deg: float = param(10.0, "window of the angle; the same", gt=0, le=180)

    separated: bool = inp(False, "cut off from its source")
    c_kw: float = inp(0.0, "what the network took at the last power flow")
    f_outside_hz: float = inp(50.0, "frequency of the area", ge=0)
    inertia_inside_kws_per_hz: float = inp(0.0, "inertia that its formers bring", ge=0)
    damping_inside_kw_per_hz: float = inp(0.0, "damping that its formers bring", ge=0)
    df_settled_hz: float = inp(0.0, "mean deviation of frequency over the step")
    slope_settled_hz_per_s: float = inp(0.0, "rate of change over the step")

    mode: int = state(JOINED, "how it stands to its area", ge=0, le=3, labels=MODES)
    f_end_hz: float = state(50.0, "frequency at the end of the step", ge=0)
    inertia_last_kws_per_hz: float = state(0.0, "inertia when it had any", ge=0, record=False)
    angle_rad: float = state(0.0, "how far the island is ahead of the area", record=False)
    dark_count: int = state(0, "islands that nothing held", ge=0)
    island_s: float = state(0.0, "time cut off", ge=0)
    unserved_kwh: float = state(0.0, "energy that nobody in the island could give", ge=0)

    f_hz: float = out(50.0, "frequency; mean over the coming step when cut off", ge=0)
    held_apart: bool = out(False, "the island is not joined", record=False)
    inertia_kws_per_hz: float = out(0.0, "inertia passed on", ge=0, record=False)
    damping_kw_per_hz: float = out(0.0, "damping passed on", ge=0, record=False)
    df_mean_hz: float = out(0.0, "mean deviation over the step", record=False)
    slope_hz_per_s: float = out(0.0, "rate of change over the step", record=False)

    def start(self) -> None:
        self.f_hz = self.f_nominal_hz
        self.f_end_hz = self.f_nominal_hz

    def fine_begin(self, dt_s: float) -> None:
        connect(self)
        if self.mode == JOINED:
            self.f_hz = self.f_outside_hz

    def offer(self, dt_s: float) -> None:
        if self.separated != (self.mode != JOINED):
            self.mode = ISLAND if self.separated else JOINED
        self.own_kw = self.c_kw
        self.exchanging = self.mode == JOINED
        self.p0_kw = 0.0
        self.k_kw_per_hz = 0.0
        self.p_min_kw = 0.0
        self.p_max_kw = 0.0
        if self.exchanging:
            own_kw = self.p_source_kw - self.p_demand_kw - self.c_kw
            self.p0_kw = own_kw + self.p0_inside_kw
            self.k_kw_per_hz = self.k_inside_kw_per_hz
            self.p_min_kw = own_kw + self.p_min_inside_kw
            self.p_max_kw = own_kw + self.p_max_inside_kw

    def step(self, dt_s: float) -> None:
        self.held_apart = not self.exchanging
        self.p_kw = self.p_settled_kw if self.exchanging else 0.0
        self.f_hz = self.f_outside_hz
        if not self.exchanging:
            self.mode = ISLAND if self.formed else DARK
            self.f_hz = max(self.f_nominal_hz + self.df_hz, 0.0) if self.formed else 0.0
            self.island_s += dt_s
            self.unserved_kwh += self.short_kw * dt_s / 3600.0
        self.f_end_hz = self.f_hz

    def fine_offer(self, dt_s: float) -> None:
        self.own_kw = self.c_kw
        self.exchanging = self.mode == JOINED
        self.p0_kw = 0.0
        self.inertia_kws_per_hz = 0.0
        self.damping_kw_per_hz = 0.0
        if self.exchanging:
            self.p0_kw = self.p_source_kw - self.p_demand_kw + self.p0_inside_kw - self.c_kw
            self.inertia_kws_per_hz = self.inertia_inside_kws_per_hz
            self.damping_kw_per_hz = self.damping_inside_kw_per_hz
        self.p_min_kw = self.p0_kw
        self.p_max_kw = self.p0_kw

    def fine(self, dt_s: float) -> None:
        self.held_apart = not self.exchanging
        if self.exchanging:
            self.df_mean_hz = self.df_settled_hz
            self.slope_hz_per_s = self.slope_settled_hz_per_s
            turned_kw = self.damping_kw_per_hz * self.df_mean_hz
            turned_kw += self.inertia_kws_per_hz * self.slope_hz_per_s
            self.p_kw = self.p_settled_kw - turned_kw
            self.f_end_hz = self.f_outside_hz
            return
        self.p_kw = 0.0
        self.island_s += dt_s
        if self.inertia_inside_kws_per_hz > 0.0:
            self.inertia_last_kws_per_hz = self.inertia_inside_kws_per_hz
        if self.formed and self.inertia_last_kws_per_hz > 0.0:
            swing(self, dt_s)
            return
        if self.mode != DARK:
            self.dark_count += 1
        self.mode = DARK
        self.inertia_last_kws_per_hz = 0.0
        self.f_hz = 0.0
        self.f_end_hz = 0.0
        self.df_mean_hz = 0.0
        self.slope_hz_per_s = 0.0
        self.unmet_kw = max(self.p_demand_kw - self.p_source_kw, 0.0)
        self.unserved_kwh += self.unmet_kw * dt_s / 3600.0


def connect(head: NetworkHead) -> None:
    """Cut off or join, when asked and, for joining, when it is in step with its area."""
    if head.separated:
        if head.mode == JOINED:
            head.mode = ISLAND
            head.angle_rad = 0.0
    elif head.mode == ISLAND or head.mode == JOINING:
        near = abs(head.f_end_hz - head.f_outside_hz) <= head.join_df_hz
        in_step = abs(head.angle_rad) <= head.join_deg * TURN / 360.0
        head.mode = JOINED if near and in_step else JOINING
    elif head.mode == DARK:
        head.mode = JOINED


def swing(head: NetworkHead, dt_s: float) -> None:
    """One frequency for all that forms the island, exact while the powers hold."""
    inertia, damping = head.inertia_last_kws_per_hz, head.damping_inside_kw_per_hz
    before = max(head.f_end_hz, 0.0) - head.f_nominal_hz
    if head.mode == DARK:
        before = 0.0
        head.mode = ISLAND
    push_kw = head.p_source_kw - head.p_demand_kw + head.p_formers_kw - head.c_kw
    if damping > 0.0:
        lag_s = inertia / damping
        after = lagged(before, push_kw / damping, lag_s, dt_s)
        mean = lag_mean(before, after, push_kw / damping, lag_s, dt_s)
    else:
        after = before + push_kw * dt_s / inertia
        mean = 0.5 * (before + after)
    after = clipped(after, -head.f_nominal_hz, head.f_nominal_hz)
    mean = clipped(mean, -head.f_nominal_hz, head.f_nominal_hz)
    ahead = after + 0.5 * dt_s * (push_kw - damping * after) / inertia
    head.df_mean_hz = mean
    head.slope_hz_per_s = (after - before) / dt_s
    head.f_end_hz = head.f_nominal_hz + after
    head.f_hz = head.f_nominal_hz + clipped(ahead, -head.f_nominal_hz, head.f_nominal_hz)
    turned = (head.f_nominal_hz + mean - head.f_outside_hz) * TURN * dt_s
    head.angle_rad = (head.angle_rad + turned + math.pi) % TURN - math.pi
