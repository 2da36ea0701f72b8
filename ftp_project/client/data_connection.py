"""The data connection of a client: the bytes of one transfer, plain or under TLS."""

# The end of an upload is the delicate moment. close(2) on a socket with unread bytes sends RST in
# place of FIN (RFC 2525 2.17), and an RST destroys what the server has not read yet. TLS 1.3
# servers send tickets that an uploading client never reads. So the client says "no more from me"
# (shutdown), reads until the server closes, and closes then.
#
# The end of a download is delicate too: FTP marks it by closing, and a broken connection closes as
# well. In plain text only the size tells the two apart; under TLS close_notify does, and its
# absence is noted.

from __future__ import annotations

import contextlib
import os
import socket
import ssl
from collections.abc import Callable
from typing import Any

from ftp_project.client.errors import LocalError
from ftp_project.errors import reason
from ftp_project.loop import Coro, TimedOut, now, pause, recv, sendall, tls
from ftp_project.loop.tls_context import was_cut
from ftp_project.loop.traps import Writable

#: bytes moved by one call, and bytes after which other transfers get their turn
PIECE, TURN = 1 << 18, 4 << 20
#: most bytes of a listing: a server must not fill our memory
LISTING_LIMIT = 256 << 20
#: seconds for the server to close its side after ours
CLOSING = 10.0


class DataConnection:
    """One open data connection. ``stall`` is how many seconds may pass without a byte.

    ``moved(count)`` is told of every piece. Network failures are raised as OSError or TimedOut,
    failures of the local file as ``LocalError``.
    """

    def __init__(self, sock: socket.socket, stall: float, moved: Callable[[int], None]) -> None:
        self.sock = sock
        self.stall = stall
        self.moved = moved
        #: the peer ended TLS without close_notify: the data may be cut short
        self.ragged = False

    @property
    def secure(self) -> bool:
        """Whether the bytes go through TLS."""
        return isinstance(self.sock, ssl.SSLSocket)

    def _limit(self) -> Coro[float]:
        return (yield from now()) + self.stall

    def protect(
        self, context: ssl.SSLContext, host: str, session: ssl.SSLSession | None
    ) -> Coro[None]:
        """Put TLS on the connection; servers may demand that it resumes ``session``."""
        secured = self.sock = tls.wrap(
            self.sock, context, server_side=False, server_hostname=host, session=session
        )
        yield from tls.handshake(secured, (yield from self._limit()))

    def pull_piece(self) -> Coro[bytes]:
        """Return the next bytes; ``b""`` at the end."""
        operation: Any = tls.recv if self.secure else recv
        try:
            data: bytes = yield from operation(self.sock, PIECE, (yield from self._limit()))
        except ssl.SSLError as error:
            if not was_cut(error):
                raise
            self.ragged = True
            return b""
        return data

    def pull_all(self) -> Coro[bytes]:
        """Return everything that comes: a listing."""
        data = bytearray()
        while piece := (yield from self.pull_piece()):
            data += piece
            if len(data) > LISTING_LIMIT:
                raise LocalError("the server's listing does not end")
        if self.ragged:
            raise ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "no close_notify")
        return bytes(data)

    def pull_file(self, fd: int, name: str) -> Coro[int]:
        """Write everything that comes to ``fd``; return the number of bytes."""
        total, turn = 0, TURN
        while piece := (yield from self.pull_piece()):
            view = memoryview(piece)
            try:
                while view:
                    view = view[os.write(fd, view) :]
            except OSError as error:
                raise LocalError(f"cannot write {name}: {reason(error)}") from None
            total += len(piece)
            self.moved(len(piece))
            turn -= len(piece)
            if turn <= 0:
                yield from pause()
                turn = TURN
        return total

    def push_file(self, fd: int, offset: int, name: str) -> Coro[int]:
        """Send the file from ``offset`` to its end; return the number of bytes."""
        start, turn = offset, TURN
        while sent := (yield from self._push_piece(fd, offset, name)):
            offset += sent
            self.moved(sent)
            turn -= sent
            if turn <= 0:
                yield from pause()
                turn = TURN
        return offset - start

    def _push_piece(self, fd: int, offset: int, name: str) -> Coro[int]:
        if not self.secure:
            while True:
                try:
                    return os.sendfile(self.sock.fileno(), fd, offset, PIECE)
                except BlockingIOError:
                    yield Writable(self.sock, (yield from self._limit()))
        try:
            data = os.pread(fd, PIECE, offset)
        except OSError as error:
            raise LocalError(f"cannot read {name}: {reason(error)}") from None
        operation: Any = tls.sendall if self.secure else sendall
        yield from operation(self.sock, data, (yield from self._limit()))
        return len(data)

    def end_upload(self) -> Coro[None]:
        """Tell the server that this was all, and wait until it has closed its side.

        Closing at once could destroy bytes on their way: a socket that is closed with something
        unread (TLS tickets of the server, say) sends a reset.
        """
        if self.secure:
            tls.finish(self.sock)  # type: ignore[arg-type]
        with contextlib.suppress(OSError, TimedOut):
            self.sock.shutdown(socket.SHUT_WR)  # from here on the socket is a plain one
            deadline = (yield from now()) + CLOSING
            while (yield from recv(self.sock, PIECE, deadline)):
                pass
