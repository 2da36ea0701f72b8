"""Directories over a data connection: LIST, NLST, MLSD (RFC 959 4.1.3, RFC 3659 7)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from itertools import chain
from stat import S_ISDIR
from typing import TYPE_CHECKING

from ftp_project.accounts import permissions
from ftp_project.files.errors import NotDirectoryError
from ftp_project.files.scan import Entry
from ftp_project.loop import Coro
from ftp_project.protocol.facts import FactFormatter, directory_perm, file_perm
from ftp_project.protocol.listargs import parse_list_arguments
from ftp_project.protocol.listing import format_list, format_names
from ftp_project.protocol.replies import OPENING
from ftp_project.server import transfers
from ftp_project.server.session import Transfer

if TYPE_CHECKING:
    from ftp_project.server.session import Session


def listed_path(session: Session, argument: str) -> str:
    """Return the virtual path in LIST's argument, behind its options."""
    return session.path(parse_list_arguments(argument).path)


def list_(session: Session, argument: str) -> Transfer:
    """LIST [options] [path]: lines as `ls -l` writes them."""
    now = session.server.wall_clock()
    found = _entries(session, argument)
    return _send(session, (format_list(batch, now) for batch in found))


def nlst(session: Session, argument: str) -> Transfer:
    """NLST [options] [path]: names only, as another command would take them."""
    asked = parse_list_arguments(argument).path
    prefix = f"{asked.rstrip('/')}/" if asked and asked != "." else ""
    found = _entries(session, argument)
    if asked and not S_ISDIR(session.files.stat(session.path(asked)).st_mode):
        return _send(session, iter([format_names([asked])]))
    return _send(session, (format_names(prefix + entry[0] for entry in batch) for batch in found))


def mlsd(session: Session, path: str) -> Transfer:
    """MLSD [path]: facts and names for machines (RFC 3659 7.2)."""
    if not S_ISDIR(session.files.stat(path).st_mode):
        raise NotDirectoryError
    formatter = fact_formatter(session, path)
    found = _started(session.files.scan(path))
    return _send(session, (formatter.lines(batch) for batch in found))


def fact_formatter(session: Session, path: str) -> FactFormatter:
    """Return the writer of fact lines for what is in the directory ``path``."""
    assert session.user is not None
    rights = session.user.permissions.at(path)
    write = bool(rights & permissions.WRITE)
    delete = bool(rights & permissions.DELETE)
    rename = bool(rights & permissions.RENAME)
    return FactFormatter(
        session.facts,
        file_perm(
            read=bool(rights & permissions.READ),
            write=write,
            append=bool(rights & permissions.APPEND),
            delete=delete,
            rename=rename,
        ),
        directory_perm(
            list_=bool(rights & permissions.LIST),
            write=write,
            make=bool(rights & permissions.MAKE),
            delete=delete,
            rename=rename,
        ),
    )


def _entries(session: Session, argument: str) -> Iterator[list[Entry]]:
    """Return the batches of entries that LIST's argument asks for."""
    wanted = parse_list_arguments(argument)
    path = session.path(wanted.path)
    if wanted.directory_itself or not S_ISDIR(session.files.stat(path).st_mode):
        return iter([[session.files.entry(path, wanted.path or ".")]])
    found = _started(session.files.scan(path))
    if wanted.hidden:
        return found
    return ([entry for entry in batch if entry.name[0] != "."] for batch in found)


def _started(batches: Iterator[list[Entry]]) -> Iterator[list[Entry]]:
    """Fetch the first batch now: what is wrong with a directory is told before the 150 reply."""
    first = next(batches, [])
    return chain([first], batches)


def _send(session: Session, pieces: Iterator[bytes]) -> Transfer:
    server = session.server
    session.restart = 0

    def move(sock: socket.socket) -> Coro[None]:
        return transfers.send_pieces(sock, pieces, server.clock, server.config.stall_timeout)

    return Transfer(move, OPENING, lambda: None)
