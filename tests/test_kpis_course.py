"""What hours tell, recomputed by hand from a few numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.event_runs import device, run_of
from twin.kpis import compute
from twin.kpis.course import falls, of_course
from twin.run import Run

HOUR_S = 3600.0
BEGIN_S = 600.0
T_S = np.arange(60.0, 2.0 * HOUR_S + 1.0, 60.0)


def evening(folder: Path, tick_s: float = 60.0) -> Run:
    """For an hour the frequency is 0.1 Hz low; storage gives 4 MW for half of it, then 1 MW."""
    low = (T_S > BEGIN_S) & (T_S <= BEGIN_S + HOUR_S)
    table: dict[str, Any] = {"t_s": T_S, "area.f_end_hz": 50.0 - 0.1 * low}
    table["pcs.p_kw"] = low * np.where(T_S <= BEGIN_S + HOUR_S / 2.0, 4e3, 1e3)
    devices = {"area": device("bus"), "pcs": device("converter", "area")}
    return run_of(folder, devices, table, BEGIN_S, tick_s=tick_s)


def test_deviation_is_weighed_by_its_time(tmp_path: Path) -> None:
    found = compute(evening(tmp_path))
    assert found["lowest_hz"] == pytest.approx(49.9)
    assert found["off_rms_mhz"] == pytest.approx(100.0 / np.sqrt(2.0))
    assert found["off_50mhz_s"] == pytest.approx(HOUR_S)


def test_the_lowest_of_a_run_in_fine_steps_is_its_nadir(tmp_path: Path) -> None:
    assert "lowest_hz" not in compute(evening(tmp_path, tick_s=0.01))


def test_what_storage_gave_lasted_half_an_hour_at_full_power(tmp_path: Path) -> None:
    found = of_course(evening(tmp_path))
    assert found["pcs.given_kwh"] == pytest.approx(2000.0 + 500.0)
    assert found["pcs.full_h"] == pytest.approx(0.5)
    assert found["pcs.full_from_h"] == pytest.approx(60.0 / HOUR_S)


def test_where_frequency_stands_nothing_is_told(tmp_path: Path) -> None:
    table = {"t_s": T_S, "area.f_end_hz": np.full(len(T_S), 50.0), "pcs.p_kw": T_S}
    devices = {"area": device("bus"), "pcs": device("converter", "area")}
    run = run_of(tmp_path, devices, table, tick_s=60.0)
    assert of_course(run) == {}
    assert "off_rms_mhz" not in compute(run)


def test_each_fall_has_its_nadir_and_the_charge_before_it(tmp_path: Path) -> None:
    t_s = np.round(np.arange(0.1, 60.01, 0.1), 9)
    on = ((t_s > 10.0) & (t_s <= 20.0)) | ((t_s > 40.0) & (t_s <= 50.0))
    f_hz = 50.0 - np.where(on, np.where(t_s < 30.0, 0.3, 0.4), 0.0)
    charge = np.interp(t_s, [0.0, 10.0, 20.0, 40.0, 50.0, 60.0], [0.5, 0.5, 0.4, 0.4, 0.3, 0.3])
    table = {"t_s": t_s, "area.f_end_hz": f_hz, "bess.soc_pu": charge}
    devices = {"area": device("bus"), "bess": device("storage")}
    event = {"at_s": 10.0, "for_s": 10.0, "times": 2, "every_s": 30.0}
    told = [dict(one) for one in falls(run_of(tmp_path, devices, table, event))]
    assert [one["nadir_hz"] for one in told] == pytest.approx([49.7, 49.6])
    assert [one["soc_pu"] for one in told] == pytest.approx([0.5, 0.4])
