"""Check sums of files: HASH (draft-bryan-ftpext-hash), and the X commands of older clients."""

# A check sum of a large file takes seconds, of the disk and of a processor. It is made by a thread;
# hashlib gives up the interpreter lock for more than 2 KiB, so the loop goes on meanwhile. But
# threads are few and logins need them too, so a hash is cut into pieces, and queues again after
# each.

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from ftp_project.files.errors import FileError, from_os_error
from ftp_project.loop import Coro, run_in_thread
from ftp_project.protocol.replies import reply

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session

#: bytes that are read at once
CHUNK = 1 << 20
#: bytes of which a thread makes a check sum before it turns to what others want
PIECE = 1 << 24


class Checksum(Protocol):
    """What is built up from chunks, like a ``hashlib`` object."""

    def update(self, data: bytes, /) -> object:
        """Take in one chunk."""

    def hexdigest(self) -> str:
        """Return the sum in hexadecimal digits."""


class Crc32:
    """CRC-32 (ISO 3309) in the form of a hash."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes, /) -> None:
        """Take in one chunk."""
        self._value = zlib.crc32(data, self._value)

    def hexdigest(self) -> str:
        """Return eight digits."""
        return f"{self._value:08x}"


ALGORITHMS: dict[str, Callable[[], Checksum]] = {
    "SHA-256": hashlib.sha256,
    "SHA-512": hashlib.sha512,
    "SHA-1": lambda: hashlib.sha1(usedforsecurity=False),
    "MD5": lambda: hashlib.md5(usedforsecurity=False),
    "CRC32": Crc32,
}


def feature(session: Session) -> str:
    """Return FEAT's line, the chosen algorithm with a star."""
    names = (f"{name}*" if name == session.hash else name for name in ALGORITHMS)
    return f"HASH {';'.join(names)}"


def choose(session: Session, option: str) -> bytes:
    """OPTS HASH [algorithm]: choose, or ask for, the algorithm of HASH."""
    name = option.strip().upper()
    if name:
        if name not in ALGORITHMS:
            return reply(501, f"Choose one of {', '.join(ALGORITHMS)}.")
        session.hash = name
    return reply(200, session.hash)


def hash_(session: Session, path: str) -> Coro[bytes]:
    """HASH path: the check sum of a file, by the algorithm that OPTS HASH chose."""
    name = session.hash
    size, digest = yield from _digest(session, path, name)
    return reply(213, f"{name} 0-{size} {digest} {path}")


def xsha256(session: Session, path: str) -> Coro[bytes]:
    """XSHA256 path: the SHA-256 of a file."""
    return _answer(session, path, "SHA-256")


def xmd5(session: Session, path: str) -> Coro[bytes]:
    """XMD5 path: the MD5 of a file."""
    return _answer(session, path, "MD5")


def xcrc(session: Session, path: str) -> Coro[bytes]:
    """XCRC path: the CRC-32 of a file."""
    return _answer(session, path, "CRC32")


def _answer(session: Session, path: str, name: str) -> Coro[bytes]:
    _, digest = yield from _digest(session, path, name)
    return reply(250, digest.upper())


def _digest(session: Session, path: str, name: str) -> Coro[tuple[int, str]]:
    """Return the size of a file when it was opened, and the check sum of so many bytes.

    The work is done by threads, as neither the disk nor the arithmetic may block the loop, and
    piece by piece: between two pieces the threads do what others asked for, and a client that has
    left is noticed. Raises a FileError.
    """
    fd, status = session.files.open_read(path)
    total, offset, size = ALGORITHMS[name](), 0, status.st_size
    try:
        while offset < size:
            end = min(offset + PIECE, size)
            yield from run_in_thread(partial(_take_in, total, fd, offset, end), None)
            offset = end
            if session.control.client_has_left():
                raise FileError("Stopped, as nobody waits for it.")
    finally:
        os.close(fd)
    return size, total.hexdigest()


def _take_in(total: Checksum, fd: int, offset: int, end: int) -> None:
    """Add the bytes ``offset`` to ``end`` of a file to a check sum.

    By pread(2), which a socket refuses: when the server is ended, another file may have the number
    of this one before the thread looks.
    """
    while offset < end:
        try:
            data = os.pread(fd, min(CHUNK, end - offset), offset)
        except OSError as error:
            raise from_os_error(error) from error
        if not data:
            raise FileError("The file became shorter while it was read.")
        total.update(data)
        offset += len(data)
