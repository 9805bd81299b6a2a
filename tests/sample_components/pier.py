"""A pier whose sockets stand in a file."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from twin.component import Bus, out, param

PLANS: Mapping[str, Mapping[str, Any]] = {"small": {"sockets": 2}, "large": {"sockets": 6}}


class Pier(Bus):
    """Sockets for boats, one unit each."""

    plan: str = param("small", "name of a plan")
    plan_file: str = param("", "file of a plan, in place of a name")
    fuse_kw: float = param(10.0, "fuse of a socket", gt=0)
    p_load_kw: float = out(0.0, "what its boats take", ge=0)

    @classmethod
    def units_of(cls, texts: Mapping[str, str]) -> int:
        """One for each socket of the plan."""
        return int(_plan(texts)["sockets"])

    @classmethod
    def check_use(
        cls, texts: Mapping[str, str], values: Mapping[str, Any], at: Sequence[int]
    ) -> None:
        """A fuse bears 63 kW at most; nothing hangs on a broken socket, or on none."""
        if "fuse_kw" in values and max(values["fuse_kw"]) > 63.0:
            raise ValueError("fuse_kw is more than a fuse bears, 63 kW")
        plan = _plan(texts)
        if at and max(at) >= plan["sockets"]:
            raise ValueError(f"names socket {max(at)}, but there are {plan['sockets']}")
        if broken := set(plan.get("broken", ())) & set(at):
            raise ValueError(f"hangs on socket {min(broken)}, which is broken")

    @classmethod
    def remarks_of(cls, texts: Mapping[str, str]) -> list[str]:
        """Which sockets are broken."""
        return [f"socket {number} is broken" for number in _plan(texts).get("broken", ())]

    def step(self, dt_s: float) -> None:
        """Book."""
        self.p_load_kw = self.p_demand_kw


def _plan(texts: Mapping[str, str]) -> Mapping[str, Any]:
    if file := texts.get("plan_file"):
        found: Mapping[str, Any] = json.loads(Path(file).read_text("utf-8"))
        if "sockets" not in found:
            raise ValueError(f"{Path(file).name} is no plan of a pier")
        return found
    name = texts.get("plan", "small")
    if name not in PLANS:
        near = difflib.get_close_matches(name, PLANS, 1)
        raise ValueError(f"{name} is no plan{f'; did you mean {near[0]}?' if near else ''}")
    return PLANS[name]
