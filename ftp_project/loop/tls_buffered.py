"""TLS for much data: many records with each system call.

An ``ssl.SSLSocket`` makes a system call for each record it sends (16 KiB at most, RFC 8446
5.1), and two for each one it receives. Here the TLS layer works in memory, and the socket moves
what it makes in larger pieces. See ``ssl.MemoryBIO`` in Python's documentation.
"""

# Where the time goes. A TLS record holds 16 KiB at most. SSL_read asks the socket for a record's
# five bytes of header and then for its body: two system calls for 16 KiB, and each passes through
# Python. With the layer in memory one recv(2) of 64 KiB brings four records.
#
# Why not larger pieces. malloc(3) may take memory from 128 KiB on directly from the kernel
# (mallopt(3), M_MMAP_THRESHOLD) and gives it back at once: each piece would cost page faults on all
# of its pages.
#
# What may pile up: at most one piece of received bytes and one ``write`` of encrypted ones, as
# nothing is encrypted before what was encrypted earlier has been sent.

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import Final

from ftp_project.loop.traps import Coro, Readable, Writable

#: bytes asked of the socket at once; what malloc(3) still takes from memory that it has
PIECE: Final = 1 << 16


class BufferedTLS:
    """The server's side of TLS on a non-blocking socket, which nobody else reads or writes.

    The methods that are no coroutines never wait: they raise BlockingIOError. A peer that ends
    without close_notify is an error (``tls_context.was_cut``): its data may be cut short by
    anybody (RFC 8446 6.1).

    ``tickets`` is how many are sent for resuming the session, see ``wrap``.
    """

    __slots__ = ("_incoming", "_layer", "_outgoing", "_unsent", "sock")

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, tickets: int = 0) -> None:
        self.sock = sock
        context.num_tickets = tickets  # copied by the layer when it is made
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._layer = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        #: encrypted, and not taken by the socket yet
        self._unsent = memoryview(b"")

    @property
    def resumed(self) -> bool:
        """Whether the handshake resumed a session that was agreed on before."""
        return bool(self._layer.session_reused)

    # ------------------------------------------------------------------ without waiting

    def read_into(self, view: memoryview) -> int:
        """Fill ``view`` as far as bytes have come; return their number, 0 at their end.

        Raises BlockingIOError when none have come, ssl.SSLError for bytes that are no TLS.
        """
        read, size, got = self._layer.read, len(view), 0
        while got < size:
            try:
                count = read(size - got, view[got:])
            except ssl.SSLWantReadError:
                try:
                    self._take_in()
                except BlockingIOError:
                    if got:
                        break
                    raise
                continue
            if not count:
                break
            got += count  # type: ignore[operator]
        if self._outgoing.pending:  # an answer of the layer itself, to a change of keys
            with contextlib.suppress(BlockingIOError):
                self.flush()
        return got

    def _take_in(self) -> None:
        data = self.sock.recv(PIECE)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def write(self, data: memoryview | bytes) -> None:
        """Encrypt all of ``data``, and send as much of it as goes at once.

        What was encrypted before is sent first; raises BlockingIOError while that does not go,
        and then nothing of ``data`` was taken.
        """
        self.flush()
        view = memoryview(data)
        write = self._layer.write
        while view:
            view = view[write(view) :]
        with contextlib.suppress(BlockingIOError):
            self.flush()

    def flush(self) -> None:
        """Send what is encrypted; raises BlockingIOError when not all of it goes at once."""
        while True:
            if not self._unsent:
                if not self._outgoing.pending:
                    return
                self._unsent = memoryview(self._outgoing.read())
            self._unsent = self._unsent[self.sock.send(self._unsent) :]

    def finish(self) -> None:
        """Send close_notify; what the peer has to say to it is not waited for (RFC 8446 6.1)."""
        with contextlib.suppress(OSError, ValueError):
            self._layer.unwrap()
        with contextlib.suppress(OSError):
            self.flush()

    # ------------------------------------------------------------------ coroutines

    def handshake(self, deadline: float | None) -> Coro[None]:
        """Agree on keys. Raises ssl.SSLError when the peer does not want what we offer."""
        while True:
            try:
                self._layer.do_handshake()
            except ssl.SSLWantReadError:
                yield from self.send_rest(deadline)
                try:
                    self._take_in()
                except BlockingIOError:
                    yield Readable(self.sock, deadline)
            except ssl.SSLError:
                with contextlib.suppress(OSError):
                    self.flush()  # the alert that tells why
                raise
            else:
                yield from self.send_rest(deadline)
                return

    def receive(self, size: int, deadline: float | None) -> Coro[bytes]:
        """Return up to ``size`` bytes, at least one; ``b""`` when the peer has closed the layer."""
        while True:
            try:
                return self._layer.read(size)
            except ssl.SSLWantReadError:
                yield from self.send_rest(deadline)
                try:
                    self._take_in()
                except BlockingIOError:
                    yield Readable(self.sock, deadline)

    def send_all(self, data: memoryview | bytes, deadline: float | None) -> Coro[None]:
        """Send all of ``data``."""
        yield from self.send_rest(deadline)
        self.write(data)
        yield from self.send_rest(deadline)

    def send_rest(self, deadline: float | None) -> Coro[None]:
        """Send what is encrypted."""
        while True:
            try:
                return self.flush()
            except BlockingIOError:
                yield Writable(self.sock, deadline)
