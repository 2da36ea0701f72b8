"""Notes that the processes of a watched program leave for the one who watches.

A note is one line of JSON in a file that all processes append to, so notes of different
processes do not mix and their order is the order of writing (open(2), O_APPEND).
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

VARIABLE = "LAB_NOTES"  # names the file; without it nothing is noted

Note = dict[str, Any]


def note(kind: str, **fields: Any) -> None:
    """Append a note; `fields` must be what JSON can hold. Does nothing when nobody watches."""
    path = os.environ.get(VARIABLE)
    if not path:
        return
    line = json.dumps({"kind": kind, "pid": os.getpid(), **fields}) + "\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError:  # the watcher has ended and taken its folder away
        return
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def read_notes(path: Path | None = None) -> list[Note]:
    """Return all notes so far, in the order of writing.

    Args:
        path: the file; by default the one that `note` writes to.
    """
    place = path or Path(os.environ.get(VARIABLE) or os.devnull)
    try:
        lines = place.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    notes = []
    for line in lines:
        try:
            notes.append(json.loads(line))
        except ValueError:  # a process was killed while it wrote
            continue
    return notes
