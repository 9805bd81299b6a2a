"""Steam plant with governor TGOV1: droop, valve, reheat, damping.

w is the relative speed, w_db what of it lies outside the deadband (offset: the response begins at
zero at its edge), all in pu of `rated_kva`:

    T1 x1' = ref - w_db / R - x1                V_MIN <= x1 <= V_MAX, no windup
    T3 x2' = x1 - x2
    P      = x2 + T2 / T3 (x1 - x2) - Dt w      power used as torque, not divided by speed

`ref` is p_set + p_agc behind the ramp limit. Parameters are those of Kundur's two-area system.

Coarse, the plant follows its droop at once, P = ref - (1 / R + Dt) w within the valve limits (less
Dt w of the step before), and knows no deadband. Set point, trim, trip and inertia: `_plant.py`.

Valid from 1 s coarse, up to 0.1 s fine, second order in the step. Leaves out: boiler pressure,
fast valving, voltage, reactive power, fuel.
"""

from __future__ import annotations

from components._plant import (
    Plant,
    book,
    felt_pu,
    move_set_point,
    offer_power,
    offer_range,
    place,
    speed_pu,
    trim,
)
from twin.component import param, state
from twin.lags import clipped, lag_mean, lagged


class Tgov1(Plant):
    """Steam turbine and governor TGOV1 with deadband, valve limits, ramp and AGC input."""

    t1_s: float = param(0.49, "T1: lag of the valve", ge=0)
    t2_s: float = param(2.1, "T2: lead of the reheater, T2 / T3 is the share ahead of it", ge=0)
    t3_s: float = param(7.0, "T3: lag of the reheater", gt=0)
    damping_pu: float = param(0.0, "Dt: power lost per pu of speed", ge=0)
    v_max_pu: float = param(1.0, "V_MAX: valve open")
    v_min_pu: float = param(0.0, "V_MIN: valve closed")

    x1_pu: float = state(0.0, "valve")
    x2_pu: float = state(0.0, "steam behind the reheater")

    def offer(self, dt_s: float) -> None:
        move_set_point(self, self.v_min_pu, self.v_max_pu, dt_s)
        lost_pu = self.damping_pu * speed_pu(self)
        stiffness_pu = 1.0 / self.droop_pu + self.damping_pu
        k_kw_per_hz = stiffness_pu * self.rated_kva / self.f_nominal_hz
        low_pu = min(self.v_min_pu, self.v_max_pu) - lost_pu
        offer_range(self, k_kw_per_hz, low_pu, self.v_max_pu - lost_pu)

    def step(self, dt_s: float) -> None:
        book(self, self.v_max_pu, dt_s)

    def enter_fine(self) -> None:
        self.entering = True

    def fine_offer(self, dt_s: float) -> None:
        w = speed_pu(self)
        droop_pu = felt_pu(self, w) / self.droop_pu
        place(self, self.v_min_pu, self.v_max_pu, dt_s)
        if self.entering:
            begin(self, w, droop_pu)
        move_set_point(self, self.v_min_pu, self.v_max_pu, dt_s)
        power_pu = 0.0
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
        else:
            self.x1_pu = 0.0
            self.x2_pu = 0.0
            self.trim_pu = 0.0
        offer_power(self, power_pu)

    def fine(self, dt_s: float) -> None:
        book(self, self.v_max_pu, dt_s)


def begin(plant: Tgov1, w: float, droop_pu: float) -> None:
    """Put the states where the plant stands still at its present power and frequency."""
    own_pu = plant.p_ref_kw / plant.rated_kva - droop_pu
    plant.x1_pu = plant.p_kw / plant.rated_kva + plant.damping_pu * w
    plant.x1_pu = clipped(plant.x1_pu, plant.v_min_pu, plant.v_max_pu)
    plant.x2_pu = plant.x1_pu
    trim(plant, plant.x1_pu, own_pu, plant.v_min_pu, plant.v_max_pu)
