"""How far a run is from the best that could have been done, had everything been known beforehand.

    ems_gap_pu = litres of the run / least litres - 1

The least litres are those of a linear programme (`twin.kpis.dispatch`) over what the run recorded:
load served and sun at its buses, grid where it was there, the devices as `run.json` tells them,
from the state of charge at the start to no less than that at the end. Every relaxation is towards
less fuel, so no run lies below. All sites of a run are pooled, as if they hung on one bus: a bound
from below too, the looser the less alike they are. Failures of devices are not part of it.

Imported energy costs no litres, so with a grid the bound uses all of it that helps. With prices
given, `judged(run, prices)` tells the same of money: import, export and fuel.

A year at 15 minutes takes seconds, so it is computed where it is asked for: by an expectation of
`ems_gap_pu` in a scenario, by `twin foresight RUN`, or from a script. Left out: what hangs on a
network or an area, whose exchange is not metered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.kpis import Kpi, all_booked, of_role
from twin.kpis.dispatch import Dispatch, Floats, Store, Task, best_loss_pu, solve
from twin.run import Run

BIN_S = 900.0  # shorter intervals are joined: their mean is one more relaxation
ROUNDING = 1e-9
UNBOUNDED_KW = 1e9

Devices = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Prices:
    """Prices of a run: one number, or one for each recorded interval."""

    fuel_usd_per_l: float
    import_usd_per_kwh: npt.ArrayLike
    export_usd_per_kwh: npt.ArrayLike = 0.0


@dataclass(frozen=True)
class Judged:
    """A run beside its optimum, in litres or in money."""

    spent: float
    least: float

    @property
    def gap_pu(self) -> float:
        """By how much more than the least was spent; ValueError where that is nothing."""
        if self.least <= ROUNDING:
            raise ValueError("could have done with nothing, of which no gap is a share")
        return self.spent / self.least - 1.0


def judged(run: Run, prices: Prices | None = None) -> Judged:
    """What a run burnt, or with prices paid, and the least; ValueError if it does not tell."""
    spent = all_booked(run, "fuel", "fuel_l") or 0.0
    if prices is not None:
        spent = spent * prices.fuel_usd_per_l + (all_booked(run, "grid", "cost_usd") or 0.0)
    return Judged(spent, optimum(run, prices).cost)


def optimum(run: Run, prices: Prices | None = None) -> Dispatch:
    """The dispatch of least litres, or with prices of least cost."""
    return solve(task_of(run, prices))


def task_of(run: Run, prices: Prices | None = None) -> Task:
    """What a run had to carry and with what; ValueError if it does not tell."""
    ends_s, signals = _signals(run)
    edges_s = np.concatenate(([0.0], ends_s))
    hours = np.diff(edges_s) / 3600.0
    first = np.unique(np.ceil(ends_s / BIN_S - ROUNDING), return_index=True)[1]
    joined = np.add.reduceat(hours, first)
    load_kw, sun_kw, import_kw, export_kw = (
        np.add.reduceat(signal * hours, first) / joined for signal in signals
    )
    litres_per_kwh, genset_kw = _gensets(of_role(run, "fuel"))
    costs = np.zeros((2, len(hours)))
    if prices is not None:
        costs[0], costs[1] = prices.import_usd_per_kwh, prices.export_usd_per_kwh
    return Task(
        hours=joined,
        load_kw=load_kw,
        sun_kw=sun_kw,
        import_max_kw=import_kw,
        export_max_kw=export_kw,
        genset_kw=genset_kw,
        store=_store(run),
        genset_cost_per_kwh=litres_per_kwh * (prices.fuel_usd_per_l if prices else 1.0),
        import_cost_per_kwh=np.minimum.reduceat(costs[0], first),
        export_gain_per_kwh=np.maximum.reduceat(costs[1], first),
    )


def _signals(run: Run) -> tuple[Floats, tuple[Floats, Floats, Floats, Floats]]:
    """Ends of intervals; load served, sun, most import and most export in each, as means."""
    buses = _bearing(run)
    grids = of_role(run, "grid")
    fields = ("p_load_kw", "unserved_kw", "p_gen_kw")
    at_buses = [f"{bus}.{field}" for bus in buses for field in fields]
    online = [f"{grid}.online" for grid in grids]
    if missing := [name for name in (*at_buses, *online) if name not in run]:
        raise ValueError(f"did not record {', '.join(missing)}")
    frame = run.frame(*at_buses, *online).bfill().dropna()
    ends_s = frame.index.to_numpy(np.float64)

    def total(field: str) -> Floats:
        names = [f"{bus}.{field}" for bus in buses]
        return frame[names].sum(axis=1).to_numpy(np.float64)

    limits = []
    for field in ("import_max_kw", "export_max_kw"):
        whole = np.zeros(len(frame))
        for name, about in grids.items():
            whole += _sum(about, field, UNBOUNDED_KW) * frame[f"{name}.online"].to_numpy(np.float64)
        limits.append(whole)
    served_kw = total("p_load_kw") - total("unserved_kw")
    return ends_s, (served_kw, total("p_gen_kw"), limits[0], limits[1])


def _bearing(run: Run) -> list[str]:
    """The buses that bear loads; none of them may hang on another."""
    buses = of_role(run, "bus")
    bearing = sorted({about["bus"] for about in of_role(run, "load").values()})
    hung = [bus for bus in bearing if bus not in buses or buses[bus]["bus"]]
    if not bearing or hung:
        raise ValueError(f"has loads on a network: {', '.join(hung)}" if hung else "has no load")
    return bearing


def _gensets(gensets: Devices) -> tuple[float, float]:
    """Litres per kWh at full load of the best one, and the power of all."""
    if not gensets:
        raise ValueError("has no genset")
    fields = ("fuel_intercept_l_per_h_per_kw", "fuel_slope_l_per_kwh")
    each = [sum(_least(about, field, 0.0) for field in fields) for about in gensets.values()]
    return min(each), sum(_sum(about, "rated_kw", 0.0) for about in gensets.values())


def _store(run: Run) -> Store | None:
    """All batteries with their converters as one, as good as the best of them."""
    stores, converters = of_role(run, "storage"), of_role(run, "converter")
    if not stores or not converters:
        return None
    loss_pu = min(
        best_loss_pu(_least(c, "no_load_pu", 0.0), _least(c, "quadratic_pu", 0.0))
        for c in converters.values()
    )
    names = [f"{name}.stored_kwh" for name in stores]
    if missing := [name for name in names if name not in run]:
        raise ValueError(f"did not record {', '.join(missing)}")
    held = run.frame(*names).bfill().dropna().sum(axis=1)
    start, end = (_held(stores, when) for when in ("start_totals", "totals"))
    sizes = {name: _sum(s, "energy_kwh", 0.0) for name, s in stores.items()}
    low = sum(sizes[name] * _least(s, "soc_min_pu", 0.0) for name, s in stores.items())
    high = sum(sizes[name] * _most(s, "soc_max_pu", 1.0) for name, s in stores.items())
    rated_kw = sum(_sum(c, "rated_kva", UNBOUNDED_KW) for c in converters.values())
    most_kw = {
        way: sum(_sum(s, f"{way}_max_kw", UNBOUNDED_KW) for s in stores.values())
        for way in ("charge", "discharge")
    }
    gives = max(_most(s, "discharge_efficiency_pu", 1.0) for s in stores.values())
    takes = max(_most(s, "charge_efficiency_pu", 1.0) for s in stores.values())
    leak = min(_least(s, "self_discharge_pu_per_d", 0.0) for s in stores.values())
    return Store(
        start_kwh=start,
        end_kwh=end,
        low_kwh=min(low, start, end, float(held.min())),
        high_kwh=max(high, start, end, float(held.max())),
        charge_kw=min(rated_kw, most_kw["charge"] / (1.0 - loss_pu)),
        discharge_kw=min(rated_kw, most_kw["discharge"] / (1.0 + loss_pu)),
        charge_pu=takes * (1.0 - loss_pu),
        discharge_pu=gives / (1.0 + loss_pu),
        loss_pu_per_h=leak / 24.0,
    )


def _held(stores: Devices, when: str) -> float:
    return math.fsum(about.get(when, {}).get("stored_kwh", 0.0) for about in stores.values())


def _range(about: Mapping[str, Any], name: str, missing: float) -> tuple[float, float, float]:
    """Least, mean and most of a parameter over the units of a device."""
    value = about.get("params", {}).get(name, missing)
    return tuple(value) if isinstance(value, list) else (value, value, value)


def _least(about: Mapping[str, Any], name: str, missing: float) -> float:
    return _range(about, name, missing)[0]


def _most(about: Mapping[str, Any], name: str, missing: float) -> float:
    return _range(about, name, missing)[2]


def _sum(about: Mapping[str, Any], name: str, missing: float) -> float:
    return float(_range(about, name, missing)[1] * about["units"])


def _gap_if_any(run: Run) -> float | None:
    try:
        return judged(run).gap_pu
    except ValueError:
        return None


KPIS = (
    Kpi(
        "ems_gap_pu", "litres over the least with perfect foresight, - 1", _gap_if_any, "less", True
    ),
)
