"""Eigenvalues of the step against closed forms: a plant on an area, a loop through a weak grid."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.area import Area
from components.bess import Bess
from components.pcs_fast import PcsFast
from components.tgov1 import Tgov1
from components.thevenin import Thevenin
from tests.engine import bits, cell, device, zoomed
from tests.engine_components.taker import Taker
from twin.cell import Cell
from twin.modes import modes_of
from twin.modes_step import StepMap, in_loops
from twin.problems import Problems

REFERENCE = Path(__file__).parent / "reference" / "frequency" / "d_coi_ndroop_dde.json"
SFR: dict[str, float] = json.loads(REFERENCE.read_text())["D3_SFR_closed_form"]
KUNDUR = {"droop_pu": 0.05, "t1_s": 0.49, "t2_s": 2.1, "t3_s": 7.0}


def zoom(devices: list[Any], seconds: float, dt_s: float) -> Cell:
    """A cell some time into its zoom, which begins at 2 s."""
    made = cell(devices, when=zoomed(2.0, fine_step_s=dt_s, fine_sync_s=dt_s))
    made.advance(made.calendar.ticks(2.0 + seconds))
    return made


def machine(dt_s: float, more: list[Any] | None = None, **plant: float) -> Cell:
    """An area of 1000 MVA, H 4 s, D 1, with one plant at half its power."""
    given = {"rated_kva": 1e6, "p_set_kw": 5e5} | plant
    own = {"base_kva": 1e6, "h_s": 4.0, "damping_pu": 1.0, "rocof_window_s": dt_s}
    devices = [device("area", Area, **own), device("plant", Tgov1, "area", **given)]
    return zoom([*devices, *(more or [])], 10 * dt_s, dt_s)


def closed_form(droop_pu: float, t1_s: float, t2_s: float, t3_s: float) -> list[complex]:
    """2H w' = x2 + T2/T3 (x1 - x2) - D w,  T1 x1' = -w/R - x1,  T3 x2' = x1 - x2; slowest first."""
    lead = t2_s / t3_s
    rows = [
        np.array([-1.0, lead, 1.0 - lead]) / (2.0 * 4.0),
        np.array([-1.0 / droop_pu, -1.0, 0.0]) / t1_s,
        np.array([0.0, 1.0, -1.0]) / t3_s,
    ]
    found = np.linalg.eigvals(np.array(rows)).tolist()
    return sorted((one for one in found if one.imag >= 0.0), key=lambda one: -one.real)


def test_a_plant_on_an_area_has_the_modes_of_its_three_equations() -> None:
    found = modes_of(machine(0.001, **KUNDUR))
    assert [mode.per_s for mode in found.modes] == pytest.approx(closed_form(**KUNDUR), rel=1e-6)


def test_halving_the_step_quarters_the_error_of_the_modes() -> None:
    exact = np.array(closed_form(**KUNDUR))
    found = [modes_of(machine(dt_s, **KUNDUR)).modes for dt_s in (0.04, 0.02, 0.01)]
    errors = np.abs(np.array([[mode.per_s for mode in modes] for modes in found]) - exact)
    orders = np.log2(errors[:-1] / errors[1:])
    print(f"orders {orders.tolist()}")
    assert orders == pytest.approx(2.0, abs=0.05)


def test_system_frequency_response_swings_and_is_damped_as_its_closed_form() -> None:
    # Anderson and Mirheydar: a TGOV1 without a valve
    reheat = {"t1_s": 0.0, "t2_s": SFR["FH"] * SFR["TR"], "t3_s": SFR["TR"]}
    found = modes_of(machine(0.001, droop_pu=SFR["R"] / SFR["Km"], **reheat))
    (mode,) = found.modes

    assert abs(mode.per_s) == pytest.approx(SFR["wn"], rel=1e-6)
    assert mode.damping_pu == pytest.approx(SFR["zeta"], rel=1e-6)


def test_both_states_of_a_swing_take_equal_part() -> None:
    (mode,) = modes_of(machine(0.001, t1_s=0.0)).modes
    shares = dict(mode.shares)
    assert [shares["area.f_end_hz"], shares["plant.x2_pu"]] == pytest.approx([0.5, 0.5], abs=2e-3)


def test_energies_outputs_and_set_points_take_no_part() -> None:
    step = StepMap(machine(0.01, **KUNDUR))
    step.take_part()
    names = {number.field for number in step.slopes().numbers}
    assert names == {"f_hz", "f_end_hz", "x1_pu", "x2_pu"}


def test_a_state_at_its_limit_is_named() -> None:
    shut = modes_of(machine(0.01, p_set_kw=0.0, **KUNDUR))
    assert "plant.x1_pu" in shut.rough


def test_what_has_not_settled_is_named() -> None:
    made = machine(0.01, **KUNDUR)
    made.rows("plant")["p_set_kw"] = made.rows("plant")["p_ref_kw"] = 6e5
    made.advance(made.calendar.ticks(2.3))
    found = modes_of(made)
    assert found.moving is not None
    assert found.moving[0].startswith("plant.")


def test_a_device_with_a_period_is_held() -> None:
    made = machine(0.01, [device("policy", Taker, period_s=10.0)], **KUNDUR)
    assert modes_of(made).held == ("policy",)


def test_a_cell_stands_afterwards_where_it_stood() -> None:
    made = machine(0.01, **KUNDUR)
    before = bits(made), made.now
    modes_of(made)
    assert (bits(made), made.now) == before


Loop = tuple[float, float, float, float]  # droop pu; filter, delay, lag in s


def weak(scr: float, loop: Loop, dt_s: float = 0.001, **each: Any) -> Cell:
    """Converters that follow, behind one inductive source; `each` holds their number and more."""
    droop_pu, filter_s, delay_s, lag_s = loop
    count, after_s = each.pop("each", 1), each.pop("after_s", delay_s + 10 * dt_s)
    given = {"droop_pu": droop_pu, "filter_s": filter_s, "delay_s": delay_s, "lag_s": lag_s}
    given |= {"rated_kva": 100.0, "forming": False, "each": count} | each
    plenty = {"energy_kwh": 1e4, "discharge_max_kw": 1e4, "charge_max_kw": 1e4, "each": count}
    devices = [
        device("bus", Thevenin, s_sc_mva=scr * 0.1 * count, rx_pu=0.0),
        device("pcs", PcsFast, "bus", **given),
        device("bess", Bess, "pcs", **plenty),
    ]
    return zoom(devices, after_s, dt_s)


def critical(loop: Loop) -> tuple[float, float]:
    """The ratio at which L(jw) = jw exp(-jw tau) / (R SCR w0 (1 + jw Tm)(1 + jw Tl)) is -1; w."""
    droop_pu, filter_s, delay_s, lag_s = loop
    low, high = 0.0, 1e3
    while high - low > 1e-9:
        w = 0.5 * (low + high)
        turned = w * delay_s + math.atan(w * filter_s) + math.atan(w * lag_s)
        low, high = (w, high) if turned < 1.5 * math.pi else (low, w)
    gain = low / math.hypot(1.0, low * filter_s) / math.hypot(1.0, low * lag_s)
    return gain / (droop_pu * 100.0 * math.pi), low


def zero(value: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function passes zero."""
    while high - low > 0.005 * low:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if value(middle) > 0.0 else (low, middle)
    return 0.5 * (low + high)


@pytest.mark.parametrize(
    ("loop", "published"),
    [
        ((0.02, 0.02, 0.05, 0.02), 3.9),
        ((0.01, 0.05, 0.1, 0.05), 3.0),
        ((0.005, 0.1, 0.1, 0.05), 3.6),
    ],
)
def test_the_slowest_mode_begins_to_grow_at_the_critical_ratio(
    loop: Loop, published: float
) -> None:
    formula, _ = critical(loop)
    found = zero(
        lambda scr: modes_of(weak(scr, loop, 0.005)).modes[0].per_s.real, 0.5 * published, 8.0
    )
    print(f"published {published}, closed form {formula:.3f}, here {found:.3f}")
    assert found == pytest.approx(formula, rel=0.05)
    assert found == pytest.approx(published, rel=0.05)


def test_below_the_critical_ratio_a_mode_grows_at_the_frequency_of_the_closed_form() -> None:
    loop = (0.02, 0.02, 0.05, 0.02)
    ratio, w = critical(loop)
    slowest = modes_of(weak(0.95 * ratio, loop)).modes[0]

    assert slowest.damping_pu < 0.0
    assert slowest.f_hz == pytest.approx(w / (2.0 * math.pi), rel=0.03)
    assert dict(slowest.shares).keys() > {"pcs.line", "pcs.f_meas_hz", "pcs.given_kw"}


def test_the_mode_of_a_loop_with_a_delay_solves_its_characteristic_equation() -> None:
    scr, loop = 3.0, (0.02, 0.02, 0.05, 0.02)
    droop_pu, filter_s, delay_s, lag_s = loop

    def left_over(s: complex) -> complex:
        lags = (1.0 + s * filter_s) * (1.0 + s * lag_s)
        return 1.0 + s * np.exp(-s * delay_s) / (droop_pu * scr * 100.0 * math.pi * lags)

    coarse, fine = (modes_of(weak(scr, loop, dt_s)).modes[0].per_s for dt_s in (0.002, 0.001))
    root = fine
    for _ in range(20):  # Newton from what was found, so its nearest root
        root -= left_over(root) * 1e-4 / (left_over(root + 1e-4) - left_over(root))
    # a wire of the loop is a step late, so the error is of first order
    assert abs(coarse - root) / abs(fine - root) == pytest.approx(2.0, abs=0.1)
    assert abs(2.0 * fine - coarse - root) < 0.002 * abs(root)


def test_equal_units_move_together_once_and_against_each_other_for_the_rest() -> None:
    loop = (0.02, 0.1, 0.05, 0.02)
    one, alike = (modes_of(weak(3.0, loop, 0.005, each=each)).modes for each in (1, 4))
    apart = [mode for mode in alike if mode.times > 1]

    assert alike[0].per_s == pytest.approx(one[0].per_s, rel=1e-6)
    assert [(mode.times, mode.shares[0][0]) for mode in apart] == [
        (3, "pcs.f_meas_hz"),
        (3, "pcs.given_kw"),
    ]
    assert [mode.per_s for mode in apart] == pytest.approx([-1.0 / 0.1, -1.0 / 0.02], rel=1e-3)


def test_a_mode_of_one_unit_names_it() -> None:
    slow = [0.02, 0.02, 0.2]
    modes = modes_of(weak(3.0, (0.02, 0.05, 0.05, 0.0), 0.005, each=3, lag_s=slow)).modes
    assert "pcs[2].given_kw" in {mode.shares[0][0] for mode in modes}


UNLIKE = {
    "filter_s": [0.03, 0.05, 0.1],
    "delay_s": [0.05, 0.012, 0.021],
    "lag_s": [0.05, 0.02, 0.1],
}


def test_the_slopes_foretell_the_way_back_from_a_small_disturbance() -> None:
    made = weak(6.0, (0.02, 0.0, 0.0, 0.0), 0.005, each=3, **UNLIKE)
    before = made.state()
    step = StepMap(made)
    step.take_part()
    slopes = step.slopes()
    made.restore(before)
    beside = np.array(
        [number.unit == 1 and number.field == "f_meas_hz" for number in slopes.numbers]
    )
    seen = [place for place, one in enumerate(slopes.numbers) if one.field == "given_kw"]
    made.rows("pcs")["f_meas_hz"][1] += 1e-4
    vector, foretold, found = 1e-4 * beside, [], []
    for _ in range(60):
        made.advance(made.calendar.step_after(made.now + 1))
        vector = slopes.matrix @ vector
        foretold.append(vector[seen])
        found.append(made.get("pcs", "given_kw"))
    assert np.max(np.abs(found)) > 1e-3
    assert np.array(found) == pytest.approx(np.array(foretold), abs=1e-8)


def test_a_delay_that_still_holds_longer_steps_is_refused() -> None:
    early = weak(3.0, (0.02, 0.02, 0.05, 0.02), 0.01, after_s=0.02)
    with pytest.raises(Problems, match=r"pcs.line  has not run in fine steps for as long as its"):
        modes_of(early)


def test_what_lies_on_no_loop_is_an_end() -> None:
    leads = np.zeros((6, 6), np.bool_)
    for source, target in [(0, 1), (1, 2), (2, 1), (2, 3), (3, 4), (4, 3), (4, 5), (5, 5)]:
        leads[target, source] = True
    assert in_loops(leads).tolist() == [False, True, True, True, True, False]
