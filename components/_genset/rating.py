"""What a diesel set may give: derated by thin or hot air, less while it is cold; hours by load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.component import Component, inp, param, state

if TYPE_CHECKING:
    from components.genset import Genset

NEAR = 1e-9  # a load at the edge of a band lies within, whatever the rounding


class Rating(Component):
    """Rated power, what is left of it at the site, and at which loads it ran."""

    rated_kw: float = param(15.0, "prime rated power, base of all pu", gt=0)
    min_load_pu: float = param(0.3, "least load while it runs; NFPA 110", ge=0, le=1)
    altitude_m: float = param(0.0, "altitude of the site")
    derate_above_m: float = param(
        1500.0, "altitude from which it gives less; from 1000, unverified"
    )
    derate_pu_per_km: float = param(0.117, "for each km above; 3.5 % per 300 m, unverified", ge=0)
    derate_above_degc: float = param(40.0, "the same for the air; unverified")
    derate_pu_per_k: float = param(0.006, "for each kelvin above; 3 % per 5 K, unverified", ge=0)
    warmup_s: float = param(
        0.0, "time at speed before it may give all; 1 to 3 min, unverified", ge=0
    )
    warmup_pu: float = param(0.3, "most load until then; an assumption", ge=0, le=1)
    band_low_pu: float = param(0.5, "least load of the efficient band; an assumption", ge=0)
    band_high_pu: float = param(1.0, "most load of the efficient band; an assumption", ge=0)
    wet_below_pu: float = param(0.3, "load below which it fouls; NFPA 110", ge=0, le=1)

    air_degc: float = inp(25.0, "air temperature")

    run_pu: float = state(0.0, "share of this step in which it can take load", ge=0, le=1)
    able_pu: float = state(1.0, "what the air leaves of its rating", ge=0, le=1, record=False)
    cold_s: float = state(0.0, "how much longer it warms up", ge=0, record=False)
    run_h: float = state(0.0, "hours run on load", ge=0)
    band_h: float = state(0.0, "of them, within the efficient band", ge=0)
    low_load_h: float = state(0.0, "of them, at a load at which it fouls", ge=0)


def derate(genset: Genset) -> None:
    """What the air leaves of its rating; altitude and heat take from what the other left."""
    high_km = max(genset.altitude_m - genset.derate_above_m, 0.0) / 1000.0
    hot_k = max(genset.air_degc - genset.derate_above_degc, 0.0)
    thin_pu = max(1.0 - genset.derate_pu_per_km * high_km, 0.0)
    genset.able_pu = thin_pu * max(1.0 - genset.derate_pu_per_k * hot_k, 0.0)


def ceiling_kw(genset: Genset) -> float:
    """The most it may be set to at this moment."""
    most_pu = genset.able_pu
    if genset.cold_s > 0.0:
        most_pu = min(most_pu, genset.warmup_pu)
    return most_pu * genset.rated_kw


def most_kw(genset: Genset, dt_s: float) -> float:
    """The most it may give as a mean over the step, of which it runs a share, cold at first."""
    cold_pu = min(genset.cold_s / dt_s, genset.run_pu)
    lost_pu = cold_pu * max(genset.able_pu - genset.warmup_pu, 0.0)
    return (genset.run_pu * genset.able_pu - lost_pu) * genset.rated_kw


def fouls(genset: Genset) -> bool:
    """Whether its load while it runs is one at which it fouls (wet stacking)."""
    return genset.p_kw < (genset.wet_below_pu - NEAR) * genset.run_pu * genset.rated_kw


def count_hours(genset: Genset, hours: float) -> None:
    """The hours of this step on load, and at which load."""
    run_h = genset.run_pu * hours
    full_kw = genset.run_pu * genset.rated_kw
    genset.run_h += run_h
    if fouls(genset):
        genset.low_load_h += run_h
    low_kw = (genset.band_low_pu - NEAR) * full_kw
    if low_kw <= genset.p_kw <= (genset.band_high_pu + NEAR) * full_kw:
        genset.band_h += run_h
