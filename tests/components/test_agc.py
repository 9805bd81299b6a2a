from __future__ import annotations

import math
from typing import Any

import pytest

from components.agc import Agc
from components.area import Area
from components.ieeeg1 import Ieeeg1
from components.load import Load
from components.tgov1 import Tgov1
from tests.components.grid import Grid

CYCLE_S = 4.0
FAST = {"ramp_pu_per_s": 1.0, "deadband_hz": 0.0}


class Controlled:
    """An area with two plants, each with a unit of secondary control in front of it."""

    def __init__(self, plants: tuple[Any, Any], **values: Any) -> None:
        self.plants = plants
        self.grid = Grid(Area(base_kva=500e3), plants, [Load(p_set_kw=300e3)])
        self.bias = 500e3 / 50.0 + sum(p.rated_kva / p.droop_pu / 50.0 for p in plants)
        given = {"bias_kw_per_hz": self.bias, "reserve_kw": 100e3, **FAST} | values
        self.agc = [Agc(share_pu=share, **given) for share in (0.7, 0.3)]
        self.grid.coarse(1.0)

    def command(self) -> None:
        for agc, plant in zip(self.agc, self.plants, strict=True):
            agc.f_hz = self.grid.area.f_end_hz
            agc.step(CYCLE_S)
            plant.p_agc_kw = agc.p_agc_kw

    def asked_kw(self) -> float:
        return sum(agc.p_agc_kw for agc in self.agc)


def plants(**values: Any) -> tuple[Tgov1, Ieeeg1]:
    fast = {"ramp_pu_per_s": 1.0} | values
    one = Tgov1(rated_kva=300e3, p_set_kw=200e3, **fast)
    return one, Ieeeg1(rated_kva=150e3, p_set_kw=100e3, **fast)


def test_an_integral_alone_takes_over_a_loss_as_its_closed_form() -> None:
    """P(n) = loss (1 - (1 - cycle / T) ** n), where the bias is that of the area."""
    area = Controlled(plants(), gain_pu=0.0, integral_s=100.0)
    area.grid.devices[0].p_set_kw += 20e3
    area.grid.coarse(CYCLE_S)
    for cycle in range(1, 101):
        area.command()
        assert area.asked_kw() == pytest.approx(20e3 * (1.0 - 0.96**cycle), rel=1e-6)
        area.grid.coarse(CYCLE_S)
    assert area.grid.area.f_end_hz == pytest.approx(50.0, abs=0.01)


def test_plants_take_their_shares() -> None:
    area = Controlled(plants())
    area.grid.devices[0].p_set_kw += 20e3
    for _ in range(400):
        area.grid.coarse(CYCLE_S)
        area.command()
    changes = [plant.p_kw - plant.p_set_kw for plant in area.plants]
    assert changes == pytest.approx([14e3, 6e3], rel=1e-4)
    assert area.grid.area.f_end_hz == pytest.approx(50.0, abs=1e-4)


def test_what_is_left_of_a_loss_waits_at_the_droop() -> None:
    """Both may give 5 MW more: of 40 MW lost, 30 MW stay with droop and damping."""
    area = Controlled(plants(), reserve_kw=5e3)
    area.grid.devices[0].p_set_kw += 40e3
    for _ in range(1000):
        area.grid.coarse(CYCLE_S)
        area.command()
    assert area.asked_kw() == pytest.approx(10e3)
    assert area.grid.area.f_end_hz == pytest.approx(50.0 - 30e3 / area.bias, abs=1e-6)


def test_a_command_moves_no_faster_than_its_ramp() -> None:
    agc = Agc(reserve_kw=1e3, ramp_pu_per_s=0.01, gain_pu=0.5)
    agc.f_hz = 49.0
    given = []
    for _ in range(10):
        agc.step(CYCLE_S)
        given.append(agc.p_agc_kw)
    assert given == pytest.approx([40.0 * n for n in range(1, 11)])


def test_within_the_deadband_nothing_is_asked_for() -> None:
    agc = Agc(deadband_hz=0.02)
    agc.f_hz = 49.985
    for _ in range(1000):
        agc.step(CYCLE_S)
    assert agc.p_agc_kw == 0.0


@pytest.mark.parametrize("ramp_pu_per_s", [1.0, 0.00025])
def test_the_frequency_of_a_dynamic_area_comes_back_without_a_swing(ramp_pu_per_s: float) -> None:
    """Ten minutes at 50 ms after a loss of 20 MW; a coal plant has 1.5 % a minute."""
    area = Controlled(plants(ramp_pu_per_s=ramp_pu_per_s))
    area.grid.fine(0.05)
    area.grid.devices[0].p_set_kw += 20e3
    told = []
    for step in range(1, 12001):
        area.grid.fine(0.05)
        if step % 80 == 0:
            area.command()
        told.append(area.grid.area.f_end_hz)
    nadir, last = min(told), told[-1]
    print(f"ramp {ramp_pu_per_s:g} pu/s: nadir {nadir:.4f} Hz, after 600 s {last:.4f} Hz")
    assert nadir < 49.9
    assert math.isclose(last, 50.0, abs_tol=0.01)
    assert max(told) < 50.01


def test_a_resource_without_an_input_of_its_own_for_it_is_told_its_whole_set_point() -> None:
    agc = Agc(base_kw=866.0, reserve_kw=466.0, **FAST)
    for f_hz in (50.0, 49.99, 48.0, 52.0):
        agc.f_hz = f_hz
        agc.step(CYCLE_S)
        assert agc.p_set_kw == 866.0 + agc.p_agc_kw
    assert agc.p_set_kw == 400.0
