"""A hard life for one component: drawn parameters, inputs held at extremes, short and long steps.

White noise averages out and hides leaks, so every set of inputs is held for tens of steps. A plan
is drawn once from the component's name and lived through by anything with its fields and methods:
a plain Python device, or a row and the compiled methods.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from twin.component import (
    Bus,
    Component,
    Field,
    Former,
    Kind,
    Node,
    Store,
    Vector,
    methods_of,
    turns_of,
    type_name,
)
from twin.delay import line_length

Values = dict[str, Any]

UNITS = 3
HOLDS = 24
STEPS_EACH = 30
COARSE_S = (1.0, 60.0, 900.0)
FINE_S = 0.01
MOST_KW = 1e6  # a former without a limit is settled no further than this

SPANS = {"temperature": (-60.0, 60.0), "fraction": (-2.0, 2.0), "frequency": (-5.0, 5.0)}
"""Ordinary extremes of inputs that declare no bounds, where ten times the default means nothing."""


@dataclass(frozen=True)
class Hold:
    """Inputs of every unit, held for a number of steps."""

    dt_s: float
    fine: bool
    inputs: tuple[Values, ...]
    shares: tuple[float, ...]  # of its range, at which a former or a store is called on


@dataclass(frozen=True)
class Plan:
    """What the units of one component are and what happens to them."""

    cls: type[Component]
    values: tuple[Values, ...]
    holds: tuple[Hold, ...]
    lengths: Mapping[str, int]

    def device(self, unit: int) -> Component:
        """One unit in plain Python."""
        vectors = {name: [0.0] * length for name, length in self.lengths.items()}
        return self.cls(**(self.values[unit] | vectors))

    def moment(self, step: int, unit: int) -> str:
        """What was going on at a step, in words."""
        if step == 0:
            return f"at its start, with {_listed(self.values[unit])}"
        hold = self.holds[(step - 1) // STEPS_EACH]
        told = _listed(hold.inputs[unit] | self.values[unit])
        return f"at step {step} of {hold.dt_s:g} s, with {told}"


def plan(cls: type[Component]) -> Plan:
    """Draw a plan; the same component always gets the same one."""
    rng = Random(f"trial of {type_name(cls)}")
    numbers = [field for field in cls.fields.values() if field.type is not str]
    params = [field for field in numbers if field.kind is Kind.PARAM]
    defaults = {field.name: field.default for field in params}
    drawn = [{field.name: _param(field, rng) for field in params} for _ in range(UNITS - 1)]
    values = (defaults, *drawn)
    holds = tuple(_hold(cls, values, number, rng) for number in range(HOLDS))
    shortest = min(hold.dt_s for hold in holds)
    sizes = {
        name: line_length(max(unit.get(field.size, 0.0) for unit in values), shortest)
        for name, field in cls.fields.items()
        if isinstance(field.size, str)
    }
    return Plan(cls, values, holds, sizes)


def _param(field: Field, rng: Random) -> Any:
    if field.type is bool:
        return rng.random() < 0.5
    if field.labels:
        return rng.randrange(len(field.labels))
    low, high = sorted((0.5 * field.default, 2.0 * field.default))
    floor, ceiling = _bounds(field)
    if field.default == 0.0 and math.isfinite(ceiling):
        high = ceiling
    value = field.type(rng.uniform(max(low, floor), min(high, ceiling)))
    return value if field.within(value) else field.default


def _bounds(field: Field) -> tuple[float, float]:
    floor = [bound for bound in (field.gt, field.ge) if bound is not None]
    ceiling = [bound for bound in (field.lt, field.le) if bound is not None]
    return max(floor, default=-math.inf), min(ceiling, default=math.inf)


def _hold(cls: type[Component], values: tuple[Values, ...], number: int, rng: Random) -> Hold:
    steps = [step for step in COARSE_S if step <= cls.step_max_s] or [cls.step_max_s]
    longest = cls.fine_step_max_s if "fine" in methods_of(cls) else cls.step_max_s
    steps.append(min(FINE_S, longest))
    turn = number % len(steps)
    corner = {0: 0, 1: 1, 2: 2}.get(number, -1)  # the default, all low, all high, then anything
    inputs = tuple(_inputs(cls, unit, corner, rng) for unit in values)
    shares = tuple(rng.choice((math.nan, 0.0, 1.0, rng.random())) for _ in values)
    return Hold(steps[turn], turn == len(steps) - 1, inputs, shares)


def _inputs(cls: type[Component], values: Values, corner: int, rng: Random) -> Values:
    found: Values = {}
    for name, field in cls.fields.items():
        if field.kind is Kind.INP and field.type is not str:
            low, high = _extremes(cls, field, values)
            choices = (field.default, low, high, rng.uniform(low, high))
            choice = corner if corner >= 0 else rng.randrange(len(choices))
            found[name] = field.type(choices[choice])
    if issubclass(cls, Node):  # what formers offer together is a range around what they offer
        names = ("p_min_inside_kw", "p0_inside_kw", "p_max_inside_kw")
        found |= dict(zip(names, sorted(found[name] for name in names), strict=True))
    if issubclass(cls, Bus):
        given = found["p_source_kw"] + found["short_kw"]
        found["p_formers_kw"] = found["p_demand_kw"] + found["surplus_kw"] - given
    return found


def _extremes(cls: type[Component], field: Field, values: Values) -> tuple[float, float]:
    if field.type is bool:
        return 0.0, 1.0
    dimension = field.unit.dimension if field.unit else ""
    alike = [
        abs(values[other.name])
        for other in cls.fields.values()
        if other.kind is Kind.PARAM and other.unit and other.unit == field.unit
    ]
    most = 10.0 * max(100.0, abs(field.default), *alike)
    low, high = SPANS.get(dimension, (-most, most))
    if dimension in ("fraction", "frequency") and field.default > 0.0:
        low, high = 0.0, 2.0 * field.default
    floor, ceiling = _bounds(field)
    return max(low, floor), min(high, ceiling)


def live(device: Any, lived: Plan, unit: int, first: int = 0) -> Iterator[Values]:
    """Live through a plan from hold `first` on; all fields after the start and after each step."""
    cls, methods = lived.cls, methods_of(lived.cls)
    if first == 0:
        if "start" in methods:
            device.start()
        yield fields_of(cls, device)
    for hold in lived.holds[first:]:
        offer, advance = turns_of(cls, hold.fine)
        for name, value in hold.inputs[unit].items():
            setattr(device, name, value)
        if hold.fine and "enter_fine" in methods:
            device.enter_fine()
        for _ in range(STEPS_EACH):
            if issubclass(cls, Store):
                device.p_dc_kw = _drawn_kw(device, hold.shares[unit], hold.dt_s)
            if hold.fine and "fine_begin" in methods:
                device.fine_begin(hold.dt_s)
            if issubclass(cls, Bus) and not issubclass(cls, Former) and offer:
                getattr(device, offer)(hold.dt_s)
            if issubclass(cls, Former):
                if offer:
                    getattr(device, offer)(hold.dt_s)
                device.p_settled_kw = _settled_kw(device, hold.shares[unit])
            getattr(device, advance)(hold.dt_s)
            yield fields_of(cls, device)


def _settled_kw(former: Any, share: float) -> float:
    """What a bus would settle: the offer where it holds nothing, else anywhere in the range."""
    low = max(former.p_min_kw, -MOST_KW)
    high = min(former.p_max_kw, MOST_KW)
    if former.k_kw_per_hz == 0.0 or math.isnan(share):
        return float(min(max(former.p0_kw, low), high))
    return float(low + share * (high - low))


def _drawn_kw(store: Any, share: float, dt_s: float) -> float:
    """What a converter would take: within the power and the energy that the store publishes."""
    per_h = 3600.0 / dt_s
    give = min(store.p_discharge_max_kw, store.e_discharge_kwh * per_h)
    take = min(store.p_charge_max_kw, store.e_charge_kwh * per_h)
    return 0.0 if math.isnan(share) else float(share * give - (1.0 - share) * take)


def fields_of(cls: type[Component], device: Any) -> Values:
    """A copy of everything a device holds."""
    found: Values = {}
    for name, field in cls.fields.items():
        if field.type is str:
            continue
        value = getattr(device, name)
        if field.type is list:
            found[name] = [float(entry) for entry in value]
        else:
            found[name] = float(value) if field.type is float else value
    return found


def bits(field: Field, value: float | Vector) -> bytes:
    """The value as it stands in a row."""
    if isinstance(value, list):
        return struct.pack(f"<{len(value)}d", *value)
    if field.type is float:
        return struct.pack("<d", value)
    return struct.pack("<Q", int(value) % 2**64)


def _listed(values: Values) -> str:
    return ", ".join(f"{name} = {value:.6g}" for name, value in values.items())
