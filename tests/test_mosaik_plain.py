"""Components in plain mosaik scripts that know nothing of topologies."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mosaik
import pytest

COMPONENTS = str(Path(__file__).parent / "mosaik_components")
SIM_CONFIG = {
    "Input": {"python": "mosaik.basic_simulators.input_simulator:InputSimulator"},
    "Output": {"python": "mosaik.basic_simulators.output_simulator:OutputSimulator"},
    "Component": {"python": "twin.simulator:ComponentSim"},
    "Process": {"python": "twin.simulator:ProcessSim"},
    "Served": {"cmd": f"{sys.executable} -m twin.component_sim %(addr)s"},
}


@contextmanager
def world(**options: Any) -> Iterator[mosaik.World]:
    """A world that leaves logging, warnings and the loop of the test session alone."""
    quiet = {"skip_greetings": True, "configure_logging": False}
    loop = asyncio.new_event_loop()
    with mosaik.World(SIM_CONFIG, asyncio_loop=loop, **quiet, **options) as made:
        yield made


def recorded(sink: Any, entity: Any, attr: str) -> dict[int, Any]:
    """What mosaik's own recorder took of an attribute, by time."""
    lines = sink.get_dict(entity.eid)
    return {time: next(iter(line[attr].values())) for time, line in lines.items()}


def of_battery(starter: str) -> dict[int, float]:
    """Discharge a battery with 10 kW for an hour, a quarter at a time."""
    with world() as made:
        power = made.start("Input", step_size=900).Constant(constant=10.0)
        battery = made.start(starter, component="bess", step_size=900).bess(
            energy_kwh=50.0, soc_start_pu=0.9, self_discharge_pu_per_d=0.0
        )
        sink = made.start("Output")
        table = sink.Dict()
        made.connect(power, battery, ("value", "p_dc_kw"))
        made.connect(battery, table, "soc_pu")
        made.run(until=3600, print_progress=False, shutdown=False)
        return recorded(sink, table, "soc_pu")


def test_a_battery_between_a_source_and_a_recorder_of_mosaik() -> None:
    expected = {900 * k: 0.9 - (k + 1) * 2.5 / 0.97 / 50.0 for k in range(4)}
    assert of_battery("Component") == pytest.approx(expected)


def test_a_component_served_by_a_command_gives_the_same_numbers() -> None:
    assert of_battery("Served") == of_battery("Component")


def test_several_units_of_one_component_are_entities_of_one_simulator() -> None:
    with world() as made:
        loads = made.start("Component", component="it_load", step_size=60).it_load.create(
            3, rated_kw=10.0, idle_pu=1.0, pue_pu=1.0, ups_efficiency_pu=1.0
        )
        sink = made.start("Output")
        table = sink.Dict()
        for load in loads:
            made.connect(load, table, ("P_load[MW]", "P_load[MW]"))
        made.run(until=60, print_progress=False, shutdown=False)
        taken = sink.get_dict(table.eid)[0]["P_load[MW]"]
    assert list(taken.values()) == [0.01, 0.01, 0.01]


def test_several_sources_of_one_input_are_summed() -> None:
    with world() as made:
        source = made.start("Input", step_size=60)
        battery = made.start("Component", component="bess", step_size=60).bess()
        for power_kw in (3.0, 4.0, 5.0):
            made.connect(source.Constant(constant=power_kw), battery, ("value", "p_dc_kw"))
        made.run(until=60, print_progress=False, shutdown=False)
        taken = made.get_data([battery], "p_dc_kw")[battery]["p_dc_kw"]
    assert taken == 12.0


def test_the_tick_of_a_plain_world_may_be_a_minute() -> None:
    with world(time_resolution=60.0) as made:
        load = made.start("Component", component="it_load", step_size=15).it_load(
            rated_kw=8.0, pue_pu=1.0, ups_efficiency_pu=1.0
        )
        made.run(until=60, print_progress=False, shutdown=False)
        taken = made.get_data([load], "energy_kwh")[load]["energy_kwh"]
    assert taken == 8.0


def test_a_process_rings_at_its_own_instants_rounded_up_to_ticks() -> None:
    with world() as made:
        bell = made.start("Process", processes=["bell"], components=COMPONENTS).bell(every_s=3.3)
        sink = made.start("Output")
        table = sink.Dict()
        made.connect(bell, table, "stroke_count")
        made.run(until=12, print_progress=False, shutdown=False)
        strokes = recorded(sink, table, "stroke_count")
    assert strokes == {0: 0, 4: 1, 7: 2, 10: 3}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"energy_kwh": -1.0}, "energy_kwh: Input should be greater than 0"),
        ({"energy_kwh": "big"}, "energy_kwh: Input should be a valid number"),
        ({"energy_kwh": [1.0, 2.0]}, "energy_kwh: Input should be a valid number"),
        ({"units": 2, "energy_kwh": [1.0, 2.0, 3.0]}, "energy_kwh has 3 values for 2 units"),
    ],
)
def test_a_wrong_value_is_said(given: dict[str, Any], said: str) -> None:
    with world() as made:
        bess = made.start("Component", component="bess").bess
        with pytest.raises(ValueError, match=said):
            bess(**given)


def test_an_output_takes_no_input() -> None:
    with world() as made:
        power = made.start("Input").Constant(constant=10.0)
        load = made.start("Component", component="it_load").it_load()
        made.connect(power, load, ("value", "P_load[MW]"))
        with pytest.raises(ValueError, match=r"P_load\[MW\] is not an input of it_load"):
            made.run(until=60, print_progress=False, shutdown=False)
        for task in asyncio.all_tasks(made.loop):
            task.cancel()
