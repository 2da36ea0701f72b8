"""Uploads: a file that appears complete, or not at all; or one that is written in place."""

# Who reads a file while it is uploaded must see the old one or the new one. rename(2) gives exactly
# that: it replaces a name in one step, also for programs that have the old file open. So an upload
# is written under a temporary name *in the same directory* (rename cannot cross file systems) and
# renamed at the end.
#
# REST and APPE cannot work so: they change a file that is there. They write in place, under a lock,
# and a second writer is refused, since two of them would mix their bytes.
#
# Temporary files of a killed server. Nothing in a name tells whether its owner is alive; a pid may
# belong to another process today, and on a network file system to another machine. A lock does
# tell: flock(2) is held by the open file and dies with the last descriptor of it. So a temporary
# file that can be locked is dead. One gap is left, between open and lock of a new one, and it is
# closed by looking at the number of links afterwards: removed meanwhile, it has none.
#
# close(2) may report an error that write(2) did not (NFS, quotas), so it comes before the rename
# and its error counts.

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
from stat import S_ISDIR, S_ISLNK, S_ISREG
from typing import Final

from ftp_project.files import names
from ftp_project.files.errors import (
    BusyError,
    DeniedError,
    ExistsError,
    FileError,
    IsDirectoryError,
    NotFoundError,
    NotRegularError,
    OffsetError,
    from_os_error,
)
from ftp_project.files.resolve import Place, lstat

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_WRITE: Final = os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_REMOVE: Final = os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MODE: Final = 0o666
_ATTEMPTS: Final = 20


class Upload:
    """A file that is being written. End it with ``commit`` or ``abort``, or use it in a ``with``.

    ``fd`` is open for writing, at ``offset``. It is never in append mode, as splice(2) refuses
    that. Leaving the ``with`` without ``commit`` aborts.
    """

    __slots__ = ("_created", "_directory", "_size", "_temporary", "fd", "growth", "name", "offset")

    def __init__(
        self,
        directory: int,
        name: str,
        fd: int,
        *,
        temporary: str = "",
        created: bool = False,
        size: int = 0,
        offset: int = 0,
    ) -> None:
        self.fd = fd
        self.name = name
        self.offset = offset
        self._directory = directory
        self._temporary = temporary
        self._created = created
        self._size = size
        #: by how many bytes what has the name has grown; known when the upload has ended
        self.growth = 0

    @property
    def in_place(self) -> bool:
        """Whether the file is visible while it grows (APPE, REST and STOR)."""
        return not self._temporary

    @property
    def replaces(self) -> int:
        """How many of the bytes that the name has now are written over, if enough comes."""
        return self._size - self.offset

    def commit(self) -> None:
        """Close the file and give it its final name.

        Raises a FileError when the system reports late that data was not written, or when
        the name was taken by a directory meanwhile; then the upload is aborted.
        """
        try:
            fd, self.fd = self.fd, -1
            growth = os.fstat(fd).st_size - self._size
            os.close(fd)
            if self._temporary:
                os.rename(
                    self._temporary,
                    self.name,
                    src_dir_fd=self._directory,
                    dst_dir_fd=self._directory,
                )
        except OSError as error:
            self.abort()
            raise from_os_error(error) from error
        self._temporary, self.growth = "", growth
        self._close()

    def abort(self, *, restore: bool = False) -> None:
        """Close the file and leave nothing of a new one; calling it again does nothing.

        A file written in place keeps what came, so that the client can go on from there,
        unless ``restore``: then it gets its old length back, or goes if this upload made it.
        """
        if self._directory < 0:
            return
        with contextlib.suppress(OSError):
            if self._temporary:
                os.unlink(self._temporary, dir_fd=self._directory)
                if self._created:
                    os.unlink(self.name, dir_fd=self._directory)
            elif restore and self._created:
                os.unlink(self.name, dir_fd=self._directory)
            elif restore and self.fd >= 0:
                os.ftruncate(self.fd, self._size)
            elif self.fd >= 0:
                self.growth = os.fstat(self.fd).st_size - self._size
        self._close()

    def __enter__(self) -> Upload:
        return self

    def __exit__(self, *_: object) -> None:
        self.abort()

    def _close(self) -> None:
        if self.fd >= 0:
            with contextlib.suppress(OSError):
                os.close(self.fd)
        if self._directory >= 0:
            os.close(self._directory)
        self.fd = self._directory = -1


def create(place: Place) -> Upload | None:
    """Begin an upload under a temporary name beside its final one; None for a link.

    A file that is there is replaced at the end and passes on its permission bits.
    """
    old = _writable(place)
    if old is not None and S_ISLNK(old.st_mode):
        return None
    upload = _create(place, place.name, created=False, size=old.st_size if old is not None else 0)
    if old is not None:
        with contextlib.suppress(OSError):
            os.fchmod(upload.fd, old.st_mode & 0o777)
    return upload


def create_unique(directory: Place, stem: str) -> Upload:
    """Begin an upload under a name that nothing has; an empty file reserves it."""
    names.check(stem)
    for _ in range(_ATTEMPTS):
        name = f"{stem}.{secrets.token_hex(4)}"
        try:
            os.close(os.open(name, _NEW, _MODE, dir_fd=directory.directory))
        except FileExistsError:
            continue
        except OSError as error:
            raise from_os_error(error) from error
        try:
            return _create(directory, name, created=True)
        except FileError:
            with contextlib.suppress(OSError):
                os.unlink(name, dir_fd=directory.directory)
            raise
    raise ExistsError("No free name was found, try again.")


def update(place: Place, offset: int | None) -> Upload | None:
    """Open a file to write in place from ``offset``, or at its end; None for a link.

    A lock (flock(2)) keeps every other writer out, in this process and in others.
    """
    if not place.name:
        raise IsDirectoryError
    created = False
    try:
        fd = os.open(place.name, _WRITE, dir_fd=place.directory)
    except FileNotFoundError as error:
        if offset:
            raise OffsetError from error
        try:
            fd = os.open(place.name, _NEW, _MODE, dir_fd=place.directory)
        except OSError as late:
            raise from_os_error(late) from late
        created = True
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise from_os_error(error) from error
    try:
        size = _lock(fd)
        if offset is None:
            offset = size
        if offset > size:
            raise OffsetError
        os.lseek(fd, offset, os.SEEK_SET)
        directory = place.detach()
    except OSError as error:
        os.close(fd)
        raise from_os_error(error) from error
    except FileError:
        os.close(fd)
        raise
    return Upload(directory, place.name, fd, created=created, size=size, offset=offset)


def _lock(fd: int) -> int:
    """Lock a plain file for writing, return its size; raises BusyError, NotRegularError."""
    if not S_ISREG(os.fstat(fd).st_mode):
        raise NotRegularError
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BusyError from error
    return os.fstat(fd).st_size


def _writable(place: Place) -> os.stat_result | None:
    """Return the status of what has the name now, None for nothing; refuse what is no file."""
    if not place.name:
        raise IsDirectoryError
    try:
        old = lstat(place)
    except NotFoundError:
        return None
    mode = old.st_mode
    if S_ISDIR(mode):
        raise IsDirectoryError
    if not S_ISREG(mode) and not S_ISLNK(mode):
        raise NotRegularError
    # Replacing needs rights in the directory only; a file made read-only stays protected.
    if S_ISREG(mode) and not os.access(
        place.name, os.W_OK, dir_fd=place.directory, effective_ids=True
    ):
        raise DeniedError
    return old


def _create(place: Place, name: str, *, created: bool, size: int = 0) -> Upload:
    try:
        temporary, fd = _open_temporary(place.directory)
        try:
            return Upload(place.detach(), name, fd, temporary=temporary, created=created, size=size)
        except OSError:
            os.close(fd)
            os.unlink(temporary, dir_fd=place.directory)
            raise
    except OSError as error:
        raise from_os_error(error) from error


def _open_temporary(directory: int) -> tuple[str, int]:
    """Make and lock a temporary file; the theory above says what the lock is for."""
    for _ in range(_ATTEMPTS):
        name = names.temporary()
        fd = os.open(name, _NEW, _MODE, dir_fd=directory)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alive = os.fstat(fd).st_nlink > 0
        except BlockingIOError:
            alive = False
        except OSError:
            # A file system without locks: there, nothing can be taken for a leftover either.
            alive = True
        if alive:
            return name, fd
        # Between open and lock it was taken for a leftover and removed.
        os.close(fd)
    raise BlockingIOError


# ------------------------------------------------------------------ leftovers of killed servers


def remove_leftovers(directory: int) -> int:
    """Remove the dead uploads from an open directory, return how many there were.

    Reads all of the directory in one go: call it where that is rare, or in a thread. What
    cannot be removed is passed over.
    """
    removed = 0
    with contextlib.suppress(OSError):
        fd = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=directory)
        try:
            with os.scandir(fd) as found:
                everything = [entry.name for entry in found]
        finally:
            os.close(fd)
        for name in everything:
            if name.startswith(names.TEMPORARY_PREFIX):
                removed += _remove_dead(directory, name)
    return removed


def _remove_dead(directory: int, name: str) -> bool:
    try:
        fd = os.open(name, _REMOVE, dir_fd=directory)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Unlinked while locked: an upload that is just beginning sees it, and begins again.
        os.unlink(name, dir_fd=directory)
    except OSError:
        return False
    finally:
        os.close(fd)
    return True
