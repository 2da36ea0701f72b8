"""What a coroutine can ask of the loop: small immutable values that it yields.

A coroutine is a generator. It never touches the selector, the clock or another task: it yields a
trap, the loop does what the trap says and sends the answer back in. Reading this file is reading
the whole contract between coroutines and the loop.

Deadlines are absolute, in seconds of the loop's clock (``time.monotonic`` unless a test replaces
it); ``None`` means "for as long as it takes" and has to be written out.
"""

# Why a coroutine yields a value and calls nothing. A function that called the selector would have
# to know the loop, and could only be tested with one. A coroutine that yields ``Readable(sock,
# None)`` can be driven by a ``for`` statement in a test, which sees exactly what it asks for. The
# same holds for a simulation: whoever answers the traps is the world.
#
# Why deadlines are absolute. A function with a time-out of 30 seconds that makes three waits may
# take 90. With a deadline all three share the 30, and it can be handed down as it is.
#
# Why there are so few. Each trap is a promise that the loop keeps for ever. Whatever can be made of
# others (``sleep`` of ``Now`` and ``Sleep``, ``cancel`` of ``Cancel`` and ``Join``) is a function
# in ``io``.

from __future__ import annotations

import socket
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

if TYPE_CHECKING:
    from ftp_project.loop.task import Task

T = TypeVar("T")


class Readable(NamedTuple):
    """Wait until ``sock`` can be read, has a connection to accept, or has failed. Answer: None."""

    sock: socket.socket
    deadline: float | None


class Writable(NamedTuple):
    """Wait until ``sock`` can be written, has connected, or has failed. Answer: None."""

    sock: socket.socket
    deadline: float | None


class ReadableOrDone(NamedTuple):
    """Wait until ``sock`` can be read or ``task`` has ended, whatever comes first. Answer: None."""

    sock: socket.socket
    task: Task[Any]
    deadline: float | None


class Sleep(NamedTuple):
    """Wait until the loop's clock shows ``until``. Answer: None."""

    until: float


class Pause(NamedTuple):
    """Give the other tasks a turn and go on after them. Answer: None."""


class Now(NamedTuple):
    """Ask for the loop's time in seconds. Answer: a float; the task is not paused."""


class Current(NamedTuple):
    """Ask which task this is. Answer: the ``Task``; the task is not paused."""


class Spawn(NamedTuple):
    """Start ``coro`` as a task of its own. Answer: the new ``Task``.

    The new task belongs to the one that spawned it, and is cancelled when its owner ends, unless
    it is ``detached``. A ``background`` task gives way to all others after each of its turns. An
    ``eager`` one runs up to its first wait before the answer is given.
    """

    coro: Coro[Any]
    name: str = ""
    background: bool = False
    eager: bool = False
    detached: bool = False


class Join(NamedTuple):
    """Wait until ``task`` has ended. Answer: what it returned; what it raised is raised here."""

    task: Task[Any]
    deadline: float | None


class Cancel(NamedTuple):
    """Have ``Cancelled`` raised in ``task`` where it waits. Answer: None, at once."""

    task: Task[Any]


class RunInThread(NamedTuple):
    """Call ``function()`` in a thread and wait for it. Answer: what it returned or raised.

    A thread cannot be stopped: when the wait ends by deadline or cancellation the call goes on
    to its end and its result is dropped.
    """

    function: Callable[[], Any]
    deadline: float | None


class Close(NamedTuple):
    """Forget ``sock`` and close it; tasks that wait for it get ``OSError`` (EBADF).

    Sockets that were ever waited for are closed this way only: the operating system gives a closed
    descriptor's number to the next socket, and a loop that still watched the old one would wake
    the wrong task. Answer: None; the task is not paused.
    """

    sock: socket.socket


Trap: TypeAlias = (
    Readable
    | Writable
    | ReadableOrDone
    | Sleep
    | Pause
    | Now
    | Current
    | Spawn
    | Join
    | Cancel
    | RunInThread
    | Close
)

#: A coroutine of this loop: yields traps, is sent their answers, returns a ``T``.
Coro: TypeAlias = Generator[Trap, Any, T]
