"""The loop's debug mode: tells what holds up all others, and which coroutine is used wrongly.

A step that takes 50 ms is 50 ms in which no client is answered. What counts is the time that the
step itself takes, computing or blocked in the system; the time in which a busy machine did not let
this thread run is not its fault (Linux tells it apart, see proc(5), ``schedstat``).

Told as well: a ``yield`` of something that is no trap, also where somebody catches the error that
it brings, and a coroutine that was made and never run (see ``forgotten``).
"""

# Why two clocks. A step is too long if *it* took long. On a busy machine a step of a millisecond
# may last a hundred, because the kernel gave the processor to others meanwhile. ``schedstat`` says
# for how long the thread was ready to run and had to wait; that is subtracted, or each busy test
# run would report steps that are innocent.
#
# Why a second thread. The loop's thread cannot look at its own stack while it is held up. Another
# one can (``sys._current_frames``), and the stack tells the line.

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, TypeVar

from ftp_project.loop.forgotten import Tracker, Unstarted
from ftp_project.loop.scheduler import Loop
from ftp_project.loop.task import Task
from ftp_project.loop.traps import Coro

T = TypeVar("T")

#: seconds that one step may take
LIMIT = 0.05


class _Step:
    """One step on its way: since when, how long the steps inside it took, where it was seen."""

    __slots__ = ("began", "inside", "stack")

    def __init__(self, began: float) -> None:
        self.began = began
        self.inside = 0.0
        self.stack = ""


class DebugLoop(Loop):
    """A loop that hands a text to ``report`` for each step over ``limit`` seconds, and each misuse.

    A second thread looks at the clock meanwhile, and keeps the stack of a step that takes too
    long. ``package`` is whose coroutines are watched for being run at all. The other parameters
    are those of ``Loop``.
    """

    def __init__(
        self,
        selector: str = "auto",
        clock: Callable[[], float] = time.monotonic,
        on_error: Callable[[Task[Any], BaseException], None] | None = None,
        *,
        report: Callable[[str], None],
        limit: float = LIMIT,
        package: str = __name__.partition(".")[0],
    ) -> None:
        super().__init__(selector, clock, on_error)
        self._report = report
        self._limit = limit
        self._coroutines = Tracker(package, report)
        self._step: _Step | None = None
        self._over = threading.Event()
        self._waited: Callable[[], float] = lambda: 0.0

    def run(self, main: Coro[T], grace: float = 5.0) -> T:
        """Run ``main`` as ``Loop.run`` does, watched."""
        thread = threading.get_ident()
        watchdog = threading.Thread(target=self._watch_steps, args=(thread,), name="watchdog")
        descriptor = _open_schedstat()
        if descriptor is not None:
            self._waited = lambda: _run_delay(descriptor)
        self._coroutines.wrap_new_modules()
        watchdog.start()
        try:
            return super().run(main, grace)
        finally:
            self._over.set()
            watchdog.join()
            self._coroutines.unwrap()
            if descriptor is not None:
                os.close(descriptor)

    @staticmethod
    def _make_task(coro: Coro[T], name: str, background: bool) -> Task[T]:
        return Loop._make_task(
            iter(coro) if isinstance(coro, Unstarted) else coro, name, background
        )

    def no_trap(self, task: Task[Any], value: object) -> str:
        """Report the wrong ``yield`` too: whoever catches the error may hide it."""
        text = super().no_trap(task, value)
        self._report(text)
        return text

    def step(self, task: Task[Any]) -> None:
        """Run ``task`` up to its next wait, and report it when that took too long."""
        outer, waited = self._step, self._waited()
        mine = self._step = _Step(time.perf_counter())
        try:
            super().step(task)
        finally:
            self._step = outer
            whole = time.perf_counter() - mine.began - (self._waited() - waited)
            if outer is not None:
                outer.inside += whole
            taken = whole - mine.inside
            if taken > self._limit:
                where = mine.stack or "(it ended before its stack could be read)"
                self._report(
                    f"task {task.name!r} held up the loop for {taken * 1000:.0f} ms:\n{where}"
                )

    def _watch_steps(self, thread: int) -> None:
        while not self._over.wait(self._limit / 2):
            # The server imports some of its parts only when they are needed.
            self._coroutines.wrap_new_modules()
            step = self._step
            if step is None or step.stack or time.perf_counter() - step.began < self._limit:
                continue
            frame = sys._current_frames().get(thread)
            if frame is not None and self._step is step:
                step.stack = "".join(traceback.format_stack(frame)[-12:]).rstrip()


def _open_schedstat() -> int | None:
    try:
        return os.open("/proc/thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # another system: there a busy machine may cause false alarms
        return None


def _run_delay(descriptor: int) -> float:
    """Return the seconds for which the thread was ready to run, and had no processor."""
    return int(os.pread(descriptor, 100, 0).split()[1]) / 1e9
