"""The event loop that lesson 13 builds, typed, and a selector with a clock of its own for it.

Probes run an answer on this loop, so that nothing depends on what a learner has changed in hers.
"""

from __future__ import annotations

import heapq
import selectors
import time
from collections import deque
from collections.abc import Callable, Generator
from itertools import count
from typing import Any

Coro = Generator[Any, Any, Any]

MOST_TURNS = 3_000
TURN = 0.0001  # seconds of the scripted clock that a turn takes in which nobody sleeps


class Cancelled(BaseException):
    """Raised in a task that must end."""


class Task:
    """A coroutine in a loop: what it waits for, and what has ended it."""

    def __init__(self, coro: Coro) -> None:
        self.coro = coro
        self.watched: Any = None
        self.timer: int | None = None
        self.problem: BaseException | None = None
        self.ending: BaseException | None = None


class Loop:
    """Runs coroutines that yield None (a turn), seconds (sleep) or (socket, event).

    Other than the lesson's, it lets out what its main task raised, and does not print it.

    >>> loop, said = Loop(), []
    >>> def sleeper(seconds):
    ...     yield seconds
    ...     said.append(seconds)
    >>> task = loop.spawn(sleeper(0.001))
    >>> loop.run(sleeper(0.02))
    >>> said
    [0.001, 0.02]
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        selector: Any = None,
    ) -> None:
        self.ready: deque[Task] = deque()
        self.tasks: set[Task] = set()
        self.current: Task | None = None
        self.clock = clock
        self.timers: list[tuple[float, int, Task]] = []
        self.numbers = count()
        self.selector = selector or selectors.DefaultSelector()

    def spawn(self, coro: Coro) -> Task:
        """Add a coroutine as a task; it starts when its turn comes."""
        if not hasattr(coro, "throw"):
            kind = type(coro).__name__
            raise TypeError(f"loop.spawn got an object of type {kind}, which is no coroutine")
        task = Task(coro)
        self.tasks.add(task)
        self.ready.append(task)
        return task

    def step(self, task: Task) -> None:
        """Run a task up to its next pause, and file it."""
        self.current, problem, task.problem = task, task.problem, None
        try:
            wish = task.coro.throw(problem) if problem else next(task.coro)
            self.file(task, wish)
        except (Exception, Cancelled) as ending:
            task.ending = ending
            self.tasks.discard(task)

    def file(self, task: Task, wish: Any) -> None:
        """Put a task where it belongs: ready, a timer, or the selector."""
        if wish is None or task.problem:
            self.ready.append(task)
        elif isinstance(wish, tuple):
            sock, event = wish
            self.selector.register(sock, event, task)
            task.watched = sock
        else:
            task.timer = next(self.numbers)
            heapq.heappush(self.timers, (self.clock() + wish, task.timer, task))

    def wake(self, task: Task) -> None:
        """End a task's wait."""
        if task.watched is not None:
            self.selector.unregister(task.watched)
        task.watched = task.timer = None
        self.ready.append(task)

    def patience(self) -> float | None:
        """Return how long the selector may wait: not at all, until a timer, or for ever."""
        if self.ready or not self.timers:
            return 0 if self.ready else None
        return max(0, self.timers[0][0] - self.clock())

    def turn(self) -> None:
        """Wake whose socket is ready or whose time has come, then step all that are ready."""
        for key, _ in self.selector.select(self.patience()):
            self.wake(key.data)
        while self.timers and self.timers[0][0] <= self.clock():
            _, number, task = heapq.heappop(self.timers)
            if task.timer == number:  # else this wait is over already
                self.wake(task)
        for _ in range(len(self.ready)):
            self.step(self.ready.popleft())

    def interrupt(self, task: Task, problem: BaseException) -> None:
        """Raise an exception in a task where it waits."""
        task.problem = problem
        if task.watched is not None or task.timer is not None:
            self.wake(task)

    def cancel(self, task: Task) -> None:
        """Let a task end where it waits."""
        self.interrupt(task, Cancelled())

    def run(self, main: Coro) -> Any:
        """Run until `main` has ended, cancel all others, and return what it returned.

        Raises what came out of `main`.
        """
        task = self.spawn(main)
        while task.ending is None:
            self.turn()
        for other in self.tasks:
            self.interrupt(other, Cancelled())
        while self.tasks:
            self.turn()
        self.selector.close()
        if not isinstance(task.ending, StopIteration):
            raise task.ending
        return task.ending.value


class Stuck(Exception):  # noqa: N818 - says what was found
    """Every task waits for a socket, and the script brings nothing more: for ever."""


class StillRunning(Exception):  # noqa: N818 - the same
    """After `MOST_TURNS` turns the main task had not ended."""


class Script:
    """A selector that watches real sockets and owns the clock: nobody waits in it.

    Things happen at set times of that clock. When all tasks sleep, it jumps to the next of these
    times or to the end of the sleep; so every run is the same, and takes no time.

    Attributes:
        now: what the clock shows, in seconds.
        turns: how often the loop has asked.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.turns = 0
        self._real = selectors.DefaultSelector()
        self._acts: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = count()
        self.register, self.unregister = self._real.register, self._real.unregister
        self.get_map, self.close = self._real.get_map, self._real.close

    def __enter__(self) -> Script:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def clock(self) -> float:
        """Return the time."""
        return self.now

    def at(self, seconds: float, act: Callable[[], object]) -> None:
        """Let something happen when the clock shows so many seconds."""
        heapq.heappush(self._acts, (seconds, next(self._numbers), act))

    def select(self, timeout: float | None = None) -> list[tuple[Any, int]]:
        """Return what is ready, after a jump of the clock if nothing is.

        Raises:
            StillRunning: after too many turns.
            Stuck: nothing is ready, no limit is set, and nothing more will happen.
        """
        self.turns += 1
        if self.turns > MOST_TURNS:
            raise StillRunning
        if found := self._real.select(0):
            return found
        if timeout is None and not self._acts:
            raise Stuck
        until = float("inf") if timeout is None else self.now + (timeout or TURN)
        if self._acts and self._acts[0][0] <= until:
            until, _, act = heapq.heappop(self._acts)
            self.now = max(self.now, until)
            act()
        else:
            self.now = until
        return self._real.select(0)
