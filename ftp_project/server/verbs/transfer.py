"""Files over a data connection: RETR, STOR, APPE (RFC 959 4.1.3, RFC 3659 5 for REST)."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from ftp_project.files.errors import OffsetError
from ftp_project.files.uploads import Upload
from ftp_project.loop import Coro
from ftp_project.protocol.replies import OPENING, reply
from ftp_project.server import transfers
from ftp_project.server.session import Transfer

if TYPE_CHECKING:
    from ftp_project.server.session import Session


def retr(session: Session, path: str) -> Transfer:
    """RETR path: send a file, from the offset that REST gave."""
    offset = session.take_restart()
    fd, status = session.files.open_read(path)
    size = status.st_size
    if offset > size:
        os.close(fd)
        raise OffsetError
    clock, stall = session.server.clock, session.server.config.stall_timeout

    def move(sock: socket.socket) -> Coro[None]:
        if session.ascii:
            return transfers.send_text(sock, fd, offset, clock, stall)
        return transfers.send_file(sock, fd, offset, size, clock, stall)

    if session.ascii:
        return Transfer(move, OPENING, lambda: os.close(fd))
    return Transfer(move, opening(size - offset), lambda: os.close(fd))


def stor(session: Session, path: str) -> Transfer:
    """STOR path: receive a file, which appears under its name when it is complete.

    After REST it is written in place, from the offset on, so that an upload can be resumed.
    """
    offset = session.take_restart()
    return receive(
        session, session.files.update(path, offset) if offset else session.files.store(path)
    )


def appe(session: Session, path: str) -> Transfer:
    """APPE path: receive bytes for the end of a file, or after REST for the place it named.

    The file is made if there is none. It grows in place, under a lock: 450 for a second writer.
    """
    return receive(session, session.files.update(path, session.take_restart() or None))


def receive(session: Session, upload: Upload) -> Transfer:
    """Return the transfer that fills ``upload``."""
    server = session.server
    clock, stall = server.clock, server.config.stall_timeout

    def move(sock: socket.socket) -> Coro[None]:
        if session.ascii:
            return transfers.receive_text(sock, upload.fd, clock, stall)
        return transfers.receive_file(sock, upload.fd, server.buffer, clock, stall)

    return Transfer(move, OPENING, upload.abort, upload.commit)


def opening(size: int) -> bytes:
    """Return the 150 reply that tells how much will come, for clients that show progress."""
    return reply(150, f"Opening data connection ({size} bytes).")
