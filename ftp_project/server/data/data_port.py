"""The data port: who opens the next data connection, and where it may come from (RFC 959 3.2).

A session keeps its passive listener from one transfer to the next: opening one costs more than
sending a small file. Before it is offered again, connections that nobody used are closed; when one
is accepted, its peer must be the client of the control connection, else it is a stranger
(the "pizza thief", RFC 2577 3) and closed while the right one is still waited for.

Under TLS the connection is taken as soon as it comes, and not when the transfer command does:
RFC 4217 does not say whether a client does the handshake before it sends that command, and some
wait for it (aioftp) while others come afterwards.
"""

# Why SO_REUSEADDR. The side that closes a TCP connection first keeps its port in TIME_WAIT for a
# minute (RFC 9293 3.6). In FTP that is the server after each download. Without the option the ports
# of a small range would be used up by files that were sent long ago.
#
# Why the port cannot be foretold. Whoever can guess the next port can connect to it before the
# client does and receive its file. The peer's address is checked too, but many clients share one
# (NAT).
#
# Why not one listener for all sessions. Two clients behind one address could then not be told
# apart: a data connection says nothing but where it comes from.
#
# Why poll(2) before accept(2). Usually nothing waits, and to learn that from accept(2) means to
# make an exception. Measured, the question costs a seventh.

from __future__ import annotations

import errno
import random
import select
import socket
from typing import TYPE_CHECKING, Any

from ftp_project.loop import Coro, Task, TimedOut, cancel, close, join, now, pause, spawn
from ftp_project.loop import connect as connect_to
from ftp_project.loop.traps import Readable

if TYPE_CHECKING:
    import ssl

    from ftp_project.loop.tls_buffered import BufferedTLS

#: connections that may wait on a passive listener: the client's own, and a few strangers
BACKLOG = 8
#: ports of a range that are tried before the client is told to come again (425)
MOST_TRIED = 1000


class NoDataConnectionError(Exception):
    """The client asked for a transfer before PASV, EPSV, PORT or EPRT."""


class DataPort:
    """The data connections of one session, one after the other.

    ``family`` is that of the control connection, whose two ends are ``local`` and ``peer``.
    ``ports`` are the first and last one to listen on; None leaves the choice to the system.
    """

    __slots__ = (
        "_early", "_listener", "_port", "_ports", "_renewed", "_target", "armed", "family", "local",
        "peer",
    )  # fmt: skip

    def __init__(
        self, family: int, local: str, peer: str, ports: tuple[int, int] | None = None
    ) -> None:
        self.family = family
        self.local = local
        self.peer = peer
        #: PASV, EPSV, PORT or EPRT was given for the next transfer
        self.armed = False
        self._ports = ports
        self._listener: socket.socket | None = None
        self._port = 0
        self._target: tuple[Any, ...] | None = None
        #: takes the connection under TLS before it is asked for
        self._early: Task[BufferedTLS | OSError | TimedOut] | None = None
        #: PASV or its kin came, and what is taken early belongs to the one before
        self._renewed = False

    def listen(self) -> int:
        """Listen for the client's next data connection; return the port.

        Raises OSError when no port can be had.
        """
        if self._listener is None:
            self._listener = self._new_listener()
            self._port = self._listener.getsockname()[1]
        else:
            self._close_unused(self._listener)
        self.armed, self._target, self._renewed = True, None, True
        return self._port

    def _new_listener(self) -> socket.socket:
        listener = socket.socket(self.family, socket.SOCK_STREAM)
        try:
            listener.setblocking(False)
            # Else closed connections that linger in TIME_WAIT would use up the ports.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            for port in self._candidates():
                try:
                    listener.bind((self.local, port))
                    listener.listen(BACKLOG)
                    return listener
                except OSError as error:
                    if not port or error.errno != errno.EADDRINUSE:
                        raise
            raise OSError(errno.EADDRINUSE, "all passive ports are in use")
        except OSError:
            listener.close()
            raise

    def _candidates(self) -> list[int]:
        """Return the ports to try: neighbours, from a place that cannot be foretold."""
        if self._ports is None:
            return [0]
        first, last = self._ports
        count = last - first + 1
        start = random.randrange(count)
        return [first + (start + step) % count for step in range(min(count, MOST_TRIED))]

    @staticmethod
    def _close_unused(listener: socket.socket) -> None:
        # Asked first: an accept for nothing costs seven times as much, as it makes a socket
        # before it looks, and an exception after it.
        waiting = select.poll()
        waiting.register(listener, select.POLLIN)
        while waiting.poll(0):
            try:
                listener.accept()[0].close()
            except OSError:
                return

    def target(self, host: str, port: int) -> None:
        """Note where to connect to for the next transfer (active mode)."""
        self.armed, self._target, self._renewed = True, (host, port), True

    def establish(self, deadline: float) -> Coro[tuple[socket.socket, BufferedTLS | None]]:
        """Return the connection for one transfer, non-blocking, and its TLS layer if it has one.

        Raises TimedOut, OSError, or ``NoDataConnectionError``.
        """
        if not self.armed:
            raise NoDataConnectionError
        # One offer is for one transfer, whatever becomes of it.
        self.armed = False
        if self._target is not None:
            return (yield from self._connect(self._target, deadline)), None
        early, self._early = self._early, None  # it belongs to this transfer now
        if early is None:
            return (yield from self._accept_ours(deadline)), None
        try:
            found = yield from join(early, deadline)
        except BaseException:
            yield from _stop(early)
            raise
        if isinstance(found, Exception):
            raise found
        return found.sock, found

    def _accept_ours(self, deadline: float | None) -> Coro[socket.socket]:
        listener = self._listener
        assert listener is not None
        while True:
            try:
                connection, address = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):  # as in loop.accept
                yield Readable(listener, deadline)
                continue
            connection.setblocking(False)
            if address[0] == self.peer:
                if self._ports is not None:  # they are few: others may need this one
                    yield from self._close_listener()
                return connection
            connection.close()
            yield from pause()  # strangers may come without end

    def is_due(self, protected: bool) -> bool:
        """Tell whether ``take_early`` has to be called, after a command has been answered."""
        wanted = protected and self.armed and self._target is None
        return self._renewed or wanted != (self._early is not None)

    def take_early(self, context: ssl.SSLContext | None, seconds: float) -> Coro[None]:
        """Accept the next passive connection as soon as it comes, and put it under TLS.

        Without a ``context`` nothing is taken early any more. ``seconds`` are for the handshake.
        """
        self._renewed = False
        yield from self._drop_early()
        if context is not None and self.armed and self._target is None:
            self._early = yield from spawn(self._take(context, seconds), "early data connection")

    def _take(
        self, context: ssl.SSLContext, seconds: float
    ) -> Coro[BufferedTLS | OSError | TimedOut]:
        """Return the protected connection, or the error, which the transfer then raises."""
        from ftp_project.loop.tls_buffered import BufferedTLS

        try:
            sock = yield from self._accept_ours(None)
        except OSError as error:
            return error
        try:
            secured = BufferedTLS(sock, context)
            yield from secured.handshake((yield from now()) + seconds)
        except (OSError, TimedOut) as error:
            yield from close(sock)
            return error
        except BaseException:
            yield from close(sock)
            raise
        return secured

    def _drop_early(self) -> Coro[None]:
        task, self._early = self._early, None
        if task is not None:
            yield from _stop(task)

    def _connect(self, target: tuple[Any, ...], deadline: float) -> Coro[socket.socket]:
        sock = socket.socket(self.family, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            # Bound to the address that the client knows: its firewall may let no other one in. The
            # port is any; the one that RFC 959 3.2 names (L-1, usually 20) needs root.
            sock.bind((self.local, 0))
            yield from connect_to(sock, target, deadline)
        except BaseException:
            yield from close(sock)
            raise
        return sock

    def shut(self) -> Coro[None]:
        """Close the listener, and what was accepted early."""
        self.armed = False
        yield from self._drop_early()
        yield from self._close_listener()

    def _close_listener(self) -> Coro[None]:
        listener, self._listener = self._listener, None
        if listener is not None:
            yield from close(listener)


def _stop(early: Task[BufferedTLS | OSError | TimedOut]) -> Coro[None]:
    """Cancel an early accept, whether the connection has come or not."""
    yield from cancel(early, None)
    if early.result is not None and not isinstance(early.result, Exception):
        yield from close(early.result.sock)
