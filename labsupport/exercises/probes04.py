"""Probes of lesson 04: is nothing lost, is nobody stuck, do they still work at the same time?

They run in a fresh interpreter, like those of lesson 05 (`probes05`).
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Generator
from multiprocessing import active_children
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labsupport.exercises import tasks, tasks04
from labsupport.exercises.verdicts import RIGHT, Verdict, fault_in_pool, wrong
from labsupport.hang_doctor.evidence.notes import Note, note, read_notes

if TYPE_CHECKING:
    from labsupport.exhibits.interleavings.schedules import Exploration

Answer = Callable[..., Any]
Transfer = tuple[str, str, int]  # source, target, amount
_STEPS = {"read source", "write source", "read target", "write target"}


def safe_transfer(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `transfer(state, source, target, amount)` in all orders of two transfers."""
    note("probe")
    first = ("x", "y", 20)
    for second in (("x", "y", 5), ("y", "x", 5)):
        verdict = _judge_transfers(answer, first, second)
        if verdict is not RIGHT:
            return verdict.as_json()
    return RIGHT.as_json()


def _judge_transfers(answer: Answer, *transfers: Transfer) -> Verdict:
    from labsupport.exhibits.interleavings.explorer import (  # heavy, and for this exercise alone
        MisuseError,
        explore,
    )

    goal = {"x": 100, "y": 100}
    for source, target, amount in transfers:
        goal[source] -= amount
        goal[target] += amount
    if not all(isinstance(answer(_accounts(), *transfer), Generator) for transfer in transfers):
        return wrong(
            "transfer is no generator any more: it has no yield.",
            "Keep the four yields: each marks a moment at which another thread may run.",
        )
    try:
        found = explore(
            _accounts,
            [_thread(answer, transfer) for transfer in transfers],
            lambda state: {name: state[name] for name in "xy"} == goal,
        )
    except MisuseError as error:
        return wrong(
            f"the orders cannot be tried: {error}.",
            "To hold a lock, write `with (yield lock):` around the steps.",
        )
    return _judge_exploration(found, transfers)


def _accounts() -> dict[str, Any]:
    from labsupport.exhibits.interleavings.explorer import StepLock

    return {"x": 100, "y": 100, "locks": {name: StepLock(f"lock of {name}") for name in "xy"}}


def _thread(answer: Answer, transfer: Transfer) -> Answer:
    def thread(state: dict[str, Any]) -> Generator[Any, Any, None]:
        yield from answer(state, *transfer)

    return thread


def _judge_exploration(found: Exploration, transfers: tuple[Transfer, ...]) -> Verdict:
    if not found.first.failure:
        for name in "AB":
            labels = {step.label for step in found.first.steps if step.thread == name}
            if lacking := sorted(_STEPS - labels):
                return wrong(
                    f"these steps are gone: {', '.join(lacking)}.",
                    "Keep the four yields, and put the locks around them.",
                )
    if found.shortest is None:
        return RIGHT
    pair = " and ".join(
        f"{name} moves {amount} from {source} to {target}"
        for name, (source, target, amount) in zip("AB", transfers, strict=True)
    )
    schedule = textwrap.indent(str(found.shortest), "    ")
    stuck = found.shortest.failure.startswith("Nobody")
    return wrong(
        f"{found.failing} of {found.schedules} orders fail, when {pair}:\n{schedule}",
        "Take the two locks in an order that does not depend on the direction of the transfer."
        if stuck
        else "Hold the locks of both accounts from the first read to the last write.",
    )


def add_up(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `add_up(task, parts)`: every result counts, and the tasks run at the same time."""
    note("probe")
    value = answer(tasks04.weigh, list(tasks04.PARTS))
    at_work = [each for each in active_children() if not each.name.startswith("SyncManager")]
    return _judge_sum(value, read_notes(), len(at_work)).as_json()


def _judge_sum(value: object, notes: list[Note], at_work: int) -> Verdict:
    parts = tasks04.PARTS
    begun = {entry["pid"] for entry in notes if entry["kind"] == "begin" and "part" in entry}
    expected = sum(map(tasks04.weight_of, parts))
    if fault := fault_in_pool(notes):
        return fault
    if os.getpid() in begun:
        return wrong(
            "task ran in the process that called add_up.",
            "Start a multiprocessing.Process for each part.",
        )
    if isinstance(value, bool) or not isinstance(value, int | float):
        kind = "None" if value is None else f"a {type(value).__name__}"
        return wrong(f"add_up returned {kind}, not a number.", "Return the value of the total.")
    if value != expected and at_work:
        return wrong(
            f"add_up returned the total while processes were still at work: {at_work}.",
            "join() each of them before you read the value.",
        )
    if value == 0:
        return wrong(
            "the total is 0.",
            "An ordinary variable belongs to one process. Take a multiprocessing.Value, hand it "
            "to the children, and join them before you read it.",
        )
    if value != expected:
        return wrong(
            f"the total is {value:g}, but the parts weigh {expected}: an update was lost.",
            "`+=` reads, adds and writes. Nobody else may come between the read and the write: "
            "hold one lock, the same for all processes, around the whole line.",
        )
    most = tasks04.most_weighed(notes)
    if most < len(parts):
        many = "1 task" if most == 1 else f"{most} tasks"
        return wrong(
            f"never more than {many} ran at once.",
            "Start all processes before the first join, and do the task before you take the "
            "lock: a lock is for the short moment of adding.",
        )
    return RIGHT


def limit_visitors(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `visit_all(task, numbers, limit)`: a process each, `limit` of them inside at once."""
    numbers = [7, 2, 9, 4, 1, 8]
    note("probe")
    value = answer(tasks.meeting_square, list(numbers), tasks.LIMIT)
    return _judge_visitors(value, numbers, read_notes()).as_json()


def _judge_visitors(value: object, numbers: list[int], notes: list[Note]) -> Verdict:
    most, limit = tasks.most_at_once(notes), tasks.LIMIT
    begun = {entry["pid"] for entry in notes if entry["kind"] == "begin"}
    if os.getpid() in begun:
        return wrong(
            "task ran in the process that called visit_all.",
            "Start a multiprocessing.Process for each number.",
        )
    if most > limit:
        return wrong(
            f"{most} tasks ran at once, and the limit was {limit}.",
            "Make one Semaphore(limit) in the parent, hand it to every process, and hold it "
            "around the task.",
        )
    expected = {number: number * number for number in numbers}
    if value != expected:
        shown = repr(value)[:80]
        return wrong(
            f"visit_all returned {shown}.",
            "Return a dict {n: task(n)}; a manager's dict must be copied before it ends.",
        )
    if most < limit:
        many = "1 task" if most == 1 else f"{most} tasks"
        return wrong(
            f"never more than {many} ran at once, although {limit} were allowed.",
            "A Lock lets one in. A Semaphore lets as many in as it was made for.",
        )
    if len(begun) < len(numbers):
        return wrong(
            f"{len(numbers)} tasks ran in {len(begun)} processes.",
            "Start a process for each number; the semaphore decides who may go in.",
        )
    return RIGHT


def mend_the_index(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `build_index(texts)`: every word of every text stands under its first letter."""
    note("probe")
    texts = ["ant bee apple", "ape bear cat", "ass bat"]
    value = answer(list(texts))
    notes = read_notes()
    expected: dict[str, list[str]] = {}
    for word in sorted(" ".join(texts).split()):
        expected.setdefault(word[0], []).append(word)
    return _judge_index(value, expected, notes).as_json()


def _judge_index(value: object, expected: dict[str, list[str]], notes: list[Note]) -> Verdict:
    if not isinstance(value, dict):
        kind = "None" if value is None else f"a {type(value).__name__}"
        return wrong(f"build_index returned {kind}, not a dict.", "Return {letter: words}.")
    if not any(entry["kind"] == "process-started" for entry in notes):
        return wrong("no process was started.", "Keep one writer for each text.")
    found = {letter: sorted(words) for letter, words in value.items() if words}
    if found == expected:
        return RIGHT
    if not found:
        return wrong(
            "the index is empty: no word came back.",
            "index[letter] gives a copy of the list, and append changes the copy. Write the "
            "changed list back, or put lists of the manager into the dict.",
        )
    wanted = [word for words in expected.values() for word in words]
    kept = [word for words in found.values() for word in words]
    if lost := [word for word in wanted if word not in kept]:
        return wrong(
            f"{len(lost)} of {len(wanted)} words are lost: {', '.join(sorted(lost))}.",
            "Two writers read the same list, and the second one wrote over what the first had "
            "added. Hold one lock around reading, changing and writing back.",
        )
    return wrong(f"the index is {found!r}.", f"It should be {expected!r}.")
