"""Devices of a topology that live in other processes, over TCP."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mosaik_world import COMPONENTS, Ran, done, run
from twin.problems import Problems

TIMES = "horizon_s = 1200\nstep_s = 60\n"
SITE = """
[device.main]
type = "site_bus"
[device.grid]
type = "grid_connection"
bus = "main"
[device.pulse]
type = "pulse"
count = 2
[device.{kind}]
type = "{kind}"
bus = "main"
count = 2
rated_kw = [8, 11]
{inp} = 0.7
{remote}
"""
COMMAND = f"python -m twin.component_sim --components {COMPONENTS} %(addr)s"
FURNACE = SITE.replace("{remote}", '{remote}\nwires = ["pulse.x_kw ~> extra_kw"]')


def furnace(folder: Path, remote: str = "", out: str = "run", **options: Any) -> Ran:
    said = f"remote = '{remote}'" if remote else ""
    topology = FURNACE.format(kind="furnace", inp="demand_pu", remote=said)
    return run(folder, topology, TIMES, out, allow_remote=True, **options)


def room(folder: Path, remote: str, out: str) -> Ran:
    said = f'remote = "{remote}"' if remote else ""
    topology = SITE.format(kind="it_load", inp="utilisation_pu", remote=said)
    return done(folder, topology, TIMES, out, allow_remote=True)


@pytest.fixture
def served() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A component served at an address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    words = [sys.executable, "-m", "twin.component_sim", "--remote", address]
    process = subprocess.Popen([*words, "--components", str(COMPONENTS)], stderr=subprocess.PIPE)
    assert process.stderr
    process.stderr.readline()  # it says that it waits
    yield address, process
    process.kill()
    process.wait()
    process.stderr.close()


def test_a_fleet_at_an_address_gives_the_same_numbers(
    tmp_path: Path, served: tuple[str, Any]
) -> None:
    here, there = furnace(tmp_path), furnace(tmp_path, served[0], "there")
    assert there.run.signals.equals(here.run.signals)
    assert there.run.events.equals(here.run.events)
    assert there.run.totals == here.run.totals


def test_a_compiled_device_behind_a_command_gives_the_same_numbers(tmp_path: Path) -> None:
    command = "python -m twin.component_sim %(addr)s"
    here, there = room(tmp_path, "", "here"), room(tmp_path, command, "there")
    assert there.run.signals[here.run.signals.columns].equals(here.run.signals)
    assert there.run.totals == here.run.totals


def test_a_process_behind_a_command_gives_the_same_numbers(tmp_path: Path) -> None:
    told = '[device.bell]\ntype = "bell"\n{}[device.eye]\ntype = "witness"\n'
    told += 'wires = ["bell.stroke_count -> tally"]\n'
    command = COMMAND.replace("component_sim", "processes")
    here = done(tmp_path, told.format(""), TIMES, "here")
    remote = f"remote = '{command}'\n"
    there = done(tmp_path, told.format(remote), TIMES, "there", allow_remote=True)
    assert there.run.signals.equals(here.run.signals)


def test_without_leave_it_is_refused_with_its_place_before_anything_is_written(
    tmp_path: Path,
) -> None:
    topology = FURNACE.format(kind="furnace", inp="demand_pu", remote='remote = "127.0.0.1:9"')
    with pytest.raises(Problems, match=r"t/topology\.toml:\d+ .*device\.furnace\.remote .*--allow"):
        run(tmp_path, topology, TIMES)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("remote", ["somewhere", "python -m sim", "sim 5% %(addr)s"])
def test_what_is_neither_address_nor_command_is_refused(tmp_path: Path, remote: str) -> None:
    with pytest.raises(Problems, match="should be host:port or a command"):
        furnace(tmp_path, remote)


def test_where_nobody_answers_the_run_fails_with_the_address(tmp_path: Path) -> None:
    outcome = furnace(tmp_path, "127.0.0.1:9").outcome
    assert outcome.status == "failed"
    assert "furnace" in outcome.reason
    assert "127.0.0.1:9" in outcome.reason


def test_a_remote_that_dies_ends_the_run_with_its_name_and_keeps_the_folder(
    tmp_path: Path, served: tuple[str, Any]
) -> None:
    address, process = served
    seen: list[int] = []

    def kill(_: Any, tick: int) -> None:
        seen.append(tick)
        if len(seen) == 5:
            process.kill()
            process.wait()

    ran = furnace(tmp_path, address, progress=kill)
    assert ran.outcome.status == "failed"
    assert ran.outcome.reason == "lost the connection to furnace"
    assert ran.run["main.unserved_kwh"].index.max() == 300.0


def test_what_a_remote_raises_is_the_reason(tmp_path: Path) -> None:
    oven = f"[device.oven]\ntype = \"oven\"\nlasts_s = 600\nremote = '{COMMAND}'\n"
    outcome = run(tmp_path, oven, TIMES, allow_remote=True).outcome
    assert (outcome.status, outcome.reason) == (
        "failed",
        "oven: CellFailure: oven raised ZeroDivisionError: integer division or modulo by zero"
        " in the step from 600 s",
    )
    assert list((outcome.folder / "signals").iterdir())
