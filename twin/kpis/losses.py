"""KPIs of what an event cost: load shed, IT load dropped or moved to its backup, trips, collapse.

Taken from the counters of the devices by the names of their fields, whatever the device, and from
the events of the run; what the scenario itself switched off is no trip.
"""

from __future__ import annotations

from collections.abc import Callable

from twin.kpis import Kpi, added, booked
from twin.kpis.events import record
from twin.run import Run


def counted(field: str, beside: str = "") -> Callable[[Run], float | None]:
    """A KPI that is what all devices counted in a field, where they have a field `beside`."""

    def value(run: Run) -> float | None:
        devices = [about for about in run.meta["devices"].values() if about["enabled"]]
        having = [about for about in devices if not beside or beside in about.get("totals", {})]
        counts = [booked(about, field) for about in having]
        return added(count for count in counts if count is not None)

    return value


def rode_through_pu(run: Run) -> float | None:
    """The share of units that dropped nothing, of those that could."""
    devices = [about for about in run.meta["devices"].values() if about["enabled"]]
    able = [about for about in devices if "drop_count" in about.get("counting", {})]
    units = sum(about["units"] for about in able)
    return 1.0 - sum(about["counting"]["drop_count"] for about in able) / units if units else None


def shed_kw(run: Run) -> float | None:
    """The most that was off at once, of all devices that tell it."""
    told = [f"{name}.shed_kw" for name in run.meta["devices"] if f"{name}.shed_kw" in run]
    if not told or record(run, told[0]) is None:
        return None
    return float(run.frame(*told).dropna().sum(axis=1).max())


def trips_count(run: Run) -> float | None:
    """Events by which a unit trips, where a device has a field or a mode for it."""
    fields = [about.get("fields", {}).items() for about in run.meta["devices"].values()]
    told = [(name, *one.get("labels", ())) for own in fields for name, one in own]
    if not any(word.startswith("trip") for words in told for word in words):
        return None
    events = run.events
    field, text = events["field"].astype(str), events["text"].astype(str)
    hits = text.str.startswith("trip") | (field.str.startswith("trip") & (text == "true"))
    set_ones = events[events["by"] == "scenario"]
    switched = set(zip(set_ones["t_s"], set_ones["unit"], strict=True))
    found = events[hits & (events["by"] == "device")]
    own = [
        (t_s, unit) not in switched and (t_s, device) not in switched
        for t_s, unit, device in zip(found["t_s"], found["unit"], found["device"], strict=True)
    ]
    return float(sum(own))


KPIS: tuple[Kpi, ...] = (
    Kpi("shed_kw", "most load off at once by underfrequency stages", shed_kw, "less"),
    Kpi("shed_kwh", "energy that underfrequency stages cut off", counted("shed_kwh"), "less"),
    Kpi(
        "shed_stages_count",
        "stages that opened",
        counted("trip_count", beside="shed_kwh"),
        "less",
    ),
    Kpi("rode_through_pu", "share of IT loads that dropped nothing", rode_through_pu, "more"),
    Kpi("drops_count", "times that IT load was dropped", counted("drop_count"), "less"),
    Kpi("dropped_kwh", "its energy", counted("dropped_kwh"), "less"),
    Kpi(
        "transfers_count",
        "moves of IT loads to their backup",
        counted("transfer_count", beside="drop_count"),
    ),
    Kpi(
        "islandings_count",
        "times that a site left the grid",
        counted("transfer_count", beside="island_s"),
    ),
    Kpi("islanded_s", "time as an island, of all sites together", counted("island_s")),
    Kpi("trips_count", "units that protection tripped", trips_count, "less"),
    Kpi("collapses_count", "islands of sites that collapsed", counted("collapse_count"), "less"),
    Kpi("dead_s", "time that sites were dead, all together", counted("dead_s"), "less"),
)
