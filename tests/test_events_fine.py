"""Trips, dips, ramps and recorded frequency at fine steps, with the components that ship."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.mosaik_world import Ran, done, write

RECORDED = Path(__file__).parent / "reference/frequency/d_coi_ndroop_dde.csv"
FINE = "horizon_s = {}\nstep_s = 1\nfine_step_s = {}\nfine_sync_s = 0.1\nfine_for_s = 1\n"
AREA = """
[device.area]
type = "area"
base_kva = 500e3
[device.plant]
type = "tgov1"
bus = "area"
count = 2
rated_kva = [400e3, 40e3]
p_set_kw = [200e3, 40e3]
[device.mill]
type = "load"
bus = "area"
p_set_kw = 10e3
"""


def area(folder: Path, event: str) -> Ran:
    """An area of 500 MVA, 4 s, for 3 s; something happens at 1.234 s."""
    times = FINE.format(3, 0.001) + f"[[event]]\nat_s = 1.234\n{event}"
    return done(folder, AREA, times, in_python=True)


def test_a_plant_trips_at_its_millisecond(tmp_path: Path) -> None:
    given = area(tmp_path, 'set = "plant[1].online"\nto = false\n').run["plant.p_kw"]
    assert given.loc[1.234] == pytest.approx(240e3)
    assert given.loc[1.235] == pytest.approx(200e3)


def test_its_loss_turns_the_area_as_inertia_says(tmp_path: Path) -> None:
    """f' = -f0 P / (2 H S) at the first instant: reference/frequency.md 1.1."""
    ran = area(tmp_path, 'set = "plant[1].online"\nto = false\n').run
    slope = ran["area.f_end_hz"].diff().loc[1.235] / 0.001
    assert slope == pytest.approx(-50.0 * 40e3 / (2.0 * 4.0 * 500e3), rel=1e-3)


def test_a_ramp_of_a_load_takes_the_energy_of_its_triangle(tmp_path: Path) -> None:
    """From 10 to 16 MW within 0.7777 s, which ends between two steps."""
    ran = area(tmp_path, 'set = "mill.p_set_kw"\nto = 16e3\nover_s = 0.7777\n').run
    kws = 10e3 * 3.0 + 6e3 * (0.5 * 0.7777 + 3.0 - 1.234 - 0.7777)
    assert ran.totals["mill.energy_kwh"] * 3600.0 == pytest.approx(kws, rel=1e-12)


SITE = """
[device.bus]
type = "thevenin"
s_sc_mva = 1000.0
{more}
[device.pcs]
type = "pcs_fast"
bus = "bus"
forming = false
rated_kva = 100.0
filter_s = 0.1
delay_s = 0.1
lag_s = 0.05
[device.bess]
type = "bess"
bus = "pcs"
discharge_max_kw = 100.0
"""


def test_a_fault_is_a_dip_of_its_depth_and_length(tmp_path: Path) -> None:
    event = '[[event]]\nat_s = 1.0\nset = "bus.e_pu"\nto = 0.3\nfor_s = 0.15\n'
    ran = done(tmp_path, SITE.format(more=""), FINE.format(3, 0.001) + event, in_python=True)
    kpis = ran.outcome.kpis
    assert kpis["v_min_pu"] == pytest.approx(0.3, abs=1e-3)
    assert kpis["v_below_70pct_s"] == pytest.approx(0.15)


FEEDER = """
[device.feeder]
type = "weak_grid"
bus = "area"
network = "create_cigre_network_mv"
s_sc_mva = 400
[device.shop]
type = "load"
bus = "feeder"
at = 11
p_set_kw = 50.0
"""


def test_a_line_opens_at_its_exchange_and_closes_again(tmp_path: Path) -> None:
    """Line 1 feeds bus 11; the network is asked every 0.1 s and tells a step later."""
    event = '[[event]]\nat_s = 1.2\nset = "feeder[1].line_out"\nto = true\nfor_s = 0.5\n'
    times = FINE.format(2, 0.01) + event
    ran = done(tmp_path, AREA + FEEDER, times, in_python=True)
    dark = ran.run["shop.p_kw"].loc[lambda p_kw: p_kw == 0.0].index
    assert (dark[0], dark[-1]) == pytest.approx((1.21, 1.71), abs=0.011)


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A minute of recorded frequency, in which a site answers with a droop of 2 %."""
    folder = tmp_path_factory.mktemp("replayed")
    write(folder, "", "")
    table = pd.read_csv(RECORDED)
    stamps = pd.Timestamp("2026-06-01T00:00:00Z") + pd.to_timedelta(table["t_s"], unit="s")
    recorded = pd.DataFrame({"time": stamps.map(pd.Timestamp.isoformat), "grid_hz": table["f_Hz"]})
    recorded.to_csv(folder / "t/recorded.csv", index=False)
    profile = '[profile.recorded]\nfile = "recorded.csv"\nbetween = "linear"\nfill = "linear"\n'
    more = 'f_source_hz = "recorded.grid_hz"\n'
    times = FINE.format(60, 0.02) + "[[zoom]]\nat_s = 0\nfor_s = 60\n"
    return done(folder, profile + SITE.format(more=more), times, in_python=True)


def test_a_recorded_frequency_replays_with_its_nadir(replayed: Ran) -> None:
    lowest = pd.read_csv(RECORDED)["f_Hz"].min()
    assert replayed.outcome.kpis["nadir_hz"] == pytest.approx(lowest, abs=1e-4)


def test_the_answer_is_the_droop_of_the_frequency_when_the_delays_have_passed(
    replayed: Ran,
) -> None:
    """P = S (f0 - f) / (R f0), where the frequency moves slowly, so from 10 s on.

    Filter, delay, lag, and one step: what a bus says arrives one step late.
    """
    table = pd.read_csv(RECORDED)
    given = replayed.run["pcs.p_kw"].loc[10.0:]
    middle_s = given.index.to_numpy() - 0.01  # a mean over its step
    seen_hz = np.interp(middle_s - 0.1 - 0.1 - 0.05 - 0.02, table["t_s"], table["f_Hz"])
    assert given.to_numpy() == pytest.approx(100.0 * (50.0 - seen_hz) / (0.02 * 50.0), rel=2e-4)


def test_in_the_end_it_is_that_of_the_frequency_that_is(replayed: Ran) -> None:
    f_hz = pd.read_csv(RECORDED)["f_Hz"].iloc[-1]
    assert replayed.last("pcs.p_kw") == pytest.approx(100.0 * (50.0 - f_hz), rel=1e-5)
