"""A truck with a diesel set at a small site and in a small area, from a few lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.mosaik_world import Ran, done

AT_ONCE = "\n".join(
    [
        f"{stage}_{end}_s = 0.0"
        for stage in ("decide", "mobilise", "quick")
        for end in ("low", "mode", "high")
    ]
    + ["speed_km_per_h = 1e15", "fill_s = 0.0"]
)
FIXED = AT_ONCE.replace("= 0.0", "= 600.0").replace("1e15", "50.0\ntravel_sigma_pu = 0.0")
"""Every stage 10 min, the drive an hour: a truck is there 1.5 h after it was called."""

SITE = """
[device.main]
type = "site_bus"
[device.load]
type = "load"
bus = "main"
p_set_kw = 60.0
"""
SET = """
[device.genset]
type = "genset"
bus = "main"
count = {units}
rated_kw = 100.0
p_set_kw = 60.0
governor = "valve_droop"
{genset}
"""
TRUCK = """
[device.truck]
type = "mobile_unit"
count = {units}
depot = "north"
{truck}
wires = [
    "run_cmd -> genset.run_cmd",
    "refuelled_l ~> genset.refuelled_l",
    "genset.fuel_low ~> fuel_low",
    "genset.tank_left_l ~> tank_left_l",
    "genset.mode ~> engine_mode",
]
"""
DAY = "horizon_s = 86400\nstep_s = 60\nsync_s = 60\n"
FINE = "fine_step_s = 0.001\nfine_sync_s = 1\nfine_for_s = 20\n"


def event(target: str, at_s: float, to: Any = "true", for_s: float | None = None) -> str:
    lasts = "" if for_s is None else f"for_s = {for_s}\n"
    return f'[[event]]\nat_s = {at_s}\nset = "{target}"\nto = {to}\n{lasts}'


def sent(
    folder: Path,
    truck: str = FIXED,
    times: str = DAY,
    genset: str = "",
    units: int = 1,
    more: str = "",
    **options: Any,
) -> Ran:
    """A site and a truck with its set, run to the end."""
    own = SET.format(units=units, genset=genset) + TRUCK.format(units=units, truck=truck)
    return done(folder, SITE + own + more, times, **options)


def fixed(folder: Path, times: str, genset: str = "", **options: Any) -> Ran:
    """The same site with a set that is always there."""
    return done(folder, SITE + SET.format(units=1, genset=genset), times, **options)


def stages(ran: Ran, unit: str = "truck") -> list[tuple[float, str]]:
    """When a truck began to do what."""
    own = ran.run.events.query("field == 'mode'")
    own = own[own["unit"] == unit]
    return [(float(t_s), str(text)) for t_s, text in zip(own["t_s"], own["text"], strict=True)]


def total(ran: Ran, name: str) -> float:
    return ran.run.totals[name]
