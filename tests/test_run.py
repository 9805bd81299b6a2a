from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import twin
from twin.problems import Problems
from twin.run import Run, adds_up

SITES = 4


def fields(**units: str) -> dict[str, Any]:
    return {
        name: {"kind": "out", "unit": unit, "doc": f"about {name}", "labels": [], "type": "float"}
        for name, unit in units.items()
    }


def device(role: str, units: int = 1, **rest: Any) -> dict[str, Any]:
    return {"role": role, "units": units, "enabled": True, "bus": "", "fields": {}} | rest


META = {
    "format": 1,
    "status": "done",
    "topology": {"name": "sites"},
    "scenario": {"name": "hour", "start": "2026-06-01T12:00:00+08:00"},
    "devices": {
        "site.bess": device(
            "storage", SITES, fields=fields(soc_pu="pu", p_kw="kw"), totals={"soc_pu": 2.0}
        ),
        "site.genset": device(
            "fuel",
            SITES,
            fields={"mode": {"unit": "", "doc": "what it does", "labels": ["off", "on"]}},
            totals={"fuel_l": 8.0, "mode": 3},
        ),
        "feeder": device("grid", fields=fields(p_kw="kw"), totals={"import_kwh": 7.0}),
        "off": device("load", 0, enabled=False, totals={}),
    },
}

PARTS = {
    "part-cell-00000": {
        "t_s": [60.0, 120.0],
        "site.bess.soc_pu:sum": [2.0, 2.2],
        "site.bess.soc_pu:min": [0.4, 0.5],
        "site.bess.p_kw:sum": [10.0, 12.0],
        "site[2].bess.soc_pu": [0.5, 0.6],
        "site.genset.mode:sum": [0.0, 2.0],
        "site.genset.mode:max": [0.0, 1.0],
    },
    "part-cell-00001": {
        "t_s": [180.0],
        "site.bess.soc_pu:sum": [2.4],
        "site.bess.soc_pu:min": [0.6],
        "site.bess.p_kw:sum": [14.0],
        "site[2].bess.soc_pu": [0.7],
        "site.genset.mode:sum": [3.0],
        "site.genset.mode:max": [1.0],
    },
    "part-feeder-00000": {"t_s": [120.0, 240.0], "feeder.p_kw": [-5.0, 5.0]},
}


def event(t_s: float, value: float) -> dict[str, list[Any]]:
    names = {"device": "site.genset", "unit": "site[1].genset", "field": "mode", "text": "on"}
    return {"t_s": [t_s], "value": [value]} | {key: [word] for key, word in names.items()}


def write(path: Path, table: dict[str, list[Any]]) -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
    pq.write_table(pa.table(table), path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A finished run of a fleet in one simulator and a feeder in another."""
    path = tmp_path / "sites-hour-001"
    for name, table in PARTS.items():
        write(path / f"signals/{name}.parquet", table)
    write(path / "events.parquet", event(60.0, 1.0))
    (path / "run.json").write_text(json.dumps(META))
    (path / "kpis.json").write_text('{"fuel_l": 8.0}')
    return path


@pytest.fixture
def killed(folder: Path) -> Path:
    """The same run, killed while its last part was being written and before its end."""
    (folder / "run.json").write_text(json.dumps(META | {"status": "running"}))
    for gone in ("kpis.json", "events.parquet", "signals/part-cell-00001.parquet"):
        (folder / gone).unlink()
    (folder / "signals/part-cell-00001.tmp").write_bytes(b"PAR1 half of it")
    write(folder / "events/part-cell-00000.parquet", event(120.0, 0.0))
    write(folder / "events/part-feeder-00000.parquet", event(60.0, 1.0))
    return folder


def problem(folder: Path) -> str:
    with pytest.raises(Problems) as raised:
        twin.open(folder)
    return str(raised.value).removeprefix(str(folder.parent) + "/")


def test_parts_of_a_signal_come_as_one_series_by_the_end_of_the_interval(folder: Path) -> None:
    assert twin.open(folder)["site[2].bess.soc_pu"].to_dict() == {60: 0.5, 120: 0.6, 180: 0.7}


def test_a_series_knows_its_unit_and_what_it_is(folder: Path) -> None:
    series = twin.open(folder)["site.bess.soc_pu:min"]
    assert series.attrs == {"unit": "pu", "doc": "about soc_pu"}


def test_the_power_of_a_fleet_is_the_sum_of_its_units(folder: Path) -> None:
    assert twin.open(folder)["site.bess.p_kw"].tolist() == [10.0, 12.0, 14.0]


def test_the_state_of_charge_of_a_fleet_is_the_mean_of_its_units(folder: Path) -> None:
    assert twin.open(folder)["site.bess.soc_pu"].tolist() == [2.0 / 4, 2.2 / 4, 2.4 / 4]


@pytest.mark.parametrize("unit", ["kw", "mwh", "kvar", "l", "l_per_h", "kg_per_h", "usd", "count"])
def test_what_adds_up_is_summed(unit: str) -> None:
    assert adds_up(unit)


@pytest.mark.parametrize(
    "unit", ["pu", "hz", "kv", "degc", "s", "usd_per_kwh", "w_per_m2", "pu_per_d", "m_per_s", ""]
)
def test_what_does_not_add_up_is_a_mean(unit: str) -> None:
    assert not adds_up(unit)


@pytest.mark.parametrize("name", ["site.genset.mode", "site.genset.mode:mean"])
def test_modes_of_a_fleet_have_neither_sum_nor_mean(folder: Path, name: str) -> None:
    with pytest.raises(Problems, match=r"site.genset.mode:m.."):
        twin.open(folder)[name]


def test_frames_of_simulators_are_joined_on_time(folder: Path) -> None:
    frame = twin.open(folder).frame("feeder.p_kw", "site.bess.p_kw")
    assert frame.to_csv(na_rep="-", lineterminator=" ") == (
        "t_s,feeder.p_kw,site.bess.p_kw 60.0,-,10.0 120.0,-5.0,12.0 180.0,-,14.0 240.0,5.0,- "
    )


def test_all_signals_come_with_means_and_the_unit_of_every_column(folder: Path) -> None:
    frame = twin.open(folder).signals
    units = frame.attrs["units"]
    assert list(units) == list(frame.columns)
    assert units["site.bess.soc_pu:mean"] == "pu"
    assert units["site.genset.mode:max"] == ""
    assert "site.genset.mode:mean" not in units


def test_on_request_the_index_is_the_time_of_day_of_the_scenario(folder: Path) -> None:
    frame = twin.open(folder).frame("feeder.p_kw", clock=True)
    assert [str(stamp) for stamp in frame.index] == [
        "2026-06-01 12:02:00+08:00",
        "2026-06-01 12:04:00+08:00",
    ]


def test_one_signal_is_read_without_the_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[list[str]] = []
    whole = pq.ParquetFile.read

    def spy(file: pq.ParquetFile, columns: list[str], **how: bool) -> pa.Table:
        read.append(columns)
        return whole(file, columns=columns, **how)

    monkeypatch.setattr(pq.ParquetFile, "read", spy)
    twin.open(folder)["site.bess.p_kw"]
    assert read == [["t_s", "site.bess.p_kw:sum"]] * 2


def test_an_unknown_signal_names_the_nearest(folder: Path) -> None:
    with pytest.raises(Problems, match=r"site\.bess\.soc_pct  is not recorded; did you mean .*soc"):
        twin.open(folder)["site.bess.soc_pct"]


def test_a_run_says_which_signals_it_has(folder: Path) -> None:
    run = twin.open(folder)
    asked = ("site.bess.soc_pu", "site.bess.soc_pu:mean", "feeder.p_kw", "feeder.q_kvar")
    assert [name in run for name in asked] == [True, True, True, False]


def test_totals_speak_for_whole_fleets_and_leave_out_their_modes(folder: Path) -> None:
    assert twin.open(folder).totals == {
        "site.bess.soc_pu": 0.5,
        "site.genset.fuel_l": 8.0,
        "feeder.import_kwh": 7.0,
    }


def test_kpis_are_those_that_were_written(folder: Path) -> None:
    assert twin.open(folder).kpis == {"fuel_l": 8.0}


def test_events_of_a_finished_run_are_those_that_were_merged(folder: Path) -> None:
    write(folder / "events/part-cell-00000.parquet", event(60.0, 1.0))  # not yet removed
    assert twin.open(folder).events["t_s"].tolist() == [60.0]


def test_a_killed_run_says_that_it_did_not_end(killed: Path) -> None:
    assert twin.open(killed).status == "running"


def test_a_killed_run_keeps_the_parts_that_were_whole(killed: Path) -> None:
    assert twin.open(killed)["site.bess.p_kw"].index.tolist() == [60.0, 120.0]


def test_events_of_a_killed_run_come_from_the_parts_in_order_of_time(killed: Path) -> None:
    assert twin.open(killed).events["t_s"].tolist() == [60.0, 120.0]


def test_a_killed_run_has_no_kpis(killed: Path) -> None:
    assert twin.open(killed).kpis == {}


def test_a_run_killed_before_its_first_part_is_empty(killed: Path) -> None:
    for path in [*killed.glob("signals/*"), *killed.glob("events/*")]:
        path.unlink()
    run = twin.open(killed)
    assert (len(run.signals), len(run.events), list(run)) == (0, 0, [])


def test_a_damaged_part_is_named(folder: Path) -> None:
    (folder / "signals/part-cell-00001.parquet").write_bytes(b"PAR1")
    with pytest.raises(Problems, match=r"part-cell-00001\.parquet  is damaged; remove it"):
        twin.open(folder)["site.bess.p_kw"]


def test_a_damaged_first_part_is_named(folder: Path) -> None:
    (folder / "signals/part-cell-00000.parquet").write_bytes(b"")
    with pytest.raises(Problems, match=r"part-cell-00000\.parquet  is damaged; remove it"):
        twin.open(folder)["site.bess.p_kw"]


def test_a_missing_folder_is_one_line_with_the_nearest_name(folder: Path) -> None:
    asked = folder.with_name("site-hour-001")
    assert problem(asked) == "site-hour-001  is not a folder; did you mean sites-hour-001?"


def test_a_folder_below_a_missing_one_is_one_line(tmp_path: Path) -> None:
    assert problem(tmp_path / "no/where") == "where  is not a folder"


def test_a_folder_that_is_no_run_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    assert problem(tmp_path / "notes") == "notes  is not a run: it has no run.json"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is damaged: it is not JSON"),
        ("[]", "is damaged: it is not a table"),
        ('{"format": 2}', "has format 2, this version reads 1"),
    ],
)
def test_a_run_that_cannot_be_read_is_one_line(folder: Path, text: str, said: str) -> None:
    (folder / "run.json").write_text(text)
    assert problem(folder) == f"sites-hour-001/run.json  {said}"


SOCS = st.lists(st.floats(0, 1, allow_subnormal=False), min_size=SITES, max_size=SITES)


@given(rows=st.lists(SOCS, min_size=1, max_size=5), cut=st.integers(0, 5))
def test_mean_times_units_is_the_sum_however_the_parts_are_cut(
    rows: list[list[float]], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("run")
    units = np.array(rows)
    sums = pd.Series(units.sum(axis=1), index=np.arange(len(rows)) + 1.0)
    for number, piece in enumerate((sums.iloc[:cut], sums.iloc[cut:])):
        if len(piece):
            columns = {"t_s": piece.index.tolist(), "site.bess.soc_pu:sum": piece.tolist()}
            write(folder / f"signals/part-cell-{number:05d}.parquet", columns)
    run = Run(folder, META)
    np.testing.assert_allclose(run["site.bess.soc_pu"] * SITES, run["site.bess.soc_pu:sum"])
    np.testing.assert_allclose(run["site.bess.soc_pu:mean"], units.mean(axis=1), atol=1e-15)
