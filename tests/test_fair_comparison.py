"""At equal droop, headroom and lag, storage and engines are worth the same to the nadir."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from twin.rerun import rerun

REFERENCE = Path(__file__).parent / "reference" / "frequency" / "fair_comparison.json"
FAIR: dict[str, Any] = json.loads(REFERENCE.read_text())
GAINS: dict[str, dict[str, float]] = FAIR["gain_mhz"]
AREA = {  # of the reference, as two plants of one kind
    "plant.rated_kva": 200e3,
    "plant.p_set_kw": 176e3,
    "plant.t1_s": 0.3,
    "plant.t2_s": 1.5,
    "plant.t3_s": 6.0,
}
NOT_PRELOADED, PRELOADED = 0.0, 0.3 * 6e3
SET = {"truck__h_s": 1.0, "truck__t_max_pu": 1.0}
GOVERNOR_K = 15.0  # rack speed per speed error of the default DEGOV1
LEAD_S = 0.45  # T3 + T4 of it


@cache
def nadir_hz(variant: str, changes: tuple[tuple[str, Any], ...]) -> float:
    return rerun("lumped_area/trip", AREA | dict(changes), variant).total("area.f_min_hz")


def gain_mhz(variant: str, h_s: float = 4.0, **changes: Any) -> float:
    """How much higher the nadir is than without any resource; ``storage__lag_s`` is a path."""
    own = {name.replace("__", "."): value for name, value in changes.items()}
    without = nadir_hz("nothing", (("area.h_s", h_s),))
    return 1e3 * (nadir_hz(variant, (("area.h_s", h_s), *own.items())) - without)


def first_order(droop_pu: float, preload_kw: float = NOT_PRELOADED, **changes: Any) -> float:
    """An engine of which only droop, lag, headroom and inertia are known."""
    known = {"droop_pu": droop_pu, "p_set_kw": preload_kw, "h_s": 1.0} | changes
    return gain_mhz("responder", **{f"responder__{name}": value for name, value in known.items()})


def first_order_set(droop_pu: float) -> float:
    """The genset with its governor cut down to K / s about the rack: a lag of 1 / (K R)."""
    cut = dict.fromkeys(("t1_s", "t4_s", "t6_s", "td_s"), 0.0) | {"t5_s": 1e-6}
    known = {"droop_pu": droop_pu, "governor": "valve_droop", "k_pu_per_s": 1.0 / (0.15 * droop_pu)}
    return gain_mhz("connected", **SET, **{f"truck__{n}": v for n, v in (cut | known).items()})


def test_area_is_that_of_the_reference() -> None:
    assert nadir_hz("nothing", ()) == pytest.approx(FAIR["nadir_without_hz"], abs=0.5e-3)


@pytest.mark.parametrize("droop_pu", [0.04, 0.02, 0.01])
def test_storage_gains_what_the_reference_says(droop_pu: float) -> None:
    found = gain_mhz("storage", storage__droop_pu=droop_pu)

    assert found == pytest.approx(GAINS["storage"][str(droop_pu)], abs=0.1)


@pytest.mark.parametrize(
    ("droop_pu", "preload_kw", "case"),
    [(float(droop), NOT_PRELOADED, "genset") for droop in GAINS["genset"]]
    + [(float(droop), PRELOADED, "genset_preloaded_30") for droop in GAINS["genset_preloaded_30"]],
)
def test_first_order_engine_gains_what_the_reference_says(
    droop_pu: float, preload_kw: float, case: str
) -> None:
    found = first_order(droop_pu, preload_kw)

    assert found == pytest.approx(GAINS[case][str(droop_pu)], abs=0.1)


@pytest.mark.parametrize("h_s", [2.0, 4.0, 6.0])
def test_a_lag_costs_what_the_reference_says(h_s: float) -> None:
    resource = {"responder__droop_pu": 0.01, "h_s": h_s}
    table = FAIR["value_of_lag"]
    instant = gain_mhz("responder", responder__t3_s=0.001, **resource)
    found = [gain_mhz("responder", responder__t3_s=lag, **resource) for lag in table["lag_s"]]

    # 0.003: the reference does not say how fast its instant resource is
    assert [one / instant for one in found] == pytest.approx(table[str(h_s)], abs=0.003)


@pytest.mark.parametrize("droop_pu", [0.04, 0.02, 0.01])
def test_storage_and_engine_tie_at_equal_droop_headroom_and_lag(droop_pu: float) -> None:
    storage = gain_mhz("storage", storage__droop_pu=droop_pu)
    engine = first_order(droop_pu, h_s=0.0)

    assert engine == pytest.approx(storage, abs=0.3)  # two lags of 100 and 50 ms, or one of 150


@pytest.mark.parametrize("droop_pu", [0.04, 0.02, 0.01])
def test_a_set_with_a_first_order_governor_ties_too(droop_pu: float) -> None:
    engine = first_order(droop_pu, deadband_hz=0.0)  # the genset knows no deadband

    # its rack is torque: at the nadir, 1.3 to 1.6 % below nominal speed, it is so much less power
    assert 0.984 < first_order_set(droop_pu) / engine < 1.0


@pytest.mark.parametrize("droop_pu", [0.04, 0.02])
def test_degov1_ties_with_whatever_has_its_lag_and_lead(droop_pu: float) -> None:
    lag_s = LEAD_S + 1.0 / (GOVERNOR_K * droop_pu)
    alike = {"t2_s": LEAD_S, "t3_s": lag_s, "deadband_hz": 0.0}
    degov1 = gain_mhz("connected", **SET, truck__droop_pu=droop_pu)

    # torque as above, and the lags of actuator, governor and fuel, 0.1 s together
    assert 0.97 < degov1 / first_order(droop_pu, **alike) < 1.0


def test_degov1_pays_for_a_small_droop_with_its_lag() -> None:
    shares = []
    for droop_pu in (0.04, 0.02, 0.01):
        degov1 = gain_mhz("connected", **SET, truck__droop_pu=droop_pu)
        alike = {"storage__droop_pu": droop_pu, "storage__deadband_hz": 0.0}
        shares.append(degov1 / gain_mhz("storage", **alike))
        print(f"droop {droop_pu:.0%}: {degov1:.1f} mHz, {shares[-1]:.0%} of what storage gains")

    # its lag of 1 / (K R) grows to 1.7, 3.3 and 6.7 s; storage keeps its own whatever the droop
    assert shares == sorted(shares, reverse=True)
    assert shares[0] < 1.0
