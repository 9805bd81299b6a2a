from __future__ import annotations

from components.dispatcher import FREQUENCY, STORAGE, Dispatcher


def watched(dispatcher: Dispatcher, f_hz: float, seconds: float, soc_pu: float = 1.0) -> bool:
    """Whether it calls after some time at a frequency."""
    dispatcher.f_hz, dispatcher.soc_pu = f_hz, soc_pu
    for _ in range(round(seconds / 0.1)):
        dispatcher.step(0.1)
    return dispatcher.call


def test_a_frequency_that_stays_low_calls() -> None:
    dispatcher = Dispatcher(f_below_hz=49.8, below_s=1.0)
    assert not watched(dispatcher, 49.7, 0.9)
    assert watched(dispatcher, 49.7, 0.1)
    assert dispatcher.cause == FREQUENCY


def test_a_short_dip_calls_nobody() -> None:
    dispatcher = Dispatcher()
    for _ in range(10):
        watched(dispatcher, 49.5, 0.8)
        assert not watched(dispatcher, 50.0, 0.2)


def test_the_call_is_taken_back_when_all_has_been_well_for_long_enough() -> None:
    dispatcher = Dispatcher(well_s=60.0, hold_s=0.0)
    watched(dispatcher, 49.5, 2.0)
    assert watched(dispatcher, 49.85, 600.0)
    assert watched(dispatcher, 50.0, 59.9)
    assert not watched(dispatcher, 50.0, 0.1)


def test_a_call_stands_for_its_least_time() -> None:
    dispatcher = Dispatcher(well_s=0.0, hold_s=100.0)
    watched(dispatcher, 49.5, 1.0)
    assert watched(dispatcher, 50.0, 99.9)
    assert not watched(dispatcher, 50.0, 0.2)


def test_storage_that_runs_empty_calls_too() -> None:
    dispatcher = Dispatcher(soc_below_pu=0.2, soc_well_pu=0.6, well_s=1.0, hold_s=0.0)
    assert not watched(dispatcher, 50.0, 10.0, soc_pu=0.21)
    assert watched(dispatcher, 50.0, 0.1, soc_pu=0.2)
    assert dispatcher.cause == STORAGE
    assert watched(dispatcher, 50.0, 10.0, soc_pu=0.5)
    assert not watched(dispatcher, 50.0, 1.1, soc_pu=0.6)


def test_what_has_no_bound_is_not_watched() -> None:
    assert not watched(Dispatcher(f_below_hz=0.0), 0.0, 10.0, soc_pu=0.0)


def test_help_does_not_send_itself_home() -> None:
    """100 kW of help where a hertz is worth 500 kW: without it, 49.8 Hz."""
    dispatcher = Dispatcher(well_s=60.0, hold_s=0.0, bias_kw_per_hz=500.0)
    watched(dispatcher, 49.5, 2.0)
    dispatcher.help_kw = 100.0
    assert watched(dispatcher, 50.0, 120.0)
    dispatcher.help_kw = 40.0
    assert not watched(dispatcher, 50.0, 61.0)
