"""Energy KPIs: what was asked for, from where it came, what was lost, and how hard devices worked.

Taken from the counters of the devices, so they are exact whatever was recorded; only peaks and the
lowest state of charge are read from signals. Devices are told apart by their role alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from twin.kpis import Kpi, added, all_booked, booked, of_role
from twin.run import Run

RENEWABLE = ("solar", "wind")
ROUNDING = 1e-12  # of what was asked for
LEAST_KWH = 1e-6  # a bus through which less passed is judged as if this had


def counter(role: str, field: str) -> Callable[[Run], float | None]:
    """A KPI that is one counter of all devices of a role."""
    return lambda run: all_booked(run, role, field)


def keepers(run: Run, field: str) -> dict[str, str]:
    """The buses of which a counter is kept, and who keeps it: the bus, or the one it hangs on.

    Inside a network a bus passes what it lacks on to the head of the network.
    """
    buses = of_role(run, "bus") | of_role(run, "network")
    own = [name for name, about in buses.items() if booked(about, field) is not None]
    passed = {name: about["bus"] for name, about in buses.items() if about["bus"] in own}
    return passed | {name: name for name in own}


def at_buses(field: str, *bearing: str) -> Callable[[Run], float | None]:
    """A KPI that is one counter of all buses, where every bus of a device of `bearing` keeps it."""

    def value(run: Run) -> float | None:
        kept = keepers(run, field)
        needed = {about["bus"] for role in bearing for about in of_role(run, role).values()}
        if not needed or not needed <= kept.keys():
            return None
        devices = run.meta["devices"]
        return math.fsum(booked(devices[name], field) or 0.0 for name in {*kept.values()})

    return value


def unserved_kwh(run: Run) -> float | None:
    """What the buses counted of the demand of their loads; a trace of it is rounding."""
    found = at_buses("unserved_kwh", "load")(run)
    asked_kwh = all_booked(run, "load", "energy_kwh") or 0.0
    return 0.0 if found is not None and found <= ROUNDING * asked_kwh else found


def curtailed_kwh(run: Run) -> float | None:
    """What the buses turned away, and what sources that keep such a counter held back."""
    there = [about for role in RENEWABLE for about in of_role(run, role).values()]
    curbed = (booked(about, "curbed_kwh") or 0.0 for about in there)
    return added([at_buses("curtailed_kwh", *RENEWABLE)(run), math.fsum(curbed)])


def served_kwh(run: Run) -> float | None:
    """Demand less what the buses could not serve."""
    return less(all_booked(run, "load", "energy_kwh"), unserved_kwh(run))


def served_share_pu(run: Run) -> float | None:
    """Served energy over demand, with what rooms that were dropped would have computed."""
    rooms = of_role(run, "load").values()
    dropped_kwh = math.fsum(booked(about, "dropped_kwh") or 0.0 for about in rooms)
    demand_kwh = added([all_booked(run, "load", "energy_kwh"), dropped_kwh])
    return over(served_kwh(run), demand_kwh)


def solar_used_kwh(run: Run) -> float | None:
    """What the arrays could deliver less what was turned away, where that was of nobody else."""
    sun_kwh = all_booked(run, "solar", "energy_kwh")
    return None if of_role(run, "wind") else less(sun_kwh, curtailed_kwh(run))


def renewable_used_kwh(run: Run) -> float | None:
    """The same of arrays and turbines together, where there are turbines."""
    if not of_role(run, "wind"):
        return None
    return less(added(if_any(run, role, "energy_kwh") for role in RENEWABLE), curtailed_kwh(run))


def renewable_share_pu(run: Run) -> float | None:
    """1 - (genset + import) / (served + export), within 0 and 1."""
    used = added([served_kwh(run), if_any(run, "grid", "export_kwh")])
    bought = added([if_any(run, "fuel", "energy_kwh"), if_any(run, "grid", "import_kwh")])
    other = over(bought, used)
    if other is None or not any(of_role(run, role) for role in RENEWABLE):
        return None
    return min(max(1.0 - other, 0.0), 1.0)


def battery_efc_count(run: Run) -> float | None:
    """Equivalent full cycles, mean over the units."""
    return over(all_booked(run, "storage", "efc_count"), units(of_role(run, "storage")))


def soc_end_pu(run: Run) -> float | None:
    """State of charge at the end, mean over the units."""
    stores = of_role(run, "storage")
    ends = added(about.get("totals", {}).get("soc_pu") for about in stores.values())
    return over(ends, units(stores))


def soc_min_pu(run: Run) -> float | None:
    """Lowest recorded state of charge of any unit."""
    stores = of_role(run, "storage").items()
    names = [f"{name}.soc_pu:min" if d["units"] > 1 else f"{name}.soc_pu" for name, d in stores]
    if not names or not all(name in run for name in names):
        return None
    return float(run.frame(*names).min().min())


def losses_kwh(run: Run) -> float | None:
    """Losses of converters and storage."""
    roles = [role for role in ("converter", "storage") if of_role(run, role)]
    return added(all_booked(run, role, "loss_kwh") for role in roles)


def bearing(run: Run) -> dict[str, Mapping[str, Any]]:
    """The buses that bear a load and count the time in which they fell short.

    None where another counts not even the energy.
    """
    needed = {about["bus"] for about in of_role(run, "load").values()}
    timed = {n: b for n, b in of_role(run, "bus").items() if "outage_s" in b.get("totals", {})}
    whole = needed <= timed.keys() | keepers(run, "unserved_kwh").keys()
    return {name: bus for name, bus in timed.items() if name in needed} if whole else {}


def outage_h(run: Run) -> float | None:
    """Time with any demand unserved or a room dropped, mean over the buses that count it.

    They bear a load, as sites do; an area or a network counts energy alone. A room that was dropped
    asks for nothing until it starts again; of several on a bus the one dropped longest counts.
    """
    loads = of_role(run, "load").values()
    buses = bearing(run)
    outage_s = added(booked(about, "outage_s") for about in buses.values())
    dropped_s = math.fsum(
        max(booked(about, "dropped_s") or 0.0 for about in loads if about["bus"] == name)
        for name in buses
    )
    return over(added([outage_s, dropped_s]), 3600 * units(buses))


def residual_pu(run: Run) -> float | None:
    """Largest energy that a bus lost or gained by the arithmetic, of what passed it.

    In a fleet of buses the worst unit is held against what passed a mean one.
    """
    shares: list[float] = []
    for name, audit in run.meta.get("audit", {}).items():
        passed_kwh = audit["through_kwh"] / max(run.meta["devices"][name]["units"], 1)
        shares.append(abs(audit["residual_kwh"]) / max(passed_kwh, LEAST_KWH))
    return max(shares, default=None)


def peak(role: str, sign: float) -> Callable[[Run], float | None]:
    """A KPI that is the highest mean power of all devices of a role in a recorded interval."""

    def value(run: Run) -> float | None:
        # a bus tells what goes out of it, where a grid tells what it gives
        signs = {
            f"{name}.p_kw": -sign if about["role"] == "bus" else sign
            for name, about in of_role(run, role).items()
        }
        if not signs or not all(name in run for name in signs):
            return None
        power = run.frame(*signs)
        if power.isna().any(axis=None):  # else a year of minutes is not copied
            # a mean holds over the interval before its stamp: a gap has the value of the next one
            power = power.bfill().dropna()
        together = power.to_numpy() @ np.array([*signs.values()])
        return float(max(together.max(), 0.0)) if len(together) else None

    return value


def genset_starts(run: Run) -> float | None:
    """Starts that were no tests."""
    tests = [booked(about, "test_count") or 0.0 for about in of_role(run, "fuel").values()]
    return less(all_booked(run, "fuel", "start_count"), math.fsum(tests))


def genset_band_pu(run: Run) -> float | None:
    """Hours within the efficient band over hours run."""
    return over(all_booked(run, "fuel", "band_h"), all_booked(run, "fuel", "run_h"))


def grid_carbon_kg(run: Run) -> float | None:
    """What the meters count; nothing where they know no factor, or a ledger counts it."""
    found = all_booked(run, "grid", "carbon_kg")
    return (
        None if found == 0.0 and run.meta["scenario"].get("document", {}).get("carbon") else found
    )


def units(devices: Mapping[str, Mapping[str, Any]]) -> int:
    """How many units some devices have."""
    return sum(about["units"] for about in devices.values())


def if_any(run: Run, role: str, field: str) -> float | None:
    """A counter of a role: nothing where there is no such device, None where it is not kept."""
    return all_booked(run, role, field) if of_role(run, role) else 0.0


def less(whole: float | None, part: float | None) -> float | None:
    """A difference of what is known."""
    return None if whole is None or part is None else whole - part


def over(part: float | None, whole: float | None) -> float | None:
    """A quotient of what is known and not nothing."""
    return None if part is None or not whole else part / whole


KPIS = (
    Kpi("load_kwh", "energy that loads asked for", counter("load", "energy_kwh")),
    Kpi("served_kwh", "of it, what they were given", served_kwh, "more"),
    Kpi("unserved_kwh", "of it, what they were not given", unserved_kwh, "less"),
    Kpi("served_share_pu", "served over asked for", served_share_pu, "more"),
    Kpi(
        "outage_h",
        "time with any demand unserved, mean over the buses that count it",
        outage_h,
        "less",
    ),
    Kpi("peak_load_kw", "highest mean demand of a recorded interval", peak("load", -1.0)),
    Kpi("solar_kwh", "energy the arrays could deliver", counter("solar", "energy_kwh"), "more"),
    Kpi("solar_used_kwh", "of it, what was not turned away", solar_used_kwh, "more"),
    Kpi("wind_kwh", "energy the turbines could deliver", counter("wind", "energy_kwh"), "more"),
    Kpi(
        "renewable_used_kwh",
        "of sun and wind together, what was not turned away",
        renewable_used_kwh,
        "more",
    ),
    Kpi("curtailed_kwh", "energy of all sources turned away", curtailed_kwh, "less"),
    Kpi("dumped_kwh", "energy burnt off at least load", at_buses("dumped_kwh", "fuel"), "less"),
    Kpi(
        "renewable_share_pu",
        "1 - (genset + import) / (served + export); what storage held before or after, and the "
        "renewable part of the grid, are left out",
        renewable_share_pu,
        "more",
    ),
    Kpi("genset_kwh", "energy of the gensets", counter("fuel", "energy_kwh"), "less"),
    Kpi("fuel_l", "fuel burnt", counter("fuel", "fuel_l"), "less"),
    Kpi("genset_h", "hours run, of all gensets together", counter("fuel", "run_h"), "less"),
    Kpi("genset_band_pu", "of them, within the efficient band", genset_band_pu, "more"),
    Kpi("genset_starts_count", "starts of all gensets, tests left out", genset_starts, "less"),
    Kpi("genset_tests_count", "tests of all gensets", counter("fuel", "test_count")),
    Kpi("import_kwh", "energy from the grid", counter("grid", "import_kwh"), "less"),
    Kpi("export_kwh", "energy into the grid", counter("grid", "export_kwh")),
    Kpi("peak_import_kw", "highest mean import of a recorded interval", peak("grid", 1.0), "less"),
    Kpi(
        "grid_cost_usd",
        "cost of import less revenue of export",
        counter("grid", "cost_usd"),
        "less",
    ),
    Kpi("grid_carbon_kg", "carbon dioxide of import, by its meter", grid_carbon_kg, "less"),
    Kpi("battery_in_kwh", "energy charged, at the terminals", counter("storage", "e_in_kwh")),
    Kpi("battery_out_kwh", "energy discharged, at the terminals", counter("storage", "e_out_kwh")),
    Kpi("battery_efc_count", "equivalent full cycles, mean over the units", battery_efc_count),
    Kpi("soc_end_pu", "state of charge at the end, mean over the units", soc_end_pu),
    Kpi("soc_min_pu", "lowest recorded state of charge of any unit", soc_min_pu),
    Kpi("losses_kwh", "losses of converters and storage", losses_kwh, "less"),
    Kpi("residual_pu", "largest residual of a bus, of what passed it", residual_pu, "less"),
)
