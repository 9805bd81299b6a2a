from __future__ import annotations

import pytest

from components.load import Load


def taken(f_hz: float = 50.0, v_pu: float = 1.0, **exponents: float) -> tuple[float, float]:
    """Active and reactive power taken of 100 kW and 50 kvar."""
    load = Load(p_set_kw=100.0, q_set_kvar=50.0, f_hz=f_hz, v_pu=v_pu, **exponents)
    load.step(3600.0)
    assert load.energy_kwh == -load.p_kw
    return -load.p_kw, -load.q_kvar


def test_without_exponents_it_is_constant_power() -> None:
    assert taken(f_hz=48.0, v_pu=0.9) == (100.0, 50.0)


def test_one_percent_of_frequency_is_kpf_percent_of_power() -> None:
    assert taken(f_hz=49.5, kpf_pu=1.5) == (pytest.approx(98.5), 50.0)


def test_exponents_of_voltage_are_those_of_current_and_impedance() -> None:
    found = taken(v_pu=0.9, kpv_pu=1.0, kqv_pu=2.0)
    assert found == (pytest.approx(90.0), pytest.approx(50.0 * 0.81))


@pytest.mark.parametrize("kpv_pu", [0.0, 1.0, 2.0])
def test_in_a_deep_dip_it_is_an_impedance(kpv_pu: float) -> None:
    at_the_edge_kw, _ = taken(v_pu=0.8, kpv_pu=kpv_pu)
    below_kw, below_kvar = taken(v_pu=0.4, kpv_pu=kpv_pu)
    assert below_kw == pytest.approx(at_the_edge_kw * 0.25)
    assert below_kvar == pytest.approx(50.0 * 0.25)


def test_on_a_dead_bus_it_asks_for_what_it_would_take() -> None:
    assert taken(f_hz=0.0, kpf_pu=2.0) == (100.0, 50.0)
