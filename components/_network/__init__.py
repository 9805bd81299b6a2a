"""A pandapower network as something that is solved again and again (shared by components)."""

from __future__ import annotations

from components._network.files import dark_buses, read_net, rows_of, unsupplied
from components._network.islands import Formers
from components._network.network import Network, NotConvergedError
from components._network.switches import Switches

__all__ = [
    "Formers",
    "Network",
    "NotConvergedError",
    "Switches",
    "dark_buses",
    "read_net",
    "rows_of",
    "unsupplied",
]
