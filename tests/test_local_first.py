"""Sites sell energy for an hour, then lose their grid: who kept a reserve serves its own load."""

from __future__ import annotations

from pathlib import Path

import pytest

import twin
from twin.cli.compared import table_text
from twin.comparison import compared
from twin.run import Run
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
AT = {"no_reserve": 0, "keep": 1}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    home = tmp_path_factory.mktemp("two_sites")
    (home / "topology.toml").write_text(TOPOLOGY)
    (home / "outage.toml").write_text(SCENARIO)
    return {
        name: run_scenario(
            home / "outage.toml", Options(variant=name, out=home / name, in_python=True)
        )
        for name in ("no_reserve", "keep")
    }


def run(outcomes: dict[str, Outcome], name: str) -> Run:
    return twin.open(outcomes[name].folder)


def test_what_was_sold_twice_is_missing_in_the_own_island(outcomes: dict[str, Outcome]) -> None:
    found = {name: run(outcomes, name).kpis for name in outcomes}
    print(found)
    assert found["keep"]["unserved_kwh"] == found["keep"]["dropped_kwh"] == 0.0
    # 0.7 of both stores, less an hour at 40 kW and what the converters lose, serves the load
    sold_kwh = 2 * (40.0 + (0.0072 + 0.0345) * 40.0)
    own_dc_kw = OWN_KW + 0.0072 * 40.0 + 0.0345 * OWN_KW * OWN_KW / 40.0
    lasts_h = (0.7 * 190.0 * 0.97 - sold_kwh) / own_dc_kw
    expected = OWN_KW * (2 * DARK_H - lasts_h)
    assert found["no_reserve"]["unserved_kwh"] == pytest.approx(expected, rel=0.01)
