"""What the loop does for each trap: one small function per trap, and the table of them.

A handler is called with the loop, the task that yielded, and the trap. It returns the answer, or
``WAIT`` when the task is to be paused; what it raises is raised in the task.
"""

# Why a table. The loop's inner step looks the trap's class up in a dictionary and calls what it
# finds. A chain of ``if isinstance`` costs more with each new trap, and it would make ``step`` the
# one function that knows everything. Adding a trap is adding a class, a function and a row.

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from ftp_project.loop import traps
from ftp_project.loop.outside import Threads
from ftp_project.loop.task import Cancelled, LoopError, Task
from ftp_project.loop.timers import Timers
from ftp_project.loop.traps import Coro
from ftp_project.loop.watching import READ, WRITE, Watcher

T = TypeVar("T")

#: "the task has to wait; somebody will wake it"
WAIT = object()


class Loop(Protocol):
    """What a handler may use of the loop (``scheduler``, which imports this file)."""

    clock: Callable[[], float]
    watcher: Watcher
    timers: Timers
    threads: Threads

    def spawn(self, coro: Coro[T], name: str = "", background: bool = False) -> Task[T]:
        """Add a task that starts when its turn comes."""

    def start(self, coro: Coro[T], name: str, background: bool) -> Task[T]:
        """Run a coroutine up to its first wait, as a task."""

    def cancel(self, task: Task[Any]) -> None:
        """Have Cancelled raised in a task."""

    def wake(
        self, task: Task[Any], answer: object = None, problem: BaseException | None = None
    ) -> None:
        """End the present wait of a task."""


def readable(loop: Loop, task: Task[Any], trap: traps.Readable) -> object:
    """Pause the task until its socket has something to read."""
    sock, deadline = trap
    loop.watcher.wait(task, sock, READ)
    if deadline is not None:
        loop.timers.arm(task, deadline)
    return WAIT


def writable(loop: Loop, task: Task[Any], trap: traps.Writable) -> object:
    """Pause the task until its socket takes bytes again."""
    sock, deadline = trap
    loop.watcher.wait(task, sock, WRITE)
    if deadline is not None:
        loop.timers.arm(task, deadline)
    return WAIT


def readable_or_done(loop: Loop, task: Task[Any], trap: traps.ReadableOrDone) -> object:
    """Pause the task until its socket can be read or the other task has ended."""
    if trap.task.done:
        return None
    loop.watcher.wait(task, trap.sock, READ)
    _wait_for_end(task, trap.task)
    return _until(loop, task, trap.deadline)


def join(loop: Loop, task: Task[Any], trap: traps.Join) -> object:
    """Give the outcome of an ended task, or pause until it has ended."""
    if trap.task.done:
        return trap.task.outcome()
    if trap.task is task:
        raise LoopError(f"{task.name} cannot wait for its own end")
    _wait_for_end(task, trap.task)
    return _until(loop, task, trap.deadline)


def sleep(loop: Loop, task: Task[Any], trap: traps.Sleep) -> object:
    """Pause the task until a time."""
    return _until(loop, task, trap.until)


def pause(loop: Loop, task: Task[Any], trap: traps.Pause) -> object:
    """Put the task behind all others that can go on."""
    loop.wake(task, problem=task.problem)
    return WAIT


def now(loop: Loop, task: Task[Any], trap: traps.Now) -> float:
    """Return the loop's time."""
    return loop.clock()


def current(loop: Loop, task: Task[Any], trap: traps.Current) -> Task[Any]:
    """Return the task that runs the coroutine."""
    return task


def spawn(loop: Loop, task: Task[Any], trap: traps.Spawn) -> Task[Any]:
    """Make a new task, owned by this one unless it is detached; an eager one starts at once."""
    add = loop.start if trap.eager else loop.spawn
    child = add(trap.coro, trap.name, trap.background)
    if not (child.done or trap.detached):
        child.owner = task
        if task.children is None:
            task.children = set()
        task.children.add(child)
    return child


def cancel(loop: Loop, task: Task[Any], trap: traps.Cancel) -> None:
    """Cancel a task; a task that cancels itself feels it here."""
    if trap.task is task:
        task.cancelling = True
        raise Cancelled
    loop.cancel(trap.task)


def run_in_thread(loop: Loop, task: Task[Any], trap: traps.RunInThread) -> object:
    """Hand a call to the threads and pause the task until its result is there."""
    loop.threads.submit((task, trap), trap.function)
    return _until(loop, task, trap.deadline)


def close(loop: Loop, task: Task[Any], trap: traps.Close) -> None:
    """Forget a socket, close it, and wake those that waited for it."""
    waiting = loop.watcher.forget(trap.sock)
    trap.sock.close()
    for other in waiting:
        loop.wake(other, problem=OSError(errno.EBADF, "the socket was closed by another task"))


def _until(loop: Loop, task: Task[Any], deadline: float | None) -> object:
    if deadline is not None:
        loop.timers.arm(task, deadline)
    return WAIT


def _wait_for_end(task: Task[Any], other: Task[Any]) -> None:
    if other.waiters is None:
        other.waiters = []
    other.waiters.append(task)
    task.joining = other


Handler = Callable[[Loop, Task[Any], Any], object]

HANDLERS: dict[type, Handler] = {
    traps.Readable: readable,
    traps.Writable: writable,
    traps.ReadableOrDone: readable_or_done,
    traps.Join: join,
    traps.Sleep: sleep,
    traps.Pause: pause,
    traps.Now: now,
    traps.Current: current,
    traps.Spawn: spawn,
    traps.Cancel: cancel,
    traps.RunInThread: run_in_thread,
    traps.Close: close,
}
