"""What a component is: one class for one device, its quantities declared once.

A declaration (`param`, `inp`, `state`, `out`) gives the constructor, the validation, the schema,
the documentation, the row of a fleet, the recording and the mosaik attributes. The methods are
ordinary Python on one device; the same text is compiled over the rows of a fleet.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from typing import Any, ClassVar

from twin.declaration import (
    Field,
    Kind,
    Vector,
    declared_in,
    delay_line,
    inp,
    out,
    param,
    state,
    vector,
)

__all__ = [
    "AcDevice",
    "Bus",
    "Component",
    "Converter",
    "Field",
    "Former",
    "Kind",
    "Node",
    "Store",
    "Vector",
    "delay_line",
    "inp",
    "methods_of",
    "module_doc",
    "out",
    "param",
    "state",
    "turns_of",
    "type_name",
    "vector",
    "way_of",
]


class Component:
    """Base of every component. Subclasses declare fields and write methods.

    ``step(dt_s)`` advances one device. Optional: ``start()`` once before the first step (sets
    states and outputs from parameters), ``offer(dt_s)`` (formers), ``fine(dt_s)`` and
    ``fine_offer(dt_s)`` in place of `step` and `offer` in the fine regime, ``enter_fine()`` at
    its beginning (initialises at the operating point), ``prepare(rows, times, inputs)`` (numpy,
    once, turns inputs into profiles; `twin.drive` says when and of what).
    """

    fields: ClassVar[dict[str, Field]] = {}
    setup: ClassVar[dict[str, Field]] = {}  # declared with `setup`: for `prepare`, in no row
    joins: ClassVar[str] = ""  # the kind of terminal by which it hangs on a bus: "ac", "dc" or none
    holds: ClassVar[str] = ""  # the kind of terminal it offers to others
    role: ClassVar[str] = (
        ""  # what it is in an energy balance: solar, load, grid, fuel, storage ...
    )
    balance: ClassVar[Mapping[str, float]] = {}  # sum of factor x change of field = 0, in kWh
    step_max_s: ClassVar[float] = math.inf  # the longest step at which `step` is valid
    fine_step_max_s: ClassVar[float] = math.inf  # the same for `fine`
    ahead_s: ClassVar[float] = 0.0  # how far past the end of a step `prepare` looks
    # Stepped outside the compiled loop and yet a bus: the types of the buses that stand for it
    # inside, each hung on the one before, and the wires between them and it ("bus.p_kw ~> p_kw").
    companions: ClassVar[Mapping[str, str]] = {}
    companion_wires: ClassVar[tuple[str, ...]] = ()
    alone: ClassVar[bool] = False  # as a companion: one for all units of its owner

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Collect the declarations of the class, those of its bases first."""
        super().__init_subclass__(**kwargs)
        found: dict[str, Field] = {}
        for base in reversed(cls.__mro__):
            found.update(declared_in(base))
        cls.fields = {name: one for name, one in found.items() if not one.setup}
        cls.setup = {name: one for name, one in found.items() if one.setup}

    def __init__(self, **values: Any) -> None:
        """One device in plain Python; what is not given keeps its default."""
        for name in values:
            if name not in self.fields:
                raise TypeError(f"{name} is not a field of {type_name(type(self))}")
        for name, field in self.fields.items():
            value = values.get(name, field.default)
            if field.type is list and name not in values:
                value = [0.0] * (field.size if isinstance(field.size, int) else 4096)
            if field.labels and isinstance(value, str):
                value = field.labels.index(value)
            setattr(self, name, field.type(value))


class AcDevice(Component):
    """A device on an alternating-current bus: it gives power and takes voltage and frequency.

    Declare `q_kvar` (out), `v_pu` or `f_hz` (inp) and they are joined to the bus as well.
    """

    joins = "ac"

    p_kw: float = out(0.0, "power delivered to the bus; negative when taken")


class Former(AcDevice):
    """A device that may hold a bus: it offers a range before the bus, and books its share after.

    The bus settles the offers of one rank before it calls on the next; within a rank the
    imbalance is shared in proportion to `k_kw_per_hz`. A former with k = 0 stays at `p0_kw`.
    """

    rank: int = param(2, "order in which the bus calls on its formers", ge=1, le=9)
    p_settled_kw: float = inp(0.0, "power that the bus settled for this step")
    p0_kw: float = state(0.0, "offer: power at nominal frequency", record=False)
    k_kw_per_hz: float = state(0.0, "offer: stiffness; 0 = holds nothing", record=False)
    p_min_kw: float = state(0.0, "offer: least power", record=False)
    p_max_kw: float = state(0.0, "offer: most power", record=False)

    def offer(self, dt_s: float) -> None:
        """State `p0_kw`, `k_kw_per_hz`, `p_min_kw` and `p_max_kw` for the coming step."""
        raise NotImplementedError


class Bus(Component):
    """The mirror-image terminal: takes the power of its devices, gives voltage and frequency.

    All but `f_hz` is filled in by the settlement of the bus; `step` books what follows from it.
    """

    holds = "ac"
    audited: ClassVar[bool] = True  # what enters is what leaves: nothing turns or is lost in it
    sourced: ClassVar[bool] = False  # what it offers itself holds it, whoever hangs on it

    p_source_kw: float = inp(0.0, "sum of what its devices deliver, formers left out", ge=0)
    p_demand_kw: float = inp(0.0, "sum of what its devices take, formers left out", ge=0)
    p_formers_kw: float = inp(0.0, "sum of what the bus settled with its formers")
    short_kw: float = inp(0.0, "what no former could give", ge=0)
    surplus_kw: float = inp(0.0, "what no former could take", ge=0)
    formed: bool = inp(False, "whether anything holds the bus")
    df_hz: float = inp(0.0, "frequency deviation of the former that moved last")


class Node(Bus, Former):
    """A bus that may itself hang on a bus, to which it is one former with all that is inside.

    ``fine_begin(dt_s)`` (fine regime) says what its devices see in this step, before they act;
    `offer` and `fine_offer` come after them, with what they offered, and say by `exchanging`
    whether it gives and takes outside; `step` and `fine` after both buses are settled.
    """

    joins = "ac"

    held: bool = inp(False, "it hangs on a bus")
    p0_inside_kw: float = inp(0.0, "what its formers offer at nominal frequency")
    k_inside_kw_per_hz: float = inp(0.0, "their stiffness together", ge=0)
    p_min_inside_kw: float = inp(0.0, "their least power")
    p_max_inside_kw: float = inp(0.0, "their most power")
    exchanging: bool = state(False, "power passes between it and the bus outside", record=False)
    own_kw: float = state(0.0, "power that it takes by itself", record=False)
    unmet_kw: float = state(0.0, "fine: what nobody could give", ge=0, record=False)
    unused_kw: float = state(0.0, "fine: what nobody could take", ge=0, record=False)


class Store(Component):
    """A store behind a converter: it publishes its limits and books the power that was taken."""

    joins = "dc"

    p_dc_kw: float = inp(0.0, "power taken at its terminals; negative when charged")
    p_discharge_max_kw: float = out(0.0, "most power it can give", ge=0, record=False)
    p_charge_max_kw: float = out(0.0, "most power it can take", ge=0, record=False)
    e_discharge_kwh: float = out(0.0, "energy it can still give", ge=0, record=False)
    e_charge_kwh: float = out(0.0, "energy it can still take", ge=0, record=False)


class Converter(Former):
    """A former that is also the direct-current bus of one store."""

    holds = "dc"

    p_discharge_max_kw: float = inp(0.0, "most power its store can give", ge=0)
    p_charge_max_kw: float = inp(0.0, "most power its store can take", ge=0)
    e_discharge_kwh: float = inp(0.0, "energy its store can still give", ge=0)
    e_charge_kwh: float = inp(0.0, "energy its store can still take", ge=0)
    p_dc_kw: float = out(0.0, "power taken from the store; negative when charged")


def type_name(cls: type[Component]) -> str:
    """The name of a component in a topology: its class in snake case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


_methods: dict[type[Component], Mapping[str, Any]] = {}


def methods_of(cls: type[Component]) -> Mapping[str, Any]:
    """The methods a component wrote itself, by name."""
    if cls not in _methods:
        _methods[cls] = _own_methods(cls)
    return _methods[cls]


def _own_methods(cls: type[Component]) -> Mapping[str, Any]:
    base = {Component, AcDevice, Former, Bus, Node, Store, Converter}
    found: dict[str, Any] = {}
    for owner in reversed(cls.__mro__):
        if owner in base or owner is object:
            continue
        found.update({k: v for k, v in vars(owner).items() if callable(v) and k[0] != "_"})
    return found


def turns_of(cls: type[Component], fine: bool) -> tuple[str, str]:
    """The methods that state an offer and that advance, in a regime; "" where there is none.

    A component without `fine` lives in the fine regime as in the coarse one; one with `fine` but
    no `fine_offer` stands by what it offered last.
    """
    own = methods_of(cls)
    if not (fine and "fine" in own):
        return "offer" if "offer" in own else "", "step" if "step" in own else ""
    return "fine_offer" if "fine_offer" in own else "", "fine"


def way_of(cls: type[Component]) -> str:
    """How it advances: ``step`` (compiled, in the cell), ``fleet_step`` or ``process``."""
    found = methods_of(cls)
    return next((way for way in ("process", "fleet_step") if way in found), "step")


def module_doc(cls: type[Component]) -> str:
    """The docstring of the file that holds a component."""
    return sys.modules[cls.__module__].__doc__ or ""
