"""The control connection's bytes: replies collected and sent, in the clear or under TLS."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, Any

from ftp_project.loop import Coro, TimedOut, close, sendall

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session


#: "more is to come": what is sent waits a moment, to leave together with the end (send(2))
MORE = getattr(socket, "MSG_MORE", 0)


class Wire:
    """A control connection, below the conversation on it."""

    __slots__ = ("_out", "_sendall", "_would_block", "session", "sock")

    def __init__(self, session: Session, sock: socket.socket) -> None:
        self.session = session
        self.sock = sock
        #: replies that are to be sent
        self._out = bytearray()
        self._sendall: Any = sendall
        self._would_block: tuple[type[OSError], ...] = (BlockingIOError,)

    def has_left(self) -> bool:
        """Tell whether the client has closed this connection and left nothing to be read."""
        try:
            # Below TLS: what it would say is decided by whether any bytes are left.
            return socket.socket.recv(self.sock, 1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def say(self, data: bytes) -> None:
        """Add a reply to those that are to be sent."""
        self._out += data
        observers = self.session.server.observers
        if observers and data[:1] >= b"4":
            for each in observers:
                each.refused(self.session, int(data[:3]))

    def say_now(self, data: bytes) -> None:
        """Send a last reply as far as that goes without waiting."""
        self.say(data)
        with contextlib.suppress(OSError):
            self.send_at_once()

    def send_at_once(self, flags: int = 0) -> bool:
        """Send what has been said as far as that goes without waiting; tell whether it was all."""
        out = self._out
        try:
            del out[: self.sock.send(out, flags)]
        except self._would_block:
            return False
        return not out

    def send_replies(self) -> Coro[None]:
        """Send what has been said; a client that does not read it is given up after a while."""
        if self._out:
            data = bytes(self._out)
            self._out.clear()
            server = self.session.server
            yield from self._sendall(self.sock, data, server.clock() + server.config.stall_timeout)

    def start_tls(self) -> Coro[None]:
        """Do the handshake; from then on everything goes through TLS. Raises OSError."""
        from ftp_project.loop import tls

        server = self.session.server
        assert server.tls is not None
        secured = self.sock = tls.wrap(self.sock, server.tls, server_side=True)
        try:
            yield from tls.handshake(secured, self.session.login_by)
        except TimedOut:
            raise OSError("the TLS handshake took too long") from None
        self._sendall, self._would_block = tls.sendall, tls.WOULD_BLOCK
        self.session.secure = True

    def end(self) -> Coro[None]:
        """Close the connection; under TLS its end is told first."""
        if self.session.secure:
            from ftp_project.loop import tls

            tls.finish(self.sock)  # type: ignore[arg-type]
        yield from close(self.sock)
