"""Years of weather drawn from a climate: sun, air temperature, wind and pressure.

Sun. Clear-sky irradiance is Ineichen's with the monthly turbidity of the place (pvlib, SoDa). Each
day has a clear-sky index, the share of the energy of a clear day: in each month a Beta variable on
0.05 to 1.05, joined from day to day by a Gaussian copula of first order. `kc_sd` and `kc_rho` are
measured over a year, so that the spread between months is taken off first; a month near its clear
sky has less spread than asked, as the bound demands. The draws of a month are shifted together in
the normal scores until the irradiation is that of the climate, exactly. Within a day the index
wanders as a process of first order in its logit on 0 to 1.2, spread 1, correlation 0.5 over an
hour (both measured on Golden 2012), and keeps the energy of the day. Erbs (1982) splits it.

Air. A straight line from month to month, daily deviations of first order, and a cosine through the
day with its peak at 15 h; the mean of each month is that of the climate, exactly.

Wind. HOMER's recipe: a process of first order in normal scores with a cosine through the day, seen
through a Weibull distribution; the mean of a year is exact. It is brought to 10 m with the power
0.14. Pressure is that of the standard atmosphere.

Each calendar year has streams of its own, so a day has the same weather wherever a scenario begins,
and the same daily energy at any step. Days and months are those of local time, to the hour. Checked
against Golden 2012. Leaves out: spells of dust or snow beyond a day's memory, years that differ in
irradiation, seasons of wind, and any link between sun, temperature and wind.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.climate import DAY_S, Climate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Columns = dict[str, Floats]

LEAST, MOST = 0.05, 1.05  # daily index; Golden 2012 has 0.05 to 1.10
LEAST_SD = 1e-3  # with less, all days of a month are alike
MOST_WITHIN = 1.2
WITHIN_SD, WITHIN_RHO = 1.0, 0.5
SPREAD_OF_BOUND = 0.6  # of the spread of a coin with the same mean: more has two humps
SUN_S = 900  # the sun is followed at least so often
SHEAR = 0.14
PEAK_H = 15.0
HOUR_NS = 3600 * 10**9


def weather(climate: Climate, name: str, start_ns: int, end_ns: int) -> tuple[Ints, Columns]:
    """Beginnings of intervals, in UTC, and their means, over all local years that are touched.

    `name` tells places with one seed apart. Raises ValueError where the sun cannot be so bright.
    """
    shift_ns = climate.offset_h * HOUR_NS
    first, last = (pd.Timestamp(ns + shift_ns).year for ns in (start_ns, end_ns - 1))
    parts = [
        _year(climate, [climate.seed or 0, crc32(name.encode())], y) for y in range(first, last + 1)
    ]
    stamps = np.concatenate([days.stamps_ns for days, _ in parts]) - shift_ns
    columns = {key: np.concatenate([own[key] for _, own in parts]) for key in parts[0][1]}
    return stamps, columns


@dataclass(frozen=True)
class Days:
    """The intervals of one local year."""

    year: int
    step_s: float

    @property
    def count(self) -> int:
        """Days."""
        return 366 if pd.Timestamp(self.year, 1, 1).is_leap_year else 365

    @property
    def each(self) -> int:
        """Intervals in a day."""
        return round(DAY_S / self.step_s)

    @property
    def month(self) -> Ints:
        """The month of each day, from 0."""
        dates = pd.date_range(f"{self.year}-01-01", periods=self.count)
        return np.asarray(dates.month, np.int64) - 1

    @property
    def stamps_ns(self) -> Ints:
        """Local beginnings."""
        begin = pd.Timestamp(self.year, 1, 1).as_unit("ns").value
        found: Ints = begin + np.arange(self.count * self.each) * round(self.step_s * 1e9)
        return found

    @property
    def hours(self) -> Floats:
        """Local hour of the middle of each interval of a day."""
        middles: Floats = np.arange(0.5, self.each) * (self.step_s / 3600.0)
        return middles


def _year(climate: Climate, seed: list[int], year: int) -> tuple[Days, Columns]:
    days = Days(year, climate.step_s)
    draws = [np.random.default_rng([*seed, year, quantity]) for quantity in range(4)]
    columns = _light(climate, days, draws[0], draws[1])
    columns["air_degc"] = _air(climate, days, draws[2])
    if climate.wind_m_per_s is not None:
        columns["wind_m_per_s"] = _wind(climate, climate.wind_m_per_s, days, draws[3])
    pressure_pa = 101325.0 * (1.0 - 2.25577e-5 * climate.altitude_m) ** 5.25588
    columns["pressure_pa"] = np.full(days.count * days.each, pressure_pa)
    return days, columns


def _light(
    climate: Climate, days: Days, daily: np.random.Generator, hourly: np.random.Generator
) -> Columns:
    from pvlib import irradiance

    fine = Days(days.year, days.step_s / np.ceil(days.step_s / SUN_S))
    clear, height = (_means(values, days) for values in clear_sky(climate, fine))
    daily_clear = clear  # measured alike at any step
    if fine.step_s != SUN_S:
        daily_clear, _ = clear_sky(climate, Days(days.year, SUN_S))
    clear_kwh = daily_clear.mean(axis=1) * 0.024
    index = _daily_index(climate, days.month, clear_kwh, daily)
    noise = _wander(hourly.standard_normal(clear.size), WITHIN_RHO ** (days.step_s / 3600.0))
    ghi = _within_day(index, clear, noise.reshape(clear.shape))
    energy = ghi.mean(axis=1) * 0.024
    ghi *= np.divide(index * clear_kwh, energy, out=np.zeros(days.count), where=energy > 0)[:, None]
    zenith_deg = np.degrees(np.arccos(np.clip(height, 0.0, 1.0))).ravel()
    day = np.repeat(np.arange(1, days.count + 1), days.each)
    parts = irradiance.erbs(ghi.ravel(), zenith_deg, day)
    return {
        "ghi_w_per_m2": ghi.ravel(),
        "dni_w_per_m2": np.asarray(parts["dni"]),
        "dhi_w_per_m2": np.asarray(parts["dhi"]),
    }


def clear_sky(climate: Climate, days: Days) -> tuple[Floats, Floats]:
    """Clear-sky irradiance and sine of the elevation, one line a day."""
    from pvlib import atmosphere, clearsky, irradiance, solarposition

    middles = days.stamps_ns + round(days.step_s * 5e8) - climate.offset_h * HOUR_NS
    times = pd.DatetimeIndex(middles, tz="UTC")
    north, east, altitude_m = climate.place.values()
    pressure_pa = atmosphere.alt2pres(altitude_m)
    sun = solarposition.ephemeris(times, north, east, pressure_pa)
    zenith_deg = sun["apparent_zenith"].to_numpy()
    mass = atmosphere.get_absolute_airmass(atmosphere.get_relative_airmass(zenith_deg), pressure_pa)
    noons = pd.date_range(f"{days.year}-01-01", periods=days.count, tz="UTC")
    turbidity = clearsky.lookup_linke_turbidity(noons, north, east).to_numpy()
    outside = irradiance.get_extra_radiation(np.arange(1, days.count + 1))
    each = days.each
    with np.errstate(divide="ignore", invalid="ignore"):  # at night
        found = clearsky.ineichen(
            zenith_deg, mass, turbidity.repeat(each), altitude_m, np.repeat(outside, each)
        )
    ghi = np.nan_to_num(found["ghi"]).reshape(days.count, each)
    height = np.maximum(np.cos(np.radians(zenith_deg)), 0.0)
    return ghi, height.reshape(days.count, each)


def _means(values: Floats, days: Days) -> Floats:
    found: Floats = values.reshape(days.count, days.each, -1).mean(axis=2)
    return found


def _daily_index(
    climate: Climate, month: Ints, clear_kwh: Floats, random: np.random.Generator
) -> Floats:
    """The clear-sky index of each day, with the energy of each month."""
    means = _monthly_index(climate, month, clear_kwh)
    spread = float(np.std(means[month]))
    sd = np.sqrt(max(climate.kc_sd**2 - spread**2, 0.0))
    rho = (climate.kc_rho * climate.kc_sd**2 - spread**2) / sd**2 if sd > 0 else 0.0
    scores = _wander(random.standard_normal(len(month)), float(np.clip(rho, 0.0, 0.99)))
    index = means[month]
    for one in np.flatnonzero((means > LEAST) & (sd > LEAST_SD)):
        own = month == one
        index[own] = _drawn(means[one], sd, scores[own], clear_kwh[own])
    return index


def _drawn(mean: float, sd: float, scores: Floats, clear_kwh: Floats) -> Floats:
    """Beta variables of a month from normal scores, which are shifted until the energy is right."""
    from scipy.optimize import brentq  # type: ignore[import-untyped]
    from scipy.special import betaincinv, ndtr  # type: ignore[import-untyped]

    share = (mean - LEAST) / (MOST - LEAST)
    width = min(sd / (MOST - LEAST), SPREAD_OF_BOUND * np.sqrt(share * (1.0 - share)))
    both = share * (1.0 - share) / width**2 - 1.0

    def drawn(shift: float) -> Floats:
        part = betaincinv(share * both, (1.0 - share) * both, ndtr(scores + shift))
        found: Floats = LEAST + (MOST - LEAST) * part
        return found

    def excess(shift: float) -> float:
        return float(np.sum((drawn(shift) - mean) * clear_kwh))

    return drawn(brentq(excess, -8.0, 8.0, xtol=1e-14))


def _monthly_index(climate: Climate, month: Ints, clear_kwh: Floats) -> Floats:
    clear = np.array([clear_kwh[month == one].mean() for one in range(12)])
    asked = np.array(climate.ghi_kwh_per_m2_per_d)
    bright = np.flatnonzero(asked > clear)
    if len(bright):
        said = ", ".join(f"{asked[m]:g} in month {m + 1} (clear: {clear[m]:.2f})" for m in bright)
        raise ValueError(f"ghi_kwh_per_m2_per_d is above what a clear sky allows: {said}")
    found: Floats = np.divide(asked, clear, out=np.zeros(12), where=clear > 0.0)
    return found


def _within_day(index: Floats, clear: Floats, noise: Floats) -> Floats:
    """Irradiance that wanders through each day and keeps its energy."""
    share = np.clip(index / MOST_WITHIN, 1e-6, 1.0 - 1e-6)[:, None]
    logit = np.log(share / (1.0 - share)) + WITHIN_SD * noise
    aim = (share * clear).sum(axis=1)
    low, high = np.full(len(index), -12.0), np.full(len(index), 12.0)
    for _ in range(40):
        middle = 0.5 * (low + high)
        wandering = clear / (1.0 + np.exp(-logit - middle[:, None]))
        short = wandering.sum(axis=1) < aim
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    found: Floats = MOST_WITHIN * wandering
    return found


def _air(climate: Climate, days: Days, random: np.random.Generator) -> Floats:
    daily = climate.air_sd_k * _wander(random.standard_normal(days.count), climate.air_rho)
    time_d = ((np.arange(days.count) + 0.0)[:, None] + days.hours / 24.0).ravel()
    air = np.interp(time_d, np.arange(days.count) + 0.5, daily)
    swing = np.cos((days.hours - PEAK_H) * np.pi / 12.0)
    air += 0.5 * climate.air_range_k * np.tile(swing - swing.mean(), days.count)
    lines, month = _month_lines(days, time_d), np.repeat(days.month, days.each)
    member = (month == np.arange(12)[:, None]) / np.bincount(month)[:, None]
    found: Floats = air + np.linalg.solve(member @ lines, climate.air_degc - member @ air) @ lines.T
    return found


def _month_lines(days: Days, time_d: Floats) -> Floats:
    """Straight lines between the middles of months, round the year: one column a month."""
    begins = np.flatnonzero(np.diff(days.month, prepend=-1))
    middles = 0.5 * (begins + np.append(begins[1:], days.count))
    return np.column_stack(
        [np.interp(time_d, middles, row, period=days.count) for row in np.eye(12)]
    )


def _wind(climate: Climate, mean: float, days: Days, random: np.random.Generator) -> Floats:
    from scipy.special import gamma, log_ndtr

    k = climate.wind_k
    variation = np.sqrt(gamma(1.0 + 2.0 / k) / gamma(1.0 + 1.0 / k) ** 2 - 1.0)
    swing = min(climate.wind_swing_pu / variation, 1.0)  # first order in the scores
    draws = random.standard_normal(days.count * days.each)
    scores = np.sqrt(1.0 - 0.5 * swing**2) * _wander(
        draws, climate.wind_rho ** (days.step_s / 3600.0)
    )
    cosine = np.cos((days.hours - climate.wind_peak_h) * np.pi / 12.0)
    scores += swing * np.tile(cosine, days.count)
    wind = (-log_ndtr(-scores)) ** (1.0 / k)
    found: Floats = wind * (mean * (10.0 / climate.wind_height_m) ** SHEAR / wind.mean())
    return found


def _wander(draws: Floats, rho: float) -> Floats:
    """A process of first order with unit spread."""
    from scipy.signal import lfilter  # type: ignore[import-untyped]

    fresh = np.sqrt(1.0 - rho**2) * draws
    fresh[0] = draws[0]
    found: Floats = lfilter([1.0], [1.0, -rho], fresh)
    return found
