"""What is wrong with weather, and where: each mistake is a line with its remedy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.test_weather_files import GREENSBORO, epw
from tests.year_of_sun import CLIMATE, GOLDEN, golden, site
from twin.drive import driven_inputs
from twin.load import load_scenario
from twin.problems import Problem, Problems

AT = {"start": "2026-03-01T00:00:00+08:00", "days": 3}
TABLE = 'file = "sun.csv"\nzone = "{zone}"\nbetween = "hold"'
PLACE = "latitude_deg = 10.0\nlongitude_deg = 120.0\naltitude_m = 5.0"


def problems(scenario: Path) -> list[Problem]:
    with pytest.raises(Problems) as caught:
        driven(scenario)
    return caught.value.found


def driven(scenario: Path) -> set[tuple[str, str]]:
    found, topology = load_scenario(scenario)
    return set(driven_inputs(topology, found))


def only(scenario: Path) -> Problem:
    (problem,) = problems(scenario)
    return problem


def line(file: Path, begins: str) -> int:
    lines = file.read_text("utf-8").splitlines()
    return next(n for n, text in enumerate(lines, 1) if text.startswith(begins))


def table(folder: Path, least: float = 0.0) -> Path:
    """Ten days of hourly sun in the local time of 120 degrees east."""
    hours = pd.date_range("2026-02-25", periods=240, freq="h")
    ghi = np.maximum(900.0 * np.sin((hours.hour - 5.5) * np.pi / 12), least)
    frame = pd.DataFrame({"ghi_w_per_m2": ghi.round(1), "air_degc": 25.0}, hours.rename("time"))
    frame.to_csv(folder / "sun.csv", date_format="%Y-%m-%dT%H:%M")
    return folder


@pytest.mark.parametrize(
    ("profile", "key", "says"),
    [
        ("", "", "needs one of file, weather_file, climate, and has 0"),
        (f"{GOLDEN}{CLIMATE}", "", "needs one of file, weather_file, climate, and has 2"),
        ('file = "sun.csv"', ".between", "is missing"),
        (f'{GOLDEN}\nzone = "UTC"', ".zone", "does not go with weather_file"),
        (f'fill = "zero"{CLIMATE}', ".fill", "does not go with climate"),
        (
            f'{GOLDEN}\nreader = "tmy2"',
            ".reader",
            "should be '', 'epw', 'tmy3', 'pvgis' or 'nsrdb'",
        ),
        (
            'weather_file = "gone.epw"',
            ".weather_file",
            "names a file that does not exist: gone.epw",
        ),
        ('weather_file = ""', ".weather_file", "is not one of .epw, .EPW, .csv, .CSV"),
        ('weather_file = "sun.txt"', ".weather_file", "is not one of .epw, .EPW, .csv, .CSV"),
        (f"{GOLDEN}\nmonthly.snow = {[0.1] * 12}", ".monthly.snow", "carries no unit in its name"),
        (
            f"{GOLDEN}\nmonthly.snow_pu = {[0.1] * 11}",
            ".monthly.snow_pu",
            "should be twelve values",
        ),
    ],
)
def test_a_profile_comes_from_one_place(tmp_path: Path, profile: str, key: str, says: str) -> None:
    golden(table(tmp_path))
    problem = only(site(tmp_path, profile, PLACE, **AT))
    assert problem.path == f"profile.sun{key}"
    assert says in problem.text


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ("5.5, 4.8,", "5.5,", "ghi_kwh_per_m2_per_d", "should be twelve values, January first"),
        ("26.5,", "96.5,", "air_degc", "should be -90 to 60, but is 96.5 in month 1"),
        ("6.3,", "-1.0,", "ghi_kwh_per_m2_per_d", "should be 0 to 15, but is -1 in month 4"),
        ("kc_sd = 0.17", "kc_sd = 17", "kc_sd", "should be less than or equal to 0.5, got 17"),
        ("kc_sd =", "kc_sdd =", "kc_sdd", "is not a key here; did you mean kc_sd?"),
        ("= 10.3", "= 10.3\nstep_s = 7000", "step_s", "should divide a day, got 7000"),
        ("= 10.3", "= 100.3", "latitude_deg", "should be less than or equal to 90"),
    ],
)
def test_a_climate_at_fault_is_told_by_its_key(
    tmp_path: Path, old: str, new: str, key: str, says: str
) -> None:
    assert CLIMATE.count(old) >= 1
    found = problems(site(tmp_path, CLIMATE.replace(old, new, 1), **AT))
    texts = {problem.path: problem for problem in found}
    problem = texts[f"profile.sun.climate.{key}"]
    assert says in problem.text
    assert problem.line == line(tmp_path / "topology.toml", key)


def test_a_month_above_its_clear_sky_is_refused_with_what_that_allows(tmp_path: Path) -> None:
    climate = CLIMATE.replace("6.3,", "9.3,").replace("4.5]", "7.5]")
    problem = only(site(tmp_path, climate, **AT))
    assert problem.path == "sun.climate"
    assert problem.line == line(tmp_path / "topology.toml", "[profile.sun.climate]")
    assert "9.3 in month 4 (clear: 7.2" in problem.text
    assert "7.5 in month 12 (clear: 5.7" in problem.text


def test_a_climate_without_wind_says_what_would_give_some(tmp_path: Path) -> None:
    climate = CLIMATE.replace("wind_m_per_s = 3.5", "")
    problem = only(site(tmp_path, climate, 'wind_m_per_s = "sun.wind_m_per_s"', **AT))
    assert (problem.path, problem.text) == (
        "sun.wind_m_per_s",
        "is no column of a climate; give wind_m_per_s",
    )


def test_a_measured_year_covers_itself_alone(tmp_path: Path) -> None:
    file = golden(tmp_path)
    problem = only(site(tmp_path, GOLDEN, **AT))
    assert problem.file == str(file)
    assert "goes from 2012-01-01T07:00:00+00:00 to 2013-01-01T07" in problem.text


def test_a_negative_irradiance_is_told_by_its_line(tmp_path: Path) -> None:
    file = epw(tmp_path)
    lines = file.read_text().splitlines()
    for row in (100, 200):
        lines[8 + row] = lines[8 + row].replace(",0,0,0,", ",0,0,0,-", 1)
    file.write_text("\n".join(lines) + "\n")
    problem = only(site(tmp_path, 'weather_file = "somewhere.epw"', **AT))
    assert (problem.line, problem.path) == (8 + 101, "sun.ghi_w_per_m2")
    assert problem.text == "is negative (and 1 more like it)"


def test_a_number_that_stands_for_nothing_is_a_gap(tmp_path: Path) -> None:
    file = epw(tmp_path)
    march = 8 + 59 * 24 + 6
    lines = file.read_text().splitlines()
    lines[march] = lines[march].replace(",0,0,0,3.0,", ",0,0,0,9999,")
    file.write_text("\n".join(lines) + "\n")
    profile = 'weather_file = "somewhere.epw"'
    problem = only(site(tmp_path, profile, **AT))
    assert (problem.line, problem.path) == (march + 1, "sun.ghi_w_per_m2")
    assert problem.text.startswith("has an empty cell; fill = ")
    assert driven(site(tmp_path, f'{profile}\nfill = "linear"', **AT))


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("cut.epw", "LOCATION,a,b,c,TMY,0,10.0,120.0,8.0,5.0\n", "holds fewer than two"),
        ("empty.epw", "", "cannot be read as epw: "),
        ("words.epw", "LOCATION,a,b,c,TMY,0,ten,120.0,8.0,5.0\n" * 20, "cannot be read as epw: "),
        ("other.csv", "a,b\n1,2\n", "is none that can be told by itself: give reader, one of epw"),
        ("binary.epw", "\x00\x01\x02", "cannot be read as epw: "),
    ],
)
def test_a_file_that_is_no_weather_says_so(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text)
    problem = only(site(tmp_path, f'weather_file = "{name}"', **AT))
    assert (problem.file, problem.path) == (str(tmp_path / name), "profile.sun")
    assert problem.text.startswith(says)


def test_a_wrong_reader_is_told(tmp_path: Path) -> None:
    (tmp_path / "tmy.csv").write_bytes(GREENSBORO.read_bytes())
    profile = 'weather_file = "tmy.csv"\nreader = "nsrdb"'
    assert only(site(tmp_path, profile, **AT)).text.startswith("cannot be read as nsrdb: ")


@pytest.mark.parametrize(
    ("zone", "shift"), [("UTC", "8 h earlier"), ("Asia/Kolkata", "2.5 h earlier")]
)
def test_sun_at_night_says_which_shift_would_fit(tmp_path: Path, zone: str, shift: str) -> None:
    profile = TABLE.format(zone=zone)
    problem = only(site(table(tmp_path), profile, PLACE, **AT))
    assert (problem.path, problem.line) == ("pv", line(tmp_path / "topology.toml", "[device.pv]"))
    assert "while the sun is more than 6 deg below the horizon" in problem.text
    assert shift in problem.text


def test_the_right_zone_has_no_sun_at_night(tmp_path: Path) -> None:
    scenario = site(table(tmp_path), TABLE.format(zone="Asia/Manila"), PLACE, **AT)
    assert ("pv", "poa_w_per_m2") in driven(scenario)


@pytest.mark.parametrize(
    ("pv", "says"),
    [
        ("", "needs latitude_deg, longitude_deg, altitude_m: the profiles do not say where they"),
        (PLACE.replace("latitude_deg = 10.0", ""), "needs latitude_deg: the profiles do not say"),
        (f"{PLACE}\npoa_w_per_m2 = 3.0", "poa_w_per_m2 is given, but ghi_w_per_m2 already make"),
        (f'{PLACE}\ndni_w_per_m2 = "sun.ghi_w_per_m2"', "dni_w_per_m2 and dhi_w_per_m2 come toget"),
    ],
)
def test_an_array_that_cannot_follow_the_sun_says_why(tmp_path: Path, pv: str, says: str) -> None:
    problem = only(site(table(tmp_path), TABLE.format(zone="Asia/Manila"), pv, **AT))
    assert (problem.path, says in problem.text) == ("pv", True)


def test_negative_light_of_a_table_is_told_with_its_moment(tmp_path: Path) -> None:
    problem = only(site(table(tmp_path, -5.0), TABLE.format(zone="Asia/Manila"), PLACE, **AT))
    assert problem.text.startswith("ghi_w_per_m2 is negative, -5 at 2026-02-28 16:30:00")


def test_an_array_far_from_its_weather_is_refused(tmp_path: Path) -> None:
    problem = only(site(tmp_path, CLIMATE, "latitude_deg = 52.0", **AT))
    text = "latitude_deg is 52, but the weather that drives it is of 10.3"
    assert (problem.path, problem.text) == ("pv", text)


def test_what_is_used_up_before_the_run_takes_no_event_and_no_wire(tmp_path: Path) -> None:
    scenario = site(tmp_path, CLIMATE, 'wires = ["main.p_load_kw ~> ghi_w_per_m2"]', **AT)
    event = '[[event]]\nat_s = 3600\nset = "pv.tilt_deg"\nto = 30.0\n'
    scenario.write_text(scenario.read_text() + event)
    assert {problem.path: problem.text for problem in problems(scenario)} == {
        "device.pv.wires[0]": "pv.ghi_w_per_m2 is used up before the run",
        "event[0].set": "tilt_deg of pv is used up before the run",
    }
