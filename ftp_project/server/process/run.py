"""From settings to a running process, and to its end."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
from collections.abc import Callable

from ftp_project.accounts.users import Users
from ftp_project.config import Config
from ftp_project.errors import UsageError
from ftp_project.loop import Coro, Loop, LoopError, Task, TaskCancelled, close, join, spawn
from ftp_project.server.core import Server
from ftp_project.server.observe.observability import Operation
from ftp_project.server.process.activation import inherited_listeners, notify
from ftp_project.server.process.descriptors import raise_limit
from ftp_project.server.process.drain import drain
from ftp_project.server.process.factories import make_loop, make_tls, open_door
from ftp_project.server.process.reload import reload
from ftp_project.server.session.listener import serve
from ftp_project.server.session.table import USAGES


def run(
    config: Config,
    ready: Callable[[str, int], None],
    read_users: Callable[[], Users] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; ``ready(host, port)`` is called when clients can come.

    On SIGHUP the users are exchanged for what ``read_users()`` returns, and logs are opened anew.
    SIGTERM lets transfers end within ``config.grace`` seconds, a second one does not.

    Raises :class:`UsageError` when the server cannot start.
    """
    if config.umask is not None:
        os.umask(config.umask)
    tls = make_tls(config)
    with contextlib.ExitStack() as stack:
        operation = Operation(config, stack)
        raise_limit(config)
        gc.freeze()  # what is there by now stays: never searched again, and shared by workers
        if config.workers > 1:
            from ftp_project.server.process.workers import supervise  # multiprocessing is heavy

            supervise(config, operation, tls, ready, read_users)
            return
        try:
            loop = make_loop(config)
        except LoopError as error:
            raise UsageError(str(error)) from None
        listeners = inherited_listeners() or [open_door(config)]
        server = Server(config, loop.clock)
        server.tls, server.usages = tls, USAGES
        stack.callback(server.close)
        operation.attach(server, loop)
        loop.run(_Main(loop, server, operation, read_users).main(listeners, ready))


class _Main:
    """The first task, and what signals do to it."""

    def __init__(
        self,
        loop: Loop,
        server: Server,
        operation: Operation,
        read_users: Callable[[], Users] | None,
    ) -> None:
        self._loop = loop
        self._server = server
        self._operation = operation
        self._read_users = read_users
        self._doors: list[Task[None]] = []
        self._listeners: list[socket.socket] = []

    def main(self, listeners: list[socket.socket], ready: Callable[[str, int], None]) -> Coro[None]:
        """Serve until a signal ends it."""
        loop, self._listeners = self._loop, listeners
        for listener in listeners:
            door = yield from spawn(serve(self._server, listener), "listener", eager=True)
            self._doors.append(door)
        loop.on_signal(signal.SIGINT, self._end)
        loop.on_signal(signal.SIGTERM, self._drain)
        loop.on_signal(signal.SIGHUP, self._hung_up)
        host, port = listeners[0].getsockname()[:2]
        ready(host, port)
        self._operation.show_one(self._server, loop, f"ftp://{host}:{port}/")
        notify("READY=1")
        for door in self._doors:
            with contextlib.suppress(TaskCancelled):
                yield from join(door, None)
        if self._server.draining:
            yield from drain(self._server, self._server.config.grace, self._operation.idle)

    def _hung_up(self) -> None:
        self._loop.spawn(self._reload(), "reload")

    def _end(self) -> None:
        notify("STOPPING=1")
        self._server.draining = False
        for door in self._doors:
            self._loop.cancel(door)

    def _drain(self) -> None:
        if self._server.draining:
            self._end()
        else:
            self._server.draining = True
            notify("STOPPING=1")
            self._loop.spawn(self._close_doors(), "drain")

    def _close_doors(self) -> Coro[None]:
        for listener in self._listeners:
            yield from close(listener)

    def _reload(self) -> Coro[None]:
        notify("RELOADING=1")
        self._operation.reopen()
        yield from reload(self._server, self._read_users)
        notify("READY=1")
