"""A site bus at milliseconds in plain Python, with formers played by hand: one step, written out.

A former is an EMF behind a reactance where the bus says `apart`, else inertia and damping. Angles
stand at the middle of a step and frequencies at its ends (leapfrog), so both are of second order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from components.site_bus import SiteBus
from twin.lags import lag_mean, lagged

TURN = 2.0 * math.pi


@dataclass
class Emf:
    """What formers have in common: an EMF behind S / X, and what they tell their bus."""

    s_kva: float
    x_pu: float
    p0_kw: float = 0.0
    e_pu: float = 1.0
    delta_rad: float = 0.0
    df_hz: float = 0.0
    p_kw: float = 0.0
    q_kvar: float = 0.0
    inertia: float = field(default=0.0, init=False)
    damping: float = field(default=0.0, init=False)
    on: bool = True
    begun: bool = field(default=False, init=False)
    offers: dict[str, float] = field(default_factory=dict, init=False)

    def load(self, p_kw: float) -> None:
        """Stand at a power on a bus at nominal voltage and angle zero."""
        drop = p_kw * self.x_pu / self.s_kva
        self.p0_kw = self.p_kw = p_kw
        self.e_pu, self.delta_rad = math.sqrt(1.0 + drop * drop), math.atan(drop)

    def offer(self, bus: SiteBus, dt_s: float) -> None:
        self.offers = dict.fromkeys(("p0", "m", "d", "y", "ex", "ey"), 0.0)
        if not self.on:
            return
        if not bus.apart:
            self.offers |= {"p0": self.power_kw(dt_s), "m": self.inertia, "d": self.damping}
            return
        self.delta_rad += TURN * self.df_hz * dt_s * (1.0 if self.begun else 0.5)
        self.begun = True
        y = self.s_kva / self.x_pu
        self.offers["y"] = y
        self.offers["ex"] = y * self.e_pu * math.cos(self.delta_rad)
        self.offers["ey"] = y * self.e_pu * math.sin(self.delta_rad)

    def book(self, bus: SiteBus, dt_s: float) -> None:
        if not self.on:
            self.p_kw = self.q_kvar = 0.0
        elif bus.apart:
            y, v, away = self.offers["y"], bus.v_pu, self.delta_rad - bus.theta_rad
            self.p_kw = y * self.e_pu * v * math.sin(away)
            self.q_kvar = y * (self.e_pu * v * math.cos(away) - v * v)
            self.swing(dt_s)
        else:
            turned_kw = self.offers["d"] * bus.df_mean_hz + self.offers["m"] * bus.slope_hz_per_s
            self.p_kw = self.offers["p0"] - turned_kw
            self.df_hz = bus.df_end_hz
            drop = self.p_kw * self.x_pu / self.s_kva
            self.e_pu = math.sqrt(1.0 + drop * drop)
            self.delta_rad = bus.theta_rad + math.atan(drop)

    def power_kw(self, dt_s: float) -> float:
        """Its power at nominal frequency, its mean over the coming step."""
        return self.p0_kw

    def swing(self, dt_s: float) -> None:
        """Its frequency at the end of the step."""


@dataclass
class Droop(Emf):
    """A forming converter: tau df' = -df + m_p f0 (P_ref - P) / S."""

    droop_pu: float = 0.02
    tau_s: float = 0.02

    def __post_init__(self) -> None:
        self.damping = self.s_kva / (self.droop_pu * 50.0)
        self.inertia = self.tau_s * self.damping

    def swing(self, dt_s: float) -> None:
        self.df_hz = lagged(self.df_hz, (self.p0_kw - self.p_kw) / self.damping, self.tau_s, dt_s)


@dataclass
class Machine(Emf):
    """A generating set: 2 H S / f0 df' = P_m - P, its engine a lag behind a droop."""

    h_s: float = 1.0
    droop_pu: float = 0.04
    lag_s: float = 0.3
    engine_kw: float = field(default=math.nan, init=False)

    def __post_init__(self) -> None:
        self.inertia = 2.0 * self.h_s * self.s_kva / 50.0

    def power_kw(self, dt_s: float) -> float:
        """The engine as its lag leaves it, from the middle of a step to that of the next."""
        if math.isnan(self.engine_kw):
            self.engine_kw = self.p0_kw
        wanted_kw = self.p0_kw - self.s_kva * self.df_hz / (self.droop_pu * 50.0)
        before_kw = self.engine_kw
        self.engine_kw = lagged(before_kw, wanted_kw, self.lag_s, dt_s)
        mean_kw = lag_mean(before_kw, self.engine_kw, wanted_kw, self.lag_s, dt_s)
        return mean_kw + 0.5 * (self.engine_kw - before_kw)

    def swing(self, dt_s: float) -> None:
        self.df_hz += dt_s * (self.power_kw(dt_s) - self.p_kw) / self.inertia


@dataclass
class SiteIsland:
    """One bus, its formers and a load of constant power, on a grid if the bus is `held`."""

    bus: SiteBus
    formers: Sequence[Any] = ()
    load_kw: float = 0.0
    load_kvar: float = 0.0
    source_kw: float = 0.0
    knee_pu: float = 0.0  # below it the load is constant impedance
    told_pu: float = field(default=1.0, init=False)  # the voltage its load was told

    def __post_init__(self) -> None:
        self.bus.start()
        self.bus.enter_fine()

    def step(self, dt_s: float = 0.001) -> None:
        bus = self.bus
        bus.fine_begin(dt_s)
        low = self.told_pu = bus.v_pu
        served = 1.0 if low >= self.knee_pu else (low / self.knee_pu) * (low / self.knee_pu)
        bus.p_demand_kw, bus.p_source_kw = served * self.load_kw, self.source_kw
        bus.q_kvar = -served * self.load_kvar
        for former in self.formers:
            former.offer(bus, dt_s)
        total = {key: sum(f.offers[key] for f in self.formers) for key in ("p0", "m", "d")}
        bus.p0_inside_kw = bus.p_formers_kw = total["p0"]
        bus.inertia_inside_kws_per_hz, bus.damping_inside_kw_per_hz = total["m"], total["d"]
        bus.y_inside_kva = sum(f.offers["y"] for f in self.formers)
        bus.ex_inside_kva = sum(f.offers["ex"] for f in self.formers)
        bus.ey_inside_kva = sum(f.offers["ey"] for f in self.formers)
        if bus.held:
            bus.fine_offer(dt_s)
            bus.p_settled_kw = bus.p0_kw
        bus.fine(dt_s)
        for former in self.formers:
            former.book(bus, dt_s)

    def run(self, seconds: float, dt_s: float = 0.001) -> list[float]:
        """The frequency that devices were told in each step."""
        found = []
        for _ in range(round(seconds / dt_s)):
            self.step(dt_s)
            found.append(self.bus.f_hz)
        return found
