"""The sites in Vessim, on its native loop or on its mosaik backend."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import vessim as vs

from benchmarks.site import (
    C_RATE_PER_H,
    SERIES_S,
    SOC_MIN_PU,
    SOC_START_PU,
    START,
    Energies,
    Floats,
    Sites,
)
from benchmarks.timing import seconds_of


def environment(sites: Sites, step_s: int, backend: str) -> vs.Environment:
    """A fresh environment, "native" or "mosaik"; each runs only once."""
    made = vs.Environment(pd.Timestamp(START), step_s, backend=backend)
    for unit in range(sites.count):
        made.add_microgrid(
            [
                vs.Producer("pv", _trace(sites.poa_w_per_m2 * sites.pv_kw[unit])),
                vs.Consumer("load", _trace(sites.utilisation_pu * sites.load_kw[unit] * 1e3)),
            ],
            [
                vs.SimpleBattery(
                    "battery",
                    capacity=sites.energy_kwh[unit] * 1e3,
                    initial_soc=SOC_START_PU,
                    min_soc=SOC_MIN_PU,
                    c_rate=C_RATE_PER_H,
                ),
                vs.GridConnection(),
            ],
        )
    return made


def _trace(watts: Floats) -> vs.Trace:
    held = np.append(watts, watts[-1])  # a trace ends at its last sample, and raises beyond
    return vs.Trace(pd.Series(held, index=np.arange(len(held)) * SERIES_S))


class _Totals(vs.Controller):
    """Adds up the powers of every tick; only in the run that is not timed."""

    def __init__(self) -> None:
        self.watts = np.zeros(6)

    def start(self, environment: vs.Environment) -> None:
        """Nothing is needed from the environment."""

    def step(self, now: datetime, states: dict[str, Any]) -> None:
        """Book the powers that hold until the next tick."""
        for state in states.values():
            battery = state["dispatch_states"]["battery"]["current_power"]
            grid = state["p_grid"]
            self.watts += (
                state["actor_states"]["pv"]["power"],
                -state["actor_states"]["load"]["power"],
                max(-grid, 0.0),
                max(grid, 0.0),
                max(battery, 0.0),
                max(-battery, 0.0),
            )


def seconds(sites: Sites, step_s: int, backend: str) -> float:
    """Seconds of a run without recorder; making the environment does not count."""
    made = environment(sites, step_s, backend)
    return seconds_of(lambda: made.run(until=sites.horizon_s))


def energies(sites: Sites, step_s: int, backend: str) -> Energies:
    """The totals of a run of its own."""
    made = environment(sites, step_s, backend)
    totals = made.add_controller(_Totals())
    result = made.run(until=sites.horizon_s)
    stored = sum(s["dispatch_states"]["battery"]["charge_level"] for s in result.states.values())
    kwh = totals.watts * (step_s / 3.6e6)
    return Energies(*(float(value) for value in (*kwh, stored / 1e3)))
