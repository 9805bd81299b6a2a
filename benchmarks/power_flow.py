"""Power flows in a loop: `runpp`, mosaik-pandapower-2 and power-grid-model beside ours.

All solve the same network with the same loads, step after step; voltages are compared first.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from time import perf_counter
from typing import Any

import mosaik_api_v3
import numpy as np
from numpy.typing import NDArray

from benchmarks.table import Row
from benchmarks.timing import medians

NETWORKS = ("create_cigre_network_mv", "mv_oberrhein", "create_kerber_vorstadtnetz_kabel_1")
STEPS = 40  # of the slow ones; ours gets more, or there is nothing to measure
OURS_PER_STEP = 25
EQUAL_PU = 1e-6
ALIKE_PU = 1e-5  # power-grid-model has an iron loss of its own in its transformers
STIFF_MVA = 1e7  # the others know no impedance of a source
CONFIG = {
    "Feed": {"python": "benchmarks.power_flow:Feed"},
    "Ours": {"python": "twin.simulator:ComponentSim"},
    "Peer": {"python": "mosaik_components.pandapower:Simulator"},
}


@dataclass(frozen=True)
class Case:
    """A network and what its buses take beyond the file, one line a step, in MVA."""

    name: str
    net: Any
    rows: int
    series: NDArray[np.complex128]

    @property
    def buses(self) -> list[int]:
        """Their numbers in pandapower."""
        return [int(bus) for bus in self.net.bus.index]


def make_case(name: str) -> Case:
    """Loads that wander between 1.0 and 1.2 of the file."""
    import pandapower

    from components._network import read_net, rows_of

    net = pandapower.pandapowerNet(read_net(name))
    net.ext_grid["s_sc_max_mva"], net.ext_grid["rx_max"] = 1e10, 0.1
    rows, load = rows_of(net), net.load
    power = (load.p_mw + 1j * load.q_mvar).to_numpy() * load.scaling.to_numpy() * load.in_service
    at_bus = np.zeros(rows, complex)
    np.add.at(at_bus, load.bus.to_numpy(), power)
    factors = np.random.default_rng(1).uniform(0.0, 0.2, (STEPS, rows))
    return Case(name, net, rows, factors * at_bus)


def power_flow(folder: Path) -> Iterator[Row]:
    """Solves alone and exchanges through mosaik, on three networks."""
    del folder
    for name in NETWORKS:
        case = make_case(name)
        ours = Ours(case)
        yield _compared(Row(f"power_flow, {name}, runpp", at_least=30.0), ours, Runpp(case))
        if find_spec("power_grid_model_io") is None:
            row = Row(f"power_flow, {name}, power-grid-model")
            yield row.failed("power-grid-model-io is not installed (extra: peers)")
        else:
            row = Row(f"power_flow, {name}, power-grid-model")
            yield _compared(row, ours, PowerGridModel(case), ALIKE_PU)
        yield from _through_mosaik(case)


def _compared(row: Row, ours: Ours, theirs: Solving, most_pu: float = EQUAL_PU) -> Row:
    for step in range(3):
        if (gap := np.abs(ours.solve(step) - theirs.solve(step)).max()) > most_pu:
            return row.failed(f"voltages differ by {gap:.1e} pu")
    mine, their = medians(partial(ours.seconds, OURS_PER_STEP), partial(theirs.seconds, 1), runs=3)
    return row.compared(mine, their, their / mine)


class Solving:
    """Something that gives the voltages of all buses for a step of a case."""

    def solve(self, step: int) -> NDArray[np.float64]:
        """The voltages by bus, in the order of the file."""
        raise NotImplementedError

    def seconds(self, rounds: int) -> float:
        """Seconds a solve."""
        began = perf_counter()
        for _ in range(rounds):
            for step in range(STEPS):
                self.solve(step)
        return (perf_counter() - began) / rounds / STEPS


class Ours(Solving):
    """The solver of `weak_grid`."""

    def __init__(self, case: Case) -> None:
        from components._network import Network

        self.network = Network(case.net, knee_pu=0.5)
        self.taken = case.series
        self.given = np.zeros(case.rows, complex)

    def solve(self, step: int) -> NDArray[np.float64]:
        self.network.solve(self.taken[step], self.given)
        return self.network.v_pu[self.network.buses]


class Runpp(Solving):
    """pandapower, from the results of the step before."""

    def __init__(self, case: Case) -> None:
        import pandapower

        self.net = pandapower.pandapowerNet(case.net)
        self.added = pandapower.create_loads(self.net, case.buses, 0.0)
        self.series = case.series[:, case.buses]
        self.run = pandapower.runpp
        self.angles = True if len(case.net.ext_grid) > 1 else "auto"

    def solve(self, step: int) -> NDArray[np.float64]:
        self.net.load.loc[self.added, "p_mw"] = self.series[step].real
        self.net.load.loc[self.added, "q_mvar"] = self.series[step].imag
        with silence():
            self.run(self.net, init="results", calculate_voltage_angles=self.angles)
        found: NDArray[np.float64] = self.net.res_bus.vm_pu.fillna(0.0).to_numpy()
        return found


class PowerGridModel(Solving):
    """power-grid-model by its own converter, one power flow at a time."""

    def __init__(self, case: Case) -> None:
        import pandapower
        from power_grid_model import PowerGridModel as Model
        from power_grid_model import initialize_array
        from power_grid_model_io.converters import PandaPowerConverter

        net = pandapower.pandapowerNet(case.net)
        added = pandapower.create_loads(net, case.buses, 0.0)
        with redirect_stdout(StringIO()):  # it tells of the iron losses
            converter = PandaPowerConverter()
            data, _ = converter.load_input_data(net, make_extra_info=False)
        self.model, self.series = Model(data), case.series[:, case.buses] * 1e6
        self.update = initialize_array("update", "sym_load", len(added))
        self.update["id"] = [converter.get_id("load", i, name="const_power") for i in added]
        nodes = [converter.get_id("bus", bus) for bus in case.buses]
        self.nodes = np.searchsorted(np.sort(data["node"]["id"]), nodes)

    def solve(self, step: int) -> NDArray[np.float64]:
        self.update["p_specified"] = self.series[step].real
        self.update["q_specified"] = self.series[step].imag
        self.model.update(update_data={"sym_load": self.update})
        found: NDArray[np.float64] = self.model.calculate_power_flow()["node"]["u_pu"][self.nodes]
        return found


def _through_mosaik(case: Case) -> Iterator[Row]:
    row = Row(f"power_flow, {case.name}, mosaik-pandapower-2, an exchange", at_least=20.0)
    if find_spec("mosaik_components") is None:
        yield row.failed("mosaik-pandapower-2 is not installed (extra: test)")
        return
    ours, theirs = (np.array(_exchange(case, kind, STEPS).volts) for kind in ("Ours", "Peer"))
    lit = ~np.isnan(theirs)
    if (gap := np.abs(ours - theirs)[lit].max()) > EQUAL_PU:
        yield row.failed(f"voltages differ by {gap:.1e} pu")
        return
    mine, their = medians(
        lambda: _exchange(case, "Ours", STEPS * OURS_PER_STEP).seconds,
        lambda: _exchange(case, "Peer", STEPS).seconds,
        runs=3,
    )
    yield row.compared(mine, their, their / mine)
    if case.name == NETWORKS[0]:
        words = "power_flow, ours through mosaik, an exchange"
        yield Row(words, ours=1e3 * mine, unit="ms", at_most=0.4)


def _exchange(case: Case, kind: str, steps: int) -> Exchanged:
    """Send powers and take voltages `steps` times through mosaik."""
    import mosaik
    import pandapower

    loop, log = asyncio.new_event_loop(), Exchanged()
    quiet: Any = {"skip_greetings": True, "configure_logging": False}
    with mosaik.World(CONFIG, cache=False, asyncio_loop=loop, **quiet) as world, silence():
        feed = world.start("Feed", case=case, log=log)
        if kind == "Ours":
            grid = world.start("Ours", component="weak_grid", step_size=1)
            source = {"s_sc_mva": STIFF_MVA, "knee_pu": 0.5}
            feeder = grid.weak_grid(units=case.rows, network=case.name, **source)
            ends = [(feed.Rows(), feeder, ("p_demand_kw", "q_kvar"), "v_pu")]
        else:
            net = world.start("Peer", step_size=1).Grid(net=pandapower.pandapowerNet(case.net))
            buses = {child.eid: child for child in net.children}
            told = ("P_load[MW]", "Q_load[MVar]")
            ends = [
                (feed.Bus(number=bus), buses[f"Bus-{bus}"], told, "Vm[pu]") for bus in case.buses
            ]
        for ours, theirs, powers, volts in ends:
            world.connect(ours, theirs, *powers)
            world.connect(theirs, ours, volts, time_shifted=True, initial_data={volts: None})
        world.run(until=steps + 1, print_progress=False)
    return log


@dataclass
class Exchanged:
    """When an exchange was due, and the voltages that came back last."""

    times: list[float] = field(default_factory=list)
    volts: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Seconds an exchange, the first left out: it builds the network."""
        return (self.times[-1] - self.times[1]) / (len(self.times) - 2)


class Feed(mosaik_api_v3.Simulator):
    """Sends the powers of a case and takes the voltages, as one list or bus by bus."""

    def __init__(self) -> None:
        bus = ["P_load[MW]", "Q_load[MVar]", "Vm[pu]"]
        super().__init__(
            {
                "api_version": "3.0",
                "type": "time-based",
                "models": {
                    "Rows": {
                        "public": True,
                        "params": [],
                        "attrs": ["p_demand_kw", "q_kvar", "v_pu"],
                    },
                    "Bus": {"public": True, "params": ["number"], "attrs": bus},
                },
            }
        )

    def init(self, sid: str, time_resolution: float, case: Case, log: Exchanged) -> Any:
        self.case, self.log, self.now = case, log, 0
        self.numbers: dict[str, int] = {}
        return self.meta

    def create(self, num: int, model: str, number: int = -1) -> Any:
        eid = f"bus {number}" if model == "Bus" else "rows"
        self.numbers[eid] = number
        return [{"eid": eid, "type": model}]

    def step(self, time: int, inputs: Mapping[str, Any], max_advance: int) -> int:
        self.log.times.append(perf_counter())
        self.now = time
        volts = {eid: next(iter(next(iter(inputs[eid].values())).values())) for eid in inputs}
        if "rows" in volts and volts["rows"] is not None:
            self.log.volts = [volts["rows"][bus] for bus in self.case.buses]
        elif volts:
            self.log.volts = [volts.get(f"bus {bus}") for bus in self.case.buses]
        return time + 1

    def get_data(self, outputs: Mapping[str, list[str]]) -> Any:
        powers = self.case.series[self.now % STEPS]
        if "rows" in outputs:
            taken, reactive = (1e3 * powers.real).tolist(), (-1e3 * powers.imag).tolist()
            return {"rows": {"p_demand_kw": taken, "q_kvar": reactive}}
        found = {}
        for eid in outputs:
            power = powers[self.numbers[eid]]
            found[eid] = {"P_load[MW]": float(power.real), "Q_load[MVar]": float(power.imag)}
        return found


@contextmanager
def silence() -> Iterator[None]:
    """Without the warnings of others about each other."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
