from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.bess import Bess
from components.pcs import Pcs
from tests.components.site import LIMITS

PLENTY = dict.fromkeys(LIMITS, 1e6)


def settled(pcs: Pcs, p_kw: float, dt_s: float = 900.0) -> Pcs:
    """Offer, and book the nearest power that was offered."""
    pcs.p_set_kw = p_kw
    pcs.offer(dt_s)
    pcs.p_settled_kw = pcs.p0_kw
    pcs.step(dt_s)
    return pcs


@pytest.mark.parametrize(
    ("load", "efficiency"), [(0.1, 0.930), (0.2, 0.959), (0.5, 0.969), (1.0, 0.960)]
)
def test_efficiency_is_that_of_notton_type_2(load: float, efficiency: float) -> None:
    pcs = settled(Pcs(rated_kva=30.0, **PLENTY), 30.0 * load)

    assert pcs.e_to_bus_kwh / pcs.e_dc_out_kwh == pytest.approx(efficiency, abs=5e-4)


def test_charging_loses_what_discharging_loses() -> None:
    charging, discharging = settled(Pcs(**PLENTY), -12.0), settled(Pcs(**PLENTY), 12.0)

    assert charging.loss_kwh == pytest.approx(discharging.loss_kwh, rel=1e-12)


@pytest.mark.parametrize(("wanted", "drawn"), [(1e3, 5.0), (-1e3, -5.0)])
def test_limits_of_the_store_hold_on_its_own_side(wanted: float, drawn: float) -> None:
    limits = {"p_discharge_max_kw": 5.0, "p_charge_max_kw": 5.0}

    assert settled(Pcs(**(PLENTY | limits)), wanted).p_dc_kw == pytest.approx(drawn, rel=1e-12)


@pytest.mark.parametrize("dt_s", [1.0, 60.0, 3600.0])
def test_energy_limit_is_divided_by_the_step_at_hand(dt_s: float) -> None:
    pcs = settled(Pcs(**(PLENTY | {"e_discharge_kwh": 2e-3})), 30.0, dt_s)

    assert pcs.e_dc_out_kwh == pytest.approx(2e-3, rel=1e-12)


def test_empty_store_gives_no_standby_and_can_still_be_charged() -> None:
    pcs = settled(Pcs(**(PLENTY | {"e_discharge_kwh": 0.0})), 10.0)

    assert (pcs.p_kw, pcs.p_dc_kw, pcs.loss_kwh) == (0.0, 0.0, 0.0)
    assert pcs.p_min_kw == -30.0


def test_less_than_the_standby_charges_nothing() -> None:
    pcs = settled(Pcs(**(PLENTY | {"e_discharge_kwh": 0.0})), -0.1)

    assert pcs.p_dc_kw == 0.0
    assert pcs.loss_kwh == pytest.approx(0.1 * 0.25, rel=1e-12)


def test_full_store_is_not_overfilled() -> None:
    pcs = settled(Pcs(**(PLENTY | {"e_charge_kwh": 0.0})), -30.0)

    assert pcs.p_dc_kw == 0.0
    assert -pcs.p_kw == pytest.approx(0.0072 * 30.0, rel=1e-3)


def test_droop_reaches_full_power_at_two_per_cent() -> None:
    pcs = Pcs(rated_kva=30.0, droop_pu=0.02, **PLENTY)
    pcs.offer(1.0)

    assert pcs.k_kw_per_hz * 0.02 * 50.0 == pytest.approx(30.0)


@pytest.mark.parametrize(
    "values",
    [
        PLENTY | {"forming": False},
        PLENTY | {"online": False},
        {},  # a store that can neither give nor take
    ],
)
def test_what_cannot_form_holds_nothing(values: dict[str, float]) -> None:
    pcs = Pcs(**values)
    pcs.offer(60.0)

    assert pcs.k_kw_per_hz == 0.0


def test_offline_converter_loses_nothing() -> None:
    pcs = settled(Pcs(online=False, **PLENTY), 10.0)

    assert (pcs.p_kw, pcs.p_dc_kw, pcs.loss_kwh) == (0.0, 0.0, 0.0)


ORDERS = st.lists(
    st.tuples(st.floats(-60, 60), st.sampled_from([1.0, 10.0, 60.0, 900.0, 3600.0])),
    min_size=1,
    max_size=60,
)


@settings(deadline=None)
@given(
    orders=ORDERS,
    start=st.floats(0.1, 0.95),
    energy_kwh=st.sampled_from([0.5, 50.0, 2000.0]),
    no_load=st.sampled_from([0.0, 0.0072, 0.05]),
    quadratic=st.sampled_from([0.0, 0.0345, 0.5]),
)
def test_pair_closes_its_books_within_its_limits_under_any_orders(
    orders: list[tuple[float, float]],
    start: float,
    energy_kwh: float,
    no_load: float,
    quadratic: float,
) -> None:
    bess = Bess(
        energy_kwh=energy_kwh, soc_start_pu=start, soc_max_pu=0.95, self_discharge_pu_per_d=0
    )
    pcs = Pcs(no_load_pu=no_load, quadratic_pu=quadratic)
    bess.start()
    start_kwh = bess.stored_kwh
    for p_kw, dt_s in orders:
        for limit in LIMITS:
            setattr(pcs, limit, getattr(bess, limit))
        settled(pcs, p_kw, dt_s)
        assert pcs.p_kw == pcs.p_settled_kw
        bess.p_dc_kw = pcs.p_dc_kw
        bess.step(dt_s)
        assert 0.1 - 1e-12 <= bess.soc_pu <= 0.95 + 1e-12

    given_kwh = pcs.e_from_bus_kwh - pcs.e_to_bus_kwh
    kept_kwh = bess.stored_kwh - start_kwh + bess.loss_kwh + pcs.loss_kwh
    passed_kwh = pcs.e_from_bus_kwh + pcs.e_to_bus_kwh + bess.e_out_kwh + energy_kwh
    assert given_kwh == pytest.approx(kept_kwh, abs=1e-12 * passed_kwh)
