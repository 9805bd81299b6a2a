from __future__ import annotations

import cmath
import math
from itertools import pairwise

import numpy as np
import pytest

from components._bus.angles import carried
from components._bus.transfer import DEAD, ISLANDED
from components.site_bus import SiteBus
from tests.components.site_island import Droop, Emf, Machine, SiteIsland
from twin.fleet import make_rows
from twin.kernels import compiled


def labelled(bus: SiteBus, name: str) -> str:
    return bus.fields[name].labels[getattr(bus, name)]


def pair() -> tuple[Droop, Machine]:
    """The converter and the genset of the reference case."""
    return Droop(s_kva=250.0, x_pu=0.15), Machine(s_kva=150.0, x_pu=0.25)


def two_on_one_bus(dt_s: float, seconds: float = 3.0) -> tuple[SiteIsland, list[float], float]:
    """The reference case: a step of 80 kW; lowest speed of the genset, its share of the step."""
    converter, genset = pair()
    site = SiteIsland(SiteBus(), [converter, genset])
    site.run(0.01, dt_s)
    site.load_kw = 80.0
    site.step(dt_s)
    share = genset.p_kw / 80.0
    speeds = []
    for _ in range(round(seconds / dt_s)):
        site.step(dt_s)
        speeds.append(50.0 + (genset.df_hz if dt_s <= 0.002 else site.bus.df_end_hz))
    return site, speeds, share


def test_with_angles_the_genset_takes_what_its_reactance_lets_it() -> None:
    _, speeds, share = two_on_one_bus(0.001)

    assert share == pytest.approx(0.26, abs=0.005)  # coupling.md 4
    assert min(speeds) == pytest.approx(49.604, abs=0.0005)


def test_with_one_frequency_it_takes_what_its_inertia_makes_it() -> None:
    _, speeds, share = two_on_one_bus(0.0025)

    assert share == pytest.approx(0.55 * 0.972, abs=0.006)  # its mean over a step of 44 / 2.5
    assert min(speeds) == pytest.approx(49.709, abs=0.0005)  # coupling.md 4


def test_they_swing_against_each_other_as_the_linear_system_does() -> None:
    converter, genset = pair()
    site = SiteIsland(SiteBus(), [converter, genset])
    site.load_kw = 80.0
    away = []
    for _ in range(700):
        site.step()
        away.append(genset.df_hz - converter.df_hz)
    turns = [k for k in range(1, 700) if away[k - 1] > 0.0 >= away[k]]
    period_s = 0.001 * float(np.mean(np.diff(turns)))

    # eigenvalue of both, -5.10 +- 24.5j: 5.07 Hz without damping, 3.89 Hz with that of the droop
    assert 1.0 / period_s == pytest.approx(3.89, rel=0.03)


@pytest.mark.parametrize("dt_s", [0.002, 0.0005])
def test_the_minimum_hardly_depends_on_the_step(dt_s: float) -> None:
    # 49.60439: an integration of the same equations by DOP853, rtol 1e-10
    assert min(two_on_one_bus(dt_s, 0.5)[1]) == pytest.approx(49.60439, abs=0.00002)


@pytest.mark.parametrize("dt_s", [0.001, 0.01])
def test_what_formers_give_is_what_the_load_takes(dt_s: float) -> None:
    converter, genset = pair()
    site = SiteIsland(SiteBus(), [converter, genset], load_kvar=30.0)
    worst_kw = worst_kvar = 0.0
    for step in range(600):
        site.load_kw = 40.0 + 60.0 * (step > 100) - 30.0 * (step > 300)
        site.step(dt_s)
        worst_kw = max(worst_kw, abs(converter.p_kw + genset.p_kw - site.load_kw))
        if dt_s <= 0.002:
            worst_kvar = max(worst_kvar, abs(converter.q_kvar + genset.q_kvar - 30.0))

    assert worst_kw < 1e-9
    assert worst_kvar < 1e-9
    assert site.bus.unserved_kwh == 0.0


def test_both_ways_to_hold_an_island_end_in_the_same_frequency() -> None:
    ends = [two_on_one_bus(dt_s, 5.0)[0].bus.f_hz for dt_s in (0.002, 0.01)]

    assert ends == pytest.approx([50.0 - 80.0 / 325.0] * 2, abs=1e-6)  # 250 + 75 kW/Hz


def test_one_emf_and_constant_power_have_the_voltage_of_the_phasors() -> None:
    former = Emf(s_kva=100.0, x_pu=0.2, e_pu=1.04, delta_rad=0.7)
    site = SiteIsland(SiteBus(), [former], load_kw=60.0, load_kvar=25.0)
    site.step()

    emf, x = cmath.rect(1.04, 0.7), 0.2
    voltage = cmath.rect(site.bus.v_pu, site.bus.theta_rad)
    delivered = voltage * ((emf - voltage) / (1j * x)).conjugate()
    assert delivered == pytest.approx(0.60 + 0.25j, abs=1e-12)


POWERS = [(0.3, 0.1), (-0.3, 0.1), (0.1, -0.2), (0.0, 0.2), (0.5, 0.0)]


@pytest.mark.parametrize(("p", "q"), POWERS)
def test_the_closed_form_is_the_upper_root_up_to_the_most_that_can_be_carried(
    p: float, q: float
) -> None:
    share, square = carried(1.0, p, q)
    roots = np.roots([1.0, 2.0 * q - 1.0, p * p + q * q])
    assert square == pytest.approx(max(roots.real) * share, abs=1e-8)

    most = 0.5 / (math.hypot(p, q) + q)
    assert carried(1.0, 2.0 * most * p, 2.0 * most * q)[0] == pytest.approx(0.5)


def test_devices_are_told_the_mean_frequency_of_the_step_they_are_in() -> None:
    """As the turning of the EMFs shows it afterwards; the error is of second order."""
    errors = []
    for dt_s in (0.002, 0.001):
        site, told, turning = SiteIsland(SiteBus(), pair(), load_kw=0.0), [], []
        site.run(0.01, dt_s)
        site.load_kw = 80.0
        for _ in range(round(0.3 / dt_s)):
            site.step(dt_s)
            told.append(site.bus.f_hz - 50.0)
            turning.append(site.bus.df_end_hz)  # between the middles of two steps
        means = [0.5 * (a + b) for a, b in pairwise(turning)]
        first = round(0.02 / dt_s)
        errors.append(max(abs(a - b) for a, b in zip(told[first:], means[first:], strict=False)))

    assert errors[1] < 0.0007  # Hz
    assert errors[0] / errors[1] > 3.5


def test_the_frequency_does_not_jump_with_the_load_nor_with_a_former_that_leaves() -> None:
    converter, genset = pair()
    site = SiteIsland(SiteBus(), [converter, genset])
    site.load_kw = 60.0
    before = site.run(2.0)
    site.load_kw = 100.0
    stepped = site.run(0.005)
    site.run(2.0)
    genset.on = False
    left = [site.bus.f_hz, *site.run(0.005)]

    assert max(abs(f - before[-1]) for f in stepped) < 0.05
    assert max(abs(f - left[0]) for f in left) < 0.2


@pytest.mark.parametrize("dt_s", [0.001, 0.01])
def test_entering_an_island_moves_nothing(dt_s: float) -> None:
    bus = SiteBus(live=True, f_hz=49.8, p_load_kw=50.0)
    converter = Droop(s_kva=250.0, x_pu=0.15, df_hz=-0.2)
    converter.load(50.0)
    converter.p0_kw = 0.0
    site = SiteIsland(bus, [converter], load_kw=50.0)
    told = site.run(0.5, dt_s)

    assert told == pytest.approx([49.8] * len(told), abs=1e-9)
    assert bus.v_pu == pytest.approx(1.0, abs=1e-12)


def test_an_island_that_nothing_carries_collapses_and_says_so() -> None:
    site = SiteIsland(SiteBus(restart_s=0.5), [Droop(s_kva=100.0, x_pu=0.2)], load_kw=50.0)
    site.run(0.1)
    site.load_kw = 260.0  # the most behind 0.2 pu are 250 kW
    site.run(0.1)
    bus = site.bus

    assert (labelled(bus, "mode"), labelled(bus, "collapsed")) == ("dead", "no_solution")
    assert (bus.v_pu, bus.f_hz, bus.live, bus.unserved_kw) == (0.0, 0.0, False, 260.0)
    assert bus.gap_s == pytest.approx(0.081)


def test_after_a_collapse_its_formers_try_again_and_a_lesser_load_lets_them() -> None:
    site = SiteIsland(SiteBus(restart_s=0.5), [Droop(s_kva=100.0, x_pu=0.2)], load_kw=260.0)
    site.run(1.2)
    assert site.bus.collapse_count == 3
    site.load_kw = 50.0
    site.run(0.6)

    assert (labelled(site.bus, "mode"), site.bus.unserved_kw) == ("islanded", 0.0)


def test_a_load_that_gives_way_with_voltage_may_find_a_way_out() -> None:
    former = Droop(s_kva=100.0, x_pu=0.2)
    site = SiteIsland(SiteBus(), [former], load_kw=260.0, knee_pu=0.8)
    site.run(0.5)

    g = 260.0 / 0.64 / 500.0  # constant impedance below 0.8: V V (1 + g g) = 1
    assert site.bus.v_pu == pytest.approx(1.0 / math.sqrt(1.0 + g * g), abs=1e-6)
    assert site.bus.collapse_count == 0


def test_low_voltage_ends_an_island_after_its_time() -> None:
    site = SiteIsland(SiteBus(), [Emf(s_kva=100.0, x_pu=0.2, e_pu=0.45)], load_kw=10.0)
    site.run(1.9)
    assert site.bus.mode == ISLANDED
    site.run(0.2)

    assert (labelled(site.bus, "collapsed"), site.bus.mode) == ("low_voltage", DEAD)


def test_an_island_that_loses_its_last_former_is_dead_until_one_comes() -> None:
    former = Droop(s_kva=100.0, x_pu=0.2)
    site = SiteIsland(SiteBus(), [former], load_kw=20.0)
    site.run(0.1)
    former.on = False
    site.run(0.3)
    assert labelled(site.bus, "collapsed") == "nothing_forms_it"
    former.on = True
    site.run(0.1)

    assert site.bus.dead_s == pytest.approx(0.301)
    assert site.bus.unserved_kwh == pytest.approx(20.0 * 0.301 / 3600.0)
    assert site.bus.served_kwh == pytest.approx(20.0 * 0.199 / 3600.0)


class AtItsLimit(Droop):
    """A converter that gives 30 kW, whatever is asked, from the moment it is told to."""

    full = False

    def offer(self, bus: SiteBus, dt_s: float) -> None:
        super().offer(bus, dt_s)
        if self.full:
            self.offers |= {"p0": 30.0, "m": 0.0, "d": 0.0}


def test_formers_at_their_limits_leave_the_load_short_and_then_the_island_collapses() -> None:
    former = AtItsLimit(s_kva=100.0, x_pu=0.2)
    site = SiteIsland(SiteBus(formed=True), [former], load_kw=50.0)
    site.run(0.5, 0.01)
    former.full = True
    site.run(1.9, 0.01)
    assert (site.bus.unserved_kw, site.bus.f_hz) == (20.0, pytest.approx(49.5))
    site.run(0.2, 0.01)

    assert labelled(site.bus, "collapsed") == "no_solution"


def test_formers_of_the_coarse_kind_hold_it_as_they_do_there() -> None:
    bus = SiteBus(formed=True, df_hz=-0.3, live=True, f_hz=49.7)
    site = SiteIsland(bus, [], load_kw=50.0, source_kw=60.0)
    site.run(1.0, 0.01)

    assert (bus.f_hz, bus.v_pu, bus.curtailed_kw) == (pytest.approx(49.7), 1.0, 10.0)


@pytest.mark.parametrize("dt_s", [0.001, 0.01])
def test_compiled_it_gives_the_same_bits(dt_s: float) -> None:
    converter, genset = pair()
    site = SiteIsland(SiteBus(collapse_s=0.05), [converter, genset], load_kvar=10.0)
    rows, code = make_rows(SiteBus, 1, {"collapse_s": 0.05}), compiled(SiteBus)
    code.each_start(rows)
    code.each_enter_fine(rows)
    inputs = [name for name, field in SiteBus.fields.items() if field.kind.value == "inp"]
    for step in range(300):
        site.load_kw = 40.0 + 60.0 * (step > 100) + 3000.0 * (step > 200)
        site.step(dt_s)
        for name in inputs:
            rows[name] = getattr(site.bus, name)
        code.each_fine_begin(rows, dt_s)
        code.each_fine(rows, dt_s)
        for name in SiteBus.fields:
            assert rows[name][0] == getattr(site.bus, name), (step, name)
