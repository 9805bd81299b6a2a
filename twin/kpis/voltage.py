"""Voltage KPIs: what an event did to the voltage of the buses, and what that took from others.

They are of the whole run after the event (`twin/kpis/events.py`), of the worst bus that bears a
load, or of all buses where none does: a grid that has failed is no gap to those who have left it.
Of a fleet of buses they are of the lowest and highest unit of each instant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

from twin.kpis import Kpi, added, booked, of_role, traces
from twin.kpis.events import after_event, record
from twin.kpis.traces import Curve, Trace
from twin.run import Run

STATS = ("", ":min")
CURVES = {
    "itic_120v": "ITIC for 120 V",
    "iec_61000_class_3": "IEC 61000-4-11 class 3",
}  # of `components/data`


def of_buses(run: Run, field: str, extreme: str) -> Iterator[Trace]:
    """A field of the buses after the event; of a fleet its `:min` or `:max`."""
    buses = of_role(run, "bus")
    names = [name for name, about in buses.items() if any(f"{name}.v_pu{s}" in run for s in STATS)]
    bearing = {about["bus"] for about in of_role(run, "load").values()}.intersection(names)
    for name in names:
        if bearing and name not in bearing:
            continue
        found = record(run, f"{name}.{field}{extreme if buses[name]['units'] > 1 else ''}")
        trace = after_event(run, found, one=False)
        if trace is not None:
            yield trace


def of_voltage(
    extreme: str, tell: Callable[[Trace], float], worst: Callable[[list[float]], float]
) -> Callable[[Run], float | None]:
    """A KPI that is the worst of what the voltages of the buses tell."""

    def value(run: Run) -> float | None:
        found = [tell(trace) for trace in of_buses(run, "v_pu", extreme)]
        return worst(found) if found else None

    return value


def v_min_pu(run: Run) -> float | None:
    """The lowest in the voltages, or that a bus has seen where records are too coarse."""
    traces_pu = [*of_buses(run, "v_pu", ":min"), *of_buses(run, "dip_pu", ":min")]
    return min((float(trace.x.min()) for trace in traces_pu), default=None)


def transfer_gap_ms(run: Run) -> float | None:
    """The longest gap in the voltages, or that a bus has counted where records are too coarse."""
    found = [traces.transfer_gap_s(trace) for trace in of_buses(run, "v_pu", ":min")]
    found += [float(trace.x.max()) for trace in of_buses(run, "gap_s", ":max")]
    return 1000.0 * max(found) if found else None


def curve(name: str) -> Curve:
    """One of the curves."""
    return traces.read_curve(Path(str(files("components"))) / f"data/ride_through_{name}.csv")


def rode_through_pu(name: str) -> Callable[[Run], float | None]:
    """A KPI that is the share of buses, a fleet taken as one, whose voltage a curve bears."""

    def value(run: Run) -> float | None:
        bound = curve(name)
        low = [traces.rides_through(trace, bound) for trace in of_buses(run, "v_pu", ":min")]
        high = [traces.rides_through(trace, bound) for trace in of_buses(run, "v_pu", ":max")]
        held = [both == (True, True) for both in zip(low, high, strict=True)]
        return sum(held) / len(held) if held else None

    return value


def lost_to_voltage_kwh(run: Run) -> float | None:
    """What all devices that count it could not give or take because of their voltage."""
    counts = (booked(about, "lost_to_voltage_kwh") for about in run.meta["devices"].values())
    return added(count for count in counts if count is not None)


def line_loading_max_pu(run: Run) -> float | None:
    """The highest loading of a line that a network recorded, over the whole run."""
    names = [f"{name}.line_loading_pu{s}" for name in of_role(run, "network") for s in ("", ":max")]
    return max((float(run[name].max()) for name in names if name in run), default=None)


def _longest_below(name: str, v_pu: float) -> Kpi:
    tell = of_voltage(":min", lambda trace: traces.longest_below_s(trace, v_pu), max)
    return Kpi(f"v_below_{name}_s", f"longest spell of a bus below {v_pu:g} pu", tell, "less")


def _rode_through(name: str) -> Kpi:
    doc = f"share of buses whose voltage keeps {CURVES[name]}"
    return Kpi(f"ride_through_{name}_pu", doc, rode_through_pu(name), "more")


KPIS: tuple[Kpi, ...] = (
    Kpi("v_min_pu", "lowest voltage of a bus", v_min_pu),
    Kpi(
        "v_max_pu",
        "highest voltage of a bus",
        of_voltage(":max", lambda trace: float(trace.x.max()), max),
    ),
    _longest_below("90pct", 0.9),
    _longest_below("70pct", 0.7),
    Kpi(
        "transfer_gap_ms",
        "longest spell of a bus without voltage (below 0.1 pu)",
        transfer_gap_ms,
        "less",
    ),
    _rode_through("itic_120v"),
    _rode_through("iec_61000_class_3"),
    Kpi(
        "line_loading_max_pu",
        "highest current of a line, of what it may carry",
        line_loading_max_pu,
        "less",
    ),
    Kpi(
        "lost_to_voltage_kwh",
        "what converters wanted to give or take and the voltage did not let them",
        lost_to_voltage_kwh,
        "less",
    ),
)
