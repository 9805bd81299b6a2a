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
AT (less Dt w of the step before), and knows no deadband. Entering the fine regime, `trim_pu` takes
up what the coarse balance gave beyond the governor's own steady state, so that nothing moves; it
stays for that time.

Tripped, its power is zero at once, and so is its set point: back online, it ramps up from there.

Valid from 1 s coarse, up to 0.1 s fine, second order in the step. Leaves out: the loss of power
with speed and with the temperature of the air, voltage, reactive power, fuel; its inertia is in
the area and stays there.
"""

from __future__ import annotations

from typing import ClassVar

from twin.component import Former, inp, out, param, state
from twin.lags import beyond, clipped, lag_mean, lagged, toward


class Gast(Former):
    """Gas turbine and governor GAST with deadband, valve and temperature limits, ramp, AGC."""

    role = "plant"
    fine_step_max_s: ClassVar[float] = 0.1

    rated_kva: float = param(100e3, "rating, base of all pu", gt=0)
    droop_pu: float = param(0.05, "R: change of frequency from no to full load", gt=0, le=1)
    deadband_hz: float = param(0.0, "deviation without response, offset kind", ge=0)
    t1_s: float = param(0.1, "T1: lag of the governor", ge=0)
    t2_s: float = param(0.2, "T2: lag of the fuel and the turbine", ge=0)
    t3_s: float = param(10.0, "T3: lag of the exhaust temperature", gt=0)
    at_pu: float = param(1.0, "AT: power that the exhaust temperature allows", gt=0)
    kt_pu: float = param(5.0, "KT: gain of the temperature limit", ge=0)
    damping_pu: float = param(0.0, "Dt: power lost per pu of speed", ge=0)
    v_max_pu: float = param(1.0, "V_MAX: valve open")
    v_min_pu: float = param(0.0, "V_MIN: valve closed")
    ramp_pu_per_s: float = param(0.002, "ramp of the set point; 12 %/min, an assumption", gt=0)
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
    x1_pu: float = state(0.0, "fuel valve")
    x2_pu: float = state(0.0, "turbine", record=False)
    x3_pu: float = state(0.0, "exhaust temperature, as the power it stands for")
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
            most_pu = min(self.v_max_pu, self.at_pu)
            self.p_min_kw = (min(self.v_min_pu, most_pu) - lost_pu) * self.rated_kva
            self.p_max_kw = (most_pu - lost_pu) * self.rated_kva
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
            self.k_kw_per_hz = self.rated_kva / (self.droop_pu * self.f_nominal_hz)
        else:
            self.x1_pu = 0.0
            self.x2_pu = 0.0
            self.x3_pu = 0.0
            self.trim_pu = 0.0
        self.p0_kw = power_pu * self.rated_kva
        self.p_min_kw = self.p0_kw
        self.p_max_kw = self.p0_kw

    def fine(self, dt_s: float) -> None:
        book(self, dt_s)


def move_set_point(plant: Gast, dt_s: float) -> None:
    """Ramp to what is wanted within the limits; begin there, and begin at zero after a trip."""
    low_kw = plant.v_min_pu * plant.rated_kva
    high_kw = min(plant.v_max_pu, plant.at_pu) * plant.rated_kva
    wanted_kw = clipped(plant.p_set_kw + plant.p_agc_kw, low_kw, high_kw)
    if not plant.placed:
        plant.p_ref_kw = wanted_kw
        plant.placed = True
    most_kw = plant.ramp_pu_per_s * plant.rated_kva * dt_s
    plant.p_ref_kw = toward(plant.p_ref_kw, wanted_kw, most_kw) if plant.online else 0.0


def begin(plant: Gast, w: float, droop_pu: float) -> None:
    """Put the states where the plant stands still at its present power and frequency."""
    most_pu = min(plant.v_max_pu, plant.at_pu)
    own_pu = plant.p_ref_kw / plant.rated_kva - droop_pu
    plant.x1_pu = plant.p_kw / plant.rated_kva + plant.damping_pu * w
    plant.x1_pu = clipped(plant.x1_pu, plant.v_min_pu, most_pu)
    plant.x2_pu = plant.x1_pu
    plant.x3_pu = plant.x1_pu
    plant.trim_pu = plant.x1_pu - clipped(own_pu, plant.v_min_pu, most_pu)
    plant.entering = False


def book(plant: Gast, dt_s: float) -> None:
    """Deliver what the bus settled."""
    plant.p_kw = plant.p_settled_kw
    plant.tripped = not plant.online
    most_kw = min(plant.v_max_pu, plant.at_pu) * plant.rated_kva if plant.online else 0.0
    plant.headroom_kw = max(most_kw - plant.p_kw, 0.0)
    plant.energy_kwh += plant.p_kw * dt_s / 3600.0
