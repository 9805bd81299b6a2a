"""Levelised cost of storage from the account of a run, in conventions that are named.

Storage stands with its converters, and what it delivers is what they gave to the bus. All three
conventions (`twin/kpis/costs.py`) count at the end of the year: schmidt and doe_pnnl over the life
of the storage, of which schmidt takes whole years and lets the energy of the run fade towards the
end of life, juelch over the years of the account with replacements and a residual.

Charging costs what the sources cost on average: the even yearly payments of PV, wind, gensets, grid
and trips over what they delivered. Where it is left out, charging is free.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from twin.kpis import added, all_booked, booked, costs, of_role
from twin.kpis.account import Account, account_of
from twin.kpis.energy import if_any, less, over
from twin.kpis.lives import END_OF_LIFE_PU
from twin.run import Run

STORING = ("storage", "converter")
SOURCES = ("solar", "wind", "fuel", "grid", "logistics")


@dataclass(frozen=True)
class Storing:
    """Storage and its converters in one year."""

    capex_usd: float
    om_usd_per_y: float
    out_kwh_per_y: float
    round_trip_pu: float
    charging_usd_per_kwh: float | None
    life_y: float
    fade_pu_per_y: float


def storing(run: Run) -> Storing | None:
    """What the conventions are applied to; None if the run has no storage or does not tell."""
    found = account_of(run)
    if found is None or found.missing or "storage" not in found.lives:
        return None
    out_kwh = all_booked(run, "converter", "e_to_bus_kwh")
    round_trip_pu = over(out_kwh, all_booked(run, "converter", "e_from_bus_kwh"))
    if not out_kwh or round_trip_pu is None or round_trip_pu > 1.0:
        return None
    lasts_y = found.lives["storage"].years
    life_y = lasts_y if math.isfinite(lasts_y) else float(found.terms.years)
    end = found.terms.price("storage", "end_of_life_pu")
    end_pu = end.value if end else END_OF_LIFE_PU
    return Storing(
        capex_usd=math.fsum(usd for _, usd in found.payments(*STORING, kind="investment")),
        om_usd_per_y=found.usd_per_y(*STORING, kinds=("om",)),
        out_kwh_per_y=out_kwh / found.terms.run_y,
        round_trip_pu=round_trip_pu,
        charging_usd_per_kwh=_charging(run, found),
        life_y=life_y,
        fade_pu_per_y=1.0 - end_pu ** (1.0 / life_y),
    )


def _charging(run: Run, found: Account) -> float | None:
    """Mean cost of the energy of the sources."""
    counters = [("solar", "energy_kwh"), ("wind", "energy_kwh"), ("fuel", "energy_kwh")]
    given = [if_any(run, role, field) for role, field in [*counters, ("grid", "import_kwh")]]
    curtailed = (booked(about, "curtailed_kwh") for about in of_role(run, "bus").values())
    turned_away = added(kwh for kwh in curtailed if kwh is not None)
    return over(found.usd_per_y(*SOURCES) * found.terms.run_y, less(added(given), turned_away))


def lcos(name: str, charging: bool) -> Callable[[Run], float | None]:
    """Levelised cost of storage in one convention, with or without what charging costs."""

    def value(run: Run) -> float | None:
        own, found = storing(run), account_of(run)
        if own is None or found is None:
            return None
        price = own.charging_usd_per_kwh if charging else 0.0
        if price is None:
            return None
        terms = found.terms
        once = (own.capex_usd, own.om_usd_per_y, own.out_kwh_per_y, terms.discount_pu)
        charged = (price, own.round_trip_pu)
        if name == "schmidt":
            whole_y = max(int(own.life_y + costs.ROUNDING_Y), 1)
            return costs.lcos_schmidt(*once, whole_y, *charged, own.fade_pu_per_y)
        if name == "juelch":
            residual = found.payments(*STORING, kind="residual")
            return costs.lcos_juelch(
                *once,
                terms.years,
                *charged,
                replacements=found.payments(*STORING, kind="replacement"),
                residual_usd=-math.fsum(usd for _, usd in residual),
            )
        return costs.lcos_doe_pnnl(*once, own.life_y, *charged)

    return value
