"""The mosaik simulators, under one name for the SIM_CONFIG of any scenario.

    SIM_CONFIG = {"Bess": {"python": "twin.simulator:ComponentSim"}}

`ComponentSim` and `ProcessSim` serve every component in any scenario; `CellSim`, `ProfileSim`,
`RecordSim` and `LockstepSim` serve the world that a topology becomes.
"""

from __future__ import annotations

from twin.cell_sim import CellSim
from twin.component_sim import ComponentSim
from twin.lockstep import LockstepSim
from twin.processes import ProcessSim
from twin.service_sims import ProfileSim, RecordSim

__all__ = [
    "CellSim",
    "ComponentSim",
    "LockstepSim",
    "ProcessSim",
    "ProfileSim",
    "RecordSim",
]
