"""Meters of a site as a ledger reads them: of a toy, and of a year that something happens in."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.carbon.factors import shipped_factors, shipped_fuels
from twin.carbon.flows import Floats
from twin.carbon.settings import Carbon, Method
from twin.ledger.table import book

QUANTITIES = (
    "load_kwh",
    "unserved_kwh",
    "solar_kwh",
    "wind_kwh",
    "curtailed_kwh",
    "fuel_kwh",
    "fuel_l",
    "dumped_kwh",
    "import_kwh",
    "export_kwh",
    "charge_kwh",
    "discharge_kwh",
    "grid_kg",
    "travel_km",
)
METHODS: tuple[Method, ...] = ("weighted_average", "fifo")


def diesel_and_qinghai(method: Method, **more: Any) -> Carbon:
    grid = shipped_factors()["CN-QH-2023"]
    return Carbon(method, 3600.0, grid=grid, fuel=shipped_fuels()["diesel"], **more)


def meters(**given: Any) -> dict[str, Floats]:
    """What was metered, nothing of all that is not given."""
    count = max(np.size(values) for values in given.values())
    zero = {name: np.zeros(count) for name in QUANTITIES}
    return zero | {name: np.broadcast_to(v, count).astype(float) for name, v in given.items()}


def booked(stored_kwh: Any, carbon: Carbon, **given: Any) -> dict[str, Floats]:
    return book(meters(**given), np.asarray(stored_kwh, dtype=float), carbon)


def site_year(count: int, capacity_kwh: float = 50.0) -> tuple[dict[str, Any], Floats]:
    """Sun, a store with losses, a set that charges it too and burns some off, a grid that fails."""
    draw = np.random.default_rng(4)
    hours = 8760.0 / count
    load = draw.uniform(2.0, 4.0, count) * hours
    sun = np.maximum(np.sin(np.arange(count) * hours * np.pi / 12.0), 0.0) * 12.0 * hours
    sun *= draw.uniform(0.2, 1.0, count)
    there = draw.random(count) < 0.5
    charge, discharge, fuel, bought, export, over, spare = (np.zeros(count) for _ in range(7))
    stored = [25.0]
    for i in range(count):
        short = load[i] - sun[i]
        if stored[-1] < 10.0 and short > 0.0:
            fuel[i] = 1.0 + 1.5 * short
            bought[i] = 0.5 * short if there[i] else 0.0
            over[i] = 0.2
        charge[i] = min(
            max(fuel[i] + bought[i] - over[i] - short, 0.0), (capacity_kwh - stored[-1]) / 0.95
        )
        discharge[i] = min(max(short - fuel[i] - bought[i] + over[i], 0.0), stored[-1] * 0.95)
        left = fuel[i] + bought[i] + discharge[i] - over[i] - short - charge[i]
        export[i], spare[i] = (min(left, 1.0), max(left - 1.0, 0.0)) if left > 0.0 else (0.0, 0.0)
        load[i] += min(left, 0.0)
        stored.append(0.9999 * (stored[-1] + 0.95 * charge[i] - discharge[i] / 0.95))
    given = {
        "load_kwh": load,
        "solar_kwh": sun,
        "curtailed_kwh": spare,
        "fuel_kwh": fuel,
        "fuel_l": 0.33 * fuel + 0.1 * (fuel > 0.0),
        "dumped_kwh": over,
        "import_kwh": bought,
        "export_kwh": export,
        "charge_kwh": charge,
        "discharge_kwh": discharge,
    }
    return given, np.array(stored)
