"""Socket operations for coroutines: try the system call first, wait only when it would block.

All of them are coroutines, called with ``yield from``; the sockets must be non-blocking. Each
takes the deadline of its waits (absolute loop time, or None for no limit) and raises
``TimedOut`` when it passes, ``OSError`` when the connection has failed.
"""

# Try first, then wait. A selector can only say that a socket *was* ready. Another task may have
# taken what was there, and Linux may report a socket as readable whose datagram is then thrown away
# for a wrong checksum (select(2), BUGS). So the call must be able to say "would block" anyway; and
# as most calls succeed at once (there is room in the socket's buffer, the next command is there
# already), asking the selector first would be one more system call for nearly nothing.
#
# So each function here is the same loop: call; on BlockingIOError yield a wait; call again. Only
# the call differs. asyncio (``sock_recv``, ``sock_sendall``) and curio do the same.
#
# ``sendall`` keeps a ``memoryview``: a slice of bytes copies what is left after each partial send,
# and sending a large buffer in small pieces would copy it again and again, in the square of its
# size.

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Callable
from typing import Any, TypeVar

from ftp_project.loop.task import Task, TaskCancelled
from ftp_project.loop.traps import (
    Cancel,
    Close,
    Coro,
    Current,
    Join,
    Now,
    Pause,
    Readable,
    ReadableOrDone,
    RunInThread,
    Sleep,
    Spawn,
    Writable,
)

T = TypeVar("T")


def recv(sock: socket.socket, size: int, deadline: float | None) -> Coro[bytes]:
    """Return up to ``size`` bytes, at least one; ``b""`` when the peer has finished sending."""
    while True:
        try:
            return sock.recv(size)
        except BlockingIOError:
            yield Readable(sock, deadline)


def recv_into(sock: socket.socket, buffer: memoryview, deadline: float | None) -> Coro[int]:
    """Receive into ``buffer``; return the number of bytes, 0 when the peer has finished."""
    while True:
        try:
            return sock.recv_into(buffer)
        except BlockingIOError:
            yield Readable(sock, deadline)


def sendall(sock: socket.socket, data: bytes | memoryview, deadline: float | None) -> Coro[None]:
    """Send all of ``data``, in as many pieces as the connection asks for."""
    view = memoryview(data)
    while view:
        try:
            view = view[sock.send(view) :]
        except BlockingIOError:
            yield Writable(sock, deadline)


def accept(sock: socket.socket, deadline: float | None) -> Coro[tuple[socket.socket, Any]]:
    """Return the next connection to the listener ``sock``, non-blocking, and its address."""
    while True:
        try:
            connection, address = sock.accept()
        except (BlockingIOError, ConnectionAbortedError):  # gone again before we came (accept(2))
            yield Readable(sock, deadline)
        else:
            connection.setblocking(False)
            return connection, address


def connect(sock: socket.socket, address: Any, deadline: float | None) -> Coro[None]:
    """Connect ``sock``. The address is numeric: a name would be looked up, and block the loop."""
    error = sock.connect_ex(address)
    if error in (errno.EINPROGRESS, errno.EWOULDBLOCK):
        yield Writable(sock, deadline)
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if error:
        raise OSError(error, os.strerror(error))


def sleep(seconds: float) -> Coro[None]:
    """Pause this task for ``seconds``."""
    current = yield Now()
    yield Sleep(current + seconds)


def pause() -> Coro[None]:
    """Let every other task that can go on make a step."""
    yield Pause()


def now() -> Coro[float]:
    """Return the loop's time, for deadlines: ``(yield from now()) + 30``."""
    current: float = yield Now()
    return current


def current() -> Coro[Task[Any]]:
    """Return the task that this coroutine runs in."""
    task: Task[Any] = yield Current()
    return task


def spawn(
    coro: Coro[T],
    name: str = "",
    *,
    background: bool = False,
    eager: bool = False,
    detached: bool = False,
) -> Coro[Task[T]]:
    """Start ``coro`` as a task of its own, see ``Spawn``."""
    task: Task[T] = yield Spawn(coro, name, background, eager, detached)
    return task


def join(task: Task[T], deadline: float | None) -> Coro[T]:
    """Return what ``task`` returns. Raises what it raises, TaskCancelled when it was cancelled."""
    result: T = yield Join(task, deadline)
    return result


def cancel(task: Task[Any], deadline: float | None) -> Coro[None]:
    """Cancel ``task`` and wait until it has cleaned up; a failure of its clean-up is raised."""
    yield Cancel(task)
    with contextlib.suppress(TaskCancelled):
        yield Join(task, deadline)


def readable_or_done(sock: socket.socket, task: Task[Any], deadline: float | None) -> Coro[None]:
    """Wait until ``sock`` can be read or ``task`` has ended."""
    yield ReadableOrDone(sock, task, deadline)


def run_in_thread(function: Callable[[], T], deadline: float | None) -> Coro[T]:
    """Call ``function()`` in a thread and return its result, so that it does not block the loop."""
    result: T = yield RunInThread(function, deadline)
    return result


def close(sock: socket.socket) -> Coro[None]:
    """Close ``sock`` so that the loop forgets it, see ``Close``."""
    yield Close(sock)
