"""One declaration gives a component everything."""

from __future__ import annotations

import pytest

from twin.component import (
    AcDevice,
    Component,
    Former,
    Kind,
    Vector,
    delay_line,
    inp,
    methods_of,
    module_doc,
    out,
    param,
    state,
    type_name,
    vector,
    way_of,
)

OFF, ON = 0, 1


class HeatPump(AcDevice):
    """A heat pump that does what it is told."""

    rated_kw: float = param(5.0, "rated power", gt=0)
    order_s: float = param(1.0, "time an order takes", ge=0)
    site: int = param(0, "where it stands", labels=("roof", "cellar"))
    allowed: bool = inp(True, "may run")
    starts: int = state(0, "times it was started", ge=0)
    orders: Vector = delay_line("order_s", "orders on their way")
    window: Vector = vector(3, "the last three powers")
    heat_kw: float = out(0.0, "heat given")

    def step(self, dt_s: float) -> None:
        self.p_kw = -self.rated_kw


class Library(Component):
    """One that a library advances."""

    def fleet_step(self, rows: object, t_s: float, dt_s: float) -> None: ...


class Bakery(HeatPump):
    """A heat pump with another rating and one field more."""

    rated_kw: float = param(50.0, "rated power", gt=0)
    loaves: int = state(0, "loaves baked")


def test_fields_stand_in_the_order_of_declaration_those_of_the_base_first() -> None:
    assert list(HeatPump.fields)[:4] == ["p_kw", "rated_kw", "order_s", "site"]


def test_a_subclass_changes_a_field_in_its_place() -> None:
    assert list(Bakery.fields) == [*HeatPump.fields, "loaves"]
    assert (Bakery().rated_kw, HeatPump().rated_kw) == (50.0, 5.0)


def test_a_field_knows_its_kind_type_and_unit() -> None:
    heat, starts = HeatPump.fields["heat_kw"], HeatPump.fields["starts"]
    assert (heat.kind, heat.type, str(heat.unit)) == (Kind.OUT, float, "kw")
    assert (starts.kind, starts.type, starts.unit) == (Kind.STATE, int, None)


def test_a_device_has_its_defaults_and_what_it_is_given() -> None:
    pump = HeatPump(rated_kw=7)
    assert (pump.rated_kw, pump.allowed, pump.starts) == (7.0, True, 0)
    assert type(pump.rated_kw) is float


def test_an_unknown_field_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="rated_kva is not a field of heat_pump"):
        HeatPump(rated_kva=7.0)


def test_a_labelled_number_may_be_written_as_a_word() -> None:
    assert HeatPump(site="cellar").site == 1


@pytest.mark.parametrize(("value", "fits"), [(0.0, False), (1e-9, True), (float("inf"), False)])
def test_bounds_hold_for_finite_numbers(value: float, fits: bool) -> None:
    assert HeatPump.fields["rated_kw"].within(value) is fits


def test_bounds_are_named_as_pydantic_names_them() -> None:
    assert HeatPump.fields["starts"].bounds == {"ge": 0}


def test_devices_share_no_vector() -> None:
    one, other = HeatPump(), HeatPump()
    one.window[0] = 1.0
    assert other.window == [0.0, 0.0, 0.0]


def test_a_step_is_plain_python() -> None:
    pump = HeatPump()
    pump.step(1.0)
    assert pump.p_kw == -5.0


def test_a_former_without_an_offer_says_so() -> None:
    with pytest.raises(NotImplementedError):
        Former().offer(1.0)


def test_only_methods_of_the_author_count() -> None:
    assert list(methods_of(HeatPump)) == ["step"]


def test_there_is_one_way_to_advance() -> None:
    assert [way_of(cls) for cls in (HeatPump, Library)] == ["step", "fleet_step"]


def test_the_name_in_a_topology_is_the_class_in_snake_case() -> None:
    assert type_name(HeatPump) == "heat_pump"


def test_the_file_speaks_for_its_component() -> None:
    assert module_doc(HeatPump) == __doc__
