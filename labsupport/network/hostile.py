"""Clients that do what a server must survive: slow, rude, silent ones.

Each returns or yields facts, in words and numbers, about what the server did to *them*. What
the server did to the others is told by `labsupport.network.load.clients`, run beside or after it.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from labsupport.network.address import Address, Addressed, address_of

REPLY_LIMIT = 10.0  # seconds a hostile client waits for an answer
PAUSE = 0.05  # seconds between two parts, less where the server answers the first
MOST_BYTES = 256 * 1024 * 1024
MOST_CONNECTIONS = 5_000


@dataclass(frozen=True)
class Outcome:
    """What a hostile client saw.

    Attributes:
        reply: the bytes that came back.
        ending: "open" (the server kept the connection), "closed", "reset" or "silent" (less
            came back than was waited for, and the connection stayed open).

    >>> print(Outcome(b"HELLO", "open"))
    reply b'HELLO', then the connection stayed open
    """

    reply: bytes
    ending: str

    def __str__(self) -> str:
        ending = {
            "open": "the connection stayed open",
            "closed": "the server closed the connection",
            "reset": "the connection was reset",
            "silent": "nothing more came",
        }[self.ending]
        reply = f"reply {self.reply[:60]!r}" if self.reply else "no reply"
        return f"{reply}, then {ending}"

    __repr__ = __str__


@dataclass
class Reluctant:
    """A client that sends and never reads: `accepted` bytes went into the connection."""

    accepted: int = 0
    blocked: bool = False
    """Whether the connection would take no more: both sides' buffers are full."""


class Crowd:
    """Clients that are connected and do nothing."""

    def __init__(self, sockets: list[socket.socket]) -> None:
        self._sockets = sockets

    def __len__(self) -> int:
        return len(self._sockets)

    def still_connected(self) -> int:
        """Return how many of them the server has not sent away."""
        return sum(not _has_ended(one) for one in self._sockets)


def _has_ended(connection: socket.socket) -> bool:
    """Look, without waiting and without taking anything, whether the other side has left."""
    try:
        connection.setblocking(False)
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _connect(server: Addressed | Address) -> socket.socket:
    connection = socket.create_connection(address_of(server), timeout=REPLY_LIMIT)
    # Without this, the system waits and joins small parts into one segment (Nagle, RFC 896).
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _receive(connection: socket.socket, length: int) -> Outcome:
    """Take up to length bytes and tell how it ended."""
    reply = b""
    try:
        while len(reply) < length:
            data = connection.recv(length - len(reply))
            if not data:
                return Outcome(reply, "closed")
            reply += data
    except TimeoutError:
        return Outcome(reply, "silent")
    except OSError:
        return Outcome(reply, "reset")
    return Outcome(reply, "open")


def _wait_readable(connection: socket.socket, seconds: float) -> None:
    """Give the other side time to take what was sent, and go on when it has answered."""
    with contextlib.suppress(OSError, ValueError):
        select.select([connection], [], [], seconds)


def _send_in_parts(
    server: Addressed | Address, parts: list[bytes], transform: Callable[[bytes], bytes]
) -> Outcome:
    expected = transform(b"".join(parts))
    reply = b""
    with _connect(server) as connection:
        try:
            for part in parts:
                connection.sendall(part)
                _wait_readable(connection, PAUSE)
                reply += _take_ready(connection)
        except OSError:
            return Outcome(reply, "reset")
        rest = _receive(connection, len(expected) - len(reply))
        return Outcome(reply + rest.reply, rest.ending)


def _take_ready(connection: socket.socket) -> bytes:
    ready, _, _ = select.select([connection], [], [], 0)
    return connection.recv(65536) if ready else b""


def byte_by_byte(
    server: Addressed | Address,
    data: bytes = b"hello, one byte at a time\n",
    *,
    transform: Callable[[bytes], bytes] = bytes.upper,
) -> Outcome:
    """Send data so that each byte travels alone, and return what came back.

    Args:
        server: what `running_server` returned, or (host, port).
        data: the message, at most 10,000 bytes.
        transform: what the server makes of a message; tells how many bytes to wait for.

    Raises:
        ValueError: data is empty or too long.
        OSError: no connection.
    """
    if not 1 <= len(data) <= 10_000:
        raise ValueError(f"data must be 1 to 10000 bytes, not {len(data)}")
    return _send_in_parts(server, [bytes([byte]) for byte in data], transform)


def split_utf8(
    server: Addressed | Address,
    text: str = "naïve café €\n",
    *,
    transform: Callable[[bytes], bytes] = bytes.upper,
) -> Outcome:
    """Send text as UTF-8, cut in the middle of every character that has several bytes.

    A server that decodes what one recv() gave it fails here (RFC 3629: a character takes one
    to four bytes; TCP knows nothing of characters).

    Raises:
        ValueError: every character of text is a single byte, so there is nothing to cut.
        OSError: no connection.
    """
    data = text.encode()
    # After each first byte of several: the next byte is a continuation, 10xxxxxx.
    cuts = [i for i in range(1, len(data)) if data[i - 1] >= 0xC0]
    if not cuts:
        raise ValueError(f"{text!r} has no character of several bytes; try 'é'")
    edges = [0, *cuts, len(data)]
    parts = [data[a:b] for a, b in itertools.pairwise(edges)]
    return _send_in_parts(server, parts, transform)


def reset_in_the_middle(server: Addressed | Address, data: bytes = b"half of a mess") -> str:
    """Send data, then break the connection with a reset (RST) instead of closing it.

    Returns:
        What was done, in words.

    Raises:
        OSError: no connection.
    """
    with _connect(server) as connection:
        connection.sendall(data)
        # Linger on, for 0 seconds: close() then discards everything and sends RST (man 7 socket).
        linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    return f"sent {len(data)} bytes, then a reset"


@contextlib.contextmanager
def never_reads(
    server: Addressed | Address, most: int = 64 * 1024 * 1024, patience: float = 0.3
) -> Iterator[Reluctant]:
    """Send without ever reading until nothing more is taken; stay connected in the block.

    A server with bounded buffers stops reading from such a client: `blocked` becomes true
    soon. One that keeps all answers in memory goes on to take everything.

    Args:
        server: what `running_server` returned, or (host, port).
        most: bytes after which it stops, at most 256 MiB.
        patience: seconds in which nothing is taken before it counts as blocked.

    Raises:
        ValueError: most is out of range.
        OSError: no connection.
    """
    if not 1 <= most <= MOST_BYTES:
        raise ValueError(f"most must be 1 to {MOST_BYTES} bytes, not {most!r}")
    client = Reluctant()
    chunk = b"never read\n" * 6000
    with _connect(server) as connection:
        connection.setblocking(False)
        last = time.monotonic()
        while client.accepted < most and not client.blocked:
            try:
                client.accepted += connection.send(chunk[: most - client.accepted])
                last = time.monotonic()
            except BlockingIOError:
                select.select([], [connection], [], patience)
                client.blocked = time.monotonic() - last >= patience
            except OSError:  # the server has sent it away
                break
        yield client


@contextlib.contextmanager
def connects_and_stays(server: Addressed | Address, n: int = 10) -> Iterator[Crowd]:
    """Open n connections that say nothing; they stay until the block ends.

    Raises:
        ValueError: n is out of range.
        OSError: a connection could not be made, or this process may open no more.
    """
    if not 1 <= n <= MOST_CONNECTIONS:
        raise ValueError(f"n must be 1 to {MOST_CONNECTIONS} connections, not {n!r}")
    with contextlib.ExitStack() as stack:
        yield Crowd([stack.enter_context(_connect(server)) for _ in range(n)])
