"""What is wrong with a user's files, or with a component: said once, with place and remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, and where."""

    file: str
    line: int  # 0 where no line is to blame
    path: str  # of the key: "device.b2.energy_kwh"
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return "  ".join(part for part in (place, self.path, self.text) if part)


def at(where: str, path: str, text: str) -> Problem:
    """A problem at a place that is written as ``file:line``."""
    file, _, line = where.rpartition(":")
    if file and line.isdigit():
        return Problem(file, int(line), path, text)
    return Problem(where, 0, path, text)


class Problems(Exception):  # noqa: N818 - it holds many
    """Everything that was found wrong with the files of a user, in the order of the files."""

    def __init__(self, found: Iterable[Problem]) -> None:
        """Keep what was found, each once."""
        self.found = sorted(set(found))
        super().__init__("\n".join(str(problem) for problem in self.found))


class ComponentError(Exception):
    """A mistake of the author of a component: which one, and which rule it breaks."""


def nearest(word: str, words: Iterable[str]) -> str:
    """The most similar of some words, or nothing."""
    return "".join(difflib.get_close_matches(word, list(words), n=1, cutoff=0.6))


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """The end of a sentence that proposes the nearest right word, where there is one."""
    close = nearest(word, words)
    return f"; did you mean {close}?" if close else ""


def shown(value: object) -> str:
    """A value as it is quoted in a message: never longer than a line bears."""
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
