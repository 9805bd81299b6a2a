"""How the carbon of a scenario is accounted: its `[carbon]` table, with the records it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from twin.carbon.factors import Factor, Fuel

Method = Literal["weighted_average", "fifo"]


@dataclass(frozen=True)
class Embodied:
    """The carbon of making what is there, spread over the years it lasts."""

    factor: Factor
    life_years: float


@dataclass(frozen=True)
class Carbon:
    """A checked `[carbon]` table."""

    method: Method
    interval_s: float
    grid: Factor | None = None  # None: by the factor that each connection is given
    grid_market: Factor | None = None
    grid_upstream: Factor | None = None
    fuel: Fuel | None = None
    transport: Factor | None = None
    embodied: tuple[tuple[str, Embodied], ...] = ()  # by role
    certificates_sold: bool = False
    opening_g_per_kwh: float = 0.0  # of what storage holds at the start
