"""Sites for a year of weather: files of topologies and scenarios, and the years that are read."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

import twin

WEATHER = Path(__file__).parent / "reference" / "weather"

SITE = """
# How much does the sun give in a year?
format = 1
name = "sunny"

[profile.sun]
{profile}

[device.main]
type = "site_bus"

[device.pv]
type = "pv"
bus = "main"
rated_kw = 1.0
dc_ac_pu = 1.1
ghi_w_per_m2 = "sun.ghi_w_per_m2"
air_degc = "sun.air_degc"
{pv}

[device.load]
type = "it_load"
bus = "main"
rated_kw = 2.0

[device.grid]
type = "grid_connection"
bus = "main"
"""

YEAR = """
topology = "sunny"
start = "{start}"
horizon_s = {horizon_s}
step_s = {step_s}
seed = 5

[record]
every_s = 86400
"""

GOLDEN = 'weather_file = "golden.csv"'

CLIMATE = """
[profile.sun.climate]
latitude_deg = 10.3
longitude_deg = 119.0
altitude_m = 10.0
ghi_kwh_per_m2_per_d = [4.9, 5.6, 6.1, 6.3, 5.5, 4.8, 4.7, 4.8, 4.9, 4.8, 4.7, 4.5]
air_degc = [26.5, 26.8, 27.6, 28.5, 28.4, 27.8, 27.4, 27.5, 27.4, 27.4, 27.2, 26.8]
kc_sd = 0.17
kc_rho = 0.3
wind_m_per_s = 3.5
"""


def golden(folder: Path) -> Path:
    """The weather of Golden in 2012 as a file of its own."""
    file = folder / "golden.csv"
    file.write_bytes(gzip.decompress((WEATHER / "golden_2012.csv.gz").read_bytes()))
    return file


def site(
    folder: Path,
    profile: str,
    pv: str = "",
    start: str = "2012-01-01T00:00:00-07:00",
    days: float = 365,
    step_s: float = 3600.0,
) -> Path:
    """Files of a site with one array, of 1 kW, and the path of its scenario."""
    text = SITE.format(profile=profile, pv=pv)
    (folder / "topology.toml").write_text(text, "utf-8")
    year = YEAR.format(start=start, horizon_s=days * 86400.0, step_s=step_s)
    (folder / "year.toml").write_text(year, "utf-8")
    return folder / "year.toml"


def daily_kwh(scenario: Path, **options: bool) -> np.ndarray:
    """What the array could deliver on each day of the scenario."""
    out = scenario.parent / f"run-{len(list(scenario.parent.glob('run-*')))}"
    energy = twin.simulate(scenario, out=out, **options)["pv.energy_kwh"].to_numpy()
    return np.diff(energy, prepend=0.0)
