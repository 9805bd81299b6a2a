"""The course of hours beside each other: what the table holds of it, and when it is drawn."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from tests.event_runs import device, run_of
from twin.cli.compared import table_text
from twin.comparison import Comparison, as_csv, compared
from twin.kpis import compute
from twin.report import style
from twin.report.compared import course
from twin.report.compared.shown import shown_of
from twin.runner import Outcome
from twin.study import tasks_of

POWER_KW = {"nothing": 0.0, "storage": 4e3}


def comparison(folder: Path, tick_s: float, *events: float) -> Comparison:
    """Two hours, of which the second lacks power; a hertz stands for 100 MW."""
    t_s = (
        np.arange(1.0, 7201.0) if tick_s > 0.5 else np.append(np.arange(0.1, 3700.05, 0.1), 7200.0)
    )
    low = t_s > 3600.0
    devices = {"area": device("bus"), "pcs": device("converter", "area")}
    tasks, outcomes = tasks_of([*POWER_KW]), {}
    for task in tasks:
        kw = POWER_KW[task.variant]
        table = {"t_s": t_s, "pcs.p_kw": kw * low, "area.f_end_hz": 50.0 - (10e3 - kw) / 1e5 * low}
        (folder / task.name).mkdir()
        run = run_of(folder / task.name, devices, table, *events, tick_s=tick_s)
        run.meta["scenario"]["horizon_s"] = 7200.0
        (run.folder / "run.json").write_text(json.dumps(run.meta))
        outcomes[task.name] = Outcome(run.folder, "done", "", compute(run), (), run.meta)
    return compared("hours", tasks, outcomes, "")


def drawn(found: Comparison) -> Figure | None:
    with style.look():
        return course.figure(shown_of(found))


def test_the_table_tells_of_runs_in_seconds(tmp_path: Path) -> None:
    found = comparison(tmp_path, 1.0, 3600.0)
    assert found.row("pcs.given_kwh")["storage"].mean == pytest.approx(4e3, rel=1e-3)
    assert found.best("lowest_hz") == {"storage"}
    text = table_text(found).plain
    for row in ("lowest_hz", "off_rms_mhz", "pcs given_kwh", "pcs full_h"):
        assert row in text
    told = [line for line in as_csv(found).splitlines() if line.startswith("pcs.")]
    assert [line for line in told if line.endswith(",")] == []


def test_frequency_power_and_energy_are_drawn_over_all_hours(tmp_path: Path) -> None:
    figure = drawn(comparison(tmp_path, 1.0, 3600.0))
    assert figure is not None
    frequency, power, energy = figure.axes[::2]
    assert frequency.get_xlim() == (0.0, pytest.approx(120.0))
    assert (len(frequency.lines), len(power.lines)) == (2, 1)
    assert energy.get_legend_handles_labels()[1] == ["storage: 4.0 MWh"]


@pytest.mark.parametrize(("events", "told"), [((3600.0,), False), ((3600.0, 3650.0), True)])
def test_one_event_in_fine_steps_is_left_to_the_other_figures(
    tmp_path: Path, events: tuple[float, ...], told: bool
) -> None:
    assert (drawn(comparison(tmp_path, 0.1, *events)) is not None) == told


def test_each_fall_has_its_row(tmp_path: Path) -> None:
    tasks = tasks_of(["a", "b"])
    nadirs = {"a": 49.5, "b": 49.6}
    outcomes = {
        name: Outcome(tmp_path, "done", "", {"fall_2.nadir_hz": value}, (), {})
        for name, value in nadirs.items()
    }
    found = compared("falls", tasks, outcomes, "")
    assert found.best("fall_2.nadir_hz") == {"b"}
    assert "fall_2.nadir_hz" in table_text(found).plain
