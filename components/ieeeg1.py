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
deadband. Entering the fine regime, `trim_pu` takes up what the coarse balance gave beyond the
governor's own steady state, so that nothing moves; it stays for that time.

Tripped, its power is zero at once, and so is its set point: back online, it ramps up from there.

Valid from 1 s coarse, up to 0.1 s fine, second order in the step. Leaves out: boiler pressure,
fast valving, voltage, reactive power, fuel; its inertia is in the area and stays there.
"""

from __future__ import annotations

from typing import ClassVar

from twin.component import Former, inp, out, param, state
from twin.lags import beyond, clipped, lag_mean, lagged, toward


class Ieeeg1(Former):
    """Steam turbine and governor IEEEG1 with deadband, rate and valve limits, ramp, AGC input."""

    role = "plant"
    fine_step_max_s: ClassVar[float] = 0.1

    rated_kva: float = param(100e3, "rating, base of all pu", gt=0)
    droop_pu: float = param(0.05, "R: change of frequency from no to full load", gt=0, le=1)
    deadband_hz: float = param(0.0, "deviation without response, offset kind", ge=0)
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
    x_pu: float = state(0.0, "lag of the governor", record=False)
    valve_pu: float = state(0.0, "valve")
    x4_pu: float = state(0.0, "steam behind the chest", record=False)
    x5_pu: float = state(0.0, "steam behind the reheater", record=False)
    x6_pu: float = state(0.0, "steam behind the crossover", record=False)
    x7_pu: float = state(0.0, "steam behind the last stage", record=False)
    energy_kwh: float = state(0.0, "energy delivered")
    headroom_kw: float = out(0.0, "how far it can still rise", ge=0)

    def offer(self, dt_s: float) -> None:
        move_set_point(self, dt_s)
        self.p_min_kw = 0.0
        self.p_max_kw = 0.0
        self.k_kw_per_hz = 0.0
        if self.online:
            self.k_kw_per_hz = self.rated_kva / (self.droop_pu * self.f_nominal_hz)
            self.p_min_kw = min(self.p_min_pu, self.p_max_pu) * self.rated_kva
            self.p_max_kw = self.p_max_pu * self.rated_kva
        self.p0_kw = self.p_ref_kw

    def step(self, dt_s: float) -> None:
        book(self, dt_s)

    def enter_fine(self) -> None:
        self.entering = True

    def fine_offer(self, dt_s: float) -> None:
        w_pu = self.f_hz / self.f_nominal_hz - 1.0
        speed_pu = beyond(w_pu, self.deadband_hz / self.f_nominal_hz)
        if not self.placed:
            move_set_point(self, dt_s)
            self.p_kw = self.p_ref_kw
        if self.entering:
            stand(self, self.p_kw / self.rated_kva, speed_pu)
        move_set_point(self, dt_s)
        power_pu = 0.0
        self.k_kw_per_hz = 0.0
        if self.online:
            power_pu = turned_pu(self, moved_valve_pu(self, speed_pu, dt_s), dt_s)
            self.k_kw_per_hz = self.rated_kva / (self.droop_pu * self.f_nominal_hz)
        else:
            stand(self, 0.0, 0.0)
        self.p0_kw = power_pu * self.rated_kva
        self.p_min_kw = self.p0_kw
        self.p_max_kw = self.p0_kw

    def fine(self, dt_s: float) -> None:
        book(self, dt_s)


def move_set_point(plant: Ieeeg1, dt_s: float) -> None:
    """Ramp to what is wanted within the limits; begin there, and begin at zero after a trip."""
    low_kw = plant.p_min_pu * plant.rated_kva
    high_kw = plant.p_max_pu * plant.rated_kva
    wanted_kw = clipped(plant.p_set_kw + plant.p_agc_kw, low_kw, high_kw)
    if not plant.placed:
        plant.p_ref_kw = wanted_kw
        plant.placed = True
    most_kw = plant.ramp_pu_per_s * plant.rated_kva * dt_s
    plant.p_ref_kw = toward(plant.p_ref_kw, wanted_kw, most_kw) if plant.online else 0.0


def stand(plant: Ieeeg1, power_pu: float, speed_pu: float) -> None:
    """Put the states where the plant stands still at a power and a speed."""
    own_pu = plant.p_ref_kw / plant.rated_kva - speed_pu / plant.droop_pu
    plant.x_pu = -speed_pu
    plant.valve_pu = clipped(power_pu, plant.p_min_pu, plant.p_max_pu)
    plant.x4_pu = plant.valve_pu
    plant.x5_pu = plant.valve_pu
    plant.x6_pu = plant.valve_pu
    plant.x7_pu = plant.valve_pu
    plant.trim_pu = plant.valve_pu - clipped(own_pu, plant.p_min_pu, plant.p_max_pu)
    plant.entering = False


def moved_valve_pu(plant: Ieeeg1, speed_pu: float, dt_s: float) -> float:
    """Move the governor and the valve; the mean of the valve over the step."""
    after = lagged(plant.x_pu, -speed_pu, plant.t1_s, dt_s)
    x = lag_mean(plant.x_pu, after, -speed_pu, plant.t1_s, dt_s)
    plant.x_pu = after
    led = x + plant.t2_s / plant.t1_s * (-speed_pu - x)
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


def book(plant: Ieeeg1, dt_s: float) -> None:
    """Deliver what the bus settled."""
    plant.p_kw = plant.p_settled_kw
    plant.tripped = not plant.online
    most_kw = plant.p_max_pu * plant.rated_kva if plant.online else 0.0
    plant.headroom_kw = max(most_kw - plant.p_kw, 0.0)
    plant.energy_kwh += plant.p_kw * dt_s / 3600.0
