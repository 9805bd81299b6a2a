"""What a run says first: which buses collapsed, when, and why."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from twin.cli.results import fall_text
from twin.run import Run


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def fallen(*events: tuple[float, str, str, str, float, str], units: int = 1) -> str:
    columns = ["t_s", "device", "unit", "field", "value", "text"]
    pd.DataFrame(events, columns=columns).assign(by="device").to_parquet("events.parquet")
    why = {"labels": ["never", "no_solution", "nothing_forms_it"], "doc": "why"}
    source = {"labels": [], "doc": "more is asked than there is"}
    devices = {
        "main": {"units": units, "fields": {"collapsed": why}},
        "grid": {"units": 1, "fields": {"collapsed": source}},
    }
    return fall_text(Run(Path(), {"devices": devices}))


def test_an_island_that_nothing_forms_is_told_with_time_and_reason() -> None:
    assert fallen(
        (2.0, "grid", "grid", "collapsed", 1.0, "true"),
        (4.0, "main", "main", "collapsed", 2.0, "nothing_forms_it"),
        (4.0, "main", "main", "mode", 6.0, "dead"),
    ).splitlines() == [
        "grid collapsed at 2.000 s: more is asked than there is",
        "main collapsed at 4.000 s: nothing forms it",
    ]


def test_many_that_fall_together_are_one_line_and_many_falls_are_counted() -> None:
    together = [(4.0, "main", f"main[{k}]", "collapsed", 2.0, "nothing_forms_it") for k in range(3)]
    assert fallen(*together, units=4) == "3 of 4 main collapsed at 4.000 s: nothing forms it"
    apart = [(float(k), "main", "main", "mode", 6.0, "dead") for k in range(6)]
    assert fallen(*apart).splitlines()[3:] == ["main went dead at 3.000 s", "and 2 times more"]


def test_a_run_in_which_all_stood_tells_none() -> None:
    assert fallen((4.0, "main", "main", "mode", 3.0, "islanded")) == ""
