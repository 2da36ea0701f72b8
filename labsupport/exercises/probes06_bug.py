"""Probe of lesson 06, *Find the bug*: sleepers and pollers on the learner's loop, in real time.

Once the sleeper's time is over, the poller counts its own turns: a busy machine makes them slower,
and not more.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from labsupport.exercises.small_loop import Coro
from labsupport.exercises.verdicts import RIGHT, Verdict, wrong

Answer = Callable[..., Any]
_NAP = 0.05  # seconds that the sleeper asks for
_LATE = 1000  # turns of the poller after that; a loop that looks at its timers needs one


class _StarvedError(Exception):
    """The poller had all the turns after the sleeper's time was over."""


def wake_the_sleeper(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `run_all(coros)`: sleepers wake beside a poller, not early, and nobody is held up."""
    return (
        _judge_poller(answer) or _judge_sleepers(answer) or _judge_counter(answer) or RIGHT
    ).as_json()


def _judge_poller(answer: Answer) -> Verdict | None:
    asked: list[str] = []
    woken: list[str] = []

    def poller() -> Coro:
        begin, late = 0.0, 0
        while not woken:
            if asked and not begin:  # by now the loop has read the clock for the timer
                begin = time.monotonic()
            late += not asked or time.monotonic() - begin > _NAP
            if late > _LATE:
                raise _StarvedError
            yield None

    def sleeper() -> Coro:
        asked.append("sleeper")
        yield _NAP
        woken.append("sleeper")

    try:
        answer([poller(), sleeper()])
    except _StarvedError:
        if not asked:
            return wrong(
                "one coroutine got all the turns; the second one was not even started.",
                "Who has made a step goes to the end of `ready`.",
            )
        return wrong(
            f"a sleeper asked for {_NAP:g} seconds. They were over, and {_LATE} turns later it "
            "was still asleep: all turns went to a coroutine that polls.",
            "When does the loop look at its timers? Follow one turn by hand, with one "
            "coroutine in `ready` and one in `timers`.",
        )
    if not woken:
        return wrong(
            "run_all returned, and a sleeper had not been woken.",
            "As long as there is a timer, the loop is not at its end.",
        )
    return None


@contextlib.contextmanager
def _counted_clock() -> Iterator[list[float]]:
    """Note each look at time.monotonic: processor time says little on a busy machine."""
    looks: list[float] = []
    original = time.monotonic

    def monotonic() -> float:
        looks.append(original())
        return looks[-1]

    time.monotonic = monotonic
    try:
        yield looks
    finally:
        time.monotonic = original


def _judge_sleepers(answer: Answer) -> Verdict | None:
    early: list[float] = []
    ended: list[float] = []

    def sleeper(seconds: float) -> Coro:
        begin = time.monotonic()
        yield seconds
        if time.monotonic() - begin < seconds:
            early.append(seconds)
        ended.append(seconds)

    with _counted_clock() as looks:
        answer([sleeper(0.3), sleeper(0.1), sleeper(0.2)])
    if len(ended) < 3:
        return wrong(
            f"{len(ended)} of 3 sleepers came to their end.", "Every timer brings one back."
        )
    if early:
        return wrong(
            "a sleeper was woken before its time.",
            "A timer is due when its time is not later than the clock's.",
        )
    if len(looks) > 1000:
        return wrong(
            f"while all of them slept, the loop spun: it looked at the clock {len(looks):,} times.",
            "When nobody is ready, time.sleep until the earliest timer is due.",
        )
    return None


def _judge_counter(answer: Answer) -> Verdict | None:
    trace: list[str] = []

    def counter() -> Coro:
        for number in range(3):
            trace.append(str(number))
            yield None

    def sleeper() -> Coro:
        yield 0.5
        trace.append("woken")

    answer([sleeper(), counter(), counter()])
    if trace[-1] != "woken":
        return wrong(
            "two coroutines that were ready had to wait until a sleeper's time was over.",
            "The loop may sleep only when nobody is ready.",
        )
    if trace[:6] != ["0", "0", "1", "1", "2", "2"]:
        return wrong(
            f"two counters did not take turns: their steps came as {' '.join(trace[:6])}.",
            "Who has made a step goes to the end of `ready`.",
        )
    return None
