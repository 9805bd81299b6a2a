from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.it_load import ItLoad
from tests.components.supplied import live, room

ISLAND = json.loads(
    (Path(__file__).parents[1] / "reference" / "energy" / "island_load.json").read_text("utf-8")
)


def taken_kw(load: ItLoad) -> float:
    load.step(900.0)
    return -load.p_kw


# 2 u - u^1.4, evaluated apart
@pytest.mark.parametrize(("u", "busy"), [(0.1, 0.160189), (0.5, 0.621071), (0.9, 0.937142)])
def test_curved_servers_follow_the_fit_of_fan(u: float, busy: float) -> None:
    load = ItLoad(servers="fan_2007", rated_kw=100.0, idle_pu=0.5, utilisation_pu=u)
    load.step(60.0)

    assert load.it_kw == pytest.approx(100.0 * (0.5 + 0.5 * busy), abs=1e-4)


@given(u=st.floats(0.0, 1.0))
def test_curved_servers_take_no_less_than_straight_ones_and_meet_them_at_both_ends(
    u: float,
) -> None:
    straight, curved = ItLoad(utilisation_pu=u), ItLoad(utilisation_pu=u, servers="fan_2007")

    assert taken_kw(straight) <= taken_kw(curved) + 1e-12
    if u in (0.0, 1.0):
        assert taken_kw(straight) == taken_kw(curved)


@pytest.mark.parametrize(
    ("air_degc", "pue"), [(-30.0, 1.1), (12.0, 1.1), (27.0, 1.25), (37.0, 1.35), (45.0, 1.35)]
)
def test_box_in_free_air_cools_harder_from_12_degc_and_no_harder_from_37(
    air_degc: float, pue: float
) -> None:
    box = {"pue_pu": 1.1, "pue_pu_per_k": 0.01, "ups_efficiency_pu": 1.0}

    assert taken_kw(ItLoad(rated_kw=10.0, air_degc=air_degc, **box)) == pytest.approx(10.0 * pue)


@pytest.mark.parametrize(("load", "efficiency"), [(1.0, 0.917), (0.5, 0.885), (0.3, 0.845)])
def test_double_conversion_passes_less_of_a_small_load(load: float, efficiency: float) -> None:
    """4 % of the rating at no load and 5 % of the load: 1 / (1.05 + 0.04 / load)."""
    ups = {"ups_efficiency_pu": 1.0 / 1.05, "no_load_pu": 0.04, "pue_pu": 1.0, "idle_pu": 0.0}

    assert 100.0 * load / taken_kw(ItLoad(rated_kw=100.0, utilisation_pu=load, **ups)) == (
        pytest.approx(efficiency, abs=5e-4)
    )


def test_base_station_on_an_island_cools_with_six_hundred_watts() -> None:
    """Case 0: 3.05 kW, of which 0.6 kW of cooling, at the monthly temperatures of the site."""
    total_kw, cooling_kw = ISLAND["mean_kw"], ISLAND["cooling_kw"]
    machines = {"rated_kw": total_kw - cooling_kw, "idle_pu": 0.0, "ups_efficiency_pu": 1.0}
    free_air = {"pue_pu": 1.1, "pue_pu_per_k": 0.01}
    months = [taken_kw(ItLoad(air_degc=t, **machines, **free_air)) for t in ISLAND["air_degc"]]

    assert sum(months) / 12 - machines["rated_kw"] == pytest.approx(cooling_kw, rel=0.05)
    assert sum(months) / 12 == pytest.approx(total_kw, rel=0.01)


def test_battery_of_a_room_is_made_for_cool_air_and_ends_sooner_in_hot_air() -> None:
    hot = room("ups", autonomy_s=4.0, pue_pu=1.1, pue_pu_per_k=0.01, air_degc=34.0)
    live(hot, 0.01, (3.33, 0.0))  # 4 s x 1.10 / 1.32
    assert hot.drop_count == 0
    live(hot, 0.01, (0.01, 0.0))
    assert hot.drop_count == 1
