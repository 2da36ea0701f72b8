"""Moving bytes over a data connection, and the one way in which every transfer ends.

The loops try the system call first and wait only when it would block. After :data:`TURN` bytes
they let others run, however fast the client is.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ftp_project.files.errors import FileError, from_os_error
from ftp_project.loop import Coro, TimedOut, close, pause, recv, sendall
from ftp_project.loop.traps import Readable, Writable
from ftp_project.protocol import replies
from ftp_project.protocol.ascii import FromNetwork, ToNetwork
from ftp_project.server.data import NoDataConnectionError
from ftp_project.server.failures import failure

if TYPE_CHECKING:
    from ftp_project.server.session import Session, Transfer

#: bytes that one transfer moves before the others get their turn
TURN = 4 << 20
#: bytes asked of one sendfile call; smaller ones cost more calls, larger ones no fewer
CHUNK = 1 << 20
#: bytes converted at once in TYPE A
TEXT_CHUNK = 1 << 16


class ShrunkError(Exception):
    """The file became shorter while it was sent."""


def carry_out(session: Session, transfer: Transfer) -> Coro[bytes]:
    """Open the data connection, move the bytes, close everything; return the final reply.

    Every transfer ends here. Success is told only after the data is written and closed.
    """
    server = session.server
    sock: socket.socket | None = None
    try:
        sock = yield from session.data.establish(server.clock() + server.config.connect_timeout)
        yield from transfer.move(sock)
        if transfer.finish is not None:
            if session.has_left():
                # A client that was killed ends its data connection like one that has sent all.
                return replies.ABORTED
            transfer.finish()
        return replies.COMPLETE
    except NoDataConnectionError:
        return replies.reply(425, "Use EPSV, PASV, EPRT or PORT first.")
    except FileError as error:
        return failure(error)
    except ShrunkError:
        return replies.reply(451, "The file became shorter while it was sent.")
    except TimedOut:
        if sock is None:
            return replies.reply(425, "The data connection was not opened in time.")
        return replies.reply(426, "Transfer stalled; data connection closed.")
    except OSError as error:
        if sock is None:
            return replies.reply(425, f"Cannot open data connection: {error.strerror}.")
        return replies.ABORTED
    finally:
        transfer.release()
        if sock is not None:
            yield from close(sock)


def send_file(
    sock: socket.socket, fd: int, offset: int, end: int, clock: Callable[[], float], stall: float
) -> Coro[None]:
    """Send the bytes ``offset`` to ``end`` of a file, from the kernel's cache to the socket.

    Raises :class:`ShrunkError` when the file ends before ``end``.
    """
    number = sock.fileno()
    left = TURN
    while offset < end:
        try:
            sent = os.sendfile(number, fd, offset, min(end - offset, CHUNK))
        except BlockingIOError:
            yield Writable(sock, clock() + stall)
            continue
        if not sent:
            raise ShrunkError
        offset += sent
        left -= sent
        if left <= 0:
            yield from pause()
            left = TURN


def send_text(
    sock: socket.socket, fd: int, offset: int, clock: Callable[[], float], stall: float
) -> Coro[None]:
    """Send a file from ``offset`` to its end, with line ends as TYPE A wants them."""
    convert = ToNetwork()
    os.lseek(fd, offset, os.SEEK_SET)
    while data := os.read(fd, TEXT_CHUNK):
        yield from sendall(sock, convert.feed(data), clock() + stall)
        yield from pause()
    yield from sendall(sock, convert.finish(), clock() + stall)


def send_pieces(
    sock: socket.socket, pieces: Iterable[bytes], clock: Callable[[], float], stall: float
) -> Coro[None]:
    """Send the pieces of a listing, letting others run between two of them."""
    for piece in pieces:
        if piece:
            yield from sendall(sock, piece, clock() + stall)
        yield from pause()


def receive_file(
    sock: socket.socket, fd: int, buffer: memoryview, clock: Callable[[], float], stall: float
) -> Coro[None]:
    """Write all that comes to ``fd``; ``buffer`` is only used between two waits.

    Raises a FileError when the file cannot take it.
    """
    left = TURN
    while True:
        try:
            count = sock.recv_into(buffer)
        except BlockingIOError:
            yield Readable(sock, clock() + stall)
            continue
        if not count:
            return
        write(fd, buffer[:count])
        left -= count
        if left <= 0:
            yield from pause()
            left = TURN


def receive_text(
    sock: socket.socket, fd: int, clock: Callable[[], float], stall: float
) -> Coro[None]:
    """Write all that comes to ``fd``, with the line ends of this system."""
    convert = FromNetwork()
    while data := (yield from recv(sock, TEXT_CHUNK, clock() + stall)):
        write(fd, convert.feed(data))
        yield from pause()
    write(fd, convert.finish())


def write(fd: int, data: bytes | memoryview) -> None:
    """Write all of ``data``; raises a FileError."""
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(fd, view) :]
    except OSError as error:
        raise from_os_error(error) from error
