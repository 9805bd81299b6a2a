"""The sun on an array through a year: against PVWatts, at any step, wherever the weather was."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
import pytest

from components._sun import PLACE, Sky, plane
from components.pv import Pv
from tests.year_of_sun import CLIMATE, GOLDEN, WEATHER, daily_kwh, golden, site
from twin.climate import Climate
from twin.drive import driven_inputs
from twin.load import load_scenario
from twin.profiles import integral
from twin.sky import Days, clear_sky
from twin.wiring import Driven

YIELD = json.loads((WEATHER / "pv_yield.json").read_text())["Golden2012"]
WHOLE = """
dni_w_per_m2 = "sun.dni_w_per_m2"
dhi_w_per_m2 = "sun.dhi_w_per_m2"
wind_m_per_s = "sun.wind_m_per_s"
tilt_deg = 35.793
"""
ISLAND = {"start": "2026-01-01T00:00:00+08:00", "step_s": 900.0}


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("golden")
    golden(folder)
    return folder


def prepared(scenario: Path) -> dict[str, Driven]:
    """What drives the array."""
    found, topology = load_scenario(scenario)
    return {inp: one for (name, inp), one in driven_inputs(topology, found).items() if name == "pv"}


def plane_kwh(scenario: Path) -> float:
    """Irradiation that reaches the cells over all that is known."""
    (profile,) = prepared(scenario)["poa_w_per_m2"].profiles
    return float(integral(profile)[-1] / 3.6e6)


def measured_kwh(scenario: Path) -> float:
    """A year without its leap day, which the file does not have."""
    return float(np.delete(daily_kwh(scenario), 59).sum())


def rows_of(**given: float) -> np.ndarray:
    made = np.zeros(1, [(name, float) for name in Pv.setup])
    for name, field in Pv.setup.items():
        made[name] = given.get(name, field.default)
    return made


def test_a_year_at_golden_is_that_of_pvwatts_and_of_pvlib(year: Path) -> None:
    """PVWatts 8 of SAM within 2 %, and the pvlib chain beside it to 1e-5."""
    found = measured_kwh(site(year, GOLDEN, WHOLE, days=366))
    assert found == pytest.approx(YIELD["pysam_pvwatts8"], rel=YIELD["tol"])
    assert found == pytest.approx(YIELD["pvlib_perez_iam"], rel=1e-5)


def test_global_irradiance_alone_is_split_within_two_percent(year: Path) -> None:
    split = 'wind_m_per_s = "sun.wind_m_per_s"\ntilt_deg = 35.793'
    found = measured_kwh(site(year, GOLDEN, split, days=366))
    assert found == pytest.approx(YIELD["pysam_pvwatts8"], rel=YIELD["tol"])


def test_the_step_of_a_scenario_changes_nothing_below_that_of_its_weather(year: Path) -> None:
    hour, minutes = (daily_kwh(site(year, GOLDEN, WHOLE, step_s=s)).sum() for s in (3600.0, 300.0))
    assert minutes == pytest.approx(hour, rel=1e-12)


@pytest.mark.parametrize(
    ("north", "tilt", "facing"),
    [(10.3, 10.0, 180.0), (39.2, 55.0, 180.0), (55.3, 30.0, 90.0), (-30.0, 30.0, 0.0)],
)
def test_sunrise_and_sunset_are_not_lost_at_a_coarse_step(
    north: float, tilt: float, facing: float
) -> None:
    """A clear year seen in means of 15 minutes and of an hour, against 1 minute in June."""
    place = dict(zip(PLACE, (north, 0.0, 100.0), strict=True))
    months = {"ghi_kwh_per_m2_per_d": [0.0] * 12, "air_degc": [10.0] * 12}
    climate = Climate.model_validate(place | months | {"kc_sd": 0.0, "kc_rho": 0.0})
    rows = rows_of(**place, tilt_deg=tilt, azimuth_deg=facing)
    found = {}
    for step_s in (60.0, 900.0, 3600.0):
        fine = Days(2026, 60.0)
        ghi = clear_sky(climate, fine)[0].reshape(-1, round(step_s / 60)).mean(axis=1)
        begins = fine.stamps_ns[:: round(step_s / 60)]
        some = slice(None, len(ghi) // 2)  # January to June
        times = (begins + round(step_s * 5e8)).astype("datetime64[ns]")[some]
        effective, _ = plane(times, rows, {"ghi_w_per_m2": ghi[some, None]})
        found[step_s] = effective.mean()
    assert found[900.0] == pytest.approx(found[60.0], rel=0.005)
    assert found[3600.0] == pytest.approx(found[60.0], rel=0.02)


def test_the_plane_is_that_of_pvlib() -> None:
    """A day in March, term by term, with the accurate position of the sun (NREL SPA)."""
    times = pd.date_range("2026-03-20T12:30", periods=12, freq="h", tz="UTC")
    at = (39.77, -105.22, 1879.0)
    sun = pvlib.solarposition.get_solarposition(times, *at)
    ghi = np.maximum(900.0 * np.cos(np.radians(sun["zenith"].to_numpy())), 0.0)
    dni, dhi = ghi * 0.8, ghi * 0.2
    parts = pvlib.irradiance.get_total_irradiance(
        35.0,
        170.0,
        sun["apparent_zenith"],
        sun["azimuth"],
        dni,
        ghi,
        dhi,
        dni_extra=pvlib.irradiance.get_extra_radiation(times),
        airmass=pvlib.atmosphere.get_relative_airmass(sun["apparent_zenith"]),
        albedo=0.25,
        model="perez",
    )
    aoi = pvlib.irradiance.aoi(35.0, 170.0, sun["apparent_zenith"], sun["azimuth"])
    wanted = parts["poa_direct"] * pvlib.iam.physical(aoi) + 0.955 * parts["poa_diffuse"]
    mount = pvlib.temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"]["open_rack_glass_glass"]
    warm = pvlib.temperature.sapm_cell(parts["poa_global"], 20.0, 3.0, **mount) - 20.0
    rows = rows_of(
        **dict(zip(PLACE, at, strict=True)), tilt_deg=35.0, azimuth_deg=170.0, albedo_pu=0.25
    )
    inputs = {"ghi_w_per_m2": ghi, "dni_w_per_m2": dni, "dhi_w_per_m2": dhi}
    inputs["wind_m_per_s"] = np.full(12, 3.0)
    columns = {name: values[:, None] for name, values in inputs.items()}
    effective, rise = plane(times.tz_localize(None).to_numpy(), rows, columns)
    assert effective[:, 0] == pytest.approx(wanted.to_numpy(), rel=1e-3)
    assert rise[:, 0] == pytest.approx(warm.to_numpy(), rel=1e-3)


def test_the_sun_stands_where_the_accurate_algorithm_sees_it() -> None:
    times = pd.date_range("2026-01-01", periods=2000, freq="263min", tz="UTC")
    sky, spa = (
        Sky(times, 36.4, 94.9, 2808.0),
        pvlib.solarposition.get_solarposition(times, 36.4, 94.9, 2808.0),
    )
    assert np.abs(sky.elevation_deg - spa["elevation"].to_numpy()).max() < 0.02


def test_light_while_the_sun_is_down_is_diffuse_and_not_lost() -> None:
    at = dict(zip(PLACE, (10.0, 0.0, 0.0), strict=True))
    night = np.array(["2026-03-20T05:45"], "datetime64[ns]")
    light = {"ghi_w_per_m2": 8.0, "dni_w_per_m2": 90.0, "dhi_w_per_m2": 3.0}
    inputs = {name: np.array([[value]]) for name, value in light.items()}
    effective, _ = plane(night, rows_of(**at, tilt_deg=0.0), inputs)
    assert effective[0, 0] == pytest.approx(0.955 * 8.0, rel=0.03)


def test_the_place_is_that_of_the_weather(tmp_path: Path) -> None:
    near = "latitude_deg = 10.3\nlongitude_deg = 119.0\naltitude_m = 10.0"
    bare, same = (plane_kwh(site(tmp_path, CLIMATE, pv, **ISLAND)) for pv in ("", near))
    assert bare == same


def test_snow_and_dirt_of_each_month_are_lost_in_that_month(tmp_path: Path) -> None:
    snow = [0.3, *[0.0] * 10, 0.28]
    monthly = f"\n[profile.sun.monthly]\nsnow_pu = {snow}\n"
    bare = prepared(site(tmp_path, CLIMATE, **ISLAND))["poa_w_per_m2"].profiles[0]
    pv = 'snow_pu = "sun.snow_pu"\nsoiling_pu = 0.02'
    lossy = prepared(site(tmp_path, CLIMATE + monthly, pv, **ISLAND))["poa_w_per_m2"].profiles[0]
    noon = 12 + 24 * np.array([0, 30, 31, 333, 334, 364])
    left = lossy.values[noon] / bare.values[noon] / 0.98
    assert left == pytest.approx([0.7, 0.7, 1.0, 1.0, 0.72, 0.72])


def test_an_array_ages_with_the_years(tmp_path: Path) -> None:
    new = prepared(site(tmp_path, CLIMATE, **ISLAND))["poa_w_per_m2"].profiles[0]
    old = "degradation_pu_per_y = 0.005\nage_y = 10"
    aged = prepared(site(tmp_path, CLIMATE, old, **ISLAND))["poa_w_per_m2"].profiles[0]
    noon = np.array([12, 364 * 24 + 12])
    assert aged.values[noon] / new.values[noon] == pytest.approx([0.95, 0.945], abs=1e-5)


def test_arrays_that_are_alike_share_one_plane(tmp_path: Path) -> None:
    several = "count = 60\ntilt_deg = { choice = [10.0, 30.0] }"
    found = prepared(site(tmp_path, CLIMATE, several, **ISLAND))["poa_w_per_m2"]
    assert (len(found.profiles), len(found.choice)) == (2, 60)


def test_place_and_plane_cost_no_step() -> None:
    """They stand in no row: one number more than before, the rise of the cell."""
    assert set(Pv.setup).isdisjoint(Pv.fields)
    assert "rise_k" in Pv.fields


def test_light_in_the_plane_is_taken_as_it_is_given(tmp_path: Path) -> None:
    scenario = site(tmp_path, CLIMATE, **ISLAND)
    text = (tmp_path / "topology.toml").read_text()
    (tmp_path / "topology.toml").write_text(text.replace("ghi_w_per_m2 =", "poa_w_per_m2 ="))
    assert set(prepared(scenario)) == {"poa_w_per_m2", "air_degc"}


@pytest.mark.slow
def test_a_year_of_quarter_hours_is_prepared_in_120_ms_of_cpu() -> None:
    times = np.datetime64("2026-01-01T00:07:30", "ns") + np.arange(35040) * np.timedelta64(900, "s")
    day = np.cos(np.arange(35040) * np.pi / 48 + np.pi)  # at the meridian of Greenwich
    ghi = {"ghi_w_per_m2": np.maximum(900.0 * day, 0.0)[:, None]}
    taken = []
    for _ in range(3):
        begin = time.process_time()
        plane(times, rows_of(latitude_deg=10.0), ghi)
        taken.append(time.process_time() - begin)
    assert min(taken) < 0.12
