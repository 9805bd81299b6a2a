from __future__ import annotations

import cmath
import math

import pytest

from components.thevenin import Thevenin
from tests.components.excitation import critical_scr
from tests.components.two_buses import POWERS_KW, REACTIVE_KVAR, SOURCES, both, bus
from twin.fleet import make_rows
from twin.kernels import compiled


@pytest.mark.parametrize("p_kw", POWERS_KW)
@pytest.mark.parametrize("q_kvar", REACTIVE_KVAR)
@pytest.mark.parametrize(("s_sc_mva", "rx", "e_pu"), SOURCES)
def test_voltage_angle_and_losses_are_those_of_pandapower(
    p_kw: float, q_kvar: float, s_sc_mva: float, rx: float, e_pu: float
) -> None:
    ours, theirs = both(p_kw, q_kvar, s_sc_mva, rx, e_pu)

    assert ours.v_pu == pytest.approx(theirs.v_pu, abs=1e-9)
    assert math.degrees(ours.theta_rad) == pytest.approx(theirs.angle_deg, abs=1e-7)
    assert -ours.p_kw == pytest.approx(theirs.p_kw, abs=1e-5)
    assert ours.q_grid_kvar == pytest.approx(theirs.q_kvar, abs=1e-5)
    assert ours.losses_kw == pytest.approx(-ours.p_kw - p_kw, abs=1e-9)


@pytest.mark.parametrize("phi_deg", [-40.0, 0.0, 25.0, 60.0])
@pytest.mark.parametrize("rx", [0.1, 1.0])
def test_the_bus_collapses_at_the_limit_that_the_textbook_gives(phi_deg: float, rx: float) -> None:
    angle = math.atan2(1.0, rx) - math.radians(phi_deg)
    most_kva = 10e3 / (2.0 * (1.0 + math.cos(angle)))  # |Z| = 1 at 10 MVA
    load = cmath.rect(most_kva, math.radians(phi_deg))
    below, above = (
        bus(part * load.real, part * load.imag, s_sc_mva=10.0, rx_pu=rx) for part in (0.999, 1.001)
    )

    assert not below.collapsed
    assert below.margin_pu == pytest.approx(0.001, abs=1e-9)
    assert (above.collapsed, above.v_pu, above.p_kw) == (True, 0.0, 0.0)


def test_a_collapse_is_booked_and_passes_with_the_load() -> None:
    site = bus(6000.0, dt_s=1800.0)
    site.p_demand_kw = 1000.0
    site.step(1800.0)

    assert (site.unserved_kwh, site.collapsed_s) == (3000.0, 1800.0)
    assert not site.collapsed


def test_a_source_at_zero_volts_serves_nothing() -> None:
    dead = bus(100.0, e_pu=0.0)

    assert (dead.collapsed, dead.v_pu, dead.unserved_kw) == (False, 0.0, 100.0)


def test_energy_from_the_source_is_what_was_used_and_lost() -> None:
    site = bus(2000.0, 300.0, dt_s=900.0)
    site.p_demand_kw, site.p_source_kw = 0.0, 1500.0
    site.step(900.0)

    used_kwh = 2000.0 * 0.25 - 1500.0 * 0.25
    assert site.import_kwh - site.export_kwh == pytest.approx(used_kwh + site.losses_kwh, rel=1e-12)


def test_the_turning_voltage_is_seen_as_frequency_only_while_it_turns() -> None:
    site = bus(0.0)
    site.p_source_kw = 1000.0
    site.fine(0.01)
    turning_hz, angle = site.f_hz - 50.0, site.theta_rad
    site.fine(0.01)

    assert turning_hz == pytest.approx(angle / (2.0 * math.pi * 0.01), rel=1e-9)
    assert site.f_hz == 50.0


def test_a_bus_that_comes_back_measures_the_frequency_of_its_source() -> None:
    site = bus(9000.0)
    dead_hz = site.f_hz
    site.p_demand_kw = 500.0
    site.fine(0.001)

    assert (dead_hz, site.f_hz) == (0.0, 50.0)


def test_a_fleet_of_buses_is_solved_each_by_itself() -> None:
    rows = make_rows(Thevenin, 3, {"s_sc_mva": [5.0, 10.0, 20.0], "p_demand_kw": 2000.0})
    compiled(Thevenin).each_step(rows, 1.0)

    alone = [bus(2000.0, s_sc_mva=level).v_pu for level in (5.0, 10.0, 20.0)]
    assert rows["v_pu"].tolist() == alone
    assert alone == sorted(alone)


T_M, DELAY, T_L = 0.1, 0.1, 0.05  # filter, pure delay, lag of a droop converter


def grows(scr: float, droop_pu: float) -> bool:
    """Whether a converter on an inductive source excites itself by its own voltage's turning."""
    dt_s, rated_kw = 0.001, 100.0
    site = Thevenin(s_sc_mva=scr * rated_kw * 1e-3, rx_pu=0.0)
    site.step(dt_s)
    late = [50.0] * round(DELAY / dt_s)
    measured_hz, p_kw = 50.0, 0.01 * rated_kw
    swings: list[float] = []
    for _ in range(8000):
        site.p_source_kw, site.p_demand_kw = max(p_kw, 0.0), max(-p_kw, 0.0)
        site.fine(dt_s)
        late.append(site.f_hz)
        measured_hz += (late.pop(0) - measured_hz) * (1.0 - math.exp(-dt_s / T_M))
        wanted_kw = -rated_kw * (measured_hz - 50.0) / (50.0 * droop_pu)
        p_kw += (wanted_kw - p_kw) * (1.0 - math.exp(-dt_s / T_L))
        swings.append(abs(p_kw))
        if abs(p_kw) > 0.2 * rated_kw:
            return True
    return max(swings[-2000:]) > max(swings[2000:4000])


@pytest.mark.parametrize(("droop_pu", "published"), [(0.02, 0.9), (0.01, 1.8), (0.005, 3.6)])
def test_the_critical_ratio_of_strength_is_that_of_the_closed_form(
    droop_pu: float, published: float
) -> None:
    formula = critical_scr(droop_pu, T_M, DELAY, T_L)
    low, high = 0.5 * formula, 2.0 * formula
    while high - low > 0.01 * formula:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if grows(middle, droop_pu) else (low, middle)

    assert formula == pytest.approx(published, abs=0.05)
    assert high == pytest.approx(formula, rel=0.05)
