from __future__ import annotations

from pathlib import Path

import pytest

from tests.carbon_site import CARBON, write_site
from twin.carbon.factors import read_factors, shipped_factors, shipped_fuels
from twin.load import load_scenario
from twin.problems import Problems

HEADER = "id,item,value,unit,level,place,year,gas,gwp,scope,source,status"
OWN = "MY-2025,grid,0.3,kg_per_kwh,country,Here,2025,CO2,none,S2,our utility,read"


def said(path: Path) -> list[str]:
    """What is wrong with the scenario, without the folder it lies in."""
    with pytest.raises(Problems) as caught:
        load_scenario(path)
    return [f"{Path(p.file).name}:{p.line} {p.path}: {p.text}" for p in caught.value.found]


def test_every_shipped_record_has_a_source_a_year_and_a_status() -> None:
    factors, fuels = shipped_factors(), shipped_fuels()
    assert (factors["CN-QH-2023"].value, fuels["diesel"].co2_kg_per_l) == (0.1796, 2.68)
    assert [f for f in (*factors.values(), *fuels.values()) if not (f.source and f.year)] == []


def test_every_mistake_of_the_table_is_told_at_once(tmp_path: Path) -> None:
    carbon = """
[carbon]
method = "lifo"
grid = "CN-QH-2032"
grid_upstream = "CN-QH-2023"
fuel = "disel"
interval_s = 1000
certificates_sold = true
embodied.solar = { factor = "LFP-EMBODIED", life_years = 25 }
"""
    expected = [
        ("carbon", "grid", "names no factor: CN-QH-2032; did you mean CN-QH-2023?"),
        ("carbon", "grid_upstream", "is a factor of S2 in kg_per_kwh, not S3.3 in kg_per_kwh"),
        ("carbon", "fuel", "names no fuel: disel; did you mean diesel?"),
        ("carbon", "interval_s", "is not a multiple of what is recorded: 1000 s / 300 s"),
        (
            "carbon",
            "certificates_sold",
            "needs grid_market: what its own renewables then count as",
        ),
        (
            "carbon.embodied.solar",
            "factor",
            "is a factor of S3.2 in kg_per_kwh, not S3.2 in kg_per_kw",
        ),
    ]
    found = said(write_site(tmp_path, carbon))
    texts = [one.partition(" ")[2] for one in found]
    assert sorted(texts)[:-1] == sorted(f"{table}.{key}: {text}" for table, key, text in expected)
    assert sorted(texts)[-1].startswith("carbon.method: should be 'weighted_average' or 'fifo'")
    assert [one for one in found if one.startswith("two_days.toml:0 ")] == []


def test_a_connection_and_a_set_without_factors_are_refused(tmp_path: Path) -> None:
    found = said(write_site(tmp_path, "[carbon]\n"))
    assert [one.partition(": ")[2] for one in found] == [
        "needs a factor of grid; say grid = ...",
        "needs the fuel that genset burns; say fuel = ...",
    ]


def test_a_connection_that_has_its_own_factor_needs_no_other(tmp_path: Path) -> None:
    path = write_site(tmp_path, '[carbon]\nfuel = "diesel"\n')
    scenario, _ = load_scenario(path, {"grid.carbon_kg_per_kwh": 0.5})
    assert scenario.carbon is not None
    assert scenario.carbon.grid is None


def test_a_meter_that_is_not_recorded_is_named(tmp_path: Path) -> None:
    record = '\n[record]\nsignals = ["main.*", "pv.*", "pcs.*", "bess.*", "*load.*", "aux.*"]\n'
    carbon = CARBON.replace("CN-QH", "CN-GS") + record
    found = said(write_site(tmp_path, carbon))
    assert [one.partition(": ")[2] for one in found] == [
        "cannot meter genset: keeps no energy_kwh (recorded)",
        "cannot meter genset: keeps no fuel_l (recorded)",
        "cannot meter grid: keeps no export_kwh (recorded)",
        "cannot meter grid: keeps no import_kwh (recorded)",
    ]


def own_register(folder: Path, *rows: str) -> Path:
    path = write_site(folder, CARBON.replace("CN-QH-2023", "MY-2025") + 'factors = "own.csv"\n')
    (path.parent / "own.csv").write_text("\n".join(["# ours", HEADER, *rows]) + "\n")
    return path


def test_a_register_of_ones_own_is_read_beside_the_scenario(tmp_path: Path) -> None:
    path = own_register(tmp_path, OWN)
    scenario, _ = load_scenario(path)
    assert scenario.carbon is not None
    assert scenario.carbon.grid == read_factors(path.parent / "own.csv")[0]["MY-2025"]


def test_a_factor_without_a_source_or_a_year_is_refused(tmp_path: Path) -> None:
    bare = OWN.replace("our utility", "").replace("2025,CO2", ",CO2").replace("0.3", "-1")
    ours = OWN.replace("MY-2025", "CN-QH-2023")
    found = said(own_register(tmp_path, OWN, bare.replace("MY", "NO"), ours))
    assert found == [
        "own.csv:0 CN-QH-2023: is the id of a factor that ships",
        "own.csv:4 NO-2025.source: is missing: a factor without a source is a guess",
        "own.csv:4 NO-2025.value: should be a number, 0 or more",
        "own.csv:4 NO-2025.year: should be like 2023 or 2022-2023, got ''",
    ]


@pytest.mark.parametrize(
    ("text", "line", "key", "reason"),
    [
        ("id,value\nA,1\n", 2, "item", "is missing: a column every register has"),
        (f"{HEADER}\n{OWN}\n{OWN}\n", 3, "MY-2025.id", "stands twice"),
        (
            f"{HEADER}\n{OWN.replace(',CO2,', ',CH4,')}\n",
            2,
            "MY-2025.gas",
            "should be CO2 or CO2e, got 'CH4'",
        ),
    ],
)
def test_what_is_wrong_with_a_register_has_its_line(
    tmp_path: Path, text: str, line: int, key: str, reason: str
) -> None:
    path = tmp_path / "own.csv"
    path.write_text(text)
    assert (line, key, reason) in read_factors(path)[1]
