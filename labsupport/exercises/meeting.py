"""Let the tasks of a probe meet each other: whoever meets is at work at the same time.

A task notes "begin" and "end"; between the two it may wait here for the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from labsupport.exercises.tasks import _others, _waiting
from labsupport.hang_doctor.evidence.notes import Note, read_notes
from labsupport.hang_doctor.evidence.stillness import Stillness

_LOOK = 0.02  # seconds between two looks at the notes
_STILL = 0.4  # seconds in which nobody else has run: nobody will come
_PATIENCE = 6.0  # seconds at most


def meet(has_come: Callable[[list[Note]], bool]) -> bool:
    """Wait until the notes tell that the other has come; return False when nobody will.

    Nobody will come when every process of the answer that is not inside a task stands still: a
    process that is only slow to start, on a busy machine, does not.

    Args:
        has_come: gets all notes so far.
    """
    stillness = Stillness()
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        notes = read_notes()
        if has_come(notes):
            return True
        if stillness.seconds(_others(notes, _waiting(notes))) > _STILL:
            return False
        time.sleep(_LOOK)
    return False


def count(notes: list[Note], kind: str) -> int:
    """Return how many notes are of this kind."""
    return sum(entry["kind"] == kind for entry in notes)
