"""A TOML file as read: its data, the place of every key, and what is found wrong with it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.problems import Problem, Problems, did_you_mean, shown
from twin.toml_lines import KeyPath, key_lines

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

LARGEST_FILE_BYTES = 2_000_000
NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
NAME_RULE = "small letters, digits and underscores"
BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def is_name(word: object) -> bool:
    """Whether something may name a device, a group, a profile or a topology."""
    return isinstance(word, str) and NAME.fullmatch(word) is not None


def path_text(path: KeyPath) -> str:
    """A path as a reader would write it: ``device.plant.rated_mw[2]``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if BARE.fullmatch(part) else shown(part))
    return text


@dataclass
class Document:
    """One file. `found` is shared by all files of a run, so that everything is told at once."""

    file: str  # as it is shown
    path: Path
    data: dict[str, Any]
    places: dict[KeyPath, tuple[str, int]] = field(default_factory=dict)
    title: str = ""
    allow_outside: bool = False  # files that it names may lie outside its folder
    found: list[Problem] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """The folder of the file, in which it may name others."""
        return self.path.parent

    def place(self, path: KeyPath) -> tuple[str, int]:
        """File and line of a key, or of the nearest table around it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return self.file, 0

    def where(self, path: KeyPath) -> str:
        """The place of a key, as it is written."""
        file, line = self.place(path)
        return f"{file}:{line}" if line else file

    def report(self, path: KeyPath, text: str) -> None:
        """Note a problem."""
        self.found.append(Problem(*self.place(path), path_text(path), text))

    def report_unknown(self, path: KeyPath, owner: str, words: Iterable[str]) -> None:
        """Note a key that is not among those known."""
        self.report(path, f"is not a {owner}{did_you_mean(str(path[-1]), words)}")

    def report_error(self, path: KeyPath, error: ErrorDetails, words: Iterable[str] = ()) -> None:
        """Note what pydantic found below a path."""
        loc: KeyPath = (*path, *error["loc"])
        if error["type"] == "extra_forbidden":
            self.report_unknown(loc, "key here", words)
        else:
            self.report(loc, sentence(error))

    def tables(self, path: KeyPath) -> Mapping[str, dict[str, Any]]:
        """The named tables below a path, each checked to be one and to have a good name."""
        found: Any = self.data
        for part in path:
            found = found.get(part, {})
        if not isinstance(found, dict):
            self.report(path, f"should be tables with names, got {shown(found)}")
            return {}
        return {key: table for key, table in found.items() if self._is_table((*path, key), table)}

    def _is_table(self, path: KeyPath, table: object) -> bool:
        if not is_name(path[-1]):
            self.report(path, f"should be a name of {NAME_RULE}")
        elif not isinstance(table, dict):
            self.report(path, f"should be a table, got {shown(table)}")
        else:
            return True
        return False


def file_below(document: Document, name: str, types: Sequence[str]) -> Path:
    """A file that a document names, which must lie in its folder unless more is allowed."""
    file = (document.folder / name).resolve()
    if not document.allow_outside and not file.is_relative_to(document.folder.resolve()):
        raise ValueError(f"leaves the folder of the topology: {name}")
    if file.suffix not in types:
        raise ValueError(f"is not {'one of ' * (len(types) > 1)}{', '.join(types)}: {name}")
    if not file.is_file():
        raise ValueError(f"names a file that does not exist: {name}")
    return file


def sentence(error: ErrorDetails) -> str:
    """What pydantic found, in the words used for every problem."""
    if error["type"] == "missing":
        return "is missing"
    if error["type"] == "string_pattern_mismatch":
        return f"should be a name of {NAME_RULE}, got {shown(error['input'])}"
    text = error["msg"].removeprefix("Value error, ").removeprefix("Input ").removeprefix("Value ")
    return f"{text[:1].lower()}{text[1:]}, got {shown(error['input'])}"


def read_document(path: Path, found: list[Problem], allow_outside: bool = False) -> Document:
    """Read a TOML file that may be anything; raises Problems with all found so far if it is not."""
    name = _short(path)
    try:
        text = _text(path)
        data = tomllib.loads(text)
        lines = key_lines(text)
    except RecursionError:
        raise Problems([*found, Problem(name, 0, "", "is nested too deeply")]) from None
    except ValueError as error:
        line, said = _toml_error(str(error))
        raise Problems([*found, Problem(name, line, "", said)]) from None
    places = {key: (name, line) for key, line in lines.items()}
    return Document(name, path, data, places, _title(text), allow_outside, found)


def _text(path: Path) -> str:
    try:
        if path.is_dir() or (path.exists() and not path.is_file()):
            raise ValueError("is not a file")
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise ValueError(f"is larger than {LARGEST_FILE_BYTES // 1_000_000} MB")
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ValueError("does not exist") from None
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 text (byte {error.start})") from None
    if not text.strip():
        raise ValueError("is empty")
    return text


def _toml_error(text: str) -> tuple[int, str]:
    at = re.search(r" \(at line (\d+), column \d+\)$", text)
    if at:
        return int(at[1]), f"is not TOML: {text[: at.start()]}"
    return 0, f"is not TOML: {text}" if text[:1].isupper() else text


def _short(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (OSError, ValueError, RuntimeError):
        return str(path)


def _title(text: str) -> str:
    """The first paragraph of the comment at the head of a file, without the line for editors."""
    said: list[str] = []
    for line in text.splitlines():
        words = line.lstrip("#").strip()
        if not line.startswith("#") or (said and not words):
            break
        if words and not line.startswith("#:"):
            said.append(words)
    return " ".join(said)
