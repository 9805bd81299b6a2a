"""Every rule of the contract catches the small broken component that breaks it, and no other."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mutants.declared import DECLARED
from tests.mutants.lived import LIVING
from tests.mutants.mutant import COMPILED, Mutant
from tests.mutants.written import WRITTEN
from twin.component import Component
from twin.testing import ContractError, contract

SOUND = Path(__file__).parent / "mutants"
BASES = ("heater", "engine", "tank", "ledger")
MUTANTS = DECLARED + WRITTEN + LIVING

Loader = Callable[..., type[Component]]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loader:
    """Write a component with its edits to a file of its own and import it."""
    monkeypatch.setenv("TWIN_CACHE", str(tmp_path))

    def loader(base: str, *edits: tuple[str, str]) -> type[Component]:
        text = (SOUND / f"{base}.py").read_text()
        for find, replace in edits:
            assert not find or find in text
            text = text.replace(find, replace, 1)
        path = tmp_path / f"{base}.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(base, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, base, module)
        spec.loader.exec_module(module)
        own = [one for one in vars(module).values() if getattr(one, "__module__", "") == base]
        return next(one for one in own if isinstance(one, type) and issubclass(one, Component))

    return loader


@pytest.mark.parametrize("base", BASES)
def test_a_sound_component_passes_every_check(base: str, load: Loader) -> None:
    for check in contract(load(base)):
        check()


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_exactly_its_rule_catches_a_mutant(mutant: Mutant, load: Loader) -> None:
    caught = {}
    for check in contract(load(mutant.base, *mutant.edits())):
        if str(check) != COMPILED or mutant.check == COMPILED:
            try:
                check()
            except ContractError as problem:
                caught[str(check)] = str(problem)
    assert mutant.words in caught.get(mutant.check, "nothing")
    assert set(caught) == {mutant.check, *mutant.also}


def test_every_check_has_a_mutant(load: Loader) -> None:
    checks = {str(check) for base in BASES for check in contract(load(base))}
    assert checks == {mutant.check for mutant in MUTANTS}
