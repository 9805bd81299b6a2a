"""Energy managements asked again and again: what they say to a state of charge, or to a signal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from components._ems.site import MODES, SiteEms


def decided(cls: type[SiteEms], dt_s: float = 900.0, **given: Any) -> Any:
    """One that was asked once."""
    ems = cls(**given)
    ems.step(dt_s)  # type: ignore[attr-defined]
    return ems


def orders(ems: Any, name: str, values: Iterable[float], dt_s: float = 900.0) -> list[Any]:
    """Its mode and what it wants of the battery, while one input takes these values in turn."""
    said = []
    for value in values:
        setattr(ems, name, value)
        ems.step(dt_s)
        said.append((MODES[ems.mode], ems.p_set_kw))
    return said
