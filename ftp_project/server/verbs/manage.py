"""Changing what is there: DELE, MKD, RMD, RNFR, RNTO (RFC 959 4.1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftp_project.accounts.permissions import RENAME, WRITE
from ftp_project.protocol import paths, replies
from ftp_project.protocol.replies import reply

if TYPE_CHECKING:
    from ftp_project.server.session import Session


def dele(session: Session, path: str) -> bytes:
    """DELE path: remove a file."""
    session.files.unlink(path)
    return reply(250, "Removed.")


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
    assert session.user is not None
    if session.user.permissions.whole_tree(path) & RENAME != RENAME:
        return replies.PERMISSION_DENIED
    session.rename_from = path
    return reply(350, "Send RNTO with the new name.")


def rnto(session: Session, path: str) -> bytes:
    """RNTO path: give the new name. A file that has it is replaced, by who may write it."""
    if session.rename_from is None:
        return reply(503, "Send RNFR first.")
    session.files.rename(session.rename_from, path, replace=session.may(WRITE, path))
    return reply(250, "Renamed.")
