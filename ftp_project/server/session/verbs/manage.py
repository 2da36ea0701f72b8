"""Changes to files and directories: DELE, MKD, RMD, RNFR, RNTO, MFMT (RFC 959 4.1.3)."""

# Quotas and names. What is freed is measured before the file goes, since afterwards there is
# nothing to measure. A rename frees what it replaces.

from __future__ import annotations

from stat import S_ISREG
from typing import TYPE_CHECKING

from ftp_project.accounts.permissions import WRITE
from ftp_project.files.errors import FileError
from ftp_project.protocol import paths, replies, times
from ftp_project.protocol.replies import reply

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session


def dele(session: Session, path: str) -> bytes:
    """DELE path: remove a file."""
    freed = _counted(session, path)
    session.files.unlink(path)
    if session.quota is not None:
        session.quota.give_back(freed)
    return reply(250, "Removed.")


def _counted(session: Session, path: str) -> int:
    """Return the bytes at ``path`` that count against the user's quota."""
    if session.quota is None:
        return 0
    try:
        status = session.files.lstat(path)
    except FileError:
        return 0
    return status.st_size if S_ISREG(status.st_mode) else 0


def mkd(session: Session, path: str) -> bytes:
    """MKD path: make a directory."""
    session.files.mkdir(path)
    return reply(257, f"{paths.quote(path)} created.")


def rmd(session: Session, path: str) -> bytes:
    """RMD path: remove an empty directory."""
    session.files.rmdir(path)
    return reply(250, "Removed.")


def rnfr(session: Session, path: str) -> bytes:
    """RNFR path: name what RNTO, which must follow at once, will rename."""
    session.files.lstat(path)
    if path == "/":
        return replies.PERMISSION_DENIED
    session.rename_from = path
    return reply(350, "Send RNTO with the new name.")


def rnto(session: Session, path: str) -> bytes:
    """RNTO path: give the new name. A file of that name is replaced, with the right to write it."""
    if session.rename_from is None:
        return reply(503, "Send RNFR first.")
    freed = _counted(session, path)
    session.files.rename(session.rename_from, path, replace=session.may(WRITE, path))
    if session.quota is not None:
        session.quota.give_back(freed)
    return reply(250, "Renamed.")


def timed_path(session: Session, argument: str) -> str:
    """Return the virtual path in MFMT's argument, behind the time."""
    return session.path(times.split_mfmt(argument)[1])


def mfmt(session: Session, argument: str) -> bytes:
    """MFMT time path: set when a file was last modified (draft-somers-ftp-mfxx 4).

    The reply tells what the file has now: file systems keep what lies outside of their range (ext4
    begins in 1901) as its nearest end, and no error says so (utimensat(2)).
    """
    modified, path = times.split_mfmt(argument)
    there = session.path(path)
    session.files.utime(there, modified)
    written = times.format_time(session.files.stat(there).st_mtime // 1)
    return reply(213, f"Modify={written}; {path}")
