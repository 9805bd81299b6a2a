"""The table of qualities: what its claims are judged by is what the signals of the runs say."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable

import numpy as np
import pytest

from twin.load import find_topology, load_scenario
from twin.run import Run, open_run
from twin.runner import Options, run_scenario

EVENT_S = 150.0
YEAR = "times = 12\nevery_s = 2592000\n"
DAY = {"horizon_s": 86400, "fine_for_s": 4}  # in plain Python: seconds
FOSSIL_KG_PER_KWH = 0.8273  # CN-FOSSIL-2023 of the register
DIESEL_KG_PER_L = 43.0 * 74.1 * 0.84 / 1000.0  # IPCC 2006: MJ/kg x kg/GJ x kg/l


def last(run: Run, name: str) -> float:
    """A counter at the end of the day."""
    return float(run[name].dropna().iloc[-1])


def power(run: Run, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Mean powers since the event, in the middles of their intervals, less what was before."""
    own = run[f"{name}.p_kw"].dropna()
    t_s, p_kw = own.index.to_numpy() - EVENT_S, own.to_numpy()
    after = (t_s > 1e-9) & (t_s <= 28800.0)
    before_kw = p_kw[t_s <= 1e-9][-1]
    ends_s = np.append(0.0, t_s[after])
    return (ends_s[1:] + ends_s[:-1]) / 2.0, p_kw[after] - before_kw


def t90_s(name: str) -> Callable[[Run], float]:
    def told(run: Run) -> float:
        at_s, change_kw = power(run, name)
        early = np.abs(change_kw[at_s < 60.0])
        begun = early.max() > 1e-3 and early.argmax() < len(early) - 1
        peak_kw = early.max() if begun else np.abs(change_kw).max()
        share = np.append(0.0, np.abs(change_kw) / peak_kw)
        first = int(np.argmax(share >= 0.9))
        at_s = np.append(0.0, at_s)
        return float(np.interp(0.9, share[first - 1 : first + 1], at_s[first - 1 : first + 1]))

    return told


def import_kg(run: Run) -> float:
    """What the site and the plant's bus took from the area, at its marginal unit."""
    return FOSSIL_KG_PER_KWH * (last(run, "site.import_kwh") + last(run, "yard.import_kwh"))


def burnt_kg(run: Run) -> float:
    return DIESEL_KG_PER_L * last(run, "set.fuel_l") if "set.fuel_l" in run else 0.0


def hours_on(run: Run) -> float:
    """How long it gave power; an interval in which it began counts as a whole."""
    own = run["set.p_kw"].dropna()
    return float(np.diff(own.index.to_numpy(), prepend=0.0)[own.to_numpy() > 0.0].sum() / 3600.0)


def settled_hz(run: Run) -> float:
    """The frequency when the plant comes back."""
    own = run["area.f_end_hz"].dropna()
    return float(np.interp(EVENT_S + 28800.0, own.index.to_numpy(), own.to_numpy()))


def losses_kwh(run: Run) -> float:
    return last(run, "pcs.loss_kwh") + last(run, "bess.loss_kwh")


def not_attributed_kg(run: Run) -> float:
    return sum(abs(float(row["residual_kg"])) for row in ledger(run))


def ledger(run: Run) -> list[dict[str, str]]:
    with (run.folder / "ledger.csv").open() as file:
        return list(csv.DictReader(file))


def cycles(run: Run) -> float:
    """Half of all that the store gained and lost, of what it holds."""
    store = "bess" if "bess.stored_kwh" in run else "pack"
    stored = run[f"{store}.stored_kwh"].dropna()
    return float(np.abs(np.diff(stored, prepend=0.5 * 20e3)).sum() / 2.0 / 20e3)


def lowest_hz(run: Run) -> float:
    return float(run["area.f_end_hz"].min())


RECOMPUTED: dict[str, tuple[Callable[[Run], float], float]] = {  # measure -> from signals, within
    "probe.t90_s": (t90_s("probe"), 1e-6),
    "pcs.t90_s": (t90_s("pcs"), 1e-6),
    "set.t90_s": (t90_s("set"), 1e-6),
    "plant.t90_s": (t90_s("plant"), 1e-6),
    "bank.t90_s": (t90_s("bank"), 1e-6),
    "nadir_hz": (lowest_hz, 1e-9),
    "carbon_s1_kg": (burnt_kg, 1e-3),
    "carbon_kg": (lambda run: burnt_kg(run) + import_kg(run), 1e-3),
    "battery_efc_count": (cycles, 1e-3),
    "genset_h": (hours_on, 0.01),
    "settled_hz": (settled_hz, 1e-6),
    "losses_kwh": (losses_kwh, 1e-6),
    "carbon_residual_kg": (not_attributed_kg, 1e-6),
}
VARIANTS = ("nothing", "step", "storage", "bank_connected", "set_spinning", "set_connected")


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """The first day, with the first event, of some variants."""
    home = tmp_path_factory.mktemp("days") / "qualities"
    shutil.copytree(find_topology("qualities").parent, home)
    claims = home / "claims.toml"
    text = claims.read_text("utf-8")
    assert YEAR in text
    claims.write_text(text.replace(YEAR, ""), "utf-8")
    found = {}
    for name in VARIANTS:
        asked = Options(DAY, name, home / "runs" / name, in_python=True)
        outcome = run_scenario(claims, asked)
        assert outcome.status == "done", outcome.reason
        found[name] = open_run(outcome.folder)
    return found


def test_every_measure_is_what_the_signals_say(days: dict[str, Run]) -> None:
    scenario, _ = load_scenario("qualities/claims")
    judged = set()
    for claim in scenario.claims:
        from_signals, within = RECOMPUTED[claim.result]
        for variant in {*claim.of, *claim.against} & days.keys():
            run = days[variant]
            told = {**run.totals, **run.kpis}[claim.result]
            assert from_signals(run) == pytest.approx(told, rel=within, abs=1e-9), claim.name
            judged.add(claim.result)
    assert judged == {claim.result for claim in scenario.claims}


@pytest.mark.parametrize("variant", ["storage", "bank_connected", "set_connected"])
def test_each_kwh_of_the_ledger_has_a_source(variant: str, days: dict[str, Run]) -> None:
    """What sources gave to the load is what was served, hour by hour and account by account."""
    rows = ledger(days[variant])
    assert {row["account"] for row in rows} == {"site", "yard"}
    served = [float(row["served_kwh"]) for row in rows]
    sources = ("renewable", "storage", "grid", "fuel")
    given = [sum(float(row[f"{one}_to_load_kwh"]) for one in sources) for row in rows]
    assert given == pytest.approx(served, rel=1e-6, abs=1e-6)
    assert sum(served) == pytest.approx(days[variant].totals["load.energy_kwh"])
