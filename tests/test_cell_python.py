from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.engine import bits, finished, tape, values
from tests.whole_site import SITES, whole_site
from twin.cell import Cell


@pytest.fixture(scope="module")
def compiled() -> Cell:
    return finished(whole_site())


def compilations() -> dict[str, int]:
    """How many versions of each loop there are."""
    loops = {name: found for name, found in sys.modules.items() if name.startswith("twin_cell_")}
    return {name: len(found.run.signatures) for name, found in loops.items()}


def test_a_whole_site_gives_the_same_bits_compiled_and_in_python(compiled: Cell) -> None:
    assert bits(finished(whole_site(in_python=True))) == bits(compiled)


def test_the_site_is_worth_comparing(compiled: Cell) -> None:
    moved = ["site.pv.energy_kwh", "site.genset.fuel_l", "site.grid.import_kwh", "echo.out_kwh"]
    least = [min(values(compiled, name)) for name in moved]
    assert min(least) > 0.0
    assert len(tape(compiled).log) > 100


def test_every_bus_balances_over_the_run(compiled: Cell) -> None:
    meters, of = compiled.setup.meters, compiled.setup.meter_of
    names = ["site.pv", "site.load", "site.grid", "site.pcs", "site.genset"]
    net, gross = sum(meters[of[name]].sum(axis=0) for name in names)
    short, surplus = meters[of["site.main short"]].sum(axis=0)
    assert abs(net + short - surplus) < 1e-9 * gross


def test_a_cell_goes_on_from_its_state_bit_for_bit(compiled: Cell) -> None:
    first, second = whole_site(), whole_site()
    half = first.calendar.ticks(2 * 3600.0 + 103.35)
    first.advance(half)
    second.restore(first.state())
    before = len(tape(first).lines), len(tape(first).log)
    finished(second)
    tape(second).lines[:0] = tape(first).lines[: before[0]]
    tape(second).log[:0] = tape(first).log[: before[1]]
    assert bits(second) == bits(compiled)


def test_a_cell_called_piece_by_piece_gives_the_same_bits(compiled: Cell) -> None:
    pieces = whole_site()
    for piece in range(1, 38):
        pieces.advance(pieces.calendar.step_after(piece * pieces.calendar.end // 37))
    assert bits(pieces) == bits(compiled)


@pytest.fixture
def nothing_new(compiled: Cell) -> Iterator[None]:
    del compiled  # it is there
    before = compilations()
    yield
    assert compilations() == before


@pytest.mark.usefixtures("nothing_new")
def test_another_number_of_sites_compiles_nothing() -> None:
    assert len(values(whole_site(sites=7), "site.pv.p_kw")) == 7


@pytest.mark.usefixtures("nothing_new")
def test_a_single_site_compiles_nothing() -> None:
    assert len(values(finished(whole_site(sites=1)), "site.pv.p_kw")) == 1


@pytest.mark.usefixtures("nothing_new")
def test_a_device_that_is_switched_off_compiles_nothing() -> None:
    made = finished(whole_site(genset=False, pcs=False, bess=False))
    assert values(made, "site.main.unserved_kwh") != [0.0] * SITES
