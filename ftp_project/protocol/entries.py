"""What a listing needs to know of a file: plain data, no file system."""

from __future__ import annotations

from os import stat_result
from typing import TypeAlias

#: ``(name, status, link, target)`` of one name in a directory.
#: ``status`` is of the name itself. For a symbolic link ``link`` is its text, and ``target`` the
#: status of what it leads to, or None when it leads nowhere or out of the jail.
Entry: TypeAlias = tuple[str, stat_result, str | None, stat_result | None]
