"""The loop: a scheduler of generators, joined to a selector.

It is the scheduler of twenty lines that lesson 06 builds, with the same names: ``ready`` holds the
tasks that can go on, ``spawn`` adds one, ``run`` steps them in turn. What is added: a task can
wait for a socket, a time, another task or a thread; each wait has a deadline; each can be
cancelled.

A turn of the loop: the selector is asked, everything in ``ready`` makes one step, then *one* task
of ``background`` does. A transfer that moves a megabyte per step therefore delays a command
by one such step at most, however many transfers run. With nothing to do the loop sleeps in the
selector, after it has looked again for a moment where that pays (``busypoll``).
"""

# Why generators and not threads. A thread of its own for each client costs a stack and a place in
# the kernel's scheduler, and any two of them may be interrupted between any two instructions. A
# generator costs some hundred bytes and gives up control only where it says ``yield``: between two
# yields no other task runs, so that no lock is needed for what tasks share.
#
# The price: a task that does not yield holds up everybody. So whatever can take long is cut into
# turns (``server/data/sending.py``) or given to a thread (``outside``), and the debug mode finds
# the rest.
#
# Two queues, because there are two kinds of work. Commands are short and somebody waits for each;
# transfers are long and nobody notices a millisecond. With one queue fifty transfers in front of a
# command delay it by fifty turns. With ``background`` it is delayed by one.
#
# Owners. Unless it is detached, a task belongs to the one that spawned it and is cancelled when
# that one ends, as a function's local variables end with it ("structured concurrency", Smith 2018;
# trio's nurseries). So a session that dies in any way takes its transfer with it, and no code has
# to think of that.
#
# Cancelling is an exception raised at the task's present wait, so ``finally`` and ``with`` work as
# always. It is delivered once: a second one would break into the clean-up that the first has begun.

from __future__ import annotations

import sys
import time
import traceback
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from ftp_project.loop import traps
from ftp_project.loop.busypoll import BusyPoll
from ftp_project.loop.handlers import HANDLERS, WAIT
from ftp_project.loop.outside import Threads, WakeUp
from ftp_project.loop.task import Cancelled, LoopError, Task, TimedOut
from ftp_project.loop.timers import Timers
from ftp_project.loop.traps import Coro
from ftp_project.loop.watching import Watcher

T = TypeVar("T")


class Loop:
    """Runs coroutines (generators that yield ``traps``) until the main one has ended.

    ``selector`` is one of ``SELECTORS``; ``clock`` gives the time in seconds and
    must not go backwards. ``on_error(task, error)`` is told of a task that failed while nobody
    was waiting for it; without it the failure is printed to standard error.
    """

    def __init__(
        self,
        selector: str = "auto",
        clock: Callable[[], float] = time.monotonic,
        on_error: Callable[[Task[Any], BaseException], None] | None = None,
    ) -> None:
        self.clock = clock
        self.ready: deque[Task[Any]] = deque()
        self.background: deque[Task[Any]] = deque()
        self.timers = Timers()
        self.tasks: set[Task[Any]] = set()
        self.on_error = on_error or print_error
        self.watcher = Watcher(selector, self.wake)
        self._busy_poll = BusyPoll()
        self._wake_up = WakeUp()
        self.threads = Threads(self._wake_up.notify)
        self._main: Task[Any] | None = None
        self._closing = False

    # ------------------------------------------------------------------ from outside

    def spawn(self, coro: Coro[T], name: str = "", background: bool = False) -> Task[T]:
        """Add ``coro`` as a task that belongs to nobody; it starts when its turn comes.

        Raises ``LoopError`` for something that is no coroutine.
        """
        task = self._make_task(coro, name, background)
        self.tasks.add(task)
        self.wake(task)
        # A clean-up may start tasks while the loop shuts down: they are cancelled like all others.
        if self._closing:
            self.cancel(task)
        return task

    def start(self, coro: Coro[T], name: str, background: bool) -> Task[T]:
        """Run ``coro`` up to its first wait, and make it a task of the loop if it has to wait.

        Most of those that are started so end at once, and the loop never has to know them.
        Otherwise as ``spawn``.
        """
        if self._closing:
            return self.spawn(coro, name, background)
        task = self._make_task(coro, name, background)
        self.step(task)
        if not task.done:
            self.tasks.add(task)
        return task

    @staticmethod
    def _make_task(coro: Coro[T], name: str, background: bool) -> Task[T]:
        if not hasattr(coro, "send"):
            raise LoopError(f"{coro!r} is no coroutine: call the function and hand over its result")
        return Task(coro, name or getattr(coro, "__name__", "task"), background)

    def run(self, main: Coro[T], grace: float = 5.0) -> T:
        """Run ``main`` and all that it spawns; return what it returns, raise what it raises.

        When ``main`` has ended, all other tasks are cancelled and have ``grace`` seconds to clean
        up. Then the loop is closed: a loop runs once.
        """
        if self._closing:
            raise LoopError("this loop has run already: make a new one")
        self._main = task = self.spawn(main, "main")
        self.spawn(self._listen_outside(), "wake-up")
        try:
            while not task.done:
                self._turn()
        finally:
            self._shut_down(grace)
        return task.outcome()

    def on_signal(self, number: int, handler: Callable[[], None]) -> None:
        """Have ``handler()`` called between two steps when signal ``number`` arrives.

        Works in the main thread only; raises ValueError elsewhere (a rule of Python).
        """
        self._wake_up.on_signal(number, handler)

    def cancel(self, task: Task[Any]) -> None:
        """Have ``Cancelled`` raised in ``task``; does nothing when it has ended.

        A task is cancelled once: while it cleans up, its waits are left alone.
        """
        if task.done or task.cancelling:
            return
        task.cancelling = True
        if task.trap is not None:
            self.wake(task, problem=Cancelled())
        else:  # queued, or running: then its next wait is cut short
            task.answer, task.problem = None, Cancelled()

    # ------------------------------------------------------------------ turning

    def _turn(self) -> None:
        ready, background, step = self.ready, self.background, self.step
        when, poll = self.timers.next_time(), self.watcher.poll
        if ready or background:
            # Asked in every turn, though there is work: else sockets starve behind tasks that
            # always have something to do. A time-out of 0 makes it a question, not a wait.
            poll(0.0, not background)
        else:
            timeout = None if when is None else max(0.0, when - self.clock())
            if timeout == 0.0 or not self._busy_poll.find(poll, ready, background):
                poll(timeout, True)
        if when is not None and when <= self.clock():
            self._expire()
        for _ in range(len(ready)):  # a task queued again waits for the next turn
            step(ready.popleft())
        if background:
            step(background.popleft())

    def _expire(self) -> None:
        """Wake the tasks whose deadline has passed."""
        for task in self.timers.expired(self.clock()):
            if isinstance(task.trap, traps.Sleep):
                self.wake(task)
            elif task.trap is not None:
                self.wake(task, problem=TimedOut(f"waited too long: {type(task.trap).__name__}"))

    def step(self, task: Task[Any]) -> None:
        """Run ``task`` up to its next wait or its end."""
        coro = task.coro
        answer, problem = task.answer, task.problem
        task.queued = False
        task.answer = task.problem = None
        while True:
            try:
                trap = coro.send(answer) if problem is None else coro.throw(problem)
            except StopIteration as stop:
                self._finish(task, stop.value, None)
                return
            except BaseException as error:
                self._finish(task, None, error)
                if isinstance(error, KeyboardInterrupt | SystemExit):
                    raise
                return
            answer = problem = None
            handler = HANDLERS.get(trap.__class__)
            try:
                if handler is None:
                    raise LoopError(self.no_trap(task, trap))
                answer = handler(self, task, trap)
            except (Exception, Cancelled) as error:
                # A wrong trap is the coroutine's mistake: it is raised where the ``yield`` stands.
                if task.watched is not None:
                    task.watched.leave(task)
                problem = error
                continue
            if answer is WAIT:
                if not task.queued:
                    task.trap = trap
                    if task.problem is not None:  # cancelled while it ran
                        self.wake(task, problem=task.problem)
                return

    def no_trap(self, task: Task[Any], value: object) -> str:
        """Say in a sentence that ``task`` has yielded what is no trap."""
        return (
            f"task {task.name!r} yielded {value!r}, which is no trap of this loop; "
            "was a coroutine function called with `yield` in place of `yield from`?"
        )

    def wake(
        self, task: Task[Any], answer: object = None, problem: BaseException | None = None
    ) -> None:
        """End the present wait of ``task``: it goes on with ``answer``, or ``problem`` raised."""
        if task.watched is not None:
            task.watched.leave(task)
        if task.joining is not None:
            if task.joining.waiters:
                task.joining.waiters.remove(task)
            task.joining = None
        task.trap = task.deadline = None
        task.answer, task.problem = answer, problem
        if not task.queued:
            task.queued = True
            (self.background if task.background else self.ready).append(task)

    def _finish(self, task: Task[Any], result: object, error: BaseException | None) -> None:
        task.done, task.result, task.error = True, result, error
        self.tasks.discard(task)
        if task.timer_at is not None:
            self.timers.ended(task)
        if task.owner is not None and task.owner.children is not None:
            task.owner.children.discard(task)
        task.owner = None
        if task.children:
            # A copy: a child that ends at once takes itself out of the set.
            for child in tuple(task.children):
                child.owner = None
                self.cancel(child)
        task.children = None
        if error is not None and task.failed and not task.waiters and task is not self._main:
            self.on_error(task, error)
        if task.waiters:
            for waiter in tuple(task.waiters):
                if isinstance(waiter.trap, traps.Join):
                    self.wake(waiter, result, task.failure())
                else:
                    self.wake(waiter)

    # ------------------------------------------------------------------ threads, signals, the end

    def _listen_outside(self) -> Coro[None]:
        """Hand on what threads have finished and what signals have come."""
        while True:
            yield traps.Readable(self._wake_up.reader, None)
            self._wake_up.drain()
            for (task, trap), result, error in self.threads.finished():
                if task.trap is trap:  # else it gave up waiting
                    self.wake(task, result, error)

    def _shut_down(self, grace: float) -> None:
        self._closing = True
        for task in tuple(self.tasks):
            self.cancel(task)
        deadline = self.clock() + grace
        while self.tasks and self.clock() < deadline:
            self._turn()
        # What has not ended by now waits for a peer or a disk; its ``finally`` blocks run anyway.
        for task in tuple(self.tasks):
            self._force_end(task)
        self.threads.close()
        self.watcher.close()
        # A signal may still stand in the pipe: the task that reads it has no turn left.
        self._wake_up.drain()
        self._wake_up.close()

    def _force_end(self, task: Task[Any]) -> None:
        """Run what is left of the clean-up of ``task``, which took too long, without its waits."""
        for _ in range(100):  # each wait that its ``finally`` blocks still ask for is one round
            try:
                task.coro.close()
                return
            except RuntimeError:
                continue
            except BaseException as error:
                self.on_error(task, error)
                return


def print_error(task: Task[Any], error: BaseException) -> None:
    """Print the failure of ``task``, which nobody waited for, with its traceback."""
    print(f"task {task.name!r} failed:", file=sys.stderr)
    traceback.print_exception(error)
