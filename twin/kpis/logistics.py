"""KPIs of those who come to a site, and of what happens where nobody comes: a tank run dry.

Taken from the counters of devices whose role is logistics. Hours are those in a mode, from the
events of the run: without fuel those of sets that are called for (`out_of_fuel`), the others those
of mobile units, by the stages of their tours.
"""

from __future__ import annotations

from collections.abc import Callable

from twin.kpis import Kpi, added, booked, of_role
from twin.run import Run

DRY = "out_of_fuel"
STAGES = {  # of mobile units: what the hours are called -> modes
    "deciding": ("deciding",),
    "waiting": ("waiting_for_team", "waiting_for_road", "never_arrives"),
    "mobilising": ("mobilising",),
    "driving": ("driving", "returning"),
    "connecting": ("connecting", "packing"),
    "standing": ("standing_by",),
    "running": ("running", "stopping"),
}


def brought(field: str) -> Callable[[Run], float | None]:
    """A KPI that is one counter of all logistics that keep it."""

    def value(run: Run) -> float | None:
        counts = (booked(about, field) for about in of_role(run, "logistics").values())
        return added(count for count in counts if count is not None)

    return value


def hours_in(role: str, *labels: str) -> Callable[[Run], float | None]:
    """A KPI that is the time which devices of a role spent in modes of these names."""

    def value(run: Run) -> float | None:
        known = {
            name
            for name, about in of_role(run, role).items()
            if {*labels} & {*about.get("fields", {}).get("mode", {}).get("labels", [])}
        }
        if not known:
            return None
        events = run.events
        modes = events[events["device"].isin(known) & (events["field"] == "mode")]
        spent_s = 0.0
        for _, own in modes.groupby("unit"):
            ends = [*own["t_s"].iloc[1:], run.meta["scenario"]["horizon_s"]]
            spans = zip(own["t_s"], ends, own["text"], strict=True)
            spent_s += sum(end - begin for begin, end, text in spans if text in labels)
        return spent_s / 3600.0

    return value


out_of_fuel_h = hours_in("fuel", DRY)

KPIS = (
    Kpi("visits_count", "visits to sites for fuel and service", brought("visit_count"), "less"),
    Kpi("crew_trips_count", "trips of all crews", brought("trip_count"), "less"),
    Kpi("driven_km", "driven by all crews", brought("driven_km"), "less"),
    Kpi("crews_away_h", "hours that crews were out", brought("away_h"), "less"),
    Kpi("waited_h", "from call to help, all calls together", brought("waited_h"), "less"),
    Kpi("logistics_cost_usd", "cost of all trips", brought("cost_usd"), "less"),
    Kpi("drive_fuel_l", "diesel that trucks drove with", brought("drive_fuel_l"), "less"),
    Kpi("refuelled_l", "fuel brought", brought("refuelled_l")),
    Kpi("depot_kwh", "energy that depots took for batteries on trucks", brought("depot_kwh")),
    Kpi("services_count", "services done", brought("serviced_count")),
    Kpi("repairs_count", "repairs done", brought("repaired_count"), "less"),
    Kpi(
        "never_arrived_count",
        "orders to units that could never come",
        brought("never_count"),
        "less",
    ),
    Kpi("out_of_fuel_h", "hours called for and dry, all gensets together", out_of_fuel_h, "less"),
    *(
        Kpi(f"mobile_{name}_h", f"hours of mobile units, {name}", hours_in("logistics", *modes))
        for name, modes in STAGES.items()
    ),
)
