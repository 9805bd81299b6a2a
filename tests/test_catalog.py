from __future__ import annotations

import inspect
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from twin import catalog
from twin.catalog import UnknownComponentError, add_folder, declaration_problems, find, names
from twin.component import Component, Former, inp, out, param, state
from twin.problems import ComponentError

HEAD = "from twin.component import Component, param\n"
WHOLE = """
class {name}(Component):
    '''A device.'''
    size_kw: float = param({default}, "size", ge=0)
    def step(self, dt_s: float) -> None:
        pass
"""


def write(folder: Path, stem: str, text: str) -> Path:
    file = folder / f"{stem}.py"
    file.write_text(HEAD + text, "utf-8")
    return file


def test_every_built_in_component_is_found_by_the_name_of_its_file() -> None:
    for name in catalog._built_in():
        assert find(name).__module__ == f"components.{name}"


def test_finding_one_component_imports_no_other() -> None:
    code = (
        "import sys; from twin.catalog import find, names; names(); find('load');"
        "print(sorted(m for m in sys.modules if m.startswith('components.')))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "['components.load']"


def test_an_unknown_name_brings_the_nearest() -> None:
    with pytest.raises(
        UnknownComponentError, match=r"gensett is not a component; did you mean gen"
    ):
        find("gensett")


@pytest.mark.parametrize("name", ["../bess", "bess.py", "", "os", "components.bess", "__init__"])
def test_a_name_is_never_a_path(name: str) -> None:
    with pytest.raises(UnknownComponentError):
        find(name)


def test_a_file_of_a_user_is_a_component_with_its_source_in_reach(tmp_path: Path) -> None:
    file = write(tmp_path, "my_heater", WHOLE.format(name="MyHeater", default=1.0))
    add_folder(tmp_path)
    cls = find("my_heater")
    assert "my_heater" in names()
    assert sys.modules["twin_user_my_heater"].__file__ == str(file)
    assert "size_kw" in inspect.getsource(cls)


def test_files_of_a_folder_are_not_executed_before_they_are_asked_for(tmp_path: Path) -> None:
    write(tmp_path, "boom_box", "raise RuntimeError('boom')")
    write(tmp_path, "test_boom_box", "raise RuntimeError('boom')")
    add_folder(tmp_path)
    assert "test_boom_box" not in names()
    with pytest.raises(ComponentError, match=r"boom_box\.py cannot be imported: boom"):
        find("boom_box")


def test_the_folder_given_last_wins(tmp_path: Path) -> None:
    for folder, size in (("one", 1.0), ("two", 2.0)):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, "twofold", WHOLE.format(name="Twofold", default=size))
        add_folder(tmp_path / folder)
        assert find("twofold").fields["size_kw"].default == size


@pytest.mark.parametrize(
    ("stem", "text", "said"),
    [
        ("empty_one", "", "holds none; it needs exactly one"),
        ("misnamed", WHOLE.format(name="Other", default=1.0), "must be named after its file"),
        ("outside", WHOLE.format(name="Outside", default=-1.0), "out of its bounds"),
        ("unbalanced", "class Unbalanced(", "cannot be imported"),
        (
            "a_pair",
            WHOLE.format(name="APair", default=1.0) + WHOLE.format(name="BPair", default=1.0),
            "holds APair, BPair; it needs exactly one",
        ),
    ],
)
def test_a_broken_file_is_told_its_rule(tmp_path: Path, stem: str, text: str, said: str) -> None:
    write(tmp_path, stem, text)
    add_folder(tmp_path)
    with pytest.raises(ComponentError, match=said):
        find(stem)


def test_a_file_cannot_take_the_name_of_a_built_in_component(tmp_path: Path) -> None:
    write(tmp_path, "bess", WHOLE.format(name="Bess", default=1.0))
    with pytest.raises(ComponentError, match="bess is the name of a built-in component"):
        add_folder(tmp_path)


def test_an_entry_point_is_a_component(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules.setdefault(Valve.__module__, inspect.getmodule(Valve) or sys)
    points = [
        EntryPoint(name, f"{module.__name__}:Valve", catalog.GROUP) for name in ("valve", "tap")
    ]
    monkeypatch.setattr(catalog, "entry_points", lambda **_: points)
    assert find("valve") is Valve
    with pytest.raises(ComponentError, match="is registered as tap, not valve"):
        find("tap")


class Valve(Component):
    opening_pu: float = inp(0.0, "opening")

    def step(self, dt_s: float) -> None:
        """Turn."""


class Crooked(Former):
    camelCase_kw: float = param(1.0, "name")  # noqa: N815 - it is what is caught
    count: int = param(1, "a word of the file")
    size: float = param(1.0, "no unit")
    mode_kw: float = param(1.0, "labels on a float", labels=("a", "b"))
    note: str = param("x", "text in a compiled device")
    half: int = param(0.5, "not its type")  # type: ignore[assignment]
    soc_pu: float = state(2.0, "out of bounds", le=1)
    p_kw: float = out(0.0, "power")


@pytest.mark.parametrize(
    "said",
    [
        "camelCase_kw is not in snake case",
        "count is a word of the topology file",
        "size is a float without a unit at the end of its name",
        "mode_kw has labels but is not an int",
        "note is text, which compiled devices cannot hold",
        "half has the default 0.5, which is not its type",
        "soc_pu has the default 2.0, which is out of its bounds",
        "has 0 of step, fleet_step and process; it needs exactly one",
        "is a former without `offer`",
    ],
)
def test_each_rule_of_a_declaration_catches_its_offender(said: str) -> None:
    assert said in declaration_problems(Crooked)
