"""What a `[factorial]` compares: technologies in states, at which droops, with what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Resource:
    """A technology in a state; a kW is one of its rating."""

    technology: str
    state: str
    set: Mapping[str, Any]  # what it sets in the topology
    per_kw: Mapping[str, float]  # fields that grow with its size
    power: str  # device.field of the power it delivers
    ask: str  # the input that asks it for power
    call: str  # the input that calls it; empty where nobody has to
    droops: bool  # whether its droop matters
    store: str  # energy that is put back; empty where it has no store
    recharge_pu: float  # what of the energy for it arrives there
    burns: str  # counter of litres, whose flow is called the same with _per_h behind it
    inertia: str  # inertia constant that it lends before anything happens
    fault_pu: float  # fault current that it lends then, of its rating
    units: int  # alike and independent
    available_pu: float  # probability that one of them is there
    capex_usd_per_kw: float
    life_y: float
    om_usd_per_kw_per_y: float
    rent_usd_per_kw_per_y: float
    crew_usd_per_kw_per_y: float
    idle_l_per_h_per_kw: float
    idle_kwh_per_h_per_kw: float
    idle_usd_per_h_per_kw: float
    idle_kg_per_h_per_kw: float
    trip_usd_per_kw: float
    trip_l_per_kw: float


@dataclass(frozen=True)
class Factorial:
    """Resources and mixes of them, at each droop, on three bases."""

    title: str
    reference: str  # the resource that the others equal in cost and in firm power
    size_kw: float  # rating of each at equal MW, and of the reference always; also what is asked
    seeds: int
    call_after_s: float
    ask_after_s: float
    given_h: tuple[float, ...]
    firm_h: float
    firm_pu: float
    events_per_y: float
    idle_h_per_y: float
    discount_pu: float
    fuel_usd_per_l: float
    fuel_kg_per_l: float
    marginal_usd_per_kwh: float
    marginal_kg_per_kwh: float
    droops: Mapping[str, Mapping[str, Any]]  # what each sets
    resources: Mapping[str, Resource]
    mixes: Mapping[str, Mapping[str, float]]  # shares of resources in the size
