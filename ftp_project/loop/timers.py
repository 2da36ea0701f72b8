"""Deadlines of tasks: a heap that is hardly ever touched.

Nearly every wait has a deadline and nearly none of them passes. So a wait only notes its deadline
in the task. The heap holds at most a few entries per task, and an entry that comes due looks at
the task again: when its deadline has moved on meanwhile, the entry moves there. A session that
answers a thousand commands with an idle limit of five minutes makes one entry in five minutes.
"""

# Why not cancel entries. To take an entry out of the middle of a heap means to search it, O(n), for
# each of a million waits a minute. The usual answer is lazy deletion: leave it, and look when it
# comes up. This file goes one step further and does not even push: as a task's deadlines nearly
# always move to later, its one old entry will come up before the new deadline, and is then pushed
# on.
#
# The count in each entry breaks ties. Without it heapq would compare two tasks, which have no
# order.

from __future__ import annotations

import heapq
from typing import Any

from ftp_project.loop.task import Task


class Timers:
    """The deadlines of waiting tasks, earliest first. Times are the loop's, in seconds."""

    __slots__ = ("_count", "_heap", "_stale")

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Task[Any]]] = []
        self._count = 0  # breaks ties first come, first served; tasks cannot be compared
        self._stale = 0  # about how many entries belong to ended tasks

    def __len__(self) -> int:
        return len(self._heap)

    def arm(self, task: Task[Any], deadline: float) -> None:
        """Note that the present wait of ``task`` gives up at ``deadline``."""
        task.deadline = deadline
        if task.timer_at is None or deadline < task.timer_at:
            self._push(task, deadline)

    def _push(self, task: Task[Any], when: float) -> None:
        task.timer_at = when
        self._count += 1
        heapq.heappush(self._heap, (when, self._count, task))

    def ended(self, task: Task[Any]) -> None:
        """Note that ``task`` has ended; sweep the heap when most of it belongs to ended tasks.

        Short sessions with long deadlines would otherwise pile up entries by the hundred thousand.
        """
        if task.timer_at is None:
            return
        self._stale += 1
        if self._stale > 100 and self._stale * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if not entry[2].done]
            heapq.heapify(self._heap)
            self._stale = 0

    def next_time(self) -> float | None:
        """Return when to look again at the latest (a little early is possible), None for never."""
        return self._heap[0][0] if self._heap else None

    def expired(self, now: float) -> list[Task[Any]]:
        """Take out and return the tasks whose deadline is ``now`` or earlier, earliest first."""
        due: list[Task[Any]] = []
        heap = self._heap
        while heap and heap[0][0] <= now:
            when, _, task = heapq.heappop(heap)
            if task.timer_at != when:
                continue  # an earlier entry of this task has taken over
            task.timer_at = None
            if task.deadline is None or task.done:
                continue
            if task.deadline <= now:
                due.append(task)
            else:
                self._push(task, task.deadline)
        return due
