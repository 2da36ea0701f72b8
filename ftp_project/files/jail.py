"""What a user does with files: every path operation of a session goes through here.

A method takes a virtual path ("/a/b", see the package) and either does the whole thing or
raises a FileError. A plain name in the home costs no more system calls than the operation
itself; each directory above it costs one open and one close.
"""

# Each method is one operation on at most two places. There is no method that returns a path of the
# machine for others to use: a caller that had one could only use it by name.

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from stat import S_ISDIR, S_ISLNK
from typing import Final, TypeVar

from ftp_project.files import actions
from ftp_project.files.errors import (
    BadNameError,
    DeniedError,
    ExistsError,
    IsDirectoryError,
    NotDirectoryError,
    NotEmptyError,
    NotFoundError,
)
from ftp_project.files.resolve import Place, Resolver, lstat
from ftp_project.files.scan import Entry, scan, scan_names
from ftp_project.files.uploads import Upload, create, create_unique, remove_leftovers, update

_PERMISSION_BITS: Final = 0o777
_T = TypeVar("_T")


class Jail:
    """One home directory and the operations in it.

    Sessions with the same home may share a jail: it holds one descriptor and no state.
    ``follow_links`` is explained at ``Resolver``, as are the errors of a bad home.
    """

    __slots__ = ("_resolver",)

    def __init__(self, home: str | os.PathLike[str], *, follow_links: bool = True) -> None:
        self._resolver = Resolver(home, follow_links=follow_links)

    @property
    def real_path(self) -> str:
        """The home's path on the machine, for logs and hooks; never shown to users."""
        return self._resolver.real_path

    def close(self) -> None:
        """Give the descriptor back. Open files and uploads stay usable."""
        self._resolver.close()

    def open_read(self, path: str) -> tuple[int, os.stat_result]:
        """Open a plain file for reading; return its descriptor and status.

        The caller closes the descriptor.
        Raises NotFoundError, DeniedError, IsDirectoryError, or NotRegularError for FIFOs,
        devices and sockets.
        """
        return self._through_links(path, actions.open_read)

    def stat(self, path: str) -> os.stat_result:
        """Return the status of what the path names, through links (stat(2))."""
        return self._through_links(path, actions.status)

    def lstat(self, path: str) -> os.stat_result:
        """Return the status of the name itself, also when it is a link (lstat(2))."""
        with self._resolver.locate(path) as place:
            return lstat(place)

    def entry(self, path: str, name: str | None = None) -> Entry:
        """Return one entry, as ``scan`` would, for MLST or LIST of a file; ``name`` renames it."""
        with self._resolver.locate(path) as place:
            status = lstat(place)
            shown = place.name or "/" if name is None else name
            if not S_ISLNK(status.st_mode):
                return Entry(shown, status)
            return Entry(shown, status, *self._link(place))

    def check_directory(self, path: str) -> None:
        """Make sure that a directory exists and may be entered (CWD).

        Raises NotFoundError, NotDirectoryError or DeniedError.
        """
        with self._resolver.enter(path) as directory:
            lstat(directory)

    def scan(self, path: str, batch: int = 200) -> Iterator[list[Entry]]:
        """List a directory in lists of at most ``batch`` entries, sorted by name.

        A list may be empty: it is a chance to let others run while names are still read.
        Nothing happens before the first ``next``, which also raises what is wrong with the
        directory. Close the iterator to stop early.
        """
        with self._resolver.enter(path) as directory:
            yield from scan(directory, batch, self._link)

    def scan_names(self, path: str, batch: int = 1000) -> Iterator[list[str]]:
        """List the names in a directory only; otherwise as ``scan``."""
        with self._resolver.enter(path) as directory:
            yield from scan_names(directory, batch)

    def mkdir(self, path: str) -> None:
        """Make a directory with the mode that the umask leaves of 0777.

        Raises ExistsError when the name is taken.
        """
        with self._resolver.locate(path) as place:
            if not place.name:
                raise ExistsError
            actions.run(lambda: os.mkdir(place.name, dir_fd=place.directory))

    def rmdir(self, path: str) -> None:
        """Remove an empty directory.

        Uploads that a killed server left behind go with it. Raises NotEmptyError,
        NotDirectoryError, or DeniedError for "/".
        """
        with self._resolver.locate(path) as place:
            actions.refuse_home(place)
            try:
                actions.run(lambda: os.rmdir(place.name, dir_fd=place.directory))
            except NotEmptyError:
                if not self.remove_leftovers(path):
                    raise
                actions.run(lambda: os.rmdir(place.name, dir_fd=place.directory))

    def remove_leftovers(self, path: str) -> int:
        """Remove unfinished uploads of killed servers from one directory; return how many.

        Those of living ones stay. Not for the event loop in large directories.
        """
        with self._resolver.enter(path) as directory:
            return remove_leftovers(directory.directory)

    def unlink(self, path: str) -> None:
        """Remove a file, or a link itself; raises IsDirectoryError for a directory."""
        with self._resolver.locate(path) as place:
            actions.refuse_home(place)
            if S_ISDIR(lstat(place).st_mode):
                raise IsDirectoryError
            actions.run(lambda: os.unlink(place.name, dir_fd=place.directory))

    def rename(self, source: str, target: str, *, replace: bool) -> None:
        """Rename a file, a directory or a link itself, within the jail (rename(2)).

        A file at ``target`` is replaced if ``replace`` says so, else ExistsError. A directory
        there is never replaced. Raises BadNameError for a directory moved into itself.
        """
        with self._resolver.locate(source) as old, self._resolver.locate(target) as new:
            actions.refuse_home(old)
            if not new.name:
                raise ExistsError
            # A name of the very same file is not "taken": case may differ on some file systems, and
            # rename(2) of two links to one file does nothing and reports success.
            before = lstat(old)
            try:
                there = lstat(new)
            except NotFoundError:
                pass
            else:
                same = (there.st_dev, there.st_ino) == (before.st_dev, before.st_ino)
                if not same and (not replace or S_ISDIR(there.st_mode)):
                    raise ExistsError
            actions.run(
                lambda: os.rename(
                    old.name, new.name, src_dir_fd=old.directory, dst_dir_fd=new.directory
                )
            )

    def chmod(self, path: str, mode: int) -> None:
        """Set the permission bits of a file or directory, through links.

        Only the lower nine bits are set: set-user-id and its kin are no business of FTP.
        """
        self._through_links(path, lambda place: actions.chmod(place, mode & _PERMISSION_BITS))

    def utime(self, path: str, modified_ns: int, accessed_ns: int | None = None) -> None:
        """Set the times of a file or directory, in nanoseconds since the epoch, through links."""
        accessed = modified_ns if accessed_ns is None else accessed_ns
        self._through_links(path, lambda place: actions.utime(place, (accessed, modified_ns)))

    def symlink(self, target: str, path: str) -> None:
        """Make the link ``path`` that leads to the virtual path ``target``, which need not exist.

        What is stored is the relative way from the link to its target, so it holds inside
        and outside of the jail. Raises ExistsError when the name is taken.
        """
        with self._resolver.locate(target) as there, self._resolver.locate(path) as place:
            if not place.name:
                raise ExistsError
            to = "/".join([*there.parents, there.name]) or "."
            text = os.path.relpath(f"/{to}", "/" + "/".join(place.parents))
            actions.run(lambda: os.symlink(text, place.name, dir_fd=place.directory))

    def store(self, path: str) -> Upload:
        """Begin an upload that appears at ``path`` when it is complete (STOR).

        Raises IsDirectoryError or NotRegularError when something else than a file is
        there, DeniedError when the file there may not be written.
        """
        return self._through_links(path, create)

    def store_unique(self, directory: str, stem: str = "upload") -> Upload:
        """Begin an upload under a new name in ``directory`` (STOU); its ``name`` tells which."""
        with self._resolver.enter(directory) as place:
            return create_unique(place, stem)

    def update(self, path: str, offset: int | None = None) -> Upload:
        """Begin to write in place: from ``offset`` (REST and STOR), or at the end (APPE, None).

        The file is made if there is none. It is locked: a second writer gets BusyError.
        Raises OffsetError when the file is shorter than ``offset``.
        """
        return self._through_links(path, lambda place: update(place, offset))

    def _link(self, place: Place) -> tuple[str, os.stat_result | None]:
        """Return a link's text as users may see it, and the status of what it leads to."""
        text = self._resolver.shown_link(place)
        try:
            with self._resolver.follow(place) as target:
                return text, self._apply(target, actions.status)
        except (NotFoundError, NotDirectoryError, DeniedError, BadNameError):
            return text, None

    def _through_links(self, path: str, action: Callable[[Place], _T | None]) -> _T:
        """Do ``action`` at a path; it returns None when the name there is a symbolic link."""
        with self._resolver.locate(path) as place:
            return self._apply(place, action)

    def _apply(self, place: Place, action: Callable[[Place], _T | None]) -> _T:
        result = action(place)
        if result is not None:
            return result
        with self._resolver.follow(place) as target:
            return self._apply(target, action)
