"""Moving bytes over a data connection, and the one way in which every transfer ends.

The loops try the system call first and wait only when it would block. After :data:`TURN` bytes
they let others run, however fast the client is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ftp_project.files.errors import FileError, from_os_error
from ftp_project.loop import Coro, TimedOut, pause
from ftp_project.loop.traps import Readable, Writable
from ftp_project.protocol import replies
from ftp_project.protocol.replies import reply
from ftp_project.server.connection import DataConnection
from ftp_project.server.data import NoDataConnectionError
from ftp_project.server.failures import failure
from ftp_project.server.filters import BadDataError, Filter, Inflate, feed_all, finish_all
from ftp_project.server.observers import Done

if TYPE_CHECKING:
    from ftp_project.server.session import Session, Transfer

#: bytes that one transfer moves before the others get their turn
TURN = 4 << 20
#: bytes asked of one sendfile call; smaller ones cost more calls, larger ones no fewer
CHUNK = 1 << 20
#: bytes read, converted and sent at once where sendfile cannot be used
PIECE = 1 << 16


class ShrunkError(Exception):
    """The file became shorter while it was sent."""


def carry_out(session: Session, transfer: Transfer, at_once: bool = True) -> Coro[bytes]:
    """Open the data connection, move the bytes, close everything; return the final reply.

    Unless ``at_once``, the others get their turn before the first byte is moved.
    """
    if session.server.observers and transfer.path:
        return _observed(session, transfer, at_once)
    return _carry_out(session, transfer, at_once)


def _observed(session: Session, transfer: Transfer, at_once: bool) -> Coro[bytes]:
    """Carry out a transfer and tell the observers how it went."""
    server, text = session.server, session.ascii
    began = server.clock()
    answer = replies.ABORTED
    try:
        answer = yield from _carry_out(session, transfer, at_once)
        return answer
    finally:
        moved = 0 if session.connection is None else session.connection.moved
        seconds, complete = server.clock() - began, answer[:1] == b"2"
        done = Done(transfer.path, transfer.upload, moved, seconds, complete, text)
        for each in server.observers:
            each.transferred(session, done)


def _carry_out(session: Session, transfer: Transfer, at_once: bool) -> Coro[bytes]:
    """Every transfer ends here. Success is told only after the data is written and closed."""
    connection: DataConnection | None = None
    try:
        connection = yield from session.open_data(transfer.upload)
        if not at_once:
            yield from pause()
        yield from transfer.move(connection)
        if transfer.finish is not None:
            if session.has_left():
                # A client that was killed ends its data connection like one that has sent all.
                return replies.ABORTED
            transfer.finish()
        return replies.COMPLETE
    except NoDataConnectionError:
        return reply(425, "Use EPSV, PASV, EPRT or PORT first.")
    except FileError as error:
        return failure(error)
    except ShrunkError:
        return reply(451, "The file became shorter while it was sent.")
    except BadDataError as error:
        return reply(426, str(error))
    except TimedOut:
        if connection is None:
            return reply(425, "The data connection was not opened in time.")
        return reply(426, "Transfer stalled; data connection closed.")
    except OSError as error:
        if connection is None:
            return reply(425, f"Cannot open data connection: {error.strerror or error}.")
        return replies.ABORTED
    finally:
        transfer.release()
        if connection is not None:
            yield from connection.end()


def send_file(connection: DataConnection, fd: int, offset: int, end: int) -> Coro[None]:
    """Send the bytes ``offset`` to ``end`` of a file, from the kernel's cache to the socket.

    Raises :class:`ShrunkError` when the file ends before ``end``.
    """
    sock, number = connection.sock, connection.sock.fileno()
    left, most = TURN, CHUNK
    while offset < end:
        if connection.rates:
            most = min(CHUNK, (yield from connection.wait_allowed()))
        try:
            sent = os.sendfile(number, fd, offset, min(end - offset, most))
        except BlockingIOError:
            yield Writable(sock, connection.deadline())
            continue
        if not sent:
            raise ShrunkError
        connection.count(sent)
        offset += sent
        left -= sent
        if left <= 0:
            yield from pause()
            left = TURN


def send_pieces(
    connection: DataConnection, pieces: Iterable[bytes], filters: Sequence[Filter] = ()
) -> Coro[None]:
    """Send pieces through the filters, letting others run between two of them."""
    for piece in pieces:
        data = feed_all(filters, piece)
        if data:
            yield from connection.send_all(data)
        yield from pause()
    rest = finish_all(filters)
    if rest:
        yield from connection.send_all(rest)


def pieces_of_file(fd: int, offset: int, end: int) -> Iterator[bytes]:
    """Yield the bytes ``offset`` to ``end`` of a file, for transfers that sendfile cannot make.

    What is written behind ``end`` meanwhile is left out, or who follows a growing log would never
    come to its end. Raises :class:`ShrunkError` when the file ends before it.
    """
    while offset < end:
        data = os.pread(fd, min(PIECE, end - offset), offset)
        if not data:
            raise ShrunkError
        offset += len(data)
        yield data


def receive_file(
    connection: DataConnection,
    fd: int,
    buffer: memoryview,
    take: Callable[[int], None] | None = None,
) -> Coro[None]:
    """Write all that comes to ``fd``; ``buffer`` is only used between two waits.

    ``take`` is told of the bytes before they are written. Raises a FileError when the file cannot
    take them, and what ``take`` raises.
    """
    sock, left = connection.sock, TURN
    room = buffer
    while True:
        if connection.rates:
            room = buffer[: (yield from connection.wait_allowed())]
        try:
            count = sock.recv_into(room)
        except BlockingIOError:
            yield Readable(sock, connection.deadline())
            continue
        if not count:
            return
        if take is not None:
            take(count)
        write(fd, room[:count])
        connection.count(count)
        left -= count
        if left <= 0:
            yield from pause()
            left = TURN


def receive_pieces(
    connection: DataConnection,
    fd: int,
    filters: Sequence[Filter],
    take: Callable[[int], None] | None = None,
) -> Coro[None]:
    """Write all that comes to ``fd`` through the filters (also when there are none: TLS)."""

    def store(data: bytes) -> None:
        if take is not None:
            take(len(data))
        write(fd, data)

    while data := (yield from connection.receive(PIECE)):
        if filters and isinstance(filters[0], Inflate):
            for piece in filters[0].pieces(data):
                store(feed_all(filters[1:], piece))
                yield from pause()
        else:
            store(feed_all(filters, data))
            yield from pause()
    store(finish_all(filters))


def write(fd: int, data: bytes | memoryview) -> None:
    """Write all of ``data``; raises a FileError."""
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(fd, view) :]
    except OSError as error:
        raise from_os_error(error) from error
