"""The current directory: PWD, CWD, CDUP (RFC 959 4.1.1 and 4.1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftp_project.protocol import paths
from ftp_project.protocol.replies import reply

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session


def pwd(session: Session, argument: str) -> bytes:
    """PWD: name the current directory, quotes in it doubled (RFC 959 appendix II)."""
    return reply(257, f"{paths.quote(session.cwd)} is the current directory.")


def cwd(session: Session, path: str) -> bytes:
    """CWD path: go to a directory."""
    session.files.check_directory(path)
    session.cwd = path
    return reply(250, f"{paths.quote(path)} is the current directory.")


def cdup(session: Session, argument: str) -> bytes:
    """CDUP: go to the parent directory."""
    return cwd(session, paths.parent(session.cwd))
