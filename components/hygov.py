"""Hydro plant with governor HYGOV in the form of PSS/E: transient droop, gate, water column.

w is the relative speed, w_db what of it lies outside the deadband (offset: the response begins at
zero at its edge), all in pu of `rated_kva`:

    Tf e' = -w_db + R (q0 - c) - e              q0 = ref / At + q_NL
    c'    = (e + Tr e') / (r Tr)                |c'| <= VELM,  G_MIN <= c <= G_MAX, no windup
    Tg g' = c - g                               gate
    Tw q' = 1 - h,  h = (q / g)^2               flow and head
    P     = At h (q - q_NL) - Dt w g            power used as torque, not divided by speed

`ref` is p_set + p_agc behind the ramp limit. Over a step with the gate at its mean the flow is
solved exactly, so that the power is defined at any opening. ANDES takes r Tr as 1 and lets its
rate limit lock the gate; this form does not. Defaults are a textbook-like set.

Coarse, the plant follows its droop at once, P = ref - (At / R + Dt q0) w within the gate limits
(with the w of the step before), and knows no deadband. Tripped, its gate stands at no load. Set
point, trim, trip and inertia: `_plant.py`.

Valid from 1 s coarse, up to 0.1 s fine, second order in the step. Leaves out: an elastic column,
surge tank, deflector and relief valve, voltage, reactive power.
"""

from __future__ import annotations

import math

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

CLOSED_PU = 1e-6  # a gate that is closed tighter would divide by nothing


class Hygov(Plant):
    """Hydro turbine and governor HYGOV with deadband, rate and gate limits, ramp, AGC input."""

    transient_droop_pu: float = param(0.3, "r: droop before the dashpot gives way", gt=0)
    tr_s: float = param(5.0, "Tr: time of the dashpot", gt=0)
    tf_s: float = param(0.05, "Tf: lag of the filter", gt=0)
    tg_s: float = param(0.2, "Tg: lag of the gate servo", ge=0)
    velm_pu_per_s: float = param(0.2, "VELM: fastest movement of the gate", ge=0)
    g_max_pu: float = param(1.0, "G_MAX: gate open", gt=0)
    g_min_pu: float = param(0.0, "G_MIN: gate closed", ge=0)
    tw_s: float = param(1.0, "Tw: time constant of the water column", gt=0)
    at_pu: float = param(1.1, "At: power per flow", gt=0)
    q_nl_pu: float = param(0.08, "q_NL: flow at no load", ge=0)
    damping_pu: float = param(0.5, "Dt: power lost per pu of speed at full gate", ge=0)
    ramp_pu_per_s: float = param(0.01, "ramp of the set point; 60 %/min, an assumption", gt=0)

    e_pu: float = state(0.0, "filtered error", record=False)
    c_pu: float = state(0.0, "wanted gate", record=False)
    gate_pu: float = state(0.0, "gate")
    flow_pu: float = state(0.0, "flow of water")

    def offer(self, dt_s: float) -> None:
        move_set_point(self, least_pu(self, 0.0), most_pu(self, 0.0), dt_s)
        w = speed_pu(self)
        open_pu = self.p_ref_kw / self.rated_kva / self.at_pu + self.q_nl_pu
        stiffness_pu = self.at_pu / self.droop_pu + self.damping_pu * open_pu
        k_kw_per_hz = stiffness_pu * self.rated_kva / self.f_nominal_hz
        low_pu = least_pu(self, w)
        offer_range(self, k_kw_per_hz, low_pu, max(most_pu(self, w), low_pu))

    def step(self, dt_s: float) -> None:
        book(self, most_pu(self, 0.0), dt_s)

    def enter_fine(self) -> None:
        self.entering = True

    def fine_offer(self, dt_s: float) -> None:
        w = speed_pu(self)
        w_db = felt_pu(self, w)
        low_pu, high_pu = least_pu(self, 0.0), most_pu(self, 0.0)
        place(self, low_pu, high_pu, dt_s)
        if self.entering:
            stand(self, self.p_kw / self.rated_kva, w, w_db)
        move_set_point(self, low_pu, high_pu, dt_s)
        power_pu = 0.0
        if self.online:
            gate = moved_gate_pu(self, w_db, dt_s)
            power_pu = turned_pu(self, gate, dt_s) - self.damping_pu * w * gate
        else:
            stand(self, 0.0, 0.0, 0.0)
        offer_power(self, power_pu)

    def fine(self, dt_s: float) -> None:
        book(self, most_pu(self, 0.0), dt_s)


def least_pu(plant: Hygov, w: float) -> float:
    """Power with the gate as far closed as it goes."""
    gate = min(plant.g_min_pu, plant.g_max_pu)
    return plant.at_pu * (gate - plant.q_nl_pu) - plant.damping_pu * w * gate


def most_pu(plant: Hygov, w: float) -> float:
    """Power with the gate open."""
    gate = plant.g_max_pu
    return plant.at_pu * (gate - plant.q_nl_pu) - plant.damping_pu * w * gate


def stand(plant: Hygov, power_pu: float, w: float, w_db: float) -> None:
    """Put the states where the plant stands still at a power and a speed."""
    own = plant.p_ref_kw / plant.rated_kva / plant.at_pu + plant.q_nl_pu
    lean = plant.at_pu - plant.damping_pu * w
    gate = (power_pu + plant.at_pu * plant.q_nl_pu) / lean if lean > 0.0 else plant.q_nl_pu
    plant.c_pu = clipped(gate, plant.g_min_pu, plant.g_max_pu)
    plant.gate_pu = plant.c_pu
    plant.flow_pu = plant.c_pu
    trim(plant, plant.c_pu, own - w_db / plant.droop_pu, plant.g_min_pu, plant.g_max_pu)
    plant.e_pu = plant.droop_pu * (own + plant.trim_pu - plant.c_pu) - w_db


def moved_gate_pu(plant: Hygov, w_db: float, dt_s: float) -> float:
    """Move governor and gate; the mean of the gate over the step."""
    own = plant.p_ref_kw / plant.rated_kva / plant.at_pu + plant.q_nl_pu + plant.trim_pu
    push = plant.droop_pu * (own - plant.c_pu) - w_db
    slope = (push - plant.e_pu) / plant.tf_s
    halfway = plant.c_pu + 0.5 * dt_s * gate_pu_per_s(plant, plant.e_pu, slope)
    push = plant.droop_pu * (own - clipped(halfway, plant.g_min_pu, plant.g_max_pu)) - w_db
    after = lagged(plant.e_pu, push, plant.tf_s, dt_s)
    mean = lag_mean(plant.e_pu, after, push, plant.tf_s, dt_s)
    way = dt_s * gate_pu_per_s(plant, mean, (after - plant.e_pu) / dt_s)
    before = plant.c_pu
    plant.e_pu = after
    plant.c_pu = clipped(before + way, plant.g_min_pu, plant.g_max_pu)
    wanted = 0.5 * (before + plant.c_pu)
    after = lagged(plant.gate_pu, wanted, plant.tg_s, dt_s)
    gate = lag_mean(plant.gate_pu, after, wanted, plant.tg_s, dt_s)
    plant.gate_pu = after
    return gate


def gate_pu_per_s(plant: Hygov, e_pu: float, slope_pu_per_s: float) -> float:
    """Movement of the wanted gate behind the transient droop and its rate limit."""
    free = (e_pu / plant.tr_s + slope_pu_per_s) / plant.transient_droop_pu
    return clipped(free, -plant.velm_pu_per_s, plant.velm_pu_per_s)


def turned_pu(plant: Hygov, gate: float, dt_s: float) -> float:
    """Move the water with the gate held; the mean power over the step, at nominal speed.

    Tw q' = 1 - (q / g)^2 is solved by q = g tanh(t / (g Tw) + const), and the mean of the head
    follows from the change of flow.
    """
    g = max(gate, CLOSED_PU)
    part = math.tanh(dt_s / (g * plant.tw_s))
    before = plant.flow_pu
    plant.flow_pu = g * (before + g * part) / (g + before * part)
    head = 1.0 - plant.tw_s * (plant.flow_pu - before) / dt_s
    return plant.at_pu * head * (0.5 * (before + plant.flow_pu) - plant.q_nl_pu)
