"""The cheapest dispatch of a site that knows everything beforehand, as a linear programme.

In each interval, with AC powers that are not negative,

    genset + import - export + discharge - charge + sun - turned away = load
    E' = kept E + dt (eta_charge (1 - c) charge - (1 + c) / eta_discharge discharge)

E stays within its bounds and ends no lower than `end_kwh`. What is not linear is relaxed, always
towards less cost, so that the optimum is a bound from below of anything a controller can do:

* fuel F0 rated + F1 P while the set runs is the line through its ends, (F0 + F1) P: it may run for
  any share of an interval at full power; minimum load, starts and minimum run times are gone;
* converter losses P0 + K P P / S, or nothing when off, are their convex hull c P with
  c = 2 sqrt(P0 K) per rating, the loss at its best point;
* charging and discharging within one interval are not excluded (they cost losses).

Solved by HiGHS (Huangfu and Hall, 2018, Math. Prog. Comp. 10, 119-142), dual simplex.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FLOWS = ("genset", "bought", "sold", "charge", "discharge", "stored")


@dataclass(frozen=True)
class Store:
    """A battery with its converter, seen from the AC bus; energy as in its cells."""

    start_kwh: float
    end_kwh: float
    low_kwh: float
    high_kwh: float
    charge_kw: float
    discharge_kw: float
    charge_pu: float = 1.0  # stored per AC energy taken
    discharge_pu: float = 1.0  # AC energy given per energy drawn
    loss_pu_per_h: float = 0.0


@dataclass(frozen=True)
class Task:
    """What is to be carried with what, interval by interval, and what each kWh costs."""

    hours: Floats
    load_kw: Floats
    sun_kw: Floats
    import_max_kw: Floats
    export_max_kw: Floats
    genset_kw: float
    store: Store | None
    genset_cost_per_kwh: float  # in litres, or in money
    import_cost_per_kwh: Floats
    export_gain_per_kwh: Floats


@dataclass(frozen=True)
class Dispatch:
    """The optimum: its cost, and the mean powers and energies at the end of each interval."""

    cost: float
    genset_kw: Floats
    bought_kw: Floats
    sold_kw: Floats
    charge_kw: Floats
    discharge_kw: Floats
    stored_kwh: Floats


def best_loss_pu(no_load_pu: float, quadratic_pu: float) -> float:
    """The least loss of a converter over its power, P0 S + K P P / S over P."""
    return 2.0 * math.sqrt(no_load_pu * quadratic_pu)


def solve(task: Task) -> Dispatch:
    """The optimum; ValueError if the load cannot be carried at all."""
    from scipy.optimize import linprog  # type: ignore[import-untyped]

    cost = _cost(task)
    surplus, room = _balance(task)
    books, change = _books(task)
    low, high = _bounds(task)
    found = linprog(
        cost,
        A_ub=-surplus,
        b_ub=-room,
        A_eq=books,
        b_eq=change,
        bounds=np.column_stack((low, high)),
        method="highs-ds",
    )
    if found.status != 0:
        raise ValueError(f"has no optimum: {found.message}")
    return Dispatch(float(found.fun), *found.x.reshape(len(FLOWS), -1))


def _cost(task: Task) -> Floats:
    """Per variable, in the order of FLOWS, each over all intervals."""
    found = np.zeros((len(FLOWS), len(task.hours)))
    found[0] = task.genset_cost_per_kwh * task.hours
    found[1] = task.import_cost_per_kwh * task.hours
    found[2] = -task.export_gain_per_kwh * task.hours
    return found.ravel()


def _balance(task: Task) -> tuple[Any, Floats]:
    """What is given less what is taken, at least what the sun leaves of the load."""
    from scipy.sparse import eye_array, hstack  # type: ignore[import-untyped]

    count = len(task.hours)
    signs = (1.0, 1.0, -1.0, -1.0, 1.0, 0.0)
    blocks = [sign * eye_array(count, format="csr") for sign in signs]
    return hstack(blocks, format="csr"), task.load_kw - task.sun_kw


def _books(task: Task) -> tuple[Any, Floats]:
    """Energy at the end of an interval less what was kept of that before, and what moved it."""
    from scipy.sparse import csr_array, diags_array, hstack

    count = len(task.hours)
    store = task.store or NO_STORE
    kept = np.exp(-store.loss_pu_per_h * task.hours)
    nothing = csr_array((count, 3 * count))
    charge = diags_array(-task.hours * store.charge_pu)
    discharge = diags_array(task.hours / store.discharge_pu)
    energy = diags_array((np.ones(count), -kept[1:]), offsets=(0, -1), shape=(count, count))
    begin = np.zeros(count)
    begin[0] = kept[0] * store.start_kwh
    return hstack([nothing, charge, discharge, energy], format="csr"), begin


def _bounds(task: Task) -> tuple[Floats, Floats]:
    count = len(task.hours)
    store = task.store or NO_STORE
    high = np.zeros((len(FLOWS), count))
    high[0] = task.genset_kw
    high[1] = task.import_max_kw
    high[2] = task.export_max_kw
    high[3] = store.charge_kw
    high[4] = store.discharge_kw
    high[5] = store.high_kwh
    low = np.zeros_like(high)
    low[5] = store.low_kwh
    low[5, -1] = max(store.low_kwh, store.end_kwh)
    return low.ravel(), high.ravel()


NO_STORE = Store(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
