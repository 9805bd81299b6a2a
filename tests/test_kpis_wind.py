from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from twin.kpis import compute
from twin.run import Run


def device(role: str, bus: str = "", **totals: float) -> dict[str, Any]:
    return {"role": role, "bus": bus, "units": 1, "enabled": True, "totals": totals}


def kpis(**devices: dict[str, Any]) -> dict[str, float]:
    return compute(Run(Path("no such run"), {"format": 1, "status": "done", "devices": devices}))


BUS = device("bus", unserved_kwh=0.0, curtailed_kwh=20.0, outage_s=0.0)
LOAD = device("load", "main", energy_kwh=100.0)
SET = device("fuel", "main", energy_kwh=25.0)
WIND = device("wind", "main", energy_kwh=70.0)
SUN = device("solar", "main", energy_kwh=30.0)


def test_wind_alone_makes_a_renewable_share_and_is_curtailed() -> None:
    found = kpis(main=BUS, room=LOAD, set=SET, mill=WIND)

    names = ("wind_kwh", "curtailed_kwh", "renewable_used_kwh", "renewable_share_pu")
    assert [found[name] for name in names] == pytest.approx([70.0, 20.0, 50.0, 0.75])


def test_of_sun_beside_wind_nobody_knows_what_was_turned_away() -> None:
    found = kpis(main=BUS, room=LOAD, set=SET, mill=WIND, pv=SUN)

    assert found["solar_kwh"] == 30.0
    assert found["renewable_used_kwh"] == 80.0
    assert "solar_used_kwh" not in found


def test_a_turbine_on_a_bus_that_keeps_no_books_leaves_out_what_was_curtailed() -> None:
    found = kpis(main=BUS, mill=device("wind", "elsewhere", energy_kwh=70.0))

    assert "curtailed_kwh" not in found
