"""Busy polling: asking the selector again for a moment before the process sleeps.

To sleep and to be woken costs tens of microseconds, more on a virtual machine: often longer than
a client takes for its next command. Who looks again meanwhile answers sooner, and even spends
less processor time. But a look in vain is time lost, so it is done only while it pays. The kernel
has the same idea for sockets (SO_BUSY_POLL, socket(7)) and for idle processors (haltpoll).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sized

#: seconds to look before sleeping: about what sleeping and waking costs
MOMENT = 60e-6
#: at most 2 ** DEEPEST - 1 sleeps pass from one try to the next
DEEPEST = 6


class BusyPoll:
    """Polls before a sleep, and remembers whether that has paid.

    Each time in vain doubles the sleeps before the next try, each success halves them: what fails
    more often than not is hardly done, and costs next to nothing.
    """

    __slots__ = ("_depth", "_passes")

    def __init__(self) -> None:
        self._depth = DEEPEST
        self._passes = 0

    def find(self, poll: Callable[[float, bool], None], front: Sized, background: Sized) -> bool:
        """Call ``poll(0.0, True)`` until a queue is filled; False if not tried or in vain.

        Only what fills ``front`` counts as a success: a task that moves much data waits for room
        longer than a moment, and had better sleep.
        """
        if self._passes:
            self._passes -= 1
            return False
        until = time.perf_counter() + MOMENT
        while True:
            poll(0.0, True)
            if front or background:
                break
            if time.perf_counter() >= until:
                break
        self._depth = max(0, self._depth - 1) if front else min(DEEPEST, self._depth + 1)
        self._passes = (1 << self._depth) - 1
        return bool(front or background)
