"""A generating set and a forming converter on one bus, and a step of its load: coupling 4."""

from __future__ import annotations

from typing import Any

import numpy as np

from components.genset import Genset
from components.pcs_forming import PcsForming
from tests.components.forming import Apart, Together, converter
from tests.components.island import turning

STEP_KW = 80.0


def pair(**of_converter: Any) -> tuple[Genset, PcsForming]:
    """The two of the reference: 150 kVA behind a lag of 0.3 s with 4 % droop, 250 kVA with 2 %."""
    lag_s, droop = 0.3, 0.04
    # DEGOV1 whose rack is that lag: K = 1 / (lag R), T4 cancels T5
    lag = {"k_pu_per_s": 1.0 / (lag_s * droop), "t1_s": 0.0, "t4_s": 0.01, "t5_s": 0.01}
    lag |= {"t6_s": 0.0, "td_s": 0.0, "t_max_pu": 2.0}
    machine = {"rated_kw": 150.0, "h_s": 1.0, "xd_pu": 0.25, "xdd_pu": 0.25}  # without dampers
    genset = turning(governor="valve_droop", droop_pu=droop, **lag, **machine)
    own = {"rated_kva": 250.0, "droop_pu": 0.02, "tau_f_s": 0.02, "x_l_pu": 0.15}
    return genset, converter(**(own | of_converter))


def stepped(
    bus: Any, dt_s: float, seconds: float = 2.0, step_kw: float = STEP_KW
) -> tuple[np.ndarray, np.ndarray]:
    """Frequency and power of the genset after the step of the load, at every step."""
    bus.run(0.02, dt_s)
    bus.p_kw = step_kw
    genset = bus.formers[0]
    told = []
    for _ in range(round(seconds / dt_s)):
        bus.fine(dt_s)
        own_hz = 50.0 * genset.speed_pu if genset.angled else bus.f_end_hz
        told.append((own_hz, genset.p_kw))
    return np.array(told)[:, 0], np.array(told)[:, 1]


def answered(bus: type[Apart] | type[Together], dt_s: float) -> tuple[float, float]:
    """What share of the step the genset takes at once, and how low its frequency falls."""
    f_hz, p_kw = stepped(bus(pair()), dt_s)
    at_once_kw = p_kw[0]
    if bus is Together:  # the first is the mean over a step
        at_once_kw -= 0.5 * (p_kw[1] - p_kw[0])
    return at_once_kw / STEP_KW, f_hz.min()
