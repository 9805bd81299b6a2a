from __future__ import annotations

import numpy as np
import pytest

from tests.engine_components.blinker import Blinker
from tests.engine_components.droop import Droop
from tests.engine_components.echo import Echo
from tests.engine_components.taker import Taker
from twin.fleet import UnitViews, floats_of, layout, make_rows, unit_view, wholes_of


def test_every_field_begins_at_its_column_of_eight_bytes() -> None:
    found = layout(Echo, {"line": 12})
    offsets = {name: found.dtype.fields[name][1] for name in found.column}  # type: ignore[index]
    assert offsets == {name: 8 * column for name, column in found.column.items()}


def test_recorded_fields_are_the_last_columns_in_one_block() -> None:
    found = layout(Droop)
    columns = [found.column[name] for name in found.recorded]
    end = found.dtype.itemsize // 8
    assert columns == list(range(end - len(columns), end))


def test_the_block_holds_whole_numbers_then_states_then_flows() -> None:
    assert layout(Taker).recorded == ("calls", "elapsed_s", "dt_s", "x_kwh", "y_kw")


def test_what_is_not_to_be_recorded_is_not_in_the_block() -> None:
    assert "p0_kw" not in layout(Droop).recorded


def test_the_memory_of_a_delay_is_as_long_as_it_is_told() -> None:
    assert make_rows(Echo, 2, lengths={"line": 12})["line"].shape == (2, 12)


def test_rows_begin_with_the_defaults() -> None:
    assert make_rows(Taker, 2)["whole"].tolist() == [-7, -7]


def test_values_are_given_one_for_all_or_one_each() -> None:
    rows = make_rows(Taker, 2, {"x_kw": 3.0, "gain_pu": [1.0, 2.0]})
    assert (rows["x_kw"].tolist(), rows["gain_pu"].tolist()) == ([3.0, 3.0], [1.0, 2.0])


def test_a_table_of_floats_is_a_view_of_the_rows() -> None:
    rows = make_rows(Taker, 2)
    floats_of(rows)[1, layout(Taker).column["x_kw"]] = 9.0
    assert rows["x_kw"].tolist() == [-1.0, 9.0]


def test_a_table_of_whole_numbers_is_a_view_of_the_rows() -> None:
    rows = make_rows(Taker, 2)
    wholes_of(rows)[1, layout(Taker).column["whole"]] = 2**62 + 1
    assert rows["whole"].tolist() == [-7, 2**62 + 1]


@pytest.mark.parametrize("cls", [Taker, Echo])
def test_a_fleet_of_none_has_tables_of_the_same_width(cls: type) -> None:
    assert floats_of(make_rows(cls, 0)).shape == (0, layout(cls).dtype.itemsize // 8)


def test_a_unit_in_python_reads_and_writes_its_row() -> None:
    rows = make_rows(Taker, 3)
    Taker.step(unit_view(Taker, rows, 1), 30.0)
    assert rows["elapsed_s"].tolist() == [0.0, 30.0, 0.0]


def test_a_unit_in_python_sees_truths_as_truths() -> None:
    unit = unit_view(Blinker, make_rows(Blinker, 1), 0)
    unit.lit = True
    assert unit.lit is True


def test_a_unit_in_python_writes_through_to_its_vector() -> None:
    rows = make_rows(Echo, 2, lengths={"line": 12})
    unit_view(Echo, rows, 1).line[3] = 5.0
    assert rows["line"][:, 3].tolist() == [0.0, 5.0]


def test_units_in_python_are_the_same_objects_at_every_call() -> None:
    views = UnitViews(Taker, make_rows(Taker, 3))
    assert (views.shape, views[2]) == ((3,), views[2])


def test_a_copy_of_the_rows_is_a_snapshot() -> None:
    rows = make_rows(Taker, 2)
    kept = rows.copy()
    rows["x_kw"] = 5.0
    assert np.array_equal(kept["x_kw"], [-1.0, -1.0])
