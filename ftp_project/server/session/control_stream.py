"""The bytes of a control connection: replies collected and sent, in the clear or under TLS."""

# Nothing here knows of commands or of sessions: what is said, and when, is ``control``'s matter.
#
# Replies are collected. ``say`` adds to a buffer and sends nothing. A client that has sent ten
# commands at once gets ten replies in one packet, and a small file's 150 and 226 travel together.
# That is as much a matter of correctness as of speed: Nagle's algorithm (RFC 896) would hold a
# second small packet back until the first is acknowledged, and the client's delayed acknowledgment
# (RFC 1122 4.2.3.2) would take its 40 ms; so Nagle is off (``listener``) and the packets are few.
#
# The last reply waits for the end. When the connection is closed right behind a reply, the
# reply is sent with MSG_MORE (send(2)), so that it leaves in the same packet as the FIN.
#
# TLS goes the same way. OpenSSL may want to write while we read and to read while we write. So
# ``start_tls`` exchanges not only the socket but also the function that sends and the exceptions
# that mean "would block"; no caller asks which of the two it has.

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from ftp_project.loop import Coro, TimedOut, close, sendall

if TYPE_CHECKING:
    import ssl

#: "more is to come": what is sent waits a moment, to leave together with the end (send(2))
MORE = getattr(socket, "MSG_MORE", 0)
#: bytes read from the control connection at once
READ_SIZE = 8192


class ControlStream:
    """The two directions of one control connection. ``out`` holds the replies to be sent."""

    __slots__ = ("_sendall", "out", "secure", "sock", "would_block")

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.out = bytearray()
        #: whether the bytes go through TLS
        self.secure = False
        self._sendall: Any = sendall
        #: what a call raises that cannot be done without waiting
        #: what a call raises that would have to wait
        self.would_block: tuple[type[OSError], ...] = (BlockingIOError,)

    def has_unread(self) -> bool:
        """Tell whether OpenSSL holds bytes that are read already: no selector would see them."""
        return self.secure and bool(self.sock.pending())  # type: ignore[attr-defined]

    def peer_has_closed(self) -> bool:
        """Tell whether the client has closed its side and left nothing to be read."""
        try:
            # Below TLS: what it would say is decided by whether any bytes are left.
            return socket.socket.recv(self.sock, 1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def send_at_once(self, flags: int = 0) -> bool:
        """Send ``out`` as far as that goes without waiting; tell whether it was all."""
        out = self.out
        try:
            del out[: self.sock.send(out, flags)]
        except self.would_block:
            return False
        return not out

    def send_all(self, deadline: float) -> Coro[None]:
        """Send all of ``out``. Raises TimedOut when the client does not read it in time."""
        data = bytes(self.out)
        self.out.clear()
        yield from self._sendall(self.sock, data, deadline)

    def start_tls(self, context: ssl.SSLContext, deadline: float) -> Coro[None]:
        """Do the handshake; from then on everything goes through TLS. Raises OSError."""
        from ftp_project.loop import tls

        secured = self.sock = tls.wrap(self.sock, context, server_side=True)
        try:
            yield from tls.handshake(secured, deadline)
        except TimedOut:
            raise OSError("the TLS handshake took too long") from None
        self._sendall, self.would_block = tls.sendall, tls.WOULD_BLOCK
        self.secure = True

    def end(self) -> Coro[None]:
        """Close the connection; under TLS its end is told first."""
        if self.secure:
            from ftp_project.loop import tls

            tls.finish(self.sock)  # type: ignore[arg-type]
        yield from close(self.sock)
