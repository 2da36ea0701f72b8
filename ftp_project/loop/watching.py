"""Who waits for which socket: the only file that touches a selector.

A socket stays registered after its wait is over. The next wait for the same thing then costs no
system call at all, and only when an event comes that nobody waits for is the interest dropped.

There are two selectors where the system can nest them (epoll, kqueue): one for the tasks in front
and one for background tasks. The front one watches the other's descriptor, so one wait covers
both, and looking for a new command costs the same with fifty transfers running as with none.
"""

from __future__ import annotations

import errno
import selectors
import socket
from collections.abc import Callable
from typing import Any

from .task import LoopError, Task

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
    """Return a new selector of the kind ``name``, one of :data:`SELECTORS`.

    Raises :class:`LoopError` for an unknown name and for one that this system lacks.
    """
    kind = getattr(selectors, SELECTORS.get(name, ""), None)
    if kind is None:
        have = ", ".join(name for name, kind in SELECTORS.items() if hasattr(selectors, kind))
        raise LoopError(f"no selector {name!r} on this system: choose one of {have}")
    selector: selectors.BaseSelector = kind()
    return selector


class Watch:
    """One registered socket: who waits to read it, who to write it."""

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
        task.watch = None
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
        self._watches: dict[int, Watch] = {}
        self._ceiling: float = float("inf")
        if isinstance(self._front, selectors.SelectSelector):
            self._ceiling = SELECT_CEILING
        if hasattr(self._front, "fileno"):
            self._back = make_selector(kind)
            self._front.register(self._back, READ, None)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self._watches)

    def wait(self, task: Task[Any], sock: socket.socket, event: int) -> None:
        """Note that ``task`` waits for ``event`` (READ or WRITE) of ``sock``.

        Raises :class:`OSError` (EBADF) for a closed socket, :class:`TooManyDescriptors`, and
        :class:`LoopError` when another task waits for the same thing.
        """
        fd = sock.fileno()
        watch = self._watches.get(fd)
        if watch is None or watch.sock is not sock:
            watch = self._add(task, sock, fd, watch)
        if event == READ:
            if watch.reader is not None:
                raise LoopError(f"{watch.reader.name} waits to read this socket already")
            watch.reader = task
        else:
            if watch.writer is not None:
                raise LoopError(f"{watch.writer.name} waits to write this socket already")
            watch.writer = task
        task.watch = watch
        if not watch.mask & event:
            self._set_mask(watch, watch.mask | event)

    def _add(self, task: Task[Any], sock: socket.socket, fd: int, stale: Watch | None) -> Watch:
        if fd < 0:
            raise OSError(errno.EBADF, "the socket is closed: nothing can be waited for")
        if fd >= self._ceiling:
            raise TooManyDescriptors(fd)
        if stale is not None:  # a socket that was not closed through the loop; its number is reused
            self._drop(stale)
        watch = Watch(sock, fd, self._back if task.background else self._front)
        self._watches[fd] = watch
        return watch

    def _set_mask(self, watch: Watch, mask: int) -> None:
        if not watch.mask:
            watch.selector.register(watch.fd, mask, watch)
        elif mask:
            watch.selector.modify(watch.fd, mask, watch)
        else:
            watch.selector.unregister(watch.fd)
        watch.mask = mask

    def forget(self, sock: socket.socket) -> list[Task[Any]]:
        """Stop watching ``sock``, which is about to be closed; return the tasks that waited."""
        watch = self._watches.get(sock.fileno())
        if watch is None or watch.sock is not sock:
            return []
        return self._drop(watch)

    def _drop(self, watch: Watch) -> list[Task[Any]]:
        del self._watches[watch.fd]
        if watch.mask:
            self._set_mask(watch, 0)
        waiting = [task for task in (watch.reader, watch.writer) if task is not None]
        for task in waiting:
            watch.leave(task)
        return waiting

    def poll(self, timeout: float | None, background_too: bool) -> None:
        """Wait up to ``timeout`` seconds (None: for ever) and wake the tasks that can go on.

        Sockets of background tasks are asked only when ``background_too``: while such a task is
        queued anyway, the question would be a system call for nothing.
        """
        if timeout is not None and timeout > 86_400.0:
            timeout = 86_400.0  # epoll_wait counts milliseconds in an int
        back = False
        for (_, _, _, watch), events in self._front.select(timeout):
            if watch is None:
                back = background_too
            elif events == READ and watch.reader is not None:  # nearly always
                self._wake(watch.reader)
            else:
                self._deliver(watch, events)
        if back:
            for (_, _, _, watch), events in self._back.select(0):
                self._deliver(watch, events)

    def _deliver(self, watch: Watch, events: int) -> None:
        unwanted = 0
        if events & READ:
            if watch.reader is not None:
                self._wake(watch.reader)
            else:
                unwanted = READ
        if events & WRITE:
            if watch.writer is not None:
                self._wake(watch.writer)
            else:
                unwanted |= WRITE
        if unwanted and watch.mask:
            self._set_mask(watch, watch.mask & ~unwanted)

    def close(self) -> None:
        """Give the selectors' own descriptors back; the sockets stay as they are."""
        self._watches.clear()
        if self._back is not self._front:
            self._back.close()
        self._front.close()
