"""How the user has called this program, so that its words can be typed as they stand.

``python -m ftp_project`` says so itself. A launcher that stands in front of it hands over what was
typed in the variable ``PROGRAM_CALLED_AS``; it is for this process alone, and no child inherits it.
"""

from __future__ import annotations

import os
import shlex
from pathlib import PurePath

_ITSELF = "python -m ftp_project"
_COMMAND = os.environ.pop("PROGRAM_CALLED_AS", _ITSELF)


def command(*words: str) -> str:
    """Return what somebody types to call this program with ``words``."""
    return shlex.join([*shlex.split(_COMMAND), *words])


def name() -> str:
    """Return the short name for the beginning of a message: the command without its Python."""
    words = shlex.split(_COMMAND)[1:]
    if words and words[0] == "-m":
        del words[0]
    return " ".join(PurePath(word).name for word in words) or _COMMAND
