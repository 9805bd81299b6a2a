"""A pandapower network between an area and the devices on its buses: no infinite source.

The network is any of `pandapower.networks`, or a file of pandapower's JSON. There is one unit for
each number of a bus, line, transformer or switch: unit k speaks of bus k, and of line, transformer
and switch k, and is told what the devices at bus k give and take. What there is only once (losses,
power at the source) stands at the unit of the source's bus and is zero elsewhere, so that sums are
right.

In a topology it hangs on an area, and devices hang on its buses by ``at = [bus, ...]``. Two
companions stand for it in the compiled loop: `network_bus` sums what hangs on each bus and tells it
voltage and local frequency; `network_head` hands the sum to the area less what the network takes
(one balance per synchronous island), and carries the frequency when `separated` cuts it off. Power
crosses to the area in the same step, losses and voltages follow at each exchange.

* Each ext_grid stands behind the impedance of its short-circuit power, with an EMF at which its bus
  starts at its stated voltage. Power at the source includes that impedance.
* Between two exchanges the area should see  sum of its devices now - `c_kw`,  where c is what the
  network took at its last power flow: its own loads, its losses, what low voltage cost.
* Demand of constant power becomes constant impedance below `knee_pu`. What is injected keeps its
  current there or, where `rated_kva` is known, keeps to `i_max_pu` of it at any voltage. Reactive
  power is counted as demand where it is taken, as injection where it is given.
* Where `follow` says that the devices of a bus answer their voltage themselves, their answer is to
  the voltage of the last exchange: the same rules carry it over to the new one, and count nothing
  twice.
* Results equal `runpp`'s to 1e-6 pu as long as all voltages are above the knee.
* A part that no source reaches (`separated`, or a line or switch that cuts it off) is an island of
  the formers in it, else dark. They deliver  Q = q_kvar + S (V_set - V) / m_q  and at
  `i_max_pu` of their rating all that P leaves room for. Power is as told, wherever it comes from;
  the former with the largest inertia is the reference of the angle and gives the `residual_kw`
  that is missing. In a network without any source c includes it, so that who carries the frequency
  finds it there and lets all formers share it by their inertia.

Algebraic, so valid at any step; balanced three-phase. Leaves out: dynamics of voltage, reactance at
other than nominal frequency (2 % at 49 Hz), reactive limits of its own machines (a `gen` holds its
voltage at fixed power and forms nothing), angles between an island and its area, which the power
flow cannot know. Below a short-circuit ratio of 3 stability needs an electromagnetic simulation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from components._network import (
    Network,
    NotConvergedError,
    dark_buses,
    read_net,
    rows_of,
    unsupplied,
)
from components._network.files import leave
from components._network.units import (
    OPERATED,
    SHARES,
    formers_of,
    shares_of,
    switches_of,
    write_strengths,
)
from twin.component import Component, inp, out, param, state

Rows = NDArray[np.void]
Powers = NDArray[np.complex128]

STOP = 0
DARK_PU = 1e-4  # of voltage: nobody answers that
SETTINGS = ("load_pu", "sgen_pu", "rated_kva", "i_max_pu", *SHARES)


class WeakGrid(Component):
    """A network of pandapower behind a source of limited short-circuit power, unit by bus."""

    role = "network"
    joins = "ac"
    holds = "ac"
    companions: ClassVar = {"head": "network_head", "bus": "network_bus"}
    companion_wires: ClassVar = (
        "bus.given_kw ~> p_source_kw",
        "bus.taken_kw ~> p_demand_kw",
        "bus.reactive_kvar ~> q_kvar",
        "bus.forming_kva ~> forming_kva",
        "bus.forming_kw ~> forming_kw",
        "bus.inertia_kws_per_hz ~> inertia_kws_per_hz",
        "head.held_apart ~> held_apart",
        "v_pu -> bus.v_flow_pu",
        "df_local_hz -> bus.df_local_hz",
        "c_kw -> head.c_kw",
    )

    network: str = param(
        "create_cigre_network_mv", "name in pandapower.networks, or name(key=value)"
    )
    network_file: str = param("", "file of pandapower's JSON, in place of a name")
    s_sc_mva: float = param(400.0, "short-circuit power at each ext_grid", gt=0)
    rx_pu: float = param(0.1, "resistance over reactance of the source", ge=0)
    s_sc_limit_mva: float = param(
        0.0, "the most that the machines behind it give; 0: unknown", ge=0
    )
    knee_pu: float = param(0.8, "voltage below which constant power ends", gt=0, le=1)
    i_max_pu: float = param(1.2, "largest current of converters, of their rating", gt=0)
    const_z_p_pct: float = param(
        0.0, "constant impedance, of own loads; all 0: as filed", ge=0, le=100
    )
    const_z_q_pct: float = param(0.0, "the same of their reactive power", ge=0, le=100)
    const_i_p_pct: float = param(0.0, "constant current, of own loads", ge=0, le=100)
    const_i_q_pct: float = param(0.0, "the same of their reactive power", ge=0, le=100)
    v_set_pu: float = param(1.0, "voltage that formers of an island hold without load", gt=0)
    mq_pu: float = param(0.05, "its droop at rated reactive power; GridKit", gt=0, le=1)
    on_divergence: int = param(STOP, "where no solution is found", labels=("stop", "hold"))

    p_source_kw: float = inp(0.0, "sum of what devices at this bus deliver", ge=0)
    p_demand_kw: float = inp(0.0, "sum of what devices at this bus take", ge=0)
    q_kvar: float = inp(0.0, "reactive power that devices at this bus deliver")
    rated_kva: float = inp(0.0, "rating of the converters at this bus; 0: no limit", ge=0)
    follow: bool = inp(False, "devices at this bus answer the voltage they are told themselves")
    load_pu: float = inp(1.0, "the network's own loads at this bus, of those in the file", ge=0)
    sgen_pu: float = inp(1.0, "its own static generators, of those in the file", ge=0)
    v_source_pu: float = inp(1.0, "EMF of a source at this bus, of that at the start", ge=0)
    line_out: bool = inp(False, "this line is out of service")
    trafo_out: bool = inp(False, "this transformer is out of service")
    switch_turned: bool = inp(False, "this switch stands opposite to the file")
    tap_steps: int = inp(0, "taps of this transformer from its position in the file")
    separated: bool = inp(False, "the source at this bus is cut off")
    held_apart: bool = inp(False, "it is still, until the island is in step with the area")
    forming_kva: float = inp(0.0, "rating of what can form an island at this bus", ge=0)
    forming_kw: float = inp(0.0, "what that delivers, part of the power of this bus")
    inertia_kws_per_hz: float = inp(0.0, "its inertia; the largest is the reference", ge=0)

    converged: bool = state(True, "the last power flow was solved, not held")
    held_s: float = state(0.0, "time with voltages held for want of a solution", ge=0)
    unserved_kwh: float = state(
        0.0, "its energy from the second exchange on; apart the head counts", ge=0
    )

    p_kw: float = out(0.0, "power the network delivers to the area; negative when taken")
    v_pu: float = out(1.0, "voltage; 0 where dark, that of the source where there is no bus", ge=0)
    va_deg: float = out(0.0, "voltage angle")
    df_local_hz: float = out(0.0, "what the turning of its voltage adds to the area's frequency")
    unserved_kw: float = out(0.0, "demand of devices that low voltage left unserved", ge=0)
    curtailed_kw: float = out(0.0, "power of devices that current limits held back", ge=0)
    line_loading_pu: float = out(0.0, "current of this line, of what it may carry", ge=0)
    trafo_loading_pu: float = out(0.0, "current of this transformer, of what it may carry", ge=0)
    losses_kw: float = out(0.0, "lost in branches, shunts and the source's impedance")
    q_grid_kvar: float = out(0.0, "reactive power that the source delivers")
    c_kw: float = out(0.0, "devices together less what the area got, at the last power flow")
    residual_kw: float = out(0.0, "what an island lacked, given by its reference at this bus")
    forming_kvar: float = out(0.0, "what formers here deliver beyond q_kvar to hold an island")
    held_by: int = out(-1, "bus whose source or former holds this one; -1: dark", record=False)
    sc_mva: float = out(0.0, "short-circuit level", ge=0)
    x_per_r_pu: float = out(0.0, "reactance over resistance seen from here; 0: unknown", ge=0)
    scr_pu: float = out(0.0, "short-circuit level over rated_kva; 0: nothing rated", ge=0)
    escr_pu: float = out(0.0, "the same less the capacitors at this bus", ge=0)
    wscr_pu: float = out(0.0, "the same of all rated buses taken as one", ge=0)

    _network: Network | None = None
    _seen: tuple[bytes, ...] = (b"", b"", b"")  # what the network was last set to
    _turned: tuple[float, NDArray[np.float64]] | None = None  # when angles were what
    _anew: NDArray[np.bool_] | None = None  # whose angles have another reference since
    _forming: NDArray[np.bool_] = np.zeros(0, bool)  # what formed when islands were looked for

    @classmethod
    def units_of(cls, texts: Mapping[str, str]) -> int:
        """How many units its network needs; ValueError where that is no network."""
        return rows_of(_net(texts))

    @classmethod
    def check_use(
        cls, texts: Mapping[str, str], values: Mapping[str, NDArray[Any]], at: Sequence[int]
    ) -> None:
        """Raise ValueError where the source is too strong, or a device hangs on what is no bus."""
        names = ("s_sc_mva", "s_sc_limit_mva")
        _check_source(*(float(values.get(name, [cls.fields[name].default])[0]) for name in names))
        if wrong := unsupplied(_net(texts), at):
            raise ValueError(wrong)

    @classmethod
    def remarks_of(cls, texts: Mapping[str, str]) -> list[str]:
        """What a user should know of the network before relying on a run."""
        net = _net(texts)
        told = []
        if machines := int(net.gen.in_service.sum()):
            told.append(
                f"{machines} machines of the network hold their voltage at fixed power: "
                "they have no inertia here"
            )
        if dark := sorted(dark_buses(net)):
            more = f" and {len(dark) - 1} more" if len(dark) > 1 else ""
            told.append(f"no source reaches bus {dark[0]}{more}")
        return told

    def fleet_step(self, rows: Rows, t_s: float, dt_s: float) -> None:
        network = self._network or self._begin(rows)
        self._set(network, rows)
        reactive, kilo = rows["q_kvar"], 1e-3
        given = np.maximum(reactive, 0.0) * 1j
        taken = given - reactive * 1j
        given += rows["p_source_kw"]
        taken += rows["p_demand_kw"]
        if rows["follow"].any():
            self._refer(network, rows, taken, given)
        try:
            network.solve(kilo * taken, kilo * given)
        except NotConvergedError:
            if rows["on_divergence"][0] == STOP:
                raise
            rows["converged"] = False
            rows["held_s"] += dt_s
            rows["df_local_hz"] = 0.0
            return
        rows["converged"] = True
        before_kw = rows["unserved_kw"].copy()
        self._publish(network, rows, t_s)
        if not (rows["separated"].any() or rows["held_apart"].any()):
            # what devices drew before they saw the voltage is no demand
            rows["unserved_kwh"] += np.minimum(before_kw, rows["unserved_kw"]) * (dt_s / 3600.0)

    def _refer(self, network: Network, rows: Rows, taken: Powers, given: Powers) -> None:
        """Refer what devices answered to the voltage they were told back to nominal voltage."""
        told = rows["v_pu"] / network.knee_pu
        low = (rows["follow"] != 0) & (told < 1.0) & (told > DARK_PU)
        if low.any():
            taken[low] /= told[low] * told[low]
            low &= rows["rated_kva"] <= 0.0
            given[low] /= told[low]

    def to_net(self) -> Any:
        """The network of pandapower as it was solved last, with its tables of results."""
        if self._network is None:
            raise ValueError("the network has not been solved yet")
        return self._network.to_net()

    def keep(self, folder: str, name: str) -> None:
        """Leave the network as it was solved last, for pandapower's `from_json`, or why not."""
        if self._network is not None:
            leave(self.to_net, folder, name)

    def _begin(self, rows: Rows) -> Network:
        first = rows[0]
        _check_source(float(first["s_sc_mva"]), float(first["s_sc_limit_mva"]))
        net = _net({"network": self.network, "network_file": self.network_file})
        if len(rows) != rows_of(net):
            raise ValueError(f"has {len(rows)} units, but its network needs {rows_of(net)}")
        source = float(first["s_sc_mva"]), float(first["rx_pu"])
        self._network = Network(net, source, float(first["knee_pu"]))
        return self._network

    def _set(self, network: Network, rows: Rows) -> None:
        """Bring the network to what has changed since: rarely anything."""
        seen = tuple(
            b"".join([rows[name].tobytes() for name in names])
            for names in (OPERATED, SETTINGS, ("v_source_pu",))
        )
        formed = False
        if not network.whole:
            formed = not np.array_equal(rows["forming_kva"] > 0.0, self._forming)
            network.set_formers(formers_of(rows))
        if seen == self._seen and not formed:
            return
        operated, settings, emf = (now != was for now, was in zip(seen, self._seen, strict=True))
        if operated or formed:
            self._operate(network, rows)
        if settings:
            network.set_own(rows["load_pu"].copy(), rows["sgen_pu"].copy(), shares_of(rows))
            rated = rows["rated_kva"]
            most = np.where(rated > 0.0, rated * rows["i_max_pu"] * 1e-3, np.inf)
            network.set_limit(most if rated.any() else None)
        if operated or settings:
            write_strengths(network, rows)
        if emf:
            network.set_emf(rows["v_source_pu"])
        self._seen = seen

    def _operate(self, network: Network, rows: Rows) -> None:
        """Operate the network, and find its islands; an angle that begins anew does not turn."""
        self._forming = rows["forming_kva"] > 0.0
        network.set_formers(formers_of(rows))
        network.operate(switches_of(rows))
        self._anew = network.held_by != rows["held_by"]
        rows["held_by"] = network.held_by
        rows["df_local_hz"] = 0.0
        for name in ("p_kw", "q_grid_kvar", "residual_kw", "forming_kvar"):
            rows[name] = 0.0

    def _publish(self, network: Network, rows: Rows, t_s: float) -> None:
        v_pu, angle = network.v_pu, network.angle_rad
        rows["v_pu"], rows["va_deg"] = v_pu, angle * (180.0 / math.pi)
        if self._turned is not None and t_s > self._turned[0]:
            turn = (angle - self._turned[1] + math.pi) % (2.0 * math.pi) - math.pi
            if self._anew is not None:
                turn[self._anew] = 0.0
            rows["df_local_hz"] = turn / (2.0 * math.pi * (t_s - self._turned[0]))
        self._turned, self._anew = (t_s, angle), None
        demand, source = rows["p_demand_kw"], rows["p_source_kw"]
        if network.plain and v_pu.all():  # no bus is dark
            rows["unserved_kw"], rows["curtailed_kw"] = 0.0, 0.0
        else:
            give, take = network.served
            left = rows["follow"] == 0  # others know best what they went without
            rows["unserved_kw"] = demand * (1.0 - take) * left
            rows["curtailed_kw"] = source * (1.0 - give) * left
        rows["line_loading_pu"], rows["trafo_loading_pu"] = network.loading()
        total, first = 0.0, network.first_row
        for row, power in zip(
            network.source_rows.tolist(), network.sources_mva.tolist(), strict=True
        ):
            rows["p_kw"][row], rows["q_grid_kvar"][row] = -1e3 * power.real, 1e3 * power.imag
            total += 1e3 * power.real
        if network.islands is not None:
            residual = 1e3 * network.residuals_mva.real
            rows["residual_kw"][network.references] = residual
            rows["forming_kvar"] = 1e3 * network.forming_mvar
            total += float(residual.sum()) if not len(network.source_rows) else 0.0
        rows["losses_kw"][first] = 1e3 * network.losses_mw
        rows["c_kw"][first] = float(source.sum() - demand.sum()) + total


def _net(texts: Mapping[str, str]) -> Any:
    name = texts.get("network", WeakGrid.fields["network"].default)
    return read_net(name, texts.get("network_file", ""))


def _check_source(s_sc_mva: float, limit_mva: float) -> None:
    if 0.0 < limit_mva < s_sc_mva:
        raise ValueError(
            f"s_sc_mva is {s_sc_mva:g}, but the machines behind it give at most {limit_mva:g} MVA"
        )
