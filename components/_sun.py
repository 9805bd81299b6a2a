"""From the sun on level ground to the plane of an array, by pvlib, once before a run.

Sun at the middle of each interval (Astronomical Almanac); transposition after Perez (1990) with
airmass after Kasten and Young (1989); of the light that hits the glass

    effective = IAM(aoi) beam + 0.955 (sky + ground)

IAM by Snell and Bouguer for n = 1.526 (De Soto 2006), 0.955 its mean over a hemisphere. The cell
is warmer than the air by (King, SAND2004-3535, open rack, glass on glass)

    rise = G exp(-3.47 - 0.0594 wind) + 3 G / 1000           G: all that falls on the plane, W/m2

Where beam and diffuse are not given, Erbs (1982) splits the global irradiance. While the sun stands
below the horizon, as it may at the middle of an interval that it rises in, all light is diffuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

MOUNT = (-3.47, -0.0594, 3.0)  # King: open rack, glass and cell and glass
DIFFUSE_IAM = 0.955
LOWEST_DEG = 89.9  # zenith of a sun that is down: the sky models know none below the horizon
NIGHT_DEG = -6.0  # below, even the end of an hour sees no sun that counts
NIGHT_W_PER_M2 = 20.0
NIGHT_HOURS, NIGHT_SHARE = 2.0, 0.01  # of all light; a wrong clock has more in a few days
LIGHT = ("ghi_w_per_m2", "dni_w_per_m2", "dhi_w_per_m2")
PLACE = ("latitude_deg", "longitude_deg", "altitude_m")


def plane(times: Any, rows: Any, inputs: dict[str, Floats]) -> tuple[Floats, Floats]:
    """Effective irradiance in the plane, W/m2, and the rise of the cell, K; one column a unit."""
    import pandas as pd

    moments = pd.DatetimeIndex(times, tz="UTC")
    shape = len(times), len(rows)
    effective, rise = np.zeros(shape), np.zeros(shape)
    places = np.column_stack([rows[name] for name in PLACE])
    for place in np.unique(places, axis=0):
        sky = Sky(moments, *place)
        for unit in np.flatnonzero((places == place).all(axis=1)):
            own = {name: inputs[name][:, unit] for name in LIGHT if name in inputs}
            own["wind_m_per_s"] = np.full(len(times), rows["wind_m_per_s"][unit])
            if "wind_m_per_s" in inputs:
                own["wind_m_per_s"] = inputs["wind_m_per_s"][:, unit]
            check_light(sky, own)
            effective[:, unit], rise[:, unit] = sky.on_plane(rows[unit], own)
    return effective, rise


class Sky:
    """Where the sun stands over one place, and what depends on that alone."""

    def __init__(
        self, times: pd.DatetimeIndex, latitude_deg: float, longitude_deg: float, altitude_m: float
    ) -> None:
        """Follow the sun at these instants."""
        from pvlib import atmosphere, irradiance, solarposition

        self.times = times
        self.place = latitude_deg, longitude_deg, altitude_m
        pressure_pa = atmosphere.alt2pres(altitude_m)
        found = solarposition.ephemeris(times, latitude_deg, longitude_deg, pressure_pa)
        self.elevation_deg = found["elevation"].to_numpy()
        zenith_deg = found["apparent_zenith"].to_numpy()
        self.up = zenith_deg < 90.0
        self.zenith_deg = np.minimum(zenith_deg, LOWEST_DEG)
        self.azimuth_deg = found["azimuth"].to_numpy()
        self.extra_w_per_m2 = irradiance.get_extra_radiation(times.dayofyear).to_numpy()
        self.airmass = atmosphere.get_relative_airmass(self.zenith_deg)

    def split(self, own: dict[str, Floats]) -> tuple[Floats, Floats]:
        """Beam and diffuse irradiance, as given or after Erbs."""
        from pvlib import irradiance

        ghi = own["ghi_w_per_m2"]
        given = [own.get(name) for name in ("dni_w_per_m2", "dhi_w_per_m2")]
        if given[0] is None or given[1] is None:
            parts = irradiance.erbs(ghi, self.zenith_deg, self.times)
            given = [np.asarray(parts["dni"]), np.asarray(parts["dhi"])]
        beam, diffuse = given
        return np.where(self.up, beam, 0.0), np.where(self.up, diffuse, ghi)  # type: ignore[arg-type]

    def on_plane(self, row: Any, own: dict[str, Floats]) -> tuple[Floats, Floats]:
        """Effective irradiance and rise of the cell of one unit."""
        from pvlib import iam, irradiance, temperature

        beam, diffuse = self.split(own)
        ghi = own["ghi_w_per_m2"]
        lit = np.flatnonzero(ghi > 0.0)
        tilt, facing = row["tilt_deg"], row["azimuth_deg"]
        zenith, azimuth = self.zenith_deg[lit], self.azimuth_deg[lit]
        parts = irradiance.get_total_irradiance(
            tilt,
            facing,
            zenith,
            azimuth,
            beam[lit],
            ghi[lit],
            diffuse[lit],
            dni_extra=self.extra_w_per_m2[lit],
            airmass=self.airmass[lit],
            albedo=row["albedo_pu"],
            model="perez",
        )
        direct, rest = (np.nan_to_num(parts[name]) for name in ("poa_direct", "poa_diffuse"))
        passed = np.nan_to_num(iam.physical(irradiance.aoi(tilt, facing, zenith, azimuth)))
        effective, rise = np.zeros(len(ghi)), np.zeros(len(ghi))
        effective[lit] = direct * passed + DIFFUSE_IAM * rest
        wind = own["wind_m_per_s"][lit]
        rise[lit] = temperature.sapm_cell(direct + rest, 0.0, wind, *MOUNT)
        return effective, rise


def check_light(sky: Sky, own: dict[str, Floats]) -> None:
    """Raise ValueError where light is negative, or shines at night: then clocks do not agree."""
    for name in LIGHT:
        if name in own and np.any(own[name] < 0.0):
            at = int(np.argmin(own[name]))
            raise ValueError(f"{name} is negative, {own[name][at]:g} at {sky.times[at]}")
    if ("dni_w_per_m2" in own) != ("dhi_w_per_m2" in own):
        raise ValueError("dni_w_per_m2 and dhi_w_per_m2 come together, or neither")
    ghi = own["ghi_w_per_m2"]
    dark = (sky.elevation_deg < NIGHT_DEG) & (ghi > NIGHT_W_PER_M2)
    if len(ghi) < 2 or not dark.any():
        return
    share = np.count_nonzero(dark) / np.count_nonzero(ghi > NIGHT_W_PER_M2)
    hours = np.count_nonzero(dark) * float(np.median(np.diff(sky.times.asi8))) / 3.6e12
    if hours >= NIGHT_HOURS and share > NIGHT_SHARE:
        best = fitting_shift_h(sky, ghi)
        said = f"its stamps {abs(best):g} h {'later' if best > 0 else 'earlier'} would fit"
        raise ValueError(
            f"ghi_w_per_m2 shines for {hours:.0f} h while the sun is more than 6 deg below the "
            f"horizon: {said if best else 'latitude, longitude and zone do not go together'}"
        )


def fitting_shift_h(sky: Sky, ghi: Floats) -> float:
    """The half hours by which the light would have to come later to go best with the sun."""
    import pandas as pd

    few = slice(0, 5000)
    fits: dict[float, float] = {}
    for hours in np.arange(-12.0, 12.5, 0.5).tolist():
        moved = Sky(sky.times[few] + pd.Timedelta(hours=hours), *sky.place)
        fits[float(hours)] = float(np.sum(ghi[few] * np.sin(np.radians(moved.elevation_deg))))
    return max(fits, key=fits.__getitem__)
