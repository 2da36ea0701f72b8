"""Which names a user may use."""

# What the kernel allows in a name is anything but "/" and NUL. FTP has fewer: a command ends with
# CRLF, so a name with a line end can be neither sent nor listed, and one that got on the disk would
# be read as two.

from __future__ import annotations

import itertools
import os
import secrets
from typing import Final

from ftp_project.files.errors import BadNameError

#: how the names of unfinished uploads start: not listed, and refused from users
TEMPORARY_PREFIX: Final = ".ftp-upload~"

_counter = itertools.count()
_process: tuple[int, str] = (0, "")


def check(path: str) -> None:
    """Refuse a path that the jail must not touch; raises BadNameError.

    NUL ends a name for the kernel, CR and LF end a line of FTP, and unfinished uploads
    belong to the server.
    """
    if "\0" in path or "\n" in path or "\r" in path:
        raise BadNameError("NUL, CR and LF are not allowed in a name.")
    if TEMPORARY_PREFIX in path:
        raise BadNameError


def temporary() -> str:
    """Invent a name for an unfinished upload, different in every process and call."""
    global _process
    if _process[0] != os.getpid():
        # After a fork the children must not go on with their parent's series.
        _process = (os.getpid(), secrets.token_hex(4))
    return f"{TEMPORARY_PREFIX}{_process[1]}-{next(_counter):x}"
