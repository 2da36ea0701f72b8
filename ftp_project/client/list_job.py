"""Jobs that list directories of the server."""

from __future__ import annotations

from dataclasses import dataclass, field

from ftp_project.client import remote
from ftp_project.client.errors import ClientError, printable
from ftp_project.client.list_parser import Entry, is_safe
from ftp_project.client.session import Session
from ftp_project.client.session_pool import SessionPool
from ftp_project.loop import Coro

DEPTH = 64


@dataclass(slots=True)
class ListJob:
    """Append (path, entry) to ``found`` for each file and directory at ``path``.

    Paths are counted from ``path``; with ``deep`` also what is in the directories below it.
    """

    path: str
    deep: bool
    found: list[tuple[str, Entry]] = field(default_factory=list)
    prefix: str = ""
    depth: int = 0

    @property
    def label(self) -> str:
        """The path on the server."""
        return printable(self.path) or "/"

    def carry_out(self, pool: SessionPool, session: Session) -> Coro[None]:
        """List it."""
        path = self.path
        if not self.prefix:
            path = remote.absolute(session, path)
            entry = yield from remote.find_entry(session, path)
            if entry is None:
                raise ClientError("no such file or directory on the server")
            if entry.kind != "directory":
                self.found.append((entry.name, entry))
                return
        if self.depth > DEPTH:
            raise ClientError(f"more than {DEPTH} directories below each other: is it a ring?")
        for entry in (yield from remote.list_directory(session, path)):
            self.found.append((self.prefix + entry.name, entry))
            if self.deep and entry.kind == "directory" and is_safe(entry.name):
                below = f"{path.rstrip('/')}/{entry.name}" if path else entry.name
                prefix = f"{self.prefix}{entry.name}/"
                yield from pool.add_job(
                    ListJob(below, True, self.found, prefix, self.depth + 1), first=True
                )


def lines(found: list[tuple[str, Entry]], *, long: bool) -> list[str]:
    """Return the lines for the terminal, sorted by path; a directory ends with "/"."""
    shown = []
    for path, entry in sorted(found):
        name = printable(path) + ("/" if entry.kind == "directory" else "")
        if long:
            size = "-" if entry.size is None else str(entry.size)
            name = f"{entry.kind:<9} {size:>14} {remote.shown_time(entry.modified):>16}  {name}"
        shown.append(name)
    return shown
