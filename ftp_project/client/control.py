"""The control connection of a client: commands out, replies in, under TLS or not."""

# A reply that comes before it was asked for is an attack or a mistake, and in front of TLS it is
# surely an attack: bytes that somebody adds in plain text would be read as if the server had sent
# them protected (the same hole in servers: CVE-2011-0411). So nothing may be left in the parser
# when the handshake begins.

from __future__ import annotations

import socket
import ssl
from collections import deque
from typing import Any

from ftp_project.client.errors import LostError, RefusedError, network_reason
from ftp_project.loop import Coro, TimedOut, close, now, recv, sendall, tls
from ftp_project.protocol.client import Reply, ReplyParser
from ftp_project.protocol.errors import BadArgumentError


class Control:
    """One connection to a server; ``sock`` is connected and non-blocking.

    ``timeout`` is how many seconds the server may be silent. All failures of the connection are
    raised as ``LostError``.
    """

    def __init__(self, sock: socket.socket, timeout: float) -> None:
        self.sock = sock
        self.timeout = timeout
        self._parser = ReplyParser()
        self._replies: deque[Reply] = deque()

    @property
    def secure(self) -> bool:
        """Whether commands go through TLS."""
        return isinstance(self.sock, ssl.SSLSocket)

    def start_tls(self, context: ssl.SSLContext, host: str) -> Coro[None]:
        """Put TLS on the connection and check that the certificate is that of ``host``."""
        if self._replies or self._parser.pending:
            # Somebody on the way could have added them before anything was protected.
            raise LostError("the server sent replies in plain text behind its answer to AUTH TLS")
        try:
            self.sock = tls.wrap(self.sock, context, server_side=False, server_hostname=host)
            yield from tls.handshake(self.sock, (yield from self.time_limit()))
        except (OSError, TimedOut) as error:
            raise LostError(f"no TLS with the server: {network_reason(error)}") from None

    def time_limit(self) -> Coro[float]:
        """Return when a wait that begins now gives up."""
        return (yield from now()) + self.timeout

    def tell(self, command: str) -> Coro[None]:
        """Send one command without waiting for its reply."""
        # 255 would be a Telnet command: it is sent twice to mean itself (RFC 959 5.3, RFC 854).
        line = command.encode("utf-8", "surrogateescape").replace(b"\xff", b"\xff\xff") + b"\r\n"
        operation: Any = tls.sendall if self.secure else sendall
        try:
            yield from operation(self.sock, line, (yield from self.time_limit()))
        except (OSError, TimedOut) as error:
            raise LostError(
                f"the connection to the server broke: {network_reason(error)}"
            ) from None

    def next_reply(self, seconds: float | None = None) -> Coro[Reply]:
        """Return the next reply, waiting ``seconds`` for it (None: the usual time)."""
        wait = self.timeout if seconds is None else seconds
        operation: Any = tls.recv if self.secure else recv
        deadline = (yield from now()) + wait
        while not self._replies:
            try:
                data = yield from operation(self.sock, 1 << 16, deadline)
                self._replies.extend(self._parser.feed(data))
            except (OSError, TimedOut) as error:
                why = network_reason(error)
                raise LostError(f"the connection to the server broke: {why}") from None
            except BadArgumentError as error:
                raise LostError(_clause(error.text)) from None
            if not data and not self._replies:
                raise LostError("the server closed the connection")
        reply = self._replies.popleft()
        if reply.code == 421:  # "service not available, closing": it may come at any time
            raise LostError(str(RefusedError(reply, "to go on")))
        return reply

    def ask(self, command: str, *kinds: int, shown: str = "") -> Coro[Reply]:
        """Send a command and return its reply, whose first digit must be one of ``kinds``.

        Raises ``RefusedError`` for another reply. ``shown`` stands in messages for a
        command that must not be seen.
        """
        yield from self.tell(command)
        reply = yield from self.next_reply()
        if reply.code // 100 not in (kinds or (2,)):
            raise RefusedError(reply, shown or command)
        return reply

    def hang_up(self) -> Coro[None]:
        """Close the connection without a word."""
        if self.secure:
            tls.finish(self.sock)  # type: ignore[arg-type]
        yield from close(self.sock)


def _clause(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")
