from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.it_load import ItLoad
from components.training_job import TrainingJob


def fine(job: TrainingJob, dt_s: float, seconds: float) -> np.ndarray:
    """Utilisation in each fine step."""
    found = []
    for _ in range(round(seconds / dt_s)):
        job.fine(dt_s)
        found.append(job.utilisation_pu)
    return np.array(found)


@given(
    wave=st.sampled_from(["square", "sine"]),
    frequency=st.sampled_from([0.1, 0.5, 1.0, 3.0, 10.0]),
    duty=st.floats(0.0, 1.0),
    ends=st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)),
    steps=st.sampled_from([1, 3, 10, 97]),
)
def test_whole_iterations_are_as_busy_as_the_coarse_mean_at_any_step(
    wave: str, frequency: float, duty: float, ends: tuple[float, float], steps: int
) -> None:
    given = {"wave": wave, "frequency_hz": frequency, "duty_pu": duty}
    given |= {"busy_pu": max(ends), "idle_pu": min(ends)}
    coarse = TrainingJob(**given)
    coarse.step(900.0)
    lived = fine(TrainingJob(**given), 1.0 / (frequency * steps), 1.0 / frequency)

    assert lived.mean() == pytest.approx(coarse.utilisation_pu, abs=1e-9)


def test_machines_compute_for_seven_tenths_of_a_second_and_exchange_for_three() -> None:
    lived = fine(TrainingJob(frequency_hz=1.0, duty_pu=0.7, idle_pu=0.2), 0.001, 1.0)

    assert lived[:699] == pytest.approx(np.full(699, 1.0), abs=1e-9)
    assert lived[701:] == pytest.approx(np.full(299, 0.2), abs=1e-9)
    assert lived.mean() == pytest.approx(0.2 + 0.8 * 0.7, abs=1e-12)


def test_sine_is_sampled_by_its_mean_over_a_step() -> None:
    lived = fine(TrainingJob(wave="sine", frequency_hz=10.0, idle_pu=0.0), 0.001, 1.0)
    edges = np.arange(1001) * 0.001
    turns = 2 * np.pi * 10.0 * edges
    means = 0.5 - 0.5 * np.diff(np.cos(turns)) / np.diff(turns)

    assert lived == pytest.approx(means, abs=1e-9)


def test_room_that_trains_swings_by_its_dynamic_power_and_keeps_its_energy() -> None:
    """8 iterations of 0.4 Hz at a millisecond, against 20 s in one coarse step."""
    given = {"frequency_hz": 0.4, "duty_pu": 0.6, "idle_pu": 0.1}
    room = {"rated_kw": 100.0, "idle_pu": 0.4, "pue_pu": 1.2, "ups_efficiency_pu": 0.96}
    job, seen = TrainingJob(**given), ItLoad(**room)
    powers = []
    for _ in range(20_000):
        job.fine(0.001)
        seen.utilisation_pu = job.utilisation_pu
        seen.fine(0.001)
        powers.append(-seen.p_kw)
    mean = TrainingJob(**given)
    mean.step(20.0)
    coarse = ItLoad(utilisation_pu=mean.utilisation_pu, **room)
    coarse.step(20.0)

    assert max(powers) - min(powers) == pytest.approx(100.0 * 0.6 * 0.9 * 1.2 / 0.96)
    assert seen.energy_kwh == pytest.approx(coarse.energy_kwh, rel=1e-9)


def test_job_that_does_not_run_leaves_the_machines_idle() -> None:
    job = TrainingJob(running=False)
    job.step(60.0)

    assert job.utilisation_pu == 0.0
