"""The loop of lesson 06 with a clock of its own, so that a probe waits for nothing.

Each turn takes a thousandth of a second of that clock; when all sleep, the clock jumps to the
earliest timer. So an answer that polls sees time go by, and every run is the same.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Generator
from typing import Any

Coro = Generator[Any, Any, Any]

TURN = 0.001  # seconds of the loop's clock
MOST_TURNS = 3_000


class StillRunning(Exception):  # noqa: N818 - says what was found
    """After `MOST_TURNS` turns there were coroutines that had not ended."""


class LoopMisuse(Exception):  # noqa: N818 - the same
    """The loop was handed something that it cannot run; the message says what."""


class SmallLoop:
    """Runs coroutines that yield None for a turn or a number of seconds to sleep.

    >>> loop, said = SmallLoop(), []
    >>> def sleeper(seconds):
    ...     yield seconds
    ...     said.append(seconds)
    >>> loop.spawn(sleeper(0.2))
    >>> loop.run(sleeper(0.1))
    >>> said, round(loop.now, 1)
    ([0.1, 0.2], 0.2)
    """

    def __init__(self) -> None:
        self.ready: deque[Coro] = deque()
        self.timers: list[tuple[float, int, Coro]] = []
        self.now = 0.0
        self._numbers = itertools.count()
        self._turns = 0

    def clock(self) -> float:
        """Return the loop's time in seconds."""
        return self.now

    def spawn(self, coro: Coro) -> None:
        """Add a coroutine; it starts when its turn comes. Raises LoopMisuse for anything else."""
        if not hasattr(coro, "__next__"):
            kind = type(coro).__name__
            raise LoopMisuse(f"loop.spawn got an object of type {kind}, which is no coroutine")
        self.ready.append(coro)

    def run(self, main: Coro) -> None:
        """Run `main` and all that is spawned, to their ends.

        Raises StillRunning, LoopMisuse for something strange that is yielded, and whatever a
        coroutine raises.
        """
        self.spawn(main)
        while self.ready or self.timers:
            self._turns += 1
            if self._turns > MOST_TURNS:
                raise StillRunning
            self.now += TURN
            if not self.ready:
                self.now = max(self.now, self.timers[0][0])
            while self.timers and self.timers[0][0] <= self.now:
                self.ready.append(heapq.heappop(self.timers)[2])
            for _ in range(len(self.ready)):
                self.step(self.ready.popleft())

    def step(self, coro: Coro) -> None:
        """Run one coroutine up to its next pause and file it."""
        try:
            seconds = next(coro)
        except StopIteration:
            return
        if seconds is None:
            self.ready.append(coro)
        elif isinstance(seconds, int | float):
            heapq.heappush(self.timers, (self.now + seconds, next(self._numbers), coro))
        else:
            kind = type(seconds).__name__
            raise LoopMisuse(
                f"a coroutine yielded an object of type {kind}; the loop knows None and numbers"
            )
