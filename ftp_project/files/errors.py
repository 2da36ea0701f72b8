"""What can go wrong with a file, by type; the server chooses the reply.

Every error carries a sentence for the user that names no path outside the jail.
"""

from __future__ import annotations

import errno
from typing import ClassVar


class FileError(Exception):
    """A file operation that failed for a reason no other class names (EIO, …)."""

    sentence: ClassVar[str] = "The operation failed."

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)


class NotFoundError(FileError):
    """Nothing has that name (ENOENT), or a link leads to nothing."""

    sentence = "No such file or directory."


class NotDirectoryError(FileError):
    """A directory was needed (ENOTDIR)."""

    sentence = "Not a directory."


class IsDirectoryError(FileError):
    """A file was needed (EISDIR)."""

    sentence = "Is a directory."


class NotRegularError(FileError):
    """A FIFO, a device or a socket: never opened, as it could block or act."""

    sentence = "Not a plain file."


class DeniedError(FileError):
    """The system refuses (EACCES, EPERM), or a link leads out of the jail."""

    sentence = "Permission denied."


class ReadOnlyError(DeniedError):
    """The file system is mounted read-only (EROFS)."""

    sentence = "Read-only file system."


class ExistsError(FileError):
    """The name is taken (EEXIST)."""

    sentence = "File exists."


class NotEmptyError(FileError):
    """A directory that still holds something (ENOTEMPTY)."""

    sentence = "Directory not empty."


class BusyError(FileError):
    """Somebody else is writing that file (a lock), or the system uses it (EBUSY, ETXTBSY)."""

    sentence = "File is busy."


class NoSpaceError(FileError):
    """The disk is full (ENOSPC)."""

    sentence = "No space left on the device."


class QuotaError(FileError):
    """The system's quota or size limit is reached (EDQUOT, EFBIG)."""

    sentence = "Storage quota exceeded."


class BadNameError(FileError):
    """A name that is refused: NUL, CR, LF, too long, or one the server keeps for itself."""

    sentence = "File name not allowed."


class OffsetError(FileError):
    """A restart offset beyond the file's end."""

    sentence = "Restart offset is beyond the end of the file."


class TooManyError(FileError):
    """A search or a recursive listing that would open too many directories."""

    sentence = "Too many directories, be more specific."


class OutOfDescriptorsError(FileError):
    """The process or the system has no descriptor left (EMFILE, ENFILE)."""

    sentence = "Too many open files, try again later."


_BY_NUMBER: dict[int, type[FileError]] = {
    errno.ENOENT: NotFoundError,
    errno.ENOTDIR: NotDirectoryError,
    errno.EISDIR: IsDirectoryError,
    errno.EACCES: DeniedError,
    errno.EPERM: DeniedError,
    errno.EROFS: ReadOnlyError,
    errno.EEXIST: ExistsError,
    errno.ENOTEMPTY: NotEmptyError,
    errno.EBUSY: BusyError,
    errno.ETXTBSY: BusyError,
    errno.EAGAIN: BusyError,
    errno.ENOSPC: NoSpaceError,
    errno.EDQUOT: QuotaError,
    errno.EFBIG: QuotaError,
    errno.ENAMETOOLONG: BadNameError,
    errno.EINVAL: BadNameError,
    errno.EILSEQ: BadNameError,
    errno.ELOOP: NotFoundError,
    errno.ENXIO: NotRegularError,
    errno.ENODEV: NotRegularError,
    errno.EMFILE: OutOfDescriptorsError,
    errno.ENFILE: OutOfDescriptorsError,
}


def from_os_error(error: OSError) -> FileError:
    """Translate a system error (errno(3)) into one of ours; the sentence names no real path."""
    return _BY_NUMBER.get(error.errno or 0, FileError)()
