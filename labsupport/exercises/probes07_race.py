"""Probe of lesson 07, *Take the first answer*: who returned, and who is still under way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
from gevent.exceptions import LoopExit

from labsupport.exercises.probes07 import be_quiet, never_ends
from labsupport.exercises.verdicts import RIGHT, Verdict, wrong

Answer = Callable[..., Any]


class _TooLong(BaseException):
    """The answer has not returned in time; no Exception, so that it is not caught by chance."""


class _Race:
    """Functions that answer after some time, and note how they end."""

    def __init__(self) -> None:
        self.begun = self.most = self.under_way = 0

    def runner(self, seconds: float, value: object) -> Callable[[], object]:
        """Return a function that returns `value` after `seconds`."""

        def run() -> object:
            self.begun += 1
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            try:
                gevent.sleep(seconds)
            finally:
                self.under_way -= 1
            return value

        return run


def first_answer(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `first_answer(tasks, seconds)`: the first result, nobody left, None in time."""
    be_quiet()
    try:
        return (
            _judge_race(answer, 0.1, "quick") or _judge_race(answer, 0.05, 0) or _judge_late(answer)
        ).as_json()
    except LoopExit:
        return never_ends("first_answer").as_json()


def _judge_race(answer: Answer, seconds: float, value: object) -> Verdict | None:
    race = _Race()
    tasks = [race.runner(60, "never"), race.runner(seconds, value), race.runner(2, "slow")]
    try:
        with gevent.Timeout(1.5 + seconds, _TooLong):
            found = answer(tasks, 30)
    except _TooLong:
        if race.most < len(tasks):
            return wrong(
                f"only {race.most} of {len(tasks)} tasks ran at once, and a slow one holds up all.",
                "Spawn all of them before you wait.",
            )
        return wrong(
            "one task had answered, and first_answer went on waiting for the others.",
            "Let each task put its answer into a Queue: get() returns with the first one.",
        )
    if race.most < len(tasks):
        return wrong(
            f"only {race.most} of {len(tasks)} tasks ran at once.", "Spawn all of them first."
        )
    if found is None and value is not None:
        return wrong(
            f"one task returned {value!r} in time, and first_answer returned None.",
            "Return what get() gives. A result may also be 0 or an empty string.",
        )
    if found != value:
        return wrong(f"the first answer was {value!r}, not {found!r}.", "Return the first one.")
    return _left(race)


def _left(race: _Race) -> Verdict | None:
    if race.under_way:
        many = "1 task is" if race.under_way == 1 else f"{race.under_way} tasks are"
        return wrong(
            f"first_answer has returned, and {many} still under way.",
            "gevent.killall ends them all and waits until they are dead; in a `finally` it also "
            "runs after a return.",
        )
    return None


def _judge_late(answer: Answer) -> Verdict:
    race = _Race()
    try:
        with gevent.Timeout(2.0, _TooLong):
            found = answer([race.runner(60, "a"), race.runner(60, "b")], 0.1)
    except _TooLong:
        return wrong(
            "nobody answered within 0.1 seconds, and first_answer was still waiting after 2.",
            "get(timeout=seconds) raises Empty when the time is over.",
        )
    except Exception as error:
        return wrong(
            f"nobody answered in time, and {type(error).__name__} came out of first_answer.",
            "Catch it and return None.",
        )
    if found is not None:
        return wrong(f"nobody answered in time, and it returned {found!r}.", "Return None then.")
    return _left(race) or RIGHT
