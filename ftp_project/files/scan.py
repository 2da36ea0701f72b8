"""Read directories in batches, so that one with 20,000 names blocks nobody."""

# readdir(3) reads names in blocks of some 32 KiB; what costs is the stat(2) of each. So a batch is
# both the unit of work between two pauses and the unit of memory. Names that vanish between the two
# calls are left out: a directory has no moment at which it is read as a whole.

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import islice
from stat import S_ISLNK
from typing import Final, NamedTuple

from ftp_project.files.errors import from_os_error
from ftp_project.files.names import TEMPORARY_PREFIX
from ftp_project.files.resolve import Place

#: most names that are sorted; a larger directory comes in the system's order, unsorted.
#: Sorting needs all names in memory at once, and a session's memory is bounded.
SORT_LIMIT: Final = 50_000

_OPEN: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
FollowLink = Callable[[Place], tuple[str, os.stat_result | None]]


class Entry(NamedTuple):
    """One name in a directory.

    ``status`` is of the name itself. For a symbolic link ``link`` is its text, and ``target`` the
    status of what it leads to, or None when it leads nowhere or out of the jail.
    """

    name: str
    status: os.stat_result
    link: str | None = None
    target: os.stat_result | None = None


def scan(directory: Place, batch: int, follow: FollowLink) -> Iterator[list[Entry]]:
    """Yield the entries of an open directory; names that vanish meanwhile are left out."""
    for names in scan_names(directory, batch):
        entries: list[Entry] = []
        for name in names:
            try:
                status = os.stat(name, dir_fd=directory.directory, follow_symlinks=False)
            except OSError:
                continue
            if S_ISLNK(status.st_mode):
                place = Place(directory.directory, name, parents=directory.parents)
                entries.append(Entry(name, status, *follow(place)))
            else:
                entries.append(Entry(name, status))
        yield entries


def scan_names(directory: Place, batch: int) -> Iterator[list[str]]:
    """Yield the names of an open directory, sorted while there are at most SORT_LIMIT.

    While names are read for sorting the lists are empty. Raises DeniedError when the
    directory may not be read.
    """
    names: list[str] = []
    source = _read(directory, batch)
    for part in source:
        names += part
        if len(names) > SORT_LIMIT:
            break
        yield []
    else:
        names.sort()
    for start in range(0, len(names), batch):
        yield names[start : start + batch]
    yield from source


def _read(directory: Place, batch: int) -> Iterator[list[str]]:
    try:
        fd = os.open(".", _OPEN, dir_fd=directory.directory)
    except OSError as error:
        raise from_os_error(error) from error
    try:
        with os.scandir(fd) as found:
            while part := [entry.name for entry in islice(found, batch)]:
                yield [name for name in part if not name.startswith(TEMPORARY_PREFIX)]
    except OSError as error:
        raise from_os_error(error) from error
    finally:
        os.close(fd)
