"""Probes of lesson 10: queues with events, handlers that note when they run, work that waits.

An event that is late comes when the loop sleeps for it, or has looked for it too often; see
`waiting_watch`.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import Queue
from typing import Any

from labsupport.exercises.verdicts import RIGHT, Verdict, wrong
from labsupport.exercises.waiting_watch import MOST, Scene

Answer = Callable[..., Any]
_HELD_UP = 0.5  # seconds in which on_click is seen to wait for its own work
_PATIENCE = 10.0  # seconds at most for what a right answer does at once


def write_the_loop(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `run_loop(events, handlers)`: order, faults of handlers, sleep, the end."""
    verdict = _judge_order(answer) or _judge_faults(answer) or _judge_sleep(answer)
    return (verdict or RIGHT).as_json()


def _judge_order(answer: Answer) -> Verdict | None:
    events: Queue[tuple[str, Any]] = Queue()
    seen: list[str] = []

    def first(value: object) -> None:
        seen.append(f"first {value} begins")
        events.put(("third", 3))
        seen.append(f"first {value} ends")

    def last(value: object) -> None:
        seen.append(f"third {value}")
        events.put(("quit", None))
        events.put(("second", 99))

    handlers: dict[str, list[Callable[[object], None]]] = {
        "first": [first, lambda value: seen.append(f"first {value} again")],
        "second": [lambda value: seen.append(f"second {value}")],
        "third": [last],
    }
    for event in (("first", 1), ("nobody", 0), ("second", 2)):
        events.put(event)
    try:
        value = answer(events, handlers)
    except KeyError as error:
        if error.args != ("nobody",):
            raise
        return wrong(
            "an event came for which there is no handler, and KeyError came out of run_loop.",
            "handlers.get(kind, []) gives an empty list then.",
        )
    wanted = ["first 1 begins", "first 1 ends", "first 1 again", "second 2", "third 3"]
    if seen != wanted:
        return wrong(
            f"the handlers ran so: {', '.join(seen) or 'none'}.",
            f"It should be: {', '.join(wanted)}; and nothing after quit.",
        )
    if value != []:
        return wrong(
            f"no handler raised an exception, and run_loop returned {value!r}.",
            "Return the list of exceptions, which is empty here.",
        )
    return None


def _judge_faults(answer: Answer) -> Verdict | None:
    events: Queue[tuple[str, Any]] = Queue()
    fault, other = ValueError("a handler failed"), LookupError("another one")
    seen: list[Exception] = []

    def fails(value: Exception) -> None:
        raise value

    handlers: dict[str, list[Callable[[Any], None]]] = {"click": [fails, seen.append]}
    for event in (("click", fault), ("click", other), ("quit", None)):
        events.put(event)
    try:
        value = answer(events, handlers)
    except (ValueError, LookupError) as error:
        if error not in (fault, other):
            raise
        return wrong(
            f"a handler raised {type(error).__name__}, and it came out of run_loop: the loop has "
            "ended.",
            "Put each call of a handler into a try of its own, and keep the exception.",
        )
    if seen != [fault, other]:
        return wrong(
            "a handler raised an exception, and the handler behind it was not called.",
            "One try around one call: the others must hear the event as well.",
        )
    if value != [fault, other]:
        return wrong(
            f"two handlers raised exceptions, and run_loop returned {value!r}.",
            "Return a list of all exceptions, in order.",
        )
    return None


class _LateQueue(Queue[tuple[str, Any]]):
    """An empty queue whose events come when somebody waits for them."""

    def __init__(self, *late: tuple[str, Any]) -> None:
        super().__init__()
        self.scene = Scene(*(partial(self.put, each) for each in late))

    def get(self, block: bool = True, timeout: float | None = None) -> tuple[str, Any]:
        """Take the next event."""
        self._look(timeout if block else 0)
        return super().get(block, timeout)

    def empty(self) -> bool:
        """Tell whether nothing is there."""
        self._look(0)
        return super().empty()

    def qsize(self) -> int:
        """Return how many events are there."""
        self._look(0)
        return super().qsize()

    def _look(self, seconds: float | None) -> None:
        if not self.queue:
            self.scene.asked_in_vain(seconds)


def _judge_sleep(answer: Answer) -> Verdict | None:
    events = _LateQueue(("late", 7), ("quit", None))
    came: list[object] = []
    answer(events, {"late": [came.append]})
    if came != [7]:
        return wrong(
            "the queue was empty for a moment, and run_loop ended before the next event came.",
            "An empty queue is no end: get() sleeps until there is an event.",
        )
    if events.scene.spun:
        return wrong(
            f"the queue was empty, and run_loop asked it {MOST} times whether something had come: "
            "it spins.",
            "get() without a time limit sleeps until there is an event.",
        )
    return None


def do_not_wait(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `on_click(value, executor, work, post)`: it returns first, the outcome comes later."""
    return (
        _judge_click(answer, None) or _judge_click(answer, OSError("no net")) or RIGHT
    ).as_json()


def _judge_click(answer: Answer, trouble: Exception | None) -> Verdict | None:
    returned, posted = threading.Event(), threading.Event()
    posts: list[tuple[Any, ...]] = []
    workers: list[threading.Thread] = []

    def work(value: int) -> int:
        workers.append(threading.current_thread())
        in_time.append(_wait_for_return(returned, caller))
        if trouble:
            raise trouble
        return value * 2

    def post(*event: Any) -> None:
        posts.append(event)
        posted.set()

    in_time: list[bool] = []
    caller, before = threading.get_ident(), set(threading.enumerate())
    with ThreadPoolExecutor(2) as executor:
        error: Exception | None = None
        try:
            answer(21, executor, work, post)
        except Exception as caught:
            error = caught
        returned.set()
        if error is not None and error is not trouble:
            raise error
    _wait_for_threads(posted, before)
    if not workers:
        return wrong("work was never called.", "executor.submit(work, value) starts it.")
    if workers[0] is threading.current_thread() or not in_time[0]:
        return wrong(
            "on_click came back only after work had ended: meanwhile the loop handles nothing.",
            "submit returns at once; its result() waits. Let something else wait for it.",
        )
    wanted = ("failed", trouble) if trouble else ("done", 42)
    if not posts:
        return wrong(
            f"work {'raised an exception' if trouble else 'had ended'}, and nothing was posted.",
            "A future calls the functions that its add_done_callback was given, in both cases.",
        )
    if len(posts) > 1 or len(workers) > 1:
        return wrong(
            f"work was called {len(workers)} times, and {len(posts)} events were posted.",
            "One click: one call, one event.",
        )
    if posts[0] != wanted:
        return wrong(
            f"work {'raised ' + repr(trouble) if trouble else 'returned 42'}; posted was "
            f"{posts[0]!r}.",
            "It should be " + ('("failed", the exception).' if trouble else '("done", 42).'),
        )
    return None


def _wait_for_return(returned: threading.Event, caller: int) -> bool:
    """Wait until on_click has returned; return False once it is seen to wait for this work."""
    if threading.get_ident() == caller:
        return False
    until = time.monotonic() + _PATIENCE
    waits_since = None
    while not returned.wait(0.02):
        now = time.monotonic()
        if not _waits(caller):
            waits_since = None
        elif now - (waits_since := waits_since or now) > _HELD_UP:
            return False
        if now > until:
            return False
    return True


def _waits(thread: int) -> bool:
    """Tell whether a thread waits for another one: for a future, an event, a lock, an end.

    The wait inside of `submit`, for a new thread to begin, is over by itself.
    """
    frame = sys._current_frames().get(thread)
    inside = {"waits": False, "begins": False}
    while frame:
        code = frame.f_code
        if code.co_filename == threading.__file__:
            inside["begins"] |= code.co_name == "start"
            inside["waits"] |= code.co_name in ("wait", "join", "_wait_for_tstate_lock")
        frame = frame.f_back
    return inside["waits"] and not inside["begins"]


def _wait_for_threads(posted: threading.Event, before: set[threading.Thread]) -> None:
    """Wait until an event was posted, or no thread that the answer started could still do it."""
    until = time.monotonic() + _PATIENCE
    while not posted.wait(0.02) and time.monotonic() < until:
        if not set(threading.enumerate()) - before:
            return


def mend_the_emitter(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `emit(handlers, value)`: everybody hears it once, who is done leaves."""
    heard: list[str] = []

    def handler(name: str, done: bool = False) -> Callable[[Any], Any]:
        def hear(value: Any) -> Any:
            heard.append(f"{name}{value}")
            return "done" if done else None

        return hear

    stays, once, also, last = handler("a"), handler("b", True), handler("c", True), handler("d")

    def adds(value: Any) -> None:
        heard.append(f"e{value}")
        if len(handlers) < 6 and late not in handlers:
            handlers.append(late)

    late = handler("f")
    handlers: list[Any] = [stays, once, also, last, adds]
    answer(handlers, 1)
    first, heard[:] = list(heard), []
    left = list(handlers)
    answer(handlers, 2)
    return (_judge_emitter(first, heard, left, [stays, last, adds, late]) or RIGHT).as_json()


def _judge_emitter(
    first: list[str], second: list[str], left: list[Any], wanted: list[Any]
) -> Verdict | None:
    everybody = ["a1", "b1", "c1", "d1", "e1"]
    if missed := [name for name in everybody if name not in first]:
        return wrong(
            f'five handlers a to e, of which b and c say "done": {", ".join(missed)} did not hear '
            "the event.",
            "Who takes something out of a list moves all that is behind it. Walk over a copy.",
        )
    if "f1" in first:
        return wrong(
            "a handler that was added during an event heard that same event.",
            "Decide who hears the event before you call the first one.",
        )
    if first != everybody:
        return wrong(
            f"the handlers were called in the order {', '.join(first)}.",
            f"It should be {', '.join(everybody)}, each once.",
        )
    if any(name.startswith(("b", "c")) for name in second):
        return wrong(
            'a handler that had said "done" heard the next event as well.',
            "It must be gone from the list that emit was given: change that list, not a new one.",
        )
    if left != wanted:
        return wrong(
            "after the event the list holds others than those who stay and the one who was added.",
            'Take out who said "done", and nobody else.',
        )
    return None
