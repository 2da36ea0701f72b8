"""A scene for a coroutine: a loop with a scripted clock, a pair of real sockets, other tasks."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from typing import Any

from labsupport.exercises.selector_loop import (
    Cancelled,
    Coro,
    Loop,
    Script,
    StillRunning,
    Stuck,
    Task,
)
from labsupport.exercises.verdicts import Failed

NEAR = 0.02  # seconds of the scripted clock

WATCHDOG = "A second task must sleep while this one waits: spawn it."
FINALLY = "End the watchdog on every way out of the wait: that is what finally is for."


class _NotingLoop(Loop):
    """The loop, which remembers its tasks: an exception in one of them is seen by nobody else."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._spawned: list[Task] = []

    def spawn(self, coro: Coro) -> Task:
        """Add a task and remember it."""
        self._spawned.append(super().spawn(coro))
        return self._spawned[-1]

    def faults(self) -> str:
        """Tell of an exception that a task beside the first has ended with, or return ""."""
        for task in self._spawned[1:]:
            error = task.ending
            if error and not isinstance(error, StopIteration | Cancelled | Failed):
                text = f"{type(error).__name__}: {error}".removesuffix(": ")
                return f" In another task, {text} was raised, and nobody heard of it."
        return ""


class Scene:
    """A loop with a scripted clock, and a pair of sockets; use it in a `with` block."""

    def __init__(self, answer: Callable[..., Any]) -> None:
        self.answer = answer
        self.script = Script()
        self.loop = _NotingLoop(self.script.clock, self.script)
        self.ours, self.theirs = socket.socketpair()
        self.ours.setblocking(False)  # as everywhere in a loop

    def __enter__(self) -> Scene:
        return self

    def __exit__(self, *error: object) -> None:
        self.ours.close()
        self.theirs.close()
        if error[0]:
            self.script.close()

    def data_at(self, *times: float) -> None:
        """Let data come at these times."""
        for seconds in times:
            self.script.at(seconds, lambda: self.theirs.send(b"x"))

    def wait(self, seconds: float, out: list[tuple[str, float]]) -> Coro:
        """Wait with the answer, note "data" or "time-out" and when it came, and take the data."""
        out.append((yield from self._outcome(seconds)))

    def _outcome(self, seconds: float) -> Coro:
        try:
            yield from self.answer(self.loop, self.ours, seconds)
        except TimeoutError:
            return "time-out", self.script.now
        if not select.select([self.ours], [], [], 0)[0]:
            return "nothing", self.script.now
        self.ours.recv(1)
        return "data", self.script.now

    def run(self, main: Coro, occasion: str) -> None:
        """Run the loop to the end of `main`. Raises Failed when there is none."""
        try:
            self._run(main, occasion)
        except Failed as failed:
            raise Failed(failed.reason + self.loop.faults(), failed.step) from None

    def _run(self, main: Coro, occasion: str) -> None:
        try:
            self.loop.run(main)
        except Stuck:
            raise Failed(f"{occasion}, and the task waited for ever.", WATCHDOG) from None
        except StillRunning:
            raise Failed(
                f"{occasion}, and after {self.script.turns - 1} turns of the loop the task had not "
                "ended.",
                "Who waits should sleep: in the selector, or in a timer.",
            ) from None
        except KeyError:
            raise Failed(
                f"{occasion}, and the socket was registered twice.",
                "One wait at a time for a socket. interrupt takes it out of the selector.",
            ) from None
        except TimeoutError:
            raise Failed(
                f"{occasion}, and TimeoutError came out of a later wait of the task.", FINALLY
            ) from None
        except Cancelled:
            raise Failed(
                f"{occasion}, and Cancelled came out of readable_within: its task was cancelled.",
                "interrupt takes the exception that it shall raise: TimeoutError.",
            ) from None

    def expect(self, found: tuple[str, float], kind: str, when: float, occasion: str) -> None:
        """Verify how a wait ended, and when."""
        came, at = found
        if came == kind and abs(at - when) < NEAR:
            return
        told = {
            "data": "it returned when there was data",
            "time-out": "TimeoutError came",
            "nothing": "it returned although there was nothing to read",
        }[came]
        step = "The data that is there wins." if kind == "data" else "Raise TimeoutError then."
        raise Failed(f"{occasion}, and {told} {at:.2g} seconds after the beginning.", step)

    def expect_clean(self, occasion: str, *known: Task) -> Coro:
        """Give what is cancelled two turns to end, and verify that nothing is left."""
        yield None
        yield None
        if self.script.get_map():
            raise Failed(f"{occasion}, and the socket is still registered.", "Unregister it.")
        left = len(self.loop.tasks - set(known)) - 1
        if left:
            raise Failed(f"{occasion}, and {left} more task is still there.", FINALLY)
