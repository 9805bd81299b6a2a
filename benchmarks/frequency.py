"""Frequency at milliseconds: many sites on an area, a network between them, and ANDES beside them.

ANDES solves the full network of its case. Ours is the aggregate of it, one frequency for all: less
work for less knowledge, and frequencies that need not agree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks import ours
from benchmarks.table import Row
from benchmarks.timing import medians

EXACT = Path(__file__).parents[1] / "tests" / "reference" / "frequency" / "d_coi_ndroop_dde.json"
BALANCED_PU = 1e-9
UNTIL_S = (2, 7)  # of two runs: what a run costs but once is in both
MV_BUSES = [3, 4, 5, 6, 7, 8, 9, 10, 11]
SCENARIO = """\
topology = "sites"
start = "2026-01-01T00:00:00Z"
horizon_s = {horizon_s}
step_s = 1
sync_s = 1
fine_step_s = {step_s}
fine_sync_s = {sync_s}
fine_for_s = {horizon_s}

[[zoom]]
at_s = 0
for_s = {horizon_s}

[[event]]
at_s = 1
set = "{field}"
to = {value}
"""
TRIP = {"field": "plant[2].online", "value": "false"}
# droop, deadband, delay and lag of the battery of case C2
SPREAD = {"rated_kva": {"uniform": [20, 60]}, "droop_pu": 0.02, "deadband_hz": 0.015}
SPREAD |= {"delay_s": 0.1, "lag_s": 0.03}
WIRES = [
    "main.p_load_kw ~> p_load_kw",
    "main.p_gen_kw ~> p_gen_kw",
    "bess.soc_pu ~> soc_pu",
    "p_set_kw -> pcs.p_set_kw",
]


def frequency(folder: Path) -> Iterator[Row]:
    """Sites by the thousand, ANDES, an exchange every millisecond, the exact solution."""
    for count, step_s, most_s in ((1_000, 0.001, 6.0), (10_000, 0.005, 15.0)):
        row = Row(f"frequency, {count:,} sites, 60 s at {1e3 * step_s:g} ms", at_most=most_s)
        devices = area_of(count) + sites(count, SPREAD)
        yield _timed(row, write(folder / str(count), devices, TRIP, step_s=step_s))
    yield from _against_andes(folder / "andes")
    yield _exchange(folder / "exchange")
    yield from _against_exact(folder / "exact")


def _timed(row: Row, scenario: Path) -> Row:
    left_pu = ours.run(scenario).kpis["residual_pu"]
    if not left_pu <= BALANCED_PU:
        return row.failed(f"{left_pu:.1e} of the energy is missing")
    return replace(row, ours=medians(partial(ours.run_seconds, scenario), runs=3)[0])


def _against_andes(folder: Path) -> Iterator[Row]:
    """IEEE 39 with 500 units of storage on either side, when most of its largest load is lost."""
    row = Row("frequency, 500 sites on an aggregate area, 20 s at 10 ms, ANDES: full network")
    if find_spec("andes") is None:
        yield row.failed("andes is not installed (extra: peers)")
        return
    from benchmarks import peers_andes as peer

    devices = _machines(peer) + sites(peer.UNITS, peer.ANSWER, peer.UNIT_KW, peer.F_HZ)
    lost = {"field": "load.p_set_kw", "value": "0"}
    scenario = write(folder, devices, lost, peer.HORIZON_S, peer.STEP_S)
    rise_hz = ours.run(scenario).kpis["zenith_hz"] - peer.F_HZ
    side = peer.Side()
    mine, their = medians(partial(ours.run_seconds, scenario), side, runs=3)
    yield row.compared(mine, their, their / mine)
    rise = Row("frequency, the same, how far it rises", unit="mHz")
    yield rise.compared(1e3 * rise_hz, 1e3 * side.rise_hz, rise_hz / side.rise_hz)


def _machines(peer: Any) -> str:
    """The machines of ANDES on one shaft, and the load that is lost."""
    found = peer.machines()
    kva = sum(found.rated_kva)
    shaft = {"base_kva": kva, "h_s": found.kinetic_kws / kva, "damping_pu": 0.0}
    plant = {"rated_kva": found.rated_kva, "p_set_kw": found.p_set_kw, **found.governor}
    hz = {"f_nominal_hz": peer.F_HZ}
    return (
        table("device.area", type="area", **shaft, **hz)
        + table("device.plant", type="tgov1", bus="area", count=len(found.rated_kva), **plant, **hz)
        + table("device.load", type="load", bus="area", p_set_kw=peer.LOST_KW, **hz)
    )


def _exchange(folder: Path) -> Row:
    """What a network between nine sites and a large area adds to a run, an exchange."""
    row = Row("frequency, weak_grid through mosaik, an exchange", unit="ms", at_most=0.4)
    feeder = {"network": "create_cigre_network_mv", "s_sc_mva": 400}
    feeder = table("device.feeder", type="weak_grid", bus="area", **feeder)
    on_buses = feeder + sites(len(MV_BUSES), SPREAD, bus="feeder", at=MV_BUSES)
    runs = [
        write(folder / f"{name}{until_s}", area_of(1_000) + devices, TRIP, until_s, sync_s=0.001)
        for name, devices in (("with", on_buses), ("without", sites(len(MV_BUSES), SPREAD)))
        for until_s in UNTIL_S
    ]
    for scenario in runs:
        ours.run(scenario)
    short, long, short_alone, long_alone = medians(
        *(partial(ours.run_seconds, scenario) for scenario in runs), runs=3
    )
    exchanges = 1e3 * (UNTIL_S[1] - UNTIL_S[0])
    return replace(row, ours=1e3 * (long - short - long_alone + short_alone) / exchanges)


def _against_exact(folder: Path) -> Iterator[Row]:
    """Case D1: six units with delays, deadbands and limits, and the solution of their equations."""
    exact = json.loads(EXACT.read_text("utf-8"))
    given = exact["inputs"]
    loss = {"field": "load.p_set_kw", "value": str(1e3 * given["dP_MW"])}
    scenario = write(folder, _duel(given), loss, step_s=0.01)
    nadir_hz = ours.run(scenario).kpis["nadir_hz"]
    error_mhz = 1e3 * abs(nadir_hz - exact["D1_nonlinear_delay"]["nadir_fine_Hz"])
    words = "frequency, the six units of D1, 60 s at 10 ms"
    yield Row(f"{words}, error of the nadir", ours=error_mhz, unit="mHz", at_most=0.05)
    yield Row(words, ours=medians(partial(ours.run_seconds, scenario))[0])


def _duel(given: Mapping[str, Any]) -> str:
    """The area, the plant and the units of the reference; powers are deviations."""
    units, plant = given["units"], given["governor"]
    base, rated = 1e3 * given["S_base_MVA"], 1e3 * plant["Sg"]
    area = {"base_kva": base, "h_s": given["H_s"], "damping_pu": given["D_pu"]}
    governor = {"rated_kva": rated, "droop_pu": plant["R"]}
    governor |= {f"t{n}_s": plant[f"T{n}"] for n in (1, 2, 3)}
    # the valve limits of the reference are in pu of the area
    governor |= {f"v_{end}_pu": plant[f"V{end.upper()}"] * base / rated for end in ("min", "max")}
    names = {"droop_pu": "droop", "deadband_hz": "db_Hz", "delay_s": "tau_s", "lag_s": "Tlag_s"}
    pcs = {ours: [unit[theirs] for unit in units] for ours, theirs in names.items()}
    pcs |= {"rated_kva": [1e3 * unit["Pmax_MW"] for unit in units], "filter_s": 0.0}
    plenty = {"energy_kwh": 1e6, "charge_max_kw": 1e6, "discharge_max_kw": 1e6}
    six = {"count": len(units)}
    return (
        table("device.area", type="area", **area)
        + table("device.plant", type="tgov1", bus="area", **governor)
        + table("device.load", type="load", bus="area")
        + table("device.pcs", type="pcs_fast", bus="area", forming=False, **six, **pcs)
        + table("device.bess", type="bess", bus="pcs", **six, **plenty)
    )


def area_of(count: int) -> str:
    """An area of 500 kVA a site with three plants."""
    rated, sent = ([count * kw for kw in each] for each in ((200, 150, 120), (120, 90, 50)))
    plants = {"count": 3, "rated_kva": rated, "p_set_kw": sent}
    return table("device.area", type="area", base_kva=500 * count) + table(
        "device.plant", type="tgov1", bus="area", **plants
    )


def sites(
    count: int, answer: Mapping[str, Any], most_kw: float = 60.0, hz: float = 50.0, **where: Any
) -> str:
    """Complete sites whose converters give this answer to frequency."""
    window = {"under_f_hz": 0.95 * hz, "over_f_hz": 1.03 * hz, "f_nominal_hz": hz}
    pcs = {"forming": False, "f_nominal_hz": hz, **answer}
    store = {"energy_kwh": 2 * most_kw, "charge_max_kw": most_kw, "discharge_max_kw": most_kw}
    devices = {
        "main": {"type": "site_bus", **({"bus": "area"} | where), **window},
        "pv": {"type": "pv", "bus": "main", "rated_kw": _about(20), "poa_w_per_m2": 500.0},
        "load": {"type": "it_load", "bus": "main", "rated_kw": _about(15)},
        "pcs": {"type": "pcs_fast", "bus": "main", **pcs},
        "bess": {"type": "bess", "bus": "pcs", **store},
        "ems": {"type": "ems_rule", "period_s": 1, "grid_available": True, "wires": WIRES},
    }
    named = (table(f"group.site.{name}", **fields) for name, fields in devices.items())
    return table("group.site", count=count) + "".join(named)


def _about(middle: float) -> dict[str, list[float]]:
    return {"uniform": [0.5 * middle, 1.5 * middle]}


def write(
    folder: Path,
    devices: str,
    event: Mapping[str, str],
    horizon_s: float = 60.0,
    step_s: float = 0.001,
    sync_s: float = 1.0,
) -> Path:
    """Write topology and scenario below a folder, all of it fine; give the scenario's path."""
    home = folder / "sites"
    home.mkdir(parents=True)
    head = '# What does it cost to follow a frequency?\nformat = 1\nname = "sites"\n'
    (home / "topology.toml").write_text(head + devices, "utf-8")
    times = {"horizon_s": horizon_s, "step_s": step_s, "sync_s": sync_s}
    (home / "run.toml").write_text(SCENARIO.format(**times, **event), "utf-8")
    return home / "run.toml"


def table(name: str, **fields: Any) -> str:
    """A table of TOML."""
    return f"\n[{name}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in fields.items())


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(own)}" for key, own in value.items()) + " }"
    return json.dumps(value)
