from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.small_runs import read, run_small, write_small
from twin.problems import Problems
from twin.runner import Outcome
from twin.snapshot import Keeper, last_snapshot

ZOOM = (420.0, 540.0)  # the window around the event of the scenario


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small(tmp_path_factory.mktemp("snapshots"))


@pytest.fixture(scope="module")
def straight(small: Path) -> Outcome:
    return run_small(small, "straight")


def same(one: Outcome, other: Outcome) -> bool:
    signals, events, totals = read(one)
    return bool(
        signals.equals(read(other)[0])
        and events.equals(read(other)[1])
        and totals == read(other)[2]
        and one.meta["audit"] == other.meta["audit"]
    )


@pytest.mark.parametrize("at_s", [60.0, 420.0, 477.0, 540.0, 1140.0])
def test_a_run_goes_on_from_a_snapshot_bit_for_bit(
    small: Path, straight: Outcome, at_s: float
) -> None:
    saved = run_small(small, f"saved{at_s:g}", snapshots_s=(at_s,))
    resumed = run_small(small, f"resumed{at_s:g}", resume=saved.folder)
    assert same(resumed, straight)


def test_taking_snapshots_changes_nothing(small: Path, straight: Outcome) -> None:
    saved = run_small(small, "saved", snapshots_s=(120.0, 480.0, 600.0))
    assert same(saved, straight)


def test_a_resumed_run_says_from_when(small: Path) -> None:
    saved = run_small(small, "from", snapshots_s=(120.0, 600.0))
    assert run_small(small, "onward", resume=saved.folder).meta["resumed_at_s"] == 600.0


def test_a_resumed_run_can_be_resumed(small: Path, straight: Outcome) -> None:
    first = run_small(small, "first", snapshots_s=(240.0,))
    second = run_small(small, "second", resume=first.folder, snapshots_s=(600.0,))
    assert same(run_small(small, "third", resume=second.folder), straight)


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(Problems) as raised:
        run_small(path, "refused", **options)
    return str(raised.value)


def test_a_snapshot_between_two_exchanges_is_refused(small: Path) -> None:
    assert refused(small, snapshots_s=(70.0,)) == "--snapshot  70  is no exchange; see sync_s"


@pytest.mark.parametrize("at_s", [0.0, 1200.0, 1260.0])
def test_a_snapshot_outside_the_run_is_refused(small: Path, at_s: float) -> None:
    assert "lies outside" in refused(small, snapshots_s=(at_s,))


def test_a_snapshot_beside_a_process_is_refused(tmp_path: Path) -> None:
    path = write_small(tmp_path, '[device.tanker]\ntype = "truck"\n')
    said = refused(path, snapshots_s=(120.0,))
    assert "tanker cannot be saved: not compiled into the cell" in said


@pytest.fixture
def saved(tmp_path: Path) -> Iterator[tuple[Path, Outcome]]:
    path = write_small(tmp_path)
    return path, run_small(path, "saved", snapshots_s=(120.0,))


def test_a_run_of_another_parameter_is_not_resumed(saved: tuple[Path, Outcome]) -> None:
    path, before = saved
    overrides = {"echo.delay_s": 20.0}
    assert "was another run" in refused(path, resume=before.folder, overrides=overrides)


@pytest.mark.parametrize("file", ["topology.toml", "day.toml", "work.csv"])
def test_a_run_of_files_that_have_changed_is_not_resumed(
    saved: tuple[Path, Outcome], file: str
) -> None:
    path, before = saved
    changed = path.with_name(file)
    text = changed.read_text()
    changed.write_text(text.replace("12\n", "13\n").replace("47.3", "48.3").replace("470", "480"))
    assert "was another run" in refused(path, resume=before.folder)


def test_what_is_no_run_is_not_resumed(saved: tuple[Path, Outcome], tmp_path: Path) -> None:
    assert refused(saved[0], resume=tmp_path).endswith("is no run folder")


def test_a_run_without_a_snapshot_is_not_resumed(small: Path, straight: Outcome) -> None:
    said = refused(small, resume=straight.folder)
    assert said.endswith("holds no complete snapshot; ask for one with --snapshot SECONDS")


class State:
    """What has nothing but a number."""

    def __init__(self, number: float) -> None:
        self.number = number

    def state(self) -> dict[str, Any]:
        return {"number": np.array([self.number])}


def test_the_latest_snapshot_that_all_simulators_have_is_taken(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, [10, 20])
    for name, tick in (("one", 10), ("two", 10), ("one", 20)):
        keeper.save(name, tick, State(tick))
    tick, states = last_snapshot(tmp_path, ["one", "two"])
    assert (tick, states["one"]["number"].tolist()) == (10, [10.0])


def test_a_snapshot_that_was_being_written_does_not_count(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, [10, 20])
    keeper.save("one", 10, State(1.0))
    (tmp_path / "snapshots/20").mkdir()
    (tmp_path / "snapshots/20/one.tmp").write_bytes(b"half of it")
    assert last_snapshot(tmp_path, ["one"])[0] == 10


def test_only_the_instants_that_were_asked_for_are_saved(tmp_path: Path) -> None:
    Keeper(tmp_path, [10]).save("one", 15, State(1.0))
    assert list(tmp_path.iterdir()) == []


def test_a_cell_stops_at_each_snapshot_on_its_way(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, [20, 10])
    assert [keeper.after(tick, 30) for tick in (0, 10, 20)] == [10, 20, 30]
