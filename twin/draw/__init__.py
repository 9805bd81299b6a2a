"""Pictures of a topology and of the simulators it becomes, as SVG text.

Plain string building without identifiers or style sheets, so that a picture can be pasted into a
page beside others.
"""

from __future__ import annotations

from twin.draw.one_line import draw_topology
from twin.draw.world import Link, SimulatorBox, draw_world

__all__ = ["Link", "SimulatorBox", "draw_topology", "draw_world"]
