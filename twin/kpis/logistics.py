"""KPIs of those who come to a site, and of what happens where nobody comes: a tank run dry.

Taken from the counters of devices whose role is logistics. Hours without fuel are those in the
mode `out_of_fuel` of a set that is called for, from the events of the run, all sets together.
"""

from __future__ import annotations

from collections.abc import Callable

from twin.kpis import Kpi, added, booked, of_role
from twin.run import Run

DRY = "out_of_fuel"


def brought(field: str) -> Callable[[Run], float | None]:
    """A KPI that is one counter of all logistics that keep it."""

    def value(run: Run) -> float | None:
        counts = (booked(about, field) for about in of_role(run, "logistics").values())
        return added(count for count in counts if count is not None)

    return value


def out_of_fuel_h(run: Run) -> float | None:
    """Hours in which sets were called for and had no fuel."""
    sets = of_role(run, "fuel")
    labels = [about.get("fields", {}).get("mode", {}).get("labels", []) for about in sets.values()]
    if not any(DRY in own for own in labels):
        return None
    events = run.events
    modes = events[events["device"].isin(list(sets)) & (events["field"] == "mode")]
    dry_s = 0.0
    for _, own in modes.groupby("unit"):
        ends = [*own["t_s"].iloc[1:], run.meta["scenario"]["horizon_s"]]
        spans = zip(own["t_s"], ends, own["text"], strict=True)
        dry_s += sum(end - begin for begin, end, text in spans if text == DRY)
    return dry_s / 3600.0


KPIS = (
    Kpi("visits_count", "visits to sites for fuel and service", brought("visit_count"), "less"),
    Kpi("crew_trips_count", "trips of all crews", brought("trip_count"), "less"),
    Kpi("driven_km", "driven by all crews", brought("driven_km"), "less"),
    Kpi("crews_away_h", "hours that crews were out", brought("away_h"), "less"),
    Kpi("waited_h", "from call to help, all calls together", brought("waited_h"), "less"),
    Kpi("logistics_cost_usd", "cost of all trips", brought("cost_usd"), "less"),
    Kpi("refuelled_l", "fuel brought", brought("refuelled_l")),
    Kpi("services_count", "services done", brought("serviced_count")),
    Kpi("repairs_count", "repairs done", brought("repaired_count"), "less"),
    Kpi(
        "never_arrived_count",
        "orders to units that could never come",
        brought("never_count"),
        "less",
    ),
    Kpi("out_of_fuel_h", "hours called for and dry, all gensets together", out_of_fuel_h, "less"),
)
