"""The server's files: ask for an entry, list a directory, make one, get and set times.

Coroutines over a ``Session``; they use the newer commands (RFC 3659) where the
server has them, and the old ones where not.
"""

from __future__ import annotations

import time

from ftp_project.client.data_connection import DataConnection
from ftp_project.client.errors import LostError, RefusedError
from ftp_project.client.list_parser import Entry, entry_of_facts, entry_of_list, read_listing
from ftp_project.client.session import Session
from ftp_project.loop import Coro
from ftp_project.protocol.errors import BadArgumentError
from ftp_project.protocol.times import format_time, parse_time


def absolute(session: Session, path: str) -> str:
    """Return ``path`` so that it means the same whatever the current directory is."""
    if path.startswith("/") or not session.home:
        return path
    return f"{session.home.rstrip('/')}/{path}".rstrip("/") or "/"


def find_entry(session: Session, path: str) -> Coro[Entry | None]:
    """Return what is at ``path`` (absolute), None when there is nothing.

    Raises ``RefusedError`` when the server does not want to say.
    """
    name = path.rstrip("/").rpartition("/")[2]
    if "MLST" in session.features:
        reply = yield from session.ask(f"MLST {path}" if path else "MLST", 2, 5)
        if reply.code // 100 == 2:
            if len(reply.lines) < 3:
                raise LostError("the server's answer to MLST cannot be read")
            entry = entry_of_facts(reply.lines[1], itself=True)
            return None if entry is None else entry._replace(name=name)
        if reply.code == 550:
            return None
    size = yield from ask_size(session, path)
    if size is not None:
        return Entry(name, "file", size)
    if (yield from is_directory(session, path)):
        return Entry(name, "directory")
    # Servers without SIZE: only a listing tells a file from nothing.
    try:
        entries = yield from _listed(session, f"LIST {path}", entry_of_list)
    except RefusedError:
        return None
    if len(entries) == 1 and entries[0].kind in ("file", "link"):
        return entries[0]._replace(name=name, kind="file")
    return None


def is_directory(session: Session, path: str) -> Coro[bool]:
    """Tell whether ``path`` can be entered; the current directory stays what it was."""
    reply = yield from session.ask(f"CWD {path or '.'}", 2, 4, 5)
    if reply.code // 100 == 2 and session.home:
        yield from session.ask(f"CWD {session.home}")
    return reply.code // 100 == 2


def ask_size(session: Session, path: str) -> Coro[int | None]:
    """Return a file's size in bytes, None when the server cannot say (RFC 3659 4)."""
    reply = yield from session.ask(f"SIZE {path}", 2, 4, 5)
    text = reply.text.strip()
    return int(text) if reply.code == 213 and text.isascii() and text.isdigit() else None


def ask_time(session: Session, path: str) -> Coro[float | None]:
    """Return when a file was changed, in seconds since the epoch; None when nobody says."""
    if "MDTM" not in session.features:
        return None
    reply = yield from session.ask(f"MDTM {path}", 2, 4, 5)
    try:
        return parse_time(reply.text.strip()) / 1e9 if reply.code == 213 else None
    except BadArgumentError:
        return None


def set_time(session: Session, path: str, modified: float) -> Coro[None]:
    """Set a file's time where the server can (MFMT); what it says is not important enough."""
    if "MFMT" in session.features:
        yield from session.ask(f"MFMT {format_time(modified)} {path}", 2, 4, 5)


def list_directory(session: Session, path: str) -> Coro[list[Entry]]:
    """Return what is in a directory, hidden files too, without "." and "..", in its order.

    Raises ``RefusedError``, and ``LostError`` for a listing that cannot be read.
    """
    if "MLST" in session.features:  # stands for MLSD too (RFC 3659 7.8)
        return (yield from _listed(session, f"MLSD {path}".rstrip(), entry_of_facts))
    # In the directory itself, as LIST takes its argument for a pattern or an option.
    if path:
        yield from session.ask(f"CWD {path}")
    try:
        entries = yield from _listed(session, "LIST -a", entry_of_list)
    except RefusedError:
        entries = []
    if not entries:  # empty, or a server that knows no options
        entries = yield from _listed(session, "LIST", entry_of_list)
    if path and session.home:
        yield from session.ask(f"CWD {session.home}")
    return entries


def make_directory(session: Session, path: str) -> Coro[None]:
    """Make a directory that may be there already."""
    try:
        yield from session.ask(f"MKD {path}")
    except RefusedError:
        if not (yield from is_directory(session, path)):
            raise


def make_directories(session: Session, path: str) -> Coro[None]:
    """Make a directory and those above it, as far as they are missing."""
    if path in ("", "/") or (yield from is_directory(session, path)):
        return
    yield from make_directories(session, path.rstrip("/").rpartition("/")[0])
    yield from make_directory(session, path)


def _listed(session: Session, command: str, reader: object) -> Coro[list[Entry]]:
    data = yield from session.transfer(command, DataConnection.pull_all)
    try:
        return read_listing(data, reader)  # type: ignore[arg-type]
    except BadArgumentError as error:
        raise LostError(error.text[:1].lower() + error.text[1:].rstrip(".")) from None


def shown_time(modified: float | None) -> str:
    """Return a time for people, in UTC."""
    if modified is None:
        return "-"
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(modified))
