"""Networks that a topology names and that cannot be: one line each, at the key to blame."""

from __future__ import annotations

from pathlib import Path

import pandapower
import pytest

from components._network import read_net
from twin.load import load_topology, remarks
from twin.problems import Problems

CIGRE = "create_cigre_network_mv"
TOPOLOGY = """format = 1
name = "feeder"

[device.area]
type = "area"

[device.feeder]
type = "weak_grid"
bus = "area"
{feeder}

[group.site]
count = 3

[group.site.load]
type = "load"
bus = "feeder"
at = {at}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files beside the topology, which is in the working folder."""
    monkeypatch.chdir(tmp_path)
    Path("prose.json").write_text("not json", "utf-8")
    Path("other.json").write_text('{"buses": 3}', "utf-8")
    net = pandapower.pandapowerNet(read_net(CIGRE))
    net.line.loc[1, "in_service"] = False
    pandapower.to_json(net, "cut.json")
    net.ext_grid["in_service"] = False
    pandapower.to_json(net, "no_source.json")


def write(feeder: str, at: str = "[3, 4, 5]") -> Path:
    file = Path("topology.toml")
    file.write_text(TOPOLOGY.format(feeder=feeder, at=at), "utf-8")
    return file


def problem(feeder: str, at: str = "[3, 4, 5]") -> str:
    with pytest.raises(Problems) as caught:
        load_topology(write(feeder, at))
    (found,) = caught.value.found
    return str(found).removeprefix("topology.toml:")


@pytest.mark.parametrize(
    ("feeder", "said"),
    [
        (
            'network = "create_cigre_network_mw"',
            "10  device.feeder.network  create_cigre_network_mw is not a network of pandapower; "
            "did you mean create_cigre_network_mv?",
        ),
        (
            'network_file = "prose.json"',
            "10  device.feeder.network_file  prose.json is not a file of pandapower: "
            "Expecting value: line 1 column 1 (char 0)",
        ),
        (
            'network_file = "other.json"',
            "10  device.feeder.network_file  other.json is JSON, but not a network of pandapower",
        ),
        (
            'network_file = "no_source.json"',
            "10  device.feeder.network_file  no_source.json has no ext_grid in service: "
            "nothing holds its voltage",
        ),
        (
            f'network = "{CIGRE}"\ns_sc_mva = 3000\ns_sc_limit_mva = 2400',
            "11  device.feeder.s_sc_mva  is 3000, but the machines behind it give at most 2400 MVA",
        ),
    ],
)
def test_a_network_that_cannot_be_is_told_where_it_is_named(feeder: str, said: str) -> None:
    assert problem(feeder) == said


def test_a_device_on_a_bus_that_is_not_there_is_told_at_the_device() -> None:
    said = problem(f'network = "{CIGRE}"', at='{ spread = "even", over = [3, 4, 20] }')

    assert said == "18  group.site.load.at  names bus 20, but the network has buses 0 to 14"


def test_a_device_on_an_isolated_bus_is_told_at_the_device() -> None:
    said = problem('network_file = "cut.json"', at="[1, 3, 2]")

    assert said == "18  group.site.load.at  hangs on bus 3, which no source of the network reaches"


def test_a_network_has_a_unit_for_each_number_and_remarks_on_what_is_dark() -> None:
    found = load_topology(write('network_file = "cut.json"', at="[1, 2, 12]"))

    assert found.devices["feeder"].units == 15
    assert [text.partition("  ")[2] for text in remarks(found)] == [
        "feeder: no source reaches bus 3 and 8 more"
    ]
