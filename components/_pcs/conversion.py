"""What passes between the two sides of a converter: losses, limits and books.

The AC power is chosen, the DC power follows, in both directions (S is the rating):

    DC = AC + loss(AC),   loss(AC) = P0 S + K AC AC / S

with P0 and K of type 2 of Notton et al. (2010), Renewable Energy 35(2) 541-554. A DC limit D
turns into an AC limit through the root of that quadratic, with x = D - P0 S:

    AC = 2 x / (1 + sqrt(1 + 4 K x / S))
"""

from __future__ import annotations

import math

from twin.component import Component, param, state


class Conversion(Component):
    """Losses of a converter, and the energy that went through it."""

    no_load_pu: float = param(0.0072, "loss at no load, of the rating; Notton 2", ge=0, le=1)
    quadratic_pu: float = param(0.0345, "loss that grows with AC power squared", ge=0, le=0.5)

    e_to_bus_kwh: float = state(0.0, "energy given to the bus", ge=0)
    e_from_bus_kwh: float = state(0.0, "energy taken from the bus", ge=0)
    e_dc_out_kwh: float = state(0.0, "energy taken from the store", ge=0)
    e_dc_in_kwh: float = state(0.0, "energy given to the store", ge=0)
    loss_kwh: float = state(0.0, "converter losses")


def dc_limit_kw(p_max_kw: float, energy_kwh: float, dt_s: float) -> float:
    """Most power that respects a power limit, and an energy limit over this step."""
    return min(p_max_kw, energy_kwh * 3600.0 / dt_s)


def ac_of_dc_kw(dc_kw: float, rated_kva: float, no_load_pu: float, quadratic_pu: float) -> float:
    """The AC power at which this DC power flows."""
    rest = dc_kw - no_load_pu * rated_kva
    # a negative discriminant: losses keep DC above the limit at any AC power within the rating
    root = math.sqrt(max(1.0 + 4.0 * quadratic_pu * rest / rated_kva, 0.0))
    return 2.0 * rest / (1.0 + root)


def dc_of_ac_kw(ac_kw: float, rated_kva: float, no_load_pu: float, quadratic_pu: float) -> float:
    """The DC power that this AC power needs."""
    return ac_kw + (no_load_pu * rated_kva + quadratic_pu * ac_kw * ac_kw / rated_kva)


def book(unit: Conversion, ac_kw: float, dc_kw: float, dt_s: float) -> None:
    """Count what went through; the difference of both sides is lost."""
    hours = dt_s / 3600.0
    unit.e_to_bus_kwh += max(ac_kw, 0.0) * hours
    unit.e_from_bus_kwh += max(-ac_kw, 0.0) * hours
    unit.e_dc_out_kwh += max(dc_kw, 0.0) * hours
    unit.e_dc_in_kwh += max(-dc_kw, 0.0) * hours
    unit.loss_kwh += (dc_kw - ac_kw) * hours
