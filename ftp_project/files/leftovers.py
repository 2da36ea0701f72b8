"""Remove what uploads of a killed server left behind.

An upload holds a lock (flock(2)) on its temporary file for as long as it lives, and the
system takes the lock away when the process dies. So a temporary file that can be locked
belongs to nobody.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import Final

from ftp_project.files.names import TEMPORARY_PREFIX

_OPEN: Final = os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


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
                names = [entry.name for entry in found if entry.name.startswith(TEMPORARY_PREFIX)]
        finally:
            os.close(fd)
        for name in names:
            removed += _remove_dead(directory, name)
    return removed


def _remove_dead(directory: int, name: str) -> bool:
    try:
        fd = os.open(name, _OPEN, dir_fd=directory)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Unlinked while locked: an upload that is just beginning sees it, and begins anew.
        os.unlink(name, dir_fd=directory)
    except OSError:
        return False
    finally:
        os.close(fd)
    return True
