from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

import twin
from tests.event_runs import Devices, device, run_of, with_events
from tests.typed import typing
from twin.kpis import compute
from twin.report import frequency, style, transfer
from twin.report.scene import Power, Scene, changes, largest, powers, scene_of, told_by
from twin.report.transfer import View
from twin.run import Run

MODES = ("connected", "opening", "transferring", "islanded")
TRIP = (10.0, "plant", "plant[2]", "online", 0.0, "false", "scenario")
FAILS = (5.0, "grid", "grid", "e_pu", 0.0, "", "scenario")


def times(at_s: float, until_s: float, step_s: float) -> np.ndarray:
    """Seconds up to an event, then fine steps."""
    fine = np.arange(1, round((until_s - at_s) / step_s) + 1) * step_s
    return np.round(np.append(np.arange(1.0, at_s + 0.5), at_s + fine), 9)


def scene(run: Run) -> Scene:
    found = scene_of(run)
    assert found is not None
    return found


def area(folder: Path, **more: Any) -> Run:
    """Three plants, of which one trips with 40 MW; converters on a site bus, each with a store."""
    t_s = times(10.0, 70.0, 0.01)
    late = (t_s - 10.0).clip(0.0)
    dip = 0.25 * (1.0 - np.exp(-late / 2.0)) + 0.3 * late * np.exp(-late / 1.5)
    p_kw = 240e3 - 40e3 * (t_s > 10.0) + 35e3 * (1.0 - np.exp(-late / 3.0))
    devices = {
        "area": device("bus"),
        "plant": device("plant", "area", units=3),
        "main": device("bus", "area", units=9),
        "pcs": device("converter", "main", units=9),
        "dc_pv": device("solar", "pcs", units=9),
        "load": device("load", "main", units=9),
    }
    table = {"t_s": t_s, "area.f_end_hz": 50.0 - dip, "area.imbalance_kw": -40e3 * np.exp(-late)}
    table |= {"plant.p_kw:sum": p_kw, "pcs.p_kw:sum": 20e3 * dip, "dc_pv.p_kw:sum": 9.0 * late}
    table |= {"main.v_pu:min": 0.97 + 0.1 * dip, "main.v_pu:max": 1.01 + 0.1 * dip}
    table |= {"main.v_pu:sum": 9.0 + dip, "load.p_kw:sum": np.full(len(t_s), -5e3)}
    return with_events(run_of(folder, devices, table | more, 10.0), TRIP)


def site(folder: Path, gap_s: float = 0.006, until_s: float = 25.0) -> Run:
    """A site on a grid that fails: nothing for a while, then an island of its converter."""
    t_s = times(5.0, until_s, 0.001)
    gone = (t_s > 5.0005) & (t_s <= 5.0005 + gap_s)
    alone = t_s > 5.0005 + gap_s
    mode = np.select([alone, gone & (t_s > 5.003)], [3, 1], 0)
    modes = {"mode": {"labels": MODES}}
    left = {"fields": modes, "totals": {"island_s": until_s - 5.0, "transfer_count": 1.0}}
    dropped = {"counting": {"drop_count": int(gap_s > 0.02)}}
    devices = {
        "grid": device("bus"),
        "main": device("bus", "grid", **left),
        "room": device("load", "main", **dropped),
        "pcs": device("converter", "main"),
        "genset": device("fuel", "main"),
    }
    table = {"t_s": t_s, "grid.f_hz": 50.0 * (t_s <= 5.0), "grid.v_pu": 1.0 * (t_s <= 5.0)}
    table |= {"main.f_hz": np.where(gone, 0.0, 50.0 - 0.2 * alone), "main.v_pu": 1.0 - gone}
    table |= {"main.mode": mode, "main.p_kw": np.where(t_s > 5.0005, 0.0, -48.0)}
    table |= {"room.p_kw": -97.5 * ~gone, "pcs.p_kw": 48.0 * alone, "genset.p_kw": 0.0 * t_s}
    return with_events(run_of(folder, devices, table, 5.0, tick_s=0.001), FAILS)


def legend(axes: Axes) -> list[str]:
    return [text.get_text().replace("\N{MINUS SIGN}", "-") for text in texts(axes.get_legend())]


def texts(artist: Any) -> list[Text]:
    return [text for text in artist.findobj(Text) if text.get_text().strip()]


def boxes(figure: Figure) -> Iterator[tuple[str, Any]]:
    """What is written in a figure, and where: names, numbers of axes, legends."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    for axes in figure.axes:
        shown = [*texts(axes.get_legend() or figure.axes[0].title)]
        shown += [axes.xaxis.label, axes.yaxis.label] if axes.axison else []
        for axis in (axes.xaxis, axes.yaxis) if axes.axison else ():
            low, high = sorted(axis.get_view_interval())
            ticks = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
            shown += [tick.label1 for tick in ticks if tick.label1.get_visible()]
        for text in shown:
            if text.get_text().strip():
                yield text.get_text(), text.get_window_extent(renderer)


def drawn(draw: Any, run: Run) -> Figure:
    with style.look():
        figure = draw(scene(run))
    assert isinstance(figure, Figure)
    return figure


@pytest.mark.parametrize(("draw", "make"), [(frequency.figure, area), (transfer.figure, site)])
def test_no_label_covers_another_or_leaves_the_page(draw: Any, make: Any, tmp_path: Path) -> None:
    with style.look():
        figure = drawn(draw, make(tmp_path))
        found = list(boxes(figure))
    width, height = figure.get_size_inches() * figure.dpi
    outside = [text for text, b in found if b.x0 < 0 or b.y0 < 0 or b.x1 > width or b.y1 > height]
    over = [(a, b) for (a, one), (b, other) in combinations(found, 2) if one.overlaps(other)]
    assert (len(found) > 20, outside, over) == (True, [], [])


def test_what_is_marked_are_the_kpis(tmp_path: Path) -> None:
    run = area(tmp_path)
    told = compute(run)
    found = legend(drawn(frequency.figure, run).axes[2])
    assert found == [
        "frequency of area",
        f"nadir {told['nadir_hz']:.3f} Hz after {told['nadir_s']:.3g} s",
        f"RoCoF {told['rocof_500ms_hz_per_s']:.3f} Hz/s over 500 ms",
        f"quasi-steady {50.0 + told['quasi_steady_20_52s_mhz'] / 1000.0:.3f} Hz (20 to 52 s)",
    ]


def test_what_the_event_took_away_is_said_and_left_out_of_the_answer(tmp_path: Path) -> None:
    """And a store behind a converter is no second answer; a load that stays is none at all."""
    lines = {one.name: one for one in changes(powers(scene(area(tmp_path)), "area"))}
    plant = lines["plant (3)"]
    assert plant.left_out_kw == pytest.approx(-40e3, rel=1e-2)
    assert plant.trace.x[-1] == pytest.approx(35e3, rel=1e-2)
    assert [one.name for one in largest([*lines.values()])] == [
        "plant (3)",
        "pcs (9)",
        "area, its inertia",
    ]


def test_beyond_seven_lines_the_smallest_are_one(tmp_path: Path) -> None:
    trace = scene(area(tmp_path)).trace("area.f_end_hz")
    assert trace is not None
    every = [Power(f"d{k}", trace._replace(x=np.full(len(trace.x), k))) for k in range(1, 11)]
    *kept, rest = largest(every)
    assert ([one.name for one in kept], rest.name) == (
        ["d5", "d6", "d7", "d8", "d9", "d10"],
        "4 others",
    )
    assert rest.trace.x[0] == 1 + 2 + 3 + 4


def test_the_swing_is_looked_at_closely_and_the_whole_stands_beside(tmp_path: Path) -> None:
    axes = drawn(frequency.figure, area(tmp_path)).axes
    assert (axes[0].get_xlim(), axes[1].get_xlim()) == ((-0.5, 5.0), (-1.0, 60.0))
    assert axes[6].get_xlabel() == "time since plant[2].online = false / s"


def test_a_later_window_within_a_minute_is_shown_too_and_one_far_off_is_not(
    tmp_path: Path,
) -> None:
    t_s = np.concatenate([times(10.0, 20.0, 0.01), times(30.0, 40.0, 0.01)[20:]])
    t_s = np.append(t_s, np.append(np.arange(41.0, 900.5), 900.0 + np.arange(1, 1000) * 0.01))
    f_hz = np.where(t_s > 10.0, 49.0 + 0.1 * np.sin(t_s), 50.0)
    run = run_of(tmp_path, {"area": device("bus")}, {"t_s": t_s, "area.f_hz": f_hz}, 10.0, 30.0)
    found = scene(run)
    assert (found.end_s, found.others_s) == (30.0, (20.0,))


def test_a_stiff_grid_lets_the_island_tell(tmp_path: Path) -> None:
    """Also one that is dead."""
    assert [name for name, _ in told_by(scene(site(tmp_path)))] == ["main"]


def test_an_island_is_told_beside_the_area_that_it_left(tmp_path: Path) -> None:
    t_s = times(10.0, 70.0, 0.01)
    run = area(tmp_path, **{"head.f_hz": np.where(t_s > 10.0, 49.5, 50.0)})
    head = device("bus", "area", totals={"island_s": 60.0})
    run = Run(run.folder, run.meta | {"devices": run.meta["devices"] | {"head": head}})
    found = legend(drawn(frequency.figure, run).axes[2])
    assert found[:2] == ["frequency of area", "frequency of head"]


def test_a_transfer_is_seen_at_milliseconds_with_what_the_curves_say(tmp_path: Path) -> None:
    axes = drawn(transfer.figure, site(tmp_path)).axes
    strip, whole, words, voltage, _, said = axes[:6]
    assert voltage.get_xlim() == pytest.approx((-20.0, 200.0))
    assert whole.get_xlim() == (-1.0, 20.0)
    assert legend(words) == ["connected", "opening", "islanded"]
    assert legend(said) == [
        "main",
        "least by ITIC for 120 V",
        "below 0.1 pu for 6 ms",
        "ITIC for 120 V: kept",
        "IEC 61000-4-11 class 3: kept",
        "room: dropped nothing",
    ]
    opening = strip.collections[1].get_paths()[0].get_extents()
    assert (opening.x0, opening.x1) == pytest.approx((3.0, 6.0))
    assert axes[9].get_xlabel() == "time since grid.e_pu = 0 / ms"


def test_a_long_gap_is_held_by_the_picture(tmp_path: Path) -> None:
    found = scene(site(tmp_path, gap_s=0.6))
    axes = drawn(transfer.figure, found.run).axes
    assert axes[0].get_xlim() == pytest.approx((-75.0, 750.0), rel=1e-2)
    assert "ITIC for 120 V: violated" in legend(axes[5])
    assert "room: dropped" in legend(axes[5])


def test_a_dip_that_is_ridden_through_is_drawn_as_well(tmp_path: Path) -> None:
    t_s = times(5.0, 25.0, 0.001)
    table = {"t_s": t_s, "main.f_hz": np.full(len(t_s), 50.0), "main.mode": np.zeros(len(t_s))}
    table |= {"main.v_pu": np.where((t_s > 5.001) & (t_s <= 5.151), 0.4, 1.0)}
    fields = {"mode": {"labels": MODES}}
    main = device("bus", fields=fields, totals={"transfer_count": 0.0})
    run = with_events(run_of(tmp_path, {"main": main}, table, 5.0, tick_s=0.001), FAILS)
    axes = drawn(transfer.figure, run).axes
    assert (legend(axes[2]), legend(axes[5])[2:]) == (
        ["connected"],
        ["least 0.400 pu", "ITIC for 120 V: violated", "IEC 61000-4-11 class 3: kept"],
    )


def test_a_site_that_noticed_nothing_has_no_figure(tmp_path: Path) -> None:
    t_s = times(5.0, 25.0, 0.001)
    table = {"t_s": t_s} | {f"main.{name}": np.ones(len(t_s)) for name in ("f_hz", "v_pu", "mode")}
    main = device("bus", totals={"transfer_count": 0.0})
    run = run_of(tmp_path, {"main": main}, table, 5.0, tick_s=0.001)
    assert transfer.figure(scene(run)) is None


def test_milliseconds_count_from_when_the_site_began_to_leave() -> None:
    assert View(4.98, 5.2, 5.0, "ms").limits() == pytest.approx((-20.0, 200.0))


def test_a_run_leaves_the_figures_that_it_has_something_for(tmp_path: Path) -> None:
    (tmp_path / "area").mkdir()
    (tmp_path / "site").mkdir()
    names = [
        [path.name for path in twin.figures(run, tmp_path)]
        for run in (area(tmp_path / "area"), site(tmp_path / "site"))
    ]
    assert names == [["frequency.png"], ["frequency.png", "transfer.png"]]


@pytest.mark.parametrize("tick_s", [60.0, 0.01])
def test_a_run_that_saw_no_event_in_fine_steps_leaves_none(tick_s: float, tmp_path: Path) -> None:
    devices: Devices = {"area": device("bus")}
    table = {"t_s": [60.0, 120.0, 180.0, 240.0], "area.f_hz": [50.0, 50.0, 49.0, 49.5]}
    run = run_of(tmp_path, devices, table, 120.0, tick_s=tick_s)
    assert (twin.figures(run), list(tmp_path.glob("figures"))) == ([], [])


TOPOLOGY = """\
# Does one plant hold what two held?
format = 1
name = "two_plants"

[device.area]
type = "area"
base_kva = 100e3

[device.plant]
type = "tgov1"
bus = "area"
count = 2
rated_kva = 40e3
p_set_kw = [20e3, 5e3]
"""

TRIPS = """\
topology = "two_plants"
start = "2026-01-01T00:00:00+00:00"
horizon_s = 5
step_s = 1
sync_s = 1
fine_step_s = 0.01
fine_sync_s = 0.1
fine_for_s = 3

[[event]]
at_s = 1
set = "plant[1].online"
to = false
"""


def test_the_command_draws_and_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("topology.toml").write_text(TOPOLOGY)
    Path("trip.toml").write_text(TRIPS)
    done = typing(monkeypatch, capsys)("run", "trip.toml", "--python")
    last = done.out.splitlines()[-1]
    assert (done.code, done.err) == (0, "")
    assert last == "wrote runs/two_plants-trip-001/ with 1 figure in figures/"
    picture = Path("runs/two_plants-trip-001/figures/frequency.png").read_bytes()
    assert picture[1:4] == b"PNG"
