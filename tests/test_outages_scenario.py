"""Outages of a scenario: which events they become, whom they meet, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.mosaik_world import done, same, write
from twin.calendar import Calendar, make_calendar
from twin.catalog import add_folder
from twin.load import load_scenario, remarks
from twin.problems import Problems
from twin.scenario import Scenario

HERE = Path(__file__).parent
SITE = HERE / "sample_topologies" / "small_site"
POISSON = {"set": "site.lamp.lit", "per_day": 6, "mean_h": 1.0, "sigma": 0.7}
EACH = POISSON | {"each_unit": True}


@pytest.fixture(autouse=True)
def sample_components() -> None:
    add_folder(HERE / "sample_components")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A copy of the small site, beside which a list of outages may lie."""
    shutil.copytree(SITE, tmp_path / "small_site")
    return tmp_path / "small_site"


def day(*outages: dict[str, Any], folder: Path = SITE, variant: str = "", **more: Any) -> Scenario:
    given = {"event": [], "outage": list(outages)} | more
    return load_scenario(folder / "day.toml", given, variant)[0]


def told(found: Scenario, unit: int = 0) -> list[tuple[float, Any]]:
    return [(one.at_s, one.value) for one in found.events if unit in one.units]


def problem(folder: Path, *outages: dict[str, Any], **more: Any) -> str:
    with pytest.raises(Problems) as caught:
        day(*outages, folder=folder, **more)
    return str(caught.value.found[0])


def test_an_outage_is_an_event_and_another_that_takes_it_back() -> None:
    values = [value for _, value in told(day(POISSON))]
    assert len(values) >= 4
    assert values == [0.0, 1.0] * (len(values) // 2) + [0.0] * (len(values) % 2)


def test_the_units_of_a_fleet_fail_together() -> None:
    assert {one.units for one in day(POISSON).events} == {tuple(range(8))}


def test_or_each_on_its_own() -> None:
    found = day(EACH)
    assert len({tuple(told(found, unit)) for unit in range(8)}) == 8


def test_a_unit_keeps_its_calendar_whoever_is_beside_it() -> None:
    alone = day(EACH | {"set": "site[1].lamp[1].lit"})
    assert told(alone, 3) == told(day(EACH), 3)


def test_all_variants_meet_the_same_outages() -> None:
    calendars = [told(day(POISSON, variant=name), 0) for name in ("", "dark", "big")]
    assert calendars[0] == calendars[1] == calendars[2] != []


def test_another_seed_meets_others() -> None:
    assert told(day(POISSON)) != told(day(POISSON, seed=8))


def test_a_variant_may_go_without(site: Path) -> None:
    with (site / "day.toml").open("a") as file:
        file.write('[[outage]]\nset = "site.lamp.dimmed_pu"\nto = 0.0\n')
        file.write("per_day = 6\nmean_h = 1\nsigma = 0\n[variant.calm]\noutage = []\n")
    counts = [len(load_scenario(site / "day.toml", {}, name)[0].events) for name in ("", "calm")]
    assert counts[0] > counts[1] == 2


def write_list(site: Path, *rows: str) -> dict[str, Any]:
    (site / "outages.csv").write_text("\n".join(["start,duration_h", *rows]))
    return {"set": "site.lamp.lit", "file": "outages.csv", "zone": "Asia/Manila"}


def test_a_list_says_when(site: Path) -> None:
    found = day(write_list(site, "2026-06-01 01:00,2", "2026-06-01 23:00,5"), folder=site)
    assert told(found) == [(3600.0, 0.0), (10800.0, 1.0), (82800.0, 0.0)]


def test_drawn_and_listed_outages_of_one_target_merge(site: Path) -> None:
    """A list that covers the day leaves nothing of what is drawn."""
    all_day = write_list(site, "2026-06-01 00:00,24")
    assert told(day(POISSON, all_day, folder=site)) == [(0.0, 0.0)]


def test_what_is_listed_beyond_the_scenario_is_left_out_and_remarked(site: Path) -> None:
    outage = write_list(site, "2026-05-30 01:00,2", "2026-06-01 01:00,2")
    found, topology = load_scenario(site / "day.toml", {"event": [], "outage": [outage]})
    assert len(found.events) == 2
    assert "1 of 2 outages lie outside the scenario" in remarks(topology, found)[-1]


def test_a_number_can_fail_too() -> None:
    dim = POISSON | {"set": "site.lamp.dimmed_pu", "to": 0.2}
    assert {value for _, value in told(day(dim))} == {0.2, 1.0}


FINE = {"fine_step_s": 0.01, "fine_sync_s": 0.1, "fine_for_s": 2}


def windows(found: Calendar) -> list[tuple[float, float]]:
    spans = found.segments[found.segments[:, 5] == 1, :2]
    return [tuple(np.asarray(found.seconds(span)).tolist()) for span in spans]


def test_both_ends_of_an_outage_are_seen_in_fine_steps_no_longer_than_asked(site: Path) -> None:
    outage = write_list(site, "2026-06-01 01:05,1")
    found = make_calendar(day(outage, folder=site, **FINE))
    assert windows(found) == [(3900.0, 3902.0), (7500.0, 7502.0)]


def test_steps_that_a_window_cuts_are_completed(site: Path) -> None:
    """From 3902 s to the end of the step at 4200 s, and of the exchange at 4500 s."""
    outage = write_list(site, "2026-06-01 01:05,23")
    found = make_calendar(day(outage, folder=site, **FINE))
    lines = np.asarray(found.seconds(found.segments[:, :4])).tolist()
    assert lines == [
        [0.0, 3600.0, 300.0, 900.0],
        [3600.0, 3900.0, 300.0, 300.0],
        [3900.0, 3902.0, 0.01, 0.1],
        [3902.0, 4200.0, 298.0, 298.0],
        [4200.0, 4500.0, 300.0, 300.0],
        [4500.0, 86400.0, 300.0, 900.0],
    ]


def test_a_year_with_a_hundred_outages_at_a_millisecond_is_hardly_longer(site: Path) -> None:
    """525,600 minutes, and for each end of an outage a second and the rest of its minute."""
    times = {"horizon_s": 31_536_000, "step_s": 60, "sync_s": 600, "snapshots_s": []}
    fine = {"fine_step_s": 0.001, "fine_sync_s": 0.1, "fine_for_s": 1}
    outage = POISSON | {"per_day": 100 / 365}
    found = make_calendar(day(outage, folder=site, **times, **fine))
    ends = len(windows(found))
    assert 160 < ends < 240
    assert found.steps == 525_600 + 1000 * ends


def test_records_stay_on_the_hour(site: Path) -> None:
    """A window at 01:05; the hour that it cuts is completed at 02:00."""
    outage = write_list(site, "2026-06-01 01:05,23")
    hourly = {"record": {"every_s": 3600, "fine_every_s": 2}}
    found = make_calendar(day(outage, folder=site, **FINE, **hourly))
    ends = [float(found.seconds(line[1])) for line in found.segments.tolist()]
    assert ends[-2:] == [7200.0, 86400.0]


SUPPLIED = """
[group.site]
count = 2
[group.site.main]
type = "site_bus"
[group.site.load]
type = "it_load"
bus = "main"
rated_kw = 2.0
pue_pu = 1.0
ups_efficiency_pu = 1.0
[group.site.grid]
type = "grid_connection"
bus = "main"
"""
DAYS = """
horizon_s = 864000
step_s = 900
sync_s = 3600
seed = 4
[record]
every_s = 3600
[[outage]]
set = "site.grid.available"
per_day = 1
mean_h = 6.0
sigma = 0.5
each_unit = true
"""
FINE_DAYS = "fine_step_s = 0.01\nfine_sync_s = 0.1\nfine_for_s = 0.3\n" + DAYS.lstrip()


def out_h(found: Scenario) -> float:
    """Hours out of both sites together; both are back at the end."""
    signed = [len(one.units) * one.at_s * (1 if one.value else -1) for one in found.events]
    assert sum(len(one.units) * (1 if one.value else -1) for one in found.events) == 0
    return sum(signed) / 3600.0


@pytest.mark.parametrize("times", [DAYS, FINE_DAYS], ids=["coarse", "zoomed"])
def test_what_a_run_counts_is_what_the_calendar_says(tmp_path: Path, times: str) -> None:
    expected_h = out_h(load_scenario(write(tmp_path, SUPPLIED, times))[0])
    ran = done(tmp_path, SUPPLIED, times)
    assert expected_h > 50.0
    assert ran.run.totals["site.grid.out_h"] * 2 == pytest.approx(expected_h)
    if times == DAYS:  # in fine steps servers notice, and ask for nothing once they are dropped
        assert ran.run.totals["site.main.unserved_kwh"] == pytest.approx(2.0 * expected_h)


def test_exploded_it_is_the_same(tmp_path: Path) -> None:
    times = FINE_DAYS.replace("horizon_s = 864000", "horizon_s = 86400")
    fused, exploded = (
        done(tmp_path, SUPPLIED, times, out, exploded=out == "exploded").run
        for out in ("fused", "exploded")
    )
    same(fused, exploded)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"per_day": -1}, "outage[0].per_day  should be greater than or equal to 0, got -1"),
        ({"mean_h": 0}, "outage[0].mean_h  should be greater than 0, got 0"),
        ({"sigma": -0.1}, "outage[0].sigma  should be greater than or equal to 0, got -0.1"),
        ({"per_yaer": 3}, "outage[0].per_yaer  is not a key here; did you mean per_year?"),
        ({"set": "site.lmp.lit"}, "names no device: site.lmp; did you mean site.lamp?"),
        ({"set": "site.lamp.lid"}, "lid is not a field of site.lamp; did you mean lit?"),
        ({"set": "site.lamp.dimmed_pu"}, "should be a valid number, got false"),
        ({"per_year": 3}, "outage[0]  needs one of per_year, per_day and file"),
        ({"per_day": None}, "outage[0]  needs one of per_year, per_day and file"),
        ({"sigma": None}, "outage[0].per_day  comes together with sigma, which is missing"),
        ({"file": "outages.csv"}, "outage[0].mean_h  does not go with file"),
        ({"per_day": 1e6, "mean_h": 1e-3}, "outage[0]  makes over 1,000,000 outages"),
    ],
)
def test_a_mistake_is_one_line(site: Path, change: dict[str, Any], said: str) -> None:
    outage = {key: value for key, value in (POISSON | change).items() if value is not None}
    horizon = {"horizon_s": 86400 * 900} if outage.get("per_day") == 1e6 else {}
    assert said in problem(site, outage, **horizon)


def test_a_list_that_is_missing_or_elsewhere_or_overlaps_itself_is_told(site: Path) -> None:
    outage = write_list(site, "2026-06-01 01:00,2", "2026-06-01 02:00,2")
    assert problem(site, outage) == (
        "outages.csv:3  site.lamp.lit  begins before the outage above it is over"
    )
    assert "names a file that does not exist" in problem(site, outage | {"file": "outage.csv"})
    assert "leaves the folder" in problem(site, outage | {"file": "../outages.csv"})
    assert "is not a time zone: 'Manila'" in problem(site, outage | {"zone": "Manila"})


def test_what_an_outage_sets_no_event_sets_too(site: Path) -> None:
    event = {"at_s": 0, "set": "site[0].lamp[0].lit", "to": True}
    said = "outage[0].set  site.lamp.lit is set by an event too: list that outage in a file"
    assert said in problem(site, POISSON, event=[event])


def test_two_calendars_of_one_target_set_the_same(site: Path) -> None:
    assert "outage[1].to  is not what outage[0] sets site.lamp.lit to" in problem(
        site, POISSON, POISSON | {"to": True}
    )
