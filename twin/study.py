"""Several variants of one scenario, each a run of its own in one folder.

They run side by side where cores and memory allow. A variant that fails leaves its reason, and the
others go on.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from twin import catalog
from twin.calendar import Calendar
from twin.problems import ComponentError, Problem, Problems
from twin.runner import Options, Outcome, run_scenario
from twin.workers import Lost, Tell, room_for, work_through

RUN_GB = 1.5  # memory that a run may need
TELL_S = 0.1  # a run tells no more often how far it is
AS_IT_STANDS = "as-it-stands"  # the folder of a run without variant; no variant can be named so

Told = Callable[[str, Calendar, int], None]  # hears how far the run of a folder is
Ended = Outcome | list[Problem] | Lost


@dataclass(frozen=True)
class Task:
    """One run of a study, and the name of its folder."""

    name: str
    variant: str
    seed: int | None = None

    @property
    def column(self) -> str:
        """Its variant, by the name of a folder."""
        return self.variant or AS_IT_STANDS


def tasks_of(variants: Iterable[str], seeds: Sequence[int] = ()) -> list[Task]:
    """A run of each variant, or one for each seed: seed by seed, so that all come equally far."""
    named = {variant: variant or AS_IT_STANDS for variant in variants}
    if not seeds:
        return [Task(name, variant) for variant, name in named.items()]
    return [Task(f"{named[v]}/seed-{seed}", v, seed) for seed in seeds for v in named]


def run_variants(
    scenario: str | Path,
    tasks: Sequence[Task],
    folder: Path,
    options: Options,
    told: Told = lambda *_: None,
) -> dict[str, Outcome]:
    """Run tasks of a scenario that was checked with all its variants; the outcome of each folder.

    What had not begun when it was interrupted is missing. Raises Problems where each is refused.
    """
    asked = [_options(options, task, folder) for task in tasks]
    work = partial(_run, scenario)

    def hear(place: int, what: tuple[Calendar, int]) -> None:
        told(tasks[place].name, *what)

    processes = room_for(len(tasks), RUN_GB)
    found: dict[int, Ended]
    if processes > 1:
        found = work_through(work, asked, processes, hear)
    else:
        found = _in_turn(work, asked, hear)
    refused = [one for one in found.values() if isinstance(one, list)]
    if refused and len(refused) == len(tasks):
        raise Problems(problem for own in refused for problem in own)
    return {tasks[place].name: _outcome(found[place], asked[place]) for place in sorted(found)}


def _options(options: Options, task: Task, folder: Path) -> Options:
    seeded = {} if task.seed is None else {"seed": task.seed}
    return replace(
        options,
        overrides={**options.overrides, **seeded},
        variant=task.variant,
        out=folder / task.name,
        checked=True,
    )


def _in_turn(
    work: Callable[[Options, Tell], Ended],
    asked: Sequence[Options],
    hear: Callable[[int, tuple[Calendar, int]], None],
) -> dict[int, Ended]:
    found: dict[int, Ended] = {}
    for place, options in enumerate(asked):
        found[place] = one = work(options, partial(hear, place))
        if isinstance(one, Outcome) and one.status == "interrupted":
            break
    return found


def _run(scenario: str | Path, options: Options, tell: Tell) -> Ended:
    """One run, wherever; of a mistake in it what there is to say."""
    if options.components:
        catalog.add_folder(options.components)
    last = [-TELL_S]

    def progress(calendar: Calendar, tick: int) -> None:
        if tick >= calendar.end or time.monotonic() - last[0] >= TELL_S:
            last[0] = time.monotonic()
            tell((calendar, tick))

    try:
        return run_scenario(scenario, options, progress)
    except Problems as problems:
        return problems.found
    except Exception as error:
        if not isinstance(error, ComponentError):
            traceback.print_exc(file=sys.stderr)
        return _failed(options, f"{type(error).__name__}: {error}")


def _outcome(ended: Ended, options: Options) -> Outcome:
    if isinstance(ended, Outcome):
        return ended
    reasons = [str(ended)] if isinstance(ended, Lost) else [str(problem) for problem in ended]
    return _failed(options, "; ".join(reasons))


def _failed(options: Options, reason: str) -> Outcome:
    assert options.out is not None
    return Outcome(options.out, "failed", reason, {}, (), {})
