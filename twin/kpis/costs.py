"""Arithmetic of costs: pure functions of money, energy and time, each in a convention with a name.

All money is real, `discount_pu` the real discount rate a year, and year n = 1 .. N:

* annuity factor   a = sum (1 + r)^-n = (1 - (1 + r)^-N) / r,  N at r = 0;  CRF = 1 / a
* year_end         yearly costs and energy count at the end of their year, (1 + r)^-n
* year_start       the same at its beginning, (1 + r)^-(n - 1)
* schmidt          storage over its own life, charging included, energy that fades:
                   E_n = E ((1 - fade_t) (1 - fade_c)^cycles)^(n - 1)
                   (Schmidt, Melchior, Hawkes, Staffell: Joule 3, 81-100, 2019)
* juelch           (CAPEX + sum (OPEX_t + p E_in) (1 + r)^-t - residual (1 + r)^-T) over
                   sum E_out (1 + r)^-t  (Juelch: Applied Energy 183, 1594-1606, 2016)
* doe_pnnl         (CRF CAPEX + fixed O&M) / E_out + p / RTE  (PNNL, Energy Storage Cost and
                   Performance Database; taxes are left out)

Of one storage with constant energy, no residual and a horizon of its own life the last two are one.
All three count at the end of a year. Investments and what replaces them count when they are paid.
Leaves out: taxes, debt, inflation, the time of building.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

Timing = Literal["year_end", "year_start"]
Payment = tuple[float, float]  # years from the start, and what is paid then

ROUNDING_Y = 1e-9


def annuity_factor(discount_pu: float, years: float) -> float:
    """Value at the start of 1 a year, paid at the ends of its years."""
    _check(discount_pu, years)
    if discount_pu == 0.0:
        return years
    return -math.expm1(-years * math.log1p(discount_pu)) / discount_pu


def crf(discount_pu: float, years: float) -> float:
    """Capital recovery factor: what pays back 1 with interest in even yearly payments."""
    return 1.0 / annuity_factor(discount_pu, years)


def discounted(payments: Iterable[Payment], discount_pu: float) -> float:
    """Value at the start of payments at their times."""
    _check(discount_pu)
    return math.fsum(usd * (1.0 + discount_pu) ** -at_y for at_y, usd in payments)


def annuity(
    present_usd: float, discount_pu: float, years: float, timing: Timing = "year_end"
) -> float:
    """The even yearly payment that is worth `present_usd` at the start."""
    yearly_usd = present_usd * crf(discount_pu, years)
    return yearly_usd if timing == "year_end" else yearly_usd / (1.0 + discount_pu)


def npv(extra_usd: float, saving_usd_per_y: float, discount_pu: float, years: float) -> float:
    """Net present value of an investment that saves the same at the end of each year."""
    return saving_usd_per_y * annuity_factor(discount_pu, years) - extra_usd


def payback_simple(extra_usd: float, saving_usd_per_y: float) -> float | None:
    """Years until an investment is saved; None if it never is."""
    if extra_usd <= 0.0:
        return 0.0
    return extra_usd / saving_usd_per_y if saving_usd_per_y > 0.0 else None


def payback_discounted(
    extra_usd: float, saving_usd_per_y: float, discount_pu: float
) -> float | None:
    """Years until it is saved with interest, between year ends too; None if it never is."""
    _check(discount_pu)
    simple_y = payback_simple(extra_usd, saving_usd_per_y)
    if simple_y is None or discount_pu == 0.0:
        return simple_y
    left = 1.0 - discount_pu * simple_y
    return -math.log(left) / math.log1p(discount_pu) if left > 0.0 else None


def lcoe(
    capex_usd: float,
    cost_usd_per_y: float,
    energy_kwh_per_y: float,
    discount_pu: float,
    years: float,
    costs_at: Timing = "year_end",
    energy_at: Timing = "year_end",
) -> float:
    """Levelised cost of energy that is the same every year [USD/kWh]."""
    factor = annuity_factor(discount_pu, years)
    early = {"year_end": 1.0, "year_start": 1.0 + discount_pu}
    paid_usd = capex_usd + cost_usd_per_y * factor * early[costs_at]
    return paid_usd / (energy_kwh_per_y * factor * early[energy_at])


def lcos_schmidt(
    capex_usd: float,
    om_usd_per_y: float,
    discharged_kwh_per_y: float,
    discount_pu: float,
    years: int,
    charging_usd_per_kwh: float = 0.0,
    round_trip_pu: float = 1.0,
    fade_pu_per_y: float = 0.0,
    fade_pu_per_cycle: float = 0.0,
    cycles_per_y: float = 0.0,
    replacements: Iterable[Payment] = (),
    end_of_life_usd: float = 0.0,
) -> float:
    """Levelised cost of storage after Schmidt [USD/kWh]; its end of life is paid a year later.

    `discharged_kwh_per_y` is that of the first year, round trip and self-discharge included.
    """
    _check(discount_pu, years, round_trip_pu)
    kept_pu = (1.0 - fade_pu_per_y) * (1.0 - fade_pu_per_cycle) ** cycles_per_y
    energies = [(n, discharged_kwh_per_y * kept_pu ** (n - 1)) for n in range(1, years + 1)]
    energy_kwh = discounted(energies, discount_pu)
    paid_usd = capex_usd + om_usd_per_y * annuity_factor(discount_pu, years)
    paid_usd += discounted([*replacements, (years + 1, end_of_life_usd)], discount_pu)
    return paid_usd / energy_kwh + charging_usd_per_kwh / round_trip_pu


def lcos_juelch(
    capex_usd: float,
    om_usd_per_y: float,
    discharged_kwh_per_y: float,
    discount_pu: float,
    years: float,
    charging_usd_per_kwh: float = 0.0,
    round_trip_pu: float = 1.0,
    replacements: Iterable[Payment] = (),
    residual_usd: float = 0.0,
) -> float:
    """Levelised cost of storage after Juelch [USD/kWh], over the years of the account."""
    _check(discount_pu, years, round_trip_pu)
    factor = annuity_factor(discount_pu, years)
    charged_kwh_per_y = discharged_kwh_per_y / round_trip_pu
    yearly_usd = om_usd_per_y + charging_usd_per_kwh * charged_kwh_per_y
    paid_usd = capex_usd + yearly_usd * factor
    paid_usd += discounted([*replacements, (years, -residual_usd)], discount_pu)
    return paid_usd / (discharged_kwh_per_y * factor)


def lcos_doe_pnnl(
    capex_usd: float,
    om_usd_per_y: float,
    discharged_kwh_per_y: float,
    discount_pu: float,
    years: float,
    charging_usd_per_kwh: float = 0.0,
    round_trip_pu: float = 1.0,
) -> float:
    """Levelised cost of storage after DOE and PNNL [USD/kWh], over its own life."""
    _check(discount_pu, years, round_trip_pu)
    fixed_usd_per_y = capex_usd * crf(discount_pu, years) + om_usd_per_y
    return fixed_usd_per_y / discharged_kwh_per_y + charging_usd_per_kwh / round_trip_pu


def replacement_times_y(life_y: float, years: float) -> list[float]:
    """When what lasts `life_y` is bought again within the years of an account."""
    if not life_y < years - ROUNDING_Y:
        return []
    return [k * life_y for k in range(1, math.ceil(years / life_y - ROUNDING_Y))]


def left_pu(life_y: float, years: float) -> float:
    """Straight-line part of the last purchase that is not used up at the end; none of no life."""
    if math.isinf(life_y):
        return 0.0
    bought_y = max(replacement_times_y(life_y, years), default=0.0)
    return max(1.0 - (years - bought_y) / life_y, 0.0)


def _check(discount_pu: float, years: float = 1.0, round_trip_pu: float = 1.0) -> None:
    if not 0.0 <= discount_pu < math.inf:
        raise ValueError(f"discount_pu should be 0 or more, got {discount_pu!r}")
    if not 0.0 < years < math.inf:
        raise ValueError(f"years should be greater than 0, got {years!r}")
    if not 0.0 < round_trip_pu <= 1.0:
        raise ValueError(f"round_trip_pu should be above 0 and at most 1, got {round_trip_pu!r}")
