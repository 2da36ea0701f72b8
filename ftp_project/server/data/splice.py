"""What carries plain uploads from the socket into the file, in two steps: fill, put.

Between the steps the quota is asked. One carrier serves all uploads of a server: nobody waits
between the steps, so it is empty whenever another upload has its turn.

A pipe carries bytes without a copy into this process: splice(2) moves the pages of the socket
into the pipe, and a second call writes them into the file.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
from typing import TYPE_CHECKING, Final, Protocol

from ftp_project.files.errors import from_os_error

if TYPE_CHECKING:
    from ftp_project.loop.tls_buffered import BufferedTLS

#: bytes that a pipe is asked to hold: what the system allows everybody (pipe(7), pipe-max-size)
CAPACITY: Final = 1 << 20
#: bytes read at once from a socket that cannot be spliced
PIECE: Final = 1 << 16
#: what splice(2) reports when one of the two ends cannot do it
UNABLE: Final = frozenset({errno.EINVAL, errno.ENOSYS})


class Carrier(Protocol):
    """Carries bytes from a socket to a file."""

    def fill(self, sock: socket.socket, most: int) -> int:
        """Take up to ``most`` bytes from a socket; return how many, 0 at their end.

        Raises BlockingIOError when none are there, and OSError when the connection has failed.
        """

    def put(self, fd: int, count: int) -> None:
        """Write the ``count`` bytes that were taken last; raises a FileError."""

    def discard(self) -> None:
        """Forget what was taken and cannot be written: it belongs to no other upload."""

    def dispose(self) -> None:
        """Give the descriptors back."""


def make_carrier(buffer: memoryview) -> Carrier:
    """Return the best carrier that this system has; ``buffer`` is for one without splice(2)."""
    if hasattr(os, "splice"):
        # Without descriptors for a pipe the server can still start; it will complain later.
        with contextlib.suppress(OSError):
            return Pipe()
    return Buffer(buffer)


class Buffer:
    """A buffer in this process: each byte is copied twice."""

    __slots__ = ("_view",)

    def __init__(self, view: memoryview) -> None:
        self._view = view

    def fill(self, sock: socket.socket, most: int) -> int:
        """Receive into the buffer."""
        return sock.recv_into(self._view, min(most, len(self._view)))

    def put(self, fd: int, count: int) -> None:
        """Write from the buffer; raises a FileError."""
        write(fd, self._view[:count])

    def discard(self) -> None:
        """Do nothing: what is left is written over."""

    def dispose(self) -> None:
        """Do nothing: there are no descriptors."""


class Decrypter(Buffer):
    """The buffer, filled with what comes out of a TLS layer."""

    __slots__ = ("_secure",)

    def __init__(self, secure: BufferedTLS, view: memoryview) -> None:
        super().__init__(view)
        self._secure = secure

    def fill(self, sock: socket.socket, most: int) -> int:
        """Receive and decrypt. Raises ssl.SSLError when that is not possible."""
        return self._secure.read_into(self._view[:most])


class Pipe:
    """A pipe in the kernel: each byte is copied once, into the file's pages. Raises OSError."""

    __slots__ = ("_in", "_out", "capacity")

    def __init__(self) -> None:
        self._out, self._in = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        with contextlib.suppress(OSError):  # many pipes are in use: then with the usual size
            fcntl.fcntl(self._in, fcntl.F_SETPIPE_SZ, CAPACITY)
        self.capacity: int = fcntl.fcntl(self._in, fcntl.F_GETPIPE_SZ)

    def fill(self, sock: socket.socket, most: int) -> int:
        """Move what the socket has into the pipe, as far as it fits."""
        try:
            return os.splice(sock.fileno(), self._in, most, None, None, os.SPLICE_F_NONBLOCK)
        except OSError as error:
            if error.errno not in UNABLE:
                raise
        # A sandbox's sockets, perhaps. An empty pipe takes as much as it can hold.
        return os.write(self._in, sock.recv(min(most, PIECE, self.capacity)))

    def put(self, fd: int, count: int) -> None:
        """Move what is in the pipe to the end of what is in the file; raises a FileError."""
        try:
            while count:
                count -= os.splice(self._out, fd, count, None, None, os.SPLICE_F_MOVE)
        except OSError as error:
            if error.errno not in UNABLE:
                raise from_os_error(error) from error
            while count:  # a file system that can only be written to
                data = os.read(self._out, count)
                write(fd, data)
                count -= len(data)

    def discard(self) -> None:
        """Read the pipe empty: the next upload must not find what was left by this one."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._out, self.capacity):
                pass

    def dispose(self) -> None:
        """Close both ends."""
        os.close(self._in)
        os.close(self._out)


def write(fd: int, data: bytes | memoryview) -> None:
    """Write all of ``data``; raises a FileError."""
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(fd, view) :]
    except OSError as error:
        raise from_os_error(error) from error
