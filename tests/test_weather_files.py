"""Weather files of other programs: what their stamps mean, and typical years on any calendar."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
import pytest

from tests.year_of_sun import golden, site
from twin.load import load_scenario, remarks
from twin.sources import weather_frame
from twin.topology import ProfileSource

SHIPPED = Path(pvlib.__file__).parent / "data"
SAND_POINT, GREENSBORO = SHIPPED / "703165TY.csv", SHIPPED / "723170TYA.CSV"

EPW_HEAD = """LOCATION,Somewhere,XX,YYY,TMY,000000,10.0,120.0,8.0,5.0
DESIGN CONDITIONS,0
TYPICAL/EXTREME PERIODS,0
GROUND TEMPERATURES,0
HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0
COMMENTS 1,made up
COMMENTS 2,made up
DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31
"""


def source(file: Path, **rest: str) -> ProfileSource:
    return ProfileSource("sun", file, "UTC", "hold", weather=True, where="site.toml:4", **rest)


def read(file: Path, start: str, days: float, **rest: str) -> pd.DataFrame:
    """The weather by local beginnings."""
    return weather_frame(source(file, **rest), datetime.fromisoformat(start), days * 86400.0)


def epw(folder: Path, leap: bool = False) -> Path:
    """A year of irradiance like half the hour, and of temperature like a tenth of the date."""
    hours = pd.date_range(
        "2000-01-01" if leap else "2001-01-01", periods=8784 - 24 * (not leap), freq="h"
    )
    lines = []
    for at in hours:
        cells = [at.year, at.month, at.day, at.hour + 1, 60, "?", at.dayofyear / 10, 9, 50, 101300]
        cells += [0, 0, 0, at.hour / 2, 0, 0, 0, 0, 0, 0, 0, 2.5] + [0] * 13
        lines.append(",".join(map(str, cells)))
    file = folder / "somewhere.epw"
    file.write_text(EPW_HEAD + "\n".join(lines) + "\n")
    return file


def pvgis_tmy(folder: Path) -> Path:
    """A typical year in UTC, with January of 2015 and all else of 2007."""
    hours = pd.date_range("2007-01-01", periods=8760, freq="h")
    stamps = [at.replace(year=2015) if at.month == 1 else at for at in hours]
    months = "".join(f"{month},{2015 if month == 1 else 2007}\n" for month in range(1, 13))
    rows = "".join(f"{at:%Y%m%d:%H%M},20.0,50,{at.hour}.0,1,2,300,3.0,90,100000\n" for at in stamps)
    file = folder / "tmy.csv"
    file.write_text(
        "Latitude (decimal degrees): 10.000\nLongitude (decimal degrees): 120.000\n"
        "Elevation (m): 5.0\nIrradiance Time Offset (h): 0.5\nmonth,year\n"
        f"{months}time(UTC),T2m,RH,G(h),Gb(n),Gd(h),IR(h),WS10m,WD10m,SP\n{rows}\n"
    )
    return file


def pvgis_hourly(folder: Path) -> Path:
    """Two days in UTC at the tenth minute, on level ground."""
    hours = pd.date_range("2013-02-28T00:10", periods=48, freq="h")
    rows = "".join(f"{at:%Y%m%d:%H%M},{at.hour}.0,1.0,0.5,30.0,20.0,3.0,0.0\n" for at in hours)
    file = folder / "hourly.csv"
    file.write_text(
        "Latitude (decimal degrees):\t10.000\nLongitude (decimal degrees):\t120.000\n"
        "Elevation (m):\t5\nRadiation database:\tPVGIS-SARAH2\n\n\n"
        "Slope: 0 deg. \nAzimuth: 0 deg. \n"
        f"time,Gb(i),Gd(i),Gr(i),H_sun,T2m,WS10m,Int\n{rows}\nGb(i): beam\n"
    )
    return file


@pytest.mark.parametrize(
    ("file", "zone", "ghi"), [(SAND_POINT, "-09:00", 829), (GREENSBORO, "-05:00", 1566)]
)
def test_a_tmy3_year_has_its_energy(file: Path, zone: str, ghi: float) -> None:
    """energy.md 1.1: GHI 829 and 1,566 kWh/m2."""
    frame = read(file, f"2025-01-01T00:00{zone}", 365)
    assert len(frame) == 8760
    assert frame["ghi_w_per_m2"].sum() / 1000 == pytest.approx(ghi, abs=1)


def test_a_tmy3_year_has_its_wind() -> None:
    """energy.md 1.1: 5.1 m/s at Sand Point."""
    wind = read(SAND_POINT, "2025-01-01T00:00-09:00", 365)["wind_m_per_s"]
    assert wind.mean() == pytest.approx(5.1, abs=0.05)


@pytest.mark.parametrize("of", [2023, 2024, 2025])
def test_an_hour_of_tmy3_begins_an_hour_before_its_stamp(of: int) -> None:
    """The sun of Greensboro is highest at 12:19 to 12:35 of its zone."""
    frame = read(GREENSBORO, f"{of}-01-01T00:00-05:00", 366 if of == 2024 else 365)
    by_hour = frame["ghi_w_per_m2"].groupby(frame.index.hour).mean()
    middle = (by_hour * (by_hour.index + 0.5)).sum() / by_hour.sum()
    assert middle == pytest.approx(12.45, abs=0.15)


def test_place_is_that_of_the_file() -> None:
    attrs = read(GREENSBORO, "2025-01-01T00:00-05:00", 1).attrs
    assert attrs == {"latitude_deg": 36.1, "longitude_deg": -79.95, "altitude_m": 273.0}


def test_an_hour_of_epw_begins_an_hour_before_its_label(tmp_path: Path) -> None:
    frame = read(epw(tmp_path), "2026-03-01T00:00+08:00", 1)
    assert (2 * frame["ghi_w_per_m2"]).tolist() == list(range(24))
    assert (frame["air_degc"] * 10).round().unique().tolist() == [60]


def test_a_typical_year_repeats_by_the_calendar(tmp_path: Path) -> None:
    frame = read(epw(tmp_path), "2023-12-31T00:00+08:00", 3 * 365)
    noon = frame[frame.index.hour == 12]
    date = noon.index.dayofyear - (noon.index.is_leap_year & (noon.index.dayofyear > 59))
    assert (noon["air_degc"] * 10).round().tolist() == date.tolist()


def test_a_leap_day_that_a_file_lacks_is_the_day_before_once_more(tmp_path: Path) -> None:
    frame = read(epw(tmp_path), "2028-02-28T00:00+08:00", 3)
    days = frame["air_degc"].to_numpy().reshape(3, 24)
    assert (days[:, 5] * 10).round().tolist() == [59, 59, 60]


def test_a_leap_day_that_a_file_has_is_left_out_of_other_years(tmp_path: Path) -> None:
    file = epw(tmp_path, leap=True)
    leap, plain = (read(file, f"{of}-02-28T00:00+08:00", 2) for of in (2028, 2026))
    days = [(frame["air_degc"].iloc[30] * 10).round() for frame in (leap, plain)]
    assert days == [60, 61]


def test_a_run_over_a_leap_day_says_what_it_does_there(tmp_path: Path) -> None:
    golden(tmp_path)
    profile = 'weather_file = "golden.csv"'
    whole = load_scenario(site(tmp_path, profile))
    later = load_scenario(site(tmp_path, profile, start="2012-03-01T00:00:00-07:00", days=9))
    assert [text for text in remarks(whole[1], whole[0]) if "29 February" in text]
    assert not [text for text in remarks(later[1], later[0]) if "29 February" in text]


def test_utc_hours_of_a_typical_year_are_rolled_by_the_calendar(tmp_path: Path) -> None:
    """GHI is the hour in UTC; the header adds half an hour to stamps that are middles."""
    frame = read(pvgis_tmy(tmp_path), "2025-12-31T22:00+08:00", 0.5)
    assert frame["ghi_w_per_m2"].tolist() == [*range(14, 24), 0.0, 1.0]


def test_level_ground_of_pvgis_is_the_sum_of_its_parts_around_its_stamp(tmp_path: Path) -> None:
    frame = read(pvgis_hourly(tmp_path), "2013-02-28T01:00+00:00", 1)
    assert frame["ghi_w_per_m2"].tolist()[:3] == [2.5, 3.5, 4.5]
    assert frame.index[0] == pd.Timestamp("2013-02-28T00:40+00:00")


def test_stamps_of_nsrdb_are_the_middles_of_its_hours(tmp_path: Path) -> None:
    frame = read(golden(tmp_path), "2012-01-01T00:00-07:00", 366)
    assert frame.index[0] == pd.Timestamp("2012-01-01T00:00-07:00")
    assert frame["ghi_w_per_m2"].drop(frame.loc["2012-02-29"].index).sum() / 1000 == pytest.approx(
        1638, abs=0.5
    )
    assert frame["pressure_pa"].iloc[0] == 81000.0


def test_a_leap_day_of_a_measured_year_is_filled_too(tmp_path: Path) -> None:
    frame = read(golden(tmp_path), "2012-02-28T00:00-07:00", 2)
    days = frame["ghi_w_per_m2"].to_numpy().reshape(2, 24)
    assert np.array_equal(days[0], days[1])


@pytest.mark.parametrize("make", [epw, pvgis_tmy, pvgis_hourly, golden])
def test_the_kind_of_a_file_is_told_by_its_head(tmp_path: Path, make: object) -> None:
    file = make(tmp_path)  # type: ignore[operator]
    start = "2013-02-28T01:00+00:00" if make is pvgis_hourly else "2012-06-01T00:00+00:00"
    kind = {"epw": "epw", "golden": "nsrdb"}.get(make.__name__, "pvgis")  # type: ignore[attr-defined]
    assert read(file, start, 1).equals(read(file, start, 1, reader=kind))
