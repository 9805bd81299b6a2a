"""Runs a mosaik world to its end, and leaves nothing behind however that comes.

The host program keeps its event loop, its warnings and its logging. Where a loop is running
already, as in a notebook, the world has a thread of its own. Mosaik itself returns quietly where
a remote simulator raised or the user broke off, and waits for ever where one went away.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import Any

import mosaik
from mosaik.exceptions import ScenarioError, SimulationError
from mosaik_api_v3.connection import RemoteException

Build = Callable[[Any], None]
Tasks = Iterable["asyncio.Task[Any]"]


STOP_S = 5.0  # how long remote simulators may take to stop


class WorldError(Exception):
    """A simulator did not do what it should: which, and what."""


def play(config: Any, tick_s: float, until: int, build: Build) -> None:
    """Let `build` start and join the simulators of `config` in a world, and run it for `until`."""
    loop = asyncio.new_event_loop()
    if not _in_a_loop():
        _play(config, tick_s, until, build, loop)
        return
    raised: list[BaseException] = []

    def work() -> None:
        try:
            _play(config, tick_s, until, build, loop)
        except BaseException as error:  # handed to the thread that waits
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        thread.join()
    except KeyboardInterrupt:
        loop.call_soon_threadsafe(lambda: _cancel(asyncio.all_tasks(loop)))
        thread.join()
        raise
    if raised:
        raise raised[0]


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _play(
    config: Any, tick_s: float, until: int, build: Build, loop: asyncio.AbstractEventLoop
) -> None:
    world: Any = mosaik.World(
        config,
        time_resolution=tick_s,
        cache=False,
        skip_greetings=True,
        configure_logging=False,
        asyncio_loop=loop,
    )
    listening: set[asyncio.Task[Any]] = set()
    lost: list[str] = []

    def lose(task: asyncio.Task[Any]) -> None:
        """Break off when a listener ends: mosaik would wait for the next answer for ever."""
        lost.append(task.get_name().rpartition(" ")[2])  # its last word is the simulator
        _cancel(asyncio.all_tasks(loop))

    try:
        build(world)
        listening = asyncio.all_tasks(loop)  # to remote simulators, until these close
        for task in listening:
            task.add_done_callback(lose)
        world.run(until=until, print_progress=False, shutdown=False)
        _check_arrival(world, until)
    except asyncio.CancelledError:
        if lost:
            raise WorldError(f"lost the connection to {lost[0]}") from None
        raise KeyboardInterrupt from None
    except (SimulationError, ScenarioError) as error:
        raise WorldError(str(error)) from error
    finally:
        for task in listening:
            task.remove_done_callback(lose)
        _shut(world, loop, listening)


def _check_arrival(world: Any, until: int) -> None:
    runners = world.compile(use_cache=True)
    for name, runner in runners.items():
        error = runner.task.exception() if runner.task.done() else None
        if isinstance(error, RemoteException):
            raise WorldError(f"{name}: {error.remote_type}: {error.remote_msg}")
    if not all(runner.task.done() for runner in runners.values()):
        raise KeyboardInterrupt
    short = [name for name, runner in runners.items() if runner.progress.time.time < until]
    if short:
        raise WorldError(f"stopped before the end: {', '.join(short)}")


def _shut(world: Any, loop: asyncio.AbstractEventLoop, listening: Tasks) -> None:
    """End the simulators, and what mosaik leaves pending where one of them raised."""
    _end(asyncio.all_tasks(loop) - set(listening), loop)
    try:
        world.shutdown()
    except OSError:  # a remote simulator that is gone cannot be told to stop; the others can
        left = asyncio.all_tasks(loop)
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=STOP_S))
        _end(asyncio.all_tasks(loop), loop)
        world._async_world._shutdown_performed = True  # or it warns when it is collected
        loop.close()


def _end(tasks: Tasks, loop: asyncio.AbstractEventLoop) -> None:
    left = list(tasks)
    _cancel(left)
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))


def _cancel(tasks: Tasks) -> None:
    for task in tasks:
        task.cancel()
