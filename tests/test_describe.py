"""What `twin` shows of what there is: lists, descriptions, pictures and schemas."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.typed import Twin, typing

ROOT = Path(__file__).parents[1]

LAMP = '''\
from twin.component import AcDevice


class Lamp(AcDevice):
    """Shines. Always."""

    role = "load"

    def step(self, dt_s: float) -> None:
        """Take the power of one lamp."""
        self.p_kw = -0.1
'''


@pytest.fixture
def twin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Twin:
    """An empty folder to type in."""
    monkeypatch.chdir(tmp_path)
    return typing(monkeypatch, capsys)


@pytest.fixture
def site(twin: Twin) -> Twin:
    """A folder with one small site in it."""
    assert twin("new", "topology", "my_site").code == 0
    return twin


def test_topologies_are_listed_with_their_questions_and_scenarios(twin: Twin) -> None:
    for name, text in {"good": '# Does it hold?\nname = "good"', "bad": "= 3"}.items():
        Path("topologies", name).mkdir(parents=True)
        Path("topologies", name, "topology.toml").write_text(text)
    Path("topologies/good/day.toml").write_text("# One day. A short one.\n")
    found = [line.split(None, 1) for line in twin("list").out.splitlines()]

    assert ["good", "Does it hold?"] in found
    assert ["good/day", "One day."] in found
    assert any(name == "bad" and "cannot be read: " in told for name, told in found)
    assert any(name == "island_telecom/week" for name, _ in found)


def test_components_are_listed_with_their_roles_those_of_the_user_included(twin: Twin) -> None:
    Path("parts").mkdir()
    Path("parts/lamp.py").write_text(LAMP)
    Path("parts/stub.py").write_text("from twin.component import AcDevice\n\n")
    found = twin("list", "components", "--components", "parts").out.splitlines()

    assert "lamp             load       Shines." in found
    assert any(line.startswith("stub") and "cannot be used: " in line for line in found)
    assert any(line.split()[:2] == ["bess", "storage"] for line in found)


def test_a_component_is_described_by_its_fields_with_units_and_bounds(twin: Twin) -> None:
    lines = twin("describe", "bess").out.splitlines()

    assert "Hangs on a converter; counts as storage in an energy balance." in lines
    assert "  soc_min_pu               0.1     pu    >= 0, <= 1  discharged no further" in lines
    assert "Parameters" in lines


def test_modes_are_described_by_their_words(twin: Twin) -> None:
    (line,) = [line for line in twin("describe", "genset").out.splitlines() if "  mode " in line]

    assert line.split()[1] == "off"
    assert "off, " in line


def test_a_topology_is_described_by_its_devices_wires_and_profiles(twin: Twin) -> None:
    out = twin("describe", "island_telecom").out

    assert "\n  bess     bess_cell  1      on pcs   air_degc = sky.air_degc\n" in out
    assert "\n  bess.soc_pu ~> ems.soc_pu\n" in out
    assert out.endswith("\n  sky  hold  UTC  drawn from the climate of 10.3 N 119 E, 10 m\n")


def test_a_scenario_is_described_by_its_times_events_variants_and_expectations(
    site: Twin,
) -> None:
    lines = site("describe", "my_site/day.toml").out.splitlines()

    assert lines[0] == "my_site/day.toml: 3 devices, 3 units, 60 s x 1,440 steps, seed 0"
    assert lines[2] == "One day, minute by minute; at noon the load falls to half."
    assert "  43200 s  load.utilisation_pu = 0.5" in lines
    assert lines[lines.index("Variant small_connection") + 1] == "  grid.import_max_kw  5.0"
    assert lines[-2:] == ["  unserved_kwh  <= 0", "  residual_pu   <= 1e-09"]


def test_ramps_and_dips_are_described_as_such(site: Twin) -> None:
    more = """
[[event]]
at_s = 60
set = "grid.available"
to = false
for_s = 60
times = 6
every_s = 600
[[event]]
at_s = 0
set = "load.utilisation_pu"
to = 0.1
over_s = 900.0
"""
    with Path("my_site/day.toml").open("a", encoding="utf-8") as file:
        file.write(more)
    lines = site("describe", "my_site/day.toml").out.splitlines()

    assert "  60 s     grid.available = false for 60 s, 6 times every 600 s" in lines
    assert "  0 s      load.utilisation_pu = 0.1 over 900 s" in lines


@pytest.mark.parametrize(
    ("words", "file", "told"),
    [
        ("my_site", "my_site.svg", "grid"),
        ("my_site --world", "my_site-world.svg", "cell"),
        ("my_site/day.toml --world", "my_site-world.svg", "cell · every 1 min"),
        ("my_site/day.toml --exploded", "my_site-exploded.svg", "grid offer"),
        ("my_site --out pictures/site.svg", "pictures/site.svg", "load"),
    ],
)
def test_a_picture_lies_where_it_is_said(site: Twin, words: str, file: str, told: str) -> None:
    done = site("draw", *words.split())

    assert done == (0, f"wrote {file}\n", "")
    assert f">{told}</text>" in Path(file).read_text("utf-8")


def test_the_schemas_beside_the_shipped_topologies_are_current(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "twin", "schema", "--out", str(tmp_path)],
        check=True,
        capture_output=True,
    )
    for name in ("topology.schema.json", "scenario.schema.json"):
        assert (tmp_path / name).read_text() == (ROOT / "topologies" / name).read_text(), (
            "run `twin schema --out topologies`"
        )


def test_the_schema_knows_the_components_of_the_user(twin: Twin) -> None:
    Path("lamp.py").write_text(LAMP)
    twin("schema", "--components", ".")

    assert "lamp" in json.loads(Path("topology.schema.json").read_text())["$defs"]
