"""Each mistake in a file is one line: where it is, what rule it breaks, what would be right."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from twin.catalog import add_folder
from twin.load import load_scenario, load_topology
from twin.problems import Problems

HERE = Path(__file__).parent
SITE = HERE / "sample_topologies" / "small_site"

Change = tuple[str, str]


@pytest.fixture(autouse=True)
def sample_components() -> None:
    add_folder(HERE / "sample_components")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small site, which is the working folder."""
    shutil.copytree(SITE, tmp_path / "small_site")
    monkeypatch.chdir(tmp_path / "small_site")
    return tmp_path / "small_site"


def change(file: Path, *changes: Change) -> None:
    text = file.read_text("utf-8")
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    file.write_text(text, "utf-8")


def problems(overrides: dict[str, Any] | None = None, variant: str = "") -> list[str]:
    with pytest.raises(Problems) as caught:
        load_scenario("day.toml", overrides, variant)
    return [str(problem) for problem in caught.value.found]


def cases(file: str) -> dict[str, tuple[str, str, str]]:
    """What is changed, into what, and the line that follows, by the name of the mistake."""
    found = tomllib.loads((HERE / "bad_input" / file).read_text("utf-8"))
    return {name: (one["old"], one["new"], one["line"]) for name, one in found.items()}


TOPOLOGY = cases("topology.toml")
SCENARIO = cases("scenario.toml")


@pytest.mark.parametrize(("old", "new", "line"), TOPOLOGY.values(), ids=TOPOLOGY.keys())
def test_a_mistake_in_a_topology_is_one_line(site: Path, old: str, new: str, line: str) -> None:
    change(site / "topology.toml", (old, new))
    with pytest.raises(Problems) as caught:
        load_topology("topology.toml", seed=7)
    assert [str(problem) for problem in caught.value.found] == [line]


@pytest.mark.parametrize(("old", "new", "line"), SCENARIO.values(), ids=SCENARIO.keys())
def test_a_mistake_in_a_scenario_is_one_line(site: Path, old: str, new: str, line: str) -> None:
    change(site / "day.toml", (old, new))
    assert line in problems()


def test_six_mistakes_are_six_lines(site: Path) -> None:
    chosen = ["unknown type", "unknown field", "unknown bus", "wrong type", "missing file"]
    change(site / "topology.toml", *(TOPOLOGY[name][:2] for name in chosen))
    change(site / "day.toml", SCENARIO["negative horizon"][:2])
    lines = [TOPOLOGY[name][2] for name in chosen]
    assert sorted(problems()) == sorted([*lines, SCENARIO["negative horizon"][2]])


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "topology.toml  is empty"),
        (b" \n\n", "topology.toml  is empty"),
        (b"this is prose\n", "topology.toml:1  is not TOML: Expected '=' after a key in a key/"),
        (b"a = 1\nb = \n", "topology.toml:2  is not TOML: Invalid value"),
        (b"a = 1\nb = [", "topology.toml  is not TOML: Invalid value (at end of document)"),
        (b"a = '\xff'", "topology.toml  is not UTF-8 text (byte 5)"),
        (b"# big\n" * 2_000_000, "topology.toml  is larger than 2 MB"),
        (b"a = " + b"[" * 100_000, "topology.toml  is nested too deeply"),
        (b"a = " + b"9" * 5000, "topology.toml  is not TOML: Exceeds the limit"),
    ],
    ids=["empty", "blank", "prose", "broken", "cut off", "bytes", "12 MB", "deep", "long number"],
)
def test_a_file_that_is_no_topology_says_so(site: Path, content: bytes, line: str) -> None:
    (site / "topology.toml").write_bytes(content)
    with pytest.raises(Problems) as caught:
        load_topology("topology.toml")
    (found,) = caught.value.found
    assert str(found).startswith(line)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("nowhere.toml", "nowhere.toml  does not exist"),
        ("data.toml", "data.toml  is not a file"),
        ("no\0thing.toml", "embedded null byte"),
    ],
)
def test_a_path_that_is_no_file_says_so(site: Path, name: str, line: str) -> None:
    (site / "data.toml").mkdir()
    with pytest.raises(Problems, match=line):
        load_topology(name)


def test_a_link_out_of_the_folder_is_refused(site: Path) -> None:
    outside = site.parent / "outside.csv"
    shutil.move(site / "data" / "sun.csv", outside)
    (site / "data" / "sun.csv").symlink_to(outside)
    assert problems() == [
        "topology.toml:9  profile.sun.file  leaves the folder of the topology: data/sun.csv"
    ]
    assert load_scenario("day.toml", allow_outside=True)[1].profiles["sun"].file == outside


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("site.crate.energy_kwh", -1, "--set  group.site.crate.energy_kwh  should be greater than"),
        ("site.crat.energy_kwh", 1, "--set  site.crat.energy_kwh  names no device of site: crat"),
        ("site.crate.energy", 1, "--set  group.site.crate.energy  is not a field of crate; did"),
        ("plnt.count", 1, "--set  plnt.count  names nothing in these files: plnt; did you mean"),
        ("step_s.x", 1, "--set  step_s.x  leads through something that is not a table"),
        ("horizon_s", 0, "--set  horizon_s  should be greater than 0, got 0"),
        ("site", 3, "--set  group.site  should be a table, got 3"),
        ("site.crate", 3, "--set  group.site.crate  a group holds count and devices, got 3"),
        ("", 3, "--set  names nothing in these files"),
    ],
)
def test_a_wrong_setting_is_told_where_it_was_made(
    site: Path, path: str, value: Any, line: str
) -> None:
    assert site.is_dir()
    assert problems({path: value})[0].startswith(line)


def test_an_unknown_variant_brings_the_nearest(site: Path) -> None:
    assert site.is_dir()
    assert problems(variant="drak") == ["--variant  drak  is none; did you mean dark?"]
