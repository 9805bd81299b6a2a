"""Steam plant with governor TGOV1: droop, valve, reheat, damping.

w is the relative speed, w_db what of it lies outside the deadband (offset: the response begins at
zero at its edge), all in pu of `rated_kva`:

    T1 x1' = ref - w_db / R - x1                V_MIN <= x1 <= V_MAX, no windup
    T3 x2' = x1 - x2
    P      = x2 + T2 / T3 (x1 - x2) - Dt w      power used as torque, not divided by speed

`ref` is p_set + p_agc behind the ramp limit. Parameters are those of Kundur's two-area system.

Coarse, the plant follows its droop at once, P = ref - (1 / R + Dt) w within the valve limits (less
Dt w of the step before), and knows no deadband. Entering the fine regime, `trim_pu` takes up what
the coarse balance gave beyond the governor's own steady state, so that nothing moves; it stays for
that time.

Tripped, its power is zero at once, and so is its set point: back online, it ramps up from there.

Valid from 1 s coarse, up to 0.1 s fine, second order in the step. Leaves out: boiler pressure,
fast valving, voltage, reactive power, fuel; its inertia is in the area and stays there.
"""

from __future__ import annotations

from typing import ClassVar

from twin.component import Former, inp, out, param, state
from twin.lags import beyond, clipped, lag_mean, lagged, toward


class Tgov1(Former):
    """Steam turbine and governor TGOV1 with deadband, valve limits, ramp and AGC input."""

    role = "plant"
    fine_step_max_s: ClassVar[float] = 0.1

    rated_kva: float = param(100e3, "rating, base of all pu", gt=0)
    droop_pu: float = param(0.05, "R: change of frequency from no to full load", gt=0, le=1)
    deadband_hz: float = param(0.0, "deviation without response, offset kind", ge=0)
    t1_s: float = param(0.49, "T1: lag of the valve", ge=0)
    t2_s: float = param(2.1, "T2: lead of the reheater, T2 / T3 is the share ahead of it", ge=0)
    t3_s: float = param(7.0, "T3: lag of the reheater", gt=0)
    damping_pu: float = param(0.0, "Dt: power lost per pu of speed", ge=0)
    v_max_pu: float = param(1.0, "V_MAX: valve open")
    v_min_pu: float = param(0.0, "V_MIN: valve closed")
    ramp_pu_per_s: float = param(0.00025, "ramp of the set point; 1.5 %/min, coal", gt=0)
    f_nominal_hz: float = param(50.0, "nominal frequency", gt=0)

    p_set_kw: float = inp(0.0, "dispatched power at nominal frequency")
    p_agc_kw: float = inp(0.0, "change of it that secondary control asks for")
    online: bool = inp(True, "on the grid; false trips it")
    f_hz: float = inp(50.0, "frequency of the bus", ge=0)

    placed: bool = state(False, "its set point has begun", record=False)
    entering: bool = state(True, "its dynamics begin anew", record=False)
    tripped: bool = state(False, "off the grid")
    p_ref_kw: float = state(0.0, "set point behind the ramp")
    trim_pu: float = state(0.0, "set point that the coarse balance added", record=False)
    x1_pu: float = state(0.0, "valve")
    x2_pu: float = state(0.0, "steam behind the reheater")
    energy_kwh: float = state(0.0, "energy delivered")
    headroom_kw: float = out(0.0, "how far it can still rise", ge=0)

    def offer(self, dt_s: float) -> None:
        move_set_point(self, dt_s)
        self.p_min_kw = 0.0
        self.p_max_kw = 0.0
        self.k_kw_per_hz = 0.0
        if self.online:
            lost_pu = self.damping_pu * (self.f_hz / self.f_nominal_hz - 1.0)
            stiffness_pu = 1.0 / self.droop_pu + self.damping_pu
            self.k_kw_per_hz = stiffness_pu * self.rated_kva / self.f_nominal_hz
            self.p_min_kw = (min(self.v_min_pu, self.v_max_pu) - lost_pu) * self.rated_kva
            self.p_max_kw = (self.v_max_pu - lost_pu) * self.rated_kva
        self.p0_kw = self.p_ref_kw

    def step(self, dt_s: float) -> None:
        book(self, dt_s)

    def enter_fine(self) -> None:
        self.entering = True

    def fine_offer(self, dt_s: float) -> None:
        w = self.f_hz / self.f_nominal_hz - 1.0
        droop_pu = beyond(w, self.deadband_hz / self.f_nominal_hz) / self.droop_pu
        if not self.placed:
            move_set_point(self, dt_s)
            self.p_kw = self.p_ref_kw
        if self.entering:
            begin(self, w, droop_pu)
        move_set_point(self, dt_s)
        power_pu = 0.0
        self.k_kw_per_hz = 0.0
        if self.online:
            u = self.p_ref_kw / self.rated_kva + self.trim_pu - droop_pu
            free = lagged(self.x1_pu, u, self.t1_s, dt_s)
            valve = lag_mean(self.x1_pu, free, u, self.t1_s, dt_s)
            valve = clipped(valve, self.v_min_pu, self.v_max_pu)
            self.x1_pu = clipped(free, self.v_min_pu, self.v_max_pu)
            after = lagged(self.x2_pu, valve, self.t3_s, dt_s)
            steam = lag_mean(self.x2_pu, after, valve, self.t3_s, dt_s)
            self.x2_pu = after
            power_pu = steam + self.t2_s / self.t3_s * (valve - steam) - self.damping_pu * w
            self.k_kw_per_hz = self.rated_kva / (self.droop_pu * self.f_nominal_hz)
        else:
            self.x1_pu = 0.0
            self.x2_pu = 0.0
            self.trim_pu = 0.0
        self.p0_kw = power_pu * self.rated_kva
        self.p_min_kw = self.p0_kw
        self.p_max_kw = self.p0_kw

    def fine(self, dt_s: float) -> None:
        book(self, dt_s)


def move_set_point(plant: Tgov1, dt_s: float) -> None:
    """Ramp to what is wanted within the limits; begin there, and begin at zero after a trip."""
    low_kw = plant.v_min_pu * plant.rated_kva
    high_kw = plant.v_max_pu * plant.rated_kva
    wanted_kw = clipped(plant.p_set_kw + plant.p_agc_kw, low_kw, high_kw)
    if not plant.placed:
        plant.p_ref_kw = wanted_kw
        plant.placed = True
    most_kw = plant.ramp_pu_per_s * plant.rated_kva * dt_s
    plant.p_ref_kw = toward(plant.p_ref_kw, wanted_kw, most_kw) if plant.online else 0.0


def begin(plant: Tgov1, w: float, droop_pu: float) -> None:
    """Put the states where the plant stands still at its present power and frequency."""
    own_pu = plant.p_ref_kw / plant.rated_kva - droop_pu
    plant.x1_pu = plant.p_kw / plant.rated_kva + plant.damping_pu * w
    plant.x1_pu = clipped(plant.x1_pu, plant.v_min_pu, plant.v_max_pu)
    plant.x2_pu = plant.x1_pu
    plant.trim_pu = plant.x1_pu - clipped(own_pu, plant.v_min_pu, plant.v_max_pu)
    plant.entering = False


def book(plant: Tgov1, dt_s: float) -> None:
    """Deliver what the bus settled."""
    plant.p_kw = plant.p_settled_kw
    plant.tripped = not plant.online
    most_kw = plant.v_max_pu * plant.rated_kva if plant.online else 0.0
    plant.headroom_kw = max(most_kw - plant.p_kw, 0.0)
    plant.energy_kwh += plant.p_kw * dt_s / 3600.0
