from __future__ import annotations

from typing import Any

import pytest

from tests.components.following import INSTANT, advance, follower, powers

FAST: dict[str, Any] = {
    "droop_pu": 1.0,
    "deadband_hz": 1.0,
    "ffr_pu": 0.6,
    "ffr_hold_s": 0.15,
    "ffr_rise_s": 0.2,
    "ffr_sustain_s": 1.0,
    "ffr_release_s": 0.5,
    "ffr_rearm_s": 2.0,
}


def falling_hz(t_s: float) -> float:
    """1 Hz/s from 50 Hz, for a second, and back at once: below 49.7 Hz from 0.3 to 1 s."""
    return 50.0 - t_s if t_s < 1.0 else 50.0


@pytest.mark.parametrize("dt_s", [0.004, 0.01, 0.05])
def test_fast_response_begins_at_its_instant_and_gives_its_block_by_the_clock(
    dt_s: float,
) -> None:
    pcs = follower(**FAST, **INSTANT)
    found = [advance(pcs, dt_s, f_hz=falling_hz((n + 0.5) * dt_s)) for n in range(round(3 / dt_s))]
    begun_s = 0.3 + 0.15
    full = [p for n, p in enumerate(found) if begun_s + 0.2 <= n * dt_s <= begun_s + 1.2 - dt_s]
    assert full == pytest.approx([60.0] * len(full), rel=1e-9)
    halfway = found[round((begun_s + 0.1) / dt_s - 0.5)]
    assert halfway == pytest.approx(30.0, abs=300.0 * dt_s)
    assert sum(found) * dt_s == pytest.approx(60.0 * (0.1 + 1.0 + 0.25), rel=1e-9)
    centre_s = sum((n + 0.5) * dt_s * p for n, p in enumerate(found)) / sum(found)
    block_s = (0.1 * 0.4 / 3 + 1.0 * 0.7 + 0.25 * (1.2 + 0.5 / 3)) / 1.35
    assert centre_s - begun_s == pytest.approx(block_s, abs=2e-3)


def test_fast_response_needs_its_hold_time_and_a_rest_before_the_next() -> None:
    pcs = follower(**FAST, **INSTANT)
    powers(pcs, 0.01, 0.14, f_hz=49.6)
    powers(pcs, 0.01, 0.5, f_hz=49.9)
    assert pcs.e_to_bus_kwh == 0.0
    powers(pcs, 0.01, 0.16 + 1.7, f_hz=49.6)
    once_kwh = pcs.e_to_bus_kwh
    powers(pcs, 0.01, 1.9, f_hz=49.6)
    assert pcs.e_to_bus_kwh == once_kwh
    powers(pcs, 0.01, 0.4, f_hz=49.6)
    assert pcs.e_to_bus_kwh > once_kwh


def test_fast_response_goes_on_by_the_clock_when_the_zoom_ends() -> None:
    pcs = follower(**FAST, **INSTANT)
    powers(pcs, 0.01, 0.5, f_hz=49.6)
    for _ in range(3):
        pcs.offer(1.0)
        pcs.p_settled_kw = pcs.p0_kw
        pcs.step(1.0)
    assert pcs.e_to_bus_kwh * 3600.0 == pytest.approx(60.0 * 1.35, rel=1e-9)
