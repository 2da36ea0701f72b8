"""The sessions of a server as plain values, which can be sent to another process."""

# A worker takes a snapshot of its own sessions and sends it to the parent, which shows those of all
# workers on one screen. So a snapshot holds no session, no socket and no clock: whatever is in it
# must mean the same to a reader that shares no memory with the writer.

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ftp_project.server.core import Server


#: most sessions in one snapshot: what fits on a screen, however many there are
SHOWN_ROWS = 16


class SessionRow(NamedTuple):
    """One session. ``key`` tells it apart from others; ``upload`` is None while it is idle."""

    key: int
    user: str
    peer: str
    upload: bool | None
    path: str
    #: how many bytes will be moved, or 0, and how many have been
    size: int
    moved: int
    #: number of the worker that has it; 0 when there is one process
    worker: int = 0


class Snapshot(NamedTuple):
    """How many sessions there are, and the rows of the first of them."""

    sessions: int
    rows: list[SessionRow]


def take_snapshot(server: Server, most: int) -> Snapshot:
    """Return a snapshot of a server's sessions; those that move bytes come first."""
    sessions = sorted(server.sessions, key=lambda session: session.data_connection is None)
    rows = []
    for session in sessions[:most]:
        user = "-" if session.user is None else session.user.name
        peer = session.peer.removeprefix("::ffff:")
        connection, transfer = session.data_connection, session.transfer
        if connection is None:
            rows.append(SessionRow(id(session), user, peer, None, "", 0, 0))
            continue
        path, size = ("", 0) if transfer is None else (transfer.path, transfer.size)
        rows.append(
            SessionRow(id(session), user, peer, connection.upload, path, size, connection.moved)
        )
    return Snapshot(len(sessions), rows)


def merge_snapshots(snapshots: list[tuple[int, Snapshot]], most: int) -> Snapshot:
    """Return one snapshot of several workers, each given with its number."""
    rows = [row._replace(worker=worker) for worker, each in snapshots for row in each.rows]
    rows.sort(key=lambda row: row.upload is None)
    return Snapshot(sum(each.sessions for _, each in snapshots), rows[:most])


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Return a snapshot as one line of text."""
    return json.dumps(snapshot).encode() + b"\n"


def decode_snapshot(text: bytes) -> Snapshot:
    """Return the snapshot that ``encode_snapshot`` has written as ``text``."""
    sessions, rows = json.loads(text)
    return Snapshot(sessions, [SessionRow(*row) for row in rows])
