"""Steam plant with governor IEEEG1: droop, rate and position of the valve, four stages of steam.

w is the relative speed, w_db what of it lies outside the deadband (offset: the response begins at
zero at its edge), all in pu of `rated_kva`, the gain K is 1 / droop:

    T1 x' = -w_db - x                           y = K (x + T2 / T1 (-w_db - x))
    g'    = (y + ref - g) / T3                  UC <= g' <= UO,  P_MIN <= g <= P_MAX, no windup
    T4 x4' = g - x4,  T5 x5' = x4 - x5,  T6 x6' = x5 - x6,  T7 x7' = x6 - x7
    P     = (K1 x4 + K3 x5 + K5 x6 + K7 x7) / (K1 + K3 + K5 + K7)

Power is used as torque, not divided by speed. `ref` is p_set + p_agc behind the ramp limit. Times
and fractions are the defaults of ANDES; K2, K4, K6 and K8, the second shaft of a cross-compound
set, are left out: make it a second plant.

Coarse, the plant follows its droop at once, P = ref - K w within the valve limits, and knows no
deadband. Set point, trim, trip and inertia: `_plant.py`.

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


class Ieeeg1(Plant):
    """Steam turbine and governor IEEEG1 with deadband, rate and valve limits, ramp, AGC input."""

    t1_s: float = param(1.0, "T1: lag of the governor", gt=0)
    t2_s: float = param(1.0, "T2: lead of the governor", ge=0)
    t3_s: float = param(0.1, "T3: lag of the valve", gt=0)
    uo_pu_per_s: float = param(0.1, "UO: fastest opening of the valve", ge=0)
    uc_pu_per_s: float = param(-0.1, "UC: fastest closing of the valve", le=0)
    p_max_pu: float = param(1.0, "P_MAX: valve open")
    p_min_pu: float = param(0.0, "P_MIN: valve closed")
    t4_s: float = param(0.4, "T4: lag of the steam chest", ge=0)
    t5_s: float = param(8.0, "T5: lag of the reheater", ge=0)
    t6_s: float = param(0.5, "T6: lag of the crossover", ge=0)
    t7_s: float = param(0.05, "T7: lag of the last stage", ge=0)
    k1_pu: float = param(0.5, "K1: weight of what comes behind T4", ge=0)
    k3_pu: float = param(0.5, "K3: weight of what comes behind T5", ge=0)
    k5_pu: float = param(0.0, "K5: weight of what comes behind T6", ge=0)
    k7_pu: float = param(0.0, "K7: weight of what comes behind T7", ge=0)

    x_pu: float = state(0.0, "lag of the governor", record=False)
    valve_pu: float = state(0.0, "valve")
    x4_pu: float = state(0.0, "steam behind the chest", record=False)
    x5_pu: float = state(0.0, "steam behind the reheater", record=False)
    x6_pu: float = state(0.0, "steam behind the crossover", record=False)
    x7_pu: float = state(0.0, "steam behind the last stage", record=False)

    def offer(self, dt_s: float) -> None:
        move_set_point(self, self.p_min_pu, self.p_max_pu, dt_s)
        k_kw_per_hz = self.rated_kva / (self.droop_pu * self.f_nominal_hz)
        offer_range(self, k_kw_per_hz, min(self.p_min_pu, self.p_max_pu), self.p_max_pu)

    def step(self, dt_s: float) -> None:
        book(self, self.p_max_pu, dt_s)

    def enter_fine(self) -> None:
        self.entering = True

    def fine_offer(self, dt_s: float) -> None:
        w_db = felt_pu(self, speed_pu(self))
        place(self, self.p_min_pu, self.p_max_pu, dt_s)
        if self.entering:
            stand(self, self.p_kw / self.rated_kva, w_db)
        move_set_point(self, self.p_min_pu, self.p_max_pu, dt_s)
        power_pu = 0.0
        if self.online:
            power_pu = turned_pu(self, moved_valve_pu(self, w_db, dt_s), dt_s)
        else:
            stand(self, 0.0, 0.0)
        offer_power(self, power_pu)

    def fine(self, dt_s: float) -> None:
        book(self, self.p_max_pu, dt_s)


def stand(plant: Ieeeg1, power_pu: float, w_db: float) -> None:
    """Put the states where the plant stands still at a power and a speed."""
    own_pu = plant.p_ref_kw / plant.rated_kva - w_db / plant.droop_pu
    plant.x_pu = -w_db
    plant.valve_pu = clipped(power_pu, plant.p_min_pu, plant.p_max_pu)
    plant.x4_pu = plant.valve_pu
    plant.x5_pu = plant.valve_pu
    plant.x6_pu = plant.valve_pu
    plant.x7_pu = plant.valve_pu
    trim(plant, plant.valve_pu, own_pu, plant.p_min_pu, plant.p_max_pu)


def moved_valve_pu(plant: Ieeeg1, w_db: float, dt_s: float) -> float:
    """Move the governor and the valve; the mean of the valve over the step."""
    after = lagged(plant.x_pu, -w_db, plant.t1_s, dt_s)
    x = lag_mean(plant.x_pu, after, -w_db, plant.t1_s, dt_s)
    plant.x_pu = after
    led = x + plant.t2_s / plant.t1_s * (-w_db - x)
    wanted = led / plant.droop_pu + plant.p_ref_kw / plant.rated_kva + plant.trim_pu
    before = plant.valve_pu
    way = lagged(before, wanted, plant.t3_s, dt_s) - before
    way = clipped(way, plant.uc_pu_per_s * dt_s, plant.uo_pu_per_s * dt_s)
    plant.valve_pu = clipped(before + way, plant.p_min_pu, plant.p_max_pu)
    return 0.5 * (before + plant.valve_pu)


def turned_pu(plant: Ieeeg1, valve: float, dt_s: float) -> float:
    """Move the steam through its four stages; the mean power over the step."""
    after4 = lagged(plant.x4_pu, valve, plant.t4_s, dt_s)
    mean4 = lag_mean(plant.x4_pu, after4, valve, plant.t4_s, dt_s)
    after5 = lagged(plant.x5_pu, mean4, plant.t5_s, dt_s)
    mean5 = lag_mean(plant.x5_pu, after5, mean4, plant.t5_s, dt_s)
    after6 = lagged(plant.x6_pu, mean5, plant.t6_s, dt_s)
    mean6 = lag_mean(plant.x6_pu, after6, mean5, plant.t6_s, dt_s)
    after7 = lagged(plant.x7_pu, mean6, plant.t7_s, dt_s)
    mean7 = lag_mean(plant.x7_pu, after7, mean6, plant.t7_s, dt_s)
    plant.x4_pu = after4
    plant.x5_pu = after5
    plant.x6_pu = after6
    plant.x7_pu = after7
    weight = plant.k1_pu + plant.k3_pu + plant.k5_pu + plant.k7_pu
    power = plant.k1_pu * mean4 + plant.k3_pu * mean5 + plant.k5_pu * mean6 + plant.k7_pu * mean7
    return power / weight
