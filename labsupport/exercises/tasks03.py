"""What the probes of lesson 03 give to an answer: tasks that talk, cook, and write long texts."""

from __future__ import annotations

import time
from typing import Any

from labsupport.exercises.meeting import count, meet
from labsupport.hang_doctor.evidence.notes import Note, note, read_notes

LONG = 200_000  # characters: more than a pipe holds (man 7 pipe: 65,536 bytes)
NUMBERS = [7, 2, 9, 4]
MESSAGES = ["one", None, "", 3, "x" * LONG, "last"]
DISHES = [5, 1, 4, 2]


def text_of(number: int) -> str:
    """Return the long answer that belongs to a number."""
    return f"{number}:" + "x" * LONG


def long_text(number: int) -> str:
    """Return a long text, after all tasks have met; the first number's task ends last."""
    note("begin", number=number)
    if not count(read_notes(), "gave-up") and not meet(_all_have_begun):
        note("gave-up")
    if number == NUMBERS[0]:
        meet(lambda notes: count(notes, "end") >= len(NUMBERS) - 1)
        time.sleep(0.1)  # their answers are on the way
    note("end", number=number)
    return text_of(number)


def _all_have_begun(notes: list[Note]) -> bool:
    return count(notes, "begin") >= len(NUMBERS) or count(notes, "gave-up") > 0


def talk(writer: Any) -> None:
    """Send `MESSAGES`, with a pause before the last one."""
    note("begin")
    for message in MESSAGES:
        if message == "last":
            time.sleep(0.6)
        writer.send(message)
    note("end")


def dish_of(number: int) -> str:
    """Return what cooking makes of a number."""
    return f"dish {number}"


def plate_of(dish: str) -> str:
    """Return what serving makes of a dish."""
    return f"{dish} on a plate" + " " * LONG


def cook(number: int) -> str:
    """Return a dish; the second one is ready when the first is just being served."""
    note("begin", stage="cook")
    if number == DISHES[1] and not meet(lambda notes: _stage(notes, "serve") > 0):
        note("alone")
    note("end", stage="cook")
    return dish_of(number)


def serve(dish: str) -> str:
    """Return a dish on a plate; the first is served while the second is being cooked."""
    note("begin", stage="serve")
    if dish == dish_of(DISHES[0]):
        meet(lambda notes: _stage(notes, "cook") > 1)
    note("end", stage="serve")
    return plate_of(dish)


def _stage(notes: list[Note], stage: str) -> int:
    return sum(entry["kind"] == "begin" and entry["stage"] == stage for entry in notes)
