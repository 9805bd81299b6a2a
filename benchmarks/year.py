"""A year of a site: everything on, resolved at outages, on a feeder, and a thousand of them.

The files are those that are shipped, with a few words changed. Only the run phase counts: the
weather is drawn and the loop compiled before, key figures are made after.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.frequency import table
from benchmarks.power_flow import silence
from benchmarks.site import make_sites
from benchmarks.table import Row
from benchmarks.timing import medians, seconds_of
from twin.load import find_topology
from twin.runner import Options, run_scenario

QUARTERS = 35_040  # of an hour in a year
NETWORK = "create_cigre_network_mv"
TOWN_KW = dict(zip(range(3, 12), range(20, 110, 10), strict=True))  # by bus
PEER_STEPS = 200
VARIANTS = re.compile(r"^\[variant\..*?(?=^\[carbon\])", re.MULTILINE | re.DOTALL)

OFTEN = {"step_s = 900\n": "step_s = 60\n", "per_year = 80": "per_year = 100"}
ON_FEEDER = {
    'type = "site_bus"': 'type = "site_bus"\nbus = "feeder"\nat = [5]',
    "sync_s = 3600": "sync_s = 900",
    'enabled" = true': 'enabled" = false',
    "tank_l = 500.0": "tank_l = 1e5",
    "tank_start_l = 500.0": "tank_start_l = 1e5",
    'fuel = "diesel_ipcc"': 'fuel = "diesel_ipcc"\ngrid = "CN-QH-2023"',
}
THOUSAND = {
    "[device.main]": "[group.site]\ncount = 1000\n\n[group.site.main]",
    "[device.": "[group.site.",
    "rated_kw = 20.0": "rated_kw = { uniform = [15, 25] }",
    "rated_kw = 4.066667": "rated_kw = { uniform = [3, 5] }",
    '"visits.enabled"': '"site.visits.enabled"',
}
UNVISITED = {"site.visits.enabled": False, "site.genset.tank_l": 1e6}
UNVISITED |= {"site.genset.tank_start_l": 1e6}
VISITED = {"horizon_s": 30 * 86400.0, "site.visits.crews_count": 20}
AROUND: dict[str, dict[str, Any]] = {
    "area": {"type": "area", "base_kva": 500e3},
    "plant": {"type": "tgov1", "bus": "area", "rated_kva": 400e3, "p_set_kw": 200e3},
    "feeder": {"type": "weak_grid", "bus": "area", "network": NETWORK, "s_sc_mva": 400},
    "town_hours": {"type": "day_shape", "wires": ["utilisation_pu -> town.utilisation_pu"]},
    "town": {
        "type": "it_load",
        "bus": "feeder",
        "count": len(TOWN_KW),
        "at": list(TOWN_KW),
        "rated_kw": list(TOWN_KW.values()),
    },
}


def year(folder: Path) -> Iterator[Row]:
    """One site at 15 min and at 1 min, with outages, on a feeder; a thousand sites."""
    island = _changed(folder / "island", "island_telecom", {})
    for step_s, words, most_s in ((900, "15 min", 0.15), (60, "1 min", 1.0)):
        row = Row(f"year, one site at {words}, everything on", at_most=most_s)
        row = _timed(row, island, {"step_s": step_s}, runs=5)
        yield _beside_vessim(row) if step_s == 900 else row
    row = Row("year, one site at 1 min, 100 outages at 1 ms, 2 s at both ends", at_most=3.0)
    yield _timed(row, _changed(folder / "outages", "plateau_edge", OFTEN), {})
    around = "".join(table(f"device.{name}", **fields) for name, fields in AROUND.items())
    row = Row("year, one site at 15 min on a feeder of pandapower, run_timeseries", at_most=6.0)
    feeder = _changed(folder / "feeder", "island_telecom", ON_FEEDER, around)
    yield replace(_timed(row, feeder, {}), peer=_timeseries_seconds() * QUARTERS)
    fleet = _changed(folder / "fleet", "island_telecom", THOUSAND)
    row = Row("year, 1,000 sites at 15 min, no visits", at_most=25.0)
    yield _timed(row, fleet, UNVISITED, runs=1)
    row = Row("year, its first month of 1,000 sites at 15 min, 20 crews for all")
    yield _timed(row, fleet, VISITED, runs=1)


def _changed(folder: Path, name: str, words: Mapping[str, str], more: str = "") -> Path:
    """Files as they are shipped but for some words and the variants; the path of the scenario."""
    home, shipped = folder / name, find_topology(name).parent
    home.mkdir(parents=True)
    for file in ("topology.toml", "year.toml"):
        text = VARIANTS.sub("", (shipped / file).read_text("utf-8"))
        text = re.sub(r"^baseline = .*\n", "", text, flags=re.MULTILINE)
        for old, new in words.items():
            text = text.replace(old, new)
        (home / file).write_text(text + (more if file == "topology.toml" else ""), "utf-8")
    return home / "year.toml"


def _timed(row: Row, scenario: Path, overrides: Mapping[str, Any], runs: int = 3) -> Row:
    """The median of the run phase, after a run that may compile."""
    _seconds(scenario, overrides)
    return replace(row, ours=medians(partial(_seconds, scenario, overrides), runs=runs)[0])


def _seconds(scenario: Path, overrides: Mapping[str, Any]) -> float:
    out = scenario.parents[1] / "run"
    outcome = run_scenario(scenario, Options(overrides, out=out))
    shutil.rmtree(out)
    if outcome.status != "done":
        raise RuntimeError(outcome.reason)
    return float(outcome.meta["wall_s"]["run"])


def _beside_vessim(row: Row) -> Row:
    """Vessim's site-year has sun, a load, a battery without losses and a grid, nothing more."""
    if find_spec("vessim") is None:
        return row
    from benchmarks import peers_vessim

    sites = make_sites(1, 365)
    (their,) = medians(partial(peers_vessim.seconds, sites, 900, "native"), runs=3)
    return replace(row, what=f"{row.what}; Vessim: without set, ageing, ledger", peer=their)


def _timeseries_seconds() -> float:
    """Seconds a step of pandapower's own time series on the same network with as many loads."""
    import pandapower
    from pandapower.control import ConstControl
    from pandapower.timeseries import DFData, OutputWriter, run_timeseries

    net, steps = pandapower.networks.create_cigre_network_mv(), range(PEER_STEPS)
    loads = list(pandapower.create_loads(net, list(TOWN_KW), 0.0))
    shares = np.random.default_rng(1).uniform(0.3, 1.0, (PEER_STEPS, len(loads)))
    data = DFData(pd.DataFrame(shares * np.array([*TOWN_KW.values()]) * 1e-3, columns=loads))
    ConstControl(net, "load", "p_mw", loads, profile_name=loads, data_source=data)
    OutputWriter(net, steps, log_variables=[("res_bus", "vm_pu")])
    with silence():  # the first has to compile
        _, seconds = (seconds_of(partial(run_timeseries, net, steps, verbose=False)) for _ in "12")
    return seconds / PEER_STEPS
