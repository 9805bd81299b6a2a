"""Mistakes in files of milliseconds: one line each, and all at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from twin.delay import line_length, longest_delay_s
from twin.load import load_scenario, remarks
from twin.problems import Problems
from twin.run import open_run
from twin.runner import Options, run_scenario

SCENARIO = """topology = "bad"
start = "2026-06-01T12:00:00+08:00"
horizon_s = 10
step_s = 1
{fine}
"""
FINE = "fine_step_s = 0.001\nfine_sync_s = 0.1\nfine_for_s = 3"
STORE = '[device.store]\ntype = "bess"\nbus = "pcs"'
SITE = '[device.main]\ntype = "site_bus"'
AREA = '[device.area]\ntype = "area"'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(*devices: str, fine: str = FINE) -> None:
    Path("topology.toml").write_text('format = 1\nname = "bad"\n' + "\n".join(devices), "utf-8")
    Path("s.toml").write_text(SCENARIO.format(fine=fine), "utf-8")


def problems(*devices: str, fine: str = FINE) -> list[str]:
    write(*devices, fine=fine)
    try:
        load_scenario("s.toml")
    except Problems as caught:
        return [str(problem) for problem in caught.found]
    return []


def said(*devices: str, fine: str = FINE) -> list[str]:
    write(*devices, fine=fine)
    scenario, topology = load_scenario("s.toml")
    return [text.partition("  ")[2] for text in remarks(topology, scenario)]


def on(bus: str, name: str, kind: str, *fields: str) -> str:
    return "\n".join([f"[device.{name}]", f'type = "{kind}"', f'bus = "{bus}"', *fields])


def sets(governor: str, name: str = "set", bus: str = "main", count: int = 1) -> str:
    return on(bus, name, "genset", f"count = {count}", f'governor = "{governor}"')


@pytest.mark.parametrize("kind", ["genset", "tgov1", "grid_connection", "weak_grid"])
def test_what_holds_a_bus_needs_one(kind: str) -> None:
    (line,) = problems(AREA, f'[device.x]\ntype = "{kind}"')
    assert line == "topology.toml:5  device.x.bus  is missing; area would fit"


def test_a_bus_of_a_site_may_stand_alone_and_a_loose_load_is_remarked() -> None:
    assert said(SITE, '[device.load]\ntype = "load"') == [
        "load: hangs on no bus, so its power counts nowhere"
    ]


def test_two_isochronous_sets_on_a_bus_are_one_line() -> None:
    assert problems(SITE, sets("isochronous", count=2)) == [
        "topology.toml:9  device.set.governor  of set[1] is isochronous, as is that of set[0]: "
        "main bears one such"
    ]


def test_they_are_seen_across_devices() -> None:
    (line,) = problems(SITE, sets("isochronous"), sets("isochronous", "other"))
    assert "device.other.governor  of other is isochronous, as is that of set" in line


@pytest.mark.parametrize(
    "others",
    [
        [sets("power_droop", "other")],
        [sets("isochronous", "other") + "\nenabled = false"],
        ['[device.far]\ntype = "site_bus"', sets("isochronous", "other", "far")],
        [on("main", "pcs", "pcs_forming"), STORE],
    ],
    ids=["with droop", "switched off", "on another bus", "a converter with droop"],
)
def test_beside_these_one_may_be_isochronous(others: list[str]) -> None:
    assert problems(SITE, sets("isochronous"), *others) == []


@pytest.mark.parametrize("kind", ["thevenin", "site_bus"])
def test_a_network_hangs_on_what_has_no_voltage_of_its_own(kind: str) -> None:
    (line,) = problems(f'[device.up]\ntype = "{kind}"', AREA, on("up", "feeder", "weak_grid"))
    assert line == (
        "topology.toml:9  device.feeder.bus  needs a bus without a voltage of its own, "
        f"but up is a {kind}; area would fit"
    )


@pytest.mark.parametrize(
    ("at", "line"),
    [
        ("", "topology.toml:10  device.load.bus  feeder has 15 units for 3: give `at`"),
        ("at = [3, 4]", "topology.toml:12  device.load.at  has 2 values, not 3"),
        (
            "at = [3, 4, 20]",
            "topology.toml:12  device.load.at  names bus 20, but the network has buses 0 to 14",
        ),
    ],
)
def test_a_device_says_on_which_bus_of_a_network(at: str, line: str) -> None:
    load = on("feeder", "load", "load", "count = 3", at)
    assert problems(AREA, on("area", "feeder", "weak_grid"), load) == [line]


def test_what_pandapower_cannot_solve_is_told_at_the_file() -> None:
    import pandapower

    from components._network import read_net

    net = pandapower.pandapowerNet(read_net("create_cigre_network_mv"))
    net.line.loc[0, "to_bus"] = 99
    pandapower.to_json(net, "loose.json")
    (line,) = problems(AREA, on("area", "feeder", "weak_grid", 'network_file = "loose.json"'))
    told = "topology.toml:8  device.feeder.network_file  loose.json cannot be solved by pandapower"
    assert line.startswith(told)


@pytest.mark.parametrize("kind", ["genset", "pcs_fast", "pcs_forming", "tgov1", "hygov", "gast"])
def test_a_droop_of_zero_is_told_at_the_droop(kind: str) -> None:
    found = problems(
        AREA, on("area", "pcs", kind, "droop_pu = 0"), *[STORE] * kind.startswith("pcs")
    )
    assert "topology.toml:8  device.pcs.droop_pu  should be greater than 0, got 0" in found


FAST = on("area", "pcs", "pcs_fast", "forming = false", "delay_s = 1e5")


def test_a_delay_that_fits_no_memory_is_refused_with_the_longest_that_does() -> None:
    assert problems(AREA, FAST, STORE) == [
        "s.toml:5  fine_step_s  pcs has delay_s = 100000, which does not fit into memory in steps "
        "of 0.001 s: at most 16777.2 s (topology.toml:5)"
    ]
    assert problems(AREA, FAST, STORE, fine="") == []


@pytest.mark.parametrize("length", [12, 20, 1000, 2**20])
def test_the_longest_delay_of_a_line_is_the_longest_that_fits(length: int) -> None:
    longest_s = longest_delay_s(length, 0.5)
    assert line_length(longest_s, 0.5) <= length < line_length(longest_s + 0.5, 0.5)


def test_a_step_too_long_is_refused_by_name_at_its_own_key() -> None:
    devices = (
        AREA,
        on("area", "feeder", "weak_grid"),
        SITE,
        sets("power_droop"),
        on("main", "pcs", "pcs_forming"),
        STORE,
    )
    found = problems(*devices, fine="fine_step_s = 0.5\nfine_sync_s = 0.5\nfine_for_s = 3")
    told = "s.toml:5  fine_step_s  {} is valid for fine steps up to {} s, not 0.5 s"
    limits = {"area": 0.1, "feeder": 0.1, "main": 0.1, "pcs": 0.1, "set": 0.01}
    assert [line.partition(" (")[0] for line in found] == [
        told.format(name, limit) for name, limit in limits.items()
    ]


def test_a_period_counts_as_a_step_in_the_fine_regime_too() -> None:
    (line,) = problems(SITE, on("main", "room", "it_load", "period_s = 1"))
    assert "room is valid for fine steps up to 0.01 s, not 1 s" in line


@pytest.mark.parametrize("kind", ["pcs", "pcs_fast"])
def test_a_converter_that_an_area_would_not_hear_is_refused(kind: str) -> None:
    pcs = on("area", "pcs", kind)
    assert problems(AREA, pcs, STORE) == [
        "s.toml:5  fine_step_s  pcs holds its bus without inertia, so in fine steps area gets no "
        "answer; forming = false would go (topology.toml:5)"
    ]
    assert problems(AREA, f"{pcs}\nforming = false", STORE) == []
    assert problems(AREA, pcs, STORE, fine="") == []


def test_a_converter_that_is_told_of_the_grid_may_stand_on_an_area() -> None:
    assert problems(AREA, on("area", "pcs", "pcs_fast", "grid_present = true"), STORE) == []


@pytest.mark.parametrize("kind", ["pcs", "grid_connection"])
def test_alone_on_a_site_the_coarse_kind_is_fine_and_beside_what_turns_it_is_remarked(
    kind: str,
) -> None:
    former = [on("main", "pcs", kind), *[STORE] * (kind == "pcs")]
    assert said(SITE, *former) == []
    assert said(SITE, *former, sets("power_droop")) == [
        "pcs: holds main without inertia: in fine steps it does not answer beside set"
    ]
    assert said(AREA, f'{SITE}\nbus = "area"', *former) == [
        "pcs: holds main without inertia: in fine steps it does not answer while main is "
        "connected to area"
    ]


def test_a_plant_on_a_site_brings_its_inertia() -> None:
    plant = on("main", "plant", "tgov1")
    assert problems(AREA, SITE, plant) == [
        "topology.toml:9  device.plant.bus  needs a bus that has inertia, or an h_s of its own, "
        "but main is a site_bus; area would fit"
    ]
    assert problems(SITE, f"{plant}\nh_s = 3.0") == []


def test_two_grids_on_one_bus_are_one_too_many() -> None:
    (line,) = problems('[device.up]\ntype = "thevenin"', on("up", "grid", "grid_connection"))
    assert line.endswith(
        "device.grid.bus  needs a bus that is no source itself, but up is a thevenin"
    )


def test_all_of_it_is_told_at_once_with_code_2_and_no_traceback() -> None:
    Path("prose.json").write_text("not json", "utf-8")
    write(
        AREA,
        '[device.up]\ntype = "thevenin"',
        SITE,
        sets("isochronous", count=2),
        '[device.lost]\ntype = "genset"',
        on("area", "plant", "tgov1", "droop_pu = 0"),
        on("area", "feeder", "weak_grid", 'network_file = "prose.json"'),
        on("up", "other", "weak_grid"),
        on("area", "grid", "grid_connection"),
        on("area", "pcs", "pcs_fast", "forming = false", "delay_s = 1e5"),
        STORE,
        fine="fine_step_s = 0.5\nfine_sync_s = 0.5\nfine_for_s = 3",
    )
    command = [sys.executable, "-m", "twin", "run", "s.toml"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    for part in (
        "device.set.governor  of set[1] is isochronous",
        "device.lost.bus  is missing",
        "device.plant.droop_pu  should be greater than 0",
        "prose.json is not a file of pandapower",
        "needs a bus without a voltage of its own, but up is a thevenin",
        "grid holds its bus without inertia",
        "pcs is valid for fine steps up to 0.1 s, not 0.5 s",
    ):
        assert ran.stderr.count(part) == 1, part


def test_an_isochronous_set_takes_the_load_from_a_converter_with_droop() -> None:
    """As its docstring says: the speed comes back to nominal, the converter to its set point."""
    limits = ("charge_max_kw = 100", "discharge_max_kw = 100")
    write(
        SITE,
        sets("isochronous") + "\nrank = 1\nrated_kw = 100\nrun_cmd = true\nstart_s = 0\n",
        on("main", "pcs", "pcs_forming", "rated_kva = 100"),
        STORE + "\nenergy_kwh = 200\n" + "\n".join(limits),
        on("main", "load", "load", "p_set_kw = 40"),
        fine="fine_step_s = 0.002\nfine_sync_s = 0.1\nfine_for_s = 20",
    )
    event = '\n[[event]]\nat_s = 2\nset = "load.p_set_kw"\nto = 60.0\n'
    text = Path("s.toml").read_text().replace("horizon_s = 10", "horizon_s = 22")
    Path("s.toml").write_text(text + event, "utf-8")

    ran = open_run(run_scenario("s.toml", Options(in_python=True, out=Path("run"))).folder)

    powers = [float(ran[f"{name}.p_kw"].loc[:22.0].iloc[-1]) for name in ("set", "pcs")]
    assert powers == pytest.approx([60.0, 0.0], abs=0.5)
    assert float(ran["main.f_hz"].loc[:22.0].iloc[-1]) == pytest.approx(50.0, abs=0.01)
