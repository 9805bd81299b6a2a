"""What is compared, and the targets."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks import hand_kernel, ours
from benchmarks.frequency import frequency
from benchmarks.power_flow import power_flow
from benchmarks.site import Energies, Sites, make_sites
from benchmarks.studies import studies
from benchmarks.table import Row
from benchmarks.timing import medians, seconds_of
from benchmarks.year import year

HOURLY = "every_s = 3600"
NOTHING = "signals = []"
SITES = (1, 17, 167, 1_667, 16_667, 100_000)  # of six units each
STEPS = (10**3, 10**4, 10**5, 10**6, 10**7)


def site_year(folder: Path) -> Iterator[Row]:
    """One site for a year, against Vessim on both of its backends."""
    sites = make_sites(1, 365)
    for step_s, words in ((300, "5 min"), (60, "1 min")):
        scenario = ours.write(folder / str(step_s), sites, step_s, HOURLY)
        for backend in ("native", "mosaik"):
            target = 50.0 if (step_s, backend) == (300, "native") else None
            row = Row(f"site_year, {words}, Vessim {backend}", at_least=target)
            yield _against_vessim(row, sites, step_s, backend, scenario)


def fleet_month(folder: Path) -> Iterator[Row]:
    """A hundred unlike sites for a month, against Vessim."""
    sites = make_sites(100, 30)
    scenario = ours.write(folder, sites, 300, HOURLY)
    row = Row("fleet_month, 100 sites, 5 min, Vessim native", at_least=200.0)
    yield _against_vessim(row, sites, 300, "native", scenario)


def _against_vessim(row: Row, sites: Sites, step_s: int, backend: str, scenario: Path) -> Row:
    if find_spec("vessim") is None:
        return row.failed("vessim is not installed (extra: peers)")
    from benchmarks import peers_vessim

    theirs = peers_vessim.energies(sites, step_s, backend)
    if found := ours.energies(scenario).differences(theirs):
        return row.failed("energies differ: " + ", ".join(found))
    slow = sites.count * sites.steps(step_s) > 200_000 or backend == "mosaik"
    peer = partial(peers_vessim.seconds, sites, step_s, backend)
    mine, their = medians(partial(ours.run_seconds, scenario), peer, runs=3 if slow else 5)
    return row.compared(mine, their, their / mine)


def fused_vs_hand(folder: Path) -> Iterator[Row]:
    """Our cell against kernels written by hand; nothing is recorded on either side."""
    for count, days in ((1, 365), (1_000, 10)):
        sites = make_sites(count, days)
        scenario = ours.write(folder / str(count), sites, 300, NOTHING)
        cell = ours.CellAlone(scenario)
        kernels: dict[str, Callable[[Sites, int], Energies]] = {
            "same formulas": hand_kernel.run_same,
            "least arithmetic": hand_kernel.run_least,
        }
        for words, kernel in kernels.items():
            target = 1.3 if (count, words) == (1_000, "same formulas") else None
            row = Row(f"cell against hand, {_sites(count)}, {words}", at_most=target)
            theirs = kernel(sites, 300)
            if found := ours.energies(scenario).differences(theirs):
                yield row.failed("energies differ: " + ", ".join(found))
                continue
            by_hand = partial(seconds_of, partial(kernel, sites, 300))
            mine, their = medians(partial(_seconds, cell), by_hand)
            yield row.compared(mine, their, mine / their)


def _seconds(cell: ours.CellAlone, until: int | None = None) -> float:
    made = cell.fresh()
    end = cell.calendar.end if until is None else until
    return seconds_of(lambda: made.advance(end))


def scale(folder: Path) -> Iterator[Row]:
    """How time grows with units and with steps, in the cell, hourly records."""
    yield from _scale_units(folder / "units")
    yield from _scale_steps(folder / "steps")


def _scale_units(folder: Path) -> Iterator[Row]:
    sites = make_sites(1, 1)
    taken: list[float] = []
    for count in SITES:
        scenario = ours.write(folder / str(count), sites, 300, HOURLY, ours.drawn(count))
        cell = ours.CellAlone(scenario)
        _seconds(cell)
        taken += medians(partial(_seconds, cell), runs=5 if count < 10_000 else 3)
    cost = {
        count: seconds / count / sites.steps(300) * 1e9
        for count, seconds in zip(SITES, taken, strict=True)
    }
    for count in SITES:
        words = f"scale, {6 * count:,} units ({_sites(count)})"
        yield Row(words, ours=cost[count] / 6, unit="ns a unit-step")
    worse = cost[16_667] / cost[167]
    yield Row("scale, 100,000 against 1,000 units, cost of a unit-step", ratio=worse, at_most=1.5)
    worse = cost[100_000] / cost[167]
    yield Row("scale, 600,000 against 1,000 units, cost of a unit-step", ratio=worse)
    yield Row("scale, exponent over units", ours=_exponent(SITES, taken), unit="")


def _scale_steps(folder: Path) -> Iterator[Row]:
    days = STEPS[-1] // 86400 + 1
    cell = ours.CellAlone(ours.write(folder, make_sites(1, days), 1, HOURLY))
    _seconds(cell, STEPS[0])
    taken = [medians(partial(_seconds, cell, steps))[0] for steps in STEPS]
    for steps, seconds in zip(STEPS, taken, strict=True):
        yield Row(f"scale, {steps:,} steps", ours=seconds / steps * 1e9, unit="ns a site-step")
    yield Row("scale, exponent over steps", ours=_exponent(STEPS, taken), unit="")


def _sites(count: int) -> str:
    return "1 site" if count == 1 else f"{count:,} sites"


def _exponent(sizes: tuple[int, ...], seconds: list[float]) -> float:
    """The slope of time over size, both on logarithmic axes."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def memory(folder: Path) -> Iterator[Row]:
    """The most memory of a process that runs a site-year at a minute with default recording."""
    scenario = ours.write(folder, make_sites(1, 365), 60, "")
    code = (
        "import re, sys; from twin.runner import Options, run_scenario;"
        "from pathlib import Path;"
        "run_scenario(sys.argv[1], Options(out=Path(sys.argv[2])));"
        "status = Path('/proc/self/status').read_text();"  # getrusage would count our own as well
        "print(re.search(r'VmHWM:\\s+(\\d+)', status)[1])"
    )
    for out in ("first", "second"):  # the first may compile, which takes memory of its own
        command = [sys.executable, "-c", code, str(scenario), str(folder / out)]
        said = subprocess.run(command, capture_output=True, text=True, check=True)
    megabytes = int(said.stdout.split()[-1]) / 1024.0
    yield Row("memory, site-year at 1 min, every step", ours=megabytes, unit="MB", at_most=400.0)


KINDS = (site_year, fleet_month, fused_vs_hand, scale, memory, power_flow, frequency, year, studies)
CASES = {case.__name__: case for case in KINDS}


def rows_of(name: str) -> Iterator[Row]:
    """The rows of a case, measured in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        yield from CASES[name](Path(folder))
