"""What figures of a comparison draw: variants, and the colours of variants and of resources.

A resource has one colour in all figures, by what it is: a plant, a set, a converter. Others of the
same kind take what is left of the palette, then greys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, cycle

import numpy as np

from twin.comparison import Comparison
from twin.kpis.resources import NO_RESOURCE
from twin.kpis.traces import Trace
from twin.report import style
from twin.report.scene import Power, Scene, changes, largest, powers, scene_of, told_by
from twin.run import Run
from twin.study import AS_IT_STANDS

OF_ROLE = {
    "plant": style.BLUE,
    "fuel": style.RED,
    "converter": style.GREEN,
    "solar": style.ORANGE,
    "wind": style.SKY,
    "grid": style.BLACK,
}
SPARE = (style.PINK, style.SKY, style.ORANGE, style.BLACK, style.RED, "#8c6d31", "#5254a3")
GREYS = ("#4d4d4d", "#969696", "#c7c7c7")
SILENT = (*NO_RESOURCE, "control", "meter", "logistics", "network")
LOADS = "all loads"
DASHES = ("-", "--", ":", "-.")


@dataclass(frozen=True)
class Variant:
    """One variant as it is drawn: a run of it, and how its lines look."""

    name: str
    run: Run
    colour: str
    dash: str

    @property
    def title(self) -> str:
        """Its name as it is written."""
        return AS_IT_STANDS.replace("-", " ") if self.name == AS_IT_STANDS else self.name

    @cached_property
    def scene(self) -> Scene | None:
        """Its run about the event, up to the end; none where it saw no event in fine steps."""
        return scene_of(self.run, to_end=True)

    @cached_property
    def frequency(self) -> tuple[str, Trace] | None:
        """The bus at the root that tells of the event, and its frequency."""
        told = told_by(self.scene) if self.scene else []
        return told[0] if told else None

    @cached_property
    def powers(self) -> list[Power]:
        """How far the largest powers move from where they were before the event."""
        if not (self.scene and self.frequency):
            return []
        found = changes(powers(self.scene, self.frequency[0]))
        loads = [one for one in found if self._is_load(one)]
        others = [one for one in found if not self._is_load(one)]
        return largest([*others, *_together(LOADS, loads)])

    def _is_load(self, power: Power) -> bool:
        about = self.run.meta["devices"].get(power.name.partition(" (")[0], {})
        return about.get("role") == "load" or power.name.endswith("its own load")


@dataclass(frozen=True)
class Shown:
    """All that is drawn: the variants of which a run came to its end."""

    comparison: Comparison
    variants: tuple[Variant, ...]
    colours: Mapping[str, str]  # of resources

    def colour(self, name: str) -> str:
        """The colour of a power by its name in a figure, ``site.pcs (200)``; else grey."""
        return self.colours.get(name.partition(" (")[0], style.GREY)


def shown_of(comparison: Comparison) -> Shown:
    """What is drawn of a comparison."""
    done = [(column.name, column.run) for column in comparison.columns]
    looks = cycle([(colour, dash) for dash in DASHES for colour in style.COLOURS])
    variants = tuple(
        Variant(name, run, *look) for (name, run), look in zip(done, looks, strict=False) if run
    )
    return Shown(comparison, variants, _colours(variants))


def _colours(variants: tuple[Variant, ...]) -> dict[str, str]:
    """A colour for each device that gives power in some variant, in the order of the topology."""
    roles = {
        name: about["role"]
        for variant in variants
        for name, about in variant.run.meta["devices"].items()
        if about["enabled"] and about["role"] not in SILENT and f"{name}.p_kw" in variant.run
    }
    found: dict[str, str] = {}
    for name, role in roles.items():
        own = OF_ROLE.get(role)
        if own and own not in found.values():
            found[name] = own
    taken = set(found.values())
    left = chain((one for one in SPARE if one not in taken), cycle(GREYS))
    for name in roles:
        if name not in found:
            found[name] = next(left)
    return found


def _together(name: str, found: list[Power]) -> Iterator[Power]:
    """Several powers as one."""
    if found:
        t_s = found[0].trace.t_s
        whole = np.sum([np.interp(t_s, *one.trace) for one in found], axis=0)
        yield Power(name, Trace(t_s, whole), of_bus=True)


def with_events(shown: Shown) -> Iterator[tuple[Variant, Scene, Trace]]:
    """The variants whose frequency tells of the event."""
    for variant in shown.variants:
        if variant.scene and variant.frequency:
            yield variant, variant.scene, variant.frequency[1]


def finest_s(scene: Scene) -> float:
    """The first step after the event."""
    t_s = scene.frame.index.to_numpy(np.float64)
    return float(t_s[t_s > 0.0][0])
