"""The keys of a cost set and of `[economics]` in a scenario.

A cost set is a file of prices in real USD. Each entry says its value, the year of that value, its
source and a status: `read` in the source that is named, `unverified`, or an `assumption`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from twin.schema import STRICT

NAME_PATTERN = "^[a-z][a-z0-9_]*$"


class CostHead(BaseModel):
    """What stands at the top of a cost set."""

    model_config = STRICT

    format: Literal[1] = Field(description="version of this file format")
    name: Annotated[str, Field(pattern=NAME_PATTERN, description="name of the set")]
    year: Annotated[int, Field(ge=1950, le=2100, description="its USD are those of this year")]


class Entry(BaseModel):
    """A number and where it comes from."""

    model_config = STRICT

    value: float
    year: Annotated[int, Field(ge=1950, le=2100)]
    status: Literal["read", "unverified", "assumption"]
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)]


class Amount(Entry):
    """A price: nothing or more."""

    value: Annotated[float, Field(ge=0)]


class Share(Entry):
    """A part of a whole."""

    value: Annotated[float, Field(ge=0, le=1)]


class Length(Entry):
    """A life."""

    value: Annotated[float, Field(gt=0)]


class Period(Entry):
    """Whole years."""

    value: Annotated[int, Field(ge=1, le=100)]


UNIT = {  # of any device
    "fixed_usd": Amount,  # for each unit
    "om_pu_per_y": Share,  # of the price as new
    "om_usd_per_y": Amount,  # for each unit
    "life_y": Length,
    "replacement_pu": Share,  # of the price as new; all of it where this is not said
}
RATED = {"usd_per_kw": Amount, "om_usd_per_kw_per_y": Amount} | UNIT

KINDS: Mapping[str, Mapping[str, type[Entry]]] = {
    "finance": {"discount_pu": Amount, "years": Period},
    "solar": RATED,
    "wind": RATED,
    "storage": {"usd_per_kwh": Amount, "end_of_life_pu": Share} | UNIT,
    "converter": RATED,  # its kVA at unity power factor
    "fuel": RATED | {"life_h": Length, "om_usd_per_h": Amount, "usd_per_l": Amount},
    "control": UNIT,
    "grid": UNIT | {"demand_charge_usd_per_kw": Amount},  # each calendar month
    "carbon": {"usd_per_t": Amount},
    "interruption": {"usd_per_kwh": Amount},
}
INVESTMENT = ("usd_per_kw", "usd_per_kwh", "fixed_usd")
NEEDED = ("solar", "wind", "storage", "converter", "fuel")  # free of charge only if a file says so


class EconomicsKeys(BaseModel):
    """What a site costs."""

    model_config = STRICT

    costs: str = Field(description="a shipped cost set, or a .toml file beside the scenario")
    convention: Literal["year_end", "year_start"] = Field(
        default="year_end", description="when yearly costs and energy count"
    )
    baseline: str = Field(default="", description="the variant that is compared with")
    discount_pu: Annotated[float, Field(ge=0)] | None = Field(
        default=None, description="real discount rate a year; default that of the cost set"
    )
    years: Annotated[int, Field(ge=1, le=100)] | None = Field(
        default=None, description="years of the account; default that of the cost set"
    )
    sla_pu: Annotated[float, Field(gt=0, le=1)] = Field(
        default=0.999, description="share of time and energy that was promised"
    )
    capex_usd: dict[str, Annotated[float, Field(ge=0)]] = Field(
        default={}, description="paid at the start, by role; 0 for what is there already"
    )
    prices: dict[str, dict[str, float]] = Field(
        default={}, description="other values than those of the cost set: fuel.usd_per_l = 0.73"
    )
