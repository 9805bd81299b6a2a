"""`twin new strategy` writes an energy management in plain Python that works as it stands."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.test_new import ROOT, shell
from tests.typed import Twin, typing
from twin import catalog


@pytest.fixture
def twin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Twin:
    monkeypatch.chdir(tmp_path)
    return typing(monkeypatch, capsys)


@pytest.mark.slow
def test_a_strategy_its_test_and_a_week_with_it_work_as_printed(twin: Twin, tmp_path: Path) -> None:
    commands = twin("new", "strategy", "night_owl").out.splitlines()[1:]
    ended = [shell(command, tmp_path) for command in commands]

    assert [done.returncode for done in ended] == [0, 0, 0], ended
    assert "passed" in ended[0].stdout


def test_what_is_written_is_formatted_and_free_of_findings(twin: Twin, tmp_path: Path) -> None:
    assert twin("new", "strategy", "name_of_thirty_letters_exactly").code == 0
    (tmp_path / "pyproject.toml").write_text(f'[tool.ruff]\nextend = "{ROOT / "pyproject.toml"}"\n')
    ruff = f"{sys.executable} -m ruff"
    found = shell(f"{ruff} format --check . && {ruff} check --ignore D1,ARG002 .", tmp_path)

    assert found.returncode == 0, found.stdout


def test_a_name_that_there_is_is_refused(twin: Twin) -> None:
    done = twin("new", "strategy", "ems_rule")

    assert (done.code, "is the name of a component that there is" in done.err) == (2, True)


def test_it_is_told_of_all_sites_at_once(twin: Twin, tmp_path: Path) -> None:
    """Before the sun one site stops where at night the same site goes on."""
    from twin.fleet import make_rows

    twin("new", "strategy", "night_owl")
    catalog.add_folder(tmp_path)
    cls = catalog.find("night_owl")
    rows = make_rows(cls, 3, {"soc_pu": [0.1, 0.4, 0.7], "run_cmd": True, "p_load_kw": 3.0})
    runs = []
    for hour in (1.0, 5.0):
        rows["run_cmd"] = True
        cls().fleet_step(rows, hour * 3600.0, 900.0)  # type: ignore[attr-defined]
        runs.append(rows["run_cmd"].tolist())

    assert runs == [[True, True, False], [True, False, False]]
    assert rows["p_set_kw"].tolist() == [-12.0, 3.0, 3.0]
