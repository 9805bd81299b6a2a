"""What a name given on the command line means."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from twin.problems import Problem, Problems, did_you_mean


class Thing(Enum):
    """What can be named."""

    COMPONENT = "component"
    TOPOLOGY = "topology"
    SCENARIO = "scenario"


def thing(name: str, among: tuple[Thing, ...] = tuple(Thing)) -> Thing:
    """Whether a name is that of a component, a topology or a scenario; Problems if of none."""
    from twin import catalog
    from twin.load import scenarios, topologies

    known = {
        Thing.COMPONENT: catalog.names(),
        Thing.TOPOLOGY: list(topologies()),
        Thing.SCENARIO: list(scenarios()),
    }
    for one in among:
        if name in known[one]:
            return one
    if name.endswith(".toml"):
        return Thing.SCENARIO if _is_scenario(Path(name)) else Thing.TOPOLOGY
    if (Path(name) / "topology.toml").is_file():
        return Thing.TOPOLOGY
    kinds = " or ".join([", ".join(one.value for one in among[:-1]), among[-1].value])
    words = [word for one in among for word in known[one]]
    begun = [word for word in words if name and word.startswith(name)]
    text = f"names no {kinds}{did_you_mean(begun[0] if begun else name, words)}"
    raise Problems([Problem(name or '""', 0, "", text)])


def _is_scenario(path: Path) -> bool:
    from twin.load.document import read_document

    return "topology" in read_document(path, []).data
