"""Which task waits for which socket: the only file that touches a selector.

A socket stays registered after its wait is over. The next wait for the same thing then costs no
system call at all, and only when an event comes that nobody waits for is the interest dropped.

There are two selectors where the system can nest them (epoll, kqueue): one for the tasks in front
and one for background tasks. The front one watches the other's descriptor, so one wait covers
both, and looking for a new command costs the same with fifty transfers running as with none.
"""

# Why sockets stay registered. epoll_ctl(2) is a system call, and a session that registered for each
# wait would make two of them for each command. As epoll is level-triggered (epoll(7)), the price of
# staying is an event that nobody wants; it is then dropped, once.
#
# Why ``forget`` before close(2). The kernel gives the number of a closed descriptor to the next
# socket. A loop that still had the old one under that number would wake the wrong task. And epoll
# watches the open file, not the number: if another process has a copy, closing ours does not even
# end the watch. So the loop closes sockets (``traps.Close``), and an entry is believed only if it
# is of this very object.
#
# Why the ceiling for select. fd_set is a bit field of FD_SETSIZE (1024) bits, and select(2) of a
# higher number writes behind it. Python refuses that with an error; it is told here before any harm
# is done.

from __future__ import annotations

import errno
import selectors
import socket
from collections.abc import Callable
from typing import Any

from ftp_project.loop.task import LoopError, Task

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE

#: the names for --selector, and the classes of the standard library behind them
SELECTORS = {
    "auto": "DefaultSelector",
    "select": "SelectSelector",
    "poll": "PollSelector",
    "epoll": "EpollSelector",
    "kqueue": "KqueueSelector",
}

#: select() keeps its descriptors in a bit field of this size (select(2), FD_SETSIZE)
SELECT_CEILING = 1024


class TooManyDescriptors(OSError):  # noqa: N818 - the system's own words for EMFILE
    """The selector in use cannot watch a descriptor with so high a number."""

    def __init__(self, fd: int) -> None:
        super().__init__(
            errno.EMFILE,
            f"select() watches descriptors below {SELECT_CEILING} only and this one is {fd}: "
            "choose poll, epoll or kqueue",
        )


def make_selector(name: str) -> selectors.BaseSelector:
    """Return a new selector of the kind ``name``, one of ``SELECTORS``.

    Raises ``LoopError`` for an unknown name and for one that this system lacks.
    """
    kind = getattr(selectors, SELECTORS.get(name, ""), None)
    if kind is None:
        have = ", ".join(name for name, kind in SELECTORS.items() if hasattr(selectors, kind))
        raise LoopError(f"no selector {name!r} on this system: choose one of {have}")
    selector: selectors.BaseSelector = kind()
    return selector


class WatchedSocket:
    """One registered socket, the task that waits to read it, and the one that waits to write."""

    __slots__ = ("fd", "mask", "reader", "selector", "sock", "writer")

    def __init__(self, sock: socket.socket, fd: int, selector: selectors.BaseSelector) -> None:
        self.sock = sock
        self.fd = fd
        self.selector = selector
        self.mask = 0
        self.reader: Task[Any] | None = None
        self.writer: Task[Any] | None = None

    def leave(self, task: Task[Any]) -> None:
        """Note that ``task`` waits for this socket no longer; it stays registered."""
        task.watched = None
        if self.reader is task:
            self.reader = None
        if self.writer is task:
            self.writer = None


class Watcher:
    """The sockets that tasks wait for. ``wake(task)`` is called for each that can go on."""

    def __init__(self, kind: str, wake: Callable[[Task[Any]], None]) -> None:
        self._front = make_selector(kind)
        self._back = self._front
        self._wake = wake
        self._sockets: dict[int, WatchedSocket] = {}
        self._ceiling: float = float("inf")
        if isinstance(self._front, selectors.SelectSelector):
            self._ceiling = SELECT_CEILING
        # epoll and kqueue objects are descriptors themselves, and one can watch another.
        if hasattr(self._front, "fileno"):
            self._back = make_selector(kind)
            self._front.register(self._back, READ, None)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self._sockets)

    def wait(self, task: Task[Any], sock: socket.socket, event: int) -> None:
        """Note that ``task`` waits for ``event`` (READ or WRITE) of ``sock``.

        Raises ``OSError`` (EBADF) for a closed socket, ``TooManyDescriptors``, and
        ``LoopError`` when another task waits for the same thing.
        """
        fd = sock.fileno()
        watched = self._sockets.get(fd)
        if watched is None or watched.sock is not sock:
            watched = self._add(task, sock, fd, watched)
        if event == READ:
            if watched.reader is not None:
                raise LoopError(f"{watched.reader.name} waits to read this socket already")
            watched.reader = task
        else:
            if watched.writer is not None:
                raise LoopError(f"{watched.writer.name} waits to write this socket already")
            watched.writer = task
        task.watched = watched
        if not watched.mask & event:
            self._set_mask(watched, watched.mask | event)

    def _add(
        self, task: Task[Any], sock: socket.socket, fd: int, stale: WatchedSocket | None
    ) -> WatchedSocket:
        if fd < 0:
            raise OSError(errno.EBADF, "the socket is closed: nothing can be waited for")
        if fd >= self._ceiling:
            raise TooManyDescriptors(fd)
        if stale is not None:  # a socket that was not closed through the loop; its number is reused
            self._drop(stale)
        watched = WatchedSocket(sock, fd, self._back if task.background else self._front)
        self._sockets[fd] = watched
        return watched

    def _set_mask(self, watched: WatchedSocket, mask: int) -> None:
        if not watched.mask:
            watched.selector.register(watched.fd, mask, watched)
        elif mask:
            watched.selector.modify(watched.fd, mask, watched)
        else:
            watched.selector.unregister(watched.fd)
        watched.mask = mask

    def forget(self, sock: socket.socket) -> list[Task[Any]]:
        """Stop watching ``sock``, which is about to be closed; return the tasks that waited."""
        watched = self._sockets.get(sock.fileno())
        if watched is None or watched.sock is not sock:
            return []
        return self._drop(watched)

    def _drop(self, watched: WatchedSocket) -> list[Task[Any]]:
        del self._sockets[watched.fd]
        if watched.mask:
            self._set_mask(watched, 0)
        waiting = [task for task in (watched.reader, watched.writer) if task is not None]
        for task in waiting:
            watched.leave(task)
        return waiting

    def poll(self, timeout: float | None, background_too: bool) -> None:
        """Wait up to ``timeout`` seconds (None: for ever) and wake the tasks that can go on.

        Sockets of background tasks are asked only when ``background_too``: while such a task is
        queued anyway, the question would be a system call for nothing.
        """
        if timeout is not None and timeout > 86_400.0:
            timeout = 86_400.0  # epoll_wait counts milliseconds in an int
        back = False
        for (_, _, _, watched), events in self._front.select(timeout):
            if watched is None:
                back = background_too
            elif events == READ and watched.reader is not None:  # nearly always
                self._wake(watched.reader)
            else:
                self._deliver(watched, events)
        if back:
            for (_, _, _, watched), events in self._back.select(0):
                self._deliver(watched, events)

    def _deliver(self, watched: WatchedSocket, events: int) -> None:
        # Nobody waits for it: the interest is dropped, or a level-triggered selector would report
        # it in every turn from now on.
        unwanted = 0
        if events & READ:
            if watched.reader is not None:
                self._wake(watched.reader)
            else:
                unwanted = READ
        if events & WRITE:
            if watched.writer is not None:
                self._wake(watched.writer)
            else:
                unwanted |= WRITE
        if unwanted and watched.mask:
            self._set_mask(watched, watched.mask & ~unwanted)

    def close(self) -> None:
        """Give the selectors' own descriptors back; the sockets stay as they are."""
        self._sockets.clear()
        if self._back is not self._front:
            self._back.close()
        self._front.close()
