"""An auditor with the exported CSV and pandas, and nothing else."""

from __future__ import annotations

import hashlib
import json
from itertools import accumulate
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import twin
from tests.carbon_site import run_site
from twin.run import Run
from twin.runner import Options, run_scenario


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_site(tmp_path_factory.mktemp("site"))


def test_every_figure_follows_from_the_rows_in_ten_lines(run: Run) -> None:
    d = pd.read_csv(run.folder / "ledger.csv")
    s1, s2 = d.fuel_l * d.fuel_kg_per_l, d.import_kwh * d.grid_kg_per_kwh
    s33 = d.fuel_l * d.fuel_upstream_kg_per_l + d.import_kwh * d.grid_upstream_kg_per_kwh
    served = d.load_kwh - d.unserved_kwh
    intensity = d.load_kg / served * 1000
    found = {
        "carbon_kg": (s1 + s2).sum(),
        "carbon_s1_kg": s1.sum(),
        "carbon_s2_kg": s2.sum(),
        "carbon_s33_kg": s33.sum(),
        "carbon_embodied_kg": d.embodied_kg.sum(),
        "carbon_g_per_kwh": 1000 * (s1 + s2).sum() / served.sum(),
        "carbon_full_g_per_kwh": 1000 * (s1 + s2 + s33 + d.embodied_kg).sum() / served.sum(),
        "carbon_delivered_g_per_kwh": 1000 * d.load_kg.sum() / served.sum(),
        "carbon_p5_g_per_kwh": intensity.quantile(0.05),
        "carbon_p95_g_per_kwh": intensity.quantile(0.95),
        "renewable_hourly_pu": d.renewable_load_kwh.sum() / served.sum(),
        "renewable_annual_pu": (d.solar_kwh + d.wind_kwh).sum() / served.sum(),
    }
    told = {name: value for name, value in run.kpis.items() if name in found}
    assert told == pytest.approx(found, rel=1e-12)
    assert found["carbon_s1_kg"] * found["carbon_s2_kg"] > 0.0


def test_a_shipped_week_is_recomputed_from_nothing_but_its_csv(tmp_path: Path) -> None:
    """The island: its litres, its factors and its flows give back every figure that is told."""
    options = Options({"carbon.fuel": "diesel_ipcc"}, out=tmp_path / "week")
    run = twin.open(run_scenario("island_telecom/week", options).folder)
    d = pd.read_csv(run.folder / "ledger.csv")
    s1, s33 = d.fuel_l * d.fuel_kg_per_l, d.fuel_l * d.fuel_upstream_kg_per_l
    served = d.load_kwh - d.unserved_kwh
    intensity = d.load_kg / served * 1000
    found = {
        "fuel_l": d.fuel_l.sum(),
        "carbon_kg": s1.sum(),
        "carbon_s33_kg": s33.sum(),
        "carbon_g_per_kwh": 1000 * s1.sum() / served.sum(),
        "carbon_delivered_g_per_kwh": 1000 * d.load_kg.sum() / served.sum(),
        "carbon_p95_g_per_kwh": intensity.quantile(0.95),
        "renewable_hourly_pu": d.renewable_load_kwh.sum() / served.sum(),
        "renewable_annual_pu": d.solar_kwh.sum() / served.sum(),
    }
    assert {name: run.kpis[name] for name in found} == pytest.approx(found, rel=1e-9)
    assert s1.sum() - d.load_kg.sum() == pytest.approx(d.closing_kg.iloc[-1], abs=1e-9)
    assert s1.sum() > 0.0


def test_what_each_row_attributes_follows_from_its_flows_and_the_rows_before(run: Run) -> None:
    d = pd.read_csv(run.folder / "ledger.csv")
    per_kwh = {"fuel": (d.s1_kg / d.fuel_kwh).where(d.fuel_kwh > 0, 0), "grid": d.grid_kg_per_kwh}
    charged = sum(d[f"{source}_to_storage_kwh"] * rate for source, rate in per_kwh.items())
    kept = d.stored_kwh / (d.stored_kwh + d.discharge_kwh)
    pairs = zip(charged, kept, strict=True)
    closing = [0.0, *accumulate(pairs, lambda held, x: (held + x[0]) * x[1], initial=0.0)][1:]
    left = np.array(closing[:-1]) + charged - np.array(closing[1:])
    per_kwh["storage"] = (left / d.discharge_kwh).where(d.discharge_kwh > 0, 0)
    load = sum(d[f"{source}_to_load_kwh"] * rate for source, rate in per_kwh.items())
    load += d.s1_kg.where(d.fuel_kwh <= 0, 0)
    assert np.abs(d.closing_kg - closing[1:]).max() < 1e-9
    assert np.abs(d.load_kg - load).max() < 1e-9
    assert d.charged_kg.sum() > 0.0
    assert d.residual_kg.abs().sum() < 1e-9


def test_the_ledger_agrees_with_the_counters_of_the_devices(run: Run) -> None:
    d = pd.read_csv(run.folder / "ledger.csv")
    names = ("load_kwh", "solar_kwh", "curtailed_kwh", "fuel_l", "import_kwh", "export_kwh")
    assert d[list(names)].sum().to_dict() == pytest.approx({n: run.kpis[n] for n in names})
    assert d.fuel_kwh.sum() == pytest.approx(run.kpis["genset_kwh"])
    assert d.storage_loss_kwh.sum() == pytest.approx(run.kpis["losses_kwh"], rel=1e-9)
    assert d.balance_kwh.abs().max() < 1e-9
    flows = d.filter(regex="^(renewable|storage|grid|fuel)_to_")
    uses = d.served_kwh + d.charge_kwh + d.export_kwh + d.dumped_kwh
    assert flows.sum(axis=1).to_numpy() == pytest.approx(uses.to_numpy(), abs=1e-9)


def test_a_changed_digit_breaks_the_chain_of_its_day(run: Run) -> None:
    header, *rows = (run.folder / "ledger.csv").read_text("utf-8").splitlines()
    days = json.loads((run.folder / "ledger.json").read_text("utf-8"))["days"]

    def roots(lines: list[str]) -> list[str]:
        root, found = hashlib.sha256(header.encode()).hexdigest(), []
        for day in days:
            own = [line for line in lines if f"{day['day']}T" in line]
            root = hashlib.sha256("\n".join([root, *own]).encode()).hexdigest()
            found.append(root)
        return found

    kept = [day["root"] for day in days]
    forged = [*rows[:30], rows[30].replace("1", "2"), *rows[31:]]
    assert roots(rows) == kept
    assert [a == b for a, b in zip(roots(forged), kept, strict=True)] == [True, False]


def test_the_statement_says_what_it_is_and_names_its_records(run: Run) -> None:
    about = json.loads((run.folder / "ledger.json").read_text("utf-8"))
    columns = pd.read_csv(run.folder / "ledger.csv").columns
    assert about["is"].endswith("the site itself has no CBAM obligation")
    assert "CBAM-compliant" not in json.dumps(about)
    assert about["method"] == {"id": "renewable-first-1/weighted_average", "version": 1}
    assert list(columns) == list(about["columns"])
    assert {c for item in about["cbam_operator_report"] for c in item["columns"]} <= {*columns}
    assert [one["source"] != "" for one in about["factors"].values()] == [True] * 4
    assert about["accounts"]["main"]["counters"]["fuel_l"] == ["genset.fuel_l"]
    assert [gap.partition(":")[0] for gap in about["data_gaps"]] == [
        "the factor PV-EMBODIED (embodied.solar) is marked unverified",
        "the factor LFP-EMBODIED (embodied.storage) is marked assumption",
    ]
