from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from components._ems.ahead import quantiles_ahead
from components.ems_tariff import EmsTariff
from tests.components.managed import decided, orders
from twin.fleet import make_rows


def trading(**given: Any) -> EmsTariff:
    """Cheap up to 0.10, dear from 0.30 USD/kWh."""
    plain = {"low_usd_per_kwh": 0.1, "high_usd_per_kwh": 0.3, "p_load_kw": 3.0, "soc_pu": 0.7}
    return EmsTariff(**(plain | {"grid_available": True} | given))


def test_it_charges_when_cheap_discharges_when_dear_and_waits_between() -> None:
    said = orders(trading(), "price_usd_per_kwh", [0.1, 0.2, 0.3])

    assert said == [("charging", -10.0), ("grid", 0.0), ("battery", 3.0)]


@pytest.mark.parametrize(
    ("soc", "modes"), [(0.9, "grid grid battery"), (0.5, "charging grid grid")]
)
def test_full_it_buys_nothing_and_at_its_reserve_it_gives_nothing(soc: float, modes: str) -> None:
    said = orders(trading(soc_pu=soc), "price_usd_per_kwh", [0.1, 0.2, 0.3])

    assert [mode for mode, _ in said] == modes.split()


def test_the_sun_is_stored_at_any_price() -> None:
    said = orders(trading(p_gen_kw=15.0), "price_usd_per_kwh", [0.1, 0.2, 0.3])

    assert [p_set for _, p_set in said] == [-12.0, -12.0, -12.0]


@pytest.mark.parametrize(("spread", "mode"), [(0.19, "charging"), (0.21, "grid")])
def test_it_trades_only_for_more_than_the_way_costs(spread: float, mode: str) -> None:
    ems = trading(least_spread_usd_per_kwh=spread)

    assert orders(ems, "price_usd_per_kwh", [0.05])[0][0] == mode


def test_nothing_is_traded_at_a_price_that_never_moves() -> None:
    ems = trading(high_usd_per_kwh=0.1)

    assert orders(ems, "price_usd_per_kwh", [0.1]) == [("grid", 0.0)]


def test_carbon_joins_the_price_at_its_value() -> None:
    """0.6 kg at 0.1 USD/kg on 0.05 USD."""
    clean = decided(EmsTariff, carbon_kg_per_kwh=0.6, carbon_usd_per_kg=0.1, price_usd_per_kwh=0.05)

    assert clean.signal_usd_per_kwh == pytest.approx(0.11)


def day(hours: int = 48) -> Any:
    return np.datetime64("2026-06-01T00:30") + np.arange(hours) * np.timedelta64(1, "h")


def test_quantiles_of_the_coming_day_are_prepared() -> None:
    """Prices of 0 to 23 in the first day, flat at 50 in the second."""
    price = np.concatenate((np.arange(24.0), np.full(24, 50.0)))[:, None]
    rows = make_rows(EmsTariff, 1, {"thresholds": 1, "share_pu": 0.25})
    made = EmsTariff.prepare(rows, day(), {"price_usd_per_kwh": price})
    low, high = (made[f"{name}_usd_per_kwh"][:, 0] for name in ("low", "high"))

    assert (low[0], high[0]) == pytest.approx((5.75, 17.25))
    assert (low[12], high[12]) == pytest.approx((17.75, 50.0))
    assert (low[24], high[47]) == (50.0, 50.0)


def test_units_keep_what_they_were_given_unless_they_follow_quantiles() -> None:
    carbon = np.linspace(0.1, 0.5, 48)[:, None] * np.ones(2)
    rows = make_rows(EmsTariff, 2, {"thresholds": [0, 1], "low_usd_per_kwh": 0.07})
    rows["carbon_usd_per_kg"] = 1.0
    made = EmsTariff.prepare(rows, day(), {"carbon_kg_per_kwh": carbon})["low_usd_per_kwh"]

    assert made[:, 0].tolist() == [0.07] * 48
    assert made[0, 1] == pytest.approx(np.quantile(carbon[:24, 1], 0.25))


def test_thresholds_are_renewed_each_hour() -> None:
    values = np.arange(12.0)[:, None]
    found = quantiles_ahead(values, 8, 4, np.array([0.0]))[:, 0]

    assert found.tolist() == [0.0] * 4 + [4.0] * 8
