"""A pandapower network as something that is solved again and again (shared by components)."""

from __future__ import annotations

from components._network.files import read_net, rows_of, unsupplied
from components._network.network import Network, NotConvergedError
from components._network.switches import Switches

__all__ = ["Network", "NotConvergedError", "Switches", "read_net", "rows_of", "unsupplied"]
