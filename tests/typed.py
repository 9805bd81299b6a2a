"""The `twin` command, typed in this process: its exit code and what it printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from twin import catalog
from twin.cli import main


class Typed(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Twin = Callable[..., Typed]


def typing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Twin:
    """A function that types; components that a command brings in are gone with the test."""
    monkeypatch.setattr(catalog, "_user_files", {})
    monkeypatch.setattr(catalog, "_found", {})

    def twin(*words: object) -> Typed:
        monkeypatch.setattr("sys.argv", ["twin", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        return Typed(ended.value.code, *capsys.readouterr())

    return twin
