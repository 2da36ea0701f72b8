"""Sending: files by sendfile(2), and pieces through filters.

The system call is tried first, and waited for only when it would block. A transfer gives way to
the others after each turn.
"""

# sendfile(2) moves a file's pages from the page cache to the socket without a copy into this
# process. On a non-blocking socket it takes what fits into the send buffer and returns; the rest is
# tried when the socket is writable again. Linux calls it writable when a third of the buffer is
# free (``sk_stream_is_writeable``), so after a partial send there is no point in an attempt before
# that.
#
# Turns. A socket whose client reads fast is always writable, and a transfer that went on as long as
# it could would never let others run. After ``TURN`` bytes it pauses. Larger turns cost nobody
# anything in throughput and others their patience: 2 MiB are about half a millisecond on this kind
# of machine.
#
# TLS cannot use sendfile: the bytes must be encrypted, in this process. So they are read into the
# shared buffer (preadv(2), which allocates nothing) and encrypted from there.
#
# Why ``end`` is fixed at the beginning. A file may grow while it is sent (a log), and a client that
# follows it would never see its end. It may also shrink; then fewer bytes come than the 150 reply
# has said, and the client must not be told that all went well.

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from ftp_project.loop import Coro, pause
from ftp_project.loop.traps import Writable
from ftp_project.server.data.data_connection import DataConnection
from ftp_project.server.data.filters import Filter, feed_all, finish_all

if TYPE_CHECKING:
    from ftp_project.loop.tls_buffered import BufferedTLS

#: bytes of a turn: what is sent in about half a millisecond
TURN: Final = 2 << 20
#: the same under TLS
SECURE_TURN: Final = 1 << 20
#: bytes read, converted and sent at once where there are filters
PIECE: Final = 1 << 16


class ShrunkError(Exception):
    """The file became shorter while it was sent."""


def send_file(
    connection: DataConnection, fd: int, offset: int, end: int, buffer: memoryview
) -> Coro[None]:
    """Send the bytes ``offset`` to ``end`` of a file: without a copy, or under TLS.

    ``buffer`` is used between two waits, for TLS. Raises ``ShrunkError`` when the file ends
    before ``end``.
    """
    secure, limited = connection.secure, bool(connection.rates)
    send: Callable[[int, int], int]
    if secure is None:
        send, turn = partial(os.sendfile, connection.sock.fileno(), fd), TURN
        largest = turn
    else:
        send, turn = partial(encrypt, secure, buffer, fd), SECURE_TURN
        largest = len(buffer)
    left = turn
    while offset < end:
        most = min(left, end - offset, largest)
        if limited:
            most = min(most, (yield from connection.wait_allowed()))
        try:
            sent = send(offset, most)
        except BlockingIOError:
            yield Writable(connection.sock, connection.begin_wait())
            connection.end_wait()
            continue
        if not sent:
            raise ShrunkError
        connection.count(sent)
        offset += sent
        left -= sent
        if offset >= end:
            break
        if sent < most:
            # Full. The selector calls a socket writable when a third of it is free: to try
            # earlier would be in vain, or worth a few bytes only.
            yield Writable(connection.sock, connection.begin_wait())
            connection.end_wait()
            left = turn
        elif left <= 0:
            yield from pause()
            left = turn
    if secure is not None:
        yield from secure.send_rest(connection.begin_wait())
        connection.end_wait()


def encrypt(secure: BufferedTLS, buffer: memoryview, fd: int, offset: int, most: int) -> int:
    """Send up to ``most`` bytes of a file under TLS; return how many, 0 at its end.

    Raises BlockingIOError while what was encrypted before is not sent.
    """
    secure.flush()
    count = os.preadv(fd, [buffer[:most]], offset)
    secure.write(buffer[:count])
    return count


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

    What is written behind ``end`` meanwhile is left out: the transfer of a growing log would not
    end. Raises ``ShrunkError`` when the file ends before it.
    """
    while offset < end:
        data = os.pread(fd, min(PIECE, end - offset), offset)
        if not data:
            raise ShrunkError
        offset += len(data)
        yield data
