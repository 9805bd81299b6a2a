from __future__ import annotations

import pytest

from twin.problems import Problem, Problems, did_you_mean, nearest, shown


def test_a_problem_says_place_path_and_remedy() -> None:
    text = "is not a field of bess" + did_you_mean("energy_kw", ["soc_pu", "energy_kwh"])
    problem = Problem("site.toml", 14, "device.b2.energy_kw", text)
    assert str(problem) == (
        "site.toml:14  device.b2.energy_kw  is not a field of bess; did you mean energy_kwh?"
    )


def test_a_problem_of_a_whole_file_names_no_line() -> None:
    assert str(Problem("site.toml", 0, "", "is empty")) == "site.toml  is empty"


def test_problems_come_in_the_order_of_the_file_and_each_once() -> None:
    late, early = Problem("a.toml", 12, "x", "is wrong"), Problem("a.toml", 2, "y", "is wrong")
    assert str(Problems([late, early, late])) == "a.toml:2  y  is wrong\na.toml:12  x  is wrong"


@pytest.mark.parametrize(("word", "found"), [("enrgy_kwh", "energy_kwh"), ("zzz", "")])
def test_only_a_similar_word_is_proposed(word: str, found: str) -> None:
    assert nearest(word, ["energy_kwh", "soc_pu"]) == found


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (1, "1"), ("a", "'a'")])
def test_a_value_is_quoted_as_the_file_has_it(value: object, text: str) -> None:
    assert shown(value) == text


def test_a_long_value_is_cut() -> None:
    assert len(shown([7] * 99)) == 40
