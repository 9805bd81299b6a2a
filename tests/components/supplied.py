"""An IT room on a supply that is disturbed, step by step in plain Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from components.it_load import ItLoad

SCORES = Path(__file__).parents[1] / "reference" / "frequency" / "f_service_scores.json"
ITIC = json.loads(SCORES.read_text("utf-8"))["itic"]

Spell = tuple[float, float]  # seconds, and the voltage meanwhile


def room(kind: str, **given: Any) -> ItLoad:
    """A room of 100 kW at the bus, all of it machines."""
    plain = {"rated_kw": 100.0, "pue_pu": 1.0, "ups_efficiency_pu": 1.0}
    return ItLoad(**({"kind": kind} | plain | given))


def live(one: ItLoad, dt_s: float, *spells: Spell, f_hz: float = 50.0) -> list[float]:
    """Power taken from the bus in each fine step."""
    taken_kw = []
    for seconds, v_pu in spells:
        one.v_pu = v_pu
        one.f_hz = f_hz
        for _ in range(round(seconds / dt_s)):
            one.fine(dt_s)
            taken_kw.append(-one.p_kw)
    return taken_kw


def named(one: ItLoad, field: str) -> str:
    return ItLoad.fields[field].labels[getattr(one, field)]


def passes(seconds: float, v_pu: float, **given: Any) -> bool:
    """Whether a room on plain power supplies bears an excursion of a whole number of steps."""
    one = room("psu", **given)
    dt_s = seconds / 50 if seconds < 0.1 else 0.01
    live(one, dt_s, (5 * dt_s, 1.0), (seconds, v_pu), (5 * dt_s, 1.0))
    assert one.drop_count == (named(one, "verdict") == "dropped")
    return one.drop_count == 0
