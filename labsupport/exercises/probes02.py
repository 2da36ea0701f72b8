"""Probes of lesson 02: did the processes run at once, end in time, and tell the truth?

They run in a fresh interpreter, like those of lesson 05 (`probes05`).
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labsupport.exercises import tasks
from labsupport.exercises.verdicts import RIGHT, Verdict, wrong
from labsupport.hang_doctor.evidence.notes import Note, note, read_notes

Answer = Callable[..., Any]
_NUMBERS = [4, 0, 7, 2]
_LOOK = 0.02  # seconds between two looks at the notes
_MUCH = 8.0  # seconds that nobody should use up
_AWAKE = 6.0  # seconds in which endless work stirs; all that a good answer needs
_PATIENCE = 4.0  # seconds that a child waits for the others: spawn is slow on a busy machine


def _having(notes: list[Note], kind: str) -> list[Note]:
    return [entry for entry in notes if entry["kind"] == kind]


def meet_and_leave(number: int) -> None:
    """End this process with the exit code `number`, when all have met or nobody comes any more."""
    note("begin", number=number)
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        notes = read_notes()
        if tasks.most_at_once(notes) >= len(_NUMBERS) or _having(notes, "gave-up"):
            break
        time.sleep(_LOOK)
    else:
        note("gave-up")
    time.sleep(0.02 * (len(_NUMBERS) - _NUMBERS.index(number)))  # the last one ends first
    note("end", number=number)
    sys.exit(number)


def start_then_wait(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `run_all(work, numbers)`: a process each, all at once, exit codes in order."""
    try:
        value = answer(meet_and_leave, list(_NUMBERS))
    except SystemExit:
        return wrong(
            "work was called in your own process, and it ended that.",
            "A target is handed over without calling it: target=work, args=(n,).",
        ).as_json()
    return _judge_codes(value, read_notes()).as_json()


def _judge_codes(value: object, notes: list[Note]) -> Verdict:
    begun = _having(notes, "begin")
    if any(entry["pid"] == os.getpid() for entry in begun):
        return wrong(
            "work ran in your own process.",
            "Use multiprocessing.Process and its start(); run() calls the target here.",
        )
    if value is None:
        return wrong("run_all returned None.", "End it with `return`, followed by the exit codes.")
    if not isinstance(value, list):
        return wrong(f"run_all returned a {type(value).__name__}, not a list.", "Return a list.")
    if any(isinstance(item, multiprocessing.process.BaseProcess) for item in value):
        return wrong("run_all returned the processes.", "Ask each for its exitcode.")
    if None in value:
        return wrong(
            f"{value.count(None)} of {len(value)} exit codes were None: these children had not "
            "ended yet.",
            "Wait for every child with join() before you ask for its exit code.",
        )
    if value != _NUMBERS:
        if sorted(map(repr, value)) == sorted(map(repr, _NUMBERS)):
            return wrong(
                "all exit codes are there, but not in the order of the numbers.",
                "Keep the processes in a list, in the order of the numbers, and go through it.",
            )
        return wrong(
            f"for the numbers {_NUMBERS} run_all returned {repr(value)[:200]}.",
            "work(n) ends with the exit code n here, so the list should be equal to the numbers.",
        )
    most = tasks.most_at_once(notes)
    if most < len(_NUMBERS):
        many = "1 child" if most == 1 else f"{most} children"
        return wrong(
            f"never more than {many} ran at once, and there are {len(_NUMBERS)} numbers.",
            "Start all of them in one loop, and join them in a second one.",
        )
    return RIGHT


def quick_work() -> None:
    """Be done at once."""
    note("quick")


def endless_work() -> None:
    """Wait for ever; on SIGTERM tidy up for a moment, then end."""

    def tidy_up(number: int, frame: object) -> None:
        time.sleep(0.4)
        note("tidied")
        sys.exit(0)

    signal.signal(signal.SIGTERM, tidy_up)
    note("begin")
    until = time.monotonic() + _AWAKE
    while time.monotonic() < until:  # else a join(seconds) would be taken for a deadlock
        time.sleep(_LOOK)
    threading.Event().wait()


def stop_in_time(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `run_at_most(work, seconds)` with work that is done at once and work that never is."""
    begun = time.monotonic()
    value = answer(quick_work, _MUCH)
    took = time.monotonic() - begun
    if not (quick := _having(read_notes(), "quick")):
        return wrong("work was never called.", "Make a Process with target=work.").as_json()
    if quick[0]["pid"] == os.getpid():
        return _not_here().as_json()
    if value != "done":
        return wrong(
            f'work was done at once, and run_at_most returned {repr(value)[:100]}, not "done".',
            "is_alive() after join(seconds) tells whether it is done.",
        ).as_json()
    if took > _MUCH - 1:
        return wrong(
            f"work was done at once, and run_at_most still waited for all of the {_MUCH:g} s.",
            "join(seconds) returns as soon as the child has ended; sleep() does not.",
        ).as_json()
    for seconds in (1.0, 4.0):  # a busy machine may need more than a second to start it
        value = answer(endless_work, seconds)
        if _having(read_notes(), "begin"):
            break
    return _judge_stop(value, read_notes()).as_json()


def _not_here() -> Verdict:
    return wrong(
        "work ran in your own process, which nobody can stop in time.",
        "Make a Process with target=work, and start() it.",
    )


def _judge_stop(value: object, notes: list[Note]) -> Verdict:
    pids = [entry["pid"] for entry in _having(notes, "begin")]
    if any(_is_running(pid) for pid in pids):
        return wrong(
            "work never ends by itself, and its process was still alive when run_at_most returned.",
            "terminate() only asks. Wait with join() until the child has tidied up and ended.",
        )
    if value != "stopped":
        return wrong(
            f'the time was up, and run_at_most returned {repr(value)[:100]}, not "stopped".',
            "Ask is_alive() before you end the child: afterwards it is never alive.",
        )
    if pids and not _having(notes, "tidied"):
        return wrong(
            "the process was ended without a chance to tidy up.",
            "kill() cannot be caught; terminate() is the polite way.",
        )
    return RIGHT


def _is_running(pid: int) -> bool:
    import psutil

    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def true_parent(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `introduce(box)` under every start method of this machine."""
    for method in sorted(multiprocessing.get_all_start_methods()):
        context: Any = multiprocessing.get_context(method)
        box = context.SimpleQueue()
        child = context.Process(target=answer, args=(box,), name=f"guest of {method}")
        child.start()
        child.join(_PATIENCE)
        if child.is_alive():
            child.kill()
            return wrong(
                f"under {method}, the child did not end.",
                "It should put one tuple into the box and return; put() does not wait here.",
            ).as_json()
        if child.exitcode:
            return wrong(
                f"under {method}, the child ended with exit code {child.exitcode}.",
                "Its traceback stands below: the last line says what went wrong.",
            ).as_json()
        if box.empty():
            return wrong(
                f"under {method}, the child put nothing into the box.",
                "A child's return value goes nowhere, and what it prints is not read: box.put(…).",
            ).as_json()
        fault = _fault_in_introduction(box.get(), method, child)
        if fault:
            return fault.as_json()
    return RIGHT.as_json()


def _fault_in_introduction(value: object, method: str, child: Any) -> Verdict | None:
    if not isinstance(value, tuple) or len(value) != 3:
        return wrong(
            f"under {method}, the box held a {type(value).__name__}, not a tuple of three.",
            "One put with one tuple: box.put((name, pid, parent)).",
        )
    name, pid, parent = value
    if name != child.name:
        return wrong(
            f"under {method}, the first item is {name!r}, and the process is named {child.name!r}.",
            "multiprocessing.current_process() knows the name.",
        )
    if pid != child.pid:
        return wrong(
            f"under {method}, the second item is not the child's own process id.",
            "os.getpid() is the id of the process that calls it.",
        )
    if parent != os.getpid():
        return wrong(
            f"under {method}, the third item is not the id of the process that wanted the child.",
            "os.getppid() may be the fork server. multiprocessing.parent_process() is the one that "
            "made the Process object.",
        )
    return None


def _children() -> list[int]:
    return [child.pid for child in multiprocessing.active_children() if child.pid]


def quick_job() -> str:
    """Note whether another process is there, and return a value that nobody can guess."""
    note("job", others=len(_children()))
    time.sleep(0.2)
    note("job-over")
    return f"value {os.getpid()}"


def slow_report() -> None:
    """Make a report; it takes a moment."""
    note("report-begins")
    time.sleep(0.3)
    note("report-done")


def mend_the_report(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `run_and_report(job, report)`: the report is made after the job, by another process."""
    value = answer(quick_job, slow_report)
    return _judge_report(value, read_notes()).as_json()


def _judge_report(value: object, notes: list[Note]) -> Verdict:
    kinds = [entry["kind"] for entry in notes]
    begun = _having(notes, "report-begins")
    if any(entry["pid"] == os.getpid() for entry in begun):
        return wrong("your own process made the report.", "Leave that to the child.")
    if kinds.count("report-begins") > 1:
        return wrong("the report was made more than once.", "Start one child only.")
    if begun and kinds.index("report-begins") < kinds.index("job-over"):
        return wrong(
            "the report began before the job was over.",
            "Set the flag after job() has returned.",
        )
    if "report-done" not in kinds:
        what = "had not begun" if not begun else "was not finished"
        return wrong(
            f"the report {what} when run_and_report returned.",
            "Set the flag, then wait with join() until the child has ended by itself.",
        )
    if not _having(notes, "job")[0]["others"]:
        return wrong(
            "the second process was not started before the job.",
            "Keep start() in its place; only the order after the job is wrong.",
        )
    if value != f"value {os.getpid()}":
        return wrong(
            f"run_and_report returned {repr(value)[:100]}, not what job() returned.",
            "Keep the job's value and return it at the end.",
        )
    return RIGHT
