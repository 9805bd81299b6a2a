"""What independent tools found for strategies in a year of case 0 (reference, energy.md 1.8 and 4).

Their weather is not published, only what it sums up to: 27,854 kWh of sun on 26,718 kWh of load.
This year is drawn from the same monthly means, so litres meet theirs within what weather makes out.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import twin
from tests.island_year import lived, write_year
from twin.kpis.foresight import judged
from twin.runner import Outcome

pytestmark = pytest.mark.slow

DIESEL_ONLY_L = 17629.94  # case 0 on diesel all day
STOPS_PU = (0.2, 0.4, 0.8)
# Stop SOC: litres by the cut that energy.md 1.8 tells, and starts; at 15 min, 0.3 in cases.json.
INDEPENDENT = {0.2: (0.881, 1146), 0.4: (0.847, 437), 0.8: (0.698, 365)}


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_year(tmp_path_factory.mktemp("island_year"))


@pytest.fixture(scope="module")
def rule(year: Path) -> Outcome:
    return lived(year, "rule", {})


@pytest.fixture(scope="module")
def stops(year: Path) -> dict[float, Outcome]:
    return {stop: lived(year, f"stop{stop}", {"ems.soc_off_pu": stop}) for stop in STOPS_PU}


def test_the_later_the_genset_stops_the_more_it_burns_and_the_less_it_starts(
    stops: dict[float, Outcome],
) -> None:
    litres = [outcome.kpis["fuel_l"] for outcome in stops.values()]
    starts = [outcome.kpis["genset_starts_count"] for outcome in stops.values()]

    assert litres == sorted(litres)
    assert starts == sorted(starts, reverse=True)


@pytest.mark.parametrize("stop", STOPS_PU)
def test_litres_by_stop_are_those_of_the_independent_study_within_its_weather(
    stop: float, stops: dict[float, Outcome]
) -> None:
    """Litres by 10 %, starts by 20 %; its band of weather, load and PV is -19 to +27 %."""
    cut, starts = INDEPENDENT[stop]
    found = stops[stop].kpis

    assert found["fuel_l"] == pytest.approx(DIESEL_ONLY_L * (1.0 - cut), rel=0.10)
    assert found["genset_starts_count"] == pytest.approx(starts, rel=0.20)


def test_load_following_at_an_hour_meets_the_tools_that_step_by_the_hour(tmp_path: Path) -> None:
    """Of microgrids and python-microgrid 3,074 and 3,091 l within 10 %, on 3,744 and 3,764 kWh.

    With what they take: as much sun, no minimum load or start fuel, a battery of 0.865 AC round
    trip (their energies in and out) without standby. Their energy is missed by half a per cent
    (found 3,953 kWh; 5 % are to be held), as it is by the independent simulation of this policy
    under their own sky, 3,941 kWh and 2,838 l: a set that runs at an hour's turn runs to its end.
    """
    year = write_year(tmp_path, 3600.0)
    plain = {
        "ems.type": "ems_follow",
        "aux.enabled": False,
        "genset.min_load_pu": 0.0,
        "genset.start_s": 0.0,
        "genset.start_fuel_l": 0.0,
        "pcs.no_load_pu": 0.0,
        "pcs.quadratic_pu": 0.0,
        "bess.charge_efficiency_pu": 0.93,
        "bess.discharge_efficiency_pu": 0.93,
        "bess.self_discharge_pu_per_d": 0.0,
    }
    sun_kwh = lived(year, "sun", plain).kpis["solar_kwh"]
    found = lived(year, "follow", plain | {"pv.rated_kw": 20.0 * 27854.24 / sun_kwh}).kpis

    assert found["fuel_l"] == pytest.approx(3074.4, rel=0.10)
    assert found["fuel_l"] == pytest.approx(3090.7, rel=0.10)
    assert found["fuel_l"] == pytest.approx(2837.7, rel=0.10)
    assert found["genset_kwh"] == pytest.approx(3941.5, rel=0.05)


def test_who_knows_the_sun_starts_less_for_hardly_more_litres(year: Path, rule: Outcome) -> None:
    knows = {"ems.forecast": "perfect", "ems.sun_w_per_m2": "site.poa_w_per_m2"}
    seer = lived(year, "seer", {"ems.type": "ems_forecast"} | knows).kpis
    echo = lived(year, "echo", {"ems.type": "ems_forecast"}).kpis

    assert seer["fuel_l"] < echo["fuel_l"]
    assert seer["fuel_l"] < 1.10 * rule.kpis["fuel_l"]
    assert seer["genset_starts_count"] < 0.8 * rule.kpis["genset_starts_count"]


def test_perfect_foresight_needs_about_half_of_the_rule(rule: Outcome) -> None:
    """The independent LP: 1,314 l of 2,437 at an hour, of 2,250 at 15 minutes."""
    found = judged(twin.open(rule.folder))

    assert 0.4 < found.least / found.spent < 0.65
