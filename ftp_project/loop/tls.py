"""TLS for coroutines: the operations of ``io``, on a non-blocking ``ssl.SSLSocket``.

A TLS read may have to write and a write to read (handshakes, key updates), so each operation
waits for what OpenSSL says it wants. See the notes on non-blocking sockets in Python's ``ssl``.
"""

# On a non-blocking socket OpenSSL returns "want read" or "want write", whichever direction it
# needs. That need not be the direction of the call: a read may have to send (an answer to a key
# update), a write may have to receive. A program that waits for "readable" after each failed read
# hangs at the first such moment, seldom and only with some peers. So each function waits for what
# was wanted.
#
# Two rules of OpenSSL stand behind ``sendall``: what was cut short must be sent again with the same
# bytes (it has encrypted them already), and ``pending()`` bytes are seen by no selector, as they
# have left the socket (``server/session/control_stream.py`` asks for them).

from __future__ import annotations

import contextlib
import socket
import ssl
from ssl import SSLSocket as SSLSocket

from ftp_project.loop.traps import Coro, Readable, Writable

#: what an operation raises that would block
WOULD_BLOCK = (ssl.SSLWantReadError, ssl.SSLWantWriteError)


def wrap(
    sock: socket.socket,
    context: ssl.SSLContext,
    *,
    server_side: bool,
    server_hostname: str | None = None,
    session: ssl.SSLSession | None = None,
    tickets: int = 2,
) -> ssl.SSLSocket:
    """Return ``sock`` under TLS, before the handshake; the old object must not be used any more.

    A peer that ends without close_notify is an error (``tls_context.was_cut``): its data may
    be cut short by anybody (RFC 8446 6.1).

    ``tickets`` is how many a server sends after the handshake, for resuming the session (RFC 8446
    4.6.1). It must be 0 where the client only sends: a client that has written all and closed
    would answer them by a reset, and with it drop what is still on its way to us.
    """
    if server_side:
        context.num_tickets = tickets  # copied by the connection when it is made
    return context.wrap_socket(
        sock,
        server_side=server_side,
        do_handshake_on_connect=False,
        suppress_ragged_eofs=False,
        server_hostname=server_hostname,
        session=session,
    )


def handshake(sock: ssl.SSLSocket, deadline: float | None) -> Coro[None]:
    """Agree on keys. Raises ssl.SSLError when the peer does not want what we offer."""
    while True:
        try:
            sock.do_handshake()
            return
        except ssl.SSLWantReadError:
            yield Readable(sock, deadline)
        except ssl.SSLWantWriteError:
            yield Writable(sock, deadline)


def recv(sock: ssl.SSLSocket, size: int, deadline: float | None) -> Coro[bytes]:
    """Return up to ``size`` bytes, at least one; ``b""`` when the peer has closed the layer."""
    while True:
        try:
            return sock.recv(size)
        except ssl.SSLWantReadError:
            yield Readable(sock, deadline)
        except ssl.SSLWantWriteError:
            yield Writable(sock, deadline)


def sendall(sock: ssl.SSLSocket, data: bytes | memoryview, deadline: float | None) -> Coro[None]:
    """Send all of ``data``, which must not change meanwhile: what was cut short is sent again."""
    view = memoryview(data)
    while view:
        try:
            view = view[sock.send(view) :]
        except ssl.SSLWantWriteError:
            yield Writable(sock, deadline)
        except ssl.SSLWantReadError:
            yield Readable(sock, deadline)


def finish(sock: ssl.SSLSocket) -> None:
    """Send close_notify; what the peer has to say to it is not waited for (RFC 8446 6.1)."""
    with contextlib.suppress(OSError, ValueError):
        sock.unwrap()
