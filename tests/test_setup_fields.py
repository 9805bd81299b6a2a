"""Fields that are known before the run only: in files and schemas, in no row and no step."""

from __future__ import annotations

import tomllib
from pathlib import Path

import jsonschema
import pytest

from components.pv import Pv
from tests.year_of_sun import CLIMATE, GOLDEN, daily_kwh, golden, site
from twin import catalog
from twin.component import AcDevice, inp, param
from twin.drive import driven_inputs
from twin.file_schema import topology_schema
from twin.fleet import make_rows
from twin.load import load_scenario
from twin.problems import Problems

SHORT = {"start": "2026-03-01T00:00:00+08:00", "days": 1}


class Mirror(AcDevice):
    """Keeps to `prepare` what only that sees."""

    tilt_deg: float = param(0.0, "from level", setup=True)
    ghi_w_per_m2: float = inp(0.0, "on level ground", setup=True)
    poa_w_per_m2: float = inp(0.0, "on its plane")

    def step(self, dt_s: float) -> None:
        self.p_kw = self.poa_w_per_m2


def test_a_set_up_field_stands_in_no_row() -> None:
    assert set(make_rows(Mirror, 1).dtype.names or ()) == {"p_kw", "poa_w_per_m2"}


def test_a_device_alone_does_not_take_what_it_could_not_use() -> None:
    with pytest.raises(TypeError, match="tilt_deg is not a field of mirror"):
        Mirror(tilt_deg=3.0)


def test_a_component_that_prepares_nothing_has_no_set_up_fields() -> None:
    found = catalog.declaration_problems(Mirror)
    assert found == ["declares set-up fields without `prepare`, which alone would see them"]


@pytest.mark.parametrize("profile", [GOLDEN, CLIMATE, 'file = "a.csv"\nbetween = "hold"'])
def test_editors_know_every_kind_of_profile(tmp_path: Path, profile: str) -> None:
    site(tmp_path, profile, "tilt_deg = [10.0, 20.0]\ncount = 2")
    written = tomllib.loads((tmp_path / "topology.toml").read_text())
    types = [catalog.find(name) for name in catalog.names()]
    jsonschema.validate(written, topology_schema(types))


@pytest.mark.parametrize(
    "profile", ["", f"{GOLDEN}{CLIMATE}", CLIMATE.replace("kc_sd", "spread"), 'file = "a.csv"']
)
def test_editors_mark_a_profile_that_comes_from_nowhere(tmp_path: Path, profile: str) -> None:
    site(tmp_path, profile)
    written = tomllib.loads((tmp_path / "topology.toml").read_text())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(written, topology_schema([Pv]))


def test_a_tilt_that_nothing_uses_is_told(tmp_path: Path) -> None:
    scenario = site(tmp_path, CLIMATE, "tilt_deg = 30.0", **SHORT)
    file = tmp_path / "topology.toml"
    file.write_text(file.read_text().replace('ghi_w_per_m2 = "', 'poa_w_per_m2 = "'))
    found, topology = load_scenario(scenario)
    with pytest.raises(Problems, match="tilt_deg: of no use while no profile drives ghi_w_per_m2"):
        driven_inputs(topology, found)


def test_fused_exploded_and_plain_python_see_the_same_sun(tmp_path: Path) -> None:
    scenario = site(tmp_path, CLIMATE, step_s=900.0, **SHORT)
    ways = [{}, {"exploded": True}, {"in_python": True}]
    assert len({daily_kwh(scenario, **way).tobytes() for way in ways}) == 1


def test_a_year_that_was_measured_runs_on_its_own_dates(tmp_path: Path) -> None:
    golden(tmp_path)
    assert daily_kwh(site(tmp_path, GOLDEN, days=2)).min() > 0.0
