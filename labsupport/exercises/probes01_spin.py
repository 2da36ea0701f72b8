"""The probe of lesson 01's exercise `spin_meanwhile`: who moves while the job runs?"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labsupport.exercises.verdicts import RIGHT, Verdict, without_addresses, wrong

_LOOK = 0.02  # seconds between two looks of a job whether it was spun
_LONG = 75  # looks after which a job that sees no spin gives up
_MOST_SPINS = 60  # in about half a second: a twentieth of a second apart they are ten


class _Stage:
    """A job and a spin that see each other: the job ends when it was spun often enough."""

    def __init__(self, wanted: int, error: Exception | None = None) -> None:
        self.wanted, self.error = wanted, error
        self.value = object()
        self.before = self.during = self.after = 0
        self._running, self._over = False, False

    def job(self) -> object:
        """Wait for the spins, then return a value that nobody can guess, or raise."""
        self._running = True
        for _ in range(_LONG):  # counted: on a busy machine spins and looks take longer
            if self.during >= self.wanted:
                break
            time.sleep(_LOOK)  # not an Event: who waits without a clock looks like a deadlock
        time.sleep(0.1)  # here an endless loop of spins would be counted
        self._running, self._over = False, True
        if self.error is not None:
            raise self.error
        return self.value

    def spin(self) -> None:
        """Count a spin."""
        if self._running:
            self.during += 1
        elif self._over:
            self.after += 1
        else:
            self.before += 1


def spin_meanwhile(answer: Callable[..., Any], folder: Path) -> dict[str, Any]:
    """Judge `run_with_spinner(job, spin)`: it spins while the job runs; value and error arrive."""
    first = _Stage(wanted=7)
    value = answer(first.job, first.spin)
    if fault := _fault_in_spins(first):
        return fault.as_json()
    if value is not first.value:
        return wrong(
            f"the job's value was lost: run_with_spinner returned {without_addresses(repr(value))}",
            "The future of the job has it: result().",
        ).as_json()
    second = _Stage(wanted=2, error=ValueError("the job failed"))
    try:
        value = answer(second.job, second.spin)
    except ValueError as error:
        return (_fault_in_spins(second) or RIGHT).as_json() if error is second.error else _lost()
    return _lost()


def _lost() -> dict[str, Any]:
    return wrong(
        "a job raised ValueError, and run_with_spinner did not raise it.",
        "result() of the job's future raises what the job raised.",
    ).as_json()


def _fault_in_spins(stage: _Stage) -> Verdict | None:
    spins = stage.during + stage.after + stage.before
    if not stage.during:
        when = f"all {spins} of them outside of it" if spins else "never"
        return wrong(
            f"spin was not called while the job ran: {when}.",
            "The job must run in a thread of its own, so that this one can spin.",
        )
    if stage.during < stage.wanted:
        return wrong(
            f"spin was called {stage.during} times, then no more, although the job still ran.",
            "Spin until the job is done, not a fixed number of times: ask future.done().",
        )
    if stage.during > _MOST_SPINS:
        return wrong(
            f"spin was called more than {_MOST_SPINS} times in a moment, without a pause.",
            "Such a loop takes the GIL from the job. Sleep for a twentieth of a second each time.",
        )
    if stage.after > 3:  # a busy machine delays the news that the job is done
        return wrong(
            f"spin was called {stage.after} times after the job had ended.",
            "Ask before every spin whether the job is done.",
        )
    return None
