"""Fuel of a set: its record, its straight line, its tank.

Records of fuels and published lines are read once from the files that name their sources.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.component import Component, inp, out, param, state

if TYPE_CHECKING:
    from components.genset import Genset

DATA = Path(__file__).parents[1] / "data"


def read(name: str) -> list[dict[str, str]]:
    """The rows of a file."""
    with (DATA / name).open(encoding="utf-8") as file:
        next(file)  # the source
        return list(csv.DictReader(file))


FUEL_ROWS = read("fuels.csv")
FUELS = tuple(row["id"] for row in FUEL_ROWS)
HEAT_KWH_PER_L = tuple(float(row["heat_kwh_per_l"]) for row in FUEL_ROWS)
CO2_KG_PER_L = np.array([float(row["co2_kg_per_l"]) for row in FUEL_ROWS])

CURVE_ROWS = read("genset_fuel.csv")
GIVEN = 0
CURVES = ("given", *(row["curve"] for row in CURVE_ROWS))
INTERCEPTS = tuple(float(row["intercept_l_per_h_per_kw"]) for row in CURVE_ROWS)
SLOPES = tuple(float(row["slope_l_per_kwh"]) for row in CURVE_ROWS)

KIND_OF_FUEL = np.array([row["kind"] for row in FUEL_ROWS])
KIND_OF_CURVE = np.array(
    ["diesel", *(row["kind"] for row in CURVE_ROWS)]
)  # the default line is one


class Fuel(Component):
    """What it burns, how much of it, and from which tank."""

    fuel: int = param(FUELS.index("diesel"), "record in data/fuels.csv", labels=FUELS)
    fuel_curve: int = param(GIVEN, "line of data/genset_fuel.csv, or as given here", labels=CURVES)
    fuel_intercept_l_per_h_per_kw: float = param(
        INTERCEPTS[0], "given: fuel at no load per rated kW", ge=0
    )
    fuel_slope_l_per_kwh: float = param(SLOPES[0], "given: fuel per energy delivered", gt=0)
    start_fuel_l: float = param(0.1, "fuel of one start", ge=0)
    tank_l: float = param(500.0, "size of the tank", ge=0)
    tank_start_l: float = param(500.0, "in the tank at the start", ge=0)
    reorder_l: float = param(0.0, "what is left when fuel is to be ordered", ge=0)

    refuelled_l: float = inp(0.0, "counter of litres brought so far", ge=0)

    tank_left_l: float = state(500.0, "fuel in the tank", ge=0)
    refuel_seen_l: float = state(0.0, "the counter when it was last read", ge=0, record=False)
    fuel_l: float = state(0.0, "fuel burnt", ge=0)
    energy_kwh: float = state(0.0, "energy delivered")
    fuel_heat_kwh: float = state(0.0, "heat of the fuel burnt", ge=0)
    loss_kwh: float = state(0.0, "heat that did not become electricity")
    fuel_l_per_h: float = out(0.0, "fuel flow, starts included", ge=0)
    fuel_low: bool = out(False, "no more than `reorder_l` is left")

    @classmethod
    def check_given(cls, texts: Mapping[str, str], values: Mapping[str, Any]) -> None:
        """Raise ValueError where its line is in litres of another kind of fuel."""
        del texts
        fuel = np.asarray(values.get("fuel", cls.fields["fuel"].default), int)
        curve = np.asarray(values.get("fuel_curve", GIVEN), int)
        own = {"fuel_slope_l_per_kwh", "fuel_intercept_l_per_h_per_kw"} <= values.keys()
        pairs = np.stack(np.broadcast_arrays(fuel, curve)).reshape(2, -1)
        for burnt, line in np.unique(pairs, axis=1).T:
            kind = KIND_OF_FUEL[burnt]
            if kind != KIND_OF_CURVE[line] and not (own and line == GIVEN):
                fit = [name for name, one in zip(CURVES, KIND_OF_CURVE, strict=True) if one == kind]
                is_of = f"fuel = {FUELS[burnt]} needs a line in litres of {kind}: fuel_curve = "
                both = "fuel_slope_l_per_kwh and fuel_intercept_l_per_h_per_kw"
                raise ValueError(f"{is_of}{' or '.join(fit)}, or {both}")

    @classmethod
    def resolved(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """The line that a published curve stands for, and the carbon dioxide of a fuel."""
        curve = np.asarray(values["fuel_curve"], int)
        lines = {"fuel_intercept_l_per_h_per_kw": INTERCEPTS, "fuel_slope_l_per_kwh": SLOPES}
        found = {
            name: np.where(curve == GIVEN, values[name], np.array((0.0, *line))[curve])
            for name, line in lines.items()
        }
        return found | {"co2_kg_per_l": CO2_KG_PER_L[np.asarray(values["fuel"], int)]}


def intercept_l_per_h_per_kw(genset: Genset) -> float:
    """Fuel at no load per rated kW."""
    if genset.fuel_curve == GIVEN:
        return genset.fuel_intercept_l_per_h_per_kw
    return INTERCEPTS[genset.fuel_curve - 1]


def slope_l_per_kwh(genset: Genset) -> float:
    """Fuel per energy delivered."""
    if genset.fuel_curve == GIVEN:
        return genset.fuel_slope_l_per_kwh
    return SLOPES[genset.fuel_curve - 1]


def needs_l(genset: Genset, turning_pu: float, dt_s: float) -> float:
    """Fuel of a step: at no load for the share in which it turns, and for what the engine gives."""
    hours = dt_s / 3600.0
    idle_l = turning_pu * intercept_l_per_h_per_kw(genset) * genset.rated_kw * hours
    return idle_l + slope_l_per_kwh(genset) * max(genset.p_mech_kw, 0.0) * hours


def burn(genset: Genset, wanted_l: float) -> float:
    """Take fuel from the tank as far as there is some."""
    burnt_l = min(wanted_l, genset.tank_left_l)
    genset.tank_left_l -= burnt_l
    return burnt_l


def fill_at_start(genset: Genset) -> None:
    """What is in the tank; what was brought before does not count."""
    genset.tank_left_l = min(genset.tank_start_l, genset.tank_l)
    genset.refuel_seen_l = genset.refuelled_l
    genset.fuel_low = genset.tank_left_l <= genset.reorder_l


def book_fuel(genset: Genset, burnt_l: float, dt_s: float) -> None:
    """Fill the tank from what was brought, and count."""
    hours = dt_s / 3600.0
    brought_l = max(genset.refuelled_l - genset.refuel_seen_l, 0.0)
    genset.refuel_seen_l = genset.refuelled_l
    room_l = max(genset.tank_l, genset.tank_left_l)
    genset.tank_left_l = min(genset.tank_left_l + brought_l, room_l)
    genset.fuel_low = genset.tank_left_l <= genset.reorder_l
    genset.fuel_l += burnt_l
    genset.fuel_l_per_h = burnt_l / hours
    genset.energy_kwh += genset.p_kw * hours
    heat_kwh = burnt_l * HEAT_KWH_PER_L[genset.fuel]
    genset.fuel_heat_kwh += heat_kwh
    genset.loss_kwh += heat_kwh - genset.p_kw * hours
