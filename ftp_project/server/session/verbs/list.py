"""Directories: LIST, NLST, MLSD over a data connection, MLST over the control connection.

RFC 959 4.1.3; RFC 3659 7.
"""

# The pieces of a listing are made while they are sent: the iterator holds an open directory, and
# whoever stops early must close it. That is why ``release`` calls ``close`` and does not wait for
# the collector.

from __future__ import annotations

from collections.abc import Iterator
from stat import S_ISDIR
from typing import TYPE_CHECKING

from ftp_project.files.errors import FileError, NotDirectoryError
from ftp_project.files.scan import Entry
from ftp_project.loop import Coro
from ftp_project.protocol import facts, paths, replies
from ftp_project.protocol.list_arguments import parse_list_arguments
from ftp_project.protocol.list_format import format_list, format_names
from ftp_project.server.data.data_connection import DataConnection
from ftp_project.server.data.filters import Deflate, Filter
from ftp_project.server.data.list_query import fact_formatter, listing_pieces, started
from ftp_project.server.data.sending import send_pieces
from ftp_project.server.session.session import Transfer

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session


def list_(session: Session, argument: str) -> Transfer:
    """LIST [options] [path]: lines as ``ls -l`` writes them."""
    now = session.server.wall_clock()
    return _send(session, listing_pieces(session, argument, lambda batch: format_list(batch, now)))


def nlst(session: Session, argument: str) -> Transfer:
    """NLST [options] [path]: names only, as another command would take them."""
    asked = parse_list_arguments(argument).path
    directory = ""
    if asked not in ("", ".") and _is_directory(session, asked):
        directory = asked.rstrip("/") + "/"

    def write(batch: list[Entry]) -> bytes:
        return format_names([directory + entry.name for entry in batch])

    return _send(session, listing_pieces(session, argument, write))


def mlsd(session: Session, path: str) -> Transfer:
    """MLSD [path]: facts and names for machines (RFC 3659 7.2)."""
    if not S_ISDIR(session.files.stat(path).st_mode):
        raise NotDirectoryError
    formatter = fact_formatter(session, path)
    found = started(session.files.scan(path))
    return _send(session, (formatter.lines(batch) for batch in found))


def mlst(session: Session, path: str) -> bytes:
    """MLST [path]: the facts of one name, over the control connection (RFC 3659 7.2)."""
    entry = session.files.entry(path)
    formatter = fact_formatter(session, paths.parent(path))
    return replies.multiline(250, f"Listing {path}", [formatter.line(entry, path)])


def feature(session: Session) -> str:
    """Return FEAT's line of MLST and MLSD: all facts, the chosen ones with a star."""
    return facts.feature_text(session.facts)


def _is_directory(session: Session, asked: str) -> bool:
    try:
        return S_ISDIR(session.files.stat(session.path(asked)).st_mode)
    except FileError:  # what is wrong with it is told by the listing itself
        return False


def _send(session: Session, pieces: Iterator[bytes]) -> Transfer:
    filters: list[Filter] = [Deflate()] if session.deflate else []

    def move(connection: DataConnection) -> Coro[None]:
        return send_pieces(connection, pieces, filters)

    def release() -> None:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()  # gives the directory's descriptor back

    return Transfer(move, replies.OPENING, release)
