"""Figures of a comparison: what is drawn of which runs, in which colours, and readable."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from tests.event_runs import Devices, device, run_of, with_events
from tests.test_report import boxes
from twin.comparison import Comparison, compared
from twin.kpis import compute
from twin.kpis.traces import Trace
from twin.report import style
from twin.report.compared import bars, events, figures, fleet, response
from twin.report.compared.shown import Shown, shown_of
from twin.run import Run
from twin.runner import Outcome
from twin.study import tasks_of

TRIP = (10.0, "plant", "plant[2]", "online", 0.0, "false", "scenario")
MODES = ("idle", "driving", "running")
LABELS = {"mode": {"labels": MODES}}
T_S = np.round(np.append(np.arange(1.0, 10.5), 10.0 + np.arange(1, 6001) * 0.01), 9)


def trip(folder: Path, storage: bool) -> Run:
    """A plant trips; with storage frequency falls half as far, and a truck comes after 20 s."""
    late = (T_S - 10.0).clip(0.0)
    dip = (0.5 if storage else 1.0) * late * np.exp(-late / 1.5)
    devices: Devices = {
        "area": device("bus"),
        "plant": device("plant", "area", units=3),
        "demand": device("load", "area"),
        "pcs": device("converter", "area", units=9) | {"enabled": storage},
        "bess": device("storage", "pcs", units=9) | {"enabled": storage},
        "truck": device("logistics", fields=LABELS) | {"enabled": storage},
        "genset": device("fuel", "area") | {"enabled": storage},
    }
    table: dict[str, Any] = {"t_s": T_S, "area.f_hz": 50.0 - dip}
    table["plant.p_kw:sum"] = 240e3 - 40e3 * (late > 0.0) + 35e3 * (1.0 - np.exp(-late / 3.0))
    table["demand.p_kw"] = -90e3 + 2e3 * dip
    if storage:
        table |= {"pcs.p_kw:sum": 9e3 * dip, "bess.soc_pu:sum": 9.0 * (0.5 - late / 1e3)}
        table |= {f"pcs[{unit}].p_kw": 1e3 * dip**unit for unit in (1, 2)}
        table |= {"genset.p_kw": 5e3 * (late > 20.0), "genset.fuel_l": late.cumsum() / 1e5}
    folder.mkdir()
    run = run_of(folder, devices, table, 10.0)
    run.meta["scenario"]["horizon_s"] = 70.0
    if storage:
        share = np.outer(T_S[::50], [1.5, 1.2, 1.0, 0.8, 0.5]) / 1e3
        columns = dict(
            zip(
                [f"bess.soc_pu:p{q}" for q in ("05", "25", "50", "75", "95")],
                0.5 - share.T,
                strict=True,
            )
        )
        (folder / "samples").mkdir()
        pq.write_table(
            pa.table({"t_s": T_S[::50], **columns}), folder / "samples/part-cell-00000.parquet"
        )
    drive = [("truck", 10.0, 1), ("truck", 30.0, 2)] if storage else []
    told = [(at, name, name, "mode", float(m), MODES[m], "device") for name, at, m in drive]
    return with_events(run, TRIP, *told)


def comparison(folder: Path, variants: tuple[str, ...] = ("nothing", "storage")) -> Comparison:
    """Variants of the trip, each a run."""
    tasks = tasks_of(variants)
    outcomes = {}
    for task in tasks:
        run = trip(folder / task.name, task.variant == "storage")
        outcomes[task.name] = Outcome(run.folder, "done", "", compute(run), (), run.meta)
        (run.folder / "run.json").write_text(json.dumps(run.meta))
    return compared("a_trip", tasks, outcomes, "")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return shown_of(comparison(tmp_path_factory.mktemp("runs")))


DRAWS = {
    "frequency": events.frequency,
    "power": events.power,
    "response": response.figure,
    "energy": bars.energy,
    "fuel": fleet.fuel,
    "trucks": fleet.trucks,
    "charge": fleet.charge,
}


def drawn(name: str, shown: Shown) -> Figure:
    with style.look():
        figure = DRAWS[name](shown)
    assert isinstance(figure, Figure)
    return figure


def labels(figure: Figure, place: int = 0) -> list[str]:
    """The names of what is drawn in some axes."""
    return figure.axes[place].get_legend_handles_labels()[1]


@pytest.mark.parametrize("name", DRAWS)
def test_no_label_covers_another_or_leaves_the_page(name: str, shown: Shown) -> None:
    with style.look():
        figure = drawn(name, shown)
        found = list(boxes(figure))
    width, height = figure.get_size_inches() * figure.dpi
    outside = [text for text, b in found if b.x0 < 0 or b.y0 < 0 or b.x1 > width or b.y1 > height]
    over = [(a, b) for (a, one), (b, other) in combinations(found, 2) if one.overlaps(other)]
    assert (len(found) > 5, outside, over) == (True, [], [])


def test_the_nadirs_that_are_marked_are_the_kpis(shown: Shown) -> None:
    kpis = shown.comparison.values
    assert labels(drawn("frequency", shown)) == [
        f"{one}: nadir {kpis['nadir_hz'][one].mean:.3f} Hz at {kpis['nadir_s'][one].mean:.3g} s"
        for one in ("nothing", "storage")
    ]


def test_a_resource_has_one_colour_in_all_figures(shown: Shown) -> None:
    power = drawn("power", shown)
    lines = {line.get_label(): to_hex(line.get_color()) for line in power.axes[3].lines}
    energy = drawn("energy", shown)
    handles, names = energy.axes[0].get_legend_handles_labels()
    parts = {
        name: to_hex(one.patches[0].get_facecolor())
        for one, name in zip(handles, names, strict=True)
    }
    assert parts["plant"] == lines["plant (3)"] == style.BLUE
    assert parts["pcs"] == lines["pcs (9)"] == style.GREEN


def test_loads_are_one_line_and_storage_behind_a_converter_is_none(shown: Shown) -> None:
    assert labels(drawn("power", shown), 3) == [
        "storage",
        "plant (3)",
        "pcs (9)",
        "genset",
        "all loads",
    ]


def test_the_response_is_drawn_from_10_to_90_percent_of_each_resource(shown: Shown) -> None:
    axes = drawn("response", shown).axes[0]
    rows = [text.get_text() for text in axes.get_yticklabels()]
    assert rows == ["plant", "nothing", "storage", "pcs", "storage", "genset", "storage"]
    bar = next(line for line in axes.lines if set(line.get_ydata()) == {4})
    kpis = shown.comparison.values
    assert bar.get_xdata() == pytest.approx(
        [kpis[f"pcs.{t}_s"]["storage"].mean for t in ("t10", "t90")]
    )
    storage = next(one for one in shown.variants if one.name == "storage")
    assert len(response.unit_times_s(storage, "pcs")) == 2


def test_of_a_single_variant_each_resource_is_a_row(tmp_path: Path) -> None:
    """And the nadir is one line through all of them."""
    found = drawn("response", shown_of(comparison(tmp_path, variants=("storage",))))
    axes = found.axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["plant", "pcs", "genset"]
    assert labels(found).count("nadir") == 1


def test_a_truck_is_where_its_modes_say_until_they_change(shown: Shown) -> None:
    figure = drawn("trucks", shown)
    assert labels(figure) == ["driving", "running"]
    spells = [
        [float(x) for x in (path.vertices[:, 0].min(), path.vertices[:, 0].max())]
        for bars_of in figure.axes[0].collections
        for path in bars_of.get_paths()
        if path.vertices[:, 0].max() > 0.0
    ]
    assert spells == [[10.0, 30.0], [30.0, 70.0]]
    assert labels(figure, 2) == ["storage: bess"]


def test_a_year_of_charge_is_drawn_as_the_mean_and_range_of_spans_of_time() -> None:
    t_s = np.append(np.arange(0.0, 1.0, 0.001), np.arange(1.0, 400.0))  # fine steps first
    low, mean, high = fleet.binned(Trace(t_s, np.sin(t_s)))
    assert len(mean.t_s) == fleet.BINS
    assert np.all((low.x <= mean.x) & (mean.x <= high.x))
    assert (low.x.min(), high.x.max()) == (np.sin(t_s).min(), np.sin(t_s).max())


def test_what_no_variant_has_is_not_drawn_and_each_picture_is_there_for_print(
    tmp_path: Path,
) -> None:
    found = figures(comparison(tmp_path), tmp_path / "figures")
    assert [path.stem for path in found] == list(DRAWS)  # no cost: there is no [economics]
    assert {path.suffix for path in (tmp_path / "figures").iterdir()} == {".png", ".pdf"}
    assert figures(compared("none", tasks_of(["a"]), {}, ""), tmp_path / "no") == []
    assert not (tmp_path / "no").exists()


def test_many_resources_of_one_kind_have_colours_of_their_own(shown: Shown) -> None:
    assert len(set(shown.colours.values())) == len(shown.colours) == 3
