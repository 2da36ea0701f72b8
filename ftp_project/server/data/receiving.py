"""Receiving: bytes from the client into a file, as they are or through filters.

The system call is tried first, and waited for only when it would block; a transfer gives way to
the others after each turn.
"""

# An upload has three parties: the client, the quota, the disk. The order of the steps is what keeps
# them honest: first the bytes are taken from the socket, then from the quota, then they are
# written, and only then they are counted as moved. A byte over the quota is never on the disk.
#
# With filters (TYPE A, MODE Z) fewer or more bytes come out than went in, and the quota counts
# those that are written. Compressed bytes can become a thousand times as many, so they come out of
# the filter in bounded pieces, and others run between two of them.

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ftp_project.loop import Coro, pause
from ftp_project.loop.traps import Readable
from ftp_project.server.data.data_connection import DataConnection
from ftp_project.server.data.filters import Filter, Inflate, feed_all, finish_all
from ftp_project.server.data.splice import FileWriter, write

#: bytes of a turn: what is received and written in about half a millisecond
TURN: Final = 1 << 20
#: bytes received and converted at once where there are filters
PIECE: Final = 1 << 16


def receive_file(
    connection: DataConnection,
    fd: int,
    writer: FileWriter,
    take: Callable[[int], None] | None = None,
) -> Coro[None]:
    """Write all that comes to ``fd``; ``writer`` is only used between two waits.

    ``take`` is told of the bytes before they are written. Raises a FileError when the file cannot
    take them, and what ``take`` raises.
    """
    sock, limited = connection.sock, bool(connection.rates)
    read_from_socket, write_to_file = writer.read_from_socket, writer.write_to_file
    count = connection.count
    left = most = TURN
    while True:
        if limited:
            most = min(TURN, (yield from connection.wait_allowed()))
        try:
            got = read_from_socket(sock, most)
        except BlockingIOError:
            yield Readable(sock, connection.begin_wait())
            connection.end_wait()
            continue
        if not got:
            return
        try:
            if take is not None:
                take(got)
            write_to_file(fd, got)
        except BaseException:
            writer.discard()
            raise
        count(got)
        left -= got
        if left <= 0:
            yield from pause()
            left = TURN


def receive_pieces(
    connection: DataConnection,
    fd: int,
    filters: Sequence[Filter],
    take: Callable[[int], None] | None = None,
) -> Coro[None]:
    """Write all that comes to ``fd`` through the filters."""

    def store(data: bytes) -> None:
        if take is not None:
            take(len(data))
        write(fd, data)

    while data := (yield from connection.receive(PIECE)):
        if isinstance(filters[0], Inflate):
            for piece in filters[0].pieces(data):
                store(feed_all(filters[1:], piece))
                yield from pause()
        else:
            store(feed_all(filters, data))
            yield from pause()
    store(finish_all(filters))
