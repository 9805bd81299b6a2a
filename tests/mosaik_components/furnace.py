"""A load that numpy steps. Valid at any step. Leaves out: heat."""

from __future__ import annotations

from typing import Any

from twin.component import AcDevice, inp, out, param, state


class Furnace(AcDevice):
    """Takes what it is asked for, by a law that is a word; counts how it was stepped."""

    role = "load"

    rated_kw: float = param(10.0, "power at full demand", ge=0)
    law: str = param("linear", "linear, or square")
    demand_pu: float = inp(0.0, "how much is wanted")
    extra_kw: float = inp(0.0, "taken beside it")
    lack_pu: float = inp(0.0, "added to what is wanted")
    allowed: bool = inp(True, "whether it may run")
    f_hz: float = inp(50.0, "frequency of its bus")
    energy_kwh: float = state(0.0, "energy demanded of the bus", ge=0)
    calls: int = state(0, "steps taken", ge=0)
    elapsed_s: float = state(0.0, "time of all steps", ge=0)
    hot: bool = state(False, "whether it takes more than half its power")
    seen_hz: float = state(0.0, "the frequency that it saw")
    wish_kw: float = out(0.0, "what it takes, for others")

    def fleet_step(self, rows: Any, t_s: float, dt_s: float) -> None:
        wanted = rows["demand_pu"] + rows["lack_pu"]
        demand = wanted if self.law == "linear" else wanted**2
        rows["wish_kw"] = rows["allowed"] * (rows["rated_kw"] * demand + rows["extra_kw"])
        rows["p_kw"] = -rows["wish_kw"]
        rows["energy_kwh"] += rows["wish_kw"] * dt_s / 3600.0
        rows["hot"] = rows["wish_kw"] > 0.5 * rows["rated_kw"]
        rows["seen_hz"] = rows["f_hz"]
        rows["calls"] += 1
        rows["elapsed_s"] += dt_s
