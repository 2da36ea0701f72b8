"""systemd: listening sockets that are handed over, and notifying systemd of the state.

The protocols are those of sd_listen_fds(3) and sd_notify(3); both work without systemd too, from
any program that sets the same variables.
"""

# A socket that systemd has opened exists before the server does: clients can connect while it
# starts or is restarted and wait in the kernel's queue. And ports below 1024 need a privilege that
# the server then never has. The protocol is one rule: descriptors from 3 on, as many as LISTEN_FDS
# says, for the process that LISTEN_PID names. That pid matters: variables are inherited by every
# child.

from __future__ import annotations

import contextlib
import os
import socket
import time

from ftp_project.errors import UsageError
from ftp_project.server.session.listener import tune

#: the number of the first descriptor handed over
FIRST = 3


def inherited_listeners() -> list[socket.socket]:
    """Return the listening sockets that were handed to this process; none is the usual case.

    The variables are removed, so that no child believes the sockets to be its own. Raises
    ``UsageError`` for descriptors that are no listening stream sockets.
    """
    pid, count = os.environ.pop("LISTEN_PID", ""), os.environ.pop("LISTEN_FDS", "")
    os.environ.pop("LISTEN_FDNAMES", None)
    if pid != str(os.getpid()) or not count.isdigit():
        return []
    found = []
    for fd in range(FIRST, FIRST + int(count)):
        try:
            listener = socket.socket(fileno=fd)
            listening = listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        except OSError:
            listening = 0
        if not listening or listener.family not in (socket.AF_INET, socket.AF_INET6):
            raise UsageError(
                f"descriptor {fd} was handed over (LISTEN_FDS) and is no listening TCP socket: "
                "use ListenStream=ADDRESS:PORT and Accept=no in the socket unit"
            )
        listener.set_inheritable(False)
        listener.setblocking(False)
        tune(listener)
        found.append(listener)
    return found


def notify(state: str) -> None:
    """Tell the service manager about a state, such as ``READY=1``; without one do nothing."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address[:1] not in ("/", "@"):
        return
    if address[0] == "@":
        address = "\0" + address[1:]
    if state == "RELOADING=1":
        state += f"\nMONOTONIC_USEC={time.monotonic_ns() // 1000}"
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock,
    ):
        sock.setblocking(False)
        sock.sendto(state.encode(), address)
