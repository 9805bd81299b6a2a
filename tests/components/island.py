"""One generating set alone on its load in plain Python: the swing of its shaft, in torque.

    2 E_k / P w' = T - P_e / (P w)      E_k and P_m = T w as the set states them, P its rating

The voltage of the bus is the EMF of the set (give it a small reactance), and the load follows it
with an exponent of its own. What the set sees as frequency is the mean over the coming step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from components.genset import RUNNING, Genset


def turning(p_kw: float = 0.0, **values: Any) -> Genset:
    """A set on its bus, in balance at a power; its protection keeps quiet."""
    quiet = {"under_f_pu": 0.0, "over_f_pu": 9.0, "xd_pu": 1e-9}
    genset = Genset(**(quiet | {"run_cmd": True} | values))
    genset.start()
    genset.mode = RUNNING
    genset.sequence_s = genset.start_s
    genset.p_set_kw = genset.p_ref_kw = genset.p_kw = p_kw
    return genset


@dataclass
class Island:
    """A set, its load, and devices with `step`, `f_hz` and `p_kw`."""

    genset: Genset
    load_kw: float
    exponent: float = 0.0
    devices: Sequence[Any] = ()
    f_hz: float = field(default=50.0, init=False)
    f_end_hz: float = field(default=50.0, init=False)

    def __post_init__(self) -> None:
        self.genset.enter_fine()

    def fine(self, dt_s: float) -> float:
        """One step; the frequency at its end."""
        for one in (self.genset, *self.devices):
            one.f_hz = self.f_hz
        for device in self.devices:
            device.step(dt_s)
        self.genset.fine_offer(dt_s)
        self.genset.p_settled_kw = self.genset.p0_kw
        if self.genset.inertia_kws > 0.0:
            self._swing(dt_s)
        self.genset.fine(dt_s)
        return self.f_end_hz

    def _swing(self, dt_s: float) -> None:
        w = self.f_end_hz / 50.0
        middle = w + 0.5 * dt_s * self._slope(w)
        w = max(w + dt_s * self._slope(middle), 0.01)
        self.f_end_hz = 50.0 * w
        self.f_hz = 50.0 * (w + 0.5 * dt_s * self._slope(w))

    def _slope(self, w: float) -> float:
        genset = self.genset
        torque_kw = genset.p_mech_kw / genset.speed_pu
        taken_kw = self.load_kw * float(genset.e_pu**self.exponent)
        taken_kw -= sum(device.p_kw for device in self.devices)
        return (torque_kw - taken_kw / w) / (2.0 * genset.inertia_kws)

    def after(self, load_kw: float, seconds: float, dt_s: float) -> list[float]:
        """Frequencies after a change of the load, the first at the change."""
        self.load_kw = load_kw
        steps = round(seconds / dt_s)
        return [self.f_end_hz, *(self.fine(dt_s) for _ in range(steps))]
