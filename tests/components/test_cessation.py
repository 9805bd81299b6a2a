"""What an inverter of a source holds back in a fine window."""

from __future__ import annotations

import pytest

from components.pv import Pv

NOON = {"rated_kw": 100.0, "poa_w_per_m2": 800.0, "air_degc": 15.0}


def window(f_hz: float = 50.0, used_pu: float = 1.0) -> Pv:
    """One that has entered a fine window at this frequency, after its bus used this share."""
    pv = Pv(**NOON, f_hz=f_hz, used_pu=used_pu)
    pv.enter_fine()
    pv.fine(0.001)
    return pv


FREE_KW = window().p_kw


def test_what_the_bus_turned_away_stays_away_through_the_window() -> None:
    pv = window(used_pu=0.3)
    pv.used_pu = 1.0
    pv.fine(0.001)
    assert pv.p_kw == pytest.approx(0.3 * FREE_KW)


def test_what_it_holds_back_is_counted_beside_what_it_could_deliver() -> None:
    pv = window(used_pu=0.3)
    assert pv.energy_kwh == pytest.approx(FREE_KW * 0.001 / 3600.0)
    assert pv.curbed_kwh == pytest.approx(0.7 * pv.energy_kwh)


@pytest.mark.parametrize(("f_hz", "share"), [(50.1, 1.0), (50.2, 1.0), (51.45, 0.5), (53.0, 0.0)])
def test_a_high_frequency_takes_power_along_a_line(f_hz: float, share: float) -> None:
    pv = window()
    pv.f_hz = f_hz
    pv.fine(0.001)
    assert pv.p_kw == pytest.approx(share * FREE_KW)


def test_a_frequency_that_was_high_before_moves_nothing() -> None:
    assert window(f_hz=51.0).p_kw == FREE_KW


def test_in_coarse_steps_turning_away_is_left_to_the_bus() -> None:
    pv = Pv(**NOON, f_hz=52.0, used_pu=0.3)
    pv.step(60.0)
    assert pv.p_kw == FREE_KW
