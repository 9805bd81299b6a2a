"""On which line each key of a TOML file stands; the standard library's reader does not say.

Written for text that `tomllib` has accepted: it finds places and checks nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

KeyPath = tuple[str | int, ...]

TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r]+|\#[^\n]*)
    | (?P<end>\n)
    | (?P<text>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|\"(?:\\.|[^"\\])*\"|'[^']*')
    | (?P<mark>[\[\]{}=,.])
    | (?P<bare>[^\s\[\]{}=,.\#"']+)
    """,
    re.VERBOSE | re.DOTALL,
)

Token = tuple[str, str, int]  # kind, text, line


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line of every table, key and array element, by its path in the document."""
    return _Finder(list(_tokens(text))).run()


def _tokens(text: str) -> Iterator[Token]:
    line = 1
    for match in TOKEN.finditer(text):
        kind, word = str(match.lastgroup), match.group()
        if kind != "space":
            yield kind, word, line
        line += word.count("\n")
    yield "end", "", line


class _Finder:
    """One walk over the tokens; `at` is the next of them."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self.arrays: dict[KeyPath, int] = {}  # arrays of tables: index of the last one

    def run(self) -> dict[KeyPath, int]:
        base: KeyPath = ()
        while self.at < len(self.tokens):
            kind, word, _ = self.tokens[self.at]
            if kind == "end":
                self.at += 1
            elif word == "[":
                base = self.header()
            else:
                self.pair(base)
        return self.lines

    def skip(self, word: str) -> bool:
        """Pass one token if it is this mark."""
        if self.tokens[self.at][:2] == ("mark", word):
            self.at += 1
            return True
        return False

    def gap(self) -> bool:
        """Pass one line end or comma between elements."""
        found = self.tokens[self.at][0] == "end"
        self.at += found
        return found or self.skip(",")

    def header(self) -> KeyPath:
        self.skip("[")
        many = self.skip("[")
        line = self.tokens[self.at][2]
        keys = self.key()
        while self.skip("]"):
            pass
        path: KeyPath = ()
        for key in keys[:-1]:
            path = self.inside((*path, key), line)
        path = (*path, keys[-1])
        self.lines.setdefault(path, line)
        if many:
            self.arrays[path] = self.arrays.get(path, -1) + 1
            path = (*path, self.arrays[path])
            self.lines[path] = line
        return path

    def inside(self, path: KeyPath, line: int) -> KeyPath:
        """The table meant by a key on the way: of an array of tables its last one."""
        self.lines.setdefault(path, line)
        return (*path, self.arrays[path]) if path in self.arrays else path

    def key(self) -> list[str]:
        found = [self.word()]
        while self.skip("."):
            found.append(self.word())
        return found

    def word(self) -> str:
        kind, word, _ = self.tokens[self.at]
        self.at += 1
        return str(tomllib.loads(f"k = {word}")["k"]) if kind == "text" else word

    def pair(self, base: KeyPath) -> None:
        line = self.tokens[self.at][2]
        path = base
        for key in self.key():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.skip("=")
        self.value(path)

    def value(self, path: KeyPath) -> None:
        if self.skip("["):
            self.array(path)
        elif self.skip("{"):
            self.inline(path)
        else:  # a number with a point or a date with a time is several tokens
            while not self.closes():
                self.at += 1

    def closes(self) -> bool:
        kind, word, _ = self.tokens[self.at]
        return kind == "end" or word in (",", "]", "}")

    def array(self, path: KeyPath) -> None:
        index = 0
        while not self.skip("]"):
            if not self.gap():
                self.lines[(*path, index)] = self.tokens[self.at][2]
                self.value((*path, index))
                index += 1

    def inline(self, path: KeyPath) -> None:
        while not self.skip("}"):
            if not self.gap():
                self.pair(path)
