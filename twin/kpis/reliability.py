"""KPIs of supply: how often the grid was out, how long, and what sites lacked.

Outages of the grid are those that a scenario lists or draws as `outage` for a grid or a bus; of a
fleet the mean over its units, so that outages x mean length = hours out (SAIFI x CAIDI = SAIDI).
Availability is the share of time in which a bus served all that was asked of it, and no room on it
was dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from twin.kpis import Kpi, all_booked, of_role
from twin.kpis.energy import bearing, outage_h
from twin.run import Run

Told = tuple[float, float]  # hours, and how many units it was


def grid_outages(run: Run) -> list[Told] | None:
    """Each outage of the grid, and the units behind it; None where the scenario has none."""
    grids = {**of_role(run, "grid"), **of_role(run, "bus")}
    targets = {target: to for target, to in _targets(run) if target[0] in grids}
    if not targets:
        return None
    return [
        told
        for (device, field), to in targets.items()
        for told in _outages(run, device, field, to, grids[device]["units"])
    ]


def _targets(run: Run) -> Iterator[tuple[tuple[str, str], float]]:
    """What outages set, and to what."""
    for entry in run.meta.get("scenario", {}).get("document", {}).get("outage", []):
        device, _, field = re.sub(r"\[\d+\]", "", entry["set"]).rpartition(".")
        yield (device, field), float(entry.get("to", False))


def _outages(run: Run, device: str, field: str, to: float, units: int) -> Iterator[Told]:
    """The outages of one device; units that are never told apart count as one group."""
    events = run.events
    own = (events["device"] == device) & (events["field"] == field) & (events["by"] == "scenario")
    lines = events.loc[own, ["t_s", "unit", "value"]].to_numpy().tolist()
    alone = {unit for _, unit, _ in lines if unit != device}
    weights = dict.fromkeys(alone, 1) | {device: units - len(alone)}
    since: dict[str, float] = {}
    for t_s, unit, value in lines:
        for name in [*weights] if unit == device else [unit]:
            if value == to:
                since.setdefault(name, t_s)
            elif name in since:
                yield (t_s - since.pop(name)) / 3600.0, weights[name]
    for name, begin_s in since.items():
        yield (run.meta["scenario"]["horizon_s"] - begin_s) / 3600.0, weights[name]


def of_outages(value: Callable[[list[Told], int], float | None]) -> Callable[[Run], float | None]:
    """A KPI of the outages of the grid, and of how many units they could be."""

    def kpi(run: Run) -> float | None:
        found = grid_outages(run)
        if found is None:
            return None
        roles = {**of_role(run, "grid"), **of_role(run, "bus")}
        hit = {device for (device, _), _ in _targets(run) if device in roles}
        units = sum(roles[device]["units"] for device in hit)
        return value(found, units) if units else None

    return kpi


def _count(found: list[Told], units: int) -> float:
    return sum(weight for _, weight in found) / units


def _out_h(found: list[Told], units: int) -> float:
    return sum(hours * weight for hours, weight in found) / units


def _mean_h(found: list[Told], units: int) -> float | None:
    return _out_h(found, units) / _count(found, units) if found else None


def _longest_h(found: list[Told], units: int) -> float:
    del units
    return max((hours for hours, weight in found if weight), default=0.0)


def availability_pu(run: Run) -> float | None:
    """The share of time with all demand served, mean over the buses that count it."""
    horizon_s = run.meta.get("scenario", {}).get("horizon_s")
    lost_h = outage_h(run)
    return None if lost_h is None or not horizon_s else 1.0 - lost_h * 3600.0 / float(horizon_s)


def three_nines_pu(run: Run) -> float | None:
    """The share of buses with a load that reached 99.9 %, where there are several."""
    buses = list(bearing(run).values())
    units: int = sum(about["units"] for about in buses)
    if units < 2 or not all("outage_s" in about.get("counting", {}) for about in buses):
        return None
    short: int = sum(about["counting"]["outage_s"] for about in buses)
    return 1.0 - short / units


def genset_mtbf_h(run: Run) -> float | None:
    """Hours run for each failure in service, of all sets."""
    run_h, failures = (all_booked(run, "fuel", name) for name in ("run_h", "failure_count"))
    return run_h / failures if run_h is not None and failures else None


KPIS = (
    Kpi("grid_outages_count", "outages of the grid, mean over its units", of_outages(_count)),
    Kpi("grid_out_h", "time without grid, mean over its units", of_outages(_out_h)),
    Kpi("grid_outage_mean_h", "mean length of an outage", of_outages(_mean_h)),
    Kpi("grid_outage_longest_h", "longest outage", of_outages(_longest_h)),
    Kpi("availability_pu", "share of time with all demand served", availability_pu, "more"),
    Kpi("three_nines_pu", "share of sites at 99.9 % or more of it", three_nines_pu, "more"),
    Kpi("genset_mtbf_h", "hours run for each failure in service", genset_mtbf_h, "more"),
)
