"""What can be wrong with a factorial, told with its line and the nearest right word."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from twin.factorial import Study
from twin.load import find_topology, load_scenario
from twin.problems import Problems

SITES = "factorial.resource.sites"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lumped area, whose factorial can be written anew."""
    return Path(shutil.copytree(find_topology("lumped_area").parent, tmp_path / "lumped_area"))


def changed(folder: Path, old: str, new: str) -> Path:
    path = folder / "factorial.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def problems(folder: Path, old: str, new: str) -> list[str]:
    with pytest.raises(Problems) as caught:
        load_scenario(changed(folder, old, new))
    return [str(one) for one in caught.value.found]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'reference = "sites"',
            'reference = "site"',
            "factorial.reference  names no resource: site; did you mean sites?",
        ),
        (
            "{ sites = 0.5, set_dispatched",
            "{ sites = 0.6, set_dispatched",
            "factorial.mix.together.of  should add up to 1, got 1.1",
        ),
        (
            "{ sites = 0.5, set_dispatched",
            "{ sites = 0.5, set_dispatch",
            "factorial.mix.together.of  names no resource: set_dispatch; "
            "did you mean set_dispatched?",
        ),
        (
            '"pack.energy_kwh" = 2.5',
            '"pack.energy_kw" = 2.5',
            f"{SITES}.per_kw  names no field: pack.energy_kw; did you mean pack.energy_kwh?",
        ),
        (
            '"mobile_pcs.droop_pu" = 0.03',
            '"mobile_pcs.drop_pu" = 0.03',
            "factorial.droop.equal  names no field: mobile_pcs.drop_pu; "
            "did you mean mobile_pcs.droop_pu?",
        ),
        (
            '"pack.enabled" = true }',
            '"pack.enable" = true }',
            f"{SITES}.set  names no field: pack.enable; did you mean pack.enabled?",
        ),
        (
            'ask = "storage.p_set_kw"',
            'ask = "storage.p_ref_kw"',
            f"{SITES}.ask  names no input: storage.p_ref_kw; did you mean storage.p_set_kw?",
        ),
        (
            'store = "pack.stored_kwh"',
            'stores = "pack.stored_kwh"',
            f"{SITES}.stores  is not a key here; did you mean store?",
        ),
        (
            "available_pu = 0.97 ",
            "available_pu = 97 ",
            f"{SITES}.available_pu  should be less than or equal to 1, got 97",
        ),
        (
            '"pack.stored_kwh"\nrecharge_pu = 0.94 ',
            '"pack.stored_kwh"\nrecharge_pu = 0.0 ',
            f"{SITES}.recharge_pu  should be greater than 0, got 0",
        ),
        ("[factorial.mix.together]", "[factorial.mix.sites]", "has the name of a resource"),
        ("events_per_y = 12 ", "", "factorial.events_per_y  is missing"),
    ],
)
def test_a_mistake_is_told(folder: Path, old: str, new: str, said: str) -> None:
    (found,) = problems(folder, old, new)

    assert said in found
    assert "factorial.toml:" in found


def test_a_factorial_is_a_table(folder: Path) -> None:
    path = folder / "factorial.toml"
    text = path.read_text("utf-8")
    begin = text.index("[factorial]")
    path.write_text(f"factorial = 3\n{text[:begin]}", "utf-8")

    with pytest.raises(Problems, match=r"factorial +should be a table, got 3"):
        load_scenario(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "given_h = [2.0, 4.0]",
            "given_h = [2.0, 5.0]",
            r"horizon_s +should be 18120 or more for the factorial, got 14580",
        ),
        ("fine_for_s = 60", "fine_for_s = 30", r"fine_for_s +should be 52 or more"),
        (
            '[[event]]\nat_s = 60\nset = "largest.online"\nto = false\n',
            "",
            r"event +is missing: a factorial is measured from the first",
        ),
    ],
)
def test_a_run_that_is_too_short_is_no_factorial(
    folder: Path, old: str, new: str, said: str
) -> None:
    path = changed(folder, old, new)
    scenario, _ = load_scenario(path)  # it can be run

    with pytest.raises(Problems, match=said):
        Study(path, scenario)
