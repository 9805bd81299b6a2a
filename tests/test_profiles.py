"""Profiles: what files may hold, what is refused and where, and means that keep energy exact."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.problems import Problem, Problems
from twin.profiles import Profile, integral, mean_over, read_profiles
from twin.topology import ProfileSource

START = datetime.fromisoformat("2026-03-02T00:00+08:00")
HOURLY = "time,load_kw\n2026-03-02T00:00,1\n2026-03-02T01:00,2\n2026-03-02T02:00,4\n"
TOPOLOGIES = Path(__file__).parents[1] / "topologies"


def source(file: Path, zone: str = "Asia/Manila", between: str = "hold", fill: str = ""):
    return ProfileSource("sun", file, zone, between, fill, "site.toml:7")


def read_one(file: Path, column: str = "load_kw", unit: str = "kw", hours: float = 3, **how: str):
    key = (f"sun.{column}", unit)
    return read_profiles({"sun": source(file, **how)}, [key], START, hours * 3600)[key]


def written(folder: Path, text: str) -> Path:
    file = folder / "sun.csv"
    file.write_text(text)
    return file


def problems_of(file: Path, column: str = "load_kw", unit: str = "kw", **how) -> list[Problem]:
    with pytest.raises(Problems) as caught:
        read_one(file, column, unit, **how)
    return caught.value.found


def stamped(*cells: str) -> str:
    return "\n".join(["time,load_kw", *cells, ""])


# What is read


def test_naive_stamps_are_local_times_of_the_zone(tmp_path):
    start_in_utc = HOURLY.replace("03-02T00", "03-01T16").replace("03-02T01", "03-01T17")
    in_utc = written(tmp_path, start_in_utc.replace("03-02T02", "03-01T18"))
    assert read_one(in_utc, zone="UTC").times_s.tolist() == [0, 3600, 7200, 10800]


def test_an_offset_outranks_the_zone(tmp_path):
    aware = written(tmp_path, HOURLY.replace(":00,", ":00+08:00,"))
    assert read_one(aware, zone="America/Denver").times_s.tolist() == [0, 3600, 7200, 10800]


def test_offsets_may_change_within_a_file_as_clocks_do(tmp_path):
    file = written(
        tmp_path,
        stamped("2026-10-25T02:00+02:00,1", "2026-10-25T02:00+01:00,2", "2026-10-25T03:00+01:00,3"),
    )
    start = datetime.fromisoformat("2026-10-25T00:00+00:00")
    key = ("sun.load_kw", "kw")
    profile = read_profiles({"sun": source(file, "Europe/Berlin")}, [key], start, 7200)[key]
    assert profile.times_s.tolist() == [0, 3600, 7200]


def test_local_times_follow_the_clocks_of_their_zone(tmp_path):
    file = written(tmp_path, stamped("2026-03-29T01:59,1", "2026-03-29T03:00,2"))
    start = datetime.fromisoformat("2026-03-29T01:59+01:00")
    key = ("sun.load_kw", "kw")
    profile = read_profiles({"sun": source(file, "Europe/Berlin")}, [key], start, 60)[key]
    assert profile.times_s.tolist() == [0, 60]


def test_one_column_in_two_units_becomes_two_profiles(tmp_path):
    wanted = [("sun.load_kw", "w"), ("sun.load_kw", "mw")]
    found = read_profiles({"sun": source(written(tmp_path, HOURLY))}, wanted, START, 10800)
    assert [found[key].values[1] for key in wanted] == [2000.0, 0.002]


def test_whole_numbers_and_truths_carry_no_unit(tmp_path):
    file = written(tmp_path, "time,run\n2026-03-02T00:00,true\n2026-03-02T02:00,false\n")
    assert read_one(file, "run", "").values.tolist() == [1, 0, 0]


def test_comments_empty_lines_blanks_and_a_byte_order_mark_are_harmless(tmp_path):
    file = written(tmp_path, "\ufeff# made up\n#\n\n" + HOURLY.replace("\n", "\n\n", 3))
    file.write_text(file.read_text().replace(",", " , "))
    assert read_one(file).values.tolist() == [1, 2, 4, 4]


@pytest.mark.parametrize("where", ["index", "timestamp", "first"])
def test_parquet_gives_what_csv_gives(tmp_path, where):
    frame = pd.DataFrame({"load_kw": [1, 2, 4]}, pd.date_range(START, periods=3, freq="1h"))
    file = tmp_path / "sun.parquet"
    if where == "index":
        frame.to_parquet(file)
    elif where == "timestamp":
        frame.rename_axis("timestamp").reset_index()[["load_kw", "timestamp"]].to_parquet(file)
    else:
        frame.rename_axis("when").reset_index().to_parquet(file, index=False)
    from_csv = read_one(written(tmp_path, HOURLY))
    from_parquet = read_one(file)
    assert from_parquet.values.tolist() == from_csv.values.tolist()
    assert from_parquet.times_s.tolist() == from_csv.times_s.tolist()


def test_only_the_span_of_the_scenario_is_kept(tmp_path):
    days = pd.date_range("2026-01-01", "2026-12-31", freq="1h").strftime("%Y-%m-%dT%H:%M")
    file = written(tmp_path, stamped(*(f"{day},{row}" for row, day in enumerate(days))))
    profile = read_one(file, hours=2.5)
    assert (profile.values.tolist(), profile.times_s[-1]) == ([1440, 1441, 1442, 1443], 10800)


def test_the_last_value_holds_for_the_usual_spacing(tmp_path):
    file = written(tmp_path, HOURLY)
    assert mean_over(read_one(file, between="linear"), [7200], [10800]) == 4.0
    assert "needs" in problems_of(file, hours=3.01)[0].text


# What is refused


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 0, "cannot be read: it is empty (asked for in site.toml:7)"),
        ("time,load_kw\n2026-03-02T00:00,1\n", 0, "fewer than two rows"),
        ("time\n2026-03-02\n2026-03-03\n", 0, "no column beside its stamps"),
        ("load_kw,other_kw\n1,2\n3,4\n", 0, "load_kw holds no dates and times"),
        ("name,load_kw\na,2\nb,4\n", 0, "name holds no dates and times"),
        ("time,load_mw,load_kw\n\n2026-03-02,1,2\n2026-03-02\n", 4, "has 1 cells, not 3"),
        ("time,load_kw,load_kw\n2026-03-02,1,2\n2026-03-03,1,2\n", 0, "more than one column"),
        ("time,time,load_kw\n2026-03-02,1,2\n2026-03-03,1,2\n", 0, "time stands twice"),
        (stamped("2026-03-02T00:00,1", "", "2026-03-02T25:00,2"), 4, "'2026-03-02T25:00' is not"),
        (stamped("2026-03-02T00:00,1", ",2", ",3"), 3, "empty time stamp (and 1 more like it)"),
        (stamped("2026-03-02T00:00,1", "2026-03-02T00:00,2"), 3, "the same time as the row before"),
        (stamped("2026-03-02T01:00,1", "2026-03-02T00:00,2"), 3, "earlier than the row before"),
        (stamped("2026-03-02T00:00,1", "2026-03-02T01:00Z,2"), 3, "offset from UTC, others"),
        ("#\n" + HOURLY.replace(",2", ",two"), 4, "'two' is not a number"),
        (HOURLY.replace(",1", ",2026-03-02").replace(",4", ",x"), 2, "(and 1 more like it)"),
        (HOURLY.replace(",2", ",-inf"), 3, "is infinite"),
        (HOURLY.replace(",2", ","), 3, "has an empty cell; fill ="),
        (HOURLY.replace(",2", ",NaN"), 3, "has an empty cell; fill ="),
        (HOURLY + "2026-03-02T06:00,5\n", 4, "3 rows are missing after it at a usual spacing of 3"),
        (HOURLY.replace("03-02", "03-03"), 0, "goes from 2026-03-03T00:00:00+08:00"),
        (HOURLY.replace("03-02", "03-01"), 0, "needs 2026-03-02T00:00:00+08:00 to 2026-03-02T03"),
    ],
)  # fmt: skip
def test_a_file_at_fault_is_refused_with_its_line(tmp_path, text, line, says):
    file = written(tmp_path, text)
    found = problems_of(file)[0]
    assert (found.file, found.line) == (str(file), line)
    assert says in found.text


@pytest.mark.parametrize(
    ("column", "unit", "says"),
    [
        ("load_kv", "kv", "is not a column of the file; did you mean load_kw?"),
        ("price", "kw", "is not a column of the file, which has load_kw, load"),
        ("load", "kw", "carries no unit in its name, such as load_kw"),
        ("load_kw", "kwh", "is in kw and cannot be turned into kwh"),
        ("load_kw", "", "is in kw and cannot be turned into a plain number"),
    ],
)
def test_a_column_at_fault_is_refused_by_name(tmp_path, column, unit, says):
    file = written(tmp_path, "time,load_kw,load\n2026-03-02T00:00,1,1\n2026-03-02T02:00,2,1\n")
    found = problems_of(file, column, unit)[0]
    assert (found.path, says in found.text) == (f"sun.{column}", True)


@pytest.mark.parametrize(
    ("hour", "says"),
    [
        ("2026-10-25T02:30", "02:30:00 comes twice in Europe/Berlin"),
        ("2026-03-29T02:30", "02:30:00 does not exist in Europe/Berlin"),
    ],
)
def test_local_times_that_clock_changes_make_unclear_are_refused(tmp_path, hour, says):
    file = written(tmp_path, stamped("2026-03-02T00:00,1", f"{hour},2"))
    found = problems_of(file, zone="Europe/Berlin")[0]
    assert (found.line, says in found.text) == (3, True)


def test_a_zone_is_proposed_for_a_misspelt_one(tmp_path):
    found = problems_of(written(tmp_path, HOURLY), zone="Asia/Shangai")
    assert found[0].text == "'Asia/Shangai' is not a time zone; did you mean Asia/Shanghai?"


@pytest.mark.parametrize("name", ["missing.csv", "missing.parquet", "latin.csv", "false.parquet"])
def test_an_unreadable_file_is_named(tmp_path, name):
    (tmp_path / "latin.csv").write_bytes("time,größe_kw\n".encode("latin-1"))
    (tmp_path / "false.parquet").write_text(HOURLY)
    assert problems_of(tmp_path / name)[0].text.startswith("cannot be read: ")


def test_a_file_over_500_mb_is_refused_unread(tmp_path):
    file = written(tmp_path, HOURLY)
    os.truncate(file, 500_000_001)
    assert "at most 500 MB" in problems_of(file)[0].text


def test_everything_wrong_with_all_files_is_said_at_once(tmp_path):
    broken = written(tmp_path, stamped("2026-03-02T01:00,x", "2026-03-02T00:00,y"))
    sources = {"sun": source(broken), "gone": ProfileSource("gone", tmp_path / "g", "UTC", "hold")}
    wanted = [("sun.load_kw", "kw"), ("sun.other_kw", "kw"), ("gone.load_kw", "kw")]
    with pytest.raises(Problems) as caught:
        read_profiles(sources, wanted, START, 3600)
    assert [(problem.path, problem.line) for problem in caught.value.found] == [
        ("profile.gone", 0),
        ("sun.other_kw", 0),
        ("sun.load_kw", 2),
        ("profile.sun", 3),
    ]


# How gaps are filled


@pytest.mark.parametrize(
    ("fill", "values"),
    [("hold", [1, 1, 1, 4]), ("linear", [1, 2, 3, 4]), ("zero", [1, 0, 0, 4])],
)
def test_missing_rows_and_empty_cells_are_filled_on_the_regular_step(tmp_path, fill, values):
    gap = [f"2026-03-02T0{hour}:00,{cell}" for hour, cell in [(0, 1), (1, ""), (3, 4), (4, 9)]]
    profile = read_one(written(tmp_path, stamped(*gap)), fill=fill)
    assert (profile.values.tolist(), profile.times_s[2]) == (values, 7200)


@pytest.mark.parametrize(
    ("fill", "edge", "line"), [("hold", ",1\n", 2), ("linear", ",1\n", 2), ("linear", ",4\n", 4)]
)
def test_a_gap_with_nothing_on_one_side_is_not_filled(tmp_path, fill, edge, line):
    file = written(tmp_path, HOURLY.replace(edge, ",\n"))
    assert [(one.line, fill in one.text) for one in problems_of(file, fill=fill)] == [(line, True)]


def test_stamps_at_will_have_no_gaps(tmp_path):
    hours = ["00:00,1", "00:10,2", "02:00,3", "02:30,4", "23:00,5"]
    file = written(tmp_path, stamped(*(f"2026-03-02T{hour}" for hour in hours)))
    assert read_one(file, hours=23).values.tolist() == [1, 2, 3, 4, 5]


def test_months_and_jittering_clocks_keep_their_spacing(tmp_path):
    days = pd.date_range("2026-01-01", periods=12, freq="MS").strftime("%Y-%m-%d")
    file = written(tmp_path, stamped(*(f"{day},{row}" for row, day in enumerate(days))))
    assert read_one(file).values.tolist() == [2, 3]


# Means over steps


def zigzag(linear: bool) -> Profile:
    times = np.array([0.0, 1.0, 3.0, 7.0, 8.0])
    return Profile("p", times, np.array([0.3, 0.1, 0.7, 0.2, 0.9]), linear)


def test_a_step_within_one_held_value_sees_its_very_bits():
    profile = zigzag(linear=False)
    edges = np.linspace(0, 8, 8001)
    seen = mean_over(profile, edges[:-1], edges[1:])
    held = np.repeat(profile.values[:-1], [1000, 2000, 4000, 1000])
    assert seen.tobytes() == held.tobytes()


def test_a_step_that_rounding_carries_over_a_stamp_stays_with_its_value():
    profile = Profile("p", np.array([0.0, 0.1, 0.2, 0.3]), np.array([1.0, 2.0, 3.0, 3.0]), False)
    assert mean_over(profile, [0.1], [0.1 + 0.1 + 1e-12]) == 2.0


def test_closed_forms():
    begin, end = [0.5, 0.0, 2.0], [2.0, 8.0, 7.5]
    held = mean_over(zigzag(linear=False), begin, end)
    linear = mean_over(zigzag(linear=True), begin, end)
    assert held * [1.5, 8, 5.5] == pytest.approx([0.25, 3.5, 3.0])
    assert linear * [1.5, 8, 5.5] == pytest.approx([0.325, 3.35, 2.5375])


def test_no_step_reaches_beyond_what_is_known():
    with pytest.raises(ValueError, match=r"p is known from 0\.0 s to 8\.0 s only"):
        mean_over(zigzag(linear=True), [7.0], [8.1])


PROFILES = st.builds(
    lambda gaps, values, linear: Profile(
        "p", np.cumsum([0, *gaps]) / 1000, np.array(values[: len(gaps) + 1]), linear
    ),
    st.lists(st.integers(1, 5000), min_size=1, max_size=20),
    st.lists(st.floats(-1e3, 1e3), min_size=21, max_size=21),
    st.booleans(),
)
PARTS = st.lists(st.floats(0.01, 1), min_size=1, max_size=9)


def edges_of(profile: Profile, parts: list[float]) -> np.ndarray:
    span = np.cumsum([0, *parts]) / sum(parts) * profile.times_s[-1]
    return np.unique(np.minimum(np.round(span, 3), profile.times_s[-1]))


@given(PROFILES, PARTS)
def test_the_mean_of_a_whole_is_the_weighted_mean_of_its_parts(profile, parts):
    edges = edges_of(profile, parts)
    means = mean_over(profile, edges[:-1], edges[1:])
    whole = mean_over(profile, edges[:1], edges[-1:])
    assert whole == pytest.approx(np.average(means, weights=np.diff(edges)), rel=1e-9, abs=1e-9)


@given(PROFILES, PARTS)
def test_steps_of_any_length_carry_the_whole_integral(profile, parts):
    edges = edges_of(profile, parts)
    carried = np.cumsum(mean_over(profile, edges[:-1], edges[1:]) * np.diff(edges))
    assert carried[-1] == pytest.approx(integral(profile)[-1], rel=1e-9, abs=1e-9)


@given(PROFILES, PARTS)
def test_steps_asked_together_or_one_by_one_have_the_same_bits(profile, parts):
    edges = edges_of(profile, parts)
    together = mean_over(profile, edges[:-1], edges[1:])
    one_by_one = [
        mean_over(profile, edges[i : i + 1], edges[i + 1 : i + 2]) for i in range(len(together))
    ]
    assert together.tobytes() == np.concatenate(one_by_one).tobytes()
