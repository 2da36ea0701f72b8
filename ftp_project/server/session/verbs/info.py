"""Questions: SYST, STAT, NOOP, SIZE, MDTM (RFC 959 4.1.3, RFC 3659)."""

# STAT with a path sends a listing over the control connection. Nothing throttles it there: the
# replies are collected in memory until the client reads them. So it is bounded, and LIST is for the
# rest.
#
# Times are UTC in every reply. A server that told local times would be right once a year for a
# client in another zone (RFC 3659 2.3).

from __future__ import annotations

from stat import S_ISREG
from typing import TYPE_CHECKING

from ftp_project.accounts import permissions
from ftp_project.loop import Coro, pause
from ftp_project.protocol import replies, times
from ftp_project.protocol.list_format import format_list
from ftp_project.protocol.replies import reply
from ftp_project.server.data import list_query

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session

#: most bytes of a listing that STAT sends over the control connection
STAT_LIMIT = 1 << 17


def syst(session: Session, argument: str) -> bytes:
    """SYST: the system, in the words that clients look for (RFC 1700)."""
    return replies.SYSTEM


def noop(session: Session, argument: str) -> bytes:
    """NOOP: nothing; tells that the server is there."""
    return replies.OK


def stat(session: Session, argument: str) -> bytes | Coro[bytes]:
    """STAT [path]: how the session stands, or a listing over this connection (RFC 959 4.1.3)."""
    if argument.strip():
        return _listing(session, argument)
    lines = [
        f"Connected to {session.peer}",
        f"Logged in as {session.user.name}" if session.user else "Not logged in",
        f"TYPE: {'A' if session.ascii else 'I'}, MODE: {'Z' if session.deflate else 'S'}, STRU: F",
        f"TLS: {'on' if session.secure else 'off'}",
    ]
    if session.transfer_task is not None:
        moved = 0 if session.data_connection is None else session.data_connection.moved
        lines.append(f"Transfer running: {moved} bytes so far")
    return replies.multiline(211, "Status of this session:", lines)


def _listing(session: Session, argument: str) -> bytes | Coro[bytes]:
    if session.user is None:
        return replies.NOT_LOGGED_IN
    path = list_query.listed_path(session, argument)
    if not session.may(permissions.LIST, path):
        return replies.PERMISSION_DENIED
    return _collected(session, path, argument)


def _collected(session: Session, path: str, argument: str) -> Coro[bytes]:
    """Return a listing as a reply; it has no back-pressure, so it is bounded."""
    now = session.server.wall_clock()
    body, last = b"", "End of status."
    for piece in list_query.listing_pieces(
        session, argument, lambda batch: format_list(batch, now)
    ):
        yield from pause()
        body += piece
        if len(body) > STAT_LIMIT:
            last = "The rest is left out: use LIST."
            break
    one_file = body.count(b"\n") == 1 and not body.startswith((b"d", b"l"))
    code = 213 if one_file else 212
    return replies.multiline_raw(code, f"Status of {path}:", body, last)


def size(session: Session, path: str) -> bytes:
    """SIZE path: the size of a file in bytes, as TYPE I transfers it (RFC 3659 4).

    In TYPE A the RFC asks for the size after conversion, which nobody can know without reading
    the file. Clients that ask before they send TYPE I (curl) mean the plain size.
    """
    status = session.files.stat(path)
    if not S_ISREG(status.st_mode):
        return reply(550, "Not a plain file.")
    return reply(213, str(status.st_size))


def mdtm(session: Session, path: str) -> bytes:
    """MDTM path: when a file was last modified, in UTC (RFC 3659 3)."""
    status = session.files.stat(path)
    return reply(213, times.format_time(status.st_mtime))
