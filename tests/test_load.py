from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.catalog import add_folder
from twin.load import find_scenario, load_scenario, load_topology, parse_set
from twin.problems import Problems
from twin.scenario import Event, Scenario
from twin.topology import Topology

HERE = Path(__file__).parent
SITE = HERE / "sample_topologies" / "small_site"


@pytest.fixture(scope="module", autouse=True)
def sample_components() -> None:
    add_folder(HERE / "sample_components")


def topology(seed: int = 7, **overrides: Any) -> Topology:
    return load_topology(SITE, {key.replace("__", "."): v for key, v in overrides.items()}, seed)


def day(overrides: Mapping[str, Any] | None = None, variant: str = "") -> tuple[Scenario, Topology]:
    return load_scenario(SITE / "day.toml", overrides, variant)


def values(found: Topology, device: str, field: str) -> list[Any]:
    return list(found.devices[device].values[field].tolist())


def test_devices_come_in_the_order_of_the_file() -> None:
    assert list(topology().devices) == [
        "feeder",
        "plant",
        "depot",
        "site.main",
        "site.lamp",
        "site.bridge",
        "site.crate",
        "site.brain",
    ]


def test_the_comment_at_the_head_is_the_question_of_a_topology() -> None:
    assert topology().title == "Does a small site keep its lamps lit? It is made of sample devices."


def test_a_device_in_a_group_is_repeated_with_it() -> None:
    lamp = topology().devices["site.lamp"]
    assert (lamp.units, lamp.unit_name(5)) == (8, "site[2].lamp[1]")


def test_a_device_hangs_on_the_sibling_it_names() -> None:
    buses = {name: device.bus for name, device in topology().devices.items() if device.bus}
    assert buses == {
        "plant": "feeder",
        "site.main": "feeder",
        "site.lamp": "site.main",
        "site.bridge": "site.main",
        "site.crate": "site.bridge",
    }


def test_wires_are_told_by_full_names() -> None:
    assert [str(wire) for wire in topology().wires] == [
        "site.brain.call ~> depot.called",
        "site.main.p_load_kw ~> site.brain.p_load_kw",
        "site.crate.soc_pu ~> site.brain.soc_pu",
        "site.brain.p_set_kw -> site.bridge.p_set_kw",
    ]


def test_every_device_and_wire_knows_its_line() -> None:
    found = topology()
    assert found.devices["plant"].where.endswith("small_site/topology.toml:16")
    assert found.wires[-1].where.endswith("small_site/topology.toml:64")


def test_a_list_gives_each_unit_its_own() -> None:
    assert values(topology(), "plant", "rated_kw") == [200.0, 150.0, 120.0]


def test_a_list_as_long_as_the_group_gives_all_units_of_a_site_the_same() -> None:
    found = topology(site__lamp__bulbs=[1, 2, 3, 4])
    assert values(found, "site.lamp", "bulbs") == [1, 1, 2, 2, 3, 3, 4, 4]


def test_one_value_is_for_all() -> None:
    assert values(topology(), "site.crate", "soc_pu") == [0.8] * 4


def test_a_label_is_written_as_a_word_and_kept_as_its_number() -> None:
    assert values(topology(site__lamp__level="bright"), "site.lamp", "level") == [2] * 8


def test_text_and_profiles_are_kept_as_they_are() -> None:
    found = topology()
    assert found.devices["depot"].texts["town"] == "Port [device.fake]\n"
    references = ("sun.ghi_w_per_m2", "sun.roof_w_per_m2", "sun.ghi_kw_per_m2")
    assert found.devices["plant"].profiles["ghi_w_per_m2"] == references


@pytest.mark.parametrize(
    ("spread", "found"),
    [
        ({"range": [10, 16]}, [10, 12, 14, 16]),
        ({"spread": "even", "over": [10, 20, 30]}, [10, 20, 30, 10]),
        ({"choice": [12]}, [12, 12, 12, 12]),
        ({"uniform": [15, 15]}, [15, 15, 15, 15]),
        ({"lognormal": [15, 0]}, pytest.approx([15, 15, 15, 15])),
    ],
)
def test_a_table_spreads_values_over_units(spread: dict[str, Any], found: list[float]) -> None:
    assert values(topology(site__crate__energy_kwh=spread), "site.crate", "energy_kwh") == found


def test_distributions_have_the_mean_and_spread_they_name() -> None:
    many = {"site__count": 4000, "site__lamp__bulbs": 1, "site__brain__wires": []}
    normal = topology(**many, site__crate__energy_kwh={"normal": [20, 3]})
    drawn = normal.devices["site.crate"].values["energy_kwh"]
    assert (drawn.mean(), drawn.std()) == (pytest.approx(20, abs=0.2), pytest.approx(3, abs=0.15))
    skewed = topology(**many, site__crate__energy_kwh={"lognormal": [20, 0.5]})
    drawn = skewed.devices["site.crate"].values["energy_kwh"]
    assert np.median(drawn) == pytest.approx(20, rel=0.05)


def test_bounds_of_a_distribution_are_kept_by_drawing_again() -> None:
    spread = {"normal": [20, 100], "min": 19, "max": 21}
    drawn = values(topology(site__crate__energy_kwh=spread), "site.crate", "energy_kwh")
    assert all(19 <= value <= 21 for value in drawn)
    assert len(set(drawn)) == 4


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    draws = [values(topology(seed), "site.crate", "energy_kwh") for seed in (7, 7, 8)]
    assert draws[0] == draws[1] != draws[2]


def test_dice_are_drawn_for_each_unit_unless_they_are_given() -> None:
    dice = values(topology(), "site.lamp", "dice")
    assert dice == values(topology(), "site.lamp", "dice")
    assert len(set(dice)) == len(dice) > 1
    assert values(topology(site__lamp__dice=3), "site.lamp", "dice") == [3] * len(dice)


def test_another_device_or_field_changes_no_draw(tmp_path: Path) -> None:
    folder = tmp_path / "small_site"
    shutil.copytree(SITE, folder)
    file = folder / "topology.toml"
    more = '[device.first]\ntype = "crate"\nenergy_kwh = { uniform = [1, 2] }\n[device.feeder]'
    text = file.read_text("utf-8").replace("[device.feeder]", more)
    text = text.replace("soc_pu = 0.8", "soc_pu = { uniform = [0, 1] }")
    file.write_text(text, "utf-8")
    found = load_topology(file, seed=7)
    assert values(found, "site.crate", "energy_kwh") == values(
        topology(), "site.crate", "energy_kwh"
    )


def test_a_device_that_is_switched_off_has_no_units() -> None:
    assert topology(plant__enabled=False).devices["plant"].units == 0


def test_at_says_on_which_unit_of_a_bus_each_hangs() -> None:
    found = topology(
        feeder__count=2, site__main__at={"spread": "even", "over": [0, 1]}, plant__at=0
    )
    assert found.devices["site.main"].at is not None
    assert found.devices["site.main"].at.tolist() == [0, 1, 0, 1]


def test_a_hundred_thousand_units_load_in_a_moment() -> None:
    found = topology(site__count=100_000, site__lamp__bulbs=1, site__brain__wires=[])
    assert found.devices["site.lamp"].units == 200_000


def test_events_name_units_fields_and_numbers() -> None:
    assert day()[0].events == (
        Event(3600.0, "site.lamp", (5,), "lit", 0.0),
        Event(7200.0, "site.lamp", (0, 1, 2, 3, 4, 5, 6, 7), "level", 2.0),
    )


def test_a_unit_of_a_device_in_every_site_can_be_named() -> None:
    event = {"at_s": 60, "set": "site.lamp[1].bulbs", "to": 3}
    assert day({"event": [event]})[0].events[0].units == (1, 3, 5, 7)


def test_a_scenario_has_its_times_seed_and_expectations() -> None:
    found = day()[0]
    assert (found.step_s, found.sync_s, found.fine_for_s, found.seed) == (300.0, 900.0, 60.0, 7)
    assert found.start.isoformat() == "2026-06-01T00:00:00+08:00"
    assert (found.expect["served_kwh"].rel, found.expect["unserved_kwh"].max) == (0.1, 0.5)


def test_the_seed_of_a_scenario_is_that_of_its_topology() -> None:
    drawn = values(day({"seed": 9})[1], "site.crate", "energy_kwh")
    assert drawn == values(topology(9), "site.crate", "energy_kwh")


def test_a_variant_changes_devices_with_or_without_quotes() -> None:
    assert day(variant="dark")[1].devices["plant"].units == 0
    assert min(values(day(variant="big")[1], "site.crate", "energy_kwh")) >= 30


def test_a_scenario_sets_what_its_variants_may_set_anew(tmp_path: Path) -> None:
    shutil.copytree(SITE, tmp_path / "small_site")
    file = tmp_path / "small_site/day.toml"
    setting = "[set]\n'site.crate.energy_kwh' = 5\n[variant.dark]"
    file.write_text(file.read_text("utf-8").replace("[variant.dark]", setting), "utf-8")
    most = [
        max(values(load_scenario(file, variant=one)[1], "site.crate", "energy_kwh"))
        for one in ("", "big")
    ]
    assert most[0] == 5.0
    assert most[1] > 30.0


def test_an_override_wins_over_a_variant_and_reaches_the_scenario() -> None:
    found, built = day({"site.crate.energy_kwh": 5, "step_s": 150}, "big")
    assert (found.step_s, values(built, "site.crate", "energy_kwh")) == (150.0, [5.0] * 4)


def test_what_was_asked_for_is_kept_with_the_result() -> None:
    found, built = day({"horizon_s": 3600 * 12})
    assert found.document["horizon_s"] == 43200
    assert built.document["name"] == "small_site"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("site.bess.energy_kwh=50", ("site.bess.energy_kwh", 50)),
        ("a.b = [1, 2]", ("a.b", [1, 2])),
        ("pv.enabled=false", ("pv.enabled", False)),
        ("lamp.level=bright", ("lamp.level", "bright")),
        ('start="2026-06-01T00:00:00Z"', ("start", "2026-06-01T00:00:00Z")),
        ("a.b=1\nc=2", ("a.b", "1\nc=2")),
    ],
)
def test_a_setting_of_the_command_line_is_read_like_a_file(text: str, found: Any) -> None:
    assert parse_set(text) == found


def test_a_scenario_is_found_by_name_below_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(SITE, tmp_path / "topologies" / "small_site")
    monkeypatch.chdir(tmp_path)
    assert load_scenario("small_site/day")[1].name == "small_site"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("small_site/dya", "did you mean small_site/day"),
        ("small_site", "name one of its scenarios: small_site/day"),
        ("../small_site/day", "names no scenario"),
    ],
)
def test_a_name_that_is_no_scenario_brings_the_nearest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    shutil.copytree(SITE, tmp_path / "topologies" / "small_site")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Problems, match=said):
        find_scenario(name)


def test_a_scenario_may_lie_in_another_folder_beside_its_topology(tmp_path: Path) -> None:
    shutil.copytree(SITE, tmp_path / "small_site")
    (tmp_path / "mine").mkdir()
    moved = shutil.move(tmp_path / "small_site" / "day.toml", tmp_path / "mine" / "day.toml")
    assert load_scenario(moved)[1].folder == tmp_path / "small_site"
