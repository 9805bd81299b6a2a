"""Diesel sets of the reference: beside an infinite bus (C1), and alone on their load (C2)."""

from __future__ import annotations

import cmath
import csv
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from components.genset import Genset
from tests.components.island import Island, turning
from twin.delay import delayed, line_length
from twin.lags import beyond, clipped, lag_mean, lagged

REFERENCE = Path(__file__).parents[1] / "reference" / "frequency"
DIESEL: dict[str, Any] = json.loads((REFERENCE / "c2_diesel_island.json").read_text())
WIDE: dict[str, Any] = json.loads((REFERENCE / "c1_degov.json").read_text())
RATED_KW = 800.0
TRIP_S = 1.0
DEGOV = {"T1": "t1_s", "T2": "t2_s", "T3": "t3_s", "K": "k_pu_per_s", "T4": "t4_s", "T5": "t5_s"}
DEGOV |= {"T6": "t6_s", "TD": "td_s", "TMAX": "t_max_pu", "TMIN": "t_min_pu"}


@dataclass
class Storage:
    """Droop behind a deadband, a pure delay and a lag, limited in what it wants."""

    k_kw: float
    deadband_pu: float
    most_kw: float
    delay_s: float
    lag_s: float
    line: list[float]
    f_hz: float = 50.0
    p_kw: float = 0.0
    given_kw: float = 0.0

    def step(self, dt_s: float) -> None:
        seen = delayed(self.line, 1.0 - self.f_hz / 50.0, self.delay_s, dt_s)
        wanted_kw = clipped(self.k_kw * beyond(seen, self.deadband_pu), -self.most_kw, self.most_kw)
        after_kw = lagged(self.given_kw, wanted_kw, self.lag_s, dt_s)
        self.p_kw = lag_mean(self.given_kw, after_kw, wanted_kw, self.lag_s, dt_s)
        self.given_kw = after_kw


def diesel_island(name: str, dt_s: float, apart: bool) -> Island:
    given = {own: DIESEL["degov"][key] for key, own in DEGOV.items()}
    governor = "valve_droop" if name == "droop" else "isochronous"
    genset = turning(0.3 * RATED_KW, rated_kw=RATED_KW, governor=governor, h_s=1.0, **given)
    bess = DIESEL["bess"]
    storage = Storage(
        bess["K"] * RATED_KW,
        bess["db"],
        bess["Pmax"] * RATED_KW,
        bess["tau"],
        bess["T"],
        [0.0] * line_length(bess["tau"], dt_s),
    )
    devices = [storage] if name == "iso_bess" else []
    return Island(genset, 0.3 * RATED_KW, devices=devices, apart=apart)


def diesel_trace(name: str, dt_s: float, seconds: float, apart: bool) -> list[float]:
    """Frequencies from the start on, over the load steps at 1 s and 9 s."""
    island = diesel_island(name, dt_s, apart)
    found = island.after(0.3 * RATED_KW, min(seconds, 1.0), dt_s)
    found += island.after(0.7 * RATED_KW, min(seconds - 1.0, 8.0), dt_s)[1:]
    return found + island.after(0.3 * RATED_KW, max(seconds - 9.0, 0.0), dt_s)[1:]


def worst_mhz(name: str, dt_s: float, seconds: float = 16.0, apart: bool = True) -> float:
    """The largest difference from the published trace, at its samples."""
    found = diesel_trace(name, dt_s, seconds, apart)[:: round(0.01 / dt_s)]
    with (REFERENCE / "c2_diesel_island.csv").open() as file:
        told = [float(row[f"f_{name}_Hz"]) for row in csv.DictReader(file)]
    return 1e3 * float(np.abs(np.array(found) - told[: len(found)]).max())


class Machine:
    """A classical machine at one corner of a triangle of lines, an infinite bus at another.

    Torques are balanced: that of the machine, of flux and current, does not depend on its speed.
    Either this turns it, or the machine turns itself, at a voltage that grows with its speed.
    """

    def __init__(self, genset: Genset, apart: bool) -> None:
        self.genset = genset
        genset.enter_fine()
        genset.apart = apart
        self.f_hz = self.f_end_hz = 60.0
        about = WIDE["initial"]
        self.emf, self.delta = about["E"], about["delta0"]
        # seen from the EMF with line 101-102 open: X'd and line 102-103, the load, line 101-103
        line, self.inside = 0.01 + 0.12j, 0.01 + 0.12j + 0.25j
        shunt = (2.5 - 0.3j) / about["V3"] ** 2
        whole = 1 / self.inside + 1 / line + shunt
        self.own = 1 / self.inside - 1 / self.inside**2 / whole
        self.across = 1 / self.inside / line / whole * 1.05
        if apart:  # before the line opened
            v2 = about["V2"]
            q = cmath.rect(self.emf * v2, math.asin(1.0 * 0.25 / (self.emf * v2))).real - v2**2
            genset.v_pu, genset.q_kvar = v2, q / 0.25 * genset.rated_kw
            lead = math.asin(1.0 * 0.25 / (self.emf * v2))
            genset.theta_settled_rad = self.delta - lead

    def fine(self, dt_s: float) -> None:
        genset = self.genset
        genset.f_hz = self.f_hz
        genset.fine_offer(dt_s)
        genset.p_settled_kw = genset.p0_kw
        if genset.apart:
            self._solve()
            genset.fine(dt_s)
            self.f_end_hz = 60.0 * genset.speed_pu
            return
        w, delta = self.f_end_hz / 60.0, self.delta
        dw, turn = self._slopes(w, delta)
        dw, turn = self._slopes(w + 0.5 * dt_s * dw, delta + 0.5 * dt_s * turn)
        w, self.delta = w + dt_s * dw, delta + dt_s * turn
        self.f_end_hz = 60.0 * w
        self.f_hz = 60.0 * (w + 0.5 * dt_s * self._slopes(w, self.delta)[0])
        genset.fine(dt_s)

    def _solve(self) -> None:
        """Voltage at the terminals, behind X'd."""
        genset = self.genset
        emf = complex(genset.ex_kva, genset.ey_kva) / genset.y_kva
        v = emf - 0.25j * (self.own * emf - self.across)
        genset.v_settled_pu = abs(v) * genset.speed_pu
        genset.theta_settled_rad = cmath.phase(v)

    def power_pu(self, delta: float) -> float:
        emf = self.emf * complex(math.cos(delta), math.sin(delta))
        return (emf * (self.own * emf - self.across).conjugate()).real

    def _slopes(self, w: float, delta: float) -> tuple[float, float]:
        torque = self.genset.p_mech_kw / self.genset.rated_kw / self.genset.speed_pu
        push = torque - self.power_pu(delta) - 0.03 * (w - 1.0)
        return push / 16.0, 2.0 * math.pi * 60.0 * (w - 1.0)


def worst_on_network_mhz(name: str, apart: bool = True) -> float:
    """The largest difference from the published trace after the line has opened, at 1 ms."""
    values = {own: WIDE["degov"][key] for key, own in DEGOV.items() if key in WIDE["degov"]}
    values["td_s"] = 1.0 if name == "delay_1s" else 0.0
    values |= {"t_max_pu": 9.0, "t_min_pu": -9.0, "f_nominal_hz": 60.0}
    values |= {"h_s": 8.0, "xd_pu": 0.25, "xdd_pu": 0.25}  # no dampers
    genset = turning(100e3, rated_kw=100e3, governor="isochronous", **values)
    machine = Machine(genset, apart)
    t_s, found = [0.0], [60.0]
    for n in range(4000):
        machine.fine(0.001)
        t_s.append(0.001 * (n + 1))
        found.append(machine.f_end_hz)
    told = np.array(WIDE[name])
    errors_mhz = 1e3 * (np.interp(told[:, 0] - TRIP_S, t_s, found) - 60.0 * told[:, 1])
    return float(np.abs(errors_mhz).max())
