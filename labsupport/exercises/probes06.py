"""Probes of lesson 06: generators and greenlets that take turns.

What the probe's own coroutines saw is the evidence: who was resumed when, and with what.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from greenlet import getcurrent

from labsupport.exercises.verdicts import RIGHT, Verdict, wrong

Answer = Callable[..., Any]


def pass_the_ball(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `pass_ball(players, ball, turns)`: who was handed which ball, in which order."""
    return (_judge_passing(answer, 3, 7) or _judge_passing(answer, 2, 4) or RIGHT).as_json()


_ENDLESS = 500  # turns


class _EndlessGameError(Exception):
    """The answer goes on sending the ball."""


def _player(number: int, seen: list[tuple[int, Any]]) -> Generator[Any, Any, None]:
    ball = yield
    while True:
        if len(seen) >= _ENDLESS:
            raise _EndlessGameError
        seen.append((number, ball))
        ball = yield (ball if isinstance(ball, int) else 0) * 3 + number


def _judge_passing(answer: Answer, count: int, turns: int) -> Verdict | None:
    seen: list[tuple[int, Any]] = []
    try:
        last = answer([_player(number, seen) for number in range(count)], 5, turns)
    except _EndlessGameError:
        return wrong(
            f"{_ENDLESS} turns were played, {turns} were asked for, and there is no end.",
            "Count the turns: `for turn in range(turns)` ends by itself.",
        )
    except TypeError as error:
        if "just-started" not in str(error):
            raise
        return wrong(
            "a ball was sent to a player that had not run up to its first yield (TypeError: "
            f"{error}).",
            "A new generator stands before its first line. Bring each of them to its first "
            "yield with one next(), before the game.",
        )
    ball = 5
    names = "ABC"
    for turn, (number, got) in enumerate(seen):
        if got is None:
            return wrong(
                f"in turn {turn + 1} player {names[number]} was handed None.",
                "next() is send(None). It belongs before the game, once for each player.",
            )
        if number != turn % count:
            return wrong(
                f"turn {turn + 1} was played by {names[number]}; it was "
                f"{names[turn % count]}'s turn ({count} players).",
                "Each turn is the next player's; after the last one comes the first.",
            )
        if got != ball:
            return wrong(
                f"in turn {turn + 1} player {names[number]} was handed {got}; "
                f"{names[(turn - 1) % count]} had yielded {ball}.",
                "send returns what the player yields: that is the ball for the next one.",
            )
        ball = ball * 3 + number
    if len(seen) != turns:
        return wrong(
            f"{len(seen)} turns were played, and {turns} were asked for.",
            "One turn is one send to one player.",
        )
    if last != ball:
        said = "None" if last is None else repr(last)
        return wrong(
            f"pass_ball returned {said}; the last player yielded {ball}.", "Return the last ball."
        )
    return None


class _Stage:
    """Functions for `take_turns`; they note each step and the greenlet in which it happened."""

    def __init__(self) -> None:
        self.trace: list[str] = []
        self.ended: list[str] = []
        self.greenlets: dict[str, set[object]] = {}  # the objects: an id may be given again

    def make(self, name: str, pauses: int) -> Callable[[Callable[[], object]], None]:
        """Return f(pause), which makes `pauses` pauses in a helper."""

        def helper(pause: Callable[[], object], number: int) -> None:
            self.trace.append(f"{name}{number}")
            self.greenlets.setdefault(name, set()).add(getcurrent())
            if number <= pauses:
                pause()

        def function(pause: Callable[[], object]) -> None:
            for number in range(1, pauses + 2):
                helper(pause, number)
            self.ended.append(name)

        return function


def take_turns(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `take_turns(functions)`: the order of all steps, in greenlets of their own."""
    stage = _Stage()
    plan = {"A": 2, "B": 0, "C": 3}
    try:
        answer([stage.make(name, pauses) for name, pauses in plan.items()])
    except TypeError as error:
        if "missing 1 required positional argument: 'pause'" not in str(error):
            raise
        return wrong(
            "a function was called without its argument `pause`.",
            "The arguments of a greenlet's first switch() are those of its function.",
        ).as_json()
    return _judge_turns(stage, plan).as_json()


def _judge_turns(stage: _Stage, plan: dict[str, int]) -> Verdict:
    expected = ["A1", "B1", "C1", "A2", "C2", "A3", "C3", "C4"]
    said = " ".join(stage.trace) or "nothing at all"
    if missing := [name for name in plan if name not in stage.greenlets]:
        return wrong(
            f"only {len(plan) - len(missing)} of {len(plan)} functions were called.",
            "A greenlet starts with its first switch().",
        )
    home = getcurrent()
    if any(home in used for used in stage.greenlets.values()):
        return wrong(
            f"a function ran in the greenlet that called take_turns ({said}).",
            "Make a greenlet for each function: greenlet(function).",
        )
    if unfinished := [name for name in plan if name not in stage.ended]:
        return wrong(
            f"{len(unfinished)} of {len(plan)} functions never came to their end: they still "
            f"stand in pause() ({said}).",
            "Go on until each greenlet is dead.",
        )
    if len(set().union(*stage.greenlets.values())) != len(plan):
        return wrong("some functions shared a greenlet.", "Make a greenlet for each function.")
    if stage.trace != expected:
        if stage.trace == sorted(stage.trace):
            return wrong(
                f"they ran one after the other: {said}.",
                "pause() has to switch away, to the one that chooses who goes on.",
            )
        return wrong(
            f"the steps came in the order {said}, not {' '.join(expected)}.",
            "Keep those that can go on in a queue: take the first, append it at the end.",
        )
    return RIGHT
