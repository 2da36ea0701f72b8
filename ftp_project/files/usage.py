"""Count what a tree occupies, for quotas."""

from __future__ import annotations

from collections.abc import Iterator
from stat import S_ISDIR, S_ISREG

from ftp_project.files.errors import FileError
from ftp_project.files.jail import Jail


def usage(jail: Jail, path: str = "/") -> Iterator[int]:
    """Yield the running sum of the sizes of all files below `path`; the last one is the result.

    Each step is short, so that a walk can be interleaved with other work. Links are not
    followed; directories that cannot be read count nothing; sizes are in bytes.
    """
    total = 0
    todo = [path]
    while todo:
        directory = todo.pop()
        try:
            for entries in jail.scan(directory):
                for entry in entries:
                    mode = entry.status.st_mode
                    if S_ISREG(mode):
                        total += entry.status.st_size
                    elif S_ISDIR(mode):
                        todo.append(f"{directory.rstrip('/')}/{entry.name}")
                yield total
        except FileError:
            continue
    yield total
