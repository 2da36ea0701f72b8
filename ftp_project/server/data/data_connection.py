"""An open data connection, plain or under TLS: its patience, its speed limits, its bytes."""

# Patience: when is a transfer stalled? TCP gives up a dead peer only after minutes (tcp(7),
# tcp_retries2), and one that lives and does not read, never: it says "window 0" for as long as it
# likes. So each wait for the client has a deadline. A deadline alone is not enough: a client that
# takes one byte a minute would never meet it, and a thousand of them hold a thousand sessions that
# others cannot have (the "slow read" attack). So there is a minimum rate too.
#
# The rule: a client is given ``stall`` seconds of waiting, and gets them again each time ``least``
# bytes have moved. Only waits *for the client* are charged against it. A slow disk, another
# session's turn or a speed limit of ours is not the client's fault, and a client that is throttled
# to 1 KB a second by us must not be thrown out for being slow. That is why a wait is bracketed by
# ``begin_wait`` and ``end_wait`` and nothing else is measured:
#
#     yield Writable(sock, connection.begin_wait())
#     connection.end_wait()
#
# Each costs one reading of the clock. ``send_file`` and ``receive_file`` get there only when the
# system call would block, so a small file that fits into the socket's buffer never asks for the
# time.
#
# Speed limits come before the bytes: ``wait_allowed`` reserves a piece and sleeps until it may
# be moved (``accounts/rates.py``). What was reserved and not used is given back at the end.

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from ftp_project.accounts.rates import Rates
from ftp_project.loop import Coro, close, recv, sendall, sleep

if TYPE_CHECKING:
    import ssl

    from ftp_project.loop.tls_buffered import BufferedTLS

#: the rates of a connection without limits
UNLIMITED = Rates(())


class DataConnection:
    """One data connection.

    ``clock`` gives the loop's time. ``stall`` is how many seconds the client may keep a transfer
    waiting for ``least`` bytes, and at least for one. ``moved`` counts the bytes moved so far.
    """

    __slots__ = (
        "_moved_then",
        "_patience",
        "_waits_since",
        "clock",
        "granted",
        "least",
        "moved",
        "rates",
        "secure",
        "sock",
        "stall",
        "upload",
    )

    def __init__(
        self,
        sock: socket.socket,
        clock: Callable[[], float],
        stall: float,
        rates: Rates = UNLIMITED,
        least: int = 0,
        secure: BufferedTLS | None = None,
    ) -> None:
        self.sock = sock
        self.clock = clock
        self.stall = stall
        self.least = least
        #: seconds of waiting that are left, and ``moved`` at the time when they were granted
        self._patience, self._moved_then = stall, 0
        #: when the present wait began
        self._waits_since = 0.0
        self.rates = rates
        self.moved = 0
        #: whether the bytes come from the client
        self.upload = False
        #: bytes that the limits allow and that have not been moved yet
        self.granted = 0
        #: its TLS layer, if it has one: sendfile and its kin cannot be used
        self.secure = secure

    def begin_wait(self) -> float:
        """Begin to wait for the client; return the deadline of the wait, in the loop's time."""
        if self.moved - self._moved_then >= self.least:
            self._patience, self._moved_then = self.stall, self.moved
        now = self._waits_since = self.clock()
        return now + self._patience

    def end_wait(self) -> None:
        """Charge the client with the time since ``begin_wait``."""
        self._patience -= self.clock() - self._waits_since

    def protect(self, context: ssl.SSLContext, need_reuse: bool) -> Coro[None]:
        """Put TLS on the connection, as its server (RFC 4217 9), unless it is there already.

        With ``need_reuse`` a client that does not resume a TLS session of ours is refused: it
        could be another client than that of the control connection. Raises ssl.SSLError.
        """
        if self.secure is None:
            from ftp_project.loop.tls_buffered import BufferedTLS

            secure = BufferedTLS(self.sock, context)
            yield from secure.handshake(self.begin_wait())
            self.end_wait()
            self.secure = secure
        if need_reuse and not self.secure.resumed:
            raise OSError("the TLS session of the control connection was not reused")

    def send_all(self, data: bytes | memoryview) -> Coro[None]:
        """Send all of ``data``, no faster than allowed."""
        view = memoryview(data)
        while view:
            piece = view[: (yield from self.wait_allowed())] if self.rates else view
            deadline = self.begin_wait()
            if self.secure is None:
                yield from sendall(self.sock, piece, deadline)
            else:
                yield from self.secure.send_all(piece, deadline)
            self.end_wait()
            self.count(len(piece))
            view = view[len(piece) :]

    def receive(self, size: int) -> Coro[bytes]:
        """Return up to ``size`` bytes; ``b""`` at the end of the data."""
        if self.rates:
            size = min(size, (yield from self.wait_allowed()))
        deadline = self.begin_wait()
        if self.secure is None:
            data = yield from recv(self.sock, size, deadline)
        else:
            data = yield from self.secure.receive(size, deadline)
        self.end_wait()
        self.count(len(data))
        return data

    def wait_allowed(self) -> Coro[int]:
        """Wait until the limits allow some bytes; return how many."""
        if self.granted <= 0:
            self.granted += self.rates.piece
            seconds = self.rates.reserve(self.clock())
            if seconds:
                yield from sleep(seconds)
        return self.granted

    def count(self, moved: int) -> None:
        """Count bytes that were moved."""
        self.moved += moved
        self.granted -= moved

    def end(self) -> Coro[None]:
        """Close the connection; under TLS its end is told first."""
        if self.rates and self.granted > 0:
            self.rates.give_back(self.granted, self.clock())
        if self.secure is not None:
            self.secure.finish()
        yield from close(self.sock)
