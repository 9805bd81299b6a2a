"""IEEE 39 in ANDES with storage on its buses: the full network, each machine with its exciter.

The storage is ESD1, which answers high frequency alone: so what happens is that load is lost. Its
static generators hold the voltages of the power flow without them and give nothing, so that it
moves nothing before.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import andes
import numpy as np

from benchmarks.timing import seconds_of

CASE = "ieee39/ieee39_full.xlsx"
F_HZ = 60.0
LOAD, LOST_KW, LOST_AT_S = "PQ_9", 500e3, 1.0  # of the largest load of the case, 680 MW
HORIZON_S, STEP_S = 20.0, 0.01
UNITS, UNIT_KW = 500, 1000.0
# what both sides are told; filter and lag are the defaults of ANDES
ANSWER = {"droop_pu": 0.02, "deadband_hz": 0.017, "filter_s": 0.02, "lag_s": 0.02}
ANSWER |= {"rated_kva": UNIT_KW}
GOVERNOR = {"droop_pu": "R", "t1_s": "T1", "t2_s": "T2", "t3_s": "T3"}
GOVERNOR |= {"v_max_pu": "VMAX", "v_min_pu": "VMIN"}

logging.getLogger("andes").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Machines:
    """What an aggregate has to know; all governors are alike but for the rating."""

    rated_kva: list[float]
    p_set_kw: list[float]
    kinetic_kws: float
    governor: dict[str, float]


def machines() -> Machines:
    """The machines of the case."""
    system = _solved()
    base_kva, genrou = 1e3 * system.config.mva, system.GENROU
    sent = np.array(system.StaticGen.get("p", genrou.gen.v, attr="v"))
    values = {ours: getattr(system.TGOV1N, name) for ours, name in GOVERNOR.items()}
    return Machines(
        rated_kva=(1e3 * genrou.Sn.v).tolist(),
        p_set_kw=(base_kva * sent).tolist(),
        kinetic_kws=float(0.5 * base_kva * genrou.M.v.sum()),
        governor={name: float(np.median(value.vin)) for name, value in values.items()},
    )


class Side:
    """Runs the case; how far the centre of inertia rose in the last run."""

    rise_hz = 0.0

    def __call__(self) -> float:
        """Seconds in the time domain; reading, set-up and power flow do not count."""
        system = _system()
        with _silence():
            system.PFlow.run()
            system.TDS.config.tf, system.TDS.config.tstep = HORIZON_S, STEP_S
            system.TDS.config.no_tqdm = 1
            taken = seconds_of(system.TDS.run)
        if system.exit_code or float(system.dae.t) < HORIZON_S:
            raise RuntimeError(f"ANDES ended at {float(system.dae.t):g} s")
        speeds, inertia = system.dae.ts.x[:, system.GENROU.omega.a], system.GENROU.M.v
        self.rise_hz = float(F_HZ * ((speeds @ inertia).max() / inertia.sum() - 1.0))
        return taken


def _system() -> Any:
    """The case with storage, a load that is lost, and loads of constant power."""
    plain = _solved()
    held = {*plain.PV.bus.v, *plain.Slack.bus.v}
    volts = zip(plain.Bus.idx.v, plain.Bus.v.v, plain.Bus.Vn.v, strict=True)
    free = [known for known in volts if known[0] not in held]
    unit_mva = 1e-3 * UNIT_KW
    with _silence():
        system = andes.load(andes.get_case(CASE), setup=False, default_config=True, no_output=True)
        for place, (bus, v_pu, v_kv) in enumerate(free):
            count = len(range(place, UNITS, len(free)))
            at = {"idx": f"S{bus}", "bus": bus, "v0": v_pu, "Vn": v_kv, "Sn": count * unit_mva}
            system.add("PV", {**at, "p0": 0.0, "q0": 0.0})
            for _ in range(count):
                system.add("ESD1", {"bus": bus, "gen": at["idx"], **_storage(count)})
        lost = {"model": "PQ", "dev": LOAD, "src": "Ppf", "attr": "v", "method": "-"}
        system.add("Alter", {**lost, "t": LOST_AT_S, "amount": 1e-3 * LOST_KW / plain.config.mva})
        system.setup()
    config = system.PQ.config
    config.p2p, config.p2z, config.q2q, config.q2z = 1.0, 0.0, 1.0, 0.0
    return system


def _storage(count: int) -> dict[str, float]:
    """One of so many units at a bus."""
    return {
        "Sn": 1e-3 * UNIT_KW,
        "En": 2e-3 * UNIT_KW,
        "pmx": 1.0,
        "pqflag": 1,
        "gammap": 1.0 / count,
        "gammaq": 1.0 / count,
        "ddn": 1.0 / (ANSWER["droop_pu"] * F_HZ),
        "fdbd": -ANSWER["deadband_hz"],
        "tip": ANSWER["lag_s"],
        "recflag": 0,  # without protection, as ours
    }


def _solved() -> Any:
    """The case as it is, with its power flow."""
    with _silence():
        system = andes.load(andes.get_case(CASE), default_config=True, no_output=True)
        system.PFlow.run()
    return system


@contextmanager
def _silence() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
