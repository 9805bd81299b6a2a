"""What plants with a governor share: set point, trim, trip, inertia, books; pu of `rated_kva`.

The set point moves to p_set + p_agc, held within the limits of the plant, no faster than its ramp.
Entering the fine regime, `trim_pu` takes up what the coarse balance gave beyond the governor's own
steady state, so that nothing moves; it stays for that time. Tripped, the power is zero at once, and
so is the set point: back online, it ramps up from there.

The shaft turns with the bus. Fine, a plant with inertia of its own gives what its turbine gives and
what its shaft lets go of,

    P = P_turbine - M df',     M = 2 H S / f0

(H: Kundur, Power System Stability and Control, 3.9), power for torque in both terms, as in `area`.
Tripped, it takes M with it. Without (H = 0, the default) its inertia is counted in the area and
stays there when it trips. Headroom is that of the turbine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from twin.component import Component, Former, Node, inp, out, param, state
from twin.lags import beyond, clipped, toward


class Plant(Former):
    """A turbine behind a governor: what its bus, dispatch and secondary control see of it."""

    role = "plant"
    fine_step_max_s: ClassVar[float] = 0.1

    rated_kva: float = param(100e3, "rating, base of all pu", gt=0)
    droop_pu: float = param(0.05, "R: change of frequency from no to full load", gt=0, le=1)
    deadband_hz: float = param(0.0, "deviation without response, offset kind", ge=0)
    h_s: float = param(0.0, "inertia constant on rated_kva; 0: it is in the h_s of the area", ge=0)
    ramp_pu_per_s: float = param(0.00025, "ramp of the set point; 1.5 %/min, coal", gt=0)
    f_nominal_hz: float = param(50.0, "nominal frequency", gt=0)

    p_set_kw: float = inp(0.0, "dispatched power at nominal frequency")
    p_agc_kw: float = inp(0.0, "change of it that secondary control asks for")
    online: bool = inp(True, "on the grid; false trips it")
    f_hz: float = inp(50.0, "frequency of the bus", ge=0)
    slope_settled_hz_per_s: float = inp(0.0, "fine: its rate of change over this step")

    placed: bool = state(False, "its set point has begun", record=False)
    entering: bool = state(True, "its dynamics begin anew", record=False)
    tripped: bool = state(False, "off the grid")
    p_ref_kw: float = state(0.0, "set point behind the ramp")
    trim_pu: float = state(0.0, "set point that the coarse balance added", record=False)
    energy_kwh: float = state(0.0, "energy delivered")
    headroom_kw: float = out(0.0, "how far its turbine can still rise", ge=0)
    inertia_kws_per_hz: float = out(0.0, "fine: inertia M of its own, online", ge=0, record=False)

    @classmethod
    def check_bus(cls, values: Mapping[str, Any], bus: type[Component]) -> None:
        """Raise ValueError where its inertia would be nobody's."""
        if issubclass(bus, Node) and np.any(values.get("h_s", cls.fields["h_s"].default) == 0.0):
            raise ValueError("needs a bus that has inertia, or an h_s of its own")


def speed_pu(plant: Plant) -> float:
    """w: relative deviation of its speed, which is that of the bus."""
    return plant.f_hz / plant.f_nominal_hz - 1.0


def felt_pu(plant: Plant, w: float) -> float:
    """w_db: what of it lies outside the deadband."""
    return beyond(w, plant.deadband_hz / plant.f_nominal_hz)


def move_set_point(plant: Plant, low_pu: float, high_pu: float, dt_s: float) -> None:
    """Ramp to what is wanted within the limits; begin there, and begin at zero after a trip."""
    low_kw, high_kw = low_pu * plant.rated_kva, high_pu * plant.rated_kva
    wanted_kw = clipped(plant.p_set_kw + plant.p_agc_kw, low_kw, high_kw)
    if not plant.placed:
        plant.p_ref_kw = wanted_kw
        plant.placed = True
    most_kw = plant.ramp_pu_per_s * plant.rated_kva * dt_s
    plant.p_ref_kw = toward(plant.p_ref_kw, wanted_kw, most_kw) if plant.online else 0.0


def offer_range(plant: Plant, k_kw_per_hz: float, low_pu: float, high_pu: float) -> None:
    """Coarse: follow the droop at once, within limits; nothing while it is tripped."""
    plant.k_kw_per_hz = 0.0
    plant.p_min_kw = 0.0
    plant.p_max_kw = 0.0
    if plant.online:
        plant.k_kw_per_hz = k_kw_per_hz
        plant.p_min_kw = low_pu * plant.rated_kva
        plant.p_max_kw = high_pu * plant.rated_kva
    plant.p0_kw = plant.p_ref_kw
    plant.inertia_kws_per_hz = 0.0


def place(plant: Plant, low_pu: float, high_pu: float, dt_s: float) -> None:
    """Fine, without a coarse step before: begin at the set point."""
    if not plant.placed:
        move_set_point(plant, low_pu, high_pu, dt_s)
        plant.p_kw = plant.p_ref_kw


def trim(plant: Plant, stands_pu: float, own_pu: float, low_pu: float, high_pu: float) -> None:
    """Take up what separates where it stands from where the governor itself would stand."""
    plant.trim_pu = stands_pu - clipped(own_pu, low_pu, high_pu)
    plant.entering = False


def offer_power(plant: Plant, power_pu: float) -> None:
    """Fine: give what the turbine gives, and lend what turns."""
    plant.k_kw_per_hz = 0.0
    plant.inertia_kws_per_hz = 0.0
    if plant.online:
        plant.k_kw_per_hz = plant.rated_kva / (plant.droop_pu * plant.f_nominal_hz)
        plant.inertia_kws_per_hz = 2.0 * plant.h_s * plant.rated_kva / plant.f_nominal_hz
    plant.p0_kw = power_pu * plant.rated_kva
    plant.p_min_kw = plant.p0_kw
    plant.p_max_kw = plant.p0_kw


def book(plant: Plant, high_pu: float, dt_s: float) -> None:
    """Deliver what the bus settled, and, fine, what the shaft lets go of."""
    plant.p_kw = plant.p_settled_kw - plant.inertia_kws_per_hz * plant.slope_settled_hz_per_s
    plant.tripped = not plant.online
    most_kw = high_pu * plant.rated_kva if plant.online else 0.0
    plant.headroom_kw = max(most_kw - plant.p_settled_kw, 0.0)
    plant.energy_kwh += plant.p_kw * dt_s / 3600.0
