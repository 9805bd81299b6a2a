from __future__ import annotations

import csv
from pathlib import Path

import pytest

import components
from components.area import Area
from components.load import Load
from components.site_bus import SiteBus
from components.ufls import CLOSED, OPEN, OPENING, PICKED_UP, Ufls
from tests import engine
from tests.components.grid import Grid

DATA = Path(components.__file__).parent / "data"
SETS = {"ufls_great_britain": 0.60, "ufls_continental_europe": 0.45}


def stages(name: str) -> list[dict[str, float]]:
    """A published set; its first line tells the source."""
    with (DATA / f"{name}.csv").open() as file:
        assert file.readline().startswith("# ")
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def ramped(stage: Ufls, dt_s: float, seconds: float, hz_per_s: float = -1.0) -> Ufls:
    """Let the frequency fall from where it was, its mean over each step given as a bus does."""
    begin_hz = stage.f_hz
    for n in range(round(seconds / dt_s)):
        stage.f_hz = begin_hz + hz_per_s * (n + 0.5) * dt_s
        stage.step(dt_s)
    return stage


def test_picks_up_waits_and_opens() -> None:
    stage = Ufls(threshold_hz=49.0, delay_s=0.1, breaker_s=0.05, p_set_kw=100.0)
    found = []
    for seconds in (0.995, 0.09, 0.03, 0.1):
        ramped(stage, 0.005, seconds)
        found.append((stage.mode, stage.p_kw))
        stage.f_hz -= 0.0025  # from the middle of the last step to its end
    assert found == [(CLOSED, -100.0), (PICKED_UP, -100.0), (OPENING, -100.0), (OPEN, 0.0)]
    assert (stage.shed_kw, stage.trip_count) == (100.0, 1)


@pytest.mark.parametrize("dt_s", [0.001, 0.004, 0.01, 0.02])
def test_what_is_shed_does_not_depend_on_the_step(dt_s: float) -> None:
    # 50 Hz falling by 1 Hz/s crosses 48.983 Hz at 1.017 s; 0.137 s later it is off, 0.846 s long
    stage = Ufls(threshold_hz=48.983, delay_s=0.08, breaker_s=0.057, p_set_kw=3600.0)
    ramped(stage, dt_s, 2.0)
    assert stage.shed_kwh == pytest.approx(2.0 - 1.017 - 0.137, abs=1e-9)
    assert stage.energy_kwh == pytest.approx(1.154, abs=1e-9)


def test_recovery_within_the_delay_leaves_it_closed() -> None:
    stage = Ufls(threshold_hz=49.0, delay_s=0.1, p_set_kw=100.0)
    ramped(stage, 0.01, 1.05)
    assert stage.mode == PICKED_UP
    stage.f_hz = 49.0
    stage.step(0.01)
    assert (stage.mode, stage.since_s, stage.p_kw) == (CLOSED, 0.0, -100.0)


def test_recovery_while_the_breaker_opens_comes_too_late() -> None:
    stage = Ufls(threshold_hz=49.0, delay_s=0.05, breaker_s=0.05, p_set_kw=100.0)
    ramped(stage, 0.01, 1.08)
    assert stage.mode == OPENING
    stage.f_hz = 50.0
    ramped(stage, 0.01, 0.05, 0.0)
    assert stage.mode == OPEN


def test_stays_open_until_it_is_told_to_close_at_a_sound_frequency() -> None:
    stage = Ufls(threshold_hz=49.0, p_set_kw=100.0)
    ramped(stage, 0.01, 1.5)
    stage.close_cmd = True
    ramped(stage, 0.01, 0.5, 0.0)
    assert (stage.mode, stage.feeds) == (OPEN, False)
    stage.f_hz = 50.0
    stage.step(0.01)
    assert (stage.mode, stage.feeds, stage.p_kw) == (CLOSED, True, -100.0)


def test_dead_bus_shows_the_relay_no_frequency() -> None:
    stage = Ufls(p_set_kw=100.0, f_hz=0.0)
    ramped(stage, 0.01, 1.0, 0.0)
    assert stage.mode == CLOSED


@pytest.mark.parametrize("name", SETS)
def test_published_set_sheds_its_share_and_catches_the_frequency(name: str) -> None:
    demand_kw = 400e3
    relays = [
        Ufls(threshold_hz=stage["threshold_hz"], p_set_kw=stage["share_pu"] * demand_kw)
        for stage in stages(name)
    ]
    assert sum(relay.p_set_kw for relay in relays) == pytest.approx(SETS[name] * demand_kw)

    # what supplies the area is not modelled and no governor acts: only shedding ends the fall
    lost = Load()
    grid = Grid(Area(base_kva=500e3), [], [*relays, lost])
    for n in range(3000):
        lost.p_set_kw = 0.25 * demand_kw if n > 100 else 0.0
        grid.fine(0.01)
    opened = [relay.mode == OPEN for relay in relays]

    assert opened == sorted(opened, reverse=True)  # from the highest threshold down
    assert 47.5 < grid.area.f_min_hz < relays[0].threshold_hz
    assert grid.area.rocof_hz_per_s >= -1e-3


def test_site_behind_the_breaker_is_shed_with_the_feeder() -> None:
    devices = [
        engine.device("area", Area, base_kva=1e3),
        engine.device("lost", Load, "area"),
        engine.device("relay", Ufls, "area", threshold_hz=49.5, p_set_kw=10.0),
        engine.device("main", SiteBus, "area"),
        engine.device("room", Load, "main", p_set_kw=30.0),
    ]
    when = engine.zoomed(0.0, horizon_s=1.0, fine_for_s=1.0)
    event = (0.1, "lost", (0,), "p_set_kw", 200.0)
    wires = ["relay.feeds ~> main.upstream_closed"]
    cell = engine.finished(engine.cell(devices, wires, when, changes=[event]))
    (relay_kwh,), (room_kwh,) = (engine.values(cell, f"{n}.energy_kwh") for n in ("relay", "room"))

    assert engine.values(cell, "main.p_kw") == [0.0]
    # it falls by some 1.25 Hz/s from 0.1 s on: some 0.65 s on the grid, the site a step longer
    assert relay_kwh * 3600.0 / 10.0 == pytest.approx(0.65, abs=0.02)
    assert 0.0 <= room_kwh * 3600.0 / 30.0 - relay_kwh * 3600.0 / 10.0 <= 0.002
