"""Where a server listens: a pair (host, port), or anything that has one."""

from __future__ import annotations

from typing import Protocol

Address = tuple[str, int]


class Addressed(Protocol):
    """Something with an address, such as what `running_server` returns."""

    @property
    def address(self) -> Address:
        """(host, port), as `socket.create_connection` takes it."""


def address_of(server: Addressed | Address) -> Address:
    """Return (host, port) of a running server, or the pair that was given.

    Raises:
        TypeError: it is neither.

    >>> address_of(("127.0.0.1", 2121))
    ('127.0.0.1', 2121)
    """
    address = getattr(server, "address", server)
    if isinstance(address, tuple) and len(address) == 2:
        return address[0], address[1]
    raise TypeError(
        f"{server!r} is no server: give what running_server() returned, or a pair (host, port)"
    )
