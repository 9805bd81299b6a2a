"""A pandapower network that is solved again and again while powers, sources and switches change.

pandapower owns the data, the topology and the first power flow. From step to step only powers
change, so each step solves pandapower's internal model from the voltages of the step before, with
results equal to `runpp`'s at a thousandth of its time. A switch, a tap, a line or a source out of
service rebuilds the model by pandapower.
"""

from __future__ import annotations

import numpy as np

from components._network.files import Net, angles, copy_of, rows_of, run, strength, with_source
from components._network.islands import Formers, Islands, reference_rows
from components._network.loads import (
    Floats,
    Injections,
    Ints,
    Powers,
    part,
    positive,
)
from components._network.model import build
from components._network.report import solved_net
from components._network.rows import RowMap
from components._network.solver import Solver
from components._network.switches import Switches, check, operate

NOBODY = -1  # holds a dark bus
LEAST_EMF_PU = 1e-3  # a bolted fault at the source: at 0 there is no angle to solve for


class NotConvergedError(ArithmeticError):
    """No solution of a power flow was found; the text names the bus furthest from one."""


class Network:
    """A network behind its sources, by rows: row k speaks of bus k, line k, switch k and so on."""

    map: RowMap
    volts: Powers
    _solver: Solver
    _own: Injections
    _tails: list[tuple[int, Ints, Powers]]  # of each source: its bus, and its row of the matrix

    def __init__(
        self, net: Net, source: tuple[float, float] | None = None, knee_pu: float = 0.8
    ) -> None:
        """Take a network as it stands, and put its ext_grids behind (s_sc_mva, R/X)."""
        self.file = copy_of(net)
        run(self.file, "the network")
        self.net = with_source(self.file, *source) if source else copy_of(self.file)
        self.source, self.knee_pu = source, knee_pu
        self.rows = rows_of(net)
        self.grids = net.ext_grid.index[net.ext_grid.in_service]
        self.grid_rows: Ints = net.ext_grid.bus[self.grids].to_numpy(np.int64)
        self.buses: Ints = net.bus.index.to_numpy(np.int64)
        self.switches = Switches.untouched(self.rows)
        self.emf_pu: Floats = np.ones(self.rows)
        self.own_pu: tuple[Floats, Floats] = (np.ones(self.rows), np.ones(self.rows))
        self.shares: tuple[Powers, Powers] | None = None
        self.limit_mva: Floats | None = None
        self.formers = Formers.nobody(self.rows)
        self.angles = angles(self.file)
        volts = np.array(self.net._ppc["internal"]["V"], complex)
        self.model = build(self.net, self.angles)
        self._begin(volts, np.zeros(0, np.int64), np.zeros(0, complex))
        self.first_row = int(self.source_rows[0])
        self.solve(np.zeros(self.rows, complex), np.zeros(self.rows, complex))

    def set_emf(self, factors: Floats) -> None:
        """Set the EMF of the sources, relative to the start, on the rows of their buses."""
        before = self.emf_pu[self.grid_rows[0]]
        self.emf_pu = np.maximum(factors, LEAST_EMF_PU)
        self._set_emf()
        self.volts[self.model.pq] *= self.emf_pu[self.grid_rows[0]] / before

    def set_own(
        self, load_pu: Floats, sgen_pu: Floats, shares: tuple[Powers, Powers] | None = None
    ) -> None:
        """Scale the network's own loads and static generators by rows.

        `shares` says, in place of the file, how much of what a row takes is constant impedance and
        how much constant current: of its active and (as imaginary part) of its reactive power.
        """
        self.own_pu, self.shares = (load_pu, sgen_pu), shares
        self._set_own()

    def set_limit(self, limit_mva: Floats | None) -> None:
        """Set the most apparent power that the converters of each row give at 1 pu."""
        self.limit_mva = limit_mva
        self._limit = None if limit_mva is None else self.map.inward(limit_mva)

    def set_formers(self, formers: Formers) -> None:
        """Say what forms; parts of the network come and go with it only when it is operated."""
        self.formers = formers

    def operate(self, wanted: Switches) -> None:
        """Operate switches, taps, lines, transformers and sources; find the islands of formers."""
        check(self.file, wanted)
        operate(self.net, self.file, wanted)
        self.switches = wanted
        rows = reference_rows(self.net, self.formers)
        begun = self._first_volts(rows)
        self.model = build(self.net, self.angles)
        self._begin(self.model.volts, rows, begun)
        self.volts = self._solver.linear(self._own)

    def solve(self, taken: Powers, given: Powers) -> None:
        """Find the voltages where rows take and give these MVA beside the network's own elements.

        Raises NotConvergedError; all results then stay as they were.
        """
        own, more = self._own, self.map.inward(given)
        powers = Injections(
            own.fixed,
            own.given + more,
            own.taken + self.map.inward(taken),
            own.current,
            own.ohmic,
            None if self._limit is None else _multiple(self._limit, more),
            own.knee_pu,
        )
        if self.islands is None:
            volts = self._solver.solve(powers, self.volts)
        else:
            volts, powers = self.islands.solve(
                self._solver, powers, self.formers, self.map, self.volts
            )
        if volts is None:
            worst = self._worst(powers)
            raise NotConvergedError(f"the power flow did not converge, worst at {worst}")
        self.volts, self.powers, self._v = volts, powers, np.abs(volts)
        self.plain = powers.plain(self._v)
        whole = powers.constant + powers.ohmic * (self._v * self._v)
        inflow = whole if self.plain else powers.at(self._v)
        for place, (ref, buses, admittances) in enumerate(self._tails):
            flow = volts[ref] * np.conj(admittances @ volts[buses])
            self._delivered[place] = flow - inflow[ref]
        lost = float(self._delivered.real.sum() + inflow.real.sum())
        self.losses_mw = lost * self.model.base_mva

    @property
    def v_pu(self) -> Floats:
        """Voltage by row: 0 where dark, that of the source where no bus has this number."""
        lit = self._source_bus < len(self._v)
        return self.map.outward(self._v, 0.0, self._v[self._source_bus] if lit else 0.0)

    @property
    def angle_rad(self) -> Floats:
        """Voltage angle by row."""
        return self.map.outward(np.arctan2(self.volts.imag, self.volts.real), 0.0, 0.0)

    @property
    def residuals_mva(self) -> Powers:
        """What the reference of each island gives beyond what its bus was told."""
        found: Powers = self._delivered[self._references] * self.model.base_mva
        return found

    @property
    def forming_mvar(self) -> Floats:
        """By row, what formers deliver to hold their island."""
        if self.powers.forming is None:
            return np.zeros(self.rows)
        inside = self.powers.forming.reactive(self._v) * self.model.base_mva
        inside[self.model.refs[self._references]] = self.residuals_mva.imag
        rated = self.formers.rated_mva
        at_bus = self.map.outward(self.map.inward(rated) * self.model.base_mva, 0.0, 0.0)
        share = np.divide(rated, at_bus, out=np.zeros(self.rows), where=at_bus > 0.0)
        found: Floats = self.map.outward(inside, 0.0, 0.0) * share
        return found

    @property
    def sources_mva(self) -> Powers:
        """What each source delivers, in the order of `source_rows`, ahead of its impedance."""
        found: Powers = self._delivered[self._sources] * self.model.base_mva
        return found

    @property
    def served(self) -> tuple[Floats, Floats]:
        """By row, how much was given and how much taken of what was asked for."""
        give, take = self.powers.shares(self._v)
        return self.map.outward(give, 0.0, 1.0), self.map.outward(take, 0.0, 1.0)

    def loading(self) -> tuple[Floats, Floats]:
        """Current of lines and of transformers as a share of what they may carry, by row."""
        found, ends = (np.zeros(self.rows), np.zeros(self.rows)), self.model.ends
        found[0][ends.lines], found[1][ends.trafos] = ends.loading(self.volts)
        return found

    def strength(self) -> tuple[Floats, Floats]:
        """Short-circuit level in MVA and X/R by row, from pandapower's `calc_sc`."""
        net = copy_of(self.file)
        operate(net, self.file, self.switches)
        level, ratio = np.zeros(self.rows), np.zeros(self.rows)
        level[self.buses], ratio[self.buses] = strength(net, self.source).T
        return level, ratio

    @property
    def capacitors_mvar(self) -> Floats:
        """What capacitors at the bus of each row deliver at nominal voltage."""
        shunt, found = self.file.shunt, np.zeros(self.rows)
        power = (shunt.q_mvar * shunt.step * shunt.in_service).to_numpy(float)
        np.add.at(found, shunt.bus.to_numpy(np.int64), np.maximum(-power, 0.0))
        return found

    def to_net(self) -> Net:
        """The network of pandapower as it was solved last, with its tables of results."""
        return solved_net(self.net, self.angles, self.model, self.volts, self.powers)

    def _begin(self, volts: Powers, held: Ints, begun: Powers) -> None:
        """Solve the model from these voltages on, islands with references at rows `held`."""
        model, self.volts = self.model, volts
        self.map = RowMap(self.rows, self.buses, model)
        matrix = model.matrix.tocsr()
        tails = ((ref, matrix[[ref]]) for ref in model.refs.tolist())
        self._tails = [(ref, row.indices, row.data) for ref, row in tails]
        self._delivered: Powers = np.zeros(len(self._tails), complex)
        live = self.net.ext_grid.in_service[self.grids].to_numpy(bool)
        places = model.place[self.net.ext_grid.bus[self.grids[live]].to_numpy(np.int64)]
        places, pick = np.unique(places, return_index=True)
        self.source_rows, self._sources = (
            self.grid_rows[live][pick],
            np.searchsorted(model.refs, places),
        )
        self._source_bus = int(self.map.place[self.grid_rows[0]])
        self._solver = Solver(model)
        self._find_islands(places, held, begun)
        self._set_emf()
        self._set_own()
        self.set_limit(self.limit_mva)

    def _find_islands(self, sources: Ints, held: Ints, begun: Powers) -> None:
        """Who holds which bus: sources at these places, and references at rows `held`."""
        place, part = self.model.place[held], self._solver.part
        self.references, self._references = held, np.searchsorted(self.model.refs, place)
        holder = np.full(part.max(initial=0) + 1, NOBODY)
        holder[part[sources]], holder[part[place]] = self.source_rows, held
        self.held_by: Ints = self.map.outward(holder[part], NOBODY, NOBODY)
        inside = np.isin(part, part[place])
        self.islands = Islands(self.model, place, inside, begun) if len(held) else None
        self.whole = not len(held) and not (self.held_by[self.buses] == NOBODY).any()

    def _first_volts(self, rows: Ints) -> Powers:
        """Where the voltages of new references begin: at their angle until now."""
        phasors = self.map.outward(self.volts, 0.0, 0.0)[rows]
        size = np.abs(phasors)
        turn = np.divide(phasors, size, out=np.ones(len(rows), complex), where=size > 0.0)
        found: Powers = turn * self.formers.v_set_pu
        return found

    def _set_emf(self) -> None:
        places = self.model.refs[self._sources]
        self._solver.set_emf(places, self.model.volts[places] * self.emf_pu[self.source_rows])

    def _set_own(self) -> None:
        model, (load_pu, sgen_pu) = self.model, self.own_pu
        more = model.loads.more(load_pu, model.size) - model.sgens.more(sgen_pu, model.size)
        z_share, i_share = model.z_share.copy(), model.i_share.copy()
        if self.shares is not None:
            lit = self.map.lit
            told = lit[(self.shares[0] + self.shares[1])[lit] != 0]
            place = self.map.place[told]
            z_share[place], i_share[place] = self.shares[0][told], self.shares[1][told]
        own = model.own + more
        current, constant = part(own, i_share), part(own, (1 + 1j) - z_share - i_share)
        self._own = Injections(
            fixed=model.machines,
            given=positive(-constant),
            taken=positive(constant),
            current=current if current.any() else None,
            ohmic=-part(own, z_share),
            limit=None,
            knee_pu=self.knee_pu,
        )

    def _worst(self, powers: Injections) -> str:
        """The bus where powers fit the last voltages least."""
        volts, model = self.volts, self.model
        gap = np.abs(volts * np.conj(model.matrix @ volts) - powers.at(np.abs(volts)))
        gap[model.refs] = 0.0
        bus = int(self.buses[np.argmax(self.map.outward(gap, 0.0, 0.0)[self.buses])])
        name = self.net.bus.name.at[bus]
        return f"bus {bus} ({name})" if isinstance(name, str) and name else f"bus {bus}"


def _multiple(limit: Floats, given: Powers) -> Floats:
    """How often what is given fits into a limit."""
    asked = np.abs(given)
    return np.where(asked > 0.0, limit / np.where(asked > 0.0, asked, 1.0), np.inf)
