"""Jobs that download files and directories.

A file grows under its name with ``.part`` behind it and gets its own name when it is complete, so
a file without ``.part`` is always whole. A transfer that breaks leaves the ``.part``, from which
the next one can go on.
"""

# A server is not to be trusted with local names: one that lists ``../.bashrc`` would have it
# written (CVE-2002-1345 and its many successors). Each name is checked before it becomes part of a
# path.
#
# The ``.part`` is locked for as long as it is written: two downloads of the same file would mix.

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ftp_project.client import remote
from ftp_project.client.data_connection import DataConnection
from ftp_project.client.errors import ClientError, LocalError, LostError, printable
from ftp_project.client.list_parser import Entry, is_safe
from ftp_project.client.progress import Bar
from ftp_project.client.session import Session
from ftp_project.client.session_pool import SessionPool
from ftp_project.errors import reason
from ftp_project.loop import Coro

PART = ".part"
#: directories below each other; a server whose links form a ring would go on for ever
DEPTH = 64


@dataclass(slots=True)
class Fetch:
    """Download what is at ``path``, a file or a directory, to ``target``.

    With ``into``, ``target`` is a directory, and what is downloaded keeps its own name there.
    """

    path: str
    target: Path
    into: bool
    resume: bool

    @property
    def label(self) -> str:
        """The path, as the user gave it."""
        return printable(self.path) or "/"

    def carry_out(self, pool: SessionPool, session: Session) -> Coro[None]:
        """Find out what it is, and queue the job for it."""
        path = remote.absolute(session, self.path)
        entry = yield from remote.find_entry(session, path)
        if entry is None:
            raise ClientError("no such file or directory on the server")
        target = self.target / entry.name if self.into and entry.name else self.target
        if entry.kind == "directory":
            job: FetchDirectory | FetchFile = FetchDirectory(path, target, self.resume)
        else:
            pool.report.expect(entry.size)
            job = FetchFile(path, target, self.resume, entry)
        yield from pool.add_job(job, first=True)


@dataclass(slots=True)
class FetchDirectory:
    """Make a local directory and queue jobs for all entries of the server's one."""

    path: str
    target: Path
    resume: bool
    #: the ``unique`` facts of the directories above, to notice rings
    above: frozenset[str] = frozenset()
    depth: int = 0

    @property
    def label(self) -> str:
        """The path on the server."""
        return printable(self.path) or "/"

    def carry_out(self, pool: SessionPool, session: Session) -> Coro[None]:
        """List it; files are queued behind, directories in front, so that totals are known soon."""
        if self.depth > DEPTH:
            raise ClientError(f"more than {DEPTH} directories below each other: is it a ring?")
        try:
            self.target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LocalError(f"cannot make {self.target}: {reason(error)}") from None
        for entry in (yield from remote.list_directory(session, self.path)):
            yield from self._queue(pool, entry)

    def _queue(self, pool: SessionPool, entry: Entry) -> Coro[None]:
        path = f"{self.path.rstrip('/')}/{entry.name}" if self.path else entry.name
        if not is_safe(entry.name):
            pool.failed += 1
            pool.report.failure(printable(path), "its name could lead out of the directory")
        elif entry.kind == "directory":
            if entry.identity in self.above:
                pool.report.note(f"{printable(path)}: skipped, it leads back to one above")
                return
            above = self.above | {entry.identity} if entry.identity else self.above
            job = FetchDirectory(path, self.target / entry.name, self.resume, above, self.depth + 1)
            yield from pool.add_job(job, first=True)
        elif entry.kind == "other":
            pool.report.note(f"{printable(path)}: skipped, it is no file")
        else:
            pool.report.expect(entry.size)
            yield from pool.add_job(FetchFile(path, self.target / entry.name, self.resume, entry))


@dataclass(slots=True)
class FetchFile:
    """Download one file. ``started`` is set once we own its ``.part``: an attempt may resume."""

    path: str
    target: Path
    resume: bool
    entry: Entry
    started: bool = field(default=False)

    @property
    def label(self) -> str:
        """The path on the server."""
        return printable(self.path)

    def carry_out(self, pool: SessionPool, session: Session) -> Coro[None]:
        """Fetch it; it appears when it is complete."""
        if self.entry.kind == "link" and (yield from remote.is_directory(session, self.path)):
            pool.report.note(f"{self.label}: skipped, it is a link to a directory")
            return
        size = self.entry.size
        if size is None:
            size = yield from remote.ask_size(session, self.path)
        if self.target.is_dir():
            raise LocalError(f"{self.target} is a directory: name a file")
        if self.resume and not self.started and self._is_here(size):
            pool.report.note(f"{self.label}: is here already")
            return
        modified = self.entry.modified
        if modified is None:
            modified = yield from remote.ask_time(session, self.path)
        with self._part(self.resume or self.started) as (fd, offset):
            self.started = True
            if size is not None and offset > size:
                raise LocalError(
                    f"{self.target}{PART} is larger than the file on the server: remove it"
                )
            with pool.report.begin(self.label, size, offset) as bar:
                if not offset or offset != size:
                    yield from self._receive(session, fd, offset, size, bar)
            self._complete(fd, modified)

    def _is_here(self, size: int | None) -> bool:
        """Tell whether the whole file is here; a shorter one becomes the ``.part`` to go on with.

        Other programs write a download under its own name, and one of them may have begun this one.
        """
        part = Path(f"{self.target}{PART}")
        if size is None or part.exists() or not self.target.exists():
            return False
        here = self.target.stat().st_size
        if here > size:
            raise LocalError(f"{self.target} is larger than the file on the server: remove it")
        if here == size:
            return True
        try:
            self.target.rename(part)
        except OSError as error:
            raise LocalError(f"cannot rename {self.target}: {reason(error)}") from None
        return False

    @contextlib.contextmanager
    def _part(self, keep: bool) -> Iterator[tuple[int, int]]:
        """Open the ``.part`` for this program alone; give its descriptor and the bytes it has."""
        part = Path(f"{self.target}{PART}")
        try:
            fd = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise LocalError(f"cannot write {part}: {reason(error)}") from None
        try:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not os.path.samestat(os.fstat(fd), part.stat()):
                    raise OSError  # it was completed between our two calls
            except OSError:
                raise LocalError(f"{part} is being written by another download") from None
            if not keep:
                os.ftruncate(fd, 0)
            offset = os.lseek(fd, 0, os.SEEK_END)
            try:
                yield fd, offset
            finally:
                with contextlib.suppress(OSError):
                    if os.fstat(fd).st_size == 0:  # nothing to go on with
                        part.unlink()
        finally:
            os.close(fd)

    def _receive(
        self, session: Session, fd: int, offset: int, size: int | None, bar: Bar
    ) -> Coro[None]:
        def move(data: DataConnection) -> Coro[int]:
            count = yield from data.pull_file(fd, f"{self.target}{PART}")
            if data.ragged and (size is None or offset + count < size):
                raise LostError("the TLS layer ended early: the file may be cut short")
            return count

        count = yield from session.transfer(f"RETR {self.path}", move, bar.moved, restart=offset)
        if size is not None and offset + count < size:
            raise LostError(f"only {offset + count:,} of {size:,} bytes came")

    def _complete(self, fd: int, modified: float | None) -> None:
        try:
            if modified is not None:
                os.utime(fd, (modified, modified))
            Path(f"{self.target}{PART}").rename(self.target)
        except OSError as error:
            raise LocalError(f"cannot name {self.target}: {reason(error)}") from None
