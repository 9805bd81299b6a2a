"""What `twin new` writes works as it stands, in an empty folder that knows nothing of this one."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.typed import Twin, typing

ROOT = Path(__file__).parents[1]


@pytest.fixture
def twin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Twin:
    monkeypatch.chdir(tmp_path)
    return typing(monkeypatch, capsys)


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, shell=True, cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_a_component_its_test_and_a_site_with_it_work_as_printed(
    twin: Twin, tmp_path: Path
) -> None:
    commands = twin("new", "component", "heat_pump").out.splitlines()[1:]
    ended = [shell(command, tmp_path) for command in commands]

    assert [done.returncode for done in ended] == [0, 0, 0, 0], ended
    assert "passed" in ended[0].stdout
    assert "[device.heat_pump]" in (tmp_path / "heat_pump_site" / "topology.toml").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("words", [["plain_site"], ["own_site", "--components", "parts"]])
def test_a_topology_and_its_test_work_as_printed(
    twin: Twin, tmp_path: Path, words: list[str]
) -> None:
    twin("new", "component", "ev_charger", "--folder", "parts")
    commands = twin("new", "topology", *words).out.splitlines()[1:]
    ended = [shell(command, tmp_path) for command in commands]

    assert [done.returncode for done in ended] == [0, 0, 0, 0], ended


@pytest.mark.parametrize("name", ["heat_pump", "x", "pv2", "name_of_thirty_letters_exactly"])
def test_what_is_written_is_formatted_and_free_of_findings(
    twin: Twin, tmp_path: Path, name: str
) -> None:
    assert twin("new", "component", name).code == 0
    assert twin("new", "topology", "sample_site", "--components", ".").code == 0
    (tmp_path / "pyproject.toml").write_text(f'[tool.ruff]\nextend = "{ROOT / "pyproject.toml"}"\n')
    ruff = f"{sys.executable} -m ruff"
    found = shell(f"{ruff} format --check . && {ruff} check --ignore D1,ARG002 .", tmp_path)

    assert found.returncode == 0, found.stdout


def test_a_device_of_ones_own_joins_the_bus_without_taking_a_name(twin: Twin) -> None:
    twin("new", "component", "main")
    twin("new", "topology", "sample_site", "--components", ".")
    devices = tomllib.loads(Path("sample_site/topology.toml").read_text())["device"]

    assert devices["main"]["type"] == "site_bus"
    assert devices["main_1"] == {"type": "main", "bus": "main"}


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["component", "Pump"], "Pump  should be words of small letters and digits joined by _"),
        (["component", "../pump"], "../pump  should be words of small letters"),
        (["component", "pump_2"], "pump_2  should be words of small letters"),
        (["component", "x" * 31], "is longer than 30 letters"),
        (["component", "class"], "class  is a word of Python"),
        (["component", "json"], "json  is the name of a Python module, which it would hide"),
        (["component", "test_it"], "test_it  is what pytest calls a test"),
        (["component", "bess"], "bess  is the name of a component that there is"),
        (["topology", "My Site"], "My Site  should be words of small letters"),
        (["topology", "/site"], "/site  should be words of small letters"),
    ],
)
def test_a_name_that_would_not_work_is_refused(twin: Twin, words: list[str], line: str) -> None:
    done = twin("new", *words)

    assert (done.code, line in done.err, [*Path().iterdir()]) == (2, True, [])


@pytest.mark.parametrize(
    ("words", "file"),
    [(["component", "pump"], "test_pump.py"), (["topology", "site"], "site/day.toml")],
)
def test_nothing_is_written_where_a_file_stands_in_the_way(
    twin: Twin, words: list[str], file: str
) -> None:
    Path("site").mkdir()
    Path(file).write_text("mine")
    done = twin("new", *words)

    assert (done.code, done.err) == (2, f"{file}  exists already\n1 problem\n")
    assert [path for path in Path().rglob("*.*") if path.is_file()] == [Path(file)]


def test_a_folder_that_cannot_be_made_is_told(twin: Twin) -> None:
    Path("taken").write_text("a file")
    done = twin("new", "component", "pump", "--folder", "taken")

    assert (done.code, "taken/pump.py  cannot be written: " in done.err) == (2, True)
