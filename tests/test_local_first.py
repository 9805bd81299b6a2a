"""Sites sell energy for an hour, then lose their grid: who kept a reserve serves its own load."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from twin.cli.compared import table_text
from twin.comparison import compared
from twin.load import load_scenario, remarks
from twin.runner import Options, Outcome, run_scenario
from twin.study import tasks_of

TOPOLOGY = """
# What does a site live on when it has sold what it holds?
format = 1
name = "two_sites"

[device.grid]
type = "thevenin"
s_sc_mva = 10.0

[group.site]
count = 2

[group.site.main]
type = "site_bus"
bus = "grid"
under_v_s = 1.0

[group.site.load]
type = "it_load"
bus = "main"
kind = "ups"
rated_kw = 8.0

[group.site.pcs]
type = "pcs_fast"
bus = "main"
rated_kva = 40.0

[group.site.bess]
type = "bess"
bus = "pcs"
energy_kwh = [100.0, 90.0]
soc_start_pu = 0.8
self_discharge_pu_per_d = 0.0
charge_max_kw = 50.0
discharge_max_kw = 50.0
"""
SCENARIO = """
topology = "two_sites"
start = "2026-06-01T12:00:00Z"
horizon_s = 15000
step_s = 60
fine_step_s = 0.01
fine_sync_s = 1.0
fine_for_s = 3

[[event]]
at_s = 60
set = "site.pcs.p_set_kw"
to = 40.0
for_s = 3600

[[event]]
at_s = 3900
set = "grid.e_pu"
to = 0.0

[variant.no_reserve]

[variant.keep]
"site.pcs.reserve_kwh" = 36.0

[expect]
unserved_kwh = { max = 0.0 }
dropped_kwh = { max = 0.0 }
residual_pu = { max = 1e-9 }
"""
OWN_KW = 8.0 * 1.3 / 0.96  # IT power, PUE, double conversion
DARK_H = (15000 - 3900) / 3600
TWO_KWH = 0.7 * 190.0 * 0.97  # what both stores can give at the start


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    home = tmp_path_factory.mktemp("two_sites")
    (home / "topology.toml").write_text(TOPOLOGY)
    (home / "outage.toml").write_text(SCENARIO)
    kinds = ("no_reserve", "keep")
    options = [Options(variant=name, out=home / name, in_python=True) for name in kinds]
    return {one.variant: run_scenario(home / "outage.toml", one) for one in options}


def dc_kw(ac_kw: float) -> float:
    """What the store gives for a power at the bus: losses of the converter, Notton 2."""
    return ac_kw + 0.0072 * 40.0 + 0.0345 * ac_kw * ac_kw / 40.0


def ac_kw(dc_kw: float) -> float:
    """The root of the same."""
    a = 0.0345 / 40.0
    return (math.sqrt(1.0 + 4.0 * a * (dc_kw - 0.0072 * 40.0)) - 1.0) / (2.0 * a)


def red(outcomes: dict[str, Outcome]) -> list[str]:
    """The numbers that the table of both variants shows in red."""
    text = table_text(compared("outage", tasks_of([*outcomes]), outcomes, ""))
    cells = [text.plain[one.start : one.end] for one in text.spans if "red" in str(one.style)]
    return [cell.strip() for cell in cells]


def test_what_was_sold_twice_is_missing_in_the_own_island(outcomes: dict[str, Outcome]) -> None:
    """0.7 of both stores, less an hour at 40 kW, carries the own load, and then they are dark."""
    lasts_h = (TWO_KWH - 2 * dc_kw(40.0)) / dc_kw(OWN_KW)
    missing_kwh = OWN_KW * (2 * DARK_H - lasts_h)
    kpis = outcomes["no_reserve"].kpis
    assert kpis["unserved_kwh"] == pytest.approx(missing_kwh, rel=0.01)
    assert kpis["outage_h"] == pytest.approx(DARK_H - lasts_h / 2, rel=0.02)
    assert [one.name for one in outcomes["no_reserve"].verdicts if not one.held] == ["unserved_kwh"]
    assert red(outcomes) == [f"{kpis['unserved_kwh']:.3f}"]


def test_a_reserve_carries_the_own_load_and_its_price_is_told(outcomes: dict[str, Outcome]) -> None:
    kept, sold = outcomes["keep"].kpis, outcomes["no_reserve"].kpis
    assert all(one.held for one in outcomes["keep"].verdicts)
    assert kept["not_offered_1h_kw"] == pytest.approx(sold["offered_1h_kw"] - kept["offered_1h_kw"])
    assert sold["offered_1h_kw"] == 80.0  # both ratings
    four_kw = [ac_kw((0.7 * size * 0.97 - 36.0) / 4.0) for size in (100.0, 90.0)]
    assert kept["offered_4h_kw"] == pytest.approx(sum(four_kw), rel=1e-9)
    assert sold["not_offered_4h_kw"] == 0.0


def test_others_got_what_lay_above_the_reserve(outcomes: dict[str, Outcome]) -> None:
    """At 40 kW for an hour or as long as it lasts, of which the own load took its part first."""
    own_kwh = 2 * OWN_KW * 3900 / 3600
    kept, sold = (outcomes[name].kpis for name in ("keep", "no_reserve"))
    given = [one["export_kwh"] - one["import_kwh"] + own_kwh for one in (kept, sold)]
    free_kwh = (TWO_KWH - 2 * 36.0) * 40.0 / dc_kw(40.0)
    assert given == pytest.approx([free_kwh, 80.0], rel=0.01)


def lost_during_the_call(folder: Path, **overrides: float) -> dict[str, float]:
    """The grid is lost while the sites give 40 kW each; an hour of it."""
    (folder / "topology.toml").write_text(TOPOLOGY)
    early = SCENARIO.replace("at_s = 3900", "at_s = 1800").replace("15000", "5400")
    (folder / "outage.toml").write_text(early)
    own = {f"site.pcs.{name}": value for name, value in overrides.items()}
    return run_scenario(
        folder / "outage.toml", Options(own, variant="keep", out=folder / "run", in_python=True)
    ).kpis


def test_a_site_that_is_lost_in_the_midst_of_a_call_turns_to_its_own_load(tmp_path: Path) -> None:
    kpis = lost_during_the_call(tmp_path)
    assert kpis["unserved_kwh"] == kpis["dropped_kwh"] == 0.0
    # droop of 2 % from its set point down to nothing, while the room is on its own battery
    assert kpis["island_zenith_hz"] == pytest.approx(50.0 + 40.0 / 40.0, abs=1e-6)


def test_a_reserve_of_energy_is_none_of_power(tmp_path: Path) -> None:
    kpis = lost_during_the_call(tmp_path, rated_kva=8.0)
    lacking_kwh = 2 * (OWN_KW - 8.0)
    assert kpis["unserved_kwh"] + kpis["dropped_kwh"] >= lacking_kwh


def test_sites_that_can_form_are_known_to_answer_the_area_while_they_hang_on_it() -> None:
    scenario, topology = load_scenario("weak_area/event_then_outage")
    assert not [text for text in remarks(topology, scenario) if "does not answer" in text]
