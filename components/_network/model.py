"""What pandapower made of a network, as arrays: its matrix, its own powers, its branches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from components._network.files import Net, quiet
from components._network.loads import Floats, Ints, Powers


@dataclass(frozen=True)
class Ends:
    """Both ends of lines and transformers: their first ends, then their second ones."""

    lines: Ints  # their numbers in pandapower; the lines come first
    trafos: Ints
    here: Ints
    there: Ints
    y_here: Powers
    y_there: Powers
    per_limit: Floats  # turns a current in per unit into a share of what the end may carry

    def loading(self, volts: Powers) -> tuple[Floats, Floats]:
        """Of lines and of transformers, the larger current of two ends as a share of the limit."""
        flow = self.y_here * volts[self.here] + self.y_there * volts[self.there]
        share = np.abs(flow) * self.per_limit
        half, lines = len(share) // 2, len(self.lines)
        larger = np.maximum(share[:half], share[half:])
        return larger[:lines], larger[lines:]


@dataclass(frozen=True)
class Table:
    """Loads or static generators of the network itself: their buses, in both numberings."""

    bus: Ints
    place: Ints
    power: Powers

    def more(self, factors: Floats, size: int) -> Powers:
        """What they take or give beyond the file where each bus has a factor of its own."""
        found = np.zeros(size + 1, complex)
        np.add.at(found, self.place, self.power * (factors[self.bus] - 1.0))
        return found[:size]


@dataclass(frozen=True)
class Model:
    """The network inside, in the numbering of the power flow and in per unit."""

    base_mva: float
    matrix: Any  # bus admittances, column by column
    refs: Ints  # buses whose voltage is given
    pv: Ints
    pq: Ints
    volts: Powers  # where pandapower would start
    machines: Powers  # what generators that hold their voltage deliver
    own: Powers  # what all other elements of the network take
    z_share: Powers  # of that, at constant impedance: the active and (imaginary) the reactive part
    i_share: Powers  # and at constant current
    place: Ints  # of every bus of pandapower; dark ones stand behind the last
    loads: Table
    sgens: Table
    ends: Ends

    @property
    def size(self) -> int:
        """Buses inside."""
        return len(self.volts)

    @property
    def free(self) -> tuple[Ints, Ints]:
        """The buses whose voltage is looked for: those with a machine, and the others."""
        return self.pv, self.pq


def build(net: Net, angles: Any) -> Model:
    """The model of a network with its switches, taps and lines as they stand now.

    Only pandapower's preparation is wanted here, so its power flow is content with its start.
    """
    import pandapower
    from pandapower.pypower import idx_bus

    if not net.ext_grid.in_service.any():
        return _dark(net)
    with quiet():
        pandapower.runpp(net, numba=False, calculate_voltage_angles=angles, tolerance_mva=1e12)
    inner, bus = net._ppc["internal"], net._ppc["internal"]["bus"].real
    if "Ybus" not in inner:
        raise ValueError("nothing of the network is left but its source")
    base_mva = float(inner["baseMVA"])
    matrix = inner["Ybus"].tocsc().copy()
    matrix.sum_duplicates()
    place = _places(net, len(bus))
    return Model(
        base_mva=base_mva,
        matrix=matrix,
        refs=np.asarray(inner["ref"], np.int64),
        pv=np.asarray(inner["pv"], np.int64),
        pq=np.asarray(inner["pq"], np.int64),
        volts=np.array(inner["V"], complex),
        machines=_machines(inner) / base_mva,
        own=(bus[:, idx_bus.PD] + 1j * bus[:, idx_bus.QD]) / base_mva,
        z_share=bus[:, idx_bus.CZD_P] + 1j * bus[:, idx_bus.CZD_Q],
        i_share=bus[:, idx_bus.CID_P] + 1j * bus[:, idx_bus.CID_Q],
        place=place,
        loads=_table(net.load, place, base_mva),
        sgens=_table(net.sgen, place, base_mva),
        ends=_ends(net),
    )


def _dark(net: Net) -> Model:
    """A network in which nothing holds a voltage."""
    from scipy.sparse import csc_array  # type: ignore[import-untyped]

    none, nowhere = np.zeros(0, complex), np.zeros(0, np.int64)
    place = np.zeros(int(net.bus.index.max()) + 1, np.int64)
    base_mva = float(net.sn_mva)
    return Model(
        base_mva=base_mva,
        matrix=csc_array((0, 0), dtype=complex),
        refs=nowhere,
        pv=nowhere,
        pq=nowhere,
        volts=none,
        machines=none,
        own=none,
        z_share=none,
        i_share=none,
        place=place,
        loads=_table(net.load, place, base_mva),
        sgens=_table(net.sgen, place, base_mva),
        ends=Ends(nowhere, nowhere, nowhere, nowhere, none, none, np.zeros(0)),
    )


def _places(net: Net, size: int) -> Ints:
    """Where every bus of pandapower stands inside; closed switches have fused some."""
    from pandapower.pypower.idx_bus import BUS_TYPE

    alive = net._ppc["bus"][:, BUS_TYPE].real != 4
    inside = np.where(alive, np.cumsum(alive) - 1, size)
    known = net.bus.index.to_numpy()
    place = np.full(int(known.max()) + 1, size, np.int64)
    rows = net._pd2ppc_lookups["bus"][known]
    place[known] = np.where(rows >= 0, inside[rows], size)
    return place


def _machines(inner: Any) -> Powers:
    from pandapower.pypower import idx_gen

    found = np.zeros(len(inner["bus"]), complex)
    on = np.flatnonzero(inner["gen"][:, idx_gen.GEN_STATUS] > 0)
    gen = inner["gen"][np.setdiff1d(on, inner["ref_gens"])].real
    np.add.at(found, gen[:, idx_gen.GEN_BUS].astype(np.int64), gen[:, idx_gen.PG])
    return found


def _table(table: Any, place: Ints, base_mva: float) -> Table:
    bus = table.bus.to_numpy(np.int64)
    power = table.p_mw.to_numpy(float) + 1j * table.q_mvar.to_numpy(float)
    power = power * table.scaling.to_numpy(float) * table.in_service.to_numpy(float)
    return Table(bus, place[bus], power / base_mva)


def _ends(net: Net) -> Ends:
    """The ends of those lines and transformers that are in service."""
    from pandapower.pypower import idx_brch, idx_bus

    inner = net._ppc["internal"]
    alive = np.asarray(inner["branch_is"], bool)
    inside, spans = np.cumsum(alive) - 1, net._pd2ppc_lookups["branch"]
    firsts = [spans.get(kind, (0, 0)) for kind in ("line", "trafo")]
    on = [np.flatnonzero(alive[first:last]) for first, last in firsts]
    rows = np.concatenate(
        [inside[first + some] for (first, _), some in zip(firsts, on, strict=True)]
    )
    ends = inner["branch"][rows].real[:, [idx_brch.F_BUS, idx_brch.T_BUS]].astype(np.int64)
    start, end = ends[:, 0], ends[:, 1]
    y_start, y_end = inner["Yf"].tocsr(), inner["Yt"].tocsr()
    here, there = np.concatenate([start, end]), np.concatenate([end, start])
    base_ka = float(inner["baseMVA"]) / np.sqrt(3.0) / inner["bus"].real[:, idx_bus.BASE_KV]
    return Ends(
        lines=net.line.index.to_numpy(np.int64)[on[0]],
        trafos=net.trafo.index.to_numpy(np.int64)[on[1]],
        here=here,
        there=there,
        y_here=np.concatenate([_picked(y_start, rows, start), _picked(y_end, rows, end)]),
        y_there=np.concatenate([_picked(y_start, rows, end), _picked(y_end, rows, start)]),
        per_limit=base_ka[here] / _limits_ka(net.line.iloc[on[0]], net.trafo.iloc[on[1]]),
    )


def _limits_ka(lines: Any, trafos: Any) -> Floats:
    """What the first ends and then the second ends may carry."""
    line = (lines.max_i_ka * lines.df * lines.parallel).to_numpy(float)
    rated = (trafos.sn_mva * trafos.df * trafos.parallel).to_numpy(float) / np.sqrt(3.0)
    high, low = (rated / trafos[name].to_numpy(float) for name in ("vn_hv_kv", "vn_lv_kv"))
    return np.concatenate([line, high, line, low])


def _picked(matrix: Any, rows: Ints, columns: Ints) -> Powers:
    if not len(rows):  # of which scipy makes a matrix
        return np.zeros(0, complex)
    return np.asarray(matrix[rows, columns], complex).ravel()
