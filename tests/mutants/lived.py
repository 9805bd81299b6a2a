"""Components that misbehave while they run."""

from __future__ import annotations

from tests.mutants.declared import LIVED
from tests.mutants.mutant import COMPILED, Q_KVAR, SOURCE, Mutant

LEARNT = "self.starts += 1"

LIVING = [
    Mutant(
        "heater",
        Q_KVAR,
        "self.q_kvar = random.random()",
        "check_repeats_itself",
        "heater.q_kvar differs the first time and the second time",
        (SOURCE, "check_units_are_apart", "check_resumes"),
        head="import random",
    ),
    Mutant(
        "heater",
        LEARNT,
        "self.starts -= 1",
        "check_stays_within_bounds",
        "heater.starts is -1, outside ge 0; hold it within, at step 1 of 1 s",
    ),
    Mutant(
        "heater",
        Q_KVAR,
        "self.q_kvar = 10.0 * self.q_kvar - 1.0",
        "check_stays_within_bounds",
        "heater.q_kvar is -inf, outside the finite numbers",
    ),
    Mutant(
        "heater",
        Q_KVAR,
        "self.orders[3] = math.inf",
        "check_stays_within_bounds",
        "heater.orders holds a number that is not finite",
    ),
    Mutant(
        "heater",
        LEARNT,
        "self.starts += need(self.curve, self.air_degc)",
        "check_stays_within_bounds",
        "a float in a whole number",
        ("check_resumes",),
    ),
    Mutant(
        "heater",
        LEARNT,
        "self.starts = 2**62 * 2 - 0 + self.starts",
        "check_stays_within_bounds",
        "more than a row holds",
        (SOURCE,),
    ),
    Mutant(
        "heater",
        Q_KVAR,
        "self.q_kvar = 1.0 / self.v_pu",
        "check_stays_within_bounds",
        "raised ZeroDivisionError: float division by zero; guard it, at step ",
        tuple(name for name in LIVED if name != "check_stays_within_bounds"),
    ),
    Mutant(
        "engine",
        "self.p_max_kw = self",
        "self.p_max_kw = -self",
        "check_offers_are_ranges",
        "p_min_kw is 0 above p_max_kw -100",
        ("check_stays_within_bounds",),
    ),
    Mutant(
        "engine",
        "self.k_kw_per_hz = 4.0",
        "self.k_kw_per_hz = -4.0",
        "check_offers_are_ranges",
        "k_kw_per_hz is -400",
    ),
    Mutant(
        "heater",
        Q_KVAR,
        "SEEN[0] += 1.0\n        self.q_kvar = SEEN[0]",
        "check_units_are_apart",
        "heater.q_kvar differs alone and among others",
        (SOURCE, "check_repeats_itself", "check_resumes"),
        head="SEEN = np.zeros(1)",
    ),
    Mutant(
        "heater",
        Q_KVAR,
        "self.q_kvar = self._last_kw\n        self._last_kw = self.p_kw",
        "check_resumes",
        "heater.q_kvar differs straight on and resumed",
        (SOURCE,),
        of_class="    _last_kw = 0.0",
    ),
    Mutant(
        "heater",
        Q_KVAR,
        "self.starts = int(1e300 * self.rated_kw) % 1000",
        COMPILED,
        "heater.starts differs in Python and compiled",
    ),
    Mutant(
        "heater",
        Q_KVAR,
        "self.q_kvar = (AIR_DEGC if self.allowed else 1.0) == 1.0",
        COMPILED,
        "heater does not run compiled: TypingError",
    ),
    Mutant(
        "engine",
        "self.lost_kwh += ",
        "self.lost_kwh += 0.999 * ",
        "check_energy_is_conserved",
        "engine: the sum over fuel_kwh, given_kwh, lost_kwh is",
    ),
]
