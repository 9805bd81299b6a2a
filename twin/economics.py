"""What a scenario says of money: prices with their origin, and how the account is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Price:
    """One number of a cost set, and where it comes from."""

    section: str  # the role of the devices that it prices, or finance, carbon, interruption
    name: str  # usd_per_kwh, life_y
    value: float
    year: int
    status: str  # read, unverified, assumption; scenario where a scenario says it
    source: str


@dataclass(frozen=True)
class Economics:
    """A checked `[economics]` table with the whole of its cost set."""

    costs: str
    convention: str  # year_end or year_start
    baseline: str  # the variant to compare with; nothing where none is named
    sla_pu: float
    capex_usd: Mapping[str, float]  # paid at the start for all devices of a role, by role
    prices: tuple[Price, ...]
