from __future__ import annotations

import pytest

from components.uptime_meter import UptimeMeter


def live(*spells: tuple[float, float, float]) -> UptimeMeter:
    """Hours with 10 kW of load, of which some can wait, and some is not served."""
    meter = UptimeMeter(p_load_kw=10.0)
    for hours, p_wait_kw, unserved_kw in spells:
        meter.p_wait_kw, meter.unserved_kw = p_wait_kw, unserved_kw
        for _ in range(round(4 * hours)):
            meter.step(900.0)
    return meter


def test_eight_hours_and_three_quarters_of_a_year_are_99_9_per_cent() -> None:
    meter = live((4000.0, 0, 0), (6.0, 0, 10.0), (1000.0, 0, 0), (2.75, 0, 10.0), (3751.25, 0, 0))

    assert (meter.interruption_count, meter.longest_s) == (2, 6 * 3600.0)
    assert 1 - meter.interrupted_s / meter.observed_s == pytest.approx(0.999, abs=2e-6)
    assert 1 - meter.lost_kwh / meter.critical_kwh == pytest.approx(0.999, abs=2e-6)


def test_what_can_wait_goes_unserved_first() -> None:
    meter = live((1.0, -4.0, 3.0), (1.0, -4.0, 4.0), (1.0, -4.0, 7.0))

    assert (meter.interruption_count, meter.interrupted_s) == (1, 3600.0)
    assert (meter.lost_kwh, meter.critical_kwh) == (3.0, 18.0)


def test_a_bus_that_nobody_loads_is_not_interrupted() -> None:
    meter = UptimeMeter()
    meter.step(900.0)

    assert (meter.interruption_count, meter.observed_s) == (0, 900.0)
