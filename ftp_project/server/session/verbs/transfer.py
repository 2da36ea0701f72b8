"""Files over a data connection: RETR, STOR, APPE, STOU, ABOR (RFC 959 4.1.3; REST: RFC 3659 5)."""

# A verb opens the file and does nothing more: it returns a ``Transfer``. All that can be said
# against the file is thus said before the 150 reply, when the client can still be told by a 550,
# and the data connection is only opened for a transfer that can begin.

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ftp_project.files.errors import OffsetError
from ftp_project.files.uploads import Upload
from ftp_project.loop import Coro
from ftp_project.protocol import replies
from ftp_project.protocol.ascii import FromNetwork, ToNetwork
from ftp_project.protocol.replies import reply
from ftp_project.server.data.data_connection import DataConnection
from ftp_project.server.data.filters import Deflate, Filter, Inflate
from ftp_project.server.data.quotas import UploadReservation
from ftp_project.server.data.receiving import receive_file, receive_pieces
from ftp_project.server.data.sending import pieces_of_file, send_file, send_pieces
from ftp_project.server.data.splice import FileWriter, TlsBuffer
from ftp_project.server.session.session import Transfer

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session


def retr(session: Session, path: str) -> Transfer:
    """RETR path: send a file, from the offset that REST gave."""
    offset = session.take_restart()
    fd, status = session.files.open_read(path)
    size = status.st_size
    if offset > size:
        os.close(fd)
        raise OffsetError
    filters = outgoing(session)

    def move(connection: DataConnection) -> Coro[None]:
        if filters:
            return send_pieces(connection, pieces_of_file(fd, offset, size), filters)
        return send_file(connection, fd, offset, size, session.server.buffer)

    opening = replies.OPENING if filters else opening_of(size - offset)
    return Transfer(move, opening, lambda: os.close(fd), path=path, size=size - offset)


def stor(session: Session, path: str) -> Transfer:
    """STOR path: receive a file, which appears under its name when it is complete.

    After REST it is written in place, from the offset on, so that an upload can be resumed.
    """
    offset = session.take_restart()
    files = session.files
    return receive(session, path, files.update(path, offset) if offset else files.store(path))


def appe(session: Session, path: str) -> Transfer:
    """APPE path: receive bytes for the end of a file, or after REST for the place it named.

    The file is made if there is none. It grows in place, under a lock: 450 for a second writer.
    """
    return receive(session, path, session.files.update(path, session.take_restart() or None))


def stou(session: Session, argument: str) -> Transfer:
    """STOU: receive a file under a name that nothing has; the 150 reply tells it.

    The form of that reply is RFC 1123's (4.1.2.9): "FILE: name".
    """
    upload = session.files.store_unique(session.cwd, argument.strip() or "upload")
    path = session.path(upload.name)
    return receive(session, path, upload, reply(150, f"FILE: {upload.name}"))


def abor(session: Session, argument: str) -> bytes:
    """ABOR: end the running transfer, whose own reply then is 426 (RFC 959 4.1.3).

    ``control`` stops the transfer the moment the command comes; here its turn has come to be
    answered, and an offer to transfer that was not taken is withdrawn.
    """
    session.data_port.armed = False
    aborted, session.aborted = session.aborted, False
    return replies.ABOR_DONE if aborted else replies.NOTHING_TO_ABORT


def receive(
    session: Session, path: str, upload: Upload, opening: bytes = replies.OPENING
) -> Transfer:
    """Return the transfer that fills ``upload``, which will be seen at ``path``."""
    filters = incoming(session)
    server = session.server
    take = None if session.quota is None else UploadReservation(session.quota, upload)

    def move(connection: DataConnection) -> Coro[None]:
        if filters:
            return receive_pieces(connection, upload.fd, filters, take)
        if connection.secure is not None:
            writer: FileWriter = TlsBuffer(connection.secure, server.buffer)
        else:
            writer = server.file_writer
        return receive_file(connection, upload.fd, writer, take)

    def release() -> None:
        upload.abort()
        if take is not None:
            take.settle()

    return Transfer(move, opening, release, upload.commit, upload=True, path=path)


def outgoing(session: Session) -> list[Filter]:
    """Return what is done to bytes on their way out, in order."""
    filters: list[Filter] = [ToNetwork()] if session.ascii else []
    if session.deflate:
        filters.append(Deflate())
    return filters


def incoming(session: Session) -> list[Filter]:
    """Return what is done to bytes on their way in, in order."""
    filters: list[Filter] = [Inflate()] if session.deflate else []
    if session.ascii:
        filters.append(FromNetwork())
    return filters


def opening_of(size: int) -> bytes:
    """Return the 150 reply that tells how much will come, for clients that show progress."""
    return b"150 Opening data connection (%d bytes).\r\n" % size
