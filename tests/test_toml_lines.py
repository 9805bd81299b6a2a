from __future__ import annotations

import pytest

from twin.toml_lines import KeyPath, key_lines

TEXT = '''\
title = "a # b"  # [no.table]
[device.b2]
energy_kwh = 5
at = { spread = "even", over = [1,
  2] }

text = """
[not.a.table]
key = 1
"""
numbers = [
  1.5, -2e3, # ]
  [3, "]"],
  { x = 1979-05-27 07:32:00Z },
]
[device."a.b".'c']
x.y = 1
"q r" = 2
[[event]]
at_s = 1
[event.more]
z = 1
[[event]]
at_s = 2
to = \'\'\'
[[event]]\'\'\'
[[event.deep]]
k = 1
last = true'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 1),
        (("device",), 2),
        (("device", "b2"), 2),
        (("device", "b2", "energy_kwh"), 3),
        (("device", "b2", "at", "over"), 4),
        (("device", "b2", "at", "over", 1), 5),
        (("device", "b2", "text"), 7),
        (("device", "b2", "numbers", 1), 12),
        (("device", "b2", "numbers", 2, 1), 13),
        (("device", "b2", "numbers", 3, "x"), 14),
        (("device", "a.b", "c"), 16),
        (("device", "a.b", "c", "x", "y"), 17),
        (("device", "a.b", "c", "q r"), 18),
        (("event", 0, "at_s"), 20),
        (("event", 0, "more", "z"), 22),
        (("event", 1), 23),
        (("event", 1, "to"), 25),
        (("event", 1, "deep", 0, "last"), 29),
    ],
)
def test_every_key_has_its_line(path: KeyPath, line: int) -> None:
    assert key_lines(TEXT)[path] == line


def test_nothing_is_found_in_texts_and_comments() -> None:
    words = {part for path in key_lines(TEXT) for part in path}
    assert not words & {"no", "not", "table", "key"}


def test_windows_line_ends_count_once() -> None:
    assert key_lines("a = 1\r\nb = [\r\n 2]\r\n[c]\r\n")[("c",)] == 4
