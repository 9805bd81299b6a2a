"""A converter that follows a bus which is somebody else's, step by step in plain Python."""

from __future__ import annotations

from typing import Any

from components.pcs_fast import PcsFast as Pcs
from tests.components.site import LIMITS
from twin.delay import line_length

PLENTY = dict.fromkeys(LIMITS, 1e9)
INSTANT: dict[str, Any] = {"filter_s": 0.0, "lag_s": 0.0}


def follower(dt_s: float = 0.01, **given: Any) -> Pcs:
    """A converter that follows its bus, with a store without limits."""
    line = [0.0] * line_length(given.get("delay_s", 0.0), dt_s)
    return Pcs(**({"rated_kva": 100.0, "forming": False, "line": line} | PLENTY | given))


def advance(pcs: Pcs, dt_s: float, **inputs: float) -> float:
    """One fine step on a bus that is somebody else's; the mean power over it."""
    for name, value in inputs.items():
        setattr(pcs, name, value)
    pcs.fine_offer(dt_s)
    assert pcs.p_min_kw <= pcs.p0_kw <= pcs.p_max_kw
    pcs.p_settled_kw = pcs.p0_kw
    pcs.fine(dt_s)
    return pcs.p_kw


def powers(pcs: Pcs, dt_s: float, seconds: float, **inputs: float) -> list[float]:
    return [advance(pcs, dt_s, **inputs) for _ in range(round(seconds / dt_s))]
