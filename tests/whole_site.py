"""One site with everything a cell can hold: groups, fleets, formers, stores, delays, profiles."""

from __future__ import annotations

from typing import Any

import numpy as np

from components.bess import Bess
from components.ems_rule import EmsRule
from components.genset import Genset
from components.grid_connection import GridConnection
from components.it_load import ItLoad
from components.pcs import Pcs
from components.pv import Pv
from components.site_bus import SiteBus
from tests.engine import cell, device, driven, scenario
from tests.engine_components.blinker import Blinker
from tests.engine_components.drain import Drain
from tests.engine_components.droop import Droop
from tests.engine_components.echo import Echo
from tests.engine_components.source import Source
from tests.engine_components.swing import Swing
from tests.engine_components.taker import Taker
from twin.cell import Cell
from twin.scenario import Event, Record, Scenario
from twin.topology import Device

SITES = 3
HOUR_S = 3600.0

WIRES = [
    "site.main.p_load_kw ~> site.ems.p_load_kw",
    "site.main.p_gen_kw ~> site.ems.p_gen_kw",
    "site.bess.soc_pu ~> site.ems.soc_pu",
    "site.grid.online ~> site.ems.grid_available",
    "site.ems.p_set_kw -> site.pcs.p_set_kw",
    "site.ems.run_cmd -> site.genset.run_cmd",
    "site.ems.p_genset_kw -> site.genset.p_set_kw",
    "site.load.p_kw -> total.x_kw",
    "site.pv.p_kw ~> total.x_kw",
    "source.x_kw -> echo.x_kw",
    "echo.y_kw -> taker.x_kw",
    "source.steps ~> taker.whole",
    "source.odd -> taker.truth",
    "source.odd -> blinker.allowed",
]


def devices(sites: int = SITES, **off: bool) -> list[Device]:
    """All devices; ``genset=False`` switches one off."""

    def own(name: str, cls: Any, bus: str = "", **given: Any) -> Device:
        full = f"site.{bus}" if bus else ""
        return device(f"site.{name}", cls, full, groups=sites, enabled=off.get(name, True), **given)

    return [
        own("main", SiteBus),
        own("pv", Pv, "main", rated_kw=20.0 + 3.0 * np.arange(sites)),
        own("load", ItLoad, "main", each=2, rated_kw=4.0),
        own("grid", GridConnection, "main", import_max_kw=5.0),
        own("pcs", Pcs, "main", rated_kva=30.0),
        own("bess", Bess, "pcs", energy_kwh=8.0, soc_start_pu=0.2),
        own("genset", Genset, "main", rated_kw=15.0),
        own("ems", EmsRule, period_s=600.0),
        device("total", Taker),
        device("source", Source, each=2, base_kw=[0.1, 0.7]),
        device("echo", Echo, each=2, delay_s=[47.3, 0.0]),
        device("taker", Taker, each=2, period_s=300.0),
        device("blinker", Blinker, each=2, every=[2, 3]),
        device("island", Swing),
        device("demand", Drain, "island"),
        device("former", Droop, "island", each=2, p_set_kw=[3.0, 5.0], lag_s=0.5),
    ]


def hours(sites: int = SITES) -> dict[tuple[str, str], Any]:
    """What drives the inputs: sun on straight lines, work held, a grid that comes and goes."""
    stamps = np.arange(0.0, 7 * HOUR_S, 777.0)
    sun = 900.0 * np.sin(stamps / 9000.0) ** 2
    work = 0.5 + 0.4 * np.cos(stamps / 1700.0)
    grid = (np.arange(len(stamps)) % 7 < 4).astype(float)
    first = np.zeros(sites, np.int64)
    each = np.arange(2 * sites) % 2
    return {
        ("site.pv", "poa_w_per_m2"): driven(stamps, sun, linear=True, choice=first),
        ("site.load", "utilisation_pu"): driven(stamps, work, work[::-1], choice=each),
        ("site.grid", "available"): driven(stamps, grid, choice=first),
    }


def six_hours(**rest: Any) -> Scenario:
    """Six hours in minutes, with one in steps of 50 ms for a few minutes."""
    return scenario(
        6 * HOUR_S,
        60.0,
        sync_s=300.0,
        fine_step_s=0.05,
        fine_sync_s=1.0,
        fine_for_s=200.0,
        events=(Event(2 * HOUR_S, "demand", (0,), "wanted_kw", 14.0),),
        record=rest.pop("record", Record(every_s=300.0, fine_every_s=5.0, units=("site[1].*",))),
        **rest,
    )


CHANGES = [
    (2 * HOUR_S, "demand", (0,), "wanted_kw", 14.0),
    (2 * HOUR_S + 60.0, "site.load", (0, 1), "rated_kw", 6.0),
]


def whole_site(in_python: bool = False, sites: int = SITES, **off: bool) -> Cell:
    return cell(
        devices(sites, **off),
        WIRES,
        six_hours(),
        hours(sites),
        CHANGES,
        in_python=in_python,
    )
