from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.ems_follow import EmsFollow
from components.ems_forecast import EmsForecast
from components.ems_peak import EmsPeak
from components.ems_reserve import EmsReserve
from components.ems_tariff import EmsTariff
from tests.components.managed import decided, orders

EVERY = (EmsFollow, EmsForecast, EmsPeak, EmsReserve, EmsTariff)


def test_the_genset_makes_the_residual_alone() -> None:
    ems = decided(EmsFollow, p_load_kw=3.0, p_gen_kw=1.0, soc_pu=0.1)

    assert (ems.run_cmd, ems.p_genset_kw, ems.p_set_kw) == (True, 2.0, 0.0)


def test_what_lies_above_the_genset_comes_from_the_battery() -> None:
    ems = decided(EmsFollow, p_load_kw=9.0, soc_pu=0.1, genset_kw=5.0)

    assert (ems.p_genset_kw, ems.p_set_kw) == (5.0, 4.0)


def test_it_stops_when_the_sun_covers_the_load() -> None:
    ems = EmsFollow(p_load_kw=3.0, soc_pu=0.1)
    said = orders(ems, "p_gen_kw", [0.0, 2.0, 3.0, 7.0])

    assert said == [("genset", 0.0), ("genset", 0.0), ("battery", 0.0), ("battery", -4.0)]


def test_it_stops_when_the_battery_can_take_over() -> None:
    ems = EmsFollow(p_load_kw=3.0)
    said = orders(ems, "soc_pu", [0.16, 0.15, 0.19, 0.20, 0.16])

    assert [mode for mode, _ in said] == ["battery", "genset", "genset", "battery", "battery"]


@pytest.mark.parametrize(("soc", "p_set"), [(0.6, 3.0), (0.5, 0.0)])
def test_grid_spares_the_reserve(soc: float, p_set: float) -> None:
    ems = decided(EmsFollow, p_load_kw=3.0, soc_pu=soc, grid_available=True)

    assert (ems.run_cmd, ems.p_set_kw) == (False, p_set)


@pytest.mark.parametrize("cls", EVERY[1:])
def test_all_others_charge_with_the_genset_as_the_rule_does(cls: type) -> None:
    ems = cls(p_load_kw=3.0)
    said = orders(ems, "soc_pu", [0.16, 0.15, 0.29, 0.30, 0.16])

    full = ("genset", -12.0)
    assert said == [("battery", 3.0), full, full, ("battery", 3.0), ("battery", 3.0)]


@pytest.mark.parametrize("cls", EVERY)
@given(load=st.floats(0, 50), sun=st.floats(0, 50), soc=st.floats(0, 1), grid=st.booleans())
def test_no_strategy_leaves_a_surplus_or_asks_a_set_beside_the_grid(
    cls: type, load: float, sun: float, soc: float, grid: bool
) -> None:
    ems = decided(cls, p_load_kw=load, p_gen_kw=sun, soc_pu=soc, grid_available=grid)

    assert ems.p_set_kw <= max(load - sun, 0.0)
    assert not (grid and ems.run_cmd)
    if load <= sun:
        assert ems.p_set_kw <= load - sun
    if not grid:
        assert ems.p_set_kw + ems.p_genset_kw == pytest.approx(load - sun)
