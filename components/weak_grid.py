"""A pandapower network between an area and the devices on its buses: no infinite source.

The network is any of `pandapower.networks`, or a file of pandapower's JSON. There is one unit for
each number of a bus, line, transformer or switch: unit k speaks of bus k, and of line, transformer
and switch k. Devices hang on it by ``at = [bus, ...]``. What there is only once (losses, power at
the source) stands at the unit of the source's bus and is zero elsewhere, so that sums are right.

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

Algebraic, so valid at any step; balanced three-phase. Leaves out: dynamics of voltage, reactance at
other than nominal frequency (2 % at 49 Hz), reactive limits of its own machines (a `gen` holds its
voltage at fixed power), an island without its source: whatever no source reaches is dark.
Below a short-circuit ratio of 3 stability needs an electromagnetic simulation, not this.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components._network import (
    Network,
    NotConvergedError,
    Switches,
    read_net,
    rows_of,
    unsupplied,
)
from twin.component import AcDevice, inp, out, param, state

Rows = NDArray[np.void]
Powers = NDArray[np.complex128]

STOP = 0
DARK_PU = 1e-4  # of voltage: nobody answers that
SHARES = ("const_z_p_pct", "const_z_q_pct", "const_i_p_pct", "const_i_q_pct")
SETTINGS = ("load_pu", "sgen_pu", "rated_kva", "i_max_pu", *SHARES)
OPERATED = ("line_out", "trafo_out", "switch_turned", "tap_steps")


class WeakGrid(AcDevice):
    """A network of pandapower behind a source of limited short-circuit power, unit by bus."""

    holds = "ac"
    role = "network"

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
    on_divergence: int = param(STOP, "where no solution is found", labels=("stop", "hold"))

    p_source_kw: float = inp(0.0, "sum of what devices at this bus deliver", ge=0)
    p_demand_kw: float = inp(0.0, "sum of what devices at this bus take", ge=0)
    q_kvar: float = inp(0.0, "reactive power that devices at this bus deliver")
    rated_kva: float = inp(0.0, "rating of the converters at this bus; 0: no limit", ge=0)
    follow: bool = inp(False, "devices at this bus answer the voltage they are told themselves")
    load_pu: float = inp(1.0, "the network's own loads at this bus, of those in the file", ge=0)
    sgen_pu: float = inp(1.0, "its own static generators, of those in the file", ge=0)
    v_source_pu: float = inp(1.0, "EMF of a source at this bus, of that at the start", ge=0)
    f_hz: float = inp(50.0, "frequency of the area, for the devices on its buses")
    line_out: bool = inp(False, "this line is out of service")
    trafo_out: bool = inp(False, "this transformer is out of service")
    switch_turned: bool = inp(False, "this switch stands opposite to the file")
    tap_steps: int = inp(0, "taps of this transformer from its position in the file")

    converged: bool = state(True, "the last power flow was solved, not held")
    held_s: float = state(0.0, "time with voltages held for want of a solution", ge=0)

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
    sc_mva: float = out(0.0, "short-circuit level", ge=0)
    x_per_r_pu: float = out(0.0, "reactance over resistance seen from here; 0: unknown", ge=0)
    scr_pu: float = out(0.0, "short-circuit level over rated_kva; 0: nothing rated", ge=0)
    escr_pu: float = out(0.0, "the same less the capacitors at this bus", ge=0)
    wscr_pu: float = out(0.0, "the same of all rated buses taken as one", ge=0)

    _network: Network | None = None
    _seen: tuple[bytes, ...] = (b"", b"", b"")  # what the network was last set to
    _turned: tuple[float, NDArray[np.float64]] | None = None  # when angles were what

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
        machines = int(_net(texts).gen.in_service.sum())
        held = (
            "machines of the network hold their voltage at fixed power: they have no inertia here"
        )
        return [f"{machines} {held}"] if machines else []

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
        self._publish(network, rows, t_s)

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
        if seen == self._seen:
            return
        operated, settings, emf = (now != was for now, was in zip(seen, self._seen, strict=True))
        if operated:
            network.operate(Switches(*(rows[name].astype(np.int64) for name in OPERATED)))
        if settings:
            network.set_own(rows["load_pu"].copy(), rows["sgen_pu"].copy(), _shares(rows))
            rated = rows["rated_kva"]
            most = np.where(rated > 0.0, rated * rows["i_max_pu"] * 1e-3, np.inf)
            network.set_limit(most if rated.any() else None)
        if operated or settings:
            _strengths(network, rows)
        if emf:
            network.set_emf(rows["v_source_pu"])
        self._seen = seen

    def _publish(self, network: Network, rows: Rows, t_s: float) -> None:
        v_pu, angle = network.v_pu, network.angle_rad
        rows["v_pu"], rows["va_deg"] = v_pu, angle * (180.0 / math.pi)
        if self._turned is not None and t_s > self._turned[0]:
            turn = (angle - self._turned[1] + math.pi) % (2.0 * math.pi) - math.pi
            rows["df_local_hz"] = turn / (2.0 * math.pi * (t_s - self._turned[0]))
        self._turned = t_s, angle
        demand, source = rows["p_demand_kw"], rows["p_source_kw"]
        if network.plain:
            rows["unserved_kw"], rows["curtailed_kw"] = 0.0, 0.0
        else:
            give, take = network.served
            left = rows["follow"] == 0  # others know best what they went without
            rows["unserved_kw"] = demand * (1.0 - take) * left
            rows["curtailed_kw"] = source * (1.0 - give) * left
        rows["line_loading_pu"], rows["trafo_loading_pu"] = network.loading()
        total, first = 0.0, int(network.source_rows[0])
        for row, power in zip(
            network.source_rows.tolist(), network.sources_mva.tolist(), strict=True
        ):
            rows["p_kw"][row], rows["q_grid_kvar"][row] = -1e3 * power.real, 1e3 * power.imag
            total += 1e3 * power.real
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


def _shares(rows: Rows) -> tuple[Powers, Powers]:
    z_p, z_q, i_p, i_q = (rows[name] / 100.0 for name in SHARES)
    if (z_p + i_p > 1.0).any() or (z_q + i_q > 1.0).any():
        raise ValueError("constant impedance and constant current are together more than 100 %")
    return z_p + 1j * z_q, i_p + 1j * i_q


def _strengths(network: Network, rows: Rows) -> None:
    """Short-circuit level and ratios at every bus, and of all rated buses taken as one."""
    level, ratio = network.strength()
    rows["sc_mva"], rows["x_per_r_pu"] = level, ratio
    rated = rows["rated_kva"] * 1e-3
    on = rated > 0.0
    rows["scr_pu"] = np.divide(level, rated, out=np.zeros(len(rows)), where=on)
    net_level = np.maximum(level - network.capacitors_mvar, 0.0)
    rows["escr_pu"] = np.divide(net_level, rated, out=np.zeros(len(rows)), where=on)
    rows["wscr_pu"] = 0.0
    if on.any():
        rows["wscr_pu"][network.source_rows[0]] = (level * rated).sum() / rated.sum() ** 2
