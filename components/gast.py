"""Gas turbine with governor GAST: droop, fuel valve, limit of the exhaust temperature.

w is the relative speed, w_db what of it lies outside the deadband (offset: the response begins at
zero at its edge), all in pu of `rated_kva`:

    u      = min(ref - w_db / R,  AT + KT (AT - x3))      the lesser of speed and temperature
    T1 x1' = u - x1                                       V_MIN <= x1 <= V_MAX, no windup
    T2 x2' = x1 - x2,  T3 x3' = x2 - x3
    P      = x2 - Dt w                                    power used as torque

`ref` is p_set + p_agc behind the ramp limit. The temperature gate holds AT in the end and lets the
turbine above it for a time of T3. Parameters are the defaults of ANDES.

Coarse, the plant follows its droop at once, P = ref - (1 / R + Dt) w up to the lesser of V_MAX and
AT (less Dt w of the step before), and knows no deadband. Set point, trim, trip and inertia:
`_plant.py`.

Valid from 1 s coarse, up to 0.1 s fine, second order in the step. Leaves out: the loss of power
with speed and with the temperature of the air, voltage, reactive power, fuel.
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


class Gast(Plant):
    """Gas turbine and governor GAST with deadband, valve and temperature limits, ramp, AGC."""

    t1_s: float = param(0.1, "T1: lag of the governor", ge=0)
    t2_s: float = param(0.2, "T2: lag of the fuel and the turbine", ge=0)
    t3_s: float = param(10.0, "T3: lag of the exhaust temperature", gt=0)
    at_pu: float = param(1.0, "AT: power that the exhaust temperature allows", gt=0)
    kt_pu: float = param(5.0, "KT: gain of the temperature limit", ge=0)
    damping_pu: float = param(0.0, "Dt: power lost per pu of speed", ge=0)
    v_max_pu: float = param(1.0, "V_MAX: valve open")
    v_min_pu: float = param(0.0, "V_MIN: valve closed")
    ramp_pu_per_s: float = param(0.002, "ramp of the set point; 12 %/min, an assumption", gt=0)

    x1_pu: float = state(0.0, "fuel valve")
    x2_pu: float = state(0.0, "turbine", record=False)
    x3_pu: float = state(0.0, "exhaust temperature, as the power it stands for")

    def offer(self, dt_s: float) -> None:
        move_set_point(self, self.v_min_pu, most_pu(self), dt_s)
        lost_pu = self.damping_pu * speed_pu(self)
        stiffness_pu = 1.0 / self.droop_pu + self.damping_pu
        k_kw_per_hz = stiffness_pu * self.rated_kva / self.f_nominal_hz
        low_pu = min(self.v_min_pu, most_pu(self)) - lost_pu
        offer_range(self, k_kw_per_hz, low_pu, most_pu(self) - lost_pu)

    def step(self, dt_s: float) -> None:
        book(self, most_pu(self), dt_s)

    def enter_fine(self) -> None:
        self.entering = True

    def fine_offer(self, dt_s: float) -> None:
        w = speed_pu(self)
        droop_pu = felt_pu(self, w) / self.droop_pu
        place(self, self.v_min_pu, most_pu(self), dt_s)
        if self.entering:
            begin(self, w, droop_pu)
        move_set_point(self, self.v_min_pu, most_pu(self), dt_s)
        power_pu = 0.0
        if self.online:
            hot = self.x3_pu + 0.5 * dt_s / self.t3_s * (self.x2_pu - self.x3_pu)
            gate = self.at_pu + self.kt_pu * (self.at_pu - hot)
            u = min(self.p_ref_kw / self.rated_kva + self.trim_pu - droop_pu, gate)
            free = lagged(self.x1_pu, u, self.t1_s, dt_s)
            valve = lag_mean(self.x1_pu, free, u, self.t1_s, dt_s)
            valve = clipped(valve, self.v_min_pu, self.v_max_pu)
            self.x1_pu = clipped(free, self.v_min_pu, self.v_max_pu)
            after = lagged(self.x2_pu, valve, self.t2_s, dt_s)
            shaft = lag_mean(self.x2_pu, after, valve, self.t2_s, dt_s)
            self.x2_pu = after
            self.x3_pu = lagged(self.x3_pu, shaft, self.t3_s, dt_s)
            power_pu = shaft - self.damping_pu * w
        else:
            self.x1_pu = 0.0
            self.x2_pu = 0.0
            self.x3_pu = 0.0
            self.trim_pu = 0.0
        offer_power(self, power_pu)

    def fine(self, dt_s: float) -> None:
        book(self, most_pu(self), dt_s)


def most_pu(plant: Gast) -> float:
    """Power that valve and exhaust temperature allow in the end."""
    return min(plant.v_max_pu, plant.at_pu)


def begin(plant: Gast, w: float, droop_pu: float) -> None:
    """Put the states where the plant stands still at its present power and frequency."""
    own_pu = plant.p_ref_kw / plant.rated_kva - droop_pu
    plant.x1_pu = plant.p_kw / plant.rated_kva + plant.damping_pu * w
    plant.x1_pu = clipped(plant.x1_pu, plant.v_min_pu, most_pu(plant))
    plant.x2_pu = plant.x1_pu
    plant.x3_pu = plant.x1_pu
    trim(plant, plant.x1_pu, own_pu, plant.v_min_pu, most_pu(plant))
