"""A year of each published case lies in the band of an independent study, or it is known why not.

The bands are not met by tuning. What lies outside is named here; the same year with the choices of
the study (`tests/case_bands.py`) brings it inside, but for what is named as left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.case_bands import (
    BY_THE_HOUR,
    FULL_ROOM,
    ISLAND,
    KEPT_WARM,
    LOSSY_CELLS,
    MOUNTAIN,
    OFF_GRID,
    PLATEAU,
    ROOM,
    SLOW_GRID_CHARGE,
    STUDY,
    WITHOUT_TESTS,
    Case,
    figures,
    lived,
)

pytestmark = pytest.mark.slow

AT_THE_GRID = LOSSY_CELLS | KEPT_WARM | WITHOUT_TESTS | SLOW_GRID_CHARGE


@dataclass(frozen=True)
class Known:
    """What lies outside as shipped, the choices of the study, and what is left with them."""

    case: Case
    outside: set[str]
    studied: Mapping[str, Any]
    left: set[str]


KNOWN = (
    # At a sixteenth of 1C our cells lose 1 % of a round trip, and so the set runs less.
    Known(
        ISLAND,
        {"re", "dco2_t", "g_per_kwh", "efc", "direct"},
        LOSSY_CELLS | BY_THE_HOUR,
        set(),
    ),
    # Runs of an hour are fewer. Less sun is turned away than in the study, 2 % instead of 4 to 7 %:
    # not explained.
    Known(MOUNTAIN, {"starts", "curt"}, KEPT_WARM | LOSSY_CELLS | BY_THE_HOUR, {"curt"}),
    # The heater takes 33 MWh a year out of the cells. Flat, the load meets less of the sun directly
    # than one that is busy by day.
    Known(
        OFF_GRID,
        {"gen_h", "re", "efc", "direct"},
        KEPT_WARM | LOSSY_CELLS | BY_THE_HOUR,
        {"direct"},
    ),
    # Cycles: a battery at its reserve goes to and fro with the grid, more so the faster it charges.
    Known(PLATEAU, {"dco2_t", "efc", "direct"}, AT_THE_GRID, {"efc", "direct"}),
    Known(
        ROOM,
        {
            "diesel_cut",
            "fuel_L",
            "co2_t",
            "dco2_t",
            "co2_cut",
            "re",
            "curt",
            "g_per_kwh",
            "grid_mwh",
            "efc",
            "direct",
        },
        AT_THE_GRID,
        {"efc", "direct"},
    ),
    Known(
        FULL_ROOM,
        {"dco2_t", "efc"},
        KEPT_WARM | WITHOUT_TESTS | SLOW_GRID_CHARGE,
        {"starts", "efc"},
    ),
)


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: f"{known.case.studied}")
def test_a_year_lies_in_its_band_but_for_what_is_known(known: Known, tmp_path: Path) -> None:
    before = lived(known.case, tmp_path, known.case.changed_before, known.case.baseline)
    shipped = figures(known.case, lived(known.case, tmp_path, {}), before)
    studied = figures(known.case, lived(known.case, tmp_path, known.studied), before)

    assert known.case.outside(shipped) == known.outside
    assert known.case.outside(studied) == known.left


def test_what_the_set_burns_alone_is_that_of_the_study(tmp_path: Path) -> None:
    """17,629.94 and 5,582.13 l: a straight line of load, but for the ten seconds of a start."""
    for case in (ISLAND, MOUNTAIN):
        alone = lived(case, tmp_path, {}, case.baseline)
        assert alone.kpis["fuel_l"] == pytest.approx(STUDY[case.studied]["base_L"], rel=2e-5)


def test_the_island_with_the_cells_of_the_study_meets_its_year_at_15_minutes(
    tmp_path: Path,
) -> None:
    """The weather is drawn anew: litres within 4 %, hours, starts and clean share within 1 %."""
    run = lived(ISLAND, tmp_path, LOSSY_CELLS)
    found = figures(ISLAND, run, lived(ISLAND, tmp_path, {}, ISLAND.baseline))
    told = STUDY[ISLAND.studied]["at_15_min"]

    assert found["fuel_L"] == pytest.approx(told["fuel_L"], rel=0.04)
    assert [found[name] for name in ("gen_h", "starts", "re")] == pytest.approx(
        [told[name] for name in ("gen_h", "starts", "re")], rel=0.01
    )


def test_litres_hardly_change_from_15_to_5_minutes(tmp_path: Path) -> None:
    litres = [
        lived(ISLAND, tmp_path, {"step_s": step_s}).kpis["fuel_l"] for step_s in (900.0, 300.0)
    ]
    assert litres[0] == pytest.approx(litres[1], rel=0.03)


@pytest.mark.parametrize(
    ("variant", "scenario", "changed", "told"),
    [
        ("average_set", "island_telecom/claims", {}, 0.9930),
        ("well_kept", "island_telecom/claims", {}, 0.9986),
        ("average_set", "mountain_iot/claims", KEPT_WARM, 0.9898),
    ],
)
def test_a_site_is_dark_about_as_long_as_in_the_study_of_its_set(
    variant: str, scenario: str, changed: Mapping[str, Any], told: float, tmp_path: Path
) -> None:
    """Its 200 site-years against 20 of ours, one seed: the time without supply within a half."""
    case = Case(scenario, variant, "", "")
    run = lived(case, tmp_path, {"horizon_s": 20 * 31_536_000.0, **changed})

    assert 1.0 - run.kpis["availability_pu"] == pytest.approx(1.0 - told, rel=0.5)


def test_an_hour_at_a_millisecond_moves_the_same_energy(tmp_path: Path) -> None:
    """A night on the plateau within 0.1 %: battery and converter carry the room, then the same."""
    energies = ("bess.e_out_kwh", "bess.loss_kwh", "pcs.e_to_bus_kwh", "pcs.loss_kwh")
    slow, fast = (
        lived(PLATEAU, tmp_path, {"horizon_s": 7200.0, **changed}).frame(*energies)
        for changed in ({}, {"zoom": [{"at_s": 3600.0, "for_s": 3600.0}]})
    )
    moved = [hours.loc[7200.0] - hours.loc[3600.0] for hours in (slow, fast)]

    assert moved[1].to_dict() == pytest.approx(moved[0].to_dict(), rel=1e-3)
    assert moved[0]["pcs.e_to_bus_kwh"] == pytest.approx(91.0)  # 88 kW and what the storage needs
