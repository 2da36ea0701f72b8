"""Tasks that probes give to an answer; they note when they begin and end.

How many run at once is read from the order of the notes, not from a clock.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Sequence

from labsupport.hang_doctor.evidence.notes import Note, note, read_notes
from labsupport.hang_doctor.evidence.stillness import Stillness

LIMIT = 3  # tasks at once in the exercise never_more_than
_LOOK = 0.02  # seconds between two looks at the notes
_STILL = 0.3  # seconds without activity after which nobody will begin another task
# Looks are counted, not seconds: on a busy machine both who looks and who is to come are slower.
_PATIENCE = 200  # looks at most for the first tasks to meet
_PATIENCE_THREADS = 50  # the same for threads, which start at once
_ON_THE_WAY = 5  # looks in which a result comes home


def most_at_once(notes: Sequence[Note]) -> int:
    """Return how many tasks were running at the same moment, at most.

    >>> most_at_once([{"kind": "begin"}, {"kind": "begin"}, {"kind": "end"}, {"kind": "begin"}])
    2
    """
    running = most = 0
    for entry in notes:
        running += {"begin": 1, "end": -1}.get(entry["kind"], 0)
        most = max(most, running)
    return most


def numbers_of(notes: Sequence[Note], kind: str) -> list[int]:
    """Return the numbers of the tasks that left notes of this kind, in their order."""
    return [entry["number"] for entry in notes if entry["kind"] == kind]


def meeting_square(number: int) -> int:
    """Return the square, after the first tasks have met as many others as will come.

    The first task of all ends after another one that has met it, so that results which are
    returned in the order of their arrival are not in the order of the numbers.
    """
    note("begin", number=number)
    first = numbers_of(read_notes(), "begin")[:1] == [number]
    _meet()
    if first:
        _let_another_end()
    note("end", number=number)
    return number * number


def _meet() -> None:
    """Wait until more tasks than allowed have met, or nobody is left who could begin one."""
    stillness = Stillness()
    for look in itertools.count():
        notes = read_notes()
        if most_at_once(notes) > LIMIT or any(entry["kind"] == "met" for entry in notes):
            return
        waiting = _waiting(notes)
        threads = os.getpid() == _parent(notes)
        patience = _PATIENCE_THREADS if threads else _PATIENCE
        if stillness.seconds(_others(notes, waiting)) > _STILL and not threads:
            break
        if look > patience:
            break
        time.sleep(_LOOK)
    note("met")


def _waiting(notes: Sequence[Note]) -> set[int]:
    """Return the processes that are inside a task."""
    inside: dict[int, int] = {}
    for entry in notes:
        step = {"begin": 1, "end": -1}.get(entry["kind"], 0)
        inside[entry["pid"]] = inside.get(entry["pid"], 0) + step
    return {pid for pid, count in inside.items() if count > 0}


def _parent(notes: Sequence[Note]) -> int:
    """Return the process that runs the answer."""
    return next((int(entry["pid"]) for entry in notes if entry["kind"] == "probe"), 0)


def _others(notes: Sequence[Note], waiting: set[int]) -> list[int]:
    """Return the answer's process and all that came from it, without those inside a task."""
    import psutil  # here: most workers never need it, and it is slow to load

    parent = _parent(notes)
    with contextlib.suppress(psutil.Error):
        below = psutil.Process(parent).children(recursive=True)
        return sorted({parent, *(process.pid for process in below)} - waiting)
    return []


def _let_another_end() -> None:
    for _ in range(_PATIENCE):
        if numbers_of(read_notes(), "end"):
            for _ in range(_ON_THE_WAY):
                time.sleep(_LOOK)
            return
        if len(_waiting_numbers(read_notes())) <= 1:
            return
        time.sleep(_LOOK)


def _waiting_numbers(notes: Sequence[Note]) -> set[int]:
    return set(numbers_of(notes, "begin")) - set(numbers_of(notes, "end"))


def slow_square(number: int) -> int:
    """Return the square after a fifth of a second."""
    note("begin", number=number)
    time.sleep(0.2)
    note("end", number=number)
    return number * number


TROUBLE = {4: "four is not for sale", 13: "thirteen has left"}


def failing_square(number: int) -> int:
    """Return the square; for the numbers in `TROUBLE` raise an error with that message.

    Raises:
        ValueError: 4.
        LookupError: 13.
    """
    note("begin", number=number)
    time.sleep(0.05)
    if number in TROUBLE:
        raise (ValueError if number == 4 else LookupError)(TROUBLE[number])
    return number * number


def square_row(number: int) -> tuple[int, int]:
    """Return the row (number, square)."""
    note("begin", number=number)
    time.sleep(0.05)
    return number, number * number
