"""`twin foresight RUN`: what a finished run could have done with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.test_kpis_foresight import device, recorded, site
from tests.typed import Twin, typing


@pytest.fixture
def twin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Twin:
    return typing(monkeypatch, capsys)


def kept(folder: Path, **changed: dict[str, object]) -> Path:
    run = recorded(folder, {**site(), **changed})
    (folder / "run.json").write_text(json.dumps(dict(run.meta)))
    return folder


def test_litres_least_litres_and_gap_are_told(twin: Twin, tmp_path: Path) -> None:
    assert twin("foresight", kept(tmp_path)).out.splitlines() == [
        "  fuel_l        3.000  l",
        "  least_fuel_l  1.089  l",
        "  ems_gap_pu    1.754  pu",
    ]


def test_a_run_without_genset_is_told_so(twin: Twin, tmp_path: Path) -> None:
    done = twin("foresight", kept(tmp_path, set=device("solar", "main")))

    assert (done.code, done.err) == (2, f"{tmp_path}  has no genset\n1 problem\n")


def test_what_is_no_run_is_told_so(twin: Twin, tmp_path: Path) -> None:
    assert twin("foresight", tmp_path / "nothing").code == 2
