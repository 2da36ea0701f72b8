"""Questions: SYST, FEAT, NOOP, SIZE, MDTM (RFC 959 4.1.3, RFC 2389, RFC 3659)."""

from __future__ import annotations

from stat import S_ISREG
from typing import TYPE_CHECKING

from ftp_project.protocol import facts, replies, times
from ftp_project.protocol.replies import reply

if TYPE_CHECKING:
    from ftp_project.server.session import Session

#: what FEAT tells, apart from the line of MLST, which names the facts that are chosen
FEATURES = ("EPSV", "MDTM", "REST STREAM", "SIZE", "TVFS", "UTF8")


def syst(session: Session, argument: str) -> bytes:
    """SYST: the system, in the words that clients look for (RFC 1700)."""
    return replies.SYSTEM


def noop(session: Session, argument: str) -> bytes:
    """NOOP: nothing; tells that the server is there."""
    return replies.OK


def feat(session: Session, argument: str) -> bytes:
    """FEAT: what is there beyond RFC 959, one feature per line (RFC 2389 3)."""
    lines = sorted((*FEATURES, facts.feature_text(session.facts)))
    return replies.multiline(211, "Extensions supported:", lines)


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
