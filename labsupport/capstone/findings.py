"""What a client found: an `Unmet`, and the words in which a report tells it."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterable


class Unmet(Exception):  # noqa: N818 - a finding, not a fault of this program
    """A server did not do what an item asks: what was wanted, what was sent, what came back."""

    def __init__(self, wanted: str, sent: str, came: str) -> None:
        super().__init__(f"wanted {wanted}; sent {sent}; came {came}")
        self.wanted, self.sent, self.came = wanted, sent, came


def told(error: OSError) -> str:
    """Say in words, the same on every machine, how a connection failed."""
    if isinstance(error, TimeoutError):
        return "nothing, until the time was up"
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(error, ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        return "the connection was reset"
    return f"{type(error).__name__}: {error.strerror or error}"


def codes(wanted: Iterable[str]) -> str:
    """Return the wanted codes in words.

    >>> codes(["150", "4"])
    '150 or 4xx'
    """
    return " or ".join(code.ljust(3, "x") for code in wanted)


def printable(data: bytes) -> str:
    """Return bytes from a server as one line of text that can be shown."""
    text = data[:300].decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def reset(connection: socket.socket) -> None:
    """Close with a reset: linger on, for 0 seconds (man 7 socket, SO_LINGER)."""
    form = "hh" if os.name == "nt" else "ii"
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(form, 1, 0))
    connection.close()
