"""Probes of lesson 06: coroutines on the lesson's loop, with a clock that waits for nothing.

What the probe's own coroutines saw is the evidence: who began when, and who was inside at once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labsupport.exercises.small_loop import Coro, LoopMisuse, SmallLoop, StillRunning
from labsupport.exercises.verdicts import RIGHT, Verdict, wrong

Answer = Callable[..., Any]

_YIELD_FROM = "A bare call of a coroutine runs nothing of it: run it with `yield from`."
_CALL_IT = "Spawn a coroutine: the result of calling a generator function, not the function."


def _no_coroutine(made: object, name: str) -> Verdict | None:
    """Return the verdict on an answer that must be a coroutine and is an ordinary function."""
    if inspect.isgenerator(made):
        return None
    what = "None" if made is None else f"an object of type {type(made).__name__}"
    return wrong(
        f"{name} returned {what} when it was called: it is no coroutine.",
        "A function with `yield` or `yield from` in it is one. Where does yours have to wait?",
    )


def gather_results(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `gather(loop, coros)`: side by side, all of them to their ends, results in order."""
    return (_judge_gathering(answer) or _judge_empty(answer) or RIGHT).as_json()


_PLAN: dict[str, tuple[float | None, ...]] = {
    "slow": (0.3,),
    "quick": (),
    "patient": (None, None, None),
    "middle": (0.1, None, 0.05),
}
_RESULTS: dict[str, Any] = {"slow": 1, "quick": None, "patient": [], "middle": "done"}


def _worker(name: str, loop: SmallLoop, begun: dict[str, float], ended: list[str]) -> Coro:
    begun[name] = loop.now
    yield from _PLAN[name]
    ended.append(name)
    return _RESULTS[name]


def _gather(answer: Answer, loop: SmallLoop, coros: list[Coro], out: list[Any]) -> Coro:
    out.append((yield from answer(loop, coros)))


def _judge_gathering(answer: Answer) -> Verdict | None:
    loop, begun = SmallLoop(), dict[str, float]()
    ended: list[str] = []
    out: list[Any] = []
    if fault := _no_coroutine(answer(SmallLoop(), []), "gather"):
        return fault
    coros = [_worker(name, loop, begun, ended) for name in _PLAN]
    try:
        loop.run(_gather(answer, loop, coros, out))
    except LoopMisuse as error:
        return wrong(f"{error}.", _CALL_IT)
    except StillRunning:
        return _judge_unended(begun, ended)
    if missing := [name for name in _PLAN if name not in begun]:
        return wrong(f"{len(missing)} of {len(_PLAN)} coroutines were never run.", _YIELD_FROM)
    if max(begun.values()) > 0.09:
        return wrong(
            "one of them began only when another one had ended: they do not run side by side.",
            "Spawn them all before you wait for the first.",
        )
    value = out[0]
    if value is None:
        return wrong("gather returned None.", "End it with `return`, followed by the results.")
    if not isinstance(value, list):
        return wrong(f"gather returned an object of type {type(value).__name__}.", "Return a list.")
    if len(value) < len(_PLAN):
        return wrong(
            f"gather returned {len(value)} results for {len(_PLAN)} coroutines.",
            "Wait until every one has ended; a result may be None or an empty list.",
        )
    if value != list(_RESULTS.values()):
        if sorted(map(repr, value)) == sorted(map(repr, _RESULTS.values())):
            return wrong(
                "all results are there, but not in the order of `coros`.",
                "They end in any order. Remember for each result which coroutine it belongs to.",
            )
        return wrong(
            f"gather returned {value!r}, not {list(_RESULTS.values())!r}.",
            "What a coroutine returns is the value of `yield from` on it.",
        )
    return None


def _judge_unended(begun: dict[str, float], ended: list[str]) -> Verdict:
    if not begun:
        return wrong(
            "none of the coroutines was ever started, and gather waits for them.", _YIELD_FROM
        )
    if len(ended) == len(_PLAN):
        return wrong(
            "all coroutines have ended, and gather goes on waiting.",
            "Which condition ends your loop? Is it true also when a result is None, an empty "
            'list or the string "done"?',
        )
    return wrong(
        f"{len(ended)} of {len(_PLAN)} coroutines have ended, the others are not resumed any more.",
        "Let the loop step them: spawn each of them once.",
    )


def _judge_empty(answer: Answer) -> Verdict | None:
    out: list[Any] = []
    try:
        loop = SmallLoop()
        loop.run(_gather(answer, loop, [], out))
    except StillRunning:
        return wrong("for an empty list gather waits for ever.", "Ask before you wait.")
    if out[0] != []:
        return wrong(f"for an empty list gather returned {out[0]!r}.", "It should be [].")
    return None


class _Room:
    """What the lock protects: notes who is inside."""

    def __init__(self) -> None:
        self.number = self.inside = self.most = self.entered = 0

    def add(self) -> Coro:
        """Add 1 with a pause between reading and writing; return the new number."""
        self.entered += 1
        self.inside += 1
        self.most = max(self.most, self.inside)
        number = self.number
        yield None
        yield 0.01
        self.number = number + 1
        self.inside -= 1
        return self.number

    def fail(self) -> Coro:
        """Raise after a pause."""
        yield None
        raise LookupError("the room is on fire")


def lock_for_coroutines(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `locked(lock, critical)`: results, one inside at a time, free after an exception."""
    fault = _no_coroutine(answer({"held": False}, _Room().add()), "locked")
    return (
        fault or _judge_alone(answer) or _judge_many(answer) or _judge_failing(answer) or RIGHT
    ).as_json()


def _store(coro: Coro, out: list[Any]) -> Coro:
    out.append((yield from coro))


def _judge_alone(answer: Answer) -> Verdict | None:
    room, out, lock = _Room(), list[Any](), {"held": False}
    try:
        loop = SmallLoop()
        loop.run(_store(answer(lock, room.add()), out))
    except StillRunning:
        return wrong(
            "with one coroutine and a free lock, locked never came to its end.",
            "A free lock keeps nobody waiting.",
        )
    if not room.number:
        return wrong("critical was not run.", _YIELD_FROM)
    if out != [1]:
        return wrong(
            f"critical returned 1, and locked returned {out[0]!r}.",
            "The value of `yield from critical` is what it returned: return it.",
        )
    if lock.get("held"):
        return wrong(
            "the lock is still held after critical has ended.", 'Set lock["held"] to False.'
        )
    return None


def _judge_many(answer: Answer) -> Verdict | None:
    room, lock, loop = _Room(), {"held": False}, SmallLoop()

    def adder() -> Coro:
        for _ in range(20):
            yield from answer(lock, room.add())

    try:
        loop.spawn(adder())
        loop.spawn(adder())
        loop.run(adder())
    except StillRunning:
        return wrong(
            f"three coroutines with 20 additions each do not come to their end; the number is "
            f"{room.number}.",
            "Who waits must look again and again whether the lock is free, with a pause between.",
        )
    if room.most > 1:
        return wrong(
            f"{room.most} were inside at once; the number is {room.number} and should be 60.",
            "Between the moment in which you see a free lock and the one in which you take it, "
            "there must be no pause.",
        )
    return None


def _judge_failing(answer: Answer) -> Verdict | None:
    room, lock, caught = _Room(), {"held": False}, list[str]()

    def failing() -> Coro:
        try:
            yield from answer(lock, room.fail())
        except LookupError as error:
            caught.append(str(error))

    def after() -> Coro:
        yield from answer(lock, room.add())

    try:
        loop = SmallLoop()
        loop.spawn(failing())
        loop.run(after())
    except StillRunning:
        return wrong(
            "critical raised, and after that nobody gets the lock any more.",
            "try … finally frees the lock on every way out.",
        )
    if not caught:
        return wrong(
            "critical raised a LookupError, and locked swallowed it.",
            "Free the lock in a finally; an except is not needed.",
        )
    return None
