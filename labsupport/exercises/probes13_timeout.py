"""Probe of lesson 13's wait with a limit: on real sockets, with a clock that waits for nothing."""

from __future__ import annotations

import functools
import inspect
import socket
import time
from collections.abc import Callable
from pathlib import Path
from selectors import EVENT_READ
from typing import Any

from labsupport.exercises.loop_scene import FINALLY, NEAR, WATCHDOG, Scene
from labsupport.exercises.selector_loop import Coro, Loop
from labsupport.exercises.verdicts import RIGHT, Failed, wrong

Answer = Callable[..., Any]

_MANY = 30


def timeout_trap(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `readable_within(loop, sock, seconds)`: in time, too late, once, nothing left."""
    try:
        for judge in (
            _is_coroutine,
            _too_late,
            _in_time,
            _next_wait,
            _again,
            _nothing_at_all,
            _both_at_once,
            _cancelled,
            _many,
            _real_time,
        ):
            judge(answer)
    except Failed as failed:
        return wrong(failed.reason, failed.step).as_json()
    return RIGHT.as_json()


def _is_coroutine(answer: Answer) -> None:
    with Scene(answer) as scene:
        made = answer(scene.loop, scene.ours, 1)
        if not inspect.isgenerator(made):
            what = "None" if made is None else f"an object of type {type(made).__name__}"
            raise Failed(
                f"readable_within returned {what} when it was called: it is no coroutine.",
                "A function with `yield` in it is one.",
            )
        made.close()


def _too_late(answer: Answer) -> None:
    occasion = "nothing came, and the limit was 0.3 seconds"
    with Scene(answer) as scene:
        out: list[tuple[str, float]] = []
        others: list[float] = []

        def other() -> Coro:
            yield 0.15
            others.append(scene.script.now)

        def main() -> Coro:
            scene.loop.spawn(other())
            yield None
            turns = scene.script.turns
            yield from scene.wait(0.3, out)
            if not others:
                raise Failed(
                    "while it waited, no other task had a turn: it blocks the loop.",
                    "Yield, and let the loop's selector wait.",
                )
            scene.expect(out[0], "time-out", 0.3, occasion)
            if (used := scene.script.turns - turns) > 10:
                raise Failed(
                    f"{occasion}; it took {used} turns of the loop: it asks again and again.",
                    "Yield (sock, EVENT_READ), and be woken.",
                )
            yield from scene.expect_clean(occasion)

        scene.run(main(), occasion)


def _in_time(answer: Answer) -> None:
    occasion = "data came after 0.1 seconds of 5"
    with Scene(answer) as scene:
        out: list[tuple[str, float]] = []

        def main() -> Coro:
            yield from scene.wait(5, out)
            yield from scene.expect_clean(occasion)

        scene.data_at(0.1)
        scene.run(main(), occasion)
        scene.expect(out[0], "data", 0.1, occasion)


def _next_wait(answer: Answer) -> None:
    occasion = "data came in time, and then the task slept"
    with Scene(answer) as scene:
        out: list[tuple[str, float]] = []
        woken: list[float] = []

        def main() -> Coro:
            yield from scene.wait(0.3, out)
            yield 1.0
            woken.append(scene.script.now)
            yield scene.ours, EVENT_READ
            woken.append(scene.script.now)

        scene.data_at(0.1, 2.0)
        scene.run(main(), occasion)
        for now, wanted in zip(woken, (1.1, 2.0), strict=True):
            if abs(now - wanted) > NEAR:
                raise Failed(f"{occasion}; it was woken at {now:.2g}, not at {wanted}.", FINALLY)


def _again(answer: Answer) -> None:
    occasion = "a time-out was over, and the task waited for the same socket again"
    with Scene(answer) as scene:
        out: list[tuple[str, float]] = []

        def main() -> Coro:
            yield from scene.wait(0.3, out)
            yield from scene.wait(0.3, out)
            yield from scene.wait(2, out)

        scene.data_at(1.0)
        scene.run(main(), occasion)
        for found, wanted in zip(
            out, (("time-out", 0.3), ("time-out", 0.6), ("data", 1)), strict=True
        ):
            scene.expect(found, *wanted, occasion)


def _nothing_at_all(answer: Answer) -> None:
    for there in (False, True):
        occasion = f"the limit was 0 seconds, and {'data' if there else 'nothing'} was there"
        with Scene(answer) as scene:
            out: list[tuple[str, float]] = []
            if there:
                scene.theirs.send(b"x")
            scene.run(scene.wait(0, out), occasion)
            scene.expect(out[0], "data" if there else "time-out", 0, occasion)


def _both_at_once(answer: Answer) -> None:
    occasion = "data and the end of the time came in one turn of the loop"
    with Scene(answer) as scene:
        out: list[tuple[str, float]] = []

        def hold_up() -> None:
            scene.theirs.send(b"x")
            scene.script.now += 1

        def main() -> Coro:
            yield from scene.wait(0.3, out)
            yield from scene.expect_clean(occasion)

        scene.script.at(0.2, hold_up)
        scene.run(main(), occasion)
        scene.expect(out[0], "data", 1.2, occasion)


def _cancelled(answer: Answer) -> None:
    occasion = "a task was cancelled in its wait"
    with Scene(answer) as scene:

        def main() -> Coro:
            task = scene.loop.spawn(scene.wait(5, []))
            yield 0.1
            scene.loop.cancel(task)
            yield from scene.expect_clean(occasion)
            if task.ending is None or isinstance(task.ending, StopIteration):
                raise Failed(f"{occasion}, and it went on.", "Let other exceptions through.")

        scene.run(main(), occasion)


def _many(answer: Answer) -> None:
    occasion = f"{_MANY} tasks waited, each with a limit of its own"
    with Scene(answer) as scene:
        pairs = [socket.socketpair() for _ in range(_MANY)]
        ended: list[tuple[float, int, str]] = []

        def one(number: int) -> Coro:
            # Every third one hears something before its time is up. 7 and 30 have no divisor.
            limit = (number * 7 % _MANY + 1) / 10
            try:
                yield from answer(scene.loop, pairs[number][0], limit)
                ended.append((scene.script.now, number, "data"))
            except TimeoutError:
                ended.append((scene.script.now, number, "time-out"))

        def main() -> Coro:
            tasks = [scene.loop.spawn(one(number)) for number in range(_MANY)]
            while not all(task.ending for task in tasks):
                yield 0.01
            yield from scene.expect_clean(occasion)

        for number in range(0, _MANY, 3):
            limit = (number * 7 % _MANY + 1) / 10
            scene.script.at(limit / 2, functools.partial(pairs[number][1].send, b"x"))
        scene.run(main(), occasion)
        for pair in pairs:
            for end in pair:
                end.close()
    for now, number, kind in ended:
        limit = (number * 7 % _MANY + 1) / 10
        wanted = ("data", limit / 2) if number % 3 == 0 else ("time-out", limit)
        scene.expect((kind, now), *wanted, f"{occasion}; one with {limit:g} seconds")
    if len(ended) < _MANY:
        raise Failed(f"{occasion}, and {len(ended)} of them came to their end.", WATCHDOG)


def _real_time(answer: Answer) -> None:
    occasion = "on a real clock nothing came, and the limit was 0.02 seconds"
    loop, seen = Loop(), list[float]()
    ours, theirs = socket.socketpair()
    ours.setblocking(False)

    def main() -> Coro:
        begin = time.monotonic()
        try:
            yield from answer(loop, ours, 0.02)
        except TimeoutError:
            seen.append(time.monotonic() - begin)

    with ours, theirs:
        loop.run(main())
    if not seen or seen[0] < 0.02:
        raise Failed(
            f"{occasion}, and TimeoutError came {'too early' if seen else 'never'}.",
            "Use the loop's own clock and timers.",
        )
