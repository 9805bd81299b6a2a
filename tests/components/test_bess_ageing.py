from __future__ import annotations

import csv
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components._bess.ageing import BLAST, NAUMANN
from components._bess.swing import POINTS, Swing, begin, counted, is_closed, turned
from tests.components.packs import Racks, least_kw, most_kw, rack, run

REFERENCE = Path(__file__).parents[1] / "reference" / "energy"
YEAR_H = 8760
Swings = list[tuple[float, float, float]]  # depth, duration, cycles


def online(course: list[float]) -> Swings:
    """What the row counts of a course, an hour a step."""
    swing, found = Swing(), []
    begin(swing, course[0])
    for hour, soc_pu in enumerate(course[1:], 1):
        swing.clock_s = 3600.0 * hour
        if turned(swing, soc_pu):
            while is_closed(swing):
                found.append(counted(swing))
    return found


def rainflow(course: list[float]) -> tuple[Swings, Swings]:
    """ASTM E1049-85, 5.4.4, after the fact: what closed, and the half cycles that are left."""
    turns: list[tuple[float, int]] = [(course[0], 0)]
    kept = [k for k in range(1, len(course)) if course[k] != course[k - 1]]
    for k, after in pairwise(kept):
        if (course[k] - course[k - 1]) * (course[after] - course[k]) < 0.0:
            turns.append((course[k], k))
    points: list[tuple[float, int]] = []
    closed: Swings = []
    for turn in turns:
        points.append(turn)
        while len(points) >= 3:
            (a, at_a), (b, at_b), (c, _) = points[-3:]
            if abs(c - b) < abs(b - a):
                break
            whole = len(points) > 3
            closed.append((abs(b - a), 3600.0 * (at_b - at_a), 1.0 if whole else 0.5))
            del points[-3 if whole else 0 : -1 if whole else 1]
    points.append((course[-1], len(course) - 1))
    left = [(abs(b - a), 3600.0 * (at_b - at_a), 0.5) for (a, at_a), (b, at_b) in pairwise(points)]
    return closed, left


def test_swings_are_counted_as_in_the_example_of_the_standard() -> None:
    history = [-2, 1, -3, 5, -1, 3, -4, 4, -2]  # ASTM E1049-85, figure 6
    counts: dict[int, float] = {}
    closed, left = rainflow([float(x) for x in history])
    for depth, _, cycles in closed + left:
        counts[round(depth)] = counts.get(round(depth), 0.0) + cycles

    assert counts == {3: 0.5, 4: 1.5, 6: 0.5, 8: 1.0, 9: 0.5}
    assert online([float(x) for x in [*history, 0]]) == closed


@settings(deadline=None)
@given(st.lists(st.integers(0, 20), min_size=2, max_size=60))
def test_swings_are_counted_while_running_as_they_are_afterwards(course: list[int]) -> None:
    socs = [k / 20.0 for k in course]
    closed, left = rainflow(socs)

    if len(left) < POINTS - 2:  # else the oldest were counted before they closed
        assert online(socs) == closed


@given(st.lists(st.floats(0, 1), min_size=2, max_size=200))
def test_no_movement_is_counted_twice(course: list[float]) -> None:
    moved = math.fsum(abs(b - a) for a, b in pairwise(course))

    assert math.fsum(2.0 * d * n for d, _, n in online(course)) <= moved + 1e-9


@pytest.mark.parametrize(("years", "left_pu"), [(1, 0.95748), (2, 0.93987)])
def test_time_alone_costs_what_naumann_published(years: int, left_pu: float) -> None:
    bess = rack(ageing=NAUMANN, soc_start_pu=0.5)
    run(bess, 0.0, 3600.0, years * YEAR_H)

    assert bess.capacity_pu == pytest.approx(left_pu, abs=1e-5)  # energy.md 1.5, and SimSES
    rise = 3.4194e-10 * 1.5604 * years * YEAR_H * 3600.0
    assert bess.resistance_growth_pu == pytest.approx(rise, rel=2e-3)  # the charge rises


def test_a_half_cycle_costs_what_naumann_published() -> None:
    racks = Racks(1, ageing=[NAUMANN], soc_start_pu=[0.1])
    for soc_pu in (0.3, 0.5, 0.7, 0.9, 0.7, 0.5, 0.3, 0.08, 0.3):
        racks.go(np.array([soc_pu]), 3600.0)

    # 0.8 up within 4 h is closed by the deeper way down, which is not closed itself
    law = (0.0630 * 0.2 + 0.0971) * (4.0253 * 0.2**3 + 1.0923) * math.sqrt(0.4) / 100.0
    assert racks.rows["cycle_loss_pu"][0] == pytest.approx(law, rel=1e-3)


def published() -> list[dict[str, str]]:
    with (REFERENCE / "lfp_fade.csv").open() as file:
        next(file)  # the source
        return list(csv.DictReader(file))


def ten_years(**values: list[float]) -> np.ndarray:
    """Capacity left after 1, 2, 5 and 10 years of one swing of 0.8 a day, 12 h up, 12 h down."""
    start = np.array(values["soc_start_pu"])
    racks = Racks(len(start), **values)
    found = []
    for day in range(3650):
        for hour in range(1, 25):
            racks.go(start + 0.8 * (1.0 - abs(hour - 12) / 12.0), 3600.0)
        if day + 1 in (365, 730, 1825, 3650):
            found.append(racks.rows["capacity_pu"].copy())
    return np.array(found).T


def test_ten_years_of_daily_cycles_leave_what_independent_calculations_leave() -> None:
    kinds, lowest = [NAUMANN, NAUMANN, BLAST, BLAST], [0.05, 0.1, 0.05, 0.1]
    found = ten_years(ageing=kinds, soc_start_pu=lowest)

    # the lowest charge of the profile is not handed down, so two are tried
    told = {row["model"]: [float(row[f"{n}_y"]) for n in (1, 2, 5, 10)] for row in published()}
    assert found[0] == pytest.approx(told["naumann"], abs=0.001)
    assert found[0] == pytest.approx(told["simses_sony"], abs=0.002)
    assert found[1] == pytest.approx(told["naumann"], abs=0.008)
    # BLAST-Lite takes the mean of its factor over a day, which ages a little less
    assert found[2] == pytest.approx(told["blast_250ah"], abs=0.005)
    assert found[3] == pytest.approx(told["blast_250ah"], abs=0.008)


def test_ageing_of_a_wild_course_is_that_of_all_its_swings_afterwards() -> None:
    rng = np.random.default_rng(3)
    walk = np.cumsum(rng.uniform(0.02, 0.2, 3000) * rng.choice([-1, 1], 3000))
    course = 0.05 + 0.9 * np.abs((walk + 0.5) % 2.0 - 1.0)
    racks = Racks(1, ageing=[NAUMANN], soc_start_pu=[course[0]], ageing_pu=[1e-3])
    for soc_pu in course[1:]:
        racks.go(np.array([soc_pu]), 3600.0)
    closed, _ = rainflow([float(soc) for soc in course])
    squares = 0.0
    for depth, lasted_s, cycles in closed:
        rate_per_h = depth * 3600.0 / lasted_s
        k = (0.0630 * rate_per_h + 0.0971) * (4.0253 * (depth - 0.6) ** 3 + 1.0923)
        squares += k * k * depth * cycles

    # root laws: virtual cycles are the mean of the squares (energy.md 1.5); pauses count here
    found = racks.rows["cycle_loss_pu"][0]
    assert found == pytest.approx(1e-5 * math.sqrt(squares), rel=0.01)


def test_warm_cells_lose_more() -> None:
    racks = Racks(4, ageing=[NAUMANN, NAUMANN, BLAST, BLAST], start_degc=[15.0, 35.0] * 2)
    for _ in range(1000):
        racks.go(np.full(4, 0.5), 3600.0)
    lost = racks.rows["calendar_loss_pu"]

    assert lost[1] > lost[0]
    assert lost[3] > lost[2]


def test_what_a_faded_rack_can_no_longer_hold_is_booked_as_lost() -> None:
    bess = rack(ageing=NAUMANN, soc_start_pu=1.0, ageing_pu=2.0)
    run(bess, 0.0, 3600.0, YEAR_H)

    assert bess.capacity_pu < 0.91
    assert bess.stored_kwh == pytest.approx(50.0 * bess.capacity_pu, rel=1e-12)
    assert bess.loss_kwh == pytest.approx(50.0 - bess.stored_kwh, abs=1e-9)


def test_what_a_faded_rack_can_still_hold_stays() -> None:
    bess = rack(ageing=NAUMANN, soc_start_pu=0.5, ageing_pu=2.0)
    before_kwh = bess.stored_kwh
    run(bess, 0.0, 3600.0, YEAR_H)

    assert bess.stored_kwh == before_kwh
    assert bess.soc_pu > 0.54


def test_aged_cells_have_a_higher_resistance_and_lose_more() -> None:
    new, old = rack(), rack(resistance_growth_pu=0.5)
    for bess in (new, old):
        run(bess, 25.0, 60.0, 1)

    assert old.loss_kwh / new.loss_kwh == pytest.approx(1.5, rel=0.03)


def test_the_end_of_life_is_counted_once_where_nothing_is_replaced() -> None:
    bess = rack(ageing=NAUMANN, soc_start_pu=0.5, ageing_pu=10.0)
    run(bess, 0.0, 3600.0, YEAR_H)

    assert bess.capacity_pu < 0.6
    assert (bess.eol_count, bess.replaced_count) == (1, 0)


def test_new_cells_come_as_often_as_the_old_ones_are_spent() -> None:
    bess = rack(ageing=NAUMANN, soc_start_pu=0.5, ageing_pu=10.0, replace_at_eol=True)
    run(bess, 0.0, 3600.0, YEAR_H)

    lives = (10.0 * 0.04252 / 0.2) ** 2  # 10 times what a year costs, of 0.2, a root law
    assert (bess.eol_count, bess.replaced_count) == (int(lives), int(lives))
    assert bess.loss_kwh == 0.0


def test_new_cells_hold_what_the_old_ones_held() -> None:
    bess = rack(ageing=NAUMANN, soc_start_pu=0.6, replace_at_eol=True, ageing_pu=3.0)
    run(bess, 0.0, 3600.0, YEAR_H)
    full = bess.capacity_pu
    before_kwh, bess.eol_pu = bess.stored_kwh, 0.95
    run(bess, 0.0, 3600.0, 1)

    assert full < 0.9
    assert (bess.replaced_count, bess.capacity_pu, bess.stored_kwh) == (1, 1.0, before_kwh)


def test_without_ageing_nothing_ages() -> None:
    bess = rack(ageing=0)
    for _ in range(50):
        run(bess, most_kw(bess, 3600.0), 3600.0, 3)
        run(bess, least_kw(bess, 3600.0), 3600.0, 3)

    assert (bess.capacity_pu, bess.resistance_growth_pu) == (1.0, 0.0)
