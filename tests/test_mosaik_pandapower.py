"""Components on a network of mosaik-pandapower-2, joined by the names that both of them have."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any

import mosaik
import pandapower
import pytest

SIM_CONFIG = {
    "Grid": {"python": "mosaik_components.pandapower:Simulator"},
    "Component": {"python": "twin.simulator:ComponentSim"},
    "Input": {"python": "mosaik.basic_simulators.input_simulator:InputSimulator"},
}
COMPONENTS = str(Path(__file__).parent / "mosaik_components")
BUS = 2


def network() -> Any:
    """A source, a line and two more buses at 10 kV."""
    net = pandapower.create_empty_network()
    buses = [pandapower.create_bus(net, vn_kv=10.0) for _ in range(3)]
    pandapower.create_ext_grid(net, buses[0])
    for ends in pairwise(buses):
        pandapower.create_line(net, *ends, length_km=5.0, std_type="NAYY 4x150 SE")
    return net


def directly(p_mw: float, q_mvar: float = 0.0) -> float:
    """The voltage of the last bus by one power flow."""
    net = network()
    pandapower.create_load(net, BUS, p_mw, q_mvar)
    pandapower.runpp(net)
    return float(net.res_bus.vm_pu[BUS])


def quiet_world() -> Any:
    loop = asyncio.new_event_loop()
    quiet = {"skip_greetings": True, "configure_logging": False}
    return mosaik.World(SIM_CONFIG, cache=False, asyncio_loop=loop, **quiet)


def voltage(world: Any, bus: Any) -> float:
    return float(world.get_data([bus], "Vm[pu]")[bus]["Vm[pu]"])


def test_a_load_and_an_array_give_the_voltage_of_a_power_flow() -> None:
    with quiet_world() as world:
        grid = world.start("Grid", step_size=900).Grid(net=network())
        bus = next(child for child in grid.children if child.eid == f"Bus-{BUS}")
        load = world.start("Component", component="it_load", step_size=900).it_load(
            rated_kw=800.0, pue_pu=1.0, ups_efficiency_pu=1.0
        )
        array = world.start("Component", component="pv", step_size=900).pv(
            rated_kw=300.0,
            gamma_pu_per_k=0.0,
            losses_pu=0.0,
            dc_ac_pu=1.0,
            inverter_efficiency_pu=1.0,
        )
        sun = world.start("Input", step_size=900).Constant(constant=500.0)
        world.connect(sun, array, ("value", "poa_w_per_m2"))
        world.connect(load, bus, "P_load[MW]")
        world.connect(array, bus, "P_gen[MW]")
        world.run(until=900, print_progress=False, shutdown=False)
        found = voltage(world, bus)
    assert found == pytest.approx(directly(0.8 - 0.15), abs=1e-9)


def test_a_motor_follows_the_voltage_that_it_draws_down() -> None:
    with quiet_world() as world:
        grid = world.start("Grid", step_size=60).Grid(net=network())
        bus = next(child for child in grid.children if child.eid == f"Bus-{BUS}")
        motor = world.start(
            "Component", component="motor", step_size=60, components=COMPONENTS
        ).motor(rated_kw=900.0, reactive_pu=0.4)
        world.connect(motor, bus, "P_load[MW]")
        world.connect(motor, bus, "Q_load[MVar]")
        world.connect(bus, motor, "Vm[pu]", time_shifted=1, initial_data={"Vm[pu]": 1.0})
        world.run(until=1800, print_progress=False, shutdown=False)
        found = voltage(world, bus)
    assert found == pytest.approx(directly(0.9 * found * found, 0.36 * found * found), abs=1e-6)
