"""Components that tell from a text or a file how many units they have, and who may hang on them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from twin.catalog import add_folder, find
from twin.cli.verbs import app
from twin.file_schema import topology_schema
from twin.load import load_topology, remarks
from twin.problems import Problems
from twin.testing import contract
from twin.topology import Topology

HERE = Path(__file__).parent
PLAN = {"sockets": 4, "broken": [2]}
HEAD = 'format = 1\nname = "harbour"\n[device.pier]\ntype = "pier"\n'
BOATS = '[group.boat]\ncount = 5\n[group.boat.lamp]\ntype = "lamp"\nbus = "pier"\nlevel = "dim"\n'
DAY = 'topology = "harbour"\nstart = "2026-06-01T00:00:00Z"\nhorizon_s = 600\nstep_s = 60\n'


@pytest.fixture(autouse=True)
def harbour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a plan, which is the working folder."""
    add_folder(HERE / "sample_components")
    folder = tmp_path / "harbour"
    folder.mkdir()
    (folder / "plan.json").write_text(json.dumps(PLAN), "utf-8")
    (folder / "day.toml").write_text(DAY, "utf-8")
    monkeypatch.chdir(folder)
    return folder


def harbour_of(pier: str, boats: str = "", head: str = HEAD) -> Topology:
    Path("topology.toml").write_text(f"{head}{pier}\n{BOATS if boats else ''}{boats}\n", "utf-8")
    return load_topology("topology.toml")


def problems(pier: str, boats: str = "") -> list[str]:
    with pytest.raises(Problems) as caught:
        harbour_of(pier, boats)
    return [str(problem) for problem in caught.value.found]


def test_a_name_or_a_file_tells_how_many_units_there_are() -> None:
    assert harbour_of("").devices["pier"].units == 2
    assert harbour_of('plan = "large"').devices["pier"].units == 6
    assert harbour_of('plan_file = "plan.json"').devices["pier"].units == 4


def test_a_file_is_known_by_its_full_path_and_an_empty_name_is_none(harbour: Path) -> None:
    named = harbour_of('plan_file = "plan.json"').devices["pier"].texts
    assert named["plan_file"] == str(harbour / "plan.json")
    assert harbour_of('plan_file = ""').devices["pier"].texts["plan_file"] == ""


def test_values_may_be_given_to_each_of_its_own_units() -> None:
    found = harbour_of('plan_file = "plan.json"\nfuse_kw = [1, 2, 3, 4]').devices["pier"]
    assert found.values["fuse_kw"].tolist() == [1.0, 2.0, 3.0, 4.0]


def test_devices_are_spread_over_its_units() -> None:
    boats = 'at = { spread = "even", over = [0, 1, 3] }'
    lamps = harbour_of('plan_file = "plan.json"', boats).devices["boat.lamp"]
    assert lamps.at is not None
    assert lamps.at.tolist() == [0, 1, 3, 0, 1]


@pytest.mark.parametrize(
    ("pier", "line"),
    [
        ('plan = "smal"', "topology.toml:5  device.pier.plan  smal is no plan; did you mean small"),
        ("plan = 3", "topology.toml:5  device.pier.plan  should be a valid string, got 3"),
        ("count = 2", "topology.toml:5  device.pier.count  is not given: pier tells it itself"),
        ("fuse_kw = 99", "topology.toml:5  device.pier.fuse_kw  is more than a fuse bears, 63 kW"),
        (
            'plan = "large"\nplan_file = "odd.json"',
            "topology.toml:6  device.pier.plan_file  odd.json is no plan of a pier",
        ),
        (
            'plan_file = "plan.csv"',
            "topology.toml:5  device.pier.plan_file  is not .json: plan.csv",
        ),
        (
            'plan_file = "paln.json"',
            "topology.toml:5  device.pier.plan_file  names a file that does not exist: paln.json",
        ),
        (
            'plan_file = "../plan.json"',
            "topology.toml:5  device.pier.plan_file  leaves the folder of the topology: ../plan",
        ),
    ],
)
def test_what_it_cannot_be_made_of_is_told_where_it_is_written(pier: str, line: str) -> None:
    Path("odd.json").write_text("{}", "utf-8")
    (found,) = problems(pier)
    assert found.startswith(line)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("[0, 1, 2, 3, 0]", "hangs on socket 2, which is broken"),
        ("[0, 1, 9, 3, 0]", "names socket 9, but there are 4"),
    ],
)
def test_a_place_that_does_not_bear_a_device_is_told_at_that_device(at: str, said: str) -> None:
    (found,) = problems('plan_file = "plan.json"', f"at = {at}")
    assert found == f"topology.toml:12  group.boat.lamp.at  {said}"


def test_a_value_that_is_wrong_by_itself_is_told_once() -> None:
    (found,) = problems("fuse_kw = 99", "at = 0")
    assert "device.pier.fuse_kw" in found


def test_its_units_are_not_repeated() -> None:
    repeated = 'format = 1\nname = "harbour"\n[group.quay]\ncount = 2\n[group.quay.side]\n'
    with pytest.raises(Problems, match=r"quay\.side  has units of its own, so it cannot be rep"):
        harbour_of('type = "pier"', head=repeated)


def test_a_file_outside_may_be_allowed(harbour: Path) -> None:
    (harbour.parent / "far.json").write_text('{"sockets": 3}', "utf-8")
    Path("topology.toml").write_text(f'{HEAD}plan_file = "../far.json"\n', "utf-8")
    assert load_topology("topology.toml", allow_outside=True).devices["pier"].units == 3


def test_remarks_are_told_with_their_place_when_it_runs() -> None:
    topology = harbour_of('plan_file = "plan.json"', "at = 0")
    said = "topology.toml:3  pier: socket 2 is broken"
    ran = CliRunner().invoke(app, ["run", "day.toml", "--python", "--out", "run"])

    assert remarks(topology) == [said]
    assert f"remark: {said}\n" in ran.stderr
    assert json.loads(Path("run/run.json").read_text("utf-8"))["remarks"] == [said]


def test_a_changed_file_is_another_run() -> None:
    marks = []
    for sockets in (4, 5):
        Path("plan.json").write_text(json.dumps({"sockets": sockets}), "utf-8")
        harbour_of('plan_file = "plan.json"')
        CliRunner().invoke(app, ["run", "day.toml", "--python", "--out", f"run{sockets}"])
        marks.append(json.loads(Path(f"run{sockets}/run.json").read_text("utf-8"))["hash"])
    assert marks[0] != marks[1]


def test_editors_offer_no_count_for_it() -> None:
    offered = topology_schema([find("pier"), find("lamp")])["$defs"]
    assert "count" not in offered["pier"]["properties"]
    assert "count" in offered["lamp"]["properties"]


def test_it_keeps_the_contract_although_it_holds_texts() -> None:
    for check in contract(find("pier")):
        check()
