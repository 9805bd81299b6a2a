from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.typed import Twin, typing

HEAVY = ("numba", "numpy", "mosaik", "pandas", "pandapower", "pyarrow", "pydantic", "rich")

SIX_MISTAKES = """\
format = 1
name = "mistaken"

[device.main]
type = "site_bus"

[device.grid]
type = "grid_conection"
bus = "main"

[device.load]
type = "it_load"
bus = "mian"
rated_kw = -1.0

[device.room]
type = "it_load"
bus = "main"
rated_kwh = 5.0
pue_pu = "high"
wires = ["energy_kwh -> load.utilisation_pu"]
"""

DAY = """\
topology = "mistaken"
start = "2026-01-01T00:00:00+00:00"
horizon_s = 3600
step_s = 60
"""

DUD = '''\
"""A device that fails when it is told to."""

from __future__ import annotations

from twin.component import AcDevice, inp


class Dud(AcDevice):
    """Fails at a given input."""

    role = "load"

    ask_kw: float = inp(0.0, "power that it takes")

    def step(self, dt_s: float) -> None:
        """Give a number that is none, once asked."""
        self.p_kw = -self.ask_kw
        if self.ask_kw > 1.0:
            self.p_kw = self.ask_kw * 1e308 * 1e308
'''


@pytest.fixture
def twin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Twin:
    """An empty folder to type in."""
    monkeypatch.chdir(tmp_path)
    return typing(monkeypatch, capsys)


@pytest.fixture
def site(twin: Twin) -> Twin:
    """A folder with one small site in it."""
    assert twin("new", "topology", "my_site").code == 0
    return twin


def test_help_imports_nothing_that_takes_long() -> None:
    code = (
        "import sys; sys.argv = ['twin', '--help']; from twin.cli import main\n"
        "try: main()\n"
        f"except SystemExit: print(sorted({{*sys.modules}} & {{*{HEAVY}}}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_the_package_is_the_command_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "twin", "--version"], capture_output=True, text=True, check=True
    )

    assert done.stdout == "gridtwin 0.1.0\n"


def test_a_good_run_tells_what_it_was_how_it_went_and_where_it_lies(site: Twin) -> None:
    done = site("run", "my_site/day.toml")
    first, second, *table, last = done.out.splitlines()

    assert (done.code, done.err) == (0, "")
    assert first == "my_site/day.toml: 3 devices, 3 units, 60 s x 1,440 steps, seed 0"
    assert second.startswith("  ran in ")
    assert "  unserved_kwh       0      kWh  <= 0      ok" in table
    assert last == "wrote runs/my_site-day-001/"


def test_the_ways_to_run_tell_the_same_numbers(site: Twin) -> None:
    short = ["run", "my_site/day.toml", "--set", "step_s=600"]
    tables = [
        site(*short, *words).out.splitlines()[2:-1]
        for words in ([], ["--exploded"], ["--python"], ["--snapshot", "43200", "--out", "kept"])
    ]
    tables.append(site(*short, "--resume", "kept").out.splitlines()[2:-1])

    assert len(tables[0]) > 5
    assert tables == [tables[0]] * 5


def test_claims_are_judged_by_running_their_variants(site: Twin) -> None:
    with Path("my_site/day.toml").open("a", encoding="utf-8") as file:
        file.write(
            "[variant.as_it_is]\n[claim.supply]\nsaid = 'supplied without a gap'\n"
            "result = 'unserved_kwh'\nof = ['as_it_is', 'small_connection']\nmax = 0\n"
        )
    done = site("run", "my_site/day.toml", "--set", "step_s=600")
    (told,) = json.loads(Path("runs/my_site-day-001/claims.json").read_text("utf-8"))

    assert (done.code, done.err) == (0, "")
    assert (told["verdict"], told["reason"]) == ("holds if", "in as_it_is")
    assert Path("runs/my_site-day-001/small_connection/kpis.json").is_file()


def test_a_missed_expectation_is_told_and_ends_with_one(site: Twin) -> None:
    done = site("run", "my_site/day.toml", "--variant", "small_connection")

    assert (done.code, done.err) == (1, "missed: unserved_kwh\n")
    assert "<= 0      missed" in done.out


def test_a_quiet_run_says_only_what_is_wrong(site: Twin) -> None:
    quiet = ["run", "my_site/day.toml", "--quiet"]

    assert site(*quiet) == (0, "", "")
    assert site(*quiet, "--set", "grid.import_max_kw=5") == (1, "", "missed: unserved_kwh\n")


def test_six_mistakes_are_six_lines_with_the_nearest_right_word(twin: Twin) -> None:
    Path("topology.toml").write_text(SIX_MISTAKES)
    Path("day.toml").write_text(DAY)
    done = twin("run", "day.toml")

    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        "topology.toml:8  device.grid.type  grid_conection is not a component;"
        " did you mean grid_connection?",
        "topology.toml:13  device.load.bus  names no device: mian; did you mean main?",
        "topology.toml:14  device.load.rated_kw  should be greater than or equal to 0, got -1.0",
        "topology.toml:19  device.room.rated_kwh  is not a field of it_load;"
        " did you mean rated_kw?",
        "topology.toml:20  device.room.pue_pu  should be a valid number, got 'high'",
        "topology.toml:21  device.room.wires[0]  joins kwh to pu",
        "6 problems",
    ]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("run my_site", "my_site  names no scenario"),
        ("run my_site/dya.toml", "my_site/dya.toml  does not exist"),
        ("run island_telecom/wek", "did you mean island_telecom/week?"),
        ("run my_site/day.toml --variant big", "--variant  big  is none"),
        ("run my_site/day.toml --set load=", "--set"),
        ("run my_site/day.toml --set rated_kw", "--set  rated_kw  should be like"),
        ("run my_site/day.toml --set load.rated=1", "did you mean rated_kw?"),
        ("run my_site/day.toml --snapshot 1e9", "--snapshot"),
        ("run my_site/day.toml --resume nowhere", "nowhere  is no run folder"),
        ("run my_site/day.toml --components nowhere", "'nowhere' does not exist"),
        ("run", "Missing argument"),
        ("describe bes", "bes  names no component, topology or scenario; did you mean bess?"),
        ("describe island", "did you mean island_telecom?"),
        ("draw isle_telecom", "names no topology or scenario; did you mean island_telecom?"),
        ("draw my_site --out my_site/day.toml/x.svg", "x.svg  cannot be written: "),
        ("list things", "'things' is not one of"),
    ],
)
def test_a_users_mistake_ends_with_two_and_a_line(site: Twin, words: str, line: str) -> None:
    done = site(*words.split())

    assert (done.code, line in done.err, "Traceback" in done.err) == (2, True, False), done


def test_an_authors_mistake_names_the_component_and_the_rule(twin: Twin) -> None:
    Path("dud.py").write_text(DUD.replace("ask_kw", "ask"))
    done = twin("describe", "dud", "--components", ".")

    assert done == (
        2,
        "",
        "dud: ask is a float without a unit at the end of its name\n1 problem in a component\n",
    )


def test_a_run_that_fails_says_why_and_keeps_its_folder(twin: Twin) -> None:
    Path("dud.py").write_text(DUD)
    twin("new", "topology", "my_site", "--components", ".")
    words = ["--components", ".", "--set", "dud.ask_kw=2", "--out", "kept"]
    done = twin("run", "my_site/day.toml", *words)

    assert done.code == 1
    assert done.err == (
        "failed: dud.p_kw became inf in the step from 0 s\nwhat was recorded is kept in kept/\n"
    )
    assert json.loads(Path("kept/run.json").read_text())["status"] == "failed"


def test_an_interrupted_run_keeps_its_folder(site: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("twin.runner.run_world", interrupted)
    done = site("run", "my_site/day.toml", "--out", "kept")

    assert done.code == 130
    assert done.err == "interrupted at its start; what was recorded is kept in kept/\n"
    assert json.loads(Path("kept/run.json").read_text())["status"] == "interrupted"


def test_a_bug_of_ours_is_called_one_and_keeps_its_traceback(
    site: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("twin.runner.run_world", lambda _: 1 // 0)
    done = site("run", "my_site/day.toml")

    assert done.code == 1
    assert done.err.startswith("Traceback")
    assert done.err.splitlines()[-2:] == [
        "ZeroDivisionError: integer division or modulo by zero",
        "this is a bug in gridtwin; please report it with the lines above",
    ]


@pytest.mark.skipif(os.name == "nt", reason="has no such pipes")
@pytest.mark.parametrize("words", ["list", "describe bess", "--help"])
def test_nobody_complains_when_the_reader_has_gone(words: str) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "twin", *words.split()],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)

    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no disk that is always full")
def test_output_that_cannot_be_written_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "twin", "list"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert (done.returncode, done.stderr) == (1, "output: No space left on device\n")
