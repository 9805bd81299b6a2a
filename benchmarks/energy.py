"""The accuracy of a year: litres, sun, weather, ageing, costs, carbon, and what a step costs.

Each runs the code of a test, against figures from outside this project; the last three hold our
own runs against each other, and say so.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import twin
from benchmarks.check import Check, largest
from components._bess.ageing import BLAST, NAUMANN
from tests.carbon_books import METHODS, booked, diesel_and_qinghai, site_year
from tests.components.packs import rack
from tests.components.packs import run as rest
from tests.components.test_bess_ageing import YEAR_H, published, ten_years
from tests.components.test_genset import ready
from tests.components.test_genset import run as burn
from tests.components.test_pv_sun import WHOLE, YIELD, measured_kwh
from tests.island_year import lived, write_year
from tests.test_costs import REFERENCE as COSTS
from tests.test_costs import w1, w2
from tests.test_kpis_foresight import FULL_LOAD_L_PER_KWH
from tests.test_sky import ISLAND, golden_and_drawn, island, year
from tests.year_of_sun import GOLDEN, golden, site
from twin.kpis.foresight import judged
from twin.load import find_topology
from twin.runner import Options, run_scenario

HOUR = """\
topology = "plateau_edge"
start = "2026-06-15T{hour:02d}:00:00+08:00"
horizon_s = 3600
step_s = 1
fine_step_s = 0.001
fine_sync_s = 1
fine_for_s = 3600
[record]
every_s = 60
fine_every_s = 60
"""
ALL_FINE = "[[zoom]]\nat_s = 0\n"
FLOWS = ("load_kwh", "solar_kwh", "import_kwh", "genset_kwh", "battery_in_kwh", "battery_out_kwh")


def litres() -> Iterator[Check]:
    """Sets that run all year, and what a litre gives at full load."""
    source = "Skarstein & Uhlen, closed form"
    for name, rated_kw, mean_kw, expected in (
        ("case 0", 15.0, 3.05, 17629.938),
        ("case 1", 5.0, 0.88, 5582.1348),
    ):
        genset = burn(ready(rated_kw=rated_kw, min_load_pu=0.0), mean_kw, 3600.0, 8760)
        yield Check(f"{name}, diesel only, a year", expected, genset.fuel_l, 1e-6, "l", source)
    told = {"case 0": (3978.8695329849706, 1313.62377631), "case 1": (636.4111288913698, 210.11113)}
    for name, (energy_kwh, least_l) in told.items():
        found = energy_kwh * FULL_LOAD_L_PER_KWH
        case = f"{name}, litres of the energy of the optimum"
        yield Check(case, least_l, found, 1e-6 * least_l, "l", "PyPSA, linear programme")


def island_year() -> Iterator[Check]:
    """The rule of case 0 against its optimum, and at another step."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_year(Path(folder))
        rule = lived(path, "rule", {})
        found = judged(twin.open(rule.folder))
        finer = lived(path, "finer", {"step_s": 300.0}).kpis["fuel_l"]
    case = "case 0, litres of the optimum over those of the rule"
    yield Check(case, 1314.0 / 2250.0, found.least / found.spent, 0.1, "", "PyPSA, other weather")
    case, source = "case 0, litres at 15 min", "the same at 5 min"
    yield Check(case, finer, rule.kpis["fuel_l"], 0.03 * finer, "l", source)
    residual = rule.kpis["residual_pu"]
    yield Check("case 0, energy that is missing", 0.0, residual, 1e-9, "", "conservation")


def sun() -> Iterator[Check]:
    """A year of Golden on a tilted array."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        golden(folder)
        found = measured_kwh(site(folder, GOLDEN, WHOLE, days=366))
    pvwatts, chain = YIELD["pysam_pvwatts8"], YIELD["pvlib_perez_iam"]
    source = "PVWatts 8 (PySAM)"
    yield Check("Golden 2012, PV", pvwatts, found, YIELD["tol"] * pvwatts, "kWh", source)
    yield Check("Golden 2012, PV", chain, found, 1e-5 * chain, "kWh", "pvlib, Perez")


def weather() -> Iterator[Check]:
    """Years drawn from a climate: their means exactly, and how cloudy they are."""
    drawn = year(island())
    months, source = drawn.groupby(drawn.index.month).mean(), "the climate that was given"
    off = months["ghi_w_per_m2"].to_numpy() * 0.024 / ISLAND["ghi_kwh_per_m2_per_d"] - 1.0
    yield Check("weather, energy of the worst month", 0.0, largest(off), 1e-9, "", source)
    off = months["air_degc"].to_numpy() - ISLAND["air_degc"]
    yield Check("weather, air of the worst month", 0.0, largest(off), 1e-9, "K", source)
    wind = float(drawn["wind_m_per_s"].mean())
    yield Check("weather, mean wind", 3.5, wind, 1e-9, "m/s", source)
    with tempfile.TemporaryDirectory() as folder:
        measured, found = golden_and_drawn(Path(folder))
    words = ("spread of days", "memory of a day", "worst three days of a month")
    for case, expected, got, allowed in zip(
        words, measured, found, (0.016, 0.07, 0.1), strict=True
    ):
        yield Check(f"weather, {case}", expected, got, allowed, "", "Golden 2012, NSRDB")


def ageing() -> Iterator[Check]:
    """Cells at rest, and cells that swing by 0.8 once a day."""
    bess = rack(ageing=NAUMANN, soc_start_pu=0.5)
    for years, left_pu in ((1, 0.95748), (2, 0.93987)):
        rest(bess, 0.0, 3600.0, YEAR_H)
        case = f"ageing at rest, {years} y"
        yield Check(case, left_pu, bess.capacity_pu, 1e-5, "", "Naumann 2018, SimSES")
    told = {row["model"]: [float(row[f"{n}_y"]) for n in (1, 2, 5, 10)] for row in published()}
    found = ten_years(ageing=[NAUMANN, BLAST], soc_start_pu=[0.05, 0.05])
    for place, model, allowed, source in (
        (0, "naumann", 0.001, "Naumann 2020, virtual time"),
        (0, "simses_sony", 0.002, "SimSES 1.3.12"),
        (1, "blast_250ah", 0.005, "BLAST-Lite"),
    ):
        off = largest(found[place] - told[model])
        yield Check(f"ageing in cycles, worst of 10 y, {model}", 0.0, off, allowed, "", source)


def costs() -> Iterator[Check]:
    """W1 and W2: levelised costs."""
    for name, found in w1().items():
        expected = COSTS["W1_besslab"]["expected"][name]
        yield Check(f"W1, {name}", expected, found, 5e-5, "", "besslab, as it is written")
    for timing in ("year_end", "year_start"):
        expected = COSTS["W2_lcoe_pkg"][timing]
        case = f"W2, {timing}"
        yield Check(case, expected, w2(timing, timing), 1e-12, "USD/kWh", "lcoe (PyPI)")


def ledger() -> Iterator[Check]:
    """A year of quarters of an hour, by both ways to count what a battery carries."""
    given, stored_kwh = site_year(35_040)
    for method in METHODS:
        carbon = diesel_and_qinghai(method, opening_g_per_kwh=300.0)
        left = float(np.abs(booked(stored_kwh, carbon, **given)["residual_kg"]).sum())
        yield Check(f"ledger, {method}, what is left", 0.0, left, 5e-4, "kg", "conservation")


def regimes() -> Iterator[Check]:
    """An hour of a site by seconds and by milliseconds: charging at noon, and on its own at night.

    The larger of all flows apart from each other, as a share of the load.
    """
    night = {"main.close_cmd": False}
    cases: tuple[tuple[str, int, Mapping[str, Any]], ...] = (
        ("at noon", 12, {}),
        ("on its own at night", 22, night),
    )
    with tempfile.TemporaryDirectory() as folder:
        for words, hour, changed in cases:
            flows = partial(_flows, Path(folder) / str(hour), hour, changed)
            slow, fast = flows(""), flows(ALL_FINE)
            off = largest(slow - fast) / slow[0]
            case = f"energy of an hour {words}, worst flow"
            yield Check(case, 0.0, off, 1e-3, "", "step of 1 ms against 1 s")


def _flows(folder: Path, hour: int, changed: Mapping[str, Any], zoom: str) -> Any:
    """What flowed within an hour of the shipped site; zero what it has no figure of."""
    scenario = folder / "plateau_edge" / "hour.toml"
    scenario.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(find_topology("plateau_edge"), scenario.parent)
    scenario.write_text(HOUR.format(hour=hour) + zoom, "utf-8")
    outcome = run_scenario(scenario, Options(changed, out=folder / ("fine" if zoom else "coarse")))
    if outcome.status != "done":
        raise RuntimeError(outcome.reason)
    return np.array([outcome.kpis.get(name, 0.0) for name in FLOWS])


ENERGY = (litres, island_year, sun, weather, ageing, costs, ledger, regimes)
