"""Variants of a scenario share one compiled loop, whatever they switch on or off."""

from pathlib import Path

import pytest

from twin import cell
from twin.cellshape import CellShape
from twin.celltext import loop_text
from twin.runner import Options, run_scenario


class Written(Exception):  # noqa: N818 - not an error: all that was wanted
    """The loop has been written; nothing is to be compiled."""


@pytest.mark.parametrize("variant", ["storage", "mobile_dispatched", "mobile_battery", "plant"])
def test_a_variant_runs_the_loop_of_the_one_with_nothing(
    variant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = []

    def write(shape: CellShape) -> None:
        kinds = {part.cls: part.cls.__name__ for part in shape.parts}
        texts.append(loop_text(shape, kinds, ""))
        raise Written

    monkeypatch.setattr(cell, "machine_code", write)
    for name in ("nothing", variant):
        options = Options(variant=name, out=tmp_path / f"run-{name}", checked=True)
        with pytest.raises(Written):
            run_scenario("weak_area/frequency_duel", options)
    assert texts[0] == texts[1]
