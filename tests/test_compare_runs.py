"""`twin compare` as it is typed: variants are run, and one that fails costs no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import twin.load as load
from tests.small_runs import SCENARIO, write_small
from tests.typed import Twin, typing
from twin import study
from twin.cli.compare import variants_of
from twin.load import load_scenario
from twin.problems import Problem, Problems

HERE = Path(__file__).parent
VARIANTS = """
[variant.heavy]
"former.p_set_kw" = [4.0, 5.0]
"""
BROKEN = """
[variant.broken]
"site.flaky.way" = "nan"
"""


@pytest.fixture
def twin_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Twin:
    typed = typing(monkeypatch, capsys)

    def compare(*words: object) -> object:
        parts = ("--python", "--components", HERE / "engine_components")
        return typed("compare", *words, *parts)

    return compare  # type: ignore[return-value]


def small(folder: Path, variants: str) -> Path:
    return write_small(folder, scenario=SCENARIO + variants)


def test_the_scenario_as_it_stands_is_compared_with_its_variants(
    twin_command: Twin, tmp_path: Path
) -> None:
    done = twin_command(small(tmp_path, VARIANTS), "--out", tmp_path / "out")
    assert (done.code, done.err) == (0, "")
    assert "2 variants" in done.out.splitlines()[0]
    runs = {path.parent.name for path in (tmp_path / "out").glob("*/run.json")}
    assert runs == {"as-it-stands", "heavy"}
    told = json.loads((tmp_path / "out/compare.json").read_text("utf-8"))
    own = {n: json.loads((tmp_path / "out" / n / "kpis.json").read_text("utf-8")) for n in runs}
    assert {name: one["kpis"] for name, one in told["variants"].items()} == own


def test_a_variant_that_fails_is_told_of_and_the_others_are_kept(
    twin_command: Twin, tmp_path: Path
) -> None:
    done = twin_command(small(tmp_path, VARIANTS + BROKEN), "--out", tmp_path / "out")
    assert done.code == 1
    assert done.err.startswith("broken: ")
    assert "flaky" in done.err
    assert "broken (failed)" in done.out
    assert (tmp_path / "out/heavy/kpis.json").exists()
    told = json.loads((tmp_path / "out/compare.json").read_text("utf-8"))
    assert told["variants"]["broken"]["reasons"][0] in done.err


def test_side_by_side_gives_the_numbers_of_one_after_the_other(
    twin_command: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = small(tmp_path, VARIANTS)
    texts = []
    for processes in (1, 2):
        monkeypatch.setattr(study, "room_for", lambda *_, count=processes: count)
        out = tmp_path / str(processes)
        assert twin_command(scenario, "--out", out, "--seeds", 2).code == 0
        texts.append((out / "compare.csv").read_text("utf-8"))
    assert texts[0] == texts[1]
    assert texts[0].splitlines()[0].endswith("heavy,heavy_p5,heavy_p95,what")


def test_an_interrupt_keeps_what_is_done(
    twin_command: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_scenario = study.run_scenario

    def run(name: str, options: study.Options, progress: object) -> object:
        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        return run_scenario(name, options, stop if options.variant else progress)  # type: ignore[arg-type]

    monkeypatch.setattr(study, "room_for", lambda *_: 1)
    monkeypatch.setattr(study, "run_scenario", run)
    later = '[variant.later]\n"former.lag_s" = 1.0\n'
    done = twin_command(small(tmp_path, VARIANTS + later), "--out", tmp_path / "out")
    assert done.code == 130
    told = json.loads((tmp_path / "out/compare.json").read_text("utf-8"))["variants"]
    assert {name: one["status"] for name, one in told.items()} == {
        "as-it-stands": "done",
        "heavy": "interrupted",
        "later": "not begun",
    }


def test_a_scenario_without_variants_says_what_to_write(twin_command: Twin, tmp_path: Path) -> None:
    path = small(tmp_path, "")
    done = twin_command(path)
    assert done.code == 2
    assert done.err.splitlines()[0] == (
        f"{path}  variant  has no variant to compare; write [variant.NAME]"
    )


def test_the_nearest_scenario_that_has_variants_is_named() -> None:
    scenario, _ = load_scenario("weak_area/line_trip")
    with pytest.raises(Problems, match=r"did you mean weak_area/gen_trip\?"):
        variants_of("weak_area/line_trip", scenario)


def test_a_variant_that_changes_nothing_is_the_scenario_as_it_stands() -> None:
    year, _ = load_scenario("island_telecom/year")
    trip, _ = load_scenario("weak_area/gen_trip")
    assert variants_of("", year) == ["hybrid", "diesel_only", "load_following"]
    assert variants_of("", trip) == ["", "no_storage"]


def test_all_variants_are_checked_once_and_each_run_reads_its_own(
    twin_command: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = "".join(f'[variant.v{k}]\n"former.lag_s" = {k}.0\n' for k in range(1, 4))
    read: list[str] = []
    own = load._read

    def counted(*words: object) -> object:
        read.append(str(words[2]))
        return own(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(load, "_read", counted)
    monkeypatch.setattr(study, "room_for", lambda *_: 1)
    assert twin_command(small(tmp_path, more), "--out", tmp_path / "out", "--quiet").code == 0
    assert read == ["", "v1", "v2", "v3"] * 2


def test_a_folder_that_holds_something_is_refused(twin_command: Twin, tmp_path: Path) -> None:
    done = twin_command(small(tmp_path, VARIANTS), "--out", tmp_path)
    assert (done.code, "is not empty" in done.err) == (2, True)


@pytest.mark.parametrize(("refused", "code"), [({"", "heavy"}, 2), ({"heavy"}, 1)])
def test_a_mistake_that_stops_every_run_is_the_users_and_of_one_run_its_reason(
    twin_command: Twin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    refused: set[str],
    code: int,
) -> None:
    run_scenario = study.run_scenario

    def run(name: str, options: study.Options, progress: Any) -> Any:
        if options.variant in refused:
            raise Problems([Problem("work.csv", 3, "work", "ends too early")])
        return run_scenario(name, options, progress)

    monkeypatch.setattr(study, "room_for", lambda *_: 1)
    monkeypatch.setattr(study, "run_scenario", run)
    done = twin_command(small(tmp_path, VARIANTS), "--out", tmp_path / "out")
    assert (done.code, "work.csv:3  work  ends too early" in done.err) == (code, True)
    assert (tmp_path / "out/compare.json").exists() == (code == 1)
