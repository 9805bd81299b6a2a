from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import twin
from tests.small_runs import run_small, write_small
from twin.problems import Problems
from twin.runner import Outcome

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def done(small: Path) -> Outcome:
    return run_small(small, "done")


def told(outcome: Outcome) -> Any:
    return json.loads((outcome.folder / "run.json").read_text())


def test_a_run_that_came_to_its_end_says_so(done: Outcome) -> None:
    assert (done.good, done.status, told(done)["status"]) == (True, "done", "done")


def test_a_run_keeps_what_it_was_made_of(done: Outcome) -> None:
    assert told(done)["topology"]["document"]["device"]["echo"]["delay_s"] == 47.3


def test_a_run_tells_what_each_device_is(done: Outcome) -> None:
    about = told(done)["devices"]["site.blinker"]
    assert [about[key] for key in ("type", "units", "groups", "each")] == ["blinker", 6, 3, 2]


def test_totals_are_the_sums_of_the_states_as_they_stand(done: Outcome) -> None:
    about = told(done)["devices"]["site.blinker"]
    steps = told(done)["steps"]
    assert (about["start_totals"]["steps"], about["totals"]["steps"]) == (0.0, 6.0 * steps)


def test_energy_from_the_records_is_that_of_the_totals(done: Outcome) -> None:
    power = twin.open(done.folder)["load.p_kw"]
    hours = pd.Series(power.index, power.index).diff().fillna(power.index[0]) / 3600.0
    taken = told(done)["devices"]["load"]["totals"]["taken_kwh"]
    assert -(power * hours).sum() == pytest.approx(taken, rel=1e-9)


def test_the_same_run_twice_gives_the_same_bits(small: Path, done: Outcome) -> None:
    again = run_small(small, "again")
    assert twin.open(again.folder).signals.equals(twin.open(done.folder).signals)


def test_compiled_and_in_python_a_run_is_the_same_but_for_its_speed(
    small: Path, done: Outcome
) -> None:
    compiled = run_small(small, "compiled", in_python=False)
    assert twin.open(compiled.folder).signals.equals(twin.open(done.folder).signals)


def test_runs_without_a_name_are_counted(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small.parents[1])
    folders = [run_small(small, out=None).folder for _ in range(2)]
    assert [str(folder) for folder in folders] == ["runs/small-day-001", "runs/small-day-002"]


def test_events_of_the_scenario_set_the_units_they_name(done: Outcome) -> None:
    events = twin.open(done.folder).events
    last = events[events["field"] == "lit"].groupby("unit")["t_s"].max()
    stopped = [unit for unit, t_s in last.items() if t_s < 470.0]
    assert stopped == ["site[1].blinker[0]", "site[1].blinker[1]"]


def test_a_problem_is_raised_before_anything_is_written(small: Path) -> None:
    with pytest.raises(Problems):
        run_small(small, "problem", overrides={"echo.delay_h": 1.0})
    assert not (small.parents[1] / "problem").exists()


def flaky(path: Path, way: str, name: str) -> Outcome:
    """A run of which one site fails after eight minutes, in the middle of the zoom."""
    ways = ["sound", way, "sound"]
    overrides = {"site.flaky.way": ways, "site.flaky.fail_at_s": 480.0}
    return run_small(path, name, overrides=overrides)


FAILURES = {
    "divide": "site[1].flaky raised ZeroDivisionError: float division by zero",
    "refuse": "site[1].flaky raised ValueError: this cannot be",
    "nan": "site[1].flaky.level_pu became nan in the step from 480 s",
    "blip": "site[1].flaky.y_kw became nan in the step from 480 s",
}


@pytest.mark.parametrize("way", FAILURES)
def test_a_failed_run_says_who_failed_and_when(small: Path, way: str) -> None:
    failed = flaky(small, way, f"failed_{way}")
    assert told(failed)["reason"].startswith(FAILURES[way])


@pytest.fixture(scope="module")
def failed(small: Path) -> Outcome:
    return flaky(small, "refuse", "failed")


def test_a_failed_run_is_not_good(failed: Outcome) -> None:
    assert (failed.good, failed.status, told(failed)["status"]) == (False, "failed", "failed")


def test_a_failed_run_says_at_what_time(failed: Outcome) -> None:
    assert told(failed)["failed_at_s"] == pytest.approx(480.0)


def test_a_failed_run_keeps_what_it_recorded(failed: Outcome, done: Outcome) -> None:
    kept = twin.open(failed.folder).signals
    assert kept.equals(twin.open(done.folder).signals.loc[: kept.index[-1]])


def test_a_failed_run_has_recorded_up_to_the_failure(failed: Outcome) -> None:
    assert twin.open(failed.folder).signals.index[-1] == 480.0


def test_a_failed_run_keeps_the_events_before_the_failure(failed: Outcome) -> None:
    assert twin.open(failed.folder).events["t_s"].max() <= 480.0


def test_a_failed_run_has_no_kpis(failed: Outcome) -> None:
    assert not (failed.folder / "kpis.json").exists()


def test_an_interrupted_run_says_so_and_keeps_what_it_recorded(tmp_path: Path) -> None:
    script = f"""
import signal, sys
from pathlib import Path
from twin.runner import Options, run_scenario
from tests.small_runs import write_small

path = write_small(Path({str(tmp_path)!r}))
def stop(calendar, tick):
    if tick > calendar.end // 2:
        signal.raise_signal(signal.SIGINT)
outcome = run_scenario(path, Options(out=Path({str(tmp_path / "run")!r}), in_python=True), stop)
print(outcome.status)
"""
    ended = subprocess.run([sys.executable, "-W", "error", "-c", script], **QUIET)
    assert (ended.stdout, ended.stderr) == ("interrupted\n", "")
    assert len(twin.open(tmp_path / "run").signals) > 3


QUIET: Any = {"cwd": ROOT, "capture_output": True, "text": True, "timeout": 120, "check": False}

ENDLESS = """
import sys
from pathlib import Path
from twin import record
from twin.runner import Options, run_scenario
from tests.small_runs import SCENARIO, write_small

record.PART_AGE_S = 0.2
folder = Path(sys.argv[1])
slow = SCENARIO.replace("\\nstep_s = 10\\n", "\\nstep_s = 1\\n")
slow = slow.replace("every_s = 120", "every_s = 1")
slow = slow.replace("fine_step_s = 0.1", "fine_step_s = 0.001")
path = write_small(folder, scenario=slow)
run_scenario(path, Options(out=folder / "run", in_python=True))
"""


def test_a_killed_run_keeps_every_part_it_wrote(tmp_path: Path) -> None:
    run = tmp_path / "run"
    command = [sys.executable, "-c", ENDLESS, str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT)
    while len(list(run.glob("signals/part-*.parquet"))) < 3 and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    parts = len(list(run.glob("signals/part-*.parquet")))
    kept = twin.open(run)
    assert (kept.status, parts >= 3) == ("running", True)
    assert kept.signals.index.is_monotonic_increasing
    assert not kept.signals.isna().any().any()


FULL = """
import resource, sys
from pathlib import Path
from twin import record
from twin.runner import Options, run_scenario
from tests.small_runs import write_small

record.PART_AGE_S = -1.0
folder = Path(sys.argv[1])
path = write_small(folder)
def fill(calendar, tick):
    if tick > calendar.end // 3:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
outcome = run_scenario(path, Options(out=folder / "run", in_python=True), fill)
print(outcome.status, outcome.reason, sep=": ")
"""


def filled(folder: Path, left: int) -> tuple[str, str]:
    """A run whose disk is full after a third, but for files of so many bytes; what it printed."""
    command = [sys.executable, "-W", "error", "-c", FULL, str(folder), str(left)]
    ended = subprocess.run(command, **QUIET)
    return ended.stdout.partition(" (")[0].strip(), ended.stderr


def test_a_full_disk_ends_a_run_with_one_clear_line(tmp_path: Path) -> None:
    assert filled(tmp_path, 0) == ("failed: could not write: File too large", "")


def test_a_full_disk_leaves_what_was_written_before(tmp_path: Path) -> None:
    filled(tmp_path, 9_000)
    kept = twin.open(tmp_path / "run")
    assert (kept.status, len(kept.signals) > 0) == ("failed", True)


YEAR = """
import sys
from pathlib import Path
from twin.runner import Options, run_scenario

home = Path(sys.argv[1])
outcome = run_scenario(home / f"{sys.argv[2]}.toml", Options(out=home / sys.argv[2]))
status = Path("/proc/self/status").read_text()
print(outcome.status, status.partition("VmHWM:")[2].split()[0])
"""
SITE_YEAR = """
topology = "site"
start = "2025-01-01T00:00:00Z"
horizon_s = {horizon_s}
step_s = 60
sync_s = 3600
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory as Linux tells it")
def test_a_year_of_a_site_in_minutes_stays_small_in_memory(tmp_path: Path) -> None:
    home = tmp_path / "site"
    home.mkdir()
    shipped = ROOT / "tests/sample_topologies/island_file"
    text = (shipped / "topology.toml").read_text()
    (home / "topology.toml").write_text(text.replace("data/weather_load", "weather_load"))
    for name, horizon_s in (("day", 86_400), ("year", 31_536_000)):
        (home / f"{name}.toml").write_text(SITE_YEAR.format(horizon_s=horizon_s))
    quarters = pd.date_range("2024-12-31", "2026-01-02", freq="15min", inclusive="left")
    hour = quarters.hour + quarters.minute / 60.0
    sun = (1000.0 - 160.0 * (hour - 12.0).to_series().abs().to_numpy()).clip(0.0)
    weather = {"poa_w_per_m2": sun, "air_degc": 25.0, "utilisation_pu": 0.7}
    pd.DataFrame(weather, quarters.rename("time")).to_csv(home / "weather_load.csv")
    run = [sys.executable, "-c", YEAR, str(home)]
    subprocess.run([*run, "day"], **QUIET)  # compiles, which takes memory of its own
    status, kilobytes = subprocess.run([*run, "year"], **QUIET).stdout.split()
    assert (status, int(kilobytes) < 400_000) == ("done", True)
