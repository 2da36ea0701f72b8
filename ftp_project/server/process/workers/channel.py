"""Between the parent and one worker: two pairs of connected sockets.

Through one go clients, as descriptors (SCM_RIGHTS, unix(7)). Through the other go orders, a byte
each, and back what the worker has to tell, a line each. Both are also how each side learns that
the other is gone, however it died: the system closes its ends, and reading finds the end. So
every other process must close its copies (``Channel.keep_parent``, ``Channel.keep_worker``).
"""

# Why sockets and not a queue of ``multiprocessing``. A queue has a lock in shared memory and a
# thread that feeds it: a worker that is killed with the lock in hand stops all others, and a parent
# with a thread cannot fork safely. A socket pair has neither, the loop can wait for it like for any
# other socket, and its end is told by the kernel.
#
# SCM_RIGHTS makes a second descriptor of the same open socket, in another process. The parent must
# close its own afterwards: a connection ends when its last descriptor is closed, not the first.
#
# What is on its way counts: descriptors in a queue belong to nobody, and the kernel bounds them for
# each user (ETOOMANYREFS). A client that finds no room stays with the parent and is offered again.

from __future__ import annotations

import errno
import os
import socket
from typing import Any, Final

#: orders: end when the transfers have ended; reopen the logs; read users, or the certificate, again
DRAIN, REOPEN, USERS, CERTIFICATE = b"d", b"o", b"u", b"c"
_FAMILIES: Final = {b"4": socket.AF_INET, b"6": socket.AF_INET6}
_BYTES: Final = {family: byte for byte, family in _FAMILIES.items()}
_CLOSE_ON_EXEC: Final = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
#: the worker takes no more now: its queue is full, the system allows no more descriptors
#: on their way, or it has just died
_NOT_NOW: Final = frozenset(
    {errno.EAGAIN, errno.ENOBUFS, errno.ETOOMANYREFS, errno.EPIPE, errno.ECONNRESET}
)


class Channel:
    """Both pairs. Made by the parent before the fork; raises OSError out of descriptors."""

    def __init__(self) -> None:
        self.orders, self._workers_orders = socket.socketpair()
        try:
            self.clients, self._workers_clients = socket.socketpair()
        except OSError:
            self.orders.close()
            self._workers_orders.close()
            raise
        for each in (self.orders, self._workers_orders, self.clients, self._workers_clients):
            each.setblocking(False)

    def keep_parent(self) -> None:
        """Close, in the parent, the ends of the worker."""
        self._workers_orders.close()
        self._workers_clients.close()

    def keep_worker(self) -> tuple[socket.socket, HandedClients]:
        """Close, in the worker, the ends of the parent; return its own."""
        self.close()
        return self._workers_orders, HandedClients(self._workers_clients)

    def close(self) -> None:
        """Close the parent's ends: the worker ends at once."""
        self.orders.close()
        self.clients.close()

    def hand_over(self, client: socket.socket) -> bool:
        """Give a client to the worker; False when it takes none now. The caller closes its copy."""
        try:
            socket.send_fds(self.clients, [_BYTES[client.family]], [client.fileno()])
        except OSError as error:
            if error.errno in _NOT_NOW:
                return False
            raise
        return True


class HandedClients(socket.socket):
    """The worker's end of the way of clients: looks like a listening socket."""

    def __init__(self, end: socket.socket) -> None:
        super().__init__(end.family, end.type, end.proto, fileno=end.detach())
        self.setblocking(False)
        #: how many were received; the parent knows how many it sent
        self.received = memoryview(bytearray(8)).cast("q")

    def accept(self) -> tuple[socket.socket, Any]:
        """Return the next client and its address, as the accept of a listener does.

        Raises BlockingIOError when there is none now, and OSError (EMFILE) when there is no
        descriptor left for it: it then stays in the queue.
        """
        # A descriptor that finds no room when it is received would be lost (MSG_CTRUNC).
        os.close(os.dup(self.fileno()))
        byte, fds, _, _ = socket.recv_fds(self, 1, 1, _CLOSE_ON_EXEC)
        if not fds:  # the parent is gone: that is found, and acted on, where its orders are read
            raise BlockingIOError(errno.EAGAIN, "no clients any more")
        self.received[0] += 1
        client = socket.socket(_FAMILIES[byte], socket.SOCK_STREAM, 0, fileno=fds[0])
        try:
            if not _CLOSE_ON_EXEC:
                client.set_inheritable(False)
            return client, client.getpeername()
        except OSError:
            client.close()
            raise ConnectionAbortedError(errno.ECONNABORTED, "the client has gone") from None
