"""The sites that every side of a comparison computes, and the energies they must agree on.

A site is PV, a load, a battery without losses, and a grid that takes the rest. The inputs are made
once per five minutes and held, so a run at one minute sees the same series.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SERIES_S = 300
START = "2026-01-01T00:00:00+00:00"
PV_KW, LOAD_KW, STORE_KWH = 100.0, 40.0, 200.0
LEAST_PU, MOST_PU = 0.8, 1.2  # spread of the ratings over a fleet
C_RATE_PER_H = 0.25  # low enough to bind around noon
SOC_MIN_PU = 0.1
SOC_START_PU = 0.5


@dataclass(frozen=True)
class Sites:
    """Ratings of N sites under one sky and one daily rhythm."""

    poa_w_per_m2: Floats
    utilisation_pu: Floats
    pv_kw: Floats
    load_kw: Floats
    energy_kwh: Floats

    @property
    def count(self) -> int:
        """How many sites there are."""
        return len(self.pv_kw)

    @property
    def horizon_s(self) -> int:
        """The time that the series cover."""
        return len(self.poa_w_per_m2) * SERIES_S

    def steps(self, step_s: int) -> int:
        """How often a run at this step computes each site."""
        return self.horizon_s // step_s


@dataclass(frozen=True)
class Energies:
    """What a run moved, over all sites, in kWh."""

    pv_kwh: float
    load_kwh: float
    import_kwh: float
    export_kwh: float
    charged_kwh: float
    discharged_kwh: float
    stored_kwh: float

    def differences(self, other: Energies, tolerance: float = 1e-6) -> list[str]:
        """The totals in which two runs differ by more than the relative tolerance, in words."""
        found = []
        for field in fields(self):
            mine, theirs = getattr(self, field.name), getattr(other, field.name)
            if not abs(mine - theirs) <= tolerance * max(abs(mine), abs(theirs)):
                found.append(f"{field.name} {mine:.9g} against {theirs:.9g}")
        return found


def make_sites(count: int, days: int, seed: int = 20260101) -> Sites:
    """Unlike sites whose batteries run full, run empty and meet their rate limit."""
    random = np.random.default_rng(seed)
    hours = np.arange(days * 86400 // SERIES_S, dtype=np.float64) * (SERIES_S / 3600.0)
    spread = random.uniform(LEAST_PU, MOST_PU, (3, count)) if count > 1 else np.ones((3, 1))
    return Sites(
        poa_w_per_m2=_sun(hours, random),
        utilisation_pu=_work(hours, random),
        pv_kw=PV_KW * spread[0],
        load_kw=LOAD_KW * spread[1],
        energy_kwh=STORE_KWH * spread[2],
    )


def _sun(hours: Floats, random: np.random.Generator) -> Floats:
    latitude = np.radians(45.0)
    declination = np.radians(-23.45) * np.cos(2 * np.pi * (hours / 24 + 10) / 365)
    angle = np.radians(15.0) * (hours % 24 - 12)
    height = np.sin(latitude) * np.sin(declination)
    height = height + np.cos(latitude) * np.cos(declination) * np.cos(angle)
    day = (hours // 24).astype(np.int64)
    cloud = random.uniform(0.2, 1.0, day[-1] + 1)[day]
    poa: Floats = 1000.0 * np.maximum(height, 0.0) * cloud
    return poa * random.uniform(0.8, 1.0, len(hours))


def _work(hours: Floats, random: np.random.Generator) -> Floats:
    daily = 0.55 + 0.25 * np.sin(2 * np.pi * (hours % 24 - 9) / 24)
    return np.clip(daily + random.normal(0.0, 0.05, len(hours)), 0.1, 1.0)
