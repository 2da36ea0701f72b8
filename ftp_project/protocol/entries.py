"""What a listing needs to know of a file: plain data, no file system."""

from __future__ import annotations

from os import stat_result
from typing import NamedTuple


class Entry(NamedTuple):
    """One name in a directory.

    `status` is of the name itself. For a symbolic link `link` is its text, and `target` the
    status of what it leads to, or None when it leads nowhere or out of the jail.
    """

    name: str
    status: stat_result
    link: str | None = None
    target: stat_result | None = None
