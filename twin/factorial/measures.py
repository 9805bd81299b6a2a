"""What one run of a row tells, beside the bare area with the same draws.

Three times of an event are told apart, for a resource that wins one may lose another:

* first seconds   `nadir_gain_mhz`: how much higher the nadir is than without any resource;
                  `rocof_500ms_hz_per_s`
* minutes         `settled_gain_mhz`: the same of the mean deviation between 20 and 52 s;
                  `takes_over_h`: from the event until it first gives 90 % of the most that it ever
                  gives, or of what is asked
* hours           `given_*h_pu`: energy given in so many hours after it was asked, of what was
                  asked; what it gives beyond that does not count; `mean_gain_mhz`: of the mean
                  frequency meanwhile

What a resource gives is the change of its power since the event: what it gave before, running at
its least load, was carried already, and belongs to the cost of waiting.

An event is paid for at equal final state of charge. What a store lacks at the end is put back:

    recharge = (E before - E after) / what of it arrives        at the price of the marginal unit

so the losses of giving lie in E, those of charging in `recharge_pu`. Litres are those beyond the
flow with which it waited; a resource with neither store nor engine gives energy of the marginal
unit itself. Energy given is not credited: it differs between rows, and stands beside;
`carbon_kg_per_kwh` is of a kWh of it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from twin.factorial.rows import Part, Row
from twin.factorial_plan import Factorial
from twin.kpis import traces
from twin.kpis.traces import Trace
from twin.rerun import Ended

FREQUENCY = "area.f_end_hz"
FIRST_S = 10.0  # the steepest slope is sought in
WINDOW_S = 0.5  # of RoCoF: ENTSO-E
SETTLED_S = (20.0, 52.0)
TAKEN_PU = 0.9
HOUR_S = 3600.0


def measured(
    plan: Factorial, row: Row, size_kw: float, ended: Ended, bare_hz: Trace
) -> dict[str, float]:
    """All of a run, by names that carry units."""
    found = _of_frequency(plan, ended.after_event(FREQUENCY), bare_hz)
    given = [change(part, ended) for part in row.parts]
    whole = Trace(given[0].t_s, np.sum([one.x for one in given], axis=0))
    found["takes_over_h"] = taken_over_s(whole, plan.size_kw) / HOUR_S
    kept = Trace(whole.t_s, np.clip(whole.x, 0.0, plan.size_kw))
    for hours in plan.given_h:
        given_kwh = traces.energy_kwh(kept, *_asked(plan, hours))
        found[f"given_{hours:g}h_pu"] = given_kwh / (plan.size_kw * hours)
    hours = max(plan.given_h)
    found["given_kwh"] = traces.energy_kwh(whole, 0.0, _asked(plan, hours)[1])
    found |= _paid(plan, row, size_kw, ended, given)
    some = found["given_kwh"] > 0.0
    found["carbon_kg_per_kwh"] = found["carbon_kg"] / found["given_kwh"] if some else math.inf
    return found


def change(part: Part, ended: Ended) -> Trace:
    """Power beyond that before the event."""
    power = ended.after_event(part.resource.power)
    return Trace(power.t_s, power.x - power.x[0])


def taken_over_s(given: Trace, asked_kw: float) -> float:
    """When it first gives nearly all that it gives, or that is asked; infinite: never."""
    most_kw = min(float(given.x.max()), asked_kw)
    if most_kw <= 0.0:
        return math.inf
    return float(given.t_s[np.argmax(given.x >= TAKEN_PU * most_kw)])


def mean_kw(plan: Factorial, part: Part, ended: Ended) -> float:
    """Mean power over the hours of firm power, from when it is asked."""
    given_kwh = traces.energy_kwh(change(part, ended), *_asked(plan, plan.firm_h))
    return max(given_kwh / plan.firm_h, 0.0)


def lent_mws(part: Part, size_kw: float, ended: Ended) -> float:
    """Kinetic energy that it brings before anything happens."""
    if not part.resource.inertia:
        return 0.0
    device, _, name = part.resource.inertia.rpartition(".")
    h_s = float(np.mean(ended.cell.rows(device)[name]))
    return h_s * part.share * size_kw / 1e3


def _asked(plan: Factorial, hours: float) -> tuple[float, float]:
    return plan.ask_after_s, plan.ask_after_s + HOUR_S * hours


def alone(bare_hz: Trace) -> dict[str, float]:
    """The area without any resource."""
    lowest = traces.nadir(bare_hz)
    found = {"nadir_hz": lowest.value, "nadir_after_s": lowest.at_s}
    found["settled_hz"] = traces.mean_between(bare_hz, *SETTLED_S)
    return found | {"rocof_500ms_hz_per_s": rocof_hz_per_s(bare_hz)}


def rocof_hz_per_s(own_hz: Trace) -> float:
    """The steepest slope of the first seconds."""
    early = own_hz.t_s <= FIRST_S
    return traces.steepest_slope(Trace(own_hz.t_s[early], own_hz.x[early]), WINDOW_S)


def _of_frequency(plan: Factorial, own: Trace, bare: Trace) -> dict[str, float]:
    span = _asked(plan, max(plan.given_h))
    gains = {
        "nadir_gain_mhz": (traces.nadir(own).value, traces.nadir(bare).value),
        "settled_gain_mhz": tuple(traces.mean_between(f, *SETTLED_S) for f in (own, bare)),
        "mean_gain_mhz": tuple(traces.mean_between(f, *span) for f in (own, bare)),
    }
    found = {name: 1e3 * (with_hz - without_hz) for name, (with_hz, without_hz) in gains.items()}
    return found | {"rocof_500ms_hz_per_s": rocof_hz_per_s(own)}


def _paid(
    plan: Factorial, row: Row, size_kw: float, ended: Ended, given: list[Trace]
) -> dict[str, float]:
    """Litres, energy put back and energy of the marginal unit; what they cost and emit."""
    fuel_l = trip_l = trip_usd = recharge_kwh = plant_kwh = 0.0
    for part, own in zip(row.parts, given, strict=True):
        resource, share_kw = part.resource, part.share * size_kw
        trip_l += resource.trip_l_per_kw * share_kw
        trip_usd += resource.trip_usd_per_kw * share_kw
        if resource.burns:
            fuel_l += burnt_l(resource.burns, ended)
        elif resource.store:
            recharge_kwh += lacking_kwh(resource.store, ended) / resource.recharge_pu
        else:
            plant_kwh += traces.energy_kwh(own, 0.0, float(own.t_s[-1]))
    litres, energy_kwh = fuel_l + trip_l, recharge_kwh + plant_kwh
    usd: dict[str, Any] = {
        "fuel_usd": litres * plan.fuel_usd_per_l,
        "recharge_usd": recharge_kwh * plan.marginal_usd_per_kwh,
        "plant_usd": plant_kwh * plan.marginal_usd_per_kwh,
        "trip_usd": trip_usd,
    }
    return {
        "fuel_l": litres,
        "recharge_kwh": recharge_kwh,
        "plant_kwh": plant_kwh,
        "carbon_kg": litres * plan.fuel_kg_per_l + energy_kwh * plan.marginal_kg_per_kwh,
        **usd,
        "event_usd": sum(usd.values()),
    }


def burnt_l(counter: str, ended: Ended) -> float:
    """Litres since the event beyond the flow just before it."""
    litres = ended.after_event(counter)
    before_l_per_h = ended.after_event(f"{counter}_per_h").x[0]
    return float(litres.x[-1] - litres.x[0] - before_l_per_h * litres.t_s[-1] / HOUR_S)


def lacking_kwh(store: str, ended: Ended) -> float:
    """Energy that a store has less than before the event."""
    stored = ended.after_event(store)
    return float(stored.x[0] - stored.x[-1])
