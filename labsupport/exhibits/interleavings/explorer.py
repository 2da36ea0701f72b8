"""Try every order in which small threads can take turns, and show the shortest one that fails.

A thread is a generator function. It runs from one ``yield`` to the next without interruption;
at each ``yield`` any other thread may go on. What is yielded says what comes next:

    def add_one(state):
        yield "read"
        number = state["counter"]
        yield "write"
        state["counter"] = number + 1

    explore(lambda: {"counter": 0}, [add_one, add_one], lambda state: state["counter"] == 2)

``with (yield lock):`` waits until a `StepLock` is free and holds it for the block. A function
that is yielded is waited for: the thread goes on when it returns true. What stands before the
first ``yield`` happens before the first step of any thread.

All orders are tried by running the threads anew for each of them (stateless search: Godefroid,
"Model checking for programming languages using VeriSoft", POPL 1997).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from labsupport.exhibits.interleavings.scheduler import (
    Condition,
    MisuseError,
    Run,
    StepLock,
    Thread,
)
from labsupport.exhibits.interleavings.schedules import Exploration, Schedule

__all__ = ["MisuseError", "StepLock", "explore"]

MOST_SCHEDULES = 50_000
MOST_STEPS = 200  # of one schedule: more mean a loop that waits by running


def explore(
    start: Callable[[], Any],
    threads: Sequence[Thread] | Mapping[str, Thread],
    is_right: Condition | None = None,
    *,
    always: Condition | None = None,
    limit: int = MOST_SCHEDULES,
) -> Exploration:
    """Run the threads in every possible order and return what was found.

    A schedule fails when ``is_right(state)`` is false at its end, when ``always(state)`` is false
    after one of its steps, when a thread raises, or when threads are left and none can go on.

    Args:
        start: returns a new state (a dict or an object) for each schedule.
        threads: generator functions that take the state; those of a list are named A, B, C …
        is_right: asked at the end of each schedule.
        always: asked after each step.
        limit: how many schedules are tried at most.

    Raises:
        TypeError: ``start`` or a thread is not such a function.
        MisuseError: the orders cannot be tried: too many, a loop without end, a state that is
            not new each time, a lock taken without ``yield``.

    >>> def add_one(state):
    ...     yield "read"
    ...     number = state["counter"]
    ...     yield "write"
    ...     state["counter"] = number + 1
    >>> explore(lambda: {"counter": 0}, [add_one, add_one], lambda state: state["counter"] == 2)
    6 schedules tried, 4 fail. The shortest that fails:
      1  A  read   number = 0
      2  B  read   number = 0
      3  B  write  counter = 1
      4  A  write  counter = 1
    The end is wrong: counter = 1
    """
    if not callable(start):
        raise TypeError("start must be a function that returns a new state each time")
    tried = failing = 0
    first: Schedule | None = None
    shortest: Schedule | None = None
    for schedule in _all_schedules(start, _by_name(threads), is_right, always):
        if tried == limit:
            raise MisuseError(
                f"there are more than {limit:,} schedules: use fewer threads or fewer yields; "
                "only a step that others can see needs a yield of its own"
            )
        tried += 1
        first = first or schedule
        if schedule.failure:
            failing += 1
            if shortest is None or schedule.length < shortest.length:
                shortest = schedule
    assert first is not None  # there is always one schedule, be it without steps
    return Exploration(tried, failing, shortest, first)


def _by_name(threads: Sequence[Thread] | Mapping[str, Thread]) -> dict[str, Thread]:
    if not isinstance(threads, Mapping):
        threads = {chr(ord("A") + number): thread for number, thread in enumerate(threads)}
    for name, thread in threads.items():
        if not callable(thread):
            kind = type(thread).__name__
            raise TypeError(f"thread {name} must be a function, not {kind}: give it without ()")
    if not threads:
        raise TypeError("explore needs at least one thread")
    return dict(threads)


def _all_schedules(
    start: Callable[[], Any],
    threads: Mapping[str, Thread],
    is_right: Condition | None,
    always: Condition | None,
) -> Iterator[Schedule]:
    """Yield every schedule: each time the last turn that could be another's is given to it."""
    path: list[tuple[list[str], int]] = []  # for each step: who could run, which of them runs
    before: list[object] = []
    while True:
        state = start()
        if any(state is old for old in before):
            raise MisuseError("start must make a new state each time, not return the same one")
        before = [state]
        run = Run(state, threads, always)
        depth = 0
        while ready := run.ready():
            if depth == MOST_STEPS:
                raise MisuseError(
                    f"a schedule has more than {MOST_STEPS} steps: to wait for something, yield a "
                    "function that says when it has come, instead of looking again and again"
                )
            if depth == len(path):
                path.append((ready, 0))
            if ready != path[depth][0]:
                raise MisuseError(
                    "the threads do not do the same each time: let start make all that they share"
                )
            run.step(ready[path[depth][1]])
            depth += 1
        yield run.end(is_right)
        while path and path[-1][1] + 1 == len(path[-1][0]):
            path.pop()
        if not path:
            return
        path[-1] = (path[-1][0], path[-1][1] + 1)
