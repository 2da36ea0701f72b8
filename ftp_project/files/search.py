"""Walk below a directory: by patterns, or all of it. Bounded, and in small steps."""

# A pattern with several stars can ask for more directories than anybody wants to wait for, and a
# tree can be as deep as its owner likes. Both walks keep a list of what is to be done, in place of
# recursion: depth costs memory in the list and no stack, the walk can pause anywhere, and it can be
# bounded by counting.

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from stat import S_ISDIR, S_ISREG
from typing import Final

from ftp_project.files.errors import FileError, TooManyError
from ftp_project.files.jail import Jail
from ftp_project.files.scan import Entry

#: most directories that one search or recursive listing opens
DIRECTORY_LIMIT: Final = 1000

Matcher = Callable[[str], bool]


def search(
    jail: Jail, start: str, steps: Sequence[str | Matcher], limit: int = DIRECTORY_LIMIT
) -> Iterator[list[str]]:
    """Yield, in lists, the virtual paths that match, from the directory ``start`` down.

    Each step is a name, or a function that tells whether a name matches: for ``/pub/*/a.*``
    the steps are "pub", a matcher for ``*``, and one for ``a.*``. A list may be empty, as in
    ``Jail.scan``. What cannot be read is passed over. Raises TooManyError when more than
    ``limit`` directories would have to be opened.
    """
    todo = [(start, 0)]
    opened = 0
    while todo:
        path, done = todo.pop()
        while done < len(steps) and isinstance(step := steps[done], str):
            path, done = _below(path, step), done + 1
        if done == len(steps):
            yield [path] if _exists(jail, path) else []
            continue
        opened += 1
        if opened > limit:
            raise TooManyError
        matches = steps[done]
        assert not isinstance(matches, str)
        deeper: list[tuple[str, int]] = []
        try:
            for names in jail.scan_names(path):
                found = [_below(path, name) for name in names if matches(name)]
                if done + 1 < len(steps):
                    deeper += [(child, done + 1) for child in found]
                    found = []
                yield found
        except FileError:
            continue
        todo += reversed(deeper)


def walk(
    jail: Jail, start: str, limit: int = DIRECTORY_LIMIT
) -> Iterator[tuple[str, list[Entry] | None]]:
    """Yield ``(directory, entries)`` for ``start`` and every directory below it, depth first.

    A directory comes in several batches; one that cannot be read comes once, with None.
    Links are not followed. Raises TooManyError after ``limit`` directories, and whatever
    ``Jail.scan`` raises for ``start`` itself.
    """
    todo = [start]
    opened = 0
    while todo:
        path = todo.pop()
        opened += 1
        if opened > limit:
            raise TooManyError
        deeper: list[str] = []
        try:
            for entries in jail.scan(path):
                deeper += [
                    _below(path, entry.name) for entry in entries if S_ISDIR(entry.status.st_mode)
                ]
                yield path, entries
        except FileError:
            if opened == 1:
                raise
            yield path, None
        todo += reversed(deeper)


def usage(jail: Jail, start: str = "/", limit: int = 1_000_000) -> Iterator[int]:
    """Yield the running sum of the sizes of all files below ``start``; the last is the result.

    For quotas. Sizes are in bytes; links and unreadable directories count nothing.
    """
    total = 0
    for _, entries in walk(jail, start, limit):
        for entry in entries or ():
            if S_ISREG(entry.status.st_mode):
                total += entry.status.st_size
        yield total


def _below(path: str, name: str) -> str:
    return f"{path}/{name}" if path != "/" else f"/{name}"


def _exists(jail: Jail, path: str) -> bool:
    try:
        jail.lstat(path)
    except FileError:
        return False
    return True
