"""What the probes of lesson 04 give to an answer: a task of which all run at once, or none."""

from __future__ import annotations

from labsupport.exercises.meeting import count, meet
from labsupport.hang_doctor.evidence.notes import Note, note, read_notes

PARTS = [3, 4, 5]


def weight_of(part: int) -> int:
    """Return what weighing a part gives."""
    return 10 * part


def weigh(part: int) -> int:
    """Return the weight of a part, when all parts are being weighed or nobody comes any more."""
    note("begin", part=part)
    if not count(read_notes(), "gave-up") and not meet(_all_are_weighed):
        note("gave-up")
    note("end", part=part)
    return weight_of(part)


def _all_are_weighed(notes: list[Note]) -> bool:
    return most_weighed(notes) >= len(PARTS) or count(notes, "gave-up") > 0


def most_weighed(notes: list[Note]) -> int:
    """Return how many parts were being weighed at the same moment, at most."""
    running = most = 0
    for entry in notes:
        if "part" in entry:
            running += 1 if entry["kind"] == "begin" else -1
            most = max(most, running)
    return most
