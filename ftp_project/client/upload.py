"""Jobs that upload files and directories."""

# A directory is walked by jobs that add jobs, directories in front and files behind, so that all
# directories exist and the totals are known early. Links to directories are left out: two of them
# can form a ring.

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from ftp_project.client import remote
from ftp_project.client.data_connection import DataConnection
from ftp_project.client.errors import ClientError, LocalError, printable
from ftp_project.client.progress import Bar
from ftp_project.client.session import Session
from ftp_project.client.session_pool import SessionPool
from ftp_project.errors import reason
from ftp_project.loop import Coro


@dataclass(slots=True)
class Send:
    """Upload ``source``, a file or a directory, to ``path``.

    ``into`` says that ``path`` is a directory that gets it under its own name; it is made when
    it is missing. Otherwise the path decides: a directory is gone into, another is the new name.
    """

    source: Path
    path: str
    into: bool
    resume: bool

    @property
    def label(self) -> str:
        """The path here."""
        return printable(str(self.source))

    def carry_out(self, pool: SessionPool, session: Session) -> Coro[None]:
        """Find out where it goes, and queue the job for it."""
        path = remote.absolute(session, self.path)
        into = self.into or not self.path
        if into:
            yield from remote.make_directories(session, path)
        else:
            entry = yield from remote.find_entry(session, path)
            into = entry is not None and entry.kind == "directory"
        name = self.source.resolve().name
        if into and name:
            path = f"{path.rstrip('/')}/{name}" if path else name
        if self.source.is_dir():
            job: SendDirectory | SendFile = SendDirectory(self.source, path, self.resume)
        else:
            pool.report.expect(self.source.stat().st_size)
            job = SendFile(self.source, path, self.resume)
        yield from pool.add_job(job, first=True)


@dataclass(slots=True)
class SendDirectory:
    """Make a directory on the server and queue jobs for all entries of the local one."""

    source: Path
    path: str
    resume: bool

    @property
    def label(self) -> str:
        """The path here."""
        return printable(str(self.source))

    def carry_out(self, pool: SessionPool, session: Session) -> Coro[None]:
        """Make it and go through it; links to directories are left out, as they may form rings."""
        yield from remote.make_directory(session, self.path)
        try:
            entries = sorted(os.scandir(self.source), key=lambda entry: entry.name)
        except OSError as error:
            raise LocalError(f"cannot list {self.source}: {reason(error)}") from None
        for entry in entries:
            source, path = self.source / entry.name, f"{self.path.rstrip('/')}/{entry.name}"
            shown = printable(str(source))
            if "\n" in entry.name or "\r" in entry.name:
                pool.failed += 1
                pool.report.failure(shown, "its name holds a line end, which FTP cannot send")
            elif entry.is_dir(follow_symlinks=False):
                yield from pool.add_job(SendDirectory(source, path, self.resume), first=True)
            elif entry.is_file():
                pool.report.expect(entry.stat().st_size)
                yield from pool.add_job(SendFile(source, path, self.resume))
            else:
                pool.report.note(f"{shown}: skipped, it is no file")


@dataclass(slots=True)
class SendFile:
    """Upload one file."""

    source: Path
    path: str
    resume: bool

    @property
    def label(self) -> str:
        """The path here."""
        return printable(str(self.source))

    def carry_out(self, pool: SessionPool, session: Session) -> Coro[None]:
        """Send it, or the rest of it; then set its time where the server can do that."""
        try:
            fd = os.open(self.source, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError as error:
            raise LocalError(f"cannot read {self.source}: {reason(error)}") from None
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                raise LocalError(f"{self.source} is no file")
            offset = 0
            if self.resume:
                offset = (yield from remote.ask_size(session, self.path)) or 0
            if offset > status.st_size:
                raise ClientError("the file on the server is larger: remove it there")
            if offset and offset == status.st_size:
                pool.report.note(f"{self.label}: is there already")
                return
            with pool.report.begin(self.label, status.st_size, offset) as bar:
                yield from self._send_rest(session, fd, offset, bar)
            yield from remote.set_time(session, self.path, status.st_mtime)
        finally:
            os.close(fd)

    def _send_rest(self, session: Session, fd: int, offset: int, bar: Bar) -> Coro[None]:
        def move(data: DataConnection) -> Coro[None]:
            yield from data.push_file(fd, offset, str(self.source))
            yield from data.end_upload()

        yield from session.transfer(f"STOR {self.path}", move, bar.moved, restart=offset)
