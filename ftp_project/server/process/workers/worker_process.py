"""The child's side: a server whose listener is a channel, and which obeys its parent."""

# A worker inherits everything from its parent by fork(2): settings, open logs, the listening
# socket. It must not inherit a loop, a selector or a thread, as none of them survives a fork in a
# usable state.
#
# The parent's death must end it, however the parent died. No signal does that in a portable way;
# the end of the channel does: the kernel closes the parent's end, and reading finds end of file.

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ftp_project.accounts.users import Users
from ftp_project.config import Config
from ftp_project.loop import (
    Coro,
    Loop,
    Task,
    TaskCancelled,
    close,
    join,
    recv,
    sendall,
    sleep,
    spawn,
)
from ftp_project.server.core import Server
from ftp_project.server.observe.observability import Observability
from ftp_project.server.observe.snapshot import (
    SHOWN_ROWS,
    encode_snapshot,
    take_snapshot,
)
from ftp_project.server.process.drain import drain
from ftp_project.server.process.factories import make_loop
from ftp_project.server.process.reload import reload_certificate, reload_users
from ftp_project.server.process.workers.channel import (
    CERTIFICATE,
    DRAIN,
    REOPEN,
    USERS,
    Channel,
    HandedClients,
)
from ftp_project.server.process.workers.shared import Shared
from ftp_project.server.session.listener import serve

if TYPE_CHECKING:
    import ssl

#: seconds between two reports for the status screen
REPORT = 0.25


#: those that mean something; blocked in the parent while it has no loop, and so at our birth
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class WorkerSetup(NamedTuple):
    """What every worker is given: the settings, and what was opened before the fork."""

    config: Config
    observability: Observability
    shared: Shared
    tls: ssl.SSLContext | None
    read_users: Callable[[], Users] | None


def run_worker(setup: WorkerSetup, number: int, channel: Channel) -> None:
    """Serve the clients that come through the channel, until the parent orders the end or is gone.

    To be called in a new process, with signals blocked; ``number`` counts from 0.
    """
    orders, clients = channel.keep_worker()
    clients.received = setup.shared.received[number]
    loop = make_loop(setup.config)
    server = Server(setup.config, loop.clock)
    server.tls = setup.tls
    setup.shared.install(server, number)
    setup.observability.attach(server, loop, setup.shared.counters[number])
    try:
        loop.run(_WorkerServer(setup, loop, server).main(orders, clients))
    finally:
        server.close()


class _WorkerServer:
    def __init__(self, setup: WorkerSetup, loop: Loop, server: Server) -> None:
        self._setup = setup
        self._loop = loop
        self._server = server
        self._orders: Task[None] | None = None
        self._clients: HandedClients | None = None

    def main(self, orders: socket.socket, clients: HandedClients) -> Coro[None]:
        """The first task."""
        self._clients = clients
        # Ctrl-C in a terminal goes to all processes: it is the parent that decides. Handlers, as
        # what is ignored would be ignored by hooks too.
        for number in SIGNALS:
            self._loop.on_signal(number, lambda: None)
        self._loop.on_signal(signal.SIGTERM, self._drain)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        yield from spawn(serve(self._server, clients), "clients", eager=True)
        if self._setup.observability.has_screen:
            yield from spawn(self._keep_reporting(orders), "report")
        self._orders = yield from spawn(self._obey(orders), "orders")
        try:
            with contextlib.suppress(TaskCancelled):
                yield from join(self._orders, None)
        finally:
            signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # an impatient second Ctrl-C

    def _obey(self, orders: socket.socket) -> Coro[None]:
        """Do what the parent says; return when it is gone, which means: end at once."""
        read_users = self._setup.read_users
        with contextlib.suppress(OSError):  # gone, and had not read all of our reports
            while order := (yield from recv(orders, 1, None)):
                if order == DRAIN:
                    self._drain()
                elif order == REOPEN:
                    self._setup.observability.reopen()
                elif order == CERTIFICATE:
                    self._loop.spawn(reload_certificate(self._server), "reload")
                elif order == USERS and read_users is not None:
                    self._loop.spawn(reload_users(self._server, read_users), "reload")

    def _keep_reporting(self, orders: socket.socket) -> Coro[None]:
        """Show the parent, again and again, what a screen would show."""
        with contextlib.suppress(OSError):  # it is gone
            while True:
                yield from sleep(REPORT)
                seen = take_snapshot(self._server, SHOWN_ROWS)
                yield from sendall(orders, encode_snapshot(seen), None)

    def _drain(self) -> None:
        if not self._server.draining:
            self._server.draining = True
            self._loop.spawn(self._drained(), "drain")

    def _drained(self) -> Coro[None]:
        """End when the transfers have."""
        assert self._clients is not None
        assert self._orders is not None
        yield from close(self._clients)
        yield from drain(self._server, self._setup.config.grace, self._setup.observability.idle)
        self._loop.cancel(self._orders)
