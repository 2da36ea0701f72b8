"""What LIST, NLST and STAT show: found by path, by pattern or recursively, in the order asked for.

All of it comes in batches, so that a directory of 20,000 names blocks nobody.
"""

# A listing is a generator of batches, from the directory to the socket. Nothing holds all of it: a
# directory of a million names would be 100 MB in a list of strings. Sorting by time or size does
# need all entries at once; above ``SORT_LIMIT`` they come as the system gives them.
#
# The first batch is fetched before the 150 reply. After 150 the only way to report an error is 426
# or 451 behind an empty listing, and clients show that as an empty directory.
#
# A name with a wildcard in it may also be the name of a file. What is there is taken by its name;
# only what is not there is a pattern.

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from stat import S_ISDIR
from typing import TYPE_CHECKING

from ftp_project.accounts import permissions
from ftp_project.files.errors import NotFoundError
from ftp_project.files.scan import SORT_LIMIT, Entry
from ftp_project.files.search import search, walk
from ftp_project.protocol.facts import FactFormatter, directory_perm, file_perm
from ftp_project.protocol.globs import compile_glob, has_magic
from ftp_project.protocol.list_arguments import ListArguments, parse_list_arguments

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session

Batches = Iterator[list[Entry]]
#: writes a batch of entries
Format = Callable[[list[Entry]], bytes]


def listed_path(session: Session, argument: str) -> str:
    """Return the virtual path in LIST's argument, behind its options."""
    return session.path(parse_list_arguments(argument).path)


def listing_pieces(session: Session, argument: str, write: Format) -> Iterator[bytes]:
    """Return the pieces of the listing that LIST's ``argument`` asks for.

    Raises the FileError of a path that is not there before the first piece is asked for.
    """
    wanted = parse_list_arguments(argument)
    path = session.path(wanted.path)
    if has_magic(wanted.path) and not _is_there(session, path):
        found = started(_matches(session, wanted, path))
        return (write(batch) for batch in found)
    if wanted.directory_itself or not S_ISDIR(session.files.stat(path).st_mode):
        return iter([write([session.files.entry(path, wanted.path or ".")])])
    if wanted.recursive:
        return _recursive(session, wanted, path, write)
    found = started(session.files.scan(path))
    return (write(batch) for batch in _arranged(found, wanted))


def started(batches: Batches) -> Batches:
    """Fetch the first batch now: what is wrong with a directory is told before the 150 reply."""
    first = next(batches, [])
    return chain([first], batches)


def _arranged(batches: Batches, wanted: ListArguments) -> Batches:
    """Leave out hidden names and sort, as far as that was asked for."""
    if not wanted.hidden:
        batches = ([entry for entry in batch if entry.name[0] != "."] for batch in batches)
    if wanted.order in ("name", "none") and not wanted.reverse:
        yield from batches
        return
    entries: list[Entry] = []
    for batch in batches:
        entries += batch
        if len(entries) > SORT_LIMIT:  # too many to hold: they come as the system gives them
            yield entries
            entries = []
        else:
            yield []
    if wanted.order == "time":
        entries.sort(key=lambda entry: -entry.status.st_mtime_ns)
    elif wanted.order == "size":
        entries.sort(key=lambda entry: -entry.status.st_size)
    if wanted.reverse:
        entries.reverse()
    for start in range(0, len(entries), 200):
        yield entries[start : start + 200]


def _recursive(
    session: Session, wanted: ListArguments, path: str, write: Format
) -> Iterator[bytes]:
    """Write each directory below ``path`` under its name, as ``ls -R`` does."""
    shown = "" if path == "/" else path
    last = path
    for directory, batch in walk(session.files, path):
        if not wanted.hidden and "/." in directory[len(shown) :]:
            continue
        if not session.may(permissions.LIST, directory):  # a rule for this one
            continue
        header = ""
        if directory != last:
            header = f"\r\n.{directory[len(shown) :]}:\r\n"
            last = directory
        lines = b"".join(write(some) for some in _arranged(iter([batch or []]), wanted))
        yield header.encode("utf-8", "surrogateescape") + lines


def _matches(session: Session, wanted: ListArguments, path: str) -> Batches:
    """Yield what a pattern matches, named as the pattern names it."""
    steps: list[str | Callable[[str], bool]] = []
    for part in path.strip("/").split("/"):
        steps.append(compile_glob(part) if has_magic(part) else part)
    cut = 0
    if not wanted.path.startswith("/"):
        cut = len(session.cwd.rstrip("/")) + 1
    for paths in search(session.files, "/", steps):
        batch = []
        for found in paths:
            if not session.may(permissions.LIST, found):
                continue
            name = found[cut:] if found.startswith(session.cwd) else found
            try:
                batch.append(session.files.entry(found, name))
            except NotFoundError:
                continue
        yield batch


def _is_there(session: Session, path: str) -> bool:
    try:
        session.files.lstat(path)
    except NotFoundError:
        return False
    return True


def fact_formatter(session: Session, path: str) -> FactFormatter:
    """Return the writer of fact lines for what is in the directory ``path``."""
    assert session.user is not None
    rights = session.user.permissions.at(path)

    def may(right: int) -> bool:
        return bool(rights & right)

    write, delete = may(permissions.WRITE), may(permissions.DELETE)
    rename = may(permissions.RENAME)
    return FactFormatter(
        session.facts,
        file_perm(
            read=may(permissions.READ),
            write=write,
            append=may(permissions.APPEND),
            delete=delete,
            rename=rename,
        ),
        directory_perm(
            list_=may(permissions.LIST),
            write=write,
            make=may(permissions.MAKE),
            delete=delete,
            rename=rename,
        ),
    )
