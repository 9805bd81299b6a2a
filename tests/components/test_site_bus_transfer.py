from __future__ import annotations

import math
from typing import Any

import pytest

from components._bus.angles import wrapped
from components.site_bus import SiteBus
from tests.components.site_island import Droop, Emf, SiteIsland


class Follower(Droop):
    """A converter that follows the grid, and forms so long after the switch has opened."""

    change_s = 0.02
    open_s = 0.0

    def offer(self, bus: SiteBus, dt_s: float) -> None:
        self.on = self.open_s >= self.change_s - 1e-9
        self.open_s = self.open_s + dt_s if bus.apart else 0.0
        super().offer(bus, dt_s)


def former() -> Droop:
    return Droop(s_kva=100.0, x_pu=0.15)


def on_grid(*formers: Any, load_kw: float = 50.0, **values: Any) -> SiteIsland:
    """A site on a grid at 50 Hz, connected for a tenth of a second."""
    bus = SiteBus(held=True, **({"return_s": 0.5} | values))
    site = SiteIsland(bus, formers, load_kw=load_kw)
    site.run(0.1)
    return site


def grid(site: SiteIsland, v_pu: float, f_hz: float = 50.0) -> None:
    site.bus.v_outside_pu, site.bus.f_outside_hz = v_pu, f_hz if v_pu > 0.0 else 0.0


def mode(site: SiteIsland) -> str:
    return str(site.bus.fields["mode"].labels[site.bus.mode])


def cause(site: SiteIsland) -> str:
    return str(site.bus.fields["cause"].labels[site.bus.cause])


def seen_ms(site: SiteIsland, seconds: float) -> list[float]:
    """The voltage that loads were told, millisecond by millisecond."""
    found = []
    for _ in range(round(seconds * 1000)):
        site.step()
        found.append(site.told_pu)
    return found


def test_behind_a_static_switch_and_a_forming_converter_loads_see_detection_and_opening() -> None:
    site = on_grid(former())
    grid(site, 0.0)
    seen = seen_ms(site, 0.1)

    assert [v < 0.1 for v in seen].count(True) == 2 + 4  # ms
    assert seen[6:] == pytest.approx([1.0] * 94, abs=0.01)
    assert (mode(site), cause(site), site.bus.transfer_count) == ("islanded", "under_voltage", 1)
    assert site.bus.gap_s == pytest.approx(0.006)


def test_a_converter_that_has_to_change_its_mode_adds_the_time_it_needs() -> None:
    site = on_grid(Follower(s_kva=100.0, x_pu=0.15))
    grid(site, 0.0)
    seen = seen_ms(site, 0.1)

    assert [v < 0.1 for v in seen].count(
        True
    ) == 2 + 4 + 20 + 1  # it shows its EMF in the last of them
    assert mode(site) == "islanded"


def test_an_automatic_transfer_switch_leaves_them_without_voltage_in_between() -> None:
    site = on_grid(former(), transfer="ats", transfer_s=0.1)
    grid(site, 0.0)
    seen = seen_ms(site, 0.3)

    assert [v < 0.1 for v in seen].count(True) == 2 + 4 + 100
    assert site.bus.unserved_kwh == pytest.approx(50.0 * 0.106 / 3600.0)


def test_a_dip_is_seen_until_the_switch_is_open() -> None:
    site = on_grid(former())
    grid(site, 0.6)
    seen = seen_ms(site, 0.1)

    assert seen[:6] == [0.6] * 6
    assert min(seen[6:]) > 0.99
    assert (site.bus.gap_s, site.bus.dip_pu) == (0.0, 0.6)


def test_a_dip_that_ends_before_its_time_moves_no_switch() -> None:
    site = on_grid(former(), under_v_s=0.02)
    grid(site, 0.6)
    site.run(0.019)
    grid(site, 1.0)
    site.run(0.1)

    assert (mode(site), site.bus.transfer_count, site.bus.dip_pu) == ("connected", 0, 0.6)


@pytest.mark.parametrize(
    ("wrong", "after_s", "why"),
    [
        ({"v_outside_pu": 1.25}, 0.003, "over_voltage"),
        ({"f_outside_hz": 47.4}, 0.16, "under_frequency"),
        ({"f_outside_hz": 51.6}, 0.16, "over_frequency"),
        ({"close_cmd": False}, 0.0, "command"),
    ],
)
def test_each_relay_opens_it_after_its_own_time(
    wrong: dict[str, Any], after_s: float, why: str
) -> None:
    site = on_grid(former())
    for name, value in wrong.items():
        setattr(site.bus, name, value)
    site.run(after_s + 0.004)
    assert mode(site) == "opening"
    site.run(0.001)

    assert (mode(site), cause(site), site.bus.gap_s) == ("islanded", why, 0.0)


@pytest.mark.parametrize(("slope", "opens"), [(-1.9, False), (-2.1, True)])
def test_a_rate_of_change_opens_it_where_one_is_given(slope: float, opens: bool) -> None:
    site = on_grid(former(), rocof_trip_hz_per_s=2.0)
    for step in range(900):
        site.bus.f_outside_hz = 50.0 + slope * 0.001 * step
        site.step()

    assert (cause(site) == "rocof") == opens


@pytest.mark.parametrize(("status_s", "why"), [(0.001, "breaker_status"), (0.02, "under_voltage")])
def test_a_breaker_above_that_opens_takes_the_voltage(status_s: float, why: str) -> None:
    site = on_grid(former(), status_delay_s=status_s)
    site.bus.upstream_closed = False
    site.run(0.05)

    assert (mode(site), cause(site), site.bus.unserved_kwh > 0.0) == ("islanded", why, True)


def test_opened_on_command_loads_notice_nothing() -> None:
    converter = former()
    site = on_grid(converter)
    site.bus.close_cmd = False
    seen = seen_ms(site, 1.0)

    assert min(seen) > 0.99
    assert site.bus.unserved_kwh == 0.0
    assert site.bus.f_hz == pytest.approx(50.0 - 50.0 / converter.damping, abs=1e-6)


def away(load_kw: float, grid_hz: float, **values: Any) -> SiteIsland:
    """A site that lost its grid, which is now back."""
    site = on_grid(former(), load_kw=load_kw, **values)
    grid(site, 0.0)
    site.run(1.0)
    grid(site, 1.0, grid_hz)
    return site


@pytest.mark.parametrize("load_kw", [10.0, 20.0, -20.0])
def test_it_closes_only_inside_the_window(load_kw: float) -> None:
    site = away(load_kw, 50.05)
    outside_deg = []
    for _ in range(20000):
        angle = math.degrees(abs(wrapped(site.bus.theta_rad - site.bus.grid_rad)))
        site.step()
        if mode(site) == "connected":
            break
        if mode(site) == "synchronising":
            outside_deg.append(angle)

    assert min(outside_deg) > 19.0
    assert angle <= 20.0
    assert outside_deg[-1] < 21.0  # and does so at once


def test_it_does_not_close_on_a_grid_of_another_frequency_or_voltage() -> None:
    fast, high = away(40.0, 50.0), away(10.0, 50.0)
    high.bus.v_outside_pu = 1.12
    for site in (fast, high):  # at 40 kW the droop is 0.4 Hz below
        site.run(10.0)
        assert mode(site) == "synchronising"
    fast.load_kw, high.bus.v_outside_pu = 10.0, 1.0
    for site in (fast, high):
        site.run(10.0)
        assert mode(site) == "connected"


def test_the_angle_between_both_sides_is_what_their_frequencies_have_made_it() -> None:
    site = on_grid(former(), load_kw=10.0, return_s=1e9)
    at_opening = site.bus.theta_rad - site.bus.grid_rad
    site.bus.close_cmd = False
    site.bus.f_outside_hz = site.bus.f_sync_outside_hz = 50.02
    site.run(2.0)
    first = site.bus.theta_rad - site.bus.grid_rad
    site.run(2.0)
    turned = wrapped(site.bus.theta_rad - site.bus.grid_rad - first)

    assert at_opening == 0.0
    assert turned == pytest.approx(wrapped(-2.0 * math.pi * (0.1 + 0.02) * 2.0), abs=1e-6)


def test_it_comes_back_only_when_the_grid_has_been_there_for_its_time() -> None:
    site = away(10.0, 50.0)
    site.run(0.49)
    assert mode(site) == "islanded"
    grid(site, 0.0)
    site.run(0.01)
    grid(site, 1.0)
    site.run(0.49)
    assert mode(site) == "islanded"
    site.run(0.02)

    assert mode(site) in ("synchronising", "connected")


def test_an_automatic_transfer_switch_comes_back_with_a_gap() -> None:
    site = away(50.0, 50.0, transfer="ats")
    seen = seen_ms(site, 1.0)

    assert [v < 0.1 for v in seen].count(True) == 100
    assert mode(site) == "connected"


def test_where_nothing_forms_the_site_is_dead_until_the_grid_is_back() -> None:
    site = on_grid()
    grid(site, 0.0)
    site.run(3.0)
    assert (mode(site), site.bus.collapse_count, site.bus.live) == ("dead", 1, False)
    grid(site, 1.0)
    site.run(0.6)

    assert (mode(site), site.bus.live) == ("connected", True)
    assert site.bus.unserved_kwh == pytest.approx(50.0 * site.bus.dead_s / 3600.0)
    assert site.bus.dead_s == pytest.approx(3.5, abs=0.002)


def test_a_dead_site_is_started_by_the_first_that_forms() -> None:
    late = Emf(s_kva=100.0, x_pu=0.2, on=False)
    site = on_grid(late)
    grid(site, 0.0)
    site.run(3.0)
    late.on = True
    site.run(0.1)

    assert (mode(site), site.bus.v_pu) == ("islanded", pytest.approx(0.995, abs=0.001))


@pytest.mark.parametrize("dt_s", [0.001, 0.005])
def test_through_a_transfer_and_back_every_step_balances(dt_s: float) -> None:
    converter = former()
    site = on_grid(converter, load_kw=10.0)
    worst_kw = 0.0
    for step in range(round(12.0 / dt_s)):
        grid(site, 0.0 if 0.5 < step * dt_s < 1.5 else 1.0)
        site.step(dt_s)
        bus = site.bus
        left_kw = converter.p_kw + bus.unserved_kw - bus.p_load_kw - bus.dumped_kw - bus.p_kw
        worst_kw = max(worst_kw, abs(left_kw))

    assert mode(site) == "connected"
    assert worst_kw < 1e-9
