"""Breaks when its time has come. Valid at any step. Leaves out: all physics."""

from __future__ import annotations

from typing import Any

from twin.component import Component, param, state


class Oven(Component):
    """Raises at one instant, melts to no number at another."""

    lasts_s: float = param(1e9, "when it raises", ge=0)
    melts_s: float = param(1e9, "when its heat is no number any more", ge=0)
    heat_kwh: float = state(1.0, "what it holds")

    def fleet_step(self, rows: Any, t_s: float, dt_s: float) -> None:
        if t_s >= rows["lasts_s"].min():
            rows["heat_kwh"] = 1 // 0
        rows["heat_kwh"][t_s >= rows["melts_s"]] = float("nan")
