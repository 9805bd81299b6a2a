from __future__ import annotations

import cmath
import math

import pytest

from components.genset import MODES, RUNNING, Genset
from components.pcs_forming import PcsForming
from tests.components.forming import Apart, Together, converter
from tests.components.island import turning
from tests.components.pair import STEP_KW, answered, pair, stepped


@pytest.mark.parametrize("dt_s", [0.001, 0.002])
def test_with_angles_reactances_share_a_step_and_the_two_swing(dt_s: float) -> None:
    share, f_hz = answered(Apart, dt_s)
    print(f"{1e3 * dt_s:g} ms: {share:.1%} of 26 %, {f_hz:.4f} of 49.604 Hz")
    assert share == pytest.approx(0.26, abs=0.005)
    assert f_hz == pytest.approx(49.604, abs=0.0005)


@pytest.mark.parametrize("dt_s", [0.001, 0.002])
def test_with_one_frequency_inertia_shares_a_step(dt_s: float) -> None:
    share, f_hz = answered(Together, dt_s)
    print(f"{1e3 * dt_s:g} ms: {share:.1%} of 55 %, {f_hz:.4f} of 49.709 Hz")
    assert share == pytest.approx(0.55, abs=0.01)
    assert f_hz == pytest.approx(49.709, abs=0.0005)


def test_both_ways_end_at_the_droop_of_both() -> None:
    ends = [stepped(bus(pair()), 0.002, 6.0)[0][-1] for bus in (Apart, Together)]
    # in torque: 1 - w = R T at the machine, m_p P at the converter
    stiffness = 150.0 / 0.04 * ends[0] / 50.0 + 250.0 / 0.02
    assert ends == pytest.approx(2 * [50.0 - 50.0 * STEP_KW / stiffness], abs=1e-5)


def test_undamped_the_two_swing_at_five_hertz() -> None:
    quiet = {"uf_pu": 0.0, "kiv_pu_per_s": 0.0, "k_limit_pu_per_s": 0.0}
    genset, pcs = pair(control="vsm", h_s=0.5, damping_pu=1e-6, **quiet)
    genset.k_pu_per_s = 1e-6
    _, p_kw = stepped(Apart([genset, pcs]), 0.0005, 1.0, 1.0)
    peaks = [n for n in range(1, len(p_kw) - 1) if p_kw[n - 1] < p_kw[n] >= p_kw[n + 1]]
    found_hz = (len(peaks) - 1) / (0.0005 * (peaks[-1] - peaks[0]))
    stiffness = 1.0 / (0.25 / 150.0 + 0.15 / 250.0)
    closed = math.sqrt(2.0 * math.pi * 50.0 * stiffness * (1.0 / 300.0 + 1.0 / 250.0))
    print(f"swing {found_hz:.3f} Hz, closed form {closed / (2.0 * math.pi):.3f} Hz, told 5 Hz")
    assert found_hz == pytest.approx(closed / (2.0 * math.pi), rel=0.01)
    assert found_hz == pytest.approx(5.0, abs=0.1)


@pytest.mark.parametrize("xdd_pu", [0.25, 0.17], ids=["without dampers", "with dampers"])
def test_halving_the_step_quarters_the_error_with_angles(xdd_pu: float) -> None:
    def found_hz(dt_s: float) -> float:
        genset, pcs = pair(kiv_pu_per_s=0.0)
        genset.xdd_pu = xdd_pu
        f_hz, _ = stepped(Apart([genset, pcs]), dt_s, 0.2)
        return float(f_hz[round(0.14 / dt_s) - 1])

    exact_hz = found_hz(0.0001)
    errors_mhz = [1e3 * abs(found_hz(dt_s) - exact_hz) for dt_s in (0.002, 0.001, 0.0005)]
    print("error at 2, 1, 0.5 ms:", *(f"{error:.4f} mHz" for error in errors_mhz))
    assert math.log2(errors_mhz[0] / errors_mhz[2]) / 2.0 > 1.8
    assert errors_mhz[1] < 0.1


def lagging(genset: Genset, pcs: PcsForming) -> Together:
    """Both on a bus that is held at 49.9 Hz, 0.98 pu and an angle; the set gives 30 kW."""
    bus = Together([genset, pcs], p_kw=70.0, v_pu=0.98, theta_rad=0.7)
    bus.run(8.0, 0.01)
    return bus


def test_parting_without_a_change_of_load_moves_nothing() -> None:
    genset, pcs = pair(q_set_kvar=25.0, v_set_pu=0.98, mq_pu=0.0)
    together = lagging(genset, pcs)
    before = together.f_end_hz, genset.p_kw, pcs.p_kw
    bus = Apart([], p_kw=70.0, q_kvar=25.0, v=cmath.rect(0.98, 0.7), f_hz=together.f_hz)
    bus.formers = [genset, pcs]
    v = bus.fine(0.001)
    turned = 2.0 * math.pi * (before[0] - 50.0) * 0.0005
    assert (abs(v), cmath.phase(v)) == pytest.approx((0.98, 0.7 + turned), abs=1e-9)

    bus.run(1.0, 0.001)
    after = 50.0 * genset.speed_pu, genset.p_kw, pcs.p_kw
    assert after == pytest.approx(before, abs=1e-6)


def test_parted_formers_take_up_what_the_bus_outside_gave() -> None:
    genset, pcs = pair()
    lagging(genset, pcs)
    began_kw = genset.p_kw
    bus = Apart([], p_kw=70.0 + STEP_KW)
    bus.formers = [genset, pcs]
    bus.fine(0.001)
    assert (genset.p_kw - began_kw) / STEP_KW == pytest.approx(
        600.0 / (600.0 + 250.0 / 0.15), abs=0.01
    )


def ready(sync_angle_deg: float) -> Genset:
    genset = Genset(
        rated_kw=150.0, xdd_pu=0.17, run_cmd=True, start_s=0.1, sync_angle_deg=sync_angle_deg
    )
    genset.start()
    return genset


@pytest.mark.parametrize("window_deg", [2.0, 10.0])
def test_closing_on_a_live_island_begins_with_the_angle_that_is_left(window_deg: float) -> None:
    genset, pcs = ready(window_deg), converter(50.0, rated_kva=250.0)
    genset.enter_fine()
    bus = Apart([pcs], p_kw=50.0)
    bus.run(1.0, 0.001)
    bus.formers = [pcs, genset]
    while genset.mode != RUNNING:
        bus.fine(0.001)
        assert genset.p_kw == 0.0
    bus.fine(0.001)
    # it comes from below, so it is late by the window and takes power at first
    through = 0.17 / 150.0 + 0.15 / 250.0
    late = math.sin(math.radians(window_deg))
    assert genset.p_kw == pytest.approx(-late / through, rel=0.05)
    bus.run(20.0, 0.002)
    assert genset.speed_pu == pytest.approx(1.0 + pcs.df_hz / 50.0, abs=1e-6)
    assert MODES[genset.mode] == "running"


def test_set_that_closes_on_a_dead_island_shows_an_emf_and_takes_load() -> None:
    genset = ready(20.0)
    bus = Apart([genset], v=0.0)
    bus.run(0.15, 0.001)
    assert (genset.mode, abs(bus.v)) == (RUNNING, pytest.approx(1.0))
    bus.p_kw = 30.0
    genset.p_set_kw = 30.0
    bus.run(10.0, 0.002)
    assert genset.p_kw == pytest.approx(30.0)
    # droop of power, its set point having come along: back at nominal frequency
    assert genset.speed_pu == pytest.approx(1.0, abs=1e-5)


def test_two_droop_sets_share_in_proportion_to_their_ratings() -> None:
    sets = [turning(rated_kw=rated_kw, xd_pu=0.25) for rated_kw in (50.0, 150.0)]
    bus = Apart(sets)
    bus.run(0.1, 0.002)
    bus.p_kw = 100.0
    bus.run(20.0, 0.002)
    assert [one.p_kw for one in sets] == pytest.approx([25.0, 75.0], abs=1e-3)
    assert sets[0].speed_pu == pytest.approx(1.0 - 0.04 * 0.5, abs=1e-6)


def test_short_circuit_current_falls_from_the_subtransient_to_the_transient() -> None:
    genset = turning(rated_kw=100.0, xd_pu=0.25, xdd_pu=0.16, tdd_s=0.02)
    bus = Apart([genset])
    bus.run(0.1, 0.0005)
    bus.shunt_kva = 1e9
    for n in range(80):
        bus.fine(0.0005)
        found = abs(bus.v * bus.shunt_kva) / 100.0
        told = 4.0 + (1.0 / 0.16 - 4.0) * math.exp(-0.0005 * (n + 0.5) / 0.02)
        assert found == pytest.approx(told, rel=0.01 if n else 0.02)


@pytest.mark.parametrize(("xdd_pu", "grows"), [(0.25, True), (0.17, False)])
def test_only_dampers_keep_sets_with_a_droop_of_power_from_swinging(
    xdd_pu: float, grows: bool
) -> None:
    sets = [turning(rated_kw=one, xd_pu=0.25, xdd_pu=xdd_pu) for one in (50.0, 150.0)]
    bus = Apart(sets)
    bus.run(0.1, 0.001)
    bus.p_kw = 100.0
    bus.run(4.0, 0.001)
    sets[0].speed_pu += 1e-5
    widest = []
    for _ in range(2):
        apart = []
        for _ in range(1000):
            bus.fine(0.001)
            apart.append(abs(sets[0].speed_pu - sets[1].speed_pu))
        widest.append(max(apart))
    assert (widest[1] > widest[0]) == grows


def test_set_keeps_the_emf_of_nominal_voltage_when_it_is_parted_in_a_dip() -> None:
    genset = turning(75.0, rated_kw=150.0, xd_pu=0.25, xdd_pu=0.17)
    together = Together([genset], p_kw=75.0)
    together.run(0.1, 0.001)
    together.v_pu = 0.4
    together.run(0.005, 0.001)
    bus = Apart([], p_kw=75.0)
    bus.formers = [genset]
    bus.fine(0.001)
    assert genset.e_pu == pytest.approx(abs(1.0 + 0.085j))
    assert abs(bus.v) == pytest.approx(1.0, abs=1e-3)
