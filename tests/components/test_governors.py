from __future__ import annotations

import math
from typing import Any

import pytest

from components.area import Area
from components.load import Load
from components.ufls import Ufls
from tests import engine
from tests.components.governed import ALLOWED_MHZ, CASES, P_KW, PLANTS, differences_mhz, trace
from tests.components.grid import Grid


@pytest.mark.parametrize("name", CASES)
def test_governor_follows_its_trace(name: str) -> None:
    found = differences_mhz(name)
    print(f"{name:17} worst {found[0]:.4f} nadir {found[1]:+.4f} zenith {found[2]:+.4f} mHz")

    assert max(map(abs, found)) < ALLOWED_MHZ.get(name, 0.1)


@pytest.mark.parametrize("name", ["TGOV1_A_+5", "IEEEG1_B_+5", "GAST_A_+5", "HYGOV_B_+5"])
def test_halving_the_step_quarters_the_error(name: str) -> None:
    exact_hz = trace(CASES[name], 0.00125, 8.0)[::32]
    errors_mhz = {}
    for dt_s, each in ((0.04, 1), (0.02, 2), (0.01, 4)):
        found = trace(CASES[name], dt_s, 8.0)[::each]
        errors_mhz[dt_s] = 1e3 * max(abs(a - b) for a, b in zip(found, exact_hz, strict=True))
    order = math.log2(errors_mhz[0.04] / errors_mhz[0.01]) / 2.0
    told = "  ".join(f"{1e3 * dt_s:g} ms {error:.4f}" for dt_s, error in errors_mhz.items())
    print(f"{name:12} {told} mHz  order {order:.2f}")

    assert order > 1.8


MODELS = list(PLANTS)


def default(model: str, **values: Any) -> Any:
    """A plant of 100 MVA as it comes, at 60 MW."""
    return PLANTS[model](rated_kva=100e3, **({"p_set_kw": P_KW} | values))


def offered(machine: Any, f_hz: float, seconds: float, dt_s: float = 0.01) -> float:
    """What it offers after some time at a frequency."""
    machine.f_hz = f_hz
    for _ in range(round(seconds / dt_s)):
        machine.fine_offer(dt_s)
        machine.p_settled_kw = machine.p0_kw
        machine.fine(dt_s)
    return float(machine.p0_kw)


@pytest.mark.parametrize("model", MODELS)
def test_settles_on_its_droop_less_the_deadband(model: str) -> None:
    machine = default(model, deadband_hz=0.033)
    if model == "HYGOV":
        machine.damping_pu = 0.0
    assert offered(machine, 50.0 - 0.033, 60.0) == pytest.approx(P_KW, abs=1e-6)

    gain = machine.at_pu if model == "HYGOV" else 1.0
    expected_kw = P_KW + gain * 100e3 * (0.133 - 0.033) / (50.0 * machine.droop_pu)
    assert offered(machine, 50.0 - 0.133, 400.0) == pytest.approx(expected_kw, rel=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_stays_at_its_upper_limit_and_shows_no_headroom(model: str) -> None:
    machine = default(model)
    offered(machine, 50.0, 0.1)
    assert machine.headroom_kw == pytest.approx(reach_kw(machine) - P_KW, rel=1e-9)

    machine.damping_pu = 0.0
    assert offered(machine, 47.0, 400.0, 0.05) == pytest.approx(reach_kw(machine), rel=1e-4)
    assert machine.headroom_kw == pytest.approx(0.0, abs=10.0)


def reach_kw(machine: Any) -> float:
    """The most it can give at nominal speed."""
    machine.offer(1e-9)
    return float(machine.p_max_kw)


@pytest.mark.parametrize("model", MODELS)
def test_set_point_moves_no_faster_than_its_ramp(model: str) -> None:
    machine = default(model, ramp_pu_per_s=0.001)
    offered(machine, 50.0, 1.0)
    machine.p_set_kw, machine.p_agc_kw = P_KW + 5e3, -2e3
    offered(machine, 50.0, 10.0)
    assert machine.p_ref_kw == pytest.approx(P_KW + 1e3)

    machine.offer(60.0)
    assert machine.p_ref_kw == pytest.approx(P_KW + 3e3)


@pytest.mark.parametrize("model", MODELS)
def test_tripped_it_gives_nothing_and_comes_back_up_its_ramp(model: str) -> None:
    machine = default(model, ramp_pu_per_s=0.005)
    offered(machine, 50.0, 1.0)
    machine.online = False
    assert offered(machine, 50.0, 0.01) == 0.0
    assert (machine.tripped, machine.k_kw_per_hz, machine.headroom_kw) == (True, 0.0, 0.0)

    machine.online = True
    assert offered(machine, 50.0, 60.0) < 0.6 * P_KW
    assert offered(machine, 50.0, 300.0) == pytest.approx(P_KW, rel=1e-3)


@pytest.mark.parametrize(("regime", "steps"), [("coarse", 10), ("fine", 4000)])
@pytest.mark.parametrize("model", MODELS)
def test_trip_in_an_area_is_taken_up_by_the_others(model: str, regime: str, steps: int) -> None:
    lost, left = default(model), default("TGOV1", ramp_pu_per_s=1.0, v_max_pu=2.0)
    grid = Grid(Area(base_kva=200e3), [lost, left], [Load(p_set_kw=20e3)])
    for n in range(steps):
        lost.online = n < 5
        grid.coarse(1.0) if regime == "coarse" else grid.fine(0.02)

    assert lost.p_kw == 0.0
    # the other has a droop of 40 MW / Hz, the load of the area a damping of 4
    assert grid.area.f_end_hz == pytest.approx(50.0 - 60.0 / 44.0, abs=1e-6)


@pytest.mark.parametrize("deadband_hz", [0.0, 0.033])
@pytest.mark.parametrize("more_kw", [5e3, -20e3, 60e3])
@pytest.mark.parametrize("model", MODELS)
def test_entering_the_fine_regime_moves_nothing_in_or_at_its_limits(
    model: str, more_kw: float, deadband_hz: float
) -> None:
    machine = default(model, deadband_hz=deadband_hz)
    grid = Grid(Area(base_kva=100e3), [machine], [Load(p_set_kw=20e3)])
    grid.coarse(1.0)
    grid.devices[0].p_set_kw += more_kw
    for _ in range(30):
        grid.coarse(1.0)
    f_hz, p_kw = grid.area.f_hz, machine.p_kw
    for _ in range(500):
        grid.fine(0.01)

    assert grid.area.f_end_hz == pytest.approx(f_hz, abs=1e-7)
    assert machine.p_kw == pytest.approx(p_kw, abs=1e-3)


def test_gas_turbine_gives_more_until_its_exhaust_is_hot() -> None:
    machine = default("GAST", v_max_pu=1.2, at_pu=0.9)
    offered(machine, 50.0, 0.1)
    assert offered(machine, 48.5, 2.0) == pytest.approx(120e3, rel=1e-2)
    assert offered(machine, 48.5, 300.0) == pytest.approx(90e3, rel=1e-3)


def test_steam_valve_opens_no_faster_than_its_rate() -> None:
    machine = default("IEEEG1")
    offered(machine, 50.0, 0.1)
    before = machine.valve_pu
    offered(machine, 48.0, 1.0)
    assert machine.valve_pu - before == pytest.approx(0.1 * 1.0, rel=1e-9)


def test_water_column_answers_the_wrong_way_first() -> None:
    machine = default("HYGOV")
    offered(machine, 50.0, 0.1)
    machine.damping_pu = 0.0
    first_kw = offered(machine, 49.5, 0.3)
    assert first_kw < P_KW < offered(machine, 49.5, 60.0)


def test_closed_gate_leaves_no_water_behind_and_no_number_undefined() -> None:
    machine = default("HYGOV", tg_s=0.0, velm_pu_per_s=100.0)
    offered(machine, 50.0, 0.1)
    offered(machine, 80.0, 20.0)
    assert machine.gate_pu == 0.0
    assert 0.0 <= machine.flow_pu < 1e-5


def test_compiled_cell_gives_the_bits_of_plain_python() -> None:
    made = {"area": Area, "load": Load, "relay": Ufls} | {m.lower(): PLANTS[m] for m in MODELS}
    given: dict[str, dict[str, Any]] = {
        name: {"rated_kva": 100e3, "p_set_kw": P_KW} for name in made
    }
    given["area"] = {"base_kva": 400e3}
    given["load"] = {"p_set_kw": 20e3, "kpf_pu": 1.0}
    given["relay"] = {"threshold_hz": 49.6, "p_set_kw": 8e3}
    devices = [
        engine.device(name, cls, "" if name == "area" else "area", **given[name])
        for name, cls in made.items()
    ]
    when = engine.zoomed(0.0, horizon_s=3.0, fine_for_s=3.0)
    step = (1.0, "load", (0,), "p_set_kw", 120e3)
    cell = engine.finished(engine.cell(devices, when=when, changes=[step]))

    area, load, relay, *plants = (cls(**given[name]) for name, cls in made.items())
    grid = Grid(area, plants, [load, relay])
    for n in range(3000):
        load.p_set_kw = 20e3 if n < 1000 else 120e3
        grid.fine(0.001)

    assert relay.trip_count == 1
    assert engine.values(cell, "area.f_end_hz") == [area.f_end_hz]
    for name, machine in zip(list(made)[3:], plants, strict=True):
        assert engine.values(cell, f"{name}.p_kw") == [machine.p_kw]
