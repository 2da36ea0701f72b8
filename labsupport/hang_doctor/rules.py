"""The usual causes of a hang: each rule knows one, by what the threads of the program wait for.

A rule speaks only when the waits (or a traceback in the output) show its cause. The order of
`RULES` matters: what is shown by an error comes before what is concluded from waiting.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from labsupport.hang_doctor.evidence.locks import locks_of_thread
from labsupport.hang_doctor.evidence.notes import Note
from labsupport.hang_doctor.wait_kinds import Wait, is_own

Finding = tuple[str, str, str]  # name, cause, cure


@dataclass(frozen=True)
class Evidence:
    """What is known of a program beside its stacks.

    Attributes:
        output: what it printed; tracebacks in it count.
        notes: what `pool_watch` noted in it.
    """

    output: str = ""
    notes: Sequence[Note] = ()


Rule = Callable[[Sequence[Wait], Evidence], Finding | None]


def _some(waits: Sequence[Wait], *kinds: str) -> Wait | None:
    return next((wait for wait in waits if wait.kind in kinds), None)


#: A traceback whose last call is the one that unpickles; what was looked up stands in quotes behind
#: the word "attribute" in the text of every Python.
_NOT_FOUND = re.compile(
    r'^  File ".*multiprocessing[/\\](?:queues|connection|spawn)\.py", line \d+, in '
    r"(?:get|recv|_main)\n"
    r"(?:    .*\n)+"
    r"AttributeError: .*\battribute '([^']+)'",
    re.MULTILINE,
)


def _cannot_import(waits: Sequence[Wait], evidence: Evidence) -> Finding | None:
    """A worker that cannot import its function dies with the task (CPython, pool.worker)."""
    found = _NOT_FOUND.search(evidence.output)
    if found is None:
        found = re.search(
            r"^ModuleNotFoundError: No module named '([^']+)'", evidence.output, re.MULTILINE
        )
    if found is None or _some(waits, "pool-result", "pool-join", "queue-get", "event") is None:
        return None
    return (
        "function not importable",
        f"a worker could not import {found[1]!r}. It died while it unpacked the task, the task "
        "is lost, and the pool waits for its result for ever.",
        "define the function at the top level of a module that the workers can import (a "
        "%%module cell), and before the pool is made.",
    )


def _callback_raised(waits: Sequence[Wait], evidence: Evidence) -> Finding | None:
    """Callbacks run in the pool's result thread; an error ends it (docs: multiprocessing.pool)."""
    if _some(waits, "pool-result", "pool-join", "event", "queue-get", "sleep") is None:
        return None
    raised = next((note for note in evidence.notes if note["kind"] == "callback-raised"), None)
    start = evidence.output.find("(_handle_results):\n")
    if raised is not None:
        error = f"{raised['type']}: {raised['message']}"
        if raised.get("code"):
            error += f" at line {raised['line']}: {raised['code']}"
    elif start >= 0:
        error = last_error(evidence.output[start:].partition("\n")[2]) or "an error"
    else:
        return None
    return (
        "callback raised",
        f"a callback raised an error ({error}). Callbacks run in the thread of the pool that "
        "receives the results; after an error there the pool never counts the task as done.",
        "let the callback do only what cannot fail, or catch the error inside it.",
    )


def last_error(text: str) -> str:
    """Return the first "Type: message" line that ends a traceback in `text`; empty if none."""
    found = re.search(r"^(?!Traceback|Exception in)([A-Za-z_][\w.]*(?:: .*)?)$", text, re.MULTILINE)
    return found[1].strip() if found else ""


def _callback_waits(waits: Sequence[Wait], evidence: Evidence) -> Finding | None:
    for wait in waits:
        inside = any(
            frame.is_in("multiprocessing/pool.py", "_handle_results") for frame in wait.frames
        )
        if inside and wait.kind in ("pool-result", "pool-join", "queue-get", "lock", "event"):
            return (
                "callback waits",
                f"a callback itself waits for {wait.what}. While it waits, the pool's result "
                "thread cannot deliver anything, not even what the callback waits for.",
                "let the callback only store the result; wait in the main thread.",
            )
    return None


def _join_before_drain(waits: Sequence[Wait], evidence: Evidence) -> Finding | None:
    joining = _some(waits, "join", "exit-join", "pool-join")
    if joining is None:
        return None
    if _some(waits, "pipe-send"):
        return (
            "join before drain",
            "join before the pipe was read. A process cannot end while its send waits for room, "
            "and the one that should read the pipe waits for the process to end.",
            "first receive everything, then join.",
        )
    if _some(waits, "flush") is None:
        return None
    return (
        "join before drain",
        "join before the queue was emptied. A process that has put something into a Queue ends "
        "only when all of it has gone through the pipe, and the pipe is full; the one that "
        "should empty it waits for the process to end.",
        "first get everything out of the queue, then join.",
    )


def _own(wait: Wait) -> tuple[tuple[str, ...], str]:
    return locks_of_thread([frame for frame in wait.frames if is_own(frame)])


def _lock_taken_twice(waits: Sequence[Wait], evidence: Evidence) -> Finding | None:
    for wait in waits:
        if wait.kind == "lock":
            held, wanted = _own(wait)
            if wanted and wanted in held:
                return (
                    "lock taken twice",
                    f"{wanted} is taken a second time by the thread that already holds it. A "
                    "Lock does not remember who holds it, so the thread waits for itself.",
                    "take it once, or use an RLock.",
                )
    return None


def _two_orders(waits: Sequence[Wait], evidence: Evidence) -> Finding | None:
    wanting = [_own(wait) for wait in waits if wait.kind == "lock"]
    wanting = [(held, wanted) for held, wanted in wanting if held and wanted]
    for index, (held, wanted) in enumerate(wanting):
        for other_held, other_wanted in wanting[index + 1 :]:
            crossed = wanted in other_held and other_wanted in held
            names = f"{other_wanted} and {wanted}" if crossed else f"{held[0]} and {wanted}"
            return (
                "two locks in two orders",
                f"two locks taken in two orders ({names}): each side holds one of them and "
                "waits for the other.",
                "take the locks in the same order everywhere, or use one lock.",
            )
    return None


def _lock_never_released(waits: Sequence[Wait], evidence: Evidence) -> Finding | None:
    wait = _some(waits, "lock")
    if wait is None:
        return None
    name = _own(wait)[1] or "a lock"
    return (
        "lock not released",
        f"{name} is held and nobody will release it: a release() was forgotten or skipped by "
        "an error, or the holder itself waits for something.",
        "use `with` for every lock, and do not wait for other processes while you hold one.",
    )


def _pool_task_lost(waits: Sequence[Wait], evidence: Evidence) -> Finding | None:
    """A pool cannot notice that a worker died within a task (bpo-22393)."""
    waiting = _some(waits, "pool-result", "pool-join")
    workers = [wait for wait in waits if wait.process == "worker" and wait.kind != "no-stack"]
    if waiting is None or not workers or any(wait.kind != "idle" for wait in workers):
        return None
    return (
        "task lost",
        "every worker is idle, yet a result is still missing: a worker died in the middle of "
        "its task (os._exit, a crash or kill). The pool starts a new worker, but does not "
        "repeat the task.",
        "let tasks end by return or by an exception; concurrent.futures.ProcessPoolExecutor "
        "raises BrokenProcessPool in this case instead of waiting.",
    )


def _pipe_open(waits: Sequence[Wait], evidence: Evidence) -> Finding | None:
    if _some(waits, "pipe-recv") is None:
        return None
    return (
        "pipe still open",
        "recv waits as long as any process has the other end open, the waiting process "
        "included; only when the last copy is closed does it raise EOFError.",
        "in every process, close the end of the pipe that it does not use; send a last "
        "message that says that no more will come.",
    )


def _queue_empty(waits: Sequence[Wait], evidence: Evidence) -> Finding | None:
    wait = _some(waits, "queue-get")
    if wait is None:
        return None
    return (
        "queue stays empty",
        "more is taken out of a queue than is put in: everyone who could put something waits "
        "or has ended.",
        "count the items, or put one sentinel (such as None) for each process that gets.",
    )


def _queue_full(waits: Sequence[Wait], evidence: Evidence) -> Finding | None:
    if _some(waits, "queue-put", "pipe-send") is None:
        return None
    return (
        "queue stays full",
        "what is put in is not taken out: everyone who could take it waits or has ended.",
        "start the one who takes before the one who puts, and let it run until the last item.",
    )


def _event_never_set(waits: Sequence[Wait], evidence: Evidence) -> Finding | None:
    if _some(waits, "event") is None:
        return None
    return (
        "nobody wakes it",
        "an Event is never set, a Condition never notified, or a Barrier has fewer parties "
        "than it was made for.",
        "look for the call that should wake it, and whether its process still runs.",
    )


RULES: tuple[Rule, ...] = (
    _cannot_import,
    _callback_raised,
    _callback_waits,
    _join_before_drain,
    _lock_taken_twice,
    _two_orders,
    _lock_never_released,
    _pool_task_lost,
    _pipe_open,
    _queue_empty,
    _queue_full,
    _event_never_set,
)
