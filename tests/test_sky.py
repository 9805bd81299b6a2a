"""Weather that is drawn from a climate: what is exact, what is like the real year, what repeats."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import twin
from tests.year_of_sun import CLIMATE, golden, site
from twin.climate import Climate
from twin.problems import Problems
from twin.sky import Days, clear_sky, weather
from twin.sources import weather_frame
from twin.topology import ProfileSource

ISLAND = {
    "latitude_deg": 10.3,
    "longitude_deg": 119.0,
    "altitude_m": 10.0,
    "ghi_kwh_per_m2_per_d": [4.9, 5.6, 6.1, 6.3, 5.5, 4.8, 4.7, 4.8, 4.9, 4.8, 4.7, 4.5],
    "air_degc": [26.5, 26.8, 27.6, 28.5, 28.4, 27.8, 27.4, 27.5, 27.4, 27.4, 27.2, 26.8],
    "kc_sd": 0.17,
    "kc_rho": 0.3,
    "wind_m_per_s": 3.5,
    "seed": 1,
}  # climate level, unverified
MANILA = "+08:00"


def year(climate: Climate, of: int = 2026, name: str = "sun") -> pd.DataFrame:
    """A whole local year, by local beginnings."""
    ahead = pd.Timedelta(hours=climate.offset_h)
    begin, end = (pd.Timestamp(y, 1, 1) - ahead for y in (of, of + 1))
    stamps, columns = weather(climate, name, begin.value, end.value)
    return pd.DataFrame(columns, pd.DatetimeIndex(stamps) + ahead)


def island(**changes: object) -> Climate:
    return Climate.model_validate(ISLAND | changes)


def daily_index(ghi: pd.Series, climate: Climate) -> pd.Series:
    """Energy of each day over that of its clear sky."""
    energy = ghi.groupby(ghi.index.normalize()).mean()
    days = Days(energy.index[0].year, 900.0)
    clear = pd.Series(
        clear_sky(climate, days)[0].mean(axis=1),
        pd.date_range(f"{days.year}-01-01", periods=days.count),
    )
    return energy / clear.reindex(energy.index)


def worst_share(ghi: pd.Series) -> float:
    """The darkest three days over the mean of their month, in the worst month."""
    energy = ghi.groupby(ghi.index.normalize()).mean()
    by_month = energy.groupby(energy.index.month)
    return float(by_month.apply(lambda days: days.rolling(3).mean().min() / days.mean()).min())


MONTHS = st.lists(st.floats(1.0, 4.0), min_size=12, max_size=12)


@settings(max_examples=12, deadline=None)
@given(
    MONTHS,
    st.floats(0, 0.3),
    st.floats(0, 0.8),
    st.floats(-25, 25),
    st.sampled_from([2025, 2028]),
    st.integers(0, 2**53),
)
def test_every_month_has_the_energy_and_temperature_of_its_climate(
    ghi: list[float], sd: float, rho: float, north: float, of: int, seed: int
) -> None:
    air = [10.0 + one for one in ghi]
    made = {"ghi_kwh_per_m2_per_d": ghi, "air_degc": air, "kc_sd": sd, "kc_rho": rho}
    found = year(island(**made, latitude_deg=north, seed=seed), of)
    months = found.groupby(found.index.month).mean()
    assert months["ghi_w_per_m2"].to_numpy() * 0.024 == pytest.approx(ghi, rel=1e-9)
    assert months["air_degc"].to_numpy() == pytest.approx(air, abs=1e-9)


def test_wind_has_its_mean_shape_memory_and_afternoon() -> None:
    wind = year(island())["wind_m_per_s"]
    by_hour = wind.groupby(wind.index.hour).mean() / wind.mean()
    spread = wind.std() / wind.mean()  # of a Rayleigh distribution: sqrt(4 / pi - 1)
    assert wind.mean() == pytest.approx(3.5, rel=1e-12)
    assert spread == pytest.approx(np.sqrt(4 / np.pi - 1), abs=0.02)
    assert by_hour.max() - 1 == pytest.approx(0.25, abs=0.04)
    assert by_hour.idxmax() in (14, 15)
    assert wind.autocorr() == pytest.approx(0.85, abs=0.03)


def test_wind_of_another_height_is_brought_to_ten_metres() -> None:
    low, high = year(island()), year(island(wind_height_m=40.0))
    assert high["wind_m_per_s"].mean() / low["wind_m_per_s"].mean() == pytest.approx(0.25**0.14)


def golden_and_drawn(folder: Path) -> tuple[list[float], list[float]]:
    """Spread, memory and worst days of Golden 2012, and of years drawn from its twelve means."""
    source = ProfileSource("sun", golden(folder), "UTC", "hold", weather=True)
    frame = weather_frame(source, datetime.fromisoformat("2012-01-01T00:00-07:00"), 366 * 86400)
    real = frame["ghi_w_per_m2"].tz_localize(None)
    real = real[(real.index.month != 2) | (real.index.day != 29)]
    means = (real.groupby(real.index.month).mean() * 0.024).tolist()
    place = {"latitude_deg": 39.77, "longitude_deg": -105.22, "altitude_m": 1879.0}
    bare = island(**place, ghi_kwh_per_m2_per_d=means)

    def told(ghi: pd.Series) -> list[float]:
        index = daily_index(ghi, bare)
        return [float(index.std(ddof=0)), float(index.autocorr()), worst_share(ghi)]

    measured = told(real)
    like = bare.model_copy(update={"kc_sd": measured[0], "kc_rho": measured[1]})
    drawn = [told(year(like.model_copy(update={"seed": n}))["ghi_w_per_m2"]) for n in range(5)]
    return measured, np.mean(drawn, axis=0).tolist()


def test_a_year_like_golden_is_as_cloudy_as_golden(tmp_path: Path) -> None:
    """energy.md 1.1: spread .246 and .262, memory .15 and .12, worst three days .36 and .42."""
    measured, drawn = golden_and_drawn(tmp_path)
    sd, rho, worst = measured
    assert (sd, rho) == (pytest.approx(0.246, abs=0.003), pytest.approx(0.15, abs=0.01))
    assert drawn[0] == pytest.approx(sd, abs=0.016)
    assert drawn[1] == pytest.approx(rho, abs=0.07)
    assert drawn[2] == pytest.approx(worst, abs=0.10)


def test_night_is_dark_and_no_light_is_brighter_than_a_clear_sky_bears() -> None:
    found = year(island(step_s=900.0))
    clear, height = (part.ravel() for part in clear_sky(island(), Days(2026, 900.0)))
    ghi = found["ghi_w_per_m2"].to_numpy()
    assert ghi[height == 0.0].max() == 0.0
    assert np.all(ghi <= 1.2 * clear + 1e-9)


def test_beam_and_diffuse_make_up_the_whole() -> None:
    found = year(island(step_s=900.0))
    height = clear_sky(island(), Days(2026, 900.0))[1].ravel()
    sum_of_parts = found["dhi_w_per_m2"] + found["dni_w_per_m2"] * height
    assert sum_of_parts.to_numpy() == pytest.approx(found["ghi_w_per_m2"].to_numpy(), abs=1e-9)


def test_the_same_seed_gives_the_same_weather_and_another_or_another_place_does_not() -> None:
    ghi = year(island())["ghi_w_per_m2"].to_numpy()
    again = year(island())["ghi_w_per_m2"].to_numpy()
    others = [year(island(seed=2)), year(island(), name="hills")]
    assert ghi.tobytes() == again.tobytes()
    assert all(np.corrcoef(ghi, one["ghi_w_per_m2"])[0, 1] < 0.95 for one in others)


@pytest.mark.parametrize("step_s", [300.0, 900.0, 1200.0])
def test_another_step_gives_the_same_energy_each_day(step_s: float) -> None:
    daily = [
        found["ghi_w_per_m2"].groupby(found.index.normalize()).mean().to_numpy()
        for found in (year(island()), year(island(step_s=step_s)))
    ]
    assert daily[0] == pytest.approx(daily[1], rel=1e-9)


@pytest.mark.parametrize("start", ["2027-12-31T12:00", "2028-02-28T00:00", "2028-07-01T05:30"])
def test_a_day_is_the_same_wherever_a_scenario_begins(start: str) -> None:
    source = ProfileSource("sun", None, "UTC", "hold", climate=island())
    two_days = weather_frame(source, datetime.fromisoformat(start + MANILA), 2 * 86400.0)
    both = pd.concat([year(island(), 2027), year(island(), 2028)])
    both.index = both.index.tz_localize("Etc/GMT-8")
    assert two_days.equals(both.reindex(two_days.index).rename_axis("time"))


def test_a_leap_day_is_a_day_of_february_like_any_other() -> None:
    february = year(island(), 2028).loc["2028-02"]
    assert len(february) == 29 * 24
    assert february["ghi_w_per_m2"].mean() * 0.024 == pytest.approx(5.6)


def test_a_place_beyond_the_polar_circle_has_its_night() -> None:
    ghi = [0.0, 0.2, 1.2, 3.0, 4.6, 5.2, 4.6, 3.2, 1.5, 0.4, 0.0, 0.0]
    found = year(island(latitude_deg=72.0, longitude_deg=23.0, ghi_kwh_per_m2_per_d=ghi))
    assert found["ghi_w_per_m2"].loc["2026-12"].max() == 0.0


def test_the_helper_shows_the_weather_of_a_scenario(tmp_path: Path) -> None:
    start = f"2026-03-01T00:00:00{MANILA}"
    scenario = site(tmp_path, CLIMATE, start=start, days=2)
    frame = twin.weather(scenario, "sun")
    assert (len(frame), frame.attrs["latitude_deg"]) == (48, 10.3)
    assert frame.equals(twin.weather(scenario, "sun"))


def test_the_helper_proposes_the_nearest_profile_and_leaves_tables_alone(tmp_path: Path) -> None:
    scenario = site(tmp_path, CLIMATE, days=2)
    with pytest.raises(Problems, match="is no profile of sunny; did you mean sun"):
        twin.weather(scenario, "suns")
    table = '[profile.air]\nfile = "air.csv"\nbetween = "hold"\n'
    (tmp_path / "air.csv").write_text("time,air_degc\n2026-06-01T00:00,5\n", "utf-8")
    topology = scenario.parent / "topology.toml"
    topology.write_text(topology.read_text("utf-8") + table, "utf-8")
    with pytest.raises(Problems, match="is a table, no weather"):
        twin.weather(scenario, "air")
