"""The unit is the end of the name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.units import ATOMS, conversion, unit_of


@pytest.mark.parametrize(
    ("name", "text", "dimension"),
    [
        ("p_kw", "kw", "power"),
        ("q_mvar", "mvar", "reactive"),
        ("soc_min_pu", "pu", "fraction"),
        ("v_pu", "pu", "fraction"),
        ("wind_m_per_s", "m_per_s", "speed"),
        ("k_kw_per_hz", "kw_per_hz", "power per frequency"),
        ("rocof_500ms_hz_per_s", "hz_per_s", "frequency per time"),
        ("ghi_w_per_m2", "w_per_m2", "power per area"),
        ("price_usd_per_kwh", "usd_per_kwh", "money per energy"),
        ("slope_l_per_h_per_kw", "l_per_h_per_kw", "volume per time per power"),
    ],
)
def test_a_name_ends_in_its_unit(name: str, text: str, dimension: str) -> None:
    unit = unit_of(name)
    assert unit is not None
    assert (unit.text, unit.dimension) == (text, dimension)


@pytest.mark.parametrize("name", ["kw", "power", "p_max", "p_min", "soc", "mode_of_cooling", ""])
def test_a_name_without_a_suffix_has_no_unit(name: str) -> None:
    assert unit_of(name) is None


def test_half_of_a_unit_is_none() -> None:
    assert unit_of("starts_per_h") is None


@pytest.mark.parametrize(
    ("source", "target", "factor"),
    [
        ("p_mw", "p_kw", 1000.0),
        ("share_pct", "share_pu", 0.01),
        ("t_h", "t_s", 3600.0),
        ("price_usd_per_mwh", "price_usd_per_kwh", 0.001),
        ("flow_m3_per_h", "flow_l_per_s", 1000.0 / 3600.0),
        ("air_degc", "cell_degc", 1.0),
    ],
)
def test_numbers_are_converted_within_a_dimension(source: str, target: str, factor: float) -> None:
    a, b = unit_of(source), unit_of(target)
    assert a is not None
    assert b is not None
    assert conversion(a, b) == pytest.approx(factor, rel=1e-15)


@pytest.mark.parametrize(
    ("source", "target"),
    [("p_kw", "v_pu"), ("p_kw", "e_kwh"), ("p_kw", "q_kvar"), ("air_degc", "rise_k")],
)
def test_dimensions_are_kept_apart(source: str, target: str) -> None:
    a, b = unit_of(source), unit_of(target)
    assert a is not None
    assert b is not None
    assert conversion(a, b) is None


units = st.builds("_per_".join, st.lists(st.sampled_from(sorted(ATOMS)), min_size=1, max_size=3))


@given(units)
def test_whatever_is_built_of_known_units_is_read_whole(text: str) -> None:
    assert str(unit_of(f"x_{text}")) == text
