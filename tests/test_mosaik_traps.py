"""What mosaik lets happen without a word, and what a host program must not notice."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import loguru
import pytest
from mosaik_api_v3.connection import RemoteException

from tests.mosaik_world import Ran, done, run
from twin.cell_sim import CellSim
from twin.component_sim import ComponentSim
from twin.processes import ProcessSim
from twin.service_sims import ProfileSim, RecordSim

TIMES = "horizon_s = 600\nstep_s = 60\n"
MIXED = """
[device.pulse]
type = "pulse"
base_kw = 100
[device.furnace]
type = "furnace"
count = 2
wires = ["pulse.x_kw ~> extra_kw"]
[device.bell]
type = "bell"
every_s = 130
[device.eye]
type = "witness"
wires = ["furnace.wish_kw -> x_kw", "bell.stroke_count ~> tally"]
"""
SIMULATORS = (CellSim, ComponentSim, ProcessSim, ProfileSim, RecordSim)


def mixed(folder: Path, times: str = TIMES, **options: Any) -> Ran:
    """A cell, a fleet and a process that exchange in all directions."""
    return done(folder, MIXED, times, in_python=True, **options)


def spied(monkeypatch: pytest.MonkeyPatch, method: str) -> list[Any]:
    """All that our simulators answer to a method."""
    told: list[Any] = []

    def spy(plain: Callable[..., Any]) -> Callable[..., Any]:
        if method == "step":

            def step(self: Any, time: int, inputs: Any, max_advance: int) -> Any:
                told.append(plain(self, time, inputs, max_advance))
                return told[-1]

            return step

        def get_data(self: Any, outputs: Any) -> Any:
            told.append(plain(self, outputs))
            return told[-1]

        return get_data

    for simulator in SIMULATORS:
        if method in vars(simulator):
            monkeypatch.setattr(simulator, method, spy(vars(simulator)[method]))
    return told


def test_a_step_answers_with_a_plain_whole_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = spied(monkeypatch, "step")
    mixed(tmp_path)
    assert {type(answer) for answer in told} == {int}


def test_what_crosses_is_plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = spied(monkeypatch, "get_data")
    mixed(tmp_path)
    assert json.loads(json.dumps(told)) == told
    assert len(told) > 20


def test_what_crosses_is_fresh_at_every_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = spied(monkeypatch, "get_data")
    mixed(tmp_path)
    entities = [entity for answer in told for entity in answer.values() if type(entity) is dict]
    objects = [*entities, *(value for entity in entities for value in entity.values())]
    lists = [thing for thing in objects if type(thing) in (dict, list)]
    assert len({id(thing) for thing in lists}) == len(lists)


@pytest.mark.parametrize(("now", "hybrid"), [(10, False), (-10, False), (120, True), (-10, True)])
def test_a_cell_that_is_called_for_another_time_than_its_own_says_so(
    now: int, hybrid: bool
) -> None:
    calendar = SimpleNamespace(end=1000, step_after=lambda tick: -(-tick // 60) * 60)
    simulator = CellSim()
    cell: Any = SimpleNamespace(now=60 if now > 60 else now + 60, calendar=calendar)
    simulator.init("cell", 1.0, cell, lambda tick: tick, {}, [], [] if hybrid else None)
    cell.now = 60
    with pytest.raises(RuntimeError, match=f"stands at tick 60, but is called at {now}"):
        simulator.step(now, {}, 1000)


def test_late_wires_begin_with_what_their_sources_hold(tmp_path: Path) -> None:
    ran = mixed(tmp_path)
    assert ran.run["furnace.wish_kw:min"].tolist() == [100.0 + step for step in range(10)]


def test_a_slow_source_gives_a_fast_receiver_its_last_value_in_between(tmp_path: Path) -> None:
    slow = MIXED.replace('"furnace"\n', '"furnace"\nperiod_s = 180\n', 1)
    slow = slow.replace("furnace.wish_kw -> x_kw", "furnace.wish_kw ~> x_kw").replace(
        "count = 2", ""
    )
    ran = done(tmp_path, slow, TIMES, in_python=True)
    given = [0.0] + [100.0] * 3 + [103.0] * 3 + [106.0] * 3
    assert ran.run["eye.last_kw"].tolist() == given


def test_the_order_of_names_in_memory_changes_nothing() -> None:
    code = (
        "import hashlib, tempfile, twin\n"
        "from pathlib import Path\n"
        "from twin.runner import Options, run_scenario\n"
        "folder = Path(tempfile.mkdtemp()) / 'run'\n"
        "options = Options({'horizon_s': 3600}, out=folder, exploded=True, in_python=True)\n"
        "print(run_scenario('island_telecom/day', options).status)\n"
        "run = twin.open(folder)\n"
        "names = sorted(run.signals)\n"
        "print(hashlib.sha256(run.signals[names].to_numpy().tobytes()).hexdigest())\n"
    )
    told = []
    for seed in ("1", "2"):
        words = [sys.executable, "-W", "error", "-c", code]
        ran = subprocess.run(
            words, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        )
        told.append(ran.stdout.decode())
    assert told[0].startswith("done")
    assert told[0] == told[1]


def test_the_host_program_keeps_its_output_warnings_logging_and_loop(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    mine = asyncio.new_event_loop()
    asyncio.set_event_loop(mine)

    def host() -> list[Any]:
        handlers = dict(loguru.logger._core.handlers)  # type: ignore[attr-defined]
        return [warnings.showwarning, handlers, asyncio.get_event_loop_policy(), mine]

    before = host()
    mixed(tmp_path)
    assert host() == before
    assert asyncio.get_event_loop() is mine
    assert capfd.readouterr() == ("", "")
    mine.close()
    asyncio.set_event_loop(None)


def test_a_run_inside_a_running_loop_gives_the_same(tmp_path: Path) -> None:
    async def notebook() -> Ran:
        return mixed(tmp_path, out="inside")

    inside, alone = asyncio.run(notebook()), mixed(tmp_path, out="alone")
    assert inside.run.signals.equals(alone.run.signals)


def test_a_component_that_raises_leaves_nothing_pending(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    oven = MIXED + '[device.oven]\ntype = "oven"\nlasts_s = 300\n'
    outcome = run(tmp_path, oven, TIMES, in_python=True).outcome
    gc.collect()
    assert outcome.status == "failed"
    assert [record.message for record in caplog.records] == []


def test_an_error_that_mosaik_swallows_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def step(self: Any, time: int, inputs: Any, max_advance: int) -> int:
        del self, time, inputs, max_advance
        raise RemoteException("ValueError", "too hot")

    monkeypatch.setattr(ComponentSim, "step", step)
    outcome = run(tmp_path, MIXED, TIMES, in_python=True).outcome
    assert (outcome.status, outcome.reason) == ("failed", "furnace: ValueError: too hot")


def interrupt(count: int) -> Callable[[Any, int], None]:
    """What sends Ctrl-C at the second sign of progress."""
    seen: list[int] = []

    def progress(_: Any, tick: int) -> None:
        seen.append(tick)
        if len(seen) == count:
            main = threading.main_thread().ident
            assert main
            signal.pthread_kill(main, signal.SIGINT)

    return progress


@pytest.mark.parametrize("exploded", [False, True])
def test_ctrl_c_ends_a_run_as_interrupted_with_what_it_had(tmp_path: Path, exploded: bool) -> None:
    ran = run(tmp_path, MIXED, TIMES, progress=interrupt(5), in_python=True, exploded=exploded)
    assert ran.outcome.status == "interrupted"
    assert 1 <= len(ran.run["pulse.x_kw"]) < 10


def test_ctrl_c_in_a_notebook_ends_the_run_too(tmp_path: Path) -> None:
    async def notebook() -> Ran:
        times = "horizon_s = 60000\nstep_s = 60\n"
        return run(tmp_path, MIXED, times, progress=interrupt(5), in_python=True)

    loop = asyncio.new_event_loop()
    ran = loop.run_until_complete(notebook())
    loop.close()
    assert ran.outcome.status == "interrupted"
    assert 1 <= len(ran.run["pulse.x_kw"]) < 1000
