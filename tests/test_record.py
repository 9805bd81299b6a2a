from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.engine import device
from tests.engine_components.blinker import Blinker
from twin import record
from twin.columns import Column
from twin.record import Recorder, event_words, merge_events, scenario_words, write_table
from twin.scenario import Event

COLUMNS = [Column("a", name, "", f"a.{name}", name != "dull") for name in ("x_kw", "dull", "y_kw")]
DEVICES = [device("site.b", Blinker, groups=2)]
FIELDS = {(0, 7): "mode", (0, 8): "lit"}


def words(log: Any) -> Any:
    return event_words(log, DEVICES, FIELDS, lambda tick: 0.5 * tick)


def recorder(folder: Path, **rest: Any) -> Recorder:
    return Recorder(folder, "cell", COLUMNS, lambda ticks: 0.5 * ticks, words, **rest)


def lines(*stamps: int) -> tuple[Any, Any]:
    """A line for each stamp: the stamp and its multiples by 10 and 100."""
    ticks = np.array(stamps, np.int64)
    return ticks, np.outer(ticks, [1.0, 10.0, 100.0])


def parts(folder: Path, kind: str = "signals") -> dict[str, dict[str, list[Any]]]:
    found = sorted((folder / kind).glob("*"))
    return {path.name: pq.read_table(path).to_pydict() for path in found}


def test_a_part_holds_seconds_and_the_columns_to_keep(tmp_path: Path) -> None:
    kept = recorder(tmp_path)
    kept.records(*lines(2, 4))
    kept.flush()
    assert parts(tmp_path) == {
        "part-cell-00000.parquet": {
            "t_s": [1.0, 2.0],
            "a.x_kw": [2.0, 4.0],
            "a.y_kw": [200.0, 400.0],
        }
    }


def test_lines_are_copied_before_the_buffer_is_used_again(tmp_path: Path) -> None:
    kept = recorder(tmp_path)
    stamps, buffer = lines(2)
    kept.records(stamps, buffer)
    buffer[:] = -1.0
    kept.flush()
    assert parts(tmp_path)["part-cell-00000.parquet"]["a.x_kw"] == [2.0]


def test_a_full_part_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "PART_CELLS", 4)
    kept = recorder(tmp_path)
    for stamp in range(1, 6):
        kept.records(*lines(stamp))
    found = {name: part["t_s"] for name, part in parts(tmp_path).items()}
    assert found == {
        "part-cell-00000.parquet": [0.5, 1.0],
        "part-cell-00001.parquet": [1.5, 2.0],
    }


def test_an_old_part_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "PART_AGE_S", -1.0)
    kept = recorder(tmp_path)
    kept.records(*lines(1))
    kept.records(*lines(2))
    assert len(parts(tmp_path)) == 2


def test_events_are_closed_with_the_signals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "PART_AGE_S", -1.0)
    kept = recorder(tmp_path)
    kept.events(np.array([[4, 0, 1, 7, 2]]))
    kept.records(*lines(5))
    assert len(parts(tmp_path, "events")) == 1


def test_a_resumed_run_goes_on_with_the_next_part(tmp_path: Path) -> None:
    kept = recorder(tmp_path, first_part=3)
    kept.records(*lines(1))
    kept.flush()
    assert list(parts(tmp_path)) == ["part-cell-00003.parquet"]


def test_nothing_taken_is_nothing_written(tmp_path: Path) -> None:
    recorder(tmp_path).flush()
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_could_not_be_written_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: pa.Table, where: Path, **__: Any) -> None:
        where.write_bytes(b"PAR1 half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    kept = recorder(tmp_path)
    kept.records(*lines(1))
    with pytest.raises(OSError, match="No space left"):
        kept.flush()
    assert parts(tmp_path) == {}


def test_an_event_says_unit_field_and_label() -> None:
    found = words(np.array([[4, 0, 1, 7, 2]]))
    assert found == {
        "t_s": [2.0],
        "device": ["site.b"],
        "unit": ["site[1].b"],
        "field": ["mode"],
        "value": [2.0],
        "text": ["green"],
        "by": ["device"],
    }


def test_an_event_of_a_truth_says_true_or_false() -> None:
    assert words(np.array([[4, 0, 1, 8, 1], [5, 0, 1, 8, 0]]))["text"] == ["true", "false"]


def test_a_mode_without_a_label_is_a_number_only() -> None:
    found = words(np.array([[4, 0, 1, 7, 9]]))
    assert (found["value"], found["text"]) == ([9.0], [""])


NOTHING = scenario_words([], {})


def event(t_s: float) -> pa.Table:
    line = {"t_s": t_s, "device": "b", "unit": "b", "field": "mode", "value": 0.0, "text": "red"}
    return pa.table({key: [value] for key, value in (line | {"by": "device"}).items()})


def test_events_of_all_parts_are_merged_in_order_of_time(tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    for number, t_s in enumerate((7.0, 2.0, 5.0)):
        write_table(tmp_path / f"events/part-{number}.parquet", event(t_s))
    merge_events(tmp_path, NOTHING)
    assert pq.read_table(tmp_path / "events.parquet")["t_s"].to_pylist() == [2.0, 5.0, 7.0]


def told(value: float | tuple[float, ...], **rest: Any) -> list[tuple[Any, ...]]:
    """What is kept of an event that sets the mode of both units at 3 s: who, what, in words."""
    (b,) = DEVICES
    happened = [(3.0, Event(3.0, "site.b", (0, 1), "allowed", value, **rest))]
    found = scenario_words(happened, {b.name: b})
    return list(zip(found["unit"], found["value"], found["text"], strict=True))


def test_what_the_scenario_does_to_all_units_is_one_line() -> None:
    assert told(1.0) == [("site.b", 1.0, "true")]


def test_what_it_does_to_each_is_a_line_each() -> None:
    assert told((1.0, 0.0)) == [("site[0].b", 1.0, "true"), ("site[1].b", 0.0, "false")]


def test_of_a_ramp_the_table_tells_where_it_goes_and_how_long_it_takes() -> None:
    assert told(1.0, over_s=90.0) == [("site.b", 1.0, "over 90 s")]


def test_at_one_instant_the_scenario_comes_before_what_follows_from_it(tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    write_table(tmp_path / "events/part-0.parquet", event(3.0))
    (b,) = DEVICES
    happened = [(3.0, Event(3.0, "site.b", (0,), "allowed", 0.0))]
    merge_events(tmp_path, scenario_words(happened, {b.name: b}))
    table = pq.read_table(tmp_path / "events.parquet")
    assert table["by"].to_pylist() == ["scenario", "device"]


def test_the_parts_of_merged_events_are_gone(tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    write_table(tmp_path / "events/part-0.parquet", event(1.0))
    merge_events(tmp_path, NOTHING)
    assert [path.name for path in tmp_path.iterdir()] == ["events.parquet"]


def test_a_run_without_events_has_an_empty_table_of_them(tmp_path: Path) -> None:
    merge_events(tmp_path, NOTHING)
    table = pq.read_table(tmp_path / "events.parquet")
    assert (table.num_rows, table.column_names) == (
        0,
        ["t_s", "device", "unit", "field", "value", "text", "by"],
    )
