"""Pictures as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twin.cli.files import write_new
from twin.cli.named import Thing, thing

if TYPE_CHECKING:
    from twin.draw import Link, SimulatorBox
    from twin.topology import Topology
    from twin.worldplan import SimPlan, WorldPlan


def draw_file(name: str, world: bool, exploded: bool, out: Path | None) -> Path:
    """Write the picture of a topology, or of the world that it becomes, and say where it is.

    How often simulators exchange is told by a scenario; without one it is left open.
    """
    from twin.draw import draw_topology, draw_world
    from twin.load import load_scenario, load_topology
    from twin.worldplan import plan_world

    every_s = None
    if thing(name, (Thing.TOPOLOGY, Thing.SCENARIO)) is Thing.SCENARIO:
        scenario, topology = load_scenario(name)
        every_s = scenario.step_s if exploded else scenario.sync_s
    else:
        topology = load_topology(name)
    if world:
        plan = plan_world(topology, exploded)
        picture = draw_world(_boxes(plan, topology, every_s), _links(plan))
    else:
        picture = draw_topology(topology)
    tail = "-exploded" if exploded else "-world" if world else ""
    path = out or Path(f"{topology.name}{tail}.svg")
    return write_new(path.parent, {path.name: picture}, overwrite=True)[0]


def _boxes(plan: WorldPlan, topology: Topology, every_s: float | None) -> list[SimulatorBox]:
    from twin.draw import SimulatorBox

    def every(sim: SimPlan) -> float | None:
        own_s = topology.devices[sim.holds[0]].period_s if sim.kind != "cell" else None
        return None if sim.kind == "process" or every_s is None else max(every_s, own_s or 0.0)

    return [
        SimulatorBox(sim.name, sim.remote or sim.kind, list(sim.holds), every(sim))
        for sim in plan.sims
    ]


def _links(plan: WorldPlan) -> list[Link]:
    from twin.draw import Link

    several = {sim.name for sim in plan.sims if len(sim.holds) > 1}
    found: dict[tuple[str, str, bool], list[str]] = {}
    for link in plan.links:
        quantity = f"{link.device}.{link.out}" if link.source in several else link.out
        found.setdefault((link.source, link.target, link.late), []).append(quantity)
    return [
        Link(source, target, list(dict.fromkeys(quantities)), late)
        for (source, target, late), quantities in found.items()
    ]
