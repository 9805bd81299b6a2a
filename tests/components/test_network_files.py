from __future__ import annotations

import random
from pathlib import Path

import pandapower
import pytest

from components._network import Network, files, read_net

CIGRE = "create_cigre_network_mv"


def test_a_name_may_carry_options_and_is_never_executed() -> None:
    assert len(read_net(f'{CIGRE}(with_der="pv_wind")').sgen) == 9
    for text in ("__import__('os')", f"{CIGRE}(1)", "a b", f"{CIGRE}(with_der=open('x'))"):
        with pytest.raises(ValueError, match="is not the name of a network"):
            read_net(text)


def test_a_network_that_is_drawn_at_random_is_always_the_same() -> None:
    found = []
    for chance in (1, 2):
        random.seed(chance)
        files._read_net.cache_clear()
        found.append(read_net("create_kerber_vorstadtnetz_kabel_2").line.std_type.tolist())

    assert found[0] == found[1]


def test_a_wrong_name_names_the_nearest_right_one() -> None:
    with pytest.raises(ValueError, match=f"did you mean {CIGRE}"):
        read_net("create_cigre_network_mw")


def test_a_function_that_makes_no_network_is_none() -> None:
    with pytest.raises(ValueError, match="from_json is not a network of pandapower"):
        read_net("from_json(filename='grid.json')")


def test_a_network_reads_back_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "grid.json"
    pandapower.to_json(read_net(CIGRE), str(file))

    ours = Network(read_net(CIGRE), (400.0, 0.1)).v_pu
    assert Network(read_net("", str(file)), (400.0, 0.1)).v_pu == pytest.approx(ours, abs=1e-12)


def test_a_file_that_is_written_anew_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "grid.json"
    found = []
    for name in (CIGRE, "case9"):
        pandapower.to_json(read_net(name), str(file))
        found.append(len(read_net("", str(file)).bus))

    assert found == [15, 9]


def written(folder: Path, text: str) -> str:
    file = folder / "grid.json"
    file.write_text(text, "utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("not json", "is not a file of pandapower"),
        ('{"buses": 3}', "is JSON, but not a network of pandapower"),
        ("[1, 2]", "is JSON, but not a network of pandapower"),
        ('{"_module": "os", "_class": "system"}', "holds an object of os"),
        ('{"a": "{\\"_module\\": \\"os\\"}"}', "holds an object of os"),
        ('{"_class": "function", "_module": "numpy"}', "holds an object of a function"),
    ],
)
def test_a_file_that_is_no_network_is_refused(tmp_path: Path, text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        read_net("", written(tmp_path, text))


def test_a_network_without_a_source_is_refused(tmp_path: Path) -> None:
    net = pandapower.pandapowerNet(read_net(CIGRE))
    net.ext_grid["in_service"] = False

    with pytest.raises(ValueError, match=r"^grid\.json has no ext_grid in service: nothing holds"):
        read_net("", written(tmp_path, pandapower.to_json(net)))


def test_a_network_that_does_not_converge_as_it_stands_is_refused() -> None:
    with pytest.raises(ValueError, match="case11_iwamoto does not converge as it stands"):
        read_net("case11_iwamoto")
