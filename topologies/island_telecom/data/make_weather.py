"""Writes the synthetic weather and load of two topologies: island_telecom and fleet_1000.

    python topologies/island_telecom/data/make_weather.py

Nothing here was measured. The sky is pvlib's clear sky (simplified Ineichen, fixed turbidity)
times a clear-sky index. The index of a day is drawn: its spread and its correlation from day to
day are those of the site, and the mean over all days gives the climatological irradiation of the
month. Within a day it wanders more, the cloudier the day. Diffuse light follows Erbs, the plane
of array faces the equator under an isotropic sky. Air temperature is the monthly mean with a
sine through the day. Loads are daily shapes without noise. The same seed gives the same file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib

TOPOLOGIES = Path(__file__).parents[2]
HOURS = np.arange(0, 24, 3)  # at which the daily shapes are given; straight lines between


@dataclass(frozen=True)
class Load:
    """Utilisation through a day: its mean, the largest swing about it, and a shape."""

    mean_pu: float
    swing: float  # of the mean, at the hour that is farthest from it
    shape: tuple[float, ...]  # at HOURS; only its form counts


@dataclass(frozen=True)
class Site:
    """A place in one month, and how its file is cut."""

    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    zone: str
    first_day: str
    days: int
    step_min: int
    ghi_kwh_per_m2_d: float  # climatological mean of the month
    index_spread: float  # standard deviation of the daily clear-sky index
    index_correlation: float  # of the daily clear-sky index, from day to day
    air_degc: float  # climatological mean of the month
    air_swing_degc: float
    tilt_deg: float
    turbidity: float  # Linke
    loads: dict[str, Load]
    seed: int


TELECOM = (0.55, 0.35, 0.60, 0.85, 0.90, 0.95, 1.20, 1.15)  # evening peak
SITES = {
    "island_telecom": Site(  # March on an island; 4.07 kW rated are 3.05 kW +-12 %
        latitude_deg=10.3,
        longitude_deg=119.0,
        altitude_m=10.0,
        zone="Asia/Manila",
        first_day="2026-03-02",
        days=9,
        step_min=15,
        ghi_kwh_per_m2_d=6.1,
        index_spread=0.17,
        index_correlation=0.3,
        air_degc=27.6,
        air_swing_degc=3.0,
        tilt_deg=10.0,
        turbidity=4.0,
        loads={"utilisation_pu": Load(0.75, 0.12, TELECOM)},
        seed=7,
    ),
    "fleet_1000": Site(  # June on the Mongolian plateau
        latitude_deg=41.0,
        longitude_deg=113.1,
        altitude_m=1420.0,
        zone="Asia/Shanghai",
        first_day="2026-06-01",
        days=3,
        step_min=5,
        ghi_kwh_per_m2_d=6.2,
        index_spread=0.2,
        index_correlation=0.25,
        air_degc=18.0,
        air_swing_degc=6.0,
        tilt_deg=35.0,
        turbidity=3.5,
        loads={
            "office_pu": Load(0.40, 0.80, (0.1, 0.1, 0.2, 0.9, 1.0, 1.0, 0.6, 0.2)),
            "edge_pu": Load(0.50, 0.40, (0.4, 0.3, 0.4, 0.7, 0.8, 0.8, 1.0, 0.8)),
            "telecom_pu": Load(0.75, 0.12, TELECOM),
            "training_pu": Load(0.90, 0.10, (1.0, 1.0, 1.0, 0.8, 0.9, 0.9, 1.0, 1.0)),
        },
        seed=11,
    ),
}


def table(site: Site) -> pd.DataFrame:
    """Irradiance, air temperature and loads as means over the interval that begins at each row."""
    step = pd.Timedelta(minutes=site.step_min)
    rows = site.days * 1440 // site.step_min
    times = pd.date_range(site.first_day, periods=rows, freq=step, tz=site.zone)
    middle = times + step / 2
    hours = np.asarray(middle.hour + middle.minute / 60 + middle.second / 3600)
    frame = pd.DataFrame(index=times.rename("time"))
    frame["ghi_w_per_m2"], frame["poa_w_per_m2"] = _irradiance(site, middle)
    frame["air_degc"] = site.air_degc + site.air_swing_degc * np.sin((hours - 9) * np.pi / 12)
    for name, load in site.loads.items():
        frame[name] = _utilisation(load, hours)
    return frame


def text(name: str) -> str:
    """The CSV file of a topology. The plane of array stands for the horizontal irradiance."""
    site = SITES[name]
    frame = table(site).drop(columns="ghi_w_per_m2").round({"poa_w_per_m2": 1, "air_degc": 2})
    frame.index = frame.index.map(lambda time: time.isoformat(timespec="minutes"))
    return (
        f"# Synthetic, not measured: made by topologies/island_telecom/data/{Path(__file__).name}\n"
        f"# {site.days} days from {site.first_day}, {site.latitude_deg} N {site.longitude_deg} E, "
        f"plane of array tilted {site.tilt_deg:g} deg; mean horizontal irradiation "
        f"{site.ghi_kwh_per_m2_d} kWh/m2 a day (climatology level)\n"
        f"# A value holds for the {site.step_min} minutes that begin at its stamp\n"
        + frame.round(4).to_csv(lineterminator="\n")
    )


def _irradiance(site: Site, times: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
    """Horizontal and plane-of-array irradiance under a drawn sky."""
    sun = pvlib.solarposition.get_solarposition(
        times, site.latitude_deg, site.longitude_deg, site.altitude_m
    )
    zenith, azimuth = sun["apparent_zenith"], sun["azimuth"]
    mass = pvlib.atmosphere.get_absolute_airmass(
        pvlib.atmosphere.get_relative_airmass(zenith), pvlib.atmosphere.alt2pres(site.altitude_m)
    )
    clear = pvlib.clearsky.ineichen(zenith, mass, site.turbidity, site.altitude_m)["ghi"]
    ghi = clear * _clear_sky_index(site, clear.to_numpy().reshape(site.days, -1))
    split = pvlib.irradiance.erbs(ghi, sun["zenith"], times)
    facing_deg = 180 if site.latitude_deg > 0 else 0
    plane = pvlib.irradiance.get_total_irradiance(
        site.tilt_deg, facing_deg, zenith, azimuth, split["dni"], ghi, split["dhi"]
    )["poa_global"]
    return ghi.to_numpy(), plane.fillna(0.0).to_numpy()


def _clear_sky_index(site: Site, clear: np.ndarray) -> np.ndarray:
    """One index a row, for clear-sky irradiance in one line a day."""
    random = np.random.default_rng(site.seed)
    loss = _wander(random.exponential(size=site.days), site.index_correlation)
    swing = -site.index_spread * (loss - loss.mean()) / loss.std()
    clear_kwh_per_m2 = clear.sum(axis=1) * site.step_min / 60e3
    lacking = site.ghi_kwh_per_m2_d - (swing * clear_kwh_per_m2).mean()
    daily = swing + lacking / clear_kwh_per_m2.mean()
    hour = 60 / site.step_min
    waves = _wander(random.normal(size=clear.size), np.exp(-1 / hour)).reshape(clear.shape)
    index = daily[:, None] * (1 + (1 - daily[:, None]).clip(0) * waves).clip(0.2, 1.8)
    within = index * (daily * clear.sum(axis=1) / (index * clear).sum(axis=1))[:, None]
    return within.ravel()


def _wander(draws: np.ndarray, correlation: float) -> np.ndarray:
    """The draws, made to depend on the one before."""
    wandering = draws.copy()
    for i in range(1, len(draws)):
        fresh = np.sqrt(1 - correlation**2) * draws[i]
        wandering[i] = correlation * wandering[i - 1] + fresh
    return wandering


def _utilisation(load: Load, hours: np.ndarray) -> np.ndarray:
    shape = np.interp(hours, HOURS, load.shape, period=24)
    swing = shape - shape.mean()
    return load.mean_pu * (1 + load.swing * swing / np.abs(swing).max())


if __name__ == "__main__":
    for name in SITES:
        (TOPOLOGIES / name / "data" / "weather_load.csv").write_text(text(name), newline="\n")
