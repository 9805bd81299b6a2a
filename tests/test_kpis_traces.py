from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.kpis import traces
from twin.kpis.traces import Floats, Trace

REFERENCE = Path(__file__).parent / "reference" / "frequency"
CURVES = Path(__file__).parents[1] / "components" / "data"
SAMPLE_S = 0.01
DIESELS = ("iso", "droop", "iso_bess")


def published(name: str) -> Any:
    return json.loads((REFERENCE / f"{name}.json").read_text("utf-8"))


def column(name: str, *columns: str, begin_s: float = 1.0, end_s: float = np.inf) -> Trace:
    """The sum of some columns of a reference trace, from its event on."""
    table = pd.read_csv(REFERENCE / f"{name}.csv")
    whole = table[list(columns)].sum(axis=1).to_numpy()
    return traces.cut(table["t_s"].to_numpy(), whole, begin_s, end_s)


def trace(*points: tuple[float, float]) -> Trace:
    t_s, x = np.array(points, float).T
    return Trace(t_s, x)


KUNDUR = ("a1_kundur_tgov1_loadstep", "f_coi_Hz", published("a1_kundur_tgov1_loadstep"))
DELAYS = ("d_coi_ndroop_dde", "f_Hz", published("d_coi_ndroop_dde"))
DIESEL = ("c2_diesel_island", "", published("c2_diesel_island")["results"])

DIPS = [
    pytest.param(column(*KUNDUR[:2]), KUNDUR[2]["results_network"], id="kundur"),
    pytest.param(column(*DELAYS[:2]), DELAYS[2]["D1_nonlinear_delay"], id="delays"),
    *[
        pytest.param(column(DIESEL[0], f"f_{name}_Hz", end_s=9.0), DIESEL[2][name], id=name)
        for name in DIESELS
    ],
]


@pytest.mark.parametrize(("dip", "told"), DIPS)
def test_the_nadir_and_its_time_are_the_published_ones(dip: Trace, told: Any) -> None:
    value, at_s = traces.nadir(dip)
    assert value == pytest.approx(told["nadir_Hz"], abs=1e-5)
    assert at_s == pytest.approx(told["t_nadir_after_event_s"], abs=SAMPLE_S)


@pytest.mark.parametrize(("dip", "told"), DIPS)
def test_the_steepest_half_second_is_the_published_one(dip: Trace, told: Any) -> None:
    assert traces.steepest_slope(dip, 0.5) == pytest.approx(told["rocof_500ms_Hz_s"], abs=1e-4)


@pytest.mark.parametrize("name", DIESELS)
def test_the_steepest_tenth_of_a_second_is_the_published_one(name: str) -> None:
    dip = column(DIESEL[0], f"f_{name}_Hz", end_s=9.0)
    told = DIESEL[2][name]["rocof_100ms_first_Hz_s"]
    assert traces.steepest_slope(dip, 0.1) == pytest.approx(told, abs=1e-4)


@pytest.mark.parametrize("name", DIESELS)
def test_the_zenith_of_a_load_rejection_is_the_published_one(name: str) -> None:
    value, at_s = traces.zenith(column(DIESEL[0], f"f_{name}_Hz", begin_s=9.0))
    assert value == pytest.approx(DIESEL[2][name]["zenith_Hz"], abs=1e-5)
    assert at_s + 9.0 == pytest.approx(DIESEL[2][name]["t_zenith_s"], abs=SAMPLE_S)


@pytest.mark.parametrize("name", DIESELS)
def test_the_overshoot_over_the_rated_frequency_is_the_published_one(name: str) -> None:
    got = traces.overshoot(column(DIESEL[0], f"f_{name}_Hz", end_s=9.0), 50.0) / 50.0
    assert 100.0 * got == pytest.approx(DIESEL[2][name]["iso_first_step"]["over_pct"], abs=1e-5)


def test_a_set_with_droop_never_comes_back_to_the_rated_frequency() -> None:
    dip = column(DIESEL[0], "f_droop_Hz", end_s=9.0)
    assert np.isnan(traces.settling_s(dip, 50.0, 0.5))


def test_the_energy_of_six_storage_units_is_the_published_one() -> None:
    power = column(DELAYS[0], *[f"Ps{unit}_MW" for unit in range(1, 7)])
    energy = 1000.0 * traces.energy_kwh(traces.means(power), 0.0, 59.0)
    told = DELAYS[2]["D1_nonlinear_delay"]["energy_storage_0_60s_kWh"]
    assert energy == pytest.approx(told, abs=1e-4)


def test_the_peak_of_each_storage_unit_is_the_published_one() -> None:
    peaks = [traces.peak_change(column(DELAYS[0], f"Ps{unit}_MW")) for unit in range(1, 7)]
    told = DELAYS[2]["D1_nonlinear_delay"]["per_unit_peak_MW"]
    assert peaks == pytest.approx(told, abs=1e-6)


SCORES = published("f_service_scores")


def lagged(name: str, step_s: float) -> Trace:
    """The power of a pure delay and a lag after a step, sampled."""
    delay_s, lag_s = (float(part.partition("=")[2]) for part in name.split(","))
    t_s = np.arange(0.0, 40.0 + step_s, step_s)
    late_s = np.maximum(t_s - delay_s, 0.0)
    if lag_s == 0.0:
        return Trace(t_s, (t_s >= delay_s - 1e-9).astype(float))
    return Trace(t_s, 1.0 - np.exp(-late_s / lag_s))


@pytest.mark.parametrize("name", SCORES["step_times"])
def test_response_times_are_those_of_the_closed_form(name: str) -> None:
    power = lagged(name, 0.001)
    told = SCORES["step_times"][name]
    shares = {"t10": 0.1, "t50": 0.5, "t90": 0.9, "t95": 0.95, "t99": 0.99}
    got = {key: traces.response_s(power, share, 1.0) for key, share in shares.items()}
    assert got == pytest.approx(told, abs=1e-3)


@pytest.mark.parametrize("name", SCORES["ce_fcr_200mHz"])
def test_the_energy_of_the_first_half_minute_is_that_of_the_closed_form(name: str) -> None:
    """The step between two samples of a power without lag costs half a sample."""
    energy_s = 3600.0 * traces.energy_kwh(traces.means(lagged(name, 0.001)), 0.0, 30.0)
    assert energy_s == pytest.approx(SCORES["ce_fcr_200mHz"][name]["E0_30_s"], abs=6e-4)


def test_means_are_answered_at_the_middle_of_their_interval() -> None:
    """A power that rises by 1 kW a second has half of its 4 kW after 2 s, whatever the steps."""
    rise = trace((0.0, 0.0), (1.0, 0.5), (3.0, 2.0), (4.0, 3.5), (8.0, 4.0))
    assert traces.response_s(traces.middles(rise), 0.5, 4.0) == 2.0


def test_a_power_that_peaks_and_returns_has_a_peak_change_but_no_final_one() -> None:
    pulse = trace((0.0, 2.0), (1.0, -1.0), (2.0, 2.0))
    assert (traces.peak_change(pulse), traces.final_change(pulse)) == (-3.0, 0.0)


def test_half_of_the_energy_of_an_instant_answer_is_there_at_the_end_of_a_ramp() -> None:
    ramp = traces.means(trace((0.0, 0.0), (2.0, 8.0), (9.0, 8.0)))
    assert traces.share_delivered_pu(ramp, 2.0, 8.0) == pytest.approx(0.5)


def test_a_record_is_cut_at_an_event_between_two_samples() -> None:
    t_s, x = trace((0.0, 50.0), (1.0, 50.0), (2.0, 49.0), (3.0, 48.0))
    cut = traces.cut(t_s, x, 1.5, 2.0)
    assert (cut.t_s.tolist(), cut.x.tolist()) == ([0.0, 0.5], [49.5, 49.0])


def test_rocof_is_found_between_samples_of_uneven_steps() -> None:
    """A fall of 1 Hz/s from 0.3 s to 0.8 s; no window of half a second begins at a sample."""
    dip = trace((0.0, 50.0), (0.2, 50.0), (0.3, 50.0), (0.55, 49.75), (0.8, 49.5), (1.2, 49.5))
    assert traces.steepest_slope(dip, 0.5) == pytest.approx(-1.0)


def test_rocof_over_less_than_a_step_is_not_told() -> None:
    assert np.isnan(traces.steepest_slope(trace((0.0, 50.0), (1.0, 49.0), (2.0, 49.0)), 0.5))


def test_rocof_of_a_fine_part_is_told_beside_a_coarse_one() -> None:
    dip = trace((0.0, 50.0), (0.25, 49.9), (0.5, 49.8), (60.0, 20.0))
    assert traces.steepest_slope(dip, 0.5) == pytest.approx(-0.4)


def test_a_fall_is_arrested_where_it_first_comes_back_though_it_falls_deeper_later() -> None:
    dip = trace((0.0, 50.0), (1.0, 49.6), (2.0, 49.7), (3.0, 49.5), (4.0, 49.8))
    assert (traces.arrest_s(dip), traces.nadir(dip).at_s) == (1.0, 3.0)


def test_a_rise_is_arrested_too() -> None:
    assert traces.arrest_s(trace((0.0, 50.0), (1.0, 50.3), (2.0, 50.1))) == 1.0


def test_a_fall_that_never_turns_is_not_arrested() -> None:
    assert np.isnan(traces.arrest_s(trace((0.0, 50.0), (1.0, 49.0), (2.0, 48.9995))))


def test_a_mean_over_a_window_weighs_uneven_steps_by_their_length() -> None:
    line = trace((0.0, 0.0), (1.0, 1.0), (10.0, 10.0))
    assert traces.mean_between(line, 0.5, 6.5) == pytest.approx(3.5)


def test_a_window_beyond_the_trace_has_no_mean_and_no_energy() -> None:
    short = trace((0.0, 1.0), (1.0, 1.0))
    assert np.isnan(
        [traces.mean_between(short, 0.0, 2.0), traces.energy_kwh(short, 0.0, 2.0)]
    ).all()


def test_settling_ends_with_the_last_visit_outside_the_band() -> None:
    swing = trace((0.0, 0.0), (1.0, 4.0), (2.0, 0.0), (3.0, 2.0), (4.0, 0.0))
    assert traces.settling_s(swing, 0.0, 1.0) == 3.5


def test_what_never_leaves_its_band_is_settled_at_once() -> None:
    calm = trace((0.0, 50.0), (1.0, 50.01))
    assert traces.settling_s(calm, 50.0, 0.05) == 0.0
    assert np.isnan(traces.leaving_s(calm, 50.0, 0.05))


def dipped(duration_s: float, v_pu: float) -> Trace:
    """A voltage that leaves 1 pu once; values hold over the interval before their stamp."""
    return trace((0.0, 1.0), (1.0, 1.0), (1.0 + duration_s, v_pu), (120.0, 1.0))


@pytest.mark.parametrize("case", SCORES["itic"], ids=str)
def test_the_itic_curve_bears_what_it_should(case: Any) -> None:
    curve = traces.read_curve(CURVES / "ride_through_itic_120v.csv")
    assert traces.rides_through(dipped(case["duration_s"], case["v_pu"]), curve) is case["ok"]


IEC = [
    ("iec_61000_class_2", 0.02, 0.0, True),
    ("iec_61000_class_2", 0.03, 0.69, False),
    ("iec_61000_class_2", 0.5, 0.7, True),
    ("iec_61000_class_3", 0.2, 0.4, True),
    ("iec_61000_class_3", 5.0, 0.8, True),
    ("iec_61000_class_3", 0.6, 0.75, False),
    ("iec_62040_class_3", 0.01, 0.0, True),
    ("iec_62040_class_3", 0.011, 0.0, False),
]


@pytest.mark.parametrize(("name", "duration_s", "v_pu", "ok"), IEC)
def test_iec_curves_bear_their_own_test_levels(
    name: str, duration_s: float, v_pu: float, ok: bool
) -> None:
    curve = traces.read_curve(CURVES / f"ride_through_{name}.csv")
    assert traces.rides_through(dipped(duration_s, v_pu), curve) is ok


@pytest.mark.parametrize("path", sorted(CURVES.glob("ride_through_*.csv")), ids=lambda p: p.stem)
def test_a_curve_names_its_source_and_bears_a_deeper_dip_for_no_longer(path: Path) -> None:
    curve = traces.read_curve(path)
    assert path.read_text("utf-8").startswith("# ")
    assert list(curve.low) == sorted(curve.low)
    assert [longest for _, longest in curve.low] == sorted(longest for _, longest in curve.low)
    assert [longest for _, longest in curve.high] == sorted(
        (longest for _, longest in curve.high), reverse=True
    )


def test_two_short_dips_add_up_but_the_longest_is_one_of_them() -> None:
    dips = trace((0.0, 1.0), (1.0, 0.5), (1.5, 1.0), (3.5, 0.6), (4.0, 1.0))
    told = (traces.time_below_s(dips, 0.9), traces.longest_below_s(dips, 0.9))
    assert told == (3.0, 2.0)


def test_a_dip_is_no_gap() -> None:
    voltage = trace((0.0, 1.0), (1.0, 1.0), (1.2, 0.2), (1.21, 0.0), (2.0, 1.0))
    assert traces.transfer_gap_s(voltage) == pytest.approx(0.01)


@given(st.lists(st.tuples(st.floats(1e-3, 10.0), st.floats(0.0, 1.2)), min_size=1, max_size=30))
def test_spells_are_those_found_one_by_one(steps: list[tuple[float, float]]) -> None:
    spells: list[float] = []
    was = False
    for length_s, v_pu in steps:
        if v_pu < 0.9:
            spells[-1:] = [spells[-1] + length_s] if was else [*spells[-1:], length_s]
        was = v_pu < 0.9
    lengths, values = np.array(steps).T
    t_s: Floats = np.append(0.0, np.cumsum(lengths))
    got = traces.spells_s(t_s, np.append(1.0, values) < 0.9)
    assert got == pytest.approx(np.array(spells), abs=1e-9)
