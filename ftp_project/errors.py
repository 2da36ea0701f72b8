"""Errors that end a command of the terminal: one sentence for the user, no traceback."""

from __future__ import annotations

import errno
import os
import socket


class UsageError(Exception):
    """The user asked for something that cannot be done; the text says what to do instead."""


def reason(error: OSError) -> str:
    """Return the system's own words for ``error``, as a clause: "permission denied"."""
    if error.errno == errno.EADDRINUSE:
        return "another program uses this port already"
    if error.errno is None or isinstance(error, socket.gaierror):
        return error.strerror or str(error)
    return os.strerror(error.errno).lower()
