"""An open data connection: plain or under TLS, with its speed limits and its count of bytes."""

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

    ``clock`` gives the loop's time and ``stall`` the seconds without a byte after which a
    transfer is given up; so is one that has waited as long for ``least`` bytes, else a client
    could hold it for ever with one byte at a time. ``moved`` counts the bytes that were moved.
    """

    __slots__ = (
        "_asked_at",
        "_counted",
        "_patience",
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
        #: seconds for which we still wait, and the bytes at which they were given
        self._patience, self._counted = stall, 0
        #: since when we wait, unless we move bytes
        self._asked_at: float | None = None
        self.rates = rates
        self.moved = 0
        #: which way the bytes go
        self.upload = False
        #: bytes that the limits allow and that have not been moved yet
        self.granted = 0
        #: its TLS layer, if it has one: sendfile and its kin cannot be used
        self.secure = secure

    def deadline(self) -> float:
        """Return when a wait for the client that begins now gives up.

        Only such waits count: a slow disk, or a limit of ours, is not the client's fault.
        """
        now = self.clock()
        if self.moved - self._counted >= self.least:
            self._patience, self._counted = self.stall, self.moved
        elif self._asked_at is not None:
            self._patience -= now - self._asked_at
        self._asked_at = now
        return now + self._patience

    def protect(self, context: ssl.SSLContext, need_reuse: bool) -> Coro[None]:
        """Put TLS on the connection, as its server (RFC 4217 9), unless it is there already.

        With ``need_reuse`` a client that does not resume a TLS session of ours is refused: it
        could be another one than that of the control connection. Raises ssl.SSLError.
        """
        if self.secure is None:
            from ftp_project.loop.tls_buffered import BufferedTLS

            secure = BufferedTLS(self.sock, context)
            yield from secure.handshake(self.deadline())
            self.secure = secure
        if need_reuse and not self.secure.resumed:
            raise OSError("the TLS session of the control connection was not reused")

    def send_all(self, data: bytes | memoryview) -> Coro[None]:
        """Send all of ``data``, no faster than allowed."""
        view = memoryview(data)
        while view:
            piece = view[: (yield from self.wait_allowed())] if self.rates else view
            if self.secure is None:
                yield from sendall(self.sock, piece, self.deadline())
            else:
                yield from self.secure.send_all(piece, self.deadline())
            self.count(len(piece))
            view = view[len(piece) :]

    def receive(self, size: int) -> Coro[bytes]:
        """Return up to ``size`` bytes; ``b""`` at the end of the data."""
        if self.rates:
            size = min(size, (yield from self.wait_allowed()))
        if self.secure is None:
            data = yield from recv(self.sock, size, self.deadline())
        else:
            data = yield from self.secure.receive(size, self.deadline())
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
        if self._asked_at is not None:
            self._patience -= self.clock() - self._asked_at
            self._asked_at = None
        self.moved += moved
        self.granted -= moved

    def end(self) -> Coro[None]:
        """Close the connection; under TLS its end is told first."""
        if self.rates and self.granted > 0:
            self.rates.give_back(self.granted, self.clock())
        if self.secure is not None:
            self.secure.finish()
        yield from close(self.sock)
