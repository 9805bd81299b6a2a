"""The ledger of a run: a row for each interval and account, by the rules of `twin.carbon`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.carbon.flows import Floats, flow_name, ratio, split
from twin.carbon.inventory import carried_out
from twin.carbon.meters import Account
from twin.carbon.settings import Carbon
from twin.ledger.columns import COLUMNS
from twin.ledger.reading import Reading, rated

YEAR_H = 8760.0
LEAST_KWH = 1e-9  # less is rounding, has no intensity and carries nothing out of storage

Column = Floats | NDArray[np.str_]
Table = dict[str, Column]


def table_of(reading: Reading, carbon: Carbon) -> Table:
    """All columns; rows in order of time, at one time in order of the accounts."""
    parts = [_account(reading, account, carbon) for account in reading.accounts]
    stacked: Any = {name: np.column_stack([part[name] for part in parts]) for name in COLUMNS}
    return {name: column.ravel() for name, column in stacked.items()}


def _account(reading: Reading, account: Account, carbon: Carbon) -> Table:
    meters = reading.meters(account)
    hours = np.diff(reading.bounds_s) / 3600.0
    stored_kwh = reading.stored_kwh(account)
    per_hour_kg = _embodied_kg_per_h(reading, account, carbon)
    booked = book(meters, stored_kwh, carbon)
    begin = _stamps(reading.run.meta["scenario"]["start"], reading.bounds_s[:-1])
    who = {"account": np.full(len(hours), account.bus), "begin": begin, "interval_h": hours}
    return {**who, **booked, "embodied_kg": per_hour_kg * hours}


def book(meters: Mapping[str, Floats], stored_kwh: Floats, carbon: Carbon) -> dict[str, Floats]:
    """The columns of one account, from what was metered in each interval.

    `stored_kwh` begins with what was stored before the first interval. `grid_kg` among the meters
    is the carbon of import as the connections counted it, where no factor is named.
    """
    books = {name: kwh for name, kwh in meters.items() if name != "grid_kg"}
    books["stored_kwh"] = stored_kwh[1:]
    books["served_kwh"] = books["load_kwh"] - books["unserved_kwh"]
    moved = books["charge_kwh"] - books["discharge_kwh"]
    books["storage_loss_kwh"] = moved - np.diff(stored_kwh)
    sources, uses = _sources_and_uses(books)
    books["balance_kwh"] = sum(sources.values()) - sum(uses.values())  # type: ignore[assignment]
    # a set that is turned by the others burns off what they give
    uses["dumped"] = uses["dumped"] + np.maximum(-books["fuel_kwh"], 0.0)
    books |= split(sources, uses)
    books |= _factors(books, meters["grid_kg"], carbon)
    books |= _emitted(books, carbon)
    return books | _attributed(books, stored_kwh, carbon)


def _sources_and_uses(books: Mapping[str, Floats]) -> tuple[dict[str, Floats], dict[str, Floats]]:
    sources = {
        "renewable": books["solar_kwh"] + books["wind_kwh"] - books["curtailed_kwh"],
        "storage": books["discharge_kwh"],
        "grid": books["import_kwh"],
        "fuel": books["fuel_kwh"],
    }
    uses = {
        "load": books["served_kwh"],
        "storage": books["charge_kwh"],
        "export": books["export_kwh"],
        "dumped": books["dumped_kwh"],
    }
    return sources, uses


def _factors(books: Mapping[str, Floats], grid_kg: Floats, carbon: Carbon) -> dict[str, Floats]:
    count = len(grid_kg)
    fuel, market = carbon.fuel, carbon.grid_market
    met = ratio(grid_kg, books["import_kwh"])
    known = {
        "fuel_kg_per_l": fuel.co2_kg_per_l if fuel else 0.0,
        "fuel_upstream_kg_per_l": fuel.wtt_kg_per_l if fuel else 0.0,
        "grid_market_kg_per_kwh": market.value if market else np.nan,
        "grid_upstream_kg_per_kwh": carbon.grid_upstream.value if carbon.grid_upstream else 0.0,
        "transport_kg_per_km": carbon.transport.value if carbon.transport else np.nan,
    }
    found = {name: np.full(count, value) for name, value in known.items()}
    return found | {"grid_kg_per_kwh": np.full(count, carbon.grid.value) if carbon.grid else met}


def _emitted(books: Mapping[str, Floats], carbon: Carbon) -> dict[str, Floats]:
    bought_kwh = books["import_kwh"]
    if carbon.certificates_sold:  # what others claim is bought again as the residual mix
        used = ("load", "storage", "dumped")
        bought_kwh = sum((books[flow_name("renewable", use)] for use in used), bought_kwh)
    upstream_kg = books["fuel_l"] * books["fuel_upstream_kg_per_l"]
    return {
        "s1_kg": books["fuel_l"] * books["fuel_kg_per_l"],
        "s2_kg": books["import_kwh"] * books["grid_kg_per_kwh"],
        "s2_market_kg": bought_kwh * books["grid_market_kg_per_kwh"],
        "s33_kg": upstream_kg + books["import_kwh"] * books["grid_upstream_kg_per_kwh"],
        "transport_kg": books["travel_km"] * books["transport_kg_per_km"],
    }


def _attributed(
    books: Mapping[str, Floats], stored_kwh: Floats, carbon: Carbon
) -> dict[str, Floats]:
    """Carbon of scope 1 and 2 to the uses, through storage by the method of the ledger."""
    fuel_kwh = _beyond_rounding(books["fuel_kwh"])

    def direct_kg(use: str) -> Floats:
        of_fuel = ratio(books[flow_name("fuel", use)], fuel_kwh)
        of_grid = ratio(books[flow_name("grid", use)], books["import_kwh"])
        return of_fuel * books["s1_kg"] + of_grid * books["s2_kg"]

    held, out_kwh, renewable_pu = _stored(books, stored_kwh, direct_kg("storage"), carbon)

    def kg(use: str) -> Floats:
        of_storage = ratio(books[flow_name("storage", use)], out_kwh)
        return direct_kg(use) + of_storage * held["discharged_kg"]

    # fuel burnt without a kWh delivered, to start for example, is borne by the load
    load_kg = kg("load") + np.where(fuel_kwh > 0.0, 0.0, books["s1_kg"])
    borne = {"load_kg": load_kg, "export_kg": kg("export"), "dumped_kg": kg("dumped")}
    served_kwh = np.where(books["served_kwh"] > LEAST_KWH, books["served_kwh"], np.nan)
    by_storage = books[flow_name("storage", "load")] * renewable_pu
    before = held["opening_kg"] + books["s1_kg"] + books["s2_kg"]
    return held | {
        **borne,
        "load_g_per_kwh": 1e3 * load_kg / served_kwh,
        "renewable_load_kwh": books[flow_name("renewable", "load")] + by_storage,
        "residual_kg": before - sum(borne.values()) - held["closing_kg"],
    }


def _stored(
    books: Mapping[str, Floats], stored_kwh: Floats, charged_kg: Floats, carbon: Carbon
) -> tuple[dict[str, Floats], Floats, Floats]:
    """The inventory of storage, the energy that left it, and the renewable share of that."""
    circling = books[flow_name("storage", "storage")]
    in_kwh = _beyond_rounding(books["charge_kwh"] - circling)
    out_kwh = _beyond_rounding(books["discharge_kwh"] - circling)
    opening_kg = 1e-3 * carbon.opening_g_per_kwh * stored_kwh[0]
    renewable_kwh = books[flow_name("renewable", "storage")]
    entered = np.vstack(
        [[opening_kg, 0.0, stored_kwh[0]], np.column_stack([charged_kg, renewable_kwh, in_kwh])]
    )
    left, closing = carried_out(carbon.method, in_kwh, out_kwh, stored_kwh, entered)
    held = {
        "opening_kg": np.concatenate([[opening_kg], closing[:-1, 0]]),
        "charged_kg": charged_kg,
        "discharged_kg": left[:, 0],
        "closing_kg": closing[:, 0],
    }
    return held, out_kwh, ratio(left[:, 1], left[:, 2])


def _beyond_rounding(kwh: Floats) -> Floats:
    return np.where(kwh > LEAST_KWH, kwh, 0.0)


def _embodied_kg_per_h(reading: Reading, account: Account, carbon: Carbon) -> float:
    if not carbon.embodied:
        return float("nan")
    yearly = (
        rated(reading.run, account, role) * one.factor.value / one.life_years
        for role, one in carbon.embodied
    )
    return sum(yearly) / YEAR_H


def _stamps(start: str, seconds: Floats) -> NDArray[np.str_]:
    """Instants as text, with the offset of the start."""
    moment = datetime.fromisoformat(start)
    local = np.datetime64(moment.replace(tzinfo=None), "ms")
    times = local + np.round(seconds * 1e3).astype("timedelta64[ms]")
    whole = not np.any(times.astype(np.int64) % 1000)
    text = np.datetime_as_string(times, unit="s" if whole else "ms")
    stamps: NDArray[np.str_] = np.char.add(text, moment.isoformat()[-6:])
    return stamps
