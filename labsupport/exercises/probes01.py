"""Probes of lesson 01: did the helpers run at once, in the right place, and is all brought home?

They run in a fresh interpreter, like those of lesson 05 (`probes05`).
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labsupport.exercises import tasks
from labsupport.exercises.verdicts import (
    RIGHT,
    Verdict,
    fault_in_pool,
    without_addresses,
    wrong,
)
from labsupport.hang_doctor.evidence.notes import Note, note, read_notes

Answer = Callable[..., Any]
_NAMES = ["news", "mail", "maps", "shop", "blog"]
_LOOK = 0.01  # seconds between two looks at the notes
_PATIENCE = 100  # looks in which a page waits for the other threads, which start in no time


def page_of(name: str) -> str:
    """Return what the page of this name holds."""
    return f"page {name}"


def meeting_page(name: str) -> str:
    """Return the page, when all pages are on the way at once or nobody comes any more.

    The last name ends first, so that results in the order of arrival are in another order.
    """
    note("begin", name=name, main=threading.current_thread() is threading.main_thread())
    for _ in range(_PATIENCE):  # counted: on a busy machine looks take longer, as all does
        notes = read_notes()
        if tasks.most_at_once(notes) >= len(_NAMES) or _has(notes, "gave-up"):
            break
        time.sleep(_LOOK)
    else:
        note("gave-up")
    if not _has(read_notes(), "gave-up"):
        _let_later_names_end(name)
    note("end", name=name)
    return page_of(name)


def _let_later_names_end(name: str) -> None:
    """Wait until the name behind this one has ended, and its page had time to come home."""
    behind = _NAMES[_NAMES.index(name) + 1 :][:1]
    for _ in range(_PATIENCE):
        ended = {entry["name"] for entry in read_notes() if entry["kind"] == "end"}
        if ended.issuperset(behind):
            break
        time.sleep(_LOOK)
    time.sleep(2 * _LOOK)


def _has(notes: list[Note], kind: str) -> bool:
    return any(entry["kind"] == kind for entry in notes)


def _note_errors_of_threads() -> None:
    """A bare thread that raises only prints: note what it was."""

    def noted(args: threading.ExceptHookArgs) -> None:
        note("thread-raised", type=args.exc_type.__name__, message=str(args.exc_value))

    threading.excepthook = noted


def fetch_together(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `fetch_all(fetch, names)`: all at once in threads, the pages in order."""
    _note_errors_of_threads()
    value = answer(meeting_page, list(_NAMES))
    notes = read_notes()
    expected = [page_of(name) for name in _NAMES]
    fault = _fault_in_helpers(notes) or _fault_in_pages(value, expected)
    return (fault or RIGHT).as_json()


def mend_the_queue(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `fetch_pages(fetch, names)`: all at once in threads, a dict of all pages."""
    _note_errors_of_threads()
    value = answer(meeting_page, list(_NAMES))
    notes = read_notes()
    expected = {name: page_of(name) for name in _NAMES}
    fault = _fault_in_helpers(notes) or _fault_in_dict(value, expected)
    return (fault or RIGHT).as_json()


def _fault_in_helpers(notes: list[Note]) -> Verdict | None:
    """Return what is wrong with who fetched, or None."""
    for entry in notes:
        if entry["kind"] == "thread-raised":
            text = without_addresses(f"{entry['type']}: {entry['message']}")
            return wrong(
                f"a thread ended with {text}.",
                "Read the message: what was the thread to call, and with which arguments? "
                "args must be a tuple.",
            )
    begun = [entry for entry in notes if entry["kind"] == "begin"]
    if any(entry["pid"] != os.getpid() for entry in begun):
        return wrong(
            "the pages were fetched by other processes.",
            "It works, but a process is dear, and waiting needs no second GIL: take threads.",
        )
    ended = sum(entry["kind"] == "end" for entry in notes)
    if ended < len(begun):
        return wrong(
            f"only {ended} of {len(_NAMES)} pages had come when the function returned: it did not "
            "wait for its threads.",
            "Start all threads in one loop, then join() all of them in a second one.",
        )
    times = Counter(entry["name"] for entry in begun)
    twice = [name for name in _NAMES if times[name] > 1]
    if twice:
        missing = [name for name in _NAMES if not times[name]]
        also = f", and {', '.join(missing)} not at all" if missing else ""
        return wrong(
            f"{twice[0]} was fetched {times[twice[0]]} times{also}.",
            "Each name goes to one call. A lambda reads a loop's variable when it runs, not "
            "when it is made: hand the name over as an argument.",
        )
    most = tasks.most_at_once(notes)
    if begun and most < len(_NAMES):
        if all(entry["main"] for entry in begun):
            return wrong(
                "the main thread fetched every page itself, one after the other.",
                "Give the function to a helper, without calling it: no brackets after its name.",
            )
        many = "1 page was" if most == 1 else f"{most} pages were"
        return wrong(
            f"never more than {many} on the way at once, and there are {len(_NAMES)} names.",
            "Start all helpers before you wait for the first; there must be one for each name.",
        )
    return None


def _fault_in_pages(value: object, expected: list[str]) -> Verdict | None:
    if value is None:
        return wrong("fetch_all returned None.", "End it with `return`, followed by the pages.")
    if not isinstance(value, list):
        return wrong(
            f"fetch_all returned a {type(value).__name__}, not a list.",
            "Return a list; list(...) makes one of what executor.map returns.",
        )
    if any(type(item).__name__ == "Future" for item in value):
        return wrong(
            "fetch_all returned futures, not pages.",
            "Call result() of each future, after you have made them all.",
        )
    if value == expected:
        return None
    if Counter(map(repr, value)) == Counter(map(repr, expected)):
        return wrong(
            "all pages are there, but not in the order of the names.",
            "The pages come in any order. Use map, or call result() of the futures in the order "
            "in which you made them.",
        )
    return _other_than(expected, value)


def _fault_in_dict(value: object, expected: dict[str, str]) -> Verdict | None:
    if not isinstance(value, dict):
        return wrong(
            f"fetch_pages returned {'None' if value is None else f'a {type(value).__name__}'}.",
            "It should return the dict {name: page}.",
        )
    if dict(value) == expected:
        return None
    return _other_than(expected, dict(value))


def _other_than(expected: object, value: object) -> Verdict:
    return wrong(f"it returned {repr(value)[:200]}.", f"It should be {expected!r}.")


def compute_apart(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `compute_all(task, numbers, workers)`: in so many processes, results in order."""
    numbers = [7, 2, 9, 4, 1, 8, 3, 6]
    note("probe")
    value = answer(tasks.meeting_square, list(numbers), tasks.LIMIT)
    return _judge_apart(value, numbers, read_notes()).as_json()


def _judge_apart(value: object, numbers: list[int], notes: list[Note]) -> Verdict:
    if fault := fault_in_pool(notes):
        return fault
    begun = [entry for entry in notes if entry["kind"] == "begin"]
    home = sum(entry["pid"] == os.getpid() for entry in begun)
    if home:
        many = "the tasks" if home == len(begun) else f"{home} of {len(begun)} tasks"
        return wrong(
            f"{many} ran in your own process, where all threads share one GIL.",
            "Computing in Python needs a GIL for each core: let processes do it.",
        )
    most, limit = tasks.most_at_once(notes), tasks.LIMIT
    if most > limit:
        return wrong(
            f"{most} processes computed at once, and {limit} were asked for.",
            "The executor takes the number of its processes as an argument.",
        )
    if value is None:
        return wrong("compute_all returned None.", "End it with `return`, followed by the results.")
    if not isinstance(value, list):
        return wrong(
            f"compute_all returned a {type(value).__name__}, not a list.",
            "Return a list; list(...) makes one of what executor.map returns.",
        )
    if any(type(item).__name__ in ("Future", "ApplyResult") for item in value):
        return wrong("compute_all returned futures, not results.", "Call result() of each.")
    expected = [number * number for number in numbers]
    if value != expected:
        if Counter(map(repr, value)) == Counter(map(repr, expected)):
            return wrong(
                "all results are there, but not in the order of the numbers.",
                "Processes end in any order. Use map, or call result() in the order of submit.",
            )
        return _other_than(expected, value)
    if sorted(tasks.numbers_of(notes, "begin")) != sorted(numbers):
        return wrong(
            f"task was called {len(begun)} times for {len(numbers)} numbers.",
            "Call the function task that compute_all is given, once for each number.",
        )
    if most < limit:
        many = "1 process" if most == 1 else f"{most} processes"
        return wrong(
            f"never more than {many} computed at once, although {limit} were asked for.",
            "Hand out all numbers before you wait for a result: result() straight after submit "
            "waits each time.",
        )
    return RIGHT
