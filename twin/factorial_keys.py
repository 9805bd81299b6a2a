"""The keys of the `[factorial]` tables of a scenario."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from twin.schema import STRICT

Above = Annotated[float, Field(gt=0)]
Least = Annotated[float, Field(ge=0)]
Part = Annotated[float, Field(gt=0, le=1)]


class ResourceKeys(BaseModel):
    """A technology in a state; costs are of a kW of its rating, in real USD."""

    model_config = STRICT

    technology: str = Field(min_length=1, description="what it is")
    state: str = Field(
        min_length=1, description="how it waits: dispatched, connected, spinning, on line"
    )
    set: dict[str, Any] = Field(description="what it sets in the topology, beside its size")
    per_kw: dict[str, float] = Field(description="device.field = how much of it a kW brings")
    power: str = Field(description="device.field of the power it delivers")
    ask: str = Field(description="the input that asks it for power [kW]")
    call: str = Field(default="", description="the input that calls it")
    droops: bool = Field(default=True, description="whether it is there while droop matters")
    store: str = Field(default="", description="device.field of the energy that is put back")
    recharge_pu: Part = Field(default=1.0, description="what of the energy for it arrives there")
    burns: str = Field(default="", description="device.field of the litres it burnt")
    inertia: str = Field(default="", description="device.field of the inertia constant it lends")
    fault_pu: Least = Field(default=0.0, description="fault current it lends, of its rating")
    units: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=1, description="how many it is, alike and independent"
    )
    available_pu: Part = Field(default=1.0, description="probability that one of them is there")
    capex_usd_per_kw: Least = Field(default=0.0, description="paid at the start")
    life_y: Above = Field(default=15.0, description="years it lasts")
    om_usd_per_kw_per_y: Least = Field(default=0.0, description="operation and maintenance")
    rent_usd_per_kw_per_y: Least = Field(default=0.0, description="rent, used or not")
    crew_usd_per_kw_per_y: Least = Field(default=0.0, description="crews that stand by")
    idle_l_per_h_per_kw: Least = Field(default=0.0, description="litres of an hour of waiting")
    idle_kwh_per_h_per_kw: float = Field(
        default=0.0, description="what it gives meanwhile; negative takes"
    )
    idle_usd_per_h_per_kw: Least = Field(
        default=0.0, description="what such an hour costs beside litres"
    )
    idle_kg_per_h_per_kw: Least = Field(default=0.0, description="and emits beside them")
    trip_usd_per_kw: Least = Field(default=0.0, description="crews and kilometres of an event")
    trip_l_per_kw: Least = Field(default=0.0, description="litres of driving of an event")


class MixKeys(BaseModel):
    """Several resources together."""

    model_config = STRICT

    of: Annotated[dict[str, Part], Field(min_length=2)] = Field(
        description="resource = its share of the rating"
    )


class FactorialKeys(BaseModel):
    """A comparison of technologies, states and droops at equal MW, cost and firm MW."""

    model_config = STRICT

    title: str = Field(min_length=1, description="what it answers")
    reference: str = Field(description="the resource that the others equal in cost and firm MW")
    size_kw: Above = Field(description="rating of each at equal MW; also what is asked")
    seeds: Annotated[int, Field(ge=1, le=10_000)] = Field(default=20, description="draws of each")
    call_after_s: Least = Field(default=2.0, description="from the event to the call")
    ask_after_s: Least = Field(default=60.0, description="from the event until power is asked")
    given_h: Annotated[list[Above], Field(min_length=1)] = Field(
        description="hours over which what was given is told"
    )
    firm_h: Above = Field(description="hours that firm power lasts")
    firm_pu: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.95, description="probability with which it is there"
    )
    events_per_y: Least = Field(description="events a year")
    idle_h_per_y: Annotated[float, Field(ge=0, le=8784)] = Field(
        default=8760.0, description="hours a year that it waits in its state"
    )
    discount_pu: Least = Field(description="real discount rate a year")
    fuel_usd_per_l: Least
    fuel_kg_per_l: Least
    marginal_usd_per_kwh: Least = Field(description="what a kWh of the marginal unit costs")
    marginal_kg_per_kwh: Least = Field(description="and emits")
    droop: Annotated[dict[str, dict[str, Any]], Field(min_length=1)] = Field(
        description="droops at which all are compared: what each sets"
    )
    resource: Annotated[dict[str, ResourceKeys], Field(min_length=1)]
    mix: dict[str, MixKeys] = Field(default={})
