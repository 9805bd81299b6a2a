"""Tasks are shared among processes; whatever happens to one, the others hand in their work."""

from __future__ import annotations

import os
import signal
import threading
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from twin import workers
from twin.workers import Lost, Tell, room_for, work_through

WAIT_S = 60.0


def double(task: int, tell: Tell) -> int:
    tell(f"at {task}")
    return 2 * task


def die_at_two(task: int, tell: Tell) -> int:
    if task == 2:
        os._exit(7)
    return double(task, tell)


def sleep_from_one_on(task: int, tell: Tell) -> str:
    """What a run does: on an interrupt it closes its books."""
    tell(f"at {task}")
    try:
        time.sleep(WAIT_S if task else 0.0)
    except KeyboardInterrupt:
        return "interrupted"
    return "done"


def test_every_task_is_done_and_what_it_tells_is_heard() -> None:
    heard: list[tuple[int, Any]] = []
    found = work_through(double, [5, 6, 7], 2, lambda place, what: heard.append((place, what)))
    assert found == {0: 10, 1: 12, 2: 14}
    assert sorted(heard) == [(0, "at 5"), (1, "at 6"), (2, "at 7")]


def test_a_process_that_dies_costs_its_own_task_only() -> None:
    found = work_through(die_at_two, [1, 2, 3], 1, lambda *_: None)
    assert found == {0: 2, 1: Lost(7), 2: 6}
    assert str(found[1]) == "its process ended with code 7"


def test_an_interrupt_keeps_what_is_done_and_what_has_begun_hands_in_what_it_has() -> None:
    def hear(place: int, _: Any) -> None:
        if place == 1:
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()

    assert work_through(sleep_from_one_on, [0, 1, 2], 1, hear) == {0: "done", 1: "interrupted"}


def test_there_are_no_more_processes_than_tasks_or_memory_bear(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "_free_gigabytes", lambda: 3.5)
    monkeypatch.setattr(workers, "_cores", lambda: 8)
    assert [room_for(tasks, 1.5) for tasks in (1, 6)] == [1, 2]
    assert room_for(6, 100.0) == 1


def note_and_sleep(folder: str, tell: Tell) -> None:
    """Say who works, sleep, and say that it was interrupted."""
    Path(folder, "pid").write_text(str(os.getpid()))
    tell("asleep")
    try:
        time.sleep(WAIT_S)
    except KeyboardInterrupt:
        Path(folder, "interrupted").touch()


def ask_and_wait(folder: str) -> None:
    work_through(note_and_sleep, [folder], 1, lambda *_: None)


def test_where_the_asking_process_is_killed_workers_close_their_books(tmp_path: Path) -> None:
    asking = get_context("spawn").Process(target=ask_and_wait, args=(str(tmp_path),))
    asking.start()
    until = time.monotonic() + WAIT_S
    while not (tmp_path / "pid").exists() and time.monotonic() < until:
        time.sleep(0.05)
    asking.kill()
    asking.join()
    while not (tmp_path / "interrupted").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert (tmp_path / "interrupted").exists()
