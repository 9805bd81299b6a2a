"""Files changed at random are refused with located problems or loaded, and nothing else happens."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from twin.catalog import add_folder
from twin.load import load_scenario
from twin.problems import Problems

HERE = Path(__file__).parent
SITE = HERE / "sample_topologies" / "small_site"
FILES = ("topology.toml", "day.toml")
MUTANTS = 3000
SEEDS = 6

TOKEN = re.compile(r'"[^"\n]*"|[A-Za-z_0-9.+-]+|\s+|.')
VALUES = (  # each is TOML, and most are wrong wherever they stand
    *("0", "-1", "2", "7", "1.5", "1e308", "1e999", "nan", "-inf", "true", "false", "99999"),
    *("10_000_000", "9" * 400, "-9223372036854775809", "1979-05-27", "07:32:00", "1e-320", "0.1"),
    *("[]", "[[]]", "{}", "[1, 2]", "[1, 'a']", "[[1], 'a']", "[true]", "[1.0, 2.0, 3.0, 4.0]"),
    *("{ uniform = [0, 1e308] }", "{ range = [-1e308, 1e308] }", "{ choice = [[]] }"),
    *("{ normal = [1e308, 1e308], min = 0 }", "{ lognormal = [1, 1e308] }", "{ choice = [1, 2] }"),
    *("{ spread = 'even', over = [0, {}] }", "{ uniform = [0, 1], mni = 0 }", "{ normal = 3 }"),
    *("{ spread = 'even', over = [0, 1] }", "{ normal = [0, 1], min = 3, max = -3 }"),
    *('""', '"x"', '"\\u0000"', '"../x"', '"sun.ghi_w_per_m2"', '"sun."', '"site.lamp"', '"main"'),
    *(
        '"feeder"',
        '"lamp"',
        '"hub"',
        '"crate"',
        '"bridge"',
        '"host:1"',
        '"dim"',
        '"site[9].lamp.lit"',
    ),
    *(
        '["sun.ghi_w_per_m2"]',
        '["a.b -> c.d"]',
        '["main.f_hz ~> site.lamp.f_hz"]',
        "[{ wire = 3 }]",
    ),
    *('["crate.soc_pu -> soc_pu"]', '[{ wire = "crate.soc_pu ~> brain.soc_pu", at = [9] }]'),
)
FRAGMENTS = (
    *VALUES,
    *("[device]", "[group.site]", "[[event]]", "[variant.x]", "[profile.sun]", "[group.x.lamp]"),
    *("->", "~>", "site", "feeder", "\n", "'''", "#", "=", ".", "é"),
)
KEYS = (
    *(
        "type",
        "count",
        "bus",
        "at",
        "period_s",
        "enabled",
        "remote",
        "wires",
        "bulbs",
        "lit",
        "f_hz",
    ),
    *(
        "soc_pu",
        "p_kw",
        "readings",
        "town",
        "format",
        "name",
        "topology",
        "start",
        "step_s",
        "seed",
    ),
    *(
        "horizon_s",
        "fine_step_s",
        "set",
        "to",
        "at_s",
        "x.y",
        '"a/b"',
        '"site.count"',
        "zone",
        "min",
    ),
)

Mutation = Callable[[random.Random, str], str]


def drop_character(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text))
    return text[:at] + text[at + 1 :]


def other_character(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text))
    return text[:at] + chr(rng.choice([*range(1, 127), 0xE9, 0x1F600])) + text[at + 1 :]


def other_token(rng: random.Random, text: str) -> str:
    tokens = TOKEN.findall(text)
    tokens[rng.randrange(len(tokens))] = rng.choice([*FRAGMENTS, rng.choice(tokens)])
    return "".join(tokens)


def other_value(rng: random.Random, text: str) -> str:
    return in_some_line(rng, text, lambda key, _: f"{key} = {rng.choice(VALUES)}")


def other_key(rng: random.Random, text: str) -> str:
    return in_some_line(rng, text, lambda _, value: f"{rng.choice(KEYS)} = {value}")


def new_key(rng: random.Random, text: str) -> str:
    new = f"{rng.choice(KEYS)} = {rng.choice(VALUES)}"
    return in_some_line(rng, text, lambda key, value: f"{key} = {value}\n{new}")


def in_some_line(rng: random.Random, text: str, made: Callable[[str, str], str]) -> str:
    """Rewrite one line that is a key with its whole value."""
    lines = text.split("\n")
    at = rng.choice(
        [i for i, line in enumerate(lines) if re.match(r'[\w."]+ = .*[^[]$', line)] or [0]
    )
    key, _, value = lines[at].partition(" = ")
    lines[at] = made(key, value)
    return "\n".join(lines)


def swap_tokens(rng: random.Random, text: str) -> str:
    tokens = TOKEN.findall(text)
    a, b = rng.randrange(len(tokens)), rng.randrange(len(tokens))
    tokens[a], tokens[b] = tokens[b], tokens[a]
    return "".join(tokens)


def move_line(rng: random.Random, text: str) -> str:
    lines = text.split("\n")
    line = lines.pop(rng.randrange(len(lines)))
    lines.insert(rng.randrange(len(lines) + 1), line)
    return "\n".join(lines)


def repeat_line(rng: random.Random, text: str) -> str:
    lines = text.split("\n")
    lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
    return "\n".join(lines)


MUTATIONS: dict[Mutation, int] = {
    other_value: 10,
    new_key: 10,
    other_key: 5,
    move_line: 3,
    repeat_line: 1,
    other_token: 3,
    swap_tokens: 1,
    drop_character: 3,
    other_character: 2,
}


def mutated(rng: random.Random, texts: dict[str, str]) -> dict[str, str]:
    """Both files after one to four changes."""
    mutants = dict(texts)
    for _ in range(rng.choice([1, 1, 2, 4])):
        file = rng.choice(FILES)
        (change,) = rng.choices([*MUTATIONS], [*MUTATIONS.values()])
        mutants[file] = change(rng, mutants[file] or "x")
    return mutants


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_mutant_loads_or_is_a_list_of_located_problems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    add_folder(HERE / "sample_components")
    shutil.copytree(SITE, tmp_path / "small_site")
    monkeypatch.chdir(tmp_path / "small_site")
    texts = {file: (SITE / file).read_text("utf-8") for file in FILES}
    rng = random.Random(seed)
    found: list[Problems] = []
    for _ in range(MUTANTS // SEEDS):
        mutants = mutated(rng, texts)
        for file, text in mutants.items():
            Path(file).write_text(text, "utf-8")
        try:
            load_scenario("day.toml")
        except Problems as error:
            found.append(error)
        except Exception as error:
            error.add_note("\n".join(mutants.values()))
            raise
    problems = [problem for error in found for problem in error.found]
    assert all(error.found for error in found)
    assert all(one.text and one.file in FILES for one in problems)
    unreadable = sum("is not TOML" in str(error) for error in found)
    assert unreadable < len(found) / 2 < len(found) < MUTANTS / SEEDS
