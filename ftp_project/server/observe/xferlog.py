"""The transfer log of wu-ftpd, xferlog(5), which statistics programs read.

One line per file, in these columns: time, seconds it took, client's address, bytes, path, type
(a or b), action (_ for none), direction (i: upload, o: download), access (a: anonymous, r: real),
user (for anonymous what was given as password), service, authentication (0: none), its id (*),
completion (c or i).
"""

# The file may be written by several workers at once. write(2) to a file that was opened with
# O_APPEND puts all its bytes at the end, in one piece (POSIX, write()), so lines are written
# without a buffer of our own, one call for each, and never mixed.

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from ftp_project.errors import UsageError, reason
from ftp_project.server.core import log
from ftp_project.server.observe.observers import Done, Observer

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


def line(session: Session, done: Done, now: float) -> bytes:
    """Return one line; ``now`` is when the transfer ended, and is written in local time."""
    when = time.localtime(now)
    stamp = (
        f"{_DAYS[when.tm_wday]} {_MONTHS[when.tm_mon - 1]} {when.tm_mday:2d} "
        f"{when.tm_hour:02d}:{when.tm_min:02d}:{when.tm_sec:02d} {when.tm_year}"
    )
    user = session.user
    anonymous = user is not None and session.server.users.is_anonymous(user)
    path = f"{user.home}{done.path}" if user is not None else done.path
    words = (
        stamp,
        str(max(1, round(done.seconds))),
        session.peer,
        str(done.size),
        _one_word(path),
        "a" if done.ascii else "b",
        "_",
        "i" if done.upload else "o",
        "a" if anonymous else "r",
        _one_word(session.identity) or "?",
        "ftp",
        "0",
        "*",
        "c" if done.complete else "i",
    )
    return " ".join(words).encode("utf-8", "surrogateescape") + b"\n"


def _one_word(text: str) -> str:
    """Columns are parted by spaces: in a name they, and what is not printable, become "_"."""
    if text.isprintable() and " " not in text:
        return text
    return "".join(
        "_" if char.isspace() or not (char.isprintable() or "\udc80" <= char <= "\udcff") else char
        for char in text
    )


class Xferlog(Observer):
    """Appends a line for every file; raises ``UsageError`` when the file cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failing = False
        try:
            self._open()
        except OSError as error:
            raise UsageError(
                f"cannot write the transfer log {path}: {reason(error)}; choose another --xferlog"
            ) from None

    def _open(self) -> None:
        # Without a buffer: each line is one write, also when several processes share the file.
        self._file = self._path.open("ab", buffering=0)

    def reopen(self) -> None:
        """Go on in a new file under the same name: the old one was moved away."""
        old = self._file
        self._open()
        old.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def transferred(self, session: Session, done: Done) -> None:
        """Write the line; a full disk costs the line, not the transfer."""
        try:
            self._file.write(line(session, done, session.server.wall_clock()))
            self._failing = False
        except OSError as error:
            if not self._failing:
                log.error("cannot write the transfer log: %s", reason(error))
            self._failing = True
