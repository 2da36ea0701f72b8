"""Probes of lesson 03: were the messages complete, from other processes, and to a clean end?

They run in a fresh interpreter, like those of lesson 05 (`probes05`).
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from labsupport.exercises import tasks, tasks03
from labsupport.exercises.meeting import count
from labsupport.exercises.verdicts import RIGHT, Verdict, fault_in_pool, wrong
from labsupport.hang_doctor.evidence.notes import Note, note, read_notes

Answer = Callable[..., Any]


def _call(answer: Answer, *arguments: object) -> tuple[Any, Verdict | None]:
    """Call an answer; return its value, or the verdict on a queue that cannot be sent."""
    note("probe")
    try:
        return answer(*arguments), None
    except TypeError as error:
        if "_thread" not in str(error):
            raise
        return None, wrong(
            f"something was handed to a process that belongs to threads ({error}).",
            "Between processes use multiprocessing.Queue: queue.Queue and the locks of "
            "threading live in the memory of one process.",
        )


def _pids(notes: list[Note], **fields: object) -> set[int]:
    """Return which processes began a task whose note has these fields."""
    return {
        entry["pid"]
        for entry in notes
        if entry["kind"] == "begin"
        and all(entry.get(name) == value for name, value in fields.items())
    }


def gather_answers(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `gather(task, numbers)`: all answers, each from a process of its own, all at once."""
    value, fault = _call(answer, tasks03.long_text, list(tasks03.NUMBERS))
    return (fault or _judge_gathered(value, read_notes())).as_json()


def _judge_gathered(value: object, notes: list[Note]) -> Verdict:
    numbers = tasks03.NUMBERS
    if fault := fault_in_pool(notes):
        return fault
    begun = _pids(notes)
    if os.getpid() in begun:
        return wrong(
            "task ran in the process that called gather, not in a child.",
            "Start a multiprocessing.Process for each number.",
        )
    if not isinstance(value, dict):
        kind = "None" if value is None else f"a {type(value).__name__}"
        return wrong(f"gather returned {kind}, not a dict.", "Return {n: answer, …}.")
    if not value:
        return wrong(
            "the dict that came back is empty.",
            "A child changes only its own copy of a dict. Let it put its answer into a Queue, "
            "and get it in the parent.",
        )
    if missing := [number for number in numbers if number not in value]:
        return wrong(
            f"{len(missing)} of {len(numbers)} answers are missing.",
            "Get as many messages as there are processes.",
        )
    if wrongly := [number for number in numbers if value[number] != tasks03.text_of(number)]:
        return wrong(
            f"the answer for {wrongly[0]} is {_begin(value[wrongly[0]])}.",
            "Answers arrive in any order: let each child send its number along with the answer.",
        )
    most = tasks.most_at_once(notes)
    if most < len(numbers):
        many = "1 task" if most == 1 else f"{most} tasks"
        return wrong(
            f"never more than {many} ran at once.",
            "Start all processes before you wait for the first answer.",
        )
    if len(begun) < len(numbers):
        return wrong(
            f"{len(numbers)} tasks ran in {len(begun)} processes.",
            "Start a process for each number.",
        )
    return RIGHT


def _begin(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:40] + "…"


def read_to_the_end(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `listen(talk)`: every message, also those that look like an end, and no hang."""
    value, fault = _call(answer, tasks03.talk)
    return (fault or _judge_listened(value, read_notes())).as_json()


def _judge_listened(value: object, notes: list[Note]) -> Verdict:
    sent = tasks03.MESSAGES
    if not _pids(notes):
        return wrong("talk was never called.", "Start a process with target=talk.")
    if os.getpid() in _pids(notes):
        return wrong(
            "talk ran in the process that called listen, not in a child.",
            "Start a multiprocessing.Process with target=talk.",
        )
    if not isinstance(value, list):
        kind = "None" if value is None else f"a {type(value).__name__}"
        return wrong(f"listen returned {kind}, not a list.", "Return the list of the messages.")
    if value == sent:
        return RIGHT
    if value == sent[: len(value)]:
        after = f" It stopped before {_begin(sent[len(value)])}." if value else ""
        return wrong(
            f"only {len(value)} of {len(sent)} messages came back.{after}",
            "Neither a pause nor a value such as None or '' means the end. Only EOFError does: "
            "nobody is left who could send.",
        )
    return wrong(
        f"{len(value)} messages came back, and not as they were sent.",
        "Append what recv returns, unchanged and in order.",
    )


def two_stages(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `run_stages(cook, serve, numbers)`: two processes that work at the same time."""
    value, fault = _call(answer, tasks03.cook, tasks03.serve, list(tasks03.DISHES))
    return (fault or _judge_stages(value, read_notes())).as_json()


def _judge_stages(value: object, notes: list[Note]) -> Verdict:
    if fault := fault_in_pool(notes):
        return fault
    cooks, servers = _pids(notes, stage="cook"), _pids(notes, stage="serve")
    for name, pids in (("cook", cooks), ("serve", servers)):
        if os.getpid() in pids:
            return wrong(
                f"{name} ran in the process that called run_stages.",
                "Start one process that cooks and another one that serves.",
            )
    if cooks & servers:
        return wrong(
            "cook and serve ran in the same process.",
            "Start one process that cooks and another one that serves, with a queue between.",
        )
    if len(cooks) > 1 or len(servers) > 1:
        return wrong(
            f"{len(cooks)} processes cooked and {len(servers)} served.",
            "Each stage is one process that takes one thing after the other.",
        )
    if not isinstance(value, list):
        kind = "None" if value is None else f"a {type(value).__name__}"
        return wrong(f"run_stages returned {kind}, not a list.", "Return the list of the plates.")
    expected = [tasks03.plate_of(tasks03.dish_of(number)) for number in tasks03.DISHES]
    if value != expected:
        return wrong(
            f"{len(value)} plates came back for {len(expected)} numbers, or not in their order.",
            "It should be [serve(cook(n)) for n in numbers].",
        )
    if count(notes, "alone"):
        return wrong(
            "the two stages never worked at the same time: nothing was served while there was "
            "still something to cook.",
            "Start both processes, and put each dish into the queue as soon as it is cooked.",
        )
    return RIGHT


def mend_the_end(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `measure_all(texts)`: right lengths, by two workers that end by themselves."""
    started: list[BaseProcess] = []
    killed: list[BaseProcess] = []
    _watch_processes(started, killed)
    many = [f"word{number}" for number in range(6000)]
    for texts in (["pear", "plum", "fig"], ["one"], many):
        started.clear()
        value, fault = _call(answer, list(texts))
        verdict = fault or _judge_measured(value, texts, started, killed)
        if verdict is not RIGHT:
            return verdict.as_json()
    return RIGHT.as_json()


def _watch_processes(started: list[BaseProcess], killed: list[BaseProcess]) -> None:
    """Remember which processes this one starts, and which it kills."""
    start = BaseProcess.start

    def watched_start(self: BaseProcess) -> None:
        started.append(self)
        start(self)

    def watch_end(end: Callable[[BaseProcess], None]) -> Callable[[BaseProcess], None]:
        def watched_end(self: BaseProcess) -> None:
            killed.append(self)
            end(self)

        return watched_end

    classes: Any = BaseProcess
    classes.start = watched_start
    classes.terminate = watch_end(BaseProcess.terminate)
    classes.kill = watch_end(BaseProcess.kill)


def _judge_measured(
    value: object, texts: list[str], started: list[BaseProcess], killed: list[BaseProcess]
) -> Verdict:
    expected = {text: len(text) for text in texts}
    if not isinstance(value, dict) or value != expected:
        return wrong(
            f"for {len(texts)} words measure_all returned {_begin(value)}.",
            f"It should be {_begin(expected)}, the length of every word.",
        )
    if len(started) != 2:
        return wrong(
            f"{len(started)} processes were started.", "Keep the two workers, and mend their end."
        )
    if killed:
        return wrong(
            "a worker was killed.",
            "Tell each worker that no more will come; then it ends by itself.",
        )
    if multiprocessing.active_children():
        return wrong(
            "a worker was still alive when measure_all returned.",
            "Tell each worker that no more will come, and join it.",
        )
    codes = [worker.exitcode for worker in started]
    if codes != [0, 0]:
        return wrong(f"the exit codes of the workers are {codes}.", "An exit code of 0 is right.")
    return RIGHT
