"""A converter that follows frequency on an inductive source: where it begins to excite itself.

Its power turns the voltage of its own bus, and it takes the turning for frequency. The loop is

    L(s) = s exp(-s tau) / (R SCR w0 (1 + s T_m)(1 + s T_l))
"""

from __future__ import annotations

import math

from tests.components.following import advance, follower

DT_S = 0.0005
STEPS = 8000


def critical_scr(droop_pu: float, filter_s: float, delay_s: float, lag_s: float) -> float:
    """The short-circuit ratio at which L passes -1."""
    low, high = 0.0, 1e3
    for _ in range(100):
        w = 0.5 * (low + high)
        turned = w * delay_s + math.atan(w * filter_s) + math.atan(w * lag_s)
        low, high = (w, high) if turned < 1.5 * math.pi else (low, w)
    gain = w / math.sqrt((1.0 + (w * filter_s) ** 2) * (1.0 + (w * lag_s) ** 2))
    return gain / (droop_pu * 100.0 * math.pi)


def excites_itself(
    scr: float, droop_pu: float, filter_s: float, delay_s: float, lag_s: float
) -> bool:
    """Whether a nudge of 1 mHz for 10 ms grows."""
    times = {"filter_s": filter_s, "delay_s": delay_s, "lag_s": lag_s}
    pcs = follower(DT_S, droop_pu=droop_pu, **times)
    advance(pcs, DT_S, f_hz=49.999)
    swings = [0.0, 0.0]
    for n in range(STEPS):
        # inductive source: the angle follows from the power at once
        theta_rad = pcs.p_kw / (scr * pcs.rated_kva)
        p_kw = advance(pcs, DT_S, theta_rad=theta_rad, f_hz=49.999 if n < 20 else 50.0)
        half = n // (STEPS // 2)
        swings[half] = max(swings[half], abs(p_kw) if n % (STEPS // 2) > STEPS // 4 else 0.0)
    return swings[1] > swings[0]


def simulated_scr(critical: float, droop_pu: float, *times_s: float) -> float:
    """The ratio at which it begins, to 1 %, looked for around what is expected."""
    low, high = 0.7 * critical, 1.4 * critical
    while high - low > 0.01 * critical:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if excites_itself(middle, droop_pu, *times_s) else (low, middle)
    return 0.5 * (low + high)
