"""From a socket into a file without a copy into this process: splice(2), or a buffer without it."""

# What the kernel does. recv(2) copies a socket's bytes into our memory and write(2) copies them
# into the page cache. splice(2) moves between a descriptor and a *pipe*, and a pipe is a list of
# pages: the socket's pages are linked into it, not copied, and a second splice(2) writes them into
# the file, which is the one copy that is left. Linux has no call from a socket straight into a
# file.
#
# Two steps. ``read_from_socket``, then ``write_to_file``. Between them the quota is asked for
# exactly as many bytes as have come, which no single call would allow. Nobody waits between the
# two, so the pipe is empty whenever another upload has its turn, and *one* pipe serves all uploads
# of a server: a pipe for each would cost two descriptors and, at 1 MiB, the system's limit for one
# user (pipe-user-pages-soft) after 64 of them.
#
# What goes wrong. A pipe of the usual 64 KiB costs sixteen times the calls: it is enlarged
# (F_SETPIPE_SZ). splice(2) refuses files opened with O_APPEND (EINVAL), so uploads are opened with
# an offset. Some sockets and file systems cannot splice at all (sandboxes, FUSE): then the same
# pipe is filled and emptied with plain calls. When the file cannot take the bytes (disk full), they
# are still in the pipe and must be read away, or they would open the next client's file.
#
# Sources: splice(2), pipe(7); Linux: fs/splice.c.

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


class FileWriter(Protocol):
    """Writes into a file what comes from a socket."""

    def read_from_socket(self, sock: socket.socket, most: int) -> int:
        """Take up to ``most`` bytes from a socket; return how many, 0 at their end.

        Raises BlockingIOError when none are there, and OSError when the connection has failed.
        """

    def write_to_file(self, fd: int, count: int) -> None:
        """Write the ``count`` bytes that were taken last; raises a FileError."""

    def discard(self) -> None:
        """Forget what was taken and cannot be written: it belongs to no other upload."""

    def close(self) -> None:
        """Close the descriptors."""


def make_file_writer(buffer: memoryview) -> FileWriter:
    """Return the best that this system has; ``buffer`` is used where splice(2) is missing."""
    if hasattr(os, "splice"):
        # Without descriptors for a pipe the server still starts; the listener will report it.
        with contextlib.suppress(OSError):
            return SplicePipe()
    return CopyBuffer(buffer)


class CopyBuffer:
    """A buffer in this process: each byte is copied twice."""

    __slots__ = ("_view",)

    def __init__(self, view: memoryview) -> None:
        self._view = view

    def read_from_socket(self, sock: socket.socket, most: int) -> int:
        """Receive into the buffer."""
        return sock.recv_into(self._view, min(most, len(self._view)))

    def write_to_file(self, fd: int, count: int) -> None:
        """Write from the buffer; raises a FileError."""
        write(fd, self._view[:count])

    def discard(self) -> None:
        """Do nothing: what is left is written over."""

    def close(self) -> None:
        """Do nothing: there are no descriptors."""


class TlsBuffer(CopyBuffer):
    """The buffer, filled with what comes out of a TLS layer."""

    __slots__ = ("_secure",)

    def __init__(self, secure: BufferedTLS, view: memoryview) -> None:
        super().__init__(view)
        self._secure = secure

    def read_from_socket(self, sock: socket.socket, most: int) -> int:
        """Receive and decrypt. Raises ssl.SSLError when that is not possible."""
        return self._secure.read_into(self._view[:most])


class SplicePipe:
    """A pipe in the kernel: each byte is copied once, into the file's pages. Raises OSError."""

    __slots__ = ("_in", "_out", "capacity")

    def __init__(self) -> None:
        self._out, self._in = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        with contextlib.suppress(OSError):  # many pipes are in use: then with the usual size
            fcntl.fcntl(self._in, fcntl.F_SETPIPE_SZ, CAPACITY)
        self.capacity: int = fcntl.fcntl(self._in, fcntl.F_GETPIPE_SZ)

    def read_from_socket(self, sock: socket.socket, most: int) -> int:
        """Move what the socket has into the pipe, as far as it fits."""
        try:
            return os.splice(sock.fileno(), self._in, most, None, None, os.SPLICE_F_NONBLOCK)
        except OSError as error:
            if error.errno not in UNABLE:
                raise
        # A sandbox's sockets, perhaps. An empty pipe takes as much as it can hold.
        return os.write(self._in, sock.recv(min(most, PIECE, self.capacity)))

    def write_to_file(self, fd: int, count: int) -> None:
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

    def close(self) -> None:
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
