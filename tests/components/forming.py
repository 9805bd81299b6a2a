"""Buses that formers hold, played by hand: with an angle each, or with one frequency.

Apart, formers are sources E at delta behind 1 / y. An impedance joins them to one source behind one
impedance, and a constant power S hangs on that:

    E_eq = V + Z (S / V)*        V V = b + sqrt(b b - Z Z S S),  b = E E / 2 - Re(Z S*)

Together, all that turns is one mass:  sum(M) df' = sum(p0) - P - sum(D) df
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from components.pcs_forming import PcsForming
from tests.components.site import LIMITS

PLENTY = dict.fromkeys(LIMITS, 1e9)


def converter(p_kw: float = 0.0, **given: Any) -> PcsForming:
    """A converter in balance at a power, with a store without limits."""
    pcs = PcsForming(**({"rated_kva": 100.0} | PLENTY | given))
    pcs.p_set_kw = pcs.p_ref_kw = pcs.p_kw = p_kw
    pcs.placed = True
    return pcs


@dataclass
class Apart:
    """An islanded bus with a power (V to its exponent) and an impedance on it, in kVA at 1 pu."""

    formers: Sequence[Any]
    p_kw: float = 0.0
    q_kvar: float = 0.0
    exponent: float = 0.0
    shunt_kva: complex = 0.0
    v: complex = 1.0
    f_hz: float = 50.0
    theta_rad: float = 0.0

    def __post_init__(self) -> None:
        for former in self.formers:
            former.enter_fine()

    def fine(self, dt_s: float) -> complex:
        """One step; the voltage in it."""
        for former in self.formers:
            former.apart = True
            former.f_hz = self.f_hz if self.v else 0.0
            former.v_pu = abs(self.v)
            former.fine_offer(dt_s)
            assert (former.p0_kw, former.p_min_kw, former.p_max_kw) == (0.0, 0.0, 0.0)
            assert former.inertia_kws_per_hz == 0.0
            former.p_settled_kw = 0.0
        before, self.v = self.v, self._solve()
        if before and self.v:
            self.f_hz = 50.0 + cmath.phase(self.v / before) / (2.0 * math.pi * dt_s)
        if self.v:
            self.theta_rad = cmath.phase(self.v)
        for former in self.formers:
            former.v_settled_pu = abs(self.v)
            former.theta_settled_rad = self.theta_rad
            former.df_settled_hz = self.f_hz - 50.0
            former.slope_settled_hz_per_s = 0.0
            former.fine(dt_s)
        return self.v

    def run(self, seconds: float, dt_s: float) -> None:
        """Some steps."""
        for _ in range(round(seconds / dt_s)):
            self.fine(dt_s)

    def _solve(self) -> complex:
        y = sum(former.y_kva for former in self.formers)
        if y == 0.0:
            return 0.0
        through = y / 1j + self.shunt_kva.conjugate()
        source = sum(complex(former.ex_kva, former.ey_kva) for former in self.formers) / 1j
        e, z, s = source / through, 1.0 / through, complex(self.p_kw, self.q_kvar)
        size = abs(e)
        for _ in range(60 if self.exponent else 0):
            size = 0.5 * (size + abs(behind(e, z, s * size**self.exponent)))
        return behind(e, z, s * size**self.exponent)


@dataclass
class Together:
    """A bus with one frequency, and a constant power on it; `held` says that others hold it."""

    formers: Sequence[Any]
    held: bool = False
    p_kw: float = 0.0
    f_hz: float = 50.0
    f_end_hz: float = 50.0
    v_pu: float = 1.0
    theta_rad: float = 0.0

    def __post_init__(self) -> None:
        for former in self.formers:
            former.enter_fine()

    def fine(self, dt_s: float) -> float:
        """One step; the frequency at its end."""
        for former in self.formers:
            former.apart = False
            former.f_hz, former.v_pu = self.f_hz, self.v_pu
            former.fine_offer(dt_s)
            assert former.p_min_kw <= former.p0_kw <= former.p_max_kw
            assert former.y_kva == 0.0
            former.p_settled_kw = former.p0_kw
        mean_hz, slope = (self.f_hz, 0.0) if self.held else self._swing(dt_s)
        for former in self.formers:
            former.v_settled_pu, former.theta_settled_rad = self.v_pu, self.theta_rad
            former.df_settled_hz, former.slope_settled_hz_per_s = mean_hz - 50.0, slope
            former.fine(dt_s)
        return self.f_end_hz

    def run(self, seconds: float, dt_s: float) -> None:
        """Some steps."""
        for _ in range(round(seconds / dt_s)):
            self.fine(dt_s)

    def _swing(self, dt_s: float) -> tuple[float, float]:
        inertia = sum(former.inertia_kws_per_hz for former in self.formers)
        damping = sum(getattr(former, "damping_kw_per_hz", 0.0) for former in self.formers)
        push_kw = sum(former.p_settled_kw for former in self.formers) - self.p_kw
        before_hz = self.f_end_hz
        if damping > 0.0:
            rest_hz = 50.0 + push_kw / damping
            fade = math.exp(-dt_s * damping / inertia)
            self.f_end_hz = rest_hz + (before_hz - rest_hz) * fade
            mean_hz = rest_hz - (self.f_end_hz - before_hz) * inertia / damping / dt_s
        else:
            self.f_end_hz += push_kw / inertia * dt_s
            mean_hz = 0.5 * (before_hz + self.f_end_hz)
        after = (push_kw - damping * (self.f_end_hz - 50.0)) / inertia
        self.f_hz = self.f_end_hz + 0.5 * dt_s * after
        return mean_hz, (self.f_end_hz - before_hz) / dt_s


def behind(e: complex, z: complex, s: complex) -> complex:
    """The voltage behind an impedance at a constant power; 0 where there is none."""
    b = 0.5 * abs(e) ** 2 - (z * s.conjugate()).real
    root = b * b - abs(z * s) ** 2
    if b <= 0.0 or root < 0.0:
        return 0.0
    square = b + math.sqrt(root)
    along = square + z * s.conjugate()
    return cmath.rect(math.sqrt(square), cmath.phase(e) - cmath.phase(along))
