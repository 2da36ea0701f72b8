"""Let the Linux kernel receive on its own: io_uring in the few calls that one read needs.

The program writes a request into a ring of memory that it shares with the kernel, says so by one
system call, and goes on. The kernel waits, copies into the program's buffer, and writes a
completion into a second ring, which the program reads without any call (io_uring(7),
io_uring_setup(2), io_uring_enter(2); the offsets are those of linux/io_uring.h).
"""

from __future__ import annotations

import ctypes
import mmap
import os
import socket
import struct
import sys
from types import TracebackType
from typing import Any, Self

from labsupport.exhibits.io_models.reads import NotOfferedError

_SETUP, _ENTER = 425, 426  # the same numbers on every architecture since Linux 5.1
_OFF_SQ_RING, _OFF_CQ_RING, _OFF_SQES = 0, 0x8000000, 0x10000000
_RECV = 27  # IORING_OP_RECV, Linux 5.6
_SQE_SIZE, _CQE_SIZE = 64, 16


class Ring:
    """A ring for one receive at a time.

    Raises NotOfferedError where the system has no io_uring or forbids it.
    """

    def __init__(self) -> None:
        if sys.platform != "linux":
            raise NotOfferedError("this system has no io_uring")
        self._libc = ctypes.CDLL(None, use_errno=True)
        parameters = ctypes.create_string_buffer(120)  # struct io_uring_params
        self._fd = self._libc.syscall(_SETUP, 1, parameters)
        if self._fd < 0:
            raise NotOfferedError(f"io_uring is refused here: {os.strerror(ctypes.get_errno())}")
        entries, cq_entries = struct.unpack_from("2I", parameters)
        self._sq = struct.unpack_from("10I", parameters, 40)  # struct io_sqring_offsets
        self._cq = struct.unpack_from("10I", parameters, 80)  # struct io_cqring_offsets
        sq_size = self._sq[6] + entries * 4
        cq_size = self._cq[5] + cq_entries * _CQE_SIZE
        self._requests = mmap.mmap(self._fd, sq_size, offset=_OFF_SQ_RING)
        self._completions = mmap.mmap(self._fd, cq_size, offset=_OFF_CQ_RING)
        self._entries = mmap.mmap(self._fd, entries * _SQE_SIZE, offset=_OFF_SQES)
        self._buffer: Any = None

    def receive(self, connection: socket.socket, buffer: bytearray) -> None:
        """Ask the kernel to receive into ``buffer``, and return at once.

        The buffer may not change its size until the request is done.
        """
        self._buffer = (ctypes.c_char * len(buffer)).from_buffer(buffer)  # holds it in its place
        request = struct.pack(
            "BBHiQQIIQ", _RECV, 0, 0, connection.fileno(), 0,
            ctypes.addressof(self._buffer), len(buffer), 0, 1,
        )  # fmt: skip
        self._entries[: len(request)] = request
        head = self._number(self._requests, self._sq[0])
        struct.pack_into("I", self._requests, self._sq[6], 0)  # slot 0 of the array
        struct.pack_into("I", self._requests, self._sq[1], head + 1)
        if self._libc.syscall(_ENTER, self._fd, 1, 0, 0, None, 0) != 1:
            raise NotOfferedError(f"io_uring is refused: {os.strerror(ctypes.get_errno())}")

    @staticmethod
    def _number(ring: mmap.mmap, offset: int) -> int:
        found: int = struct.unpack_from("I", ring, offset)[0]
        return found

    def done(self) -> int | None:
        """Return how many bytes the kernel has put into the buffer, None while it waits.

        A look into shared memory, no system call. Raises OSError when the request failed.
        """
        if self._number(self._completions, self._cq[1]) == 0:
            return None
        result: int = struct.unpack_from("i", self._completions, self._cq[5] + 8)[0]
        if result < 0:
            if -result in (22, 95):  # EINVAL, EOPNOTSUPP: a kernel without this request
                raise NotOfferedError(f"io_uring cannot receive: {os.strerror(-result)}")
            raise OSError(-result, os.strerror(-result))
        return result

    def close(self) -> None:
        """Give the rings back; the kernel cancels what it has not done."""
        for ring in (self._requests, self._completions, self._entries):
            ring.close()
        os.close(self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
