"""How an area, a network, sites and formers meet: coupling 1, 3 and 6 through whole topologies."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from components._network import read_net
from tests.coupled import (
    AREA,
    CONSTANT_IMPEDANCE,
    COUPLED,
    FEEDER,
    ON_AREA,
    ON_FEEDER,
    STORAGE,
    TRIP,
    frequency_of_the_area,
    nadir_hz,
    ran,
)
from tests.mosaik_world import same, write
from twin.load import load_scenario, topologies
from twin.problems import Problems
from twin.run import Run, open_run
from twin.runner import Options, run_scenario


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("coupled")


@pytest.fixture(scope="module")
def at_1_ms(folder: Path) -> float:
    """The nadir with an exchange at every step."""
    return nadir_hz(folder, 0.001)


@pytest.fixture(scope="module")
def balance_at_1_ms(folder: Path) -> float:
    """The same, but converters see the frequency of the area."""
    with frequency_of_the_area():
        return nadir_hz(folder, 0.001)


# the reference has 0.002 and 0.03 mHz: coupling 1, constant power behind 400 MVA
@pytest.mark.parametrize(("exchange_s", "allowed_mhz"), [(0.01, 0.003), (0.1, 0.03)])
def test_the_balance_does_not_wait_for_the_exchange(
    folder: Path, balance_at_1_ms: float, exchange_s: float, allowed_mhz: float
) -> None:
    with frequency_of_the_area():
        found = nadir_hz(folder, exchange_s)

    assert 1e3 * abs(found - balance_at_1_ms) < allowed_mhz


# the turning of their own voltage reaches converters by the exchange, so late
@pytest.mark.parametrize(("exchange_s", "allowed_mhz"), [(0.01, 0.1), (0.1, 0.5)])
def test_a_local_frequency_that_is_late_costs_little(
    folder: Path, at_1_ms: float, exchange_s: float, allowed_mhz: float
) -> None:
    assert 1e3 * abs(nadir_hz(folder, exchange_s) - at_1_ms) < allowed_mhz


@pytest.mark.slow
def test_loads_of_constant_impedance_cost_less_than_half_a_millihertz(folder: Path) -> None:
    often, *seldom = (nadir_hz(folder, dt_s, CONSTANT_IMPEDANCE) for dt_s in (0.001, 0.01, 0.1))

    assert seldom == pytest.approx([often, often], abs=0.5e-3)


def test_storage_on_a_network_counts_once(folder: Path, balance_at_1_ms: float) -> None:
    straight = nadir_hz(folder, 0.1, topology=AREA + STORAGE.format(where=ON_AREA))

    # coupling 1: 3.4 to 9.6 mHz lower without the network; counted twice 129 to 132 mHz higher
    assert 0.0 < balance_at_1_ms - straight < 9.6e-3


FILLED = "area.p_source_kw is filled by its bus"


@pytest.mark.parametrize(
    ("after", "line", "said"),
    [
        (ON_FEEDER, 'wires = ["p_kw -> area.p_source_kw"]', FILLED),
        (ON_FEEDER, 'wires = ["p_kw ~> area.p_source_kw"]', FILLED),
        ("s_sc_mva = 400", 'wires = ["p_kw ~> area.p_source_kw"]', FILLED),
        ("damping_pu = 1.0", "p_demand_kw = 5.0", "device.area.p_demand_kw  is filled by its bus"),
        ("s_sc_mva = 400", "p_source_kw = 5.0", "device.feeder.p_source_kw  is filled by its bus"),
        (
            "lag_s = 0.05",
            'bus = ["feeder", "area"]',
            "device.pcs.bus  should be a valid string, got ['feeder', 'area']",
        ),
    ],
    ids=[
        "in the same step",
        "late",
        "of the network",
        "as a value",
        "into the network",
        "two buses",
    ],
)
def test_what_would_count_twice_is_refused_where_it_is_written(
    tmp_path: Path, after: str, line: str, said: str
) -> None:
    topology = COUPLED.replace('bus = "feeder"\n', "") if line.startswith("bus") else COUPLED
    scenario = write(tmp_path, topology.replace(after, f"{after}\n{line}"), "horizon_s = 1\n")
    with pytest.raises(Problems) as caught:
        load_scenario(scenario, {"step_s": 1})
    written = (tmp_path / "t/topology.toml").read_text().splitlines()

    first = str(caught.value.found[0])
    assert f"topology.toml:{written.index(line) + 1}  " in first
    assert first.endswith(said)


SHOP = """
[device.shop]
type = "load"
bus = "feeder"
at = [8]
p_set_kw = 800.0
q_set_kvar = 200.0
"""
SECONDS = "horizon_s = {}\nstep_s = 1\nsync_s = 1\nfine_step_s = 0.01\nfine_sync_s = 0.01\n"
DEPTHS_PU = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0)
# deeper, so much current finds no angle at which the network would take it
DELIVERING = (COUPLED, {"pcs.p_set_kw": 500.0, "pcs.droop_pu": 1.0}, DEPTHS_PU[:7])


@pytest.mark.parametrize(
    ("topology", "overrides", "depths_pu"),
    [(AREA + FEEDER, {}, DEPTHS_PU), DELIVERING],
    ids=["loads", "with converters that deliver"],
)
def test_dips_are_solved_with_loads_of_constant_power(
    folder: Path, topology: str, overrides: dict[str, Any], depths_pu: tuple[float, ...]
) -> None:
    times = SECONDS.format(2 + len(depths_pu)) + "fine_for_s = 1\n"
    for second, depth_pu in enumerate(depths_pu, 1):
        times += f'[[event]]\nat_s = {second}\nset = "feeder[0].v_source_pu"\n'
        times += f"to = {depth_pu}\nfor_s = 0.2\n"
    signals = ran(folder, topology + SHOP, times, overrides).run.signals
    lowest, highest = (signals[f"feeder.v_pu:{end}"].dropna() for end in ("min", "max"))

    assert signals["feeder.converged:min"].dropna().all()
    for second, depth_pu in enumerate(depths_pu, 1):
        assert highest.asof(second + 0.15) < 1.05 * depth_pu + 0.01
        assert lowest.asof(second + 0.9) == pytest.approx(lowest.asof(1.0), abs=2e-3)


# all of the medium-voltage loads; the two at the substation are left to the area
OWN_LOADS = "load_pu = [1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1]\n"
FORMERS = """
[device.anchor]
type = "pcs_forming"
bus = "feeder"
count = 2
at = [5, 10]
rated_kva = [6e3, 4e3]

[device.park]
type = "bess"
bus = "anchor"
count = 2
energy_kwh = [12e3, 8e3]
charge_max_kw = [6e3, 4e3]
discharge_max_kw = [6e3, 4e3]
"""
CUT_OFF = """fine_for_s = 3
[[event]]
at_s = 1
set = "feeder[0].separated"
to = true
for_s = 2.5
"""


def separated(folder: Path, overrides: dict[str, Any] | None = None) -> Any:
    """Signals of a network that is cut off at 1 s and offered its area again at 3.5 s."""
    topology = AREA + FEEDER + OWN_LOADS + SHOP + FORMERS
    return ran(folder, topology, SECONDS.format(5) + CUT_OFF, overrides).run.signals


def test_a_network_that_is_cut_off_lives_on_its_formers(folder: Path) -> None:
    signals = separated(folder).loc[:3.5].iloc[-1]
    load = read_net("create_cigre_network_mv").load
    own_kw = 1e3 * float(load.p_mw[~load.bus.isin([1, 12])].sum())
    taken_kw = own_kw + 800.0 + signals["feeder.losses_kw:sum"]

    assert signals["anchor.p_kw:sum"] == pytest.approx(taken_kw, abs=0.1)
    # droop of 2 % of 10 MVA, shared by rating
    assert signals["feeder.head.f_end_hz"] == pytest.approx(50.0 - taken_kw / 10e3, abs=1e-5)
    assert signals["anchor.p_kw:max"] == pytest.approx(0.6 * taken_kw, abs=0.1)
    assert 0.9 < signals["feeder.v_pu:min"] < signals["feeder.v_pu:max"] < 1.1


def test_a_network_that_is_cut_off_without_formers_is_dark_until_it_is_back(folder: Path) -> None:
    signals = separated(folder, {"anchor.enabled": False, "park.enabled": False})
    dark = signals.loc[1.05:3.5]

    assert (
        not dark[["feeder.v_pu:max", "feeder.head.f_end_hz", "shop.p_kw"]].dropna().any(axis=None)
    )
    back = signals["feeder.v_pu:min"].dropna()
    assert back.iloc[-1] == pytest.approx(back.asof(1.0), abs=1e-6)
    assert signals["shop.p_kw"].iloc[-1] == -800.0


HEAD = 'topology = "{}"\nstart = "2026-06-01T12:00:00+08:00"\n'
NO_EVENT = "horizon_s = 6\nstep_s = 1\nsync_s = 1\n"
WINDOW = "fine_step_s = {}\nfine_sync_s = {}\nfine_for_s = 1\n[[zoom]]\nat_s = 3\nfor_s = 1\n"
SHIPPED = {"it_room": (0.001, 1), "weak_area": (0.01, 0.1)}  # step and exchange of the window


def shipped(folder: Path, name: str, times: str) -> Run:
    """A topology that ships, with a scenario of its own."""
    home = folder / name
    shutil.copytree(topologies()[name].parent, home, dirs_exist_ok=True)
    (home / "own.toml").write_text(HEAD.format(name) + times)
    out = folder / f"run{len(list(folder.iterdir()))}"
    return open_run(run_scenario(home / "own.toml", Options(out=out, in_python=True)).folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_a_zoom_without_an_event_moves_neither_frequency_nor_energy(
    tmp_path: Path, name: str
) -> None:
    plain = shipped(tmp_path, name, NO_EVENT)
    zoomed = shipped(tmp_path, name, NO_EVENT + WINDOW.format(*SHIPPED[name]))
    lines = [one for one in zoomed.signals if re.search(r"\.f(_end)?_hz(:min|:max)?$", one)]
    energies = [name for name in plain.totals if name.endswith("_kwh")]

    assert len(zoomed.signals) > len(plain.signals) + 90
    assert (zoomed.signals[lines].dropna() - 50.0).abs().max(axis=None) < 0.1e-3
    told = [plain.totals[name] for name in energies]
    assert [zoomed.totals[name] for name in energies] == pytest.approx(told, rel=1e-9, abs=1e-9)


# a hundred steps of 10 ms around the event, for apart each costs tens of milliseconds
HUNDRED = {"horizon_s": 6, "fine_step_s": 0.01, "fine_for_s": 1}


def again(folder: Path, name: str, overrides: dict[str, Any], **options: Any) -> Run:
    outcome = run_scenario(name, Options(overrides=overrides, out=folder, **options))
    assert (outcome.status, outcome.reason) == ("done", "")
    return open_run(outcome.folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["it_room/transfer", "weak_area/gen_trip"])
def test_an_event_is_the_same_fused_and_exploded(tmp_path: Path, name: str) -> None:
    fused, exploded = (
        again(tmp_path / str(apart), name, HUNDRED, exploded=apart, in_python=True)
        for apart in (False, True)
    )
    assert len(fused.signals.loc[5.0:]) > 100
    same(fused, exploded)


@pytest.mark.slow
def test_a_transfer_is_the_same_compiled_and_in_python(tmp_path: Path) -> None:
    compiled, python = (
        again(tmp_path / str(in_python), "it_room/transfer", {"horizon_s": 6}, in_python=in_python)
        for in_python in (False, True)
    )
    assert len(compiled.signals.loc[5.0:]) > 1000
    same(compiled, python)


def test_a_run_leaves_its_network_as_pandapower_reads_it(tmp_path: Path) -> None:
    import pandapower

    found = ran(tmp_path, COUPLED, TRIP, {"horizon_s": 2, "fine_for_s": 1, "event": []})
    net = pandapower.from_json(found.outcome.folder / "feeder.net.json")

    lowest = found.run["feeder.v_pu:min"].iloc[-1]
    assert float(net.res_bus.vm_pu.min()) == pytest.approx(lowest, abs=1e-6)
