from __future__ import annotations

import pytest

from components.it_load import ItLoad


def test_full_room_draws_its_rating_times_pue_over_the_power_path() -> None:
    load = ItLoad(rated_kw=100.0, pue_pu=1.2, ups_efficiency_pu=0.96)
    load.step(1800.0)

    assert load.p_kw == pytest.approx(-125.0)
    assert load.energy_kwh == pytest.approx(62.5)


def test_idle_room_draws_its_idle_share() -> None:
    load = ItLoad(rated_kw=100.0, idle_pu=0.45, utilisation_pu=0.0)
    load.step(60.0)

    assert load.it_kw == pytest.approx(45.0)


def test_ideal_room_draws_rated_times_utilisation() -> None:
    load = ItLoad(rated_kw=3.05, idle_pu=0, pue_pu=1, ups_efficiency_pu=1, utilisation_pu=0.4)
    load.step(60.0)

    assert load.p_kw == -3.05 * 0.4
