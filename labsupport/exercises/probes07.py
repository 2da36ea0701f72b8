"""Probes of lesson 07: greenlets that meet, race and wait, in one thread.

What the probe's own tasks saw is the evidence. A task that must run beside others waits until
they have come, for a short time at most: a wrong answer must not hang, and a right one waits for
no clock.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event
from gevent.exceptions import LoopExit

from labsupport.exercises.verdicts import RIGHT, Verdict, wrong

Answer = Callable[..., Any]

_PATIENCE = 0.3  # seconds that a task waits for others to come
_LIMIT = 3


class _Meeting:
    """Tasks that wait until `size` of them are inside at once."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.inside = self.most = 0
        self.begun: list[int] = []
        self.threads: set[int] = set()
        self._met = Event()

    def __call__(self, number: int) -> int:
        """Return the square of the number; 9 raises ValueError when all are awaited."""
        self.begun.append(number)
        self.threads.add(threading.get_ident())
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            if self.inside >= self.size:
                self._met.set()
            self._met.wait(_PATIENCE)
            gevent.sleep(number / 500)  # so that they do not end in the order of their start
        finally:
            self.inside -= 1
        if number == 9:
            raise ValueError("nine is not for sale")
        return number * number


def never_ends(name: str) -> Verdict:
    """Return the verdict on an answer that all greenlets wait for for ever."""
    return wrong(
        f"{name} died of LoopExit: every greenlet waits, and nothing is left that could wake one.",
        "What does it wait for, and which greenlet should bring it?",
    )


def be_quiet() -> None:
    """Do not print the errors that the tasks raise on purpose."""
    gevent.get_hub().exception_stream = None


def _still_alive() -> int:
    """Return how many greenlets have been left behind."""
    return sum(isinstance(each, gevent.Greenlet) and not each.dead for each in gc.get_objects())


def _fault_in_list(value: object, name: str, count: int) -> Verdict | None:
    if value is None:
        return wrong(f"{name} returned None.", "End it with `return`, followed by the list.")
    if not isinstance(value, list):
        return wrong(f"{name} returned an object of type {type(value).__name__}.", "Return a list.")
    if any(isinstance(item, gevent.Greenlet) for item in value):
        return wrong(
            f"{name} returned greenlets, not what their functions returned.",
            "When a greenlet has ended, its `value` is the result and `exception` the error.",
        )
    if len(value) != count:
        return wrong(
            f"{name} returned {len(value)} results for {count} items.", "One for each item."
        )
    return None


def _fault_in_calls(meeting: _Meeting, numbers: list[int]) -> Verdict | None:
    if sorted(meeting.begun) != sorted(numbers):
        return wrong(
            f"the function was called {len(meeting.begun)} times for {len(numbers)} items.",
            "Call it once for each item.",
        )
    if meeting.threads != {threading.get_ident()}:
        return wrong(
            "the tasks ran in other threads.", "Use gevent.spawn or a pool of gevent's: one thread."
        )
    return None


def spawn_them_all(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `run_all(task, items)`: all at once, in order, exceptions in their places."""
    be_quiet()
    numbers = [4, 12, 9, 3, 7]
    meeting = _Meeting(len(numbers))
    try:
        value = answer(meeting, list(numbers))
    except LoopExit:
        return never_ends("run_all").as_json()
    except ValueError as error:
        if str(error) != "nine is not for sale":
            raise
        return wrong(
            f"the error of one task (ValueError: {error}) came out of run_all, and the results of "
            "all others were lost.",
            "joinall without raise_error waits for all; then look at each greenlet alone.",
        ).as_json()
    return (_judge_all(value, numbers, meeting) or RIGHT).as_json()


def _judge_all(value: object, numbers: list[int], meeting: _Meeting) -> Verdict | None:
    if fault := _fault_in_list(value, "run_all", len(numbers)):
        return fault
    if fault := _fault_in_calls(meeting, numbers):
        return fault
    if meeting.most < len(numbers):
        return wrong(
            f"at most {meeting.most} of {len(numbers)} tasks were under way at once.",
            "spawn all of them before you wait for the first one.",
        )
    assert isinstance(value, list)
    expected = ["16", "144", "ValueError('nine is not for sale')", "9", "49"]
    found = [repr(item) for item in value]
    if found == expected:
        return None
    if sorted(found) == sorted(expected):
        return wrong(
            "everything is there, but not in the order of the items.",
            "Keep the greenlets in a list, in the order of the items.",
        )
    place = next(n for n, pair in enumerate(zip(found, expected, strict=True)) if len({*pair}) > 1)
    return wrong(
        f"for the item {numbers[place]} run_all returned {found[place]}, not {expected[place]}.",
        "A greenlet whose function raised has the exception object in `exception`; `value` is "
        "None then, as it is for a function that returns None.",
    )


def polite_visitor(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `visit_all(visit, pages, limit)`: results in order, exactly `limit` at once."""
    be_quiet()
    pages = [5, 1, 8, 2, 7, 3, 6, 4]
    meeting = _Meeting(_LIMIT)
    try:
        value = answer(meeting, list(pages), _LIMIT)
    except LoopExit:
        return never_ends("visit_all").as_json()
    return (_judge_visits(value, pages, meeting) or RIGHT).as_json()


def _judge_visits(value: object, pages: list[int], meeting: _Meeting) -> Verdict | None:
    if meeting.most > _LIMIT:
        return wrong(
            f"{meeting.most} visits were under way at once, and the limit was {_LIMIT}.",
            "gevent.spawn knows no limit; a Pool does.",
        )
    if fault := _fault_in_list(value, "visit_all", len(pages)):
        return fault
    if fault := _fault_in_calls(meeting, pages):
        return fault
    if meeting.most < _LIMIT:
        return wrong(
            f"never more than {meeting.most} at once, although {_LIMIT} were allowed.",
            "Give the pool `limit` places, and all the pages before you wait for the first result.",
        )
    if value != [page * page for page in pages]:
        return wrong(
            f"visit_all returned {value!r} for the pages {pages}.",
            "It should be [visit(page) for page in pages], in this order: map keeps it.",
        )
    return None


def feed_three_workers(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `process(items, work)`: it ends, all is done once, by three, and nobody is left."""
    be_quiet()
    for items in ([5, 2, 8, 3, 7, 1], [], [6]):
        meeting = _Meeting(min(_LIMIT, len(items)))
        try:
            value = answer(list(items), meeting)
        except LoopExit:
            return wrong(
                f"process died of LoopExit, with {len(meeting.begun)} of {len(items)} items done: "
                "a worker waits at queue.get() for a thing that nobody will put there.",
                "Count: how many workers wait for a sentinel, and how many sentinels are there?",
            ).as_json()
        if fault := _judge_feeding(value, items, meeting):
            return fault.as_json()
    return RIGHT.as_json()


def _judge_feeding(value: object, items: list[int], meeting: _Meeting) -> Verdict | None:
    if fault := _fault_in_list(value, "process", len(items)):
        return fault
    if fault := _fault_in_calls(meeting, items):
        return fault if items else None
    if value != sorted(item * item for item in items):
        return wrong(f"for {items} process returned {value!r}.", "Return the results, sorted.")
    if left := _still_alive():
        many = "1 worker is" if left == 1 else f"{left} workers are"
        return wrong(
            f"the results are right, but {many} left behind, waiting at the queue.",
            "Each worker needs its own word to stop.",
        )
    if meeting.most != min(_LIMIT, len(items)):
        return wrong(
            f"at most {meeting.most} worked at once, not {_LIMIT}.",
            "Keep the three workers, and mend how they stop.",
        )
    return None
