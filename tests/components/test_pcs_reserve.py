"""What a converter keeps of its store for its own site, and what it can offer beside that."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.bess import Bess
from components.pcs_fast import PcsFast as Pcs
from tests.components.following import INSTANT
from tests.components.site import LIMITS

RATED_KVA, ENERGY_KWH, ETA = 40.0, 100.0, 0.97
NO_LOAD, QUADRATIC = 0.0072, 0.0345  # Notton 2, the default of the converter
EMPTY_PU = 0.1


def dc_kw(ac_kw: float, rated_kva: float = RATED_KVA) -> float:
    """DC = AC + P0 S + K AC AC / S, of Notton et al. (2010)."""
    return ac_kw + NO_LOAD * rated_kva + QUADRATIC * ac_kw * ac_kw / rated_kva


def pair(soc_pu: float, reserve_kwh: float, **more: float | bool) -> tuple[Pcs, Bess]:
    """A converter that can form, on a bus that others hold, and its store."""
    pcs = Pcs(rated_kva=RATED_KVA, reserve_kwh=reserve_kwh, grid_present=True, **INSTANT, **more)
    size = {"energy_kwh": ENERGY_KWH, "soc_start_pu": soc_pu, "soc_min_pu": EMPTY_PU}
    power = {"charge_max_kw": 1e3, "discharge_max_kw": 1e3}
    bess = Bess(**size, **power, discharge_efficiency_pu=ETA, self_discharge_pu_per_d=0.0)
    bess.start()
    return pcs, bess


def advance(pcs: Pcs, bess: Bess, dt_s: float, fine: bool, own_kw: float = 0.0) -> None:
    """A step: what it offers is taken; of one that holds its bus, what the own load asks for."""
    for limit in LIMITS:
        setattr(pcs, limit, getattr(bess, limit))
    pcs.fine_offer(dt_s) if fine else pcs.offer(dt_s)
    pcs.p_settled_kw = pcs.p0_kw
    if pcs.k_kw_per_hz > 0.0 and not pcs.grid_present:
        pcs.p_settled_kw = min(own_kw, pcs.p_max_kw)
    pcs.fine(dt_s) if fine else pcs.step(dt_s)
    bess.p_dc_kw = pcs.p_dc_kw
    bess.step(dt_s)


@settings(max_examples=60, deadline=None)
@given(
    soc_pu=st.floats(0.15, 1.0),
    reserve_pu=st.floats(0.1, 0.9),
    power_kw=st.floats(2.0, RATED_KVA),
    fine=st.booleans(),
    forming=st.booleans(),
)
def test_others_get_what_lies_above_the_reserve_and_the_own_island_all_the_rest(
    soc_pu: float, reserve_pu: float, power_kw: float, fine: bool, forming: bool
) -> None:
    # the last seconds alone are played at milliseconds
    start_pu = min(soc_pu, reserve_pu + 0.01) if fine else soc_pu
    dt_s = 0.1 if fine else 60.0
    reserve_kwh = (reserve_pu - EMPTY_PU) * ENERGY_KWH * ETA
    pcs, bess = pair(start_pu, reserve_kwh, forming=forming, p_set_kw=power_kw)
    step_kwh = dc_kw(power_kw) * dt_s / 3600.0
    free_kwh = max(start_pu - reserve_pu, 0.0) * ENERGY_KWH * ETA
    for _ in range(math.ceil(free_kwh / step_kwh) + 3):
        advance(pcs, bess, dt_s, fine)

    # the closed form: (soc - reserve) E eta, of which the converter passes on its share
    passed_pu = power_kw / dc_kw(power_kw)
    assert bess.e_out_kwh == pytest.approx(free_kwh, abs=1e-9)
    assert pcs.e_to_bus_kwh == pytest.approx(free_kwh * passed_pu, abs=step_kwh)
    assert pcs.e_to_bus_kwh + pcs.loss_kwh == pytest.approx(bess.e_out_kwh, abs=1e-9)
    assert bess.soc_pu == pytest.approx(min(start_pu, reserve_pu), abs=1e-9)
    assert pcs.p_kw == 0.0

    left_kwh = bess.e_discharge_kwh
    pcs.grid_present = False
    for _ in range(math.ceil(left_kwh / (dc_kw(10.0) * 60.0 / 3600.0)) + 3):
        advance(pcs, bess, 60.0, fine=False, own_kw=10.0)
    drawn_kwh = left_kwh if forming else 0.0  # one that cannot form is of no use to its island
    assert bess.e_out_kwh == pytest.approx(free_kwh + drawn_kwh, abs=1e-9)


@pytest.mark.parametrize("fine", [False, True])
def test_at_its_reserve_it_sleeps_and_still_takes(fine: bool) -> None:
    pcs, bess = pair(0.4, reserve_kwh=50.0, p_set_kw=20.0)
    for _ in range(20):
        advance(pcs, bess, 0.1, fine)
    assert (pcs.p_kw, pcs.loss_kwh, bess.soc_pu) == (0.0, 0.0, 0.4)
    pcs.p_set_kw = -20.0
    for _ in range(20):
        advance(pcs, bess, 0.1, fine)
    assert pcs.p_kw == -20.0
    assert bess.soc_pu > 0.4


def test_droop_draws_no_reserve_either() -> None:
    pcs, bess = pair(0.5, reserve_kwh=(0.5 - EMPTY_PU) * ENERGY_KWH * ETA - 0.01, forming=False)
    for _ in range(40):
        pcs.f_hz = 49.0
        advance(pcs, bess, 0.1, fine=True)
    assert bess.e_out_kwh == pytest.approx(0.01, abs=1e-12)
    assert pcs.p_kw == 0.0


def test_nothing_is_kept_unless_it_is_asked_for() -> None:
    _, bess = pair(0.3, 0.0)
    pcs = Pcs(rated_kva=RATED_KVA, grid_present=True, p_set_kw=30.0)
    for _ in range(60):
        advance(pcs, bess, 60.0, fine=False)
    assert bess.soc_pu == pytest.approx(EMPTY_PU, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(
    soc_pu=st.floats(0.1, 1.0),
    reserve_kwh=st.floats(0.0, 100.0),
    rated_kva=st.floats(5.0, 100.0),
    store_kw=st.floats(5.0, 100.0),
)
def test_what_is_offered_lasts_for_its_product_and_the_rest_is_the_price(
    soc_pu: float, reserve_kwh: float, rated_kva: float, store_kw: float
) -> None:
    pcs, bess = pair(soc_pu, reserve_kwh)
    pcs.rated_kva, bess.discharge_max_kw = rated_kva, store_kw
    bess.start()
    whole_kwh = bess.e_discharge_kwh
    free_kwh = max(whole_kwh - reserve_kwh, 0.0)
    advance(pcs, bess, 1.0, fine=False)
    for hours, offered_kw, kept_kw in (
        (1.0, pcs.offered_1h_kw, pcs.not_offered_1h_kw),
        (4.0, pcs.offered_4h_kw, pcs.not_offered_4h_kw),
    ):
        for kw, kwh in ((offered_kw, free_kwh), (offered_kw + kept_kw, whole_kwh)):
            standby_kw = NO_LOAD * rated_kva
            limit_kw = min(kwh / hours, store_kw)
            if kw == 0.0:
                assert limit_kw <= standby_kw
            elif kw < rated_kva * (1.0 - 1e-9):
                assert dc_kw(kw, rated_kva) == pytest.approx(limit_kw, rel=1e-9)
            else:
                assert dc_kw(rated_kva, rated_kva) <= limit_kw * (1.0 + 1e-9)


@pytest.mark.parametrize("given", [{"online": False}, {"grid_present": False}, {"allowed_pu": 0.0}])
def test_who_gives_nothing_to_others_offers_nothing(given: dict[str, float]) -> None:
    pcs, bess = pair(0.9, reserve_kwh=10.0)
    for name, value in given.items():
        setattr(pcs, name, value)
    advance(pcs, bess, 1.0, fine=False)
    assert pcs.offered_1h_kw == pcs.offered_4h_kw == pcs.not_offered_1h_kw == 0.0
