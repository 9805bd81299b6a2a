"""Wind and cells in one site, from the file to the key figures."""

from __future__ import annotations

import pytest

import twin
from twin.run import Run
from twin.runner import Options, run_scenario

TOPOLOGY = """
# Does a turbine with a heated battery carry a small load through a cold day?
format = 1
name = "windy"

[profile.weather]
file = "weather.csv"
zone = "UTC"
between = "linear"

[device.main]
type = "site_bus"

[device.mill]
type = "wind"
bus = "main"
rated_kw = 8.9
altitude_m = 2808.0
wind_m_per_s = "weather.wind_m_per_s"
air_degc = "weather.air_degc"

[device.load]
type = "load"
bus = "main"
p_set_kw = 1.0

[device.pcs]
type = "pcs"
bus = "main"
rated_kva = 10.0

[device.bess]
type = "bess_cell"
bus = "pcs"
energy_kwh = 20.0
charge_max_kw = 10.0
discharge_max_kw = 10.0
window = "telecom_fast"
ageing = "naumann"
air_degc = "weather.air_degc"
"""
SCENARIO = """
topology = "windy"
start = "2026-01-10T00:00:00Z"
horizon_s = 86400
step_s = 60
sync_s = 900
fine_step_s = 0.1
fine_sync_s = 1.0
fine_for_s = 5

[[zoom]]
at_s = 36000
for_s = 5

[expect]
residual_pu = { max = 1e-9 }
"""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("files") / "windy"
    home.mkdir()
    lines = [f"2026-01-10T{hour:02d}:00:00,{4 + hour % 12},-15.0" for hour in range(24)]
    head = "time,wind_m_per_s,air_degc"
    lines.append("2026-01-11T00:00:00,4,-15.0")
    (home / "weather.csv").write_text("\n".join([head, *lines]) + "\n")
    (home / "topology.toml").write_text(TOPOLOGY)
    (home / "day.toml").write_text(SCENARIO)
    options = Options(out=home.parent / "run", in_python=True)
    return twin.open(run_scenario(home / "day.toml", options).folder)


def test_every_bus_balances_and_wind_counts_as_renewable(day: Run) -> None:
    kpis = day.kpis

    assert kpis["residual_pu"] < 1e-9
    assert kpis["renewable_share_pu"] == 1.0
    used_kwh = kpis["wind_kwh"] - kpis["curtailed_kwh"]
    assert 0.0 < kpis["renewable_used_kwh"] == pytest.approx(used_kwh)


def test_the_battery_heats_itself_and_its_books_close(day: Run) -> None:
    begun, told = (day.meta["devices"]["bess"][key] for key in ("start_totals", "totals"))
    moved_kwh = told["e_in_kwh"] - told["e_out_kwh"] - told["loss_kwh"]

    assert told["heater_kwh"] > 0.0
    assert told["cell_degc"] > 0.0
    assert begun["stored_kwh"] + moved_kwh == pytest.approx(told["stored_kwh"], abs=1e-9)


def test_the_zoom_moves_nothing(day: Run) -> None:
    soc = day["bess.soc_pu"]
    around = soc[(soc.index >= 36000) & (soc.index <= 36005)]

    assert len(around) > 3
    assert around.diff().abs().max() < 1e-4
