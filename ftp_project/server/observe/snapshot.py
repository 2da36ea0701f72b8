"""What a session looks like from outside: a line of plain values that can go to another process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ftp_project.server.core import Server


#: sessions that are shown
ROWS = 16


class Line(NamedTuple):
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


class Sight(NamedTuple):
    """How many sessions there are, and the lines of the first of them."""

    sessions: int
    lines: list[Line]


def look(server: Server, most: int) -> Sight:
    """Return the sight of a server's sessions; those that move bytes come first."""
    sessions = [control.session for control in server.sessions]
    sessions.sort(key=lambda session: session.connection is None)
    lines = []
    for session in sessions[:most]:
        user = "-" if session.user is None else session.user.name
        peer = session.peer.removeprefix("::ffff:")
        connection = session.connection
        if connection is None:
            lines.append(Line(id(session), user, peer, None, "", 0, 0))
            continue
        path, size = ("", 0) if session.moving is None else session.moving[-2:]
        moved = connection.moved
        lines.append(Line(id(session), user, peer, connection.upload, path, size, moved))
    return Sight(len(sessions), lines)


def join(sights: list[tuple[int, Sight]], most: int) -> Sight:
    """Return one sight of several workers, each given with its number."""
    lines = [line._replace(worker=worker) for worker, sight in sights for line in sight.lines]
    lines.sort(key=lambda line: line.upload is None)
    return Sight(sum(sight.sessions for _, sight in sights), lines[:most])


def dump(sight: Sight) -> bytes:
    """Return a sight as one line of text."""
    return json.dumps(sight).encode() + b"\n"


def parse(text: bytes) -> Sight:
    """Return the sight that a line of text means."""
    sessions, lines = json.loads(text)
    return Sight(sessions, [Line(*line) for line in lines])
