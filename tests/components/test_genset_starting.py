from __future__ import annotations

from typing import Any

import pytest

from components.area import Area
from components.genset import MODES, STAGES, Genset
from tests import engine
from tests.components.island import Island, turning

CAUSES = Genset.fields["trip_cause"].labels
DT_S = 0.01


def mode(genset: Genset) -> str:
    return MODES[genset.mode]


def cause(genset: Genset) -> str:
    return CAUSES[genset.trip_cause]


def set_on(f_hz: float, **values: Any) -> Genset:
    """A set that is called for, on a bus of that frequency; 0 is a dead one."""
    genset = Genset(run_cmd=True, f_hz=f_hz, **values)
    genset.start()
    genset.enter_fine()
    return genset


def run(genset: Genset, seconds: float, dt_s: float = DT_S) -> Genset:
    """Fine steps with its own power settled."""
    for _ in range(round(seconds / dt_s)):
        genset.fine_offer(dt_s)
        genset.p_settled_kw = genset.p0_kw
        genset.fine(dt_s)
    return genset


def coarse(genset: Genset, seconds: float) -> Genset:
    for _ in range(round(seconds)):
        genset.offer(1.0)
        genset.p_settled_kw = genset.p0_kw
        genset.step(1.0)
    return genset


def seconds_until(genset: Genset, wanted: str, most_s: float = 120.0) -> float:
    """How long it takes to a mode."""
    steps = round(most_s / DT_S)
    return next((n * DT_S for n in range(1, steps) if mode(run(genset, DT_S)) == wanted), most_s)


def test_start_passes_its_stages_and_takes_load_after_ten_seconds() -> None:
    genset = set_on(0.0)
    seen: list[tuple[float, str]] = []
    for n in range(1100):
        run(genset, DT_S)
        word = STAGES[genset.stage] if mode(genset) == "starting" else mode(genset)
        if not seen or seen[-1][1] != word:
            seen.append((round((n + 1) * DT_S, 9), word))

    assert seen == [(0.01, "cranking"), (2.0, "run_up"), (8.0, "qualifying"), (10.0, "running")]
    assert (genset.start_count, genset.speed_pu) == (1, 1.0)


def test_start_that_begins_coarse_goes_on_in_the_fine_regime_and_back() -> None:
    genset = coarse(set_on(0.0), 4.0)
    run(genset, 3.0)
    assert (mode(genset), STAGES[genset.stage]) == ("starting", "run_up")
    coarse(genset, 3.0)
    assert (mode(genset), genset.energy_kwh, genset.start_count) == ("running", 0.0, 1)


@pytest.mark.parametrize("failed", [1, 2])
def test_each_try_that_fails_costs_its_time_and_a_rest(failed: int) -> None:
    fine = set_on(0.0, failed_cranks_count=failed)
    assert seconds_until(fine, "running") == pytest.approx(10.0 + failed * 30.0)

    rough = coarse(set_on(0.0, failed_cranks_count=failed), 10.0 + failed * 30.0 - 1.0)
    assert mode(rough) == "starting"
    assert mode(coarse(rough, 1.0)) == "running"


def test_set_rests_between_two_tries() -> None:
    genset = run(set_on(0.0, failed_cranks_count=1), 14.9)
    assert STAGES[genset.stage] == "cranking"
    assert STAGES[run(genset, 0.2).stage] == "resting"
    assert STAGES[run(genset, 15.0).stage] == "cranking"


@pytest.mark.parametrize("regime", [run, coarse])
def test_after_the_last_try_it_does_not_start_until_it_is_called_again(regime: Any) -> None:
    genset = regime(set_on(0.0, failed_cranks_count=3), 74.0)
    assert mode(genset) == "starting"
    assert mode(regime(genset, 1.0)) == "no_start"

    genset.failed_cranks_count = 0
    assert mode(regime(genset, 60.0)) == "no_start"
    genset.run_cmd = False
    regime(genset, 1.0)
    genset.run_cmd = True
    assert mode(regime(genset, 10.0)) == "running"


def test_on_a_live_bus_it_closes_when_the_angle_comes_into_the_window() -> None:
    genset = set_on(50.0)
    assert seconds_until(genset, "ready") == pytest.approx(10.0)
    # it gains 36 degrees a second, from 180 to within 20
    assert seconds_until(genset, "running") == pytest.approx(160.0 / 36.0, abs=DT_S)


@pytest.mark.parametrize("bus", [{"f_hz": 46.0}, {"f_hz": 53.0}, {"f_hz": 50.0, "v_pu": 0.85}])
def test_on_a_bus_outside_the_window_it_waits(bus: dict[str, float]) -> None:
    genset = run(set_on(**bus), 60.0)
    assert mode(genset) == "ready"
    assert genset.p0_kw == 0.0


@pytest.mark.parametrize("f_hz", [49.7, 50.0, 50.2])
@pytest.mark.parametrize("governor", ["valve_droop", "power_droop"])
def test_closing_is_bumpless_and_its_load_follows_the_ramp(governor: str, f_hz: float) -> None:
    genset = set_on(f_hz, governor=governor, p_set_kw=9.0, start_s=0.0, load_ramp_pu_per_s=0.1)
    seconds_until(genset, "running")
    assert run(genset, DT_S).p_kw == pytest.approx(0.0, abs=0.02)

    begun_kw = (f_hz / 50.0 - 1.0) / 0.04 * 15.0
    run(genset, 3.0)
    assert genset.p_ref_kw == pytest.approx(begun_kw + 3.01 * 1.5)
    run(genset, 30.0)
    speed_pu = f_hz / 50.0 if governor == "valve_droop" else 1.0
    assert genset.p_kw == pytest.approx((9.0 - begun_kw) * speed_pu, rel=1e-3)


PROTECTED = {"under_f_pu": 0.9, "under_f_s": 2.0, "over_f_pu": 1.1, "over_f_s": 0.5}


@pytest.mark.parametrize(
    ("f_hz", "limit_s", "why"),
    [(44.9, 2.0, "under_frequency"), (55.1, 0.5, "over_frequency"), (24.0, DT_S, "stall")],
)
def test_set_trips_on_frequency_after_its_time(f_hz: float, limit_s: float, why: str) -> None:
    genset = turning(5.0, **PROTECTED)
    run(genset, 1.0)
    genset.f_hz = f_hz
    assert seconds_until(genset, "tripped") == pytest.approx(limit_s)
    assert (cause(genset), genset.trip_count) == (why, 1)
    assert run(genset, DT_S).p_kw == 0.0


def test_dips_that_are_shorter_than_the_time_do_not_add_up() -> None:
    genset = turning(5.0, **PROTECTED)
    for _ in range(5):
        genset.f_hz = 44.0
        run(genset, 1.5)
        genset.f_hz = 50.0
        run(genset, 0.1)
    assert (mode(genset), genset.trip_count) == ("running", 0)


def test_set_that_is_driven_trips_on_reverse_power() -> None:
    genset = turning(0.0, reverse_pu=0.1, reverse_s=5.0)
    for n in range(700):
        genset.fine_offer(DT_S)
        genset.p_settled_kw = -1.6 if n >= 100 else -1.4
        genset.fine(DT_S)
        if mode(genset) == "tripped":
            break
    assert (n + 1, cause(genset)) == (600, "reverse_power")


def test_trip_outlasts_the_zoom_and_is_cleared_by_a_new_command() -> None:
    genset = turning(5.0, **PROTECTED, f_hz=40.0)
    run(genset, 3.0)
    coarse(genset, 60.0)
    assert (mode(genset), genset.p_max_kw) == ("tripped", 0.0)

    genset.run_cmd = False
    coarse(genset, 1.0)
    genset.run_cmd = True
    coarse(genset, 11.0)
    assert (mode(genset), genset.p_max_kw) == ("running", 15.0)


def test_set_that_waits_for_its_bus_turns_and_burns_the_fuel_of_no_load() -> None:
    genset = run(set_on(50.0, v_pu=0.5), 10.0)
    before_l = genset.fuel_l
    run(genset, 3.6)
    assert mode(genset) == "ready"
    assert genset.fuel_l - before_l == pytest.approx(0.08415 * 15.0 / 1000.0)


def test_black_start_of_an_island_begins_at_nominal_frequency() -> None:
    genset = run(set_on(0.0, p_set_kw=5.0, governor="isochronous"), 10.0)
    island = Island(genset, 0.0)
    assert island.after(0.0, 0.5, DT_S)[-1] == pytest.approx(50.0)
    assert min(island.after(5.0, 10.0, DT_S)) > 47.5
    assert island.f_end_hz == pytest.approx(50.0, abs=1e-3)


def test_modes_and_stages_are_logged_as_events() -> None:
    devices = [
        engine.device("area", Area, base_kva=1e3),
        engine.device(
            "genset", Genset, "area", run_cmd=True, start_s=0.3, crank_s=0.1, qualify_s=0.1
        ),
    ]
    when = engine.zoomed(0.0, horizon_s=1.0, fine_for_s=1.0)
    cell = engine.finished(engine.cell(devices, when=when))
    part = cell.setup.part("genset")
    modes = {part.layout.column["mode"]: MODES, part.layout.column["stage"]: STAGES}
    words = [modes[column][value] for *_, column, value in engine.tape(cell).log if column in modes]

    assert words == ["starting", "cranking", "run_up", "qualifying", "ready", "none"]
