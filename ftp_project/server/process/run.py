"""From settings to a running process, and to its end."""

# The order matters. What can be refused is refused first, with one sentence: the certificate, the
# logs, the commands of hooks. What is heavy is made before the collector's generations are frozen
# (``gc.freeze``): it is never searched again, and, with workers, stays shared by all of them, since
# a collector that writes into an object's header copies its page (copy on write, fork(2)). A
# selector is made last, after any fork: an epoll object is shared by those who inherit its
# descriptor, and each would take the others' events (epoll(7)).

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
from ftp_project.server.observe.observability import Observability
from ftp_project.server.process.activation import inherited_listeners, notify
from ftp_project.server.process.descriptors import raise_limit
from ftp_project.server.process.drain import drain
from ftp_project.server.process.factories import make_loop, make_tls, open_listener
from ftp_project.server.process.reload import reload
from ftp_project.server.session.listener import serve


def run(
    config: Config,
    ready: Callable[[str, int], None],
    read_users: Callable[[], Users] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; ``ready(host, port)`` is called when clients can connect.

    On SIGHUP the users are exchanged for what ``read_users()`` returns, and logs are reopened.
    SIGTERM lets transfers end within ``config.grace`` seconds, a second one does not.

    Raises ``UsageError`` when the server cannot start.
    """
    if config.umask is not None:
        os.umask(config.umask)
    tls = make_tls(config)
    with contextlib.ExitStack() as stack:
        observability = Observability(config, stack)
        raise_limit(config)
        gc.freeze()  # what is there by now stays: never searched again, and shared by workers
        if config.workers > 1:
            from ftp_project.server.process.workers import supervise  # multiprocessing is heavy

            supervise(config, observability, tls, ready, read_users)
            return
        try:
            loop = make_loop(config)
        except LoopError as error:
            raise UsageError(str(error)) from None
        listeners = inherited_listeners() or [open_listener(config)]
        server = Server(config, loop.clock)
        server.tls = tls
        stack.callback(server.close)
        observability.attach(server, loop)
        loop.run(_Main(loop, server, observability, read_users).main(listeners, ready))


class _Main:
    """The first task, and what signals do to it."""

    def __init__(
        self,
        loop: Loop,
        server: Server,
        observability: Observability,
        read_users: Callable[[], Users] | None,
    ) -> None:
        self._loop = loop
        self._server = server
        self._observability = observability
        self._read_users = read_users
        self._accepting: list[Task[None]] = []
        self._listeners: list[socket.socket] = []

    def main(self, listeners: list[socket.socket], ready: Callable[[str, int], None]) -> Coro[None]:
        """Serve until a signal ends it."""
        loop, self._listeners = self._loop, listeners
        for listener in listeners:
            task = yield from spawn(serve(self._server, listener), "listener", eager=True)
            self._accepting.append(task)
        loop.on_signal(signal.SIGINT, self._end)
        loop.on_signal(signal.SIGTERM, self._drain)
        loop.on_signal(signal.SIGHUP, self._hung_up)
        host, port = listeners[0].getsockname()[:2]
        ready(host, port)
        self._observability.show_one(self._server, loop, f"ftp://{host}:{port}/")
        notify("READY=1")
        for task in self._accepting:
            with contextlib.suppress(TaskCancelled):
                yield from join(task, None)
        if self._server.draining:
            yield from drain(self._server, self._server.config.grace, self._observability.idle)

    def _hung_up(self) -> None:
        self._loop.spawn(self._reload(), "reload")

    def _end(self) -> None:
        notify("STOPPING=1")
        self._server.draining = False
        for task in self._accepting:
            self._loop.cancel(task)

    def _drain(self) -> None:
        if self._server.draining:
            self._end()
        else:
            self._server.draining = True
            notify("STOPPING=1")
            self._loop.spawn(self._close_listeners(), "drain")

    def _close_listeners(self) -> Coro[None]:
        for listener in self._listeners:
            yield from close(listener)

    def _reload(self) -> Coro[None]:
        notify("RELOADING=1")
        self._observability.reopen()
        yield from reload(self._server, self._read_users)
        notify("READY=1")
