"""A task: one coroutine on its way, and what the loop must remember about it."""

# ``Cancelled`` is a BaseException, as GeneratorExit and asyncio's CancelledError are: a coroutine
# that says ``except Exception: log it and go on`` would otherwise live on after it was told to end.
#
# ``TaskCancelled`` is another class on purpose. If a join raised ``Cancelled`` for the *other*
# task, the joining one could not tell whether it was cancelled itself (asyncio has that ambiguity).

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")


class Watched(Protocol):
    """What a task may wait at; a socket that the loop watches (``watching``) is one."""

    def leave(self, task: Task[Any]) -> None:
        """Note that ``task`` waits here no longer."""


class Cancelled(BaseException):
    """Raised inside a task that is being cancelled; let it pass after cleaning up.

    It is no ``Exception``, so that ``except Exception`` in a coroutine cannot swallow it.
    """


class TimedOut(Exception):  # noqa: N818 - "timed out" is what happened, in the words of the field
    """The deadline of a wait passed before what was waited for happened."""


class TaskCancelled(Exception):  # noqa: N818 - says what happened to the other task
    """Raised by a join: the task that was waited for had been cancelled."""


class LoopError(RuntimeError):
    """The loop was used against its rules; the message says which rule."""


class Task(Generic[T]):
    """A coroutine that the loop is running, made by ``Spawn`` or ``Loop.spawn``."""

    __slots__ = (
        "answer",
        "background",
        "cancelling",
        "children",
        "coro",
        "deadline",
        "done",
        "error",
        "joining",
        "name",
        "owner",
        "problem",
        "queued",
        "result",
        "timer_at",
        "trap",
        "waiters",
        "watched",
    )

    def __init__(self, coro: Generator[Any, Any, T], name: str, background: bool) -> None:
        # ``traps`` has a name for this type, Coro, and knows tasks: it imports this file, and
        # imports go one way.
        self.coro = coro
        self.name = name
        #: the task that made it and whose end is its end too, or None
        self.owner: Task[Any] | None = None
        self.background = background
        self.children: set[Task[Any]] | None = None
        self.done = False
        self.result: T | None = None
        self.error: BaseException | None = None
        #: the trap that the coroutine waits in, or None while it is queued or running
        self.trap: object | None = None
        #: what the present wait listens to: a watched socket, another task
        self.watched: Watched | None = None
        self.joining: Task[Any] | None = None
        #: when the present wait gives up, or None
        self.deadline: float | None = None
        #: the time of this task's earliest entry among the timers, or None
        self.timer_at: float | None = None
        #: in the queue of tasks that can go on; ``answer`` or ``problem`` is what they go on with
        self.queued = False
        self.answer: Any = None
        self.problem: BaseException | None = None
        #: tasks that wait for this one to end
        self.waiters: list[Task[Any]] | None = None
        #: Cancelled is on its way to the coroutine or was delivered
        self.cancelling = False

    @property
    def failed(self) -> bool:
        """Whether the coroutine ended by an exception that was not its own cancellation."""
        return self.error is not None and not isinstance(self.error, Cancelled)

    def outcome(self) -> T:
        """Return what the coroutine returned, or raise what it raised.

        Raises ``LoopError`` while the task has not ended, ``TaskCancelled`` when it was
        cancelled.
        """
        if not self.done:
            raise LoopError(f"{self.name} has not ended: join it before asking for its outcome")
        problem = self.failure()
        if problem is not None:
            raise problem
        return self.result  # type: ignore[return-value]

    def failure(self) -> BaseException | None:
        """Return what a join of this ended task raises, None when it returned normally."""
        if isinstance(self.error, Cancelled):
            return TaskCancelled(f"{self.name} was cancelled")
        return self.error

    def __repr__(self) -> str:
        state = "running" if not self.done else "failed" if self.failed else "ended"
        return f"<Task {self.name} {state}>"
