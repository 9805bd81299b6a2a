from __future__ import annotations

import pytest

from components.ems_rule import EmsRule


def decided(**inputs: float) -> EmsRule:
    ems = EmsRule(**inputs)
    ems.step(900.0)
    return ems


def test_genset_runs_from_the_lower_to_the_upper_threshold() -> None:
    ems = EmsRule()
    calls = []
    for soc in (0.5, 0.16, 0.15, 0.2, 0.29, 0.30, 0.2, 0.1):
        ems.soc_pu = soc
        ems.step(900.0)
        calls.append(bool(ems.run_cmd))

    assert calls == [False, False, True, True, True, False, False, True]


def test_battery_covers_the_residual_without_grid() -> None:
    assert decided(p_load_kw=3.0, p_gen_kw=10.0, soc_pu=0.6).p_set_kw == -7.0


def test_cycle_charging_stores_what_the_load_leaves() -> None:
    ems = decided(p_load_kw=3.0, soc_pu=0.1, genset_kw=15.0)

    assert (ems.p_genset_kw, ems.p_set_kw) == (15.0, -12.0)


def test_load_following_asks_for_the_residual_alone() -> None:
    ems = decided(p_load_kw=3.0, soc_pu=0.1, charge_from_genset=False)

    assert (ems.p_genset_kw, ems.p_set_kw) == (3.0, 0.0)


@pytest.mark.parametrize(
    ("soc", "p_gen", "grid_charge", "p_set"),
    [
        (0.6, 0.0, 0.0, 3.0),  # above the reserve the battery serves
        (0.5, 0.0, 0.0, 0.0),  # at the reserve it waits
        (0.4, 0.0, 0.0, 0.0),
        (0.4, 5.0, 0.0, -2.0),  # surplus is always stored
        (0.4, 0.0, 4.0, -4.0),  # and the grid may fill up to the reserve
        (0.5, 0.0, 4.0, 0.0),
    ],
)
def test_grid_spares_the_reserve(
    soc: float, p_gen: float, grid_charge: float, p_set: float
) -> None:
    ems = decided(
        p_load_kw=3.0, p_gen_kw=p_gen, soc_pu=soc, grid_charge_kw=grid_charge, grid_available=True
    )

    assert ems.p_set_kw == p_set


def test_returning_grid_stops_the_genset() -> None:
    ems = decided(soc_pu=0.1)
    assert ems.run_cmd
    ems.grid_available = True
    ems.step(900.0)

    assert not ems.run_cmd
