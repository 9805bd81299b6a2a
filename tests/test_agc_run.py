"""Secondary control in a run: two plants bring an area back after a loss, through both regimes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mobile import event
from tests.mosaik_world import done, same

AREA = """
[device.area]
type = "area"
base_kva = 500e3
[device.plant]
type = "ieeeg1"
bus = "area"
count = 2
rated_kva = [300e3, 100e3]
p_set_kw = [200e3, 60e3]
ramp_pu_per_s = 0.0025            # 15 %/min, gas
[device.demand]
type = "load"
bus = "area"
[device.agc]
type = "agc"
count = 2
period_s = 4.0
bias_kw_per_hz = 170e3            # 400 MVA at 5 %, damping of 500 MVA
share_pu = [0.75, 0.25]
reserve_kw = [30e3, 10e3]
wires = ["area.f_end_hz ~> f_hz", "p_agc_kw -> plant.p_agc_kw"]
"""
LOSS = event("demand.p_set_kw", 5, 20e3)
TIMES = (
    "horizon_s = {}\nstep_s = 1\nsync_s = 1\nfine_step_s = 0.01\nfine_sync_s = 1\nfine_for_s = 60\n"
)


def test_two_plants_take_over_a_loss_in_their_shares(tmp_path: Path) -> None:
    ran = done(tmp_path, AREA, TIMES.format(1200) + LOSS)
    f_hz = ran.run["area.f_end_hz"]
    asked = [ran.run.signals[f"agc.p_agc_kw:{stat}"].iloc[-1] for stat in ("max", "min")]
    print(f"nadir {f_hz.min():.4f} Hz, after 20 min {f_hz.iloc[-1]:.4f} Hz, asked {asked}")
    assert f_hz.min() < 49.95
    assert f_hz.iloc[-1] == pytest.approx(50.0, abs=2e-3)
    assert asked == pytest.approx([15e3, 5e3], rel=0.02)


def test_without_it_the_area_stays_on_its_droop(tmp_path: Path) -> None:
    ran = done(tmp_path, AREA + "online = false\n", TIMES.format(1200) + LOSS)
    assert ran.last("area.f_end_hz") == pytest.approx(50.0 - 20e3 / 170e3, abs=1e-3)


def test_exploded_it_is_the_same(tmp_path: Path) -> None:
    fused, exploded = (
        done(tmp_path, AREA, TIMES.format(70).replace("60\n", "2\n") + LOSS, out, exploded=apart)
        for out, apart in (("fused", False), ("exploded", True))
    )
    same(fused.run, exploded.run)
