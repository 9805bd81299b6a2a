"""Work shared among processes: each takes the next task as soon as it has done one.

Processes start afresh (spawn), so that no thread or lock of this one is copied, and keep what they
have loaded and compiled from task to task. One that dies is told of as `Lost`, and the rest goes
on. Interrupted, all of them are, and what they still hand in is kept.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

CLOSING_S = 30.0  # an interrupted process has so long to write down what it has
MEMINFO = Path("/proc/meminfo")

Tell = Callable[[Any], None]
Work = Callable[[Any, Tell], Any]  # a task, and whom to tell how far it is; all can be pickled


@dataclass(frozen=True)
class Lost:
    """A task whose process ended without a result."""

    code: int | None

    def __str__(self) -> str:
        """How it ended; killed ones by the number of the signal."""
        if self.code is not None and self.code < 0:
            return f"its process was killed (signal {-self.code}); did memory run out?"
        return f"its process ended with code {self.code}"


@dataclass
class _Worker:
    process: Any
    line: Connection
    place: int  # of the task it is at


def room_for(tasks: int, gigabytes: float) -> int:
    """How many processes of so much memory the machine bears; one at least."""
    return max(min(tasks, _cores(), int(_free_gigabytes() / gigabytes)), 1)


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _free_gigabytes() -> float:
    """Memory that is free or can be freed; without end where nobody tells."""
    if not MEMINFO.exists():
        return 1e6
    lines = (line.split() for line in MEMINFO.read_text().splitlines())
    return {line[0]: float(line[1]) for line in lines}.get("MemAvailable:", 1e12) / 1e6


def work_through(
    work: Work, tasks: Sequence[Any], processes: int, told: Callable[[int, Any], None]
) -> dict[int, Any]:
    """The result of each task by its place; `told` hears what they tell on the way.

    Where it is interrupted, those that have begun hand in what they have, and others are missing.
    """
    waiting = list(range(len(tasks)))[::-1]
    found: dict[int, Any] = {}
    workers: dict[Connection, _Worker] = {}
    try:
        while waiting or workers:
            while waiting and len(workers) < processes:
                place = waiting.pop()
                worker = _started(work, place, tasks[place])
                workers[worker.line] = worker
            for worker in _heard(workers, found, told, None):
                if waiting:
                    worker.place = waiting.pop()
                    worker.line.send(tasks[worker.place])
                else:
                    _dismiss(workers.pop(worker.line))
    except KeyboardInterrupt:
        _interrupt(workers, found)
    finally:
        for worker in workers.values():
            worker.process.terminate()
            _dismiss(worker)
    return found


def _heard(
    workers: dict[Connection, _Worker],
    found: dict[int, Any],
    told: Callable[[int, Any], None],
    patience_s: float | None,
) -> Iterator[_Worker]:
    """Listen once to whoever speaks; the workers that have handed in a result."""
    for line in wait([*workers], patience_s):
        assert isinstance(line, Connection)
        worker = workers[line]
        try:
            done, what = line.recv()
        except (EOFError, OSError):
            del workers[line]
            _dismiss(worker)
            found[worker.place] = Lost(worker.process.exitcode)
            continue
        if done:
            found[worker.place] = what
            yield worker
        else:
            told(worker.place, what)


def _interrupt(workers: dict[Connection, _Worker], found: dict[int, Any]) -> None:
    for worker in workers.values():
        os.kill(worker.process.pid, signal.SIGINT)
    while workers and wait([*workers], CLOSING_S):
        for worker in _heard(workers, found, lambda *_: None, 0.0):
            _dismiss(workers.pop(worker.line))


def _started(work: Work, place: int, task: Any) -> _Worker:
    context = get_context("spawn")
    line, other = context.Pipe()
    process = context.Process(target=_serve, args=(other, work), daemon=True)
    with _undisturbed():
        process.start()
    other.close()
    line.send(task)
    return _Worker(process, line, place)


def _dismiss(worker: _Worker) -> None:
    worker.line.close()
    worker.process.join()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold back an interrupt while a process starts, which inherits this until it can hear it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(line: Connection, work: Work) -> None:
    """The life of a worker: task after task, until nobody sends one."""
    signal.signal(signal.SIGINT, _interrupted_once)
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        while True:
            line.send((True, work(line.recv(), lambda what: line.send((False, what)))))
    except (KeyboardInterrupt, EOFError, OSError):
        return


def _end_with_parent() -> None:
    """Interrupt what goes on here when the process that asked for it was killed."""
    parent = parent_process()
    if parent:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGINT)


def _interrupted_once(*_: object) -> NoReturn:
    """A terminal interrupts every process, and ours does so again: the second is not heard."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt
