from __future__ import annotations

import pvlib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.pv import Pv


@settings(deadline=None)
@given(st.floats(0.001, 1400), st.floats(-40, 50), st.sampled_from([0.8, 1.1, 1.2, 1.6]))
def test_default_chain_is_pvwatts(poa: float, air: float, dc_ac: float) -> None:
    pv = Pv(rated_kw=20.0, dc_ac_pu=dc_ac, poa_w_per_m2=poa, air_degc=air)
    pv.step(900.0)

    cell = pvlib.temperature.ross(poa, air, noct=45.0)
    p_dc = pvlib.pvsystem.pvwatts_dc(poa, cell, 20.0, -0.0037) * (1 - 0.14)
    published = pvlib.inverter.pvwatts(p_dc, 20.0 / dc_ac / 0.96)
    assert pv.p_kw == pytest.approx(float(published), abs=1e-12)


def test_ideal_array_delivers_its_rating_times_the_irradiance() -> None:
    pv = Pv(rated_kw=7.3, gamma_pu_per_k=0, losses_pu=0, dc_ac_pu=1, inverter_efficiency_pu=1)
    pv.poa_w_per_m2 = 613.0
    pv.step(60.0)

    assert pv.p_kw == 7.3 * 613.0 / 1000.0


def test_inverter_clips_at_its_rating() -> None:
    pv = Pv(rated_kw=24.0, dc_ac_pu=1.5, poa_w_per_m2=1200.0, air_degc=-20.0)
    pv.step(3600.0)

    assert pv.energy_kwh == pytest.approx(16.0, abs=1e-12)


def test_array_gives_and_takes_nothing_at_night() -> None:
    pv = Pv(poa_w_per_m2=0.0)
    pv.step(3600.0)

    assert pv.p_kw == 0.0


@settings(deadline=None)
@given(st.floats(0, 1400), st.floats(0.5, 1))
def test_no_inverter_makes_energy(poa: float, efficiency: float) -> None:
    pv = Pv(gamma_pu_per_k=0, losses_pu=0, inverter_efficiency_pu=efficiency, poa_w_per_m2=poa)
    pv.step(60.0)

    assert pv.p_kw <= pv.rated_kw * poa / 1000.0 * (1.0 + 1e-15)  # the last bit is rounded
