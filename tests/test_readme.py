"""What the README shows is what happens."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from twin.load import load_scenario, load_topology
from twin.runner import Options, run_scenario

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_site_of_the_readme_runs_as_its_scenario_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "my_site"
    folder.mkdir()
    topology, _, scenario, _ = blocks("toml")
    (folder / "topology.toml").write_text(topology, "utf-8")
    (folder / "day.toml").write_text(scenario, "utf-8")
    hours = [f"2026-06-01T{h:02d}:00,{max(0, 800 - 20 * (h - 12) ** 2)},18" for h in range(24)]
    weather = "\n".join(["time,poa_w_per_m2,air_degc", *hours, "2026-06-02T00:00,0,18"])
    (folder / "weather.csv").write_text(weather, "utf-8")

    outcome = run_scenario(folder / "day.toml", Options())

    assert (outcome.status, outcome.meta["devices"]["site.load"]["units"]) == ("done", 3)


def test_the_weather_of_the_readme_drives_an_array(tmp_path: Path) -> None:
    head = 'format = 1\nname = "sunny"\n[device.main]\ntype = "site_bus"\n'
    (tmp_path / "topology.toml").write_text(head + blocks("toml")[1], "utf-8")
    assert load_topology(tmp_path / "topology.toml").profiles["sky"].climate is not None


def test_the_year_of_the_readme_is_a_scenario(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "topologies/it_room", tmp_path / "it_room")
    shipped = (ROOT / "topologies/it_room/year.toml").read_text("utf-8")
    head = shipped[: shipped.index("[[outage]]")]
    variants = shipped[shipped.index("[variant.") : shipped.index("[carbon]")]
    file = tmp_path / "it_room/try.toml"
    file.write_text(head + blocks("toml")[3] + variants, "utf-8")
    scenario, _ = load_scenario(file)
    assert [claim.name for claim in scenario.claims] == ["genset_hours"]


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    scope: dict[str, object] = {}
    for block in blocks("python"):
        exec(block, scope)
    assert "run" in scope


def test_every_command_of_the_readme_is_one() -> None:
    from typer.main import get_command

    from twin.cli.verbs import app

    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    said = re.findall(r"^\.venv/bin/twin (.*?)(?:#.*)?$", README, re.MULTILINE)
    assert {shlex.split(line)[0] for line in said} - known == set()
