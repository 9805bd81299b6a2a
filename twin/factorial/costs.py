"""What a year of waiting costs and emits, of a kW of rating: the same terms for every resource.

    investment = CRF(r, life) capex        om, rent, crew: as they stand
    idle       = hours (litres x price + wear - energy given meanwhile x price of the marginal unit)
    carbon     = hours (litres x kg + its own - energy given meanwhile x kg of the marginal unit)

Energy that is given while waiting relieves the marginal unit and is credited at its price, energy
that is taken (the standby of converters) is bought there; carbon likewise. Each resource bears its
whole cost, as if it were there for nothing else. Of storage at edge sites another account is as
honest: what the site's own backup justifies is there already, and only the rest is charged.
"""

from __future__ import annotations

from twin.factorial.rows import Row
from twin.factorial_plan import Factorial, Resource
from twin.kpis.costs import crf

TERMS = ("investment", "om", "rent", "crew", "idle")


def waiting_usd_per_y(plan: Factorial, row: Row, size_kw: float) -> dict[str, float]:
    """The terms of a row, by name; they are proportional to its size."""
    found = dict.fromkeys((f"{term}_usd_per_y" for term in TERMS), 0.0)
    for resource, share in row.parts:
        for name, usd in _of_a_kw(plan, resource).items():
            found[f"{name}_usd_per_y"] += share * size_kw * usd
    return found


def waiting_kg_per_y(plan: Factorial, row: Row, size_kw: float) -> float:
    """Carbon of the hours in which a row waits."""
    return plan.idle_h_per_y * sum(
        share
        * size_kw
        * (
            resource.idle_l_per_h_per_kw * plan.fuel_kg_per_l
            - resource.idle_kwh_per_h_per_kw * plan.marginal_kg_per_kwh
            + resource.idle_kg_per_h_per_kw
        )
        for resource, share in row.parts
    )


def _of_a_kw(plan: Factorial, resource: Resource) -> dict[str, float]:
    idle_usd_per_h = (
        resource.idle_l_per_h_per_kw * plan.fuel_usd_per_l
        - resource.idle_kwh_per_h_per_kw * plan.marginal_usd_per_kwh
        + resource.idle_usd_per_h_per_kw
    )
    return {
        "investment": crf(plan.discount_pu, resource.life_y) * resource.capex_usd_per_kw,
        "om": resource.om_usd_per_kw_per_y,
        "rent": resource.rent_usd_per_kw_per_y,
        "crew": resource.crew_usd_per_kw_per_y,
        "idle": plan.idle_h_per_y * idle_usd_per_h,
    }
