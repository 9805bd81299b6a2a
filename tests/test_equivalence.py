from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from rich.console import Console

from twin.cli.equivalence import found_maps
from twin.equivalence import Map, find, sought
from twin.kpis import traces
from twin.load import find_topology, load_scenario
from twin.problems import Problems
from twin.report.equivalence import figure
from twin.rerun import rerun
from twin.scenario import Equivalence

SAME = """
[equivalence.same]
title = "Storage against itself"
of = "storage"
vary = "storage.rated_kva"
between = [1.0, 20e3]
match = "area.f_min_hz"
against = "storage"
per = 6e3
x = { set = "storage.droop_pu", values = [0.01, 0.02] }
y = { set = "area.h_s", values = [2, 4] }
"""
LASTING = """
[equivalence.lasting]
title = "Trucks for the energy of storage"
of = "connected"
vary = "truck.rated_kw"
between = [1.0, 20e3]
match = "truck.energy_kwh"
against = "storage"
to = "storage.e_to_bus_kwh"
set = { "largest.p_set_kw" = 0.0, "truck.p_set_kw" = 1e6, "truck.droop_pu" = 1.0 }
x = { set = "storage.p_set_kw", values = [2, 4], times = 1e3 }
y = { set = "horizon_s", values = [1800, 3600, 18000] }
lines = { set = "truck.start_s", values = [0, 45], times = 60.0, label = "arrival / min" }
"""
SLOW = """
[equivalence.slow]
title = "A resource behind a lag"
of = "responder"
vary = "responder.rated_kva"
between = [1.0, 40e3]
match = "area.f_min_hz"
against = "storage"
bare = "nothing"
x = { set = "responder.t3_s", values = [0.2, 0.4], times = "nadir_s" }
y = { set = "area.h_s", values = [2, 4] }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lumped area, whose scenario can be written anew."""
    return Path(shutil.copytree(find_topology("lumped_area").parent, tmp_path / "lumped_area"))


def scenario(folder: Path, table: str) -> Path:
    path = folder / "asked.toml"
    path.write_text((folder / "trip.toml").read_text("utf-8") + table, "utf-8")
    return path


def asked(path: Path) -> Equivalence:
    (found,) = load_scenario(path)[0].equivalences
    return found


def problems(folder: Path, old: str, new: str) -> list[str]:
    assert old in SAME
    with pytest.raises(Problems) as caught:
        load_scenario(scenario(folder, SAME.replace(old, new)))
    return [str(one) for one in caught.value.found]


@given(st.floats(0.1, 9.9), st.floats(0.2, 5.0), st.booleans())
def test_what_is_sought_is_found_within_a_quarter_of_a_percent(
    size: float, power: float, rising: bool
) -> None:
    def ends(x: float) -> float:
        return (x**power) * (1.0 if rising else -1.0)

    assert sought(ends, ends(size), 0.0, 10.0) == pytest.approx(size, abs=0.025)


def test_where_the_most_is_not_enough_the_size_is_infinite() -> None:
    assert sought(lambda x: x, 3.0, 0.0, 2.0) == math.inf
    assert sought(lambda x: -x, -3.0, 0.0, 2.0) == math.inf
    assert sought(lambda _: 1.0, 3.0, 0.0, 2.0) == math.inf


def test_where_the_least_does_it_it_is_the_least() -> None:
    assert sought(lambda x: x, -1.0, 0.0, 2.0) == 0.0
    assert sought(lambda _: 3.0, 3.0, 0.5, 2.0) == 0.5


def test_a_resource_is_worth_itself(folder: Path) -> None:
    path = scenario(folder, SAME)

    found = find(path, asked(path))

    assert found.sizes == pytest.approx(np.ones((1, 2, 2)), rel=1e-3)


def test_trucks_for_the_energy_of_storage_are_told_by_a_division(folder: Path) -> None:
    path = scenario(folder, LASTING)

    found = find(path, asked(path))

    usable_mwh = 20.0 * (0.9 - 0.1) * 0.97  # soc at the start, floor, one-way efficiency
    for line, arrival_h in enumerate((0.0, 0.75)):
        for y, hours in enumerate((0.5, 1.0, 5.0)):
            for x, p_mw in enumerate((2.0, 4.0)):
                loss_mw = 0.0072 * 6.0 + 0.0345 * p_mw**2 / 6.0  # of the converter
                lasts_h = min(hours, usable_mwh / (p_mw + loss_mw))
                left_h = hours - arrival_h
                wanted_kw = 1e3 * p_mw * lasts_h / left_h if left_h > 0.0 else math.inf
                assert found.sizes[line, y, x] == pytest.approx(wanted_kw, rel=0.005)


def test_an_axis_can_be_told_by_the_time_to_the_nadir(folder: Path) -> None:
    path = scenario(folder, SLOW)
    by_nadir = find(path, asked(path)).sizes[0]
    for y, h_s in enumerate((2.0, 4.0)):
        trace = rerun(path, {"area.h_s": h_s}, "nothing").after_event("area.f_end_hz")
        nadir_s = traces.nadir(trace).at_s
        in_seconds = scenario(folder, SLOW.replace('"nadir_s"', str(nadir_s)))
        assert find(in_seconds, asked(in_seconds)).sizes[0, y] == pytest.approx(by_nadir[y])


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            'of = "storage"',
            'of = "storages"',
            "of  names no variant: storages; did you mean storage?",
        ),
        ("[1.0, 20e3]", "[20e3, 1.0]", "between  should rise, got 20000 to 1"),
        ("[0.01, 0.02]", "[0.02, 0.01]", "x.values  should rise from each to the next"),
        ("[0.01, 0.02]", "[0.01]", "x.values  list should have at least 2 items"),
        (
            '"area.f_min_hz"',
            '"area.f_minhz"',
            "match  names no field: area.f_minhz; did you mean area.f_min_hz?",
        ),
        (
            '"storage.droop_pu"',
            '"storage.drop_pu"',
            "x.set  names no field: storage.drop_pu; did you mean storage.droop_pu?",
        ),
        (
            "values = [2, 4]",
            "values = [0, 4], log = true",
            "y.values  should be above 0 where the axis is logarithmic",
        ),
        (
            "values = [2, 4]",
            'values = [2, 4], times = "nadir_s"',
            "y.times  should be a number; only x can be told by the nadir",
        ),
        (
            "values = [0.01, 0.02]",
            'values = [1, 2], times = "nadir_s"',
            "x.times  nadir_s needs the variant without either: bare",
        ),
        ("per = 6e3", "par = 6e3", "par  is not a key here; did you mean per?"),
    ],
)
def test_a_mistake_is_one_line(folder: Path, old: str, new: str, line: str) -> None:
    (told,) = problems(folder, old, new)
    assert told.startswith(f"{folder}/asked.toml:")
    assert f"equivalence.same.{line}" in told


def test_a_value_beyond_its_bounds_is_told_and_not_run(folder: Path) -> None:
    path = scenario(folder, SAME.replace("[0.01, 0.02]", "[0.01, 2.0]"))
    with pytest.raises(Problems, match=r"storage.droop_pu.*should be less than or equal to 1"):
        find(path, asked(path))


def test_maps_are_kept_and_drawn(folder: Path, tmp_path: Path) -> None:
    path = scenario(folder, LASTING)
    console = Console(quiet=True)

    assert found_maps(console, str(path), load_scenario(path)[0], {}, tmp_path) == 0

    kept = json.loads((tmp_path / "lasting.json").read_text())
    assert kept["sizes"][1][0] == [None, None]  # no truck is there after half an hour
    assert (tmp_path / "lasting.png").stat().st_size > 10_000


def words(found: Map) -> list[str]:
    drawn = figure(found)
    FigureCanvasAgg(drawn).draw()
    legend = drawn.axes[0].get_legend()
    return [text.get_text() for text in legend.get_texts()] if legend else []


def test_the_legend_says_where_they_are_alike_and_where_nothing_is_enough(folder: Path) -> None:
    about = asked(scenario(folder, LASTING.replace("lines = {", "crossover = 3.0\nlines = {")))
    some: Any = [[[1.0, 2.0], [2.0, 4.0], [4.0, 8.0]], [[math.inf, math.inf]] * 3]

    assert words(Map(about, np.array(some), 0)) == [
        "3, arrival 0 min",
        "arrival 45 min: no size is enough",
    ]


def test_a_map_on_which_nothing_is_enough_is_drawn(folder: Path) -> None:
    about = asked(scenario(folder, SAME))

    assert words(Map(about, np.full((1, 2, 2), math.inf), 0)) == ["no size is enough"]
