"""Single actions at a place, by the name alone.

An action that would have to follow a symbolic link does nothing and returns None: the jail
then follows the link itself and tries again.
"""

# Why None for a link and not an exception. Nearly no name is a link, so each action is written for
# the plain case and merely notices (O_NOFOLLOW, ELOOP) that it is none. Asking first would cost a
# system call each time, and the answer could be out of date.

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from stat import S_ISDIR, S_ISLNK, S_ISREG
from typing import Final

from ftp_project.files.errors import (
    BadNameError,
    DeniedError,
    IsDirectoryError,
    NotRegularError,
    from_os_error,
)
from ftp_project.files.resolve import PATH, Place, lstat

# O_NONBLOCK: opening a FIFO must not wait for its other end (fifo(7)).
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


def open_read(place: Place) -> tuple[int, os.stat_result] | None:
    """Open a plain file for reading; return its descriptor and status."""
    try:
        fd = os.open(place.name or ".", _READ, dir_fd=place.directory)
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise from_os_error(error) from error
    found = os.fstat(fd)
    if S_ISREG(found.st_mode):
        return fd, found
    os.close(fd)
    raise IsDirectoryError if S_ISDIR(found.st_mode) else NotRegularError


def status(place: Place) -> os.stat_result | None:
    """Return the status of what has the name."""
    found = lstat(place)
    return None if S_ISLNK(found.st_mode) else found


def chmod(place: Place, mode: int) -> bool | None:
    """Set permission bits."""
    refuse_home(place)
    try:
        fd = os.open(place.name, PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place.directory)
    except OSError as error:
        raise from_os_error(error) from error
    try:
        if S_ISLNK(os.fstat(fd).st_mode):
            return None
        run(lambda: _change_mode(fd, mode))
    finally:
        os.close(fd)
    return True


def utime(place: Place, times: tuple[int, int]) -> bool | None:
    """Set (accessed, modified), in nanoseconds."""
    if S_ISLNK(lstat(place).st_mode):
        return None
    name = place.name or "."
    run(lambda: os.utime(name, ns=times, dir_fd=place.directory, follow_symlinks=False))
    return True


def refuse_home(place: Place) -> None:
    """Raise DeniedError when the place is the home itself."""
    if not place.name:
        raise DeniedError("That is your home directory.")


def run(call: Callable[[], None]) -> None:
    """Make a system call; its errors become ours."""
    try:
        call()
    except (OverflowError, ValueError) as error:
        raise BadNameError("The value is out of range.") from error
    except OSError as error:
        raise from_os_error(error) from error


def _change_mode(fd: int, mode: int) -> None:
    # fchmod(2) refuses O_PATH descriptors; their name in /proc is followed instead.
    if PATH == os.O_RDONLY:
        os.fchmod(fd, mode)
    else:
        Path(f"/proc/self/fd/{fd}").chmod(mode)
