from __future__ import annotations

import pytest

from components.genset import OFF, OUT_OF_FUEL, RUNNING, STARTING, Genset


def run(genset: Genset, p_kw: float, dt_s: float, steps: int = 1) -> Genset:
    """Call for a power, and book the nearest that was offered."""
    for _ in range(steps):
        genset.p_set_kw = p_kw
        genset.offer(dt_s)
        genset.p_settled_kw = genset.p0_kw
        genset.step(dt_s)
    return genset


def ready(**values: float) -> Genset:
    """A set that is called for and takes load at once."""
    instant = {"start_s": 0.0, "start_fuel_l": 0.0, "tank_l": 1e5, "tank_start_l": 1e5}
    genset = Genset(run_cmd=True, **(instant | values))
    genset.start()
    return genset


@pytest.mark.parametrize(
    ("rated_kw", "mean_kw", "litres"), [(15.0, 3.05, 17629.938), (5.0, 0.88, 5582.1348)]
)
@pytest.mark.parametrize("evening_pu", [0.0, 0.12])
def test_a_year_around_the_clock_burns_the_published_litres(
    rated_kw: float, mean_kw: float, litres: float, evening_pu: float
) -> None:
    # independent calculation of the island and the mountain case: 26,718 and 7,708.8 kWh; litres
    # follow from the energy alone, whatever its shape over the day
    genset = ready(rated_kw=rated_kw, min_load_pu=0.0)
    for hour in range(8760):
        shape_pu = 1.0 + evening_pu * (1.0 if hour % 24 >= 12 else -1.0)
        run(genset, mean_kw * shape_pu, 3600.0)

    assert genset.fuel_l == pytest.approx(litres, abs=1e-6)
    assert genset.run_h == pytest.approx(8760.0)


@pytest.mark.parametrize(
    ("load", "l_per_kwh", "efficiency"),
    [(0.3, 0.527, 0.193), (0.5, 0.414, 0.245), (0.75, 0.358, 0.284), (1.0, 0.330, 0.308)],
)
def test_fuel_per_kwh_is_that_of_the_curve(
    load: float, l_per_kwh: float, efficiency: float
) -> None:
    genset = run(ready(), 15.0 * load, 900.0)

    assert genset.fuel_l / genset.energy_kwh == pytest.approx(l_per_kwh, abs=5.1e-4)
    assert genset.energy_kwh / genset.fuel_heat_kwh == pytest.approx(efficiency, abs=5e-4)


def test_start_takes_ten_seconds_before_any_load() -> None:
    genset = Genset(run_cmd=True)
    run(genset, 15.0, 1.0, 10)
    assert (genset.energy_kwh, genset.mode, genset.start_count) == (0.0, RUNNING, 1)

    run(genset, 15.0, 1.0)
    assert genset.p_kw == 15.0


def test_start_gives_the_same_energy_in_one_long_step() -> None:
    short, long = Genset(run_cmd=True), Genset(run_cmd=True)
    run(short, 15.0, 1.0, 60)
    run(long, 15.0, 60.0)

    assert long.energy_kwh == pytest.approx(short.energy_kwh, rel=1e-12)
    assert long.fuel_l == pytest.approx(short.fuel_l, rel=1e-12)
    assert long.run_h == pytest.approx(50.0 / 3600.0, rel=1e-12)


def test_called_off_while_starting_it_begins_anew() -> None:
    genset = run(Genset(run_cmd=True), 15.0, 1.0, 5)
    assert genset.mode == STARTING
    genset.run_cmd = False
    run(genset, 15.0, 1.0)
    assert genset.mode == OFF
    genset.run_cmd = True
    run(genset, 15.0, 1.0, 10)

    assert (genset.energy_kwh, genset.start_count) == (0.0, 2)


def test_least_load_is_held_while_it_runs() -> None:
    assert run(ready(), 1.0, 60.0).p_kw == pytest.approx(4.5)


@pytest.mark.parametrize("dt_s", [1.0, 60.0, 3600.0])
@pytest.mark.parametrize("min_load", [0.0, 0.3])
def test_tank_is_emptied_and_never_overdrawn(dt_s: float, min_load: float) -> None:
    genset = ready(tank_start_l=1.0, min_load_pu=min_load)
    run(genset, 15.0, dt_s, int(7200 / dt_s))

    assert (genset.mode, genset.tank_left_l) == (OUT_OF_FUEL, 0.0)
    assert genset.fuel_l == pytest.approx(1.0, rel=1e-12)


def test_delivery_is_taken_once_and_restarts_a_dry_set() -> None:
    genset = Genset(run_cmd=True, tank_start_l=0.0, tank_l=100.0)
    genset.start()
    run(genset, 15.0, 60.0)
    assert (genset.mode, genset.start_count) == (OUT_OF_FUEL, 0)

    genset.refuelled_l = 150.0
    run(genset, 15.0, 60.0)
    assert genset.tank_left_l == 100.0

    run(genset, 15.0, 60.0, 2)
    assert (genset.mode, genset.start_count) == (RUNNING, 1)
    assert genset.tank_left_l == pytest.approx(100.0 - genset.fuel_l)
