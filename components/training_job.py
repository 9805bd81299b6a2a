"""Machines that train a model together: busy while they compute, nearly idle while they exchange.

Every iteration all of them swing at once between `busy_pu` and `idle_pu`, as a square wave that
computes for `duty_pu` of it, or as a sine between both:

    mean = idle + (busy - idle) duty        square; of a sine half of the sum

Coarse, utilisation is the mean. Fine, it is the mean of the wave over each step, by its integral,
so that the energy of whole iterations is the same at any step; the phase goes on through both. Wire
it to the utilisation of an `it_load`.

Swings of such jobs are reported between 0.2 and 3 Hz, limits of utilities from 0.1 to 20 Hz
(Choukse et al. 2025, arXiv 2508.14318: the abstract was read, the frequencies in a review of it).
That machines fall close to idle is said there too; the numbers here are assumptions. Leaves out:
checkpoints, starts and ends of a job, ramps between the phases, jitter from iteration to iteration,
the smoothing that makers offer.
"""

from __future__ import annotations

import math

from twin.component import Component, inp, out, param, state

SQUARE, SINE = 0, 1
WAVES = ("square", "sine")
TURN = 2.0 * math.pi


class TrainingJob(Component):
    """Utilisation that swings with the iterations of a training job."""

    role = "shape"

    wave: int = param(SQUARE, "how it swings", labels=WAVES)
    frequency_hz: float = param(1.0, "iterations a second; an assumption", gt=0, le=20)
    busy_pu: float = param(1.0, "utilisation while it computes; an assumption", ge=0, le=1)
    idle_pu: float = param(0.2, "while it exchanges; an assumption", ge=0, le=1)
    duty_pu: float = param(0.7, "square: computes for, of an iteration; assumed", ge=0, le=1)

    running: bool = inp(True, "the job runs; otherwise the machines are idle")

    phase_pu: float = state(0.0, "how far an iteration has come", ge=0, le=1, record=False)
    utilisation_pu: float = out(0.0, "how busy the machines are", ge=0, le=1)

    def step(self, dt_s: float) -> None:
        """As busy as in the mean of an iteration."""
        self.utilisation_pu = 0.0
        if self.running:
            share = self.duty_pu if self.wave == SQUARE else 0.5
            self.utilisation_pu = self.idle_pu + (self.busy_pu - self.idle_pu) * share
            self.phase_pu = (self.phase_pu + self.frequency_hz * dt_s) % 1.0

    def fine(self, dt_s: float) -> None:
        """As busy as in the mean of the wave over this step."""
        self.utilisation_pu = 0.0
        if self.running:
            turned = self.frequency_hz * dt_s
            gained = busy_turns(self, self.phase_pu + turned) - busy_turns(self, self.phase_pu)
            share = min(max(gained / turned, 0.0), 1.0)
            self.utilisation_pu = self.idle_pu + (self.busy_pu - self.idle_pu) * share
            self.phase_pu = (self.phase_pu + turned) % 1.0


def busy_turns(job: TrainingJob, turns: float) -> float:
    """How much of so many iterations it computed, from the beginning of one."""
    if job.wave == SINE:
        return 0.5 * (turns + (1.0 - math.cos(TURN * turns)) / TURN)
    whole = math.floor(turns)
    return whole * job.duty_pu + min(turns - whole, job.duty_pu)
