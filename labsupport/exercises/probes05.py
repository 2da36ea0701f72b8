"""Probes of lesson 05: each tries an answer out and says what it observed.

A probe runs in a fresh interpreter. It gets the learner's function and an empty folder, and
returns a verdict as a dict. What the answer did is read from the notes that the tasks and
`pool_watch` of the hang doctor left, in the order in which things happened.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labsupport.exercises import tasks
from labsupport.exercises.verdicts import (
    RIGHT,
    Verdict,
    fault_in_pool,
    fault_in_value,
    wrong,
)
from labsupport.hang_doctor.evidence.notes import Note, note, read_notes

Answer = Callable[..., Any]
_WAIT_STEP = "After the last apply_async call close() and then join(), before you use the results."


def _few(numbers: list[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))


def never_more_than(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `run_limited(task, numbers, limit)`: all results in order, exactly `limit` at once."""
    numbers = [7, 2, 9, 4, 1, 8, 3, 6]
    note("probe")
    value = answer(tasks.meeting_square, list(numbers), tasks.LIMIT)
    notes = read_notes()
    return _judge_limited(value, numbers, notes).as_json()


def _judge_limited(value: object, numbers: list[int], notes: list[Note]) -> Verdict:
    most, limit = tasks.most_at_once(notes), tasks.LIMIT
    if fault := fault_in_pool(notes):
        return fault
    if most > limit:
        return wrong(
            f"{most} tasks ran at once, and the limit was {limit}.",
            "The number of workers is what limits a pool: look at how many you ask for.",
        )
    if fault := fault_in_value(value, "run_limited", "the list of results"):
        return fault
    expected = [number * number for number in numbers]
    assert isinstance(value, list)
    if value != expected:
        if Counter(map(repr, value)) == Counter(map(repr, expected)):
            return wrong(
                "all results are there, but not in the order of the numbers.",
                "Tasks end in any order. Use a method that keeps the order, or get() the "
                "results in the order in which you started the tasks.",
            )
        return wrong(
            f"for the numbers {numbers} run_limited returned {value!r}.",
            "It should be [task(n) for n in numbers]: each number once, in order.",
        )
    begun = tasks.numbers_of(notes, "begin")
    if sorted(begun) != sorted(numbers):
        return wrong(
            f"task was called {len(begun)} times for {len(numbers)} numbers.",
            "Call the function task that run_limited is given, once for each number.",
        )
    if most < limit:
        many = "1 task" if most == 1 else f"{most} tasks"
        return wrong(
            f"never more than {many} ran at once, although {limit} were allowed.",
            "Give the pool `limit` workers, and all the tasks before you wait for the first "
            "result: apply, or get() straight after apply_async, waits each time.",
        )
    return RIGHT


def collect_by_callback(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `collect(task, numbers)`: every result, each of them brought by a callback."""
    numbers = [5, 3, 8, 1, 9, 2]
    note("probe")
    value = answer(tasks.slow_square, list(numbers))
    return _judge_collected(value, numbers, read_notes()).as_json()


def _judge_collected(value: object, numbers: list[int], notes: list[Note]) -> Verdict:
    if fault := fault_in_pool(notes):
        return fault
    if fault := fault_in_value(value, "collect", "the list of results"):
        return fault
    assert isinstance(value, list)
    found = Counter(map(repr, value))
    expected = Counter(repr(number * number) for number in numbers)
    if missing := expected - found:
        if strange := found - expected:
            return wrong(
                f"the list holds {', '.join(sorted(strange))}, which is no task's result.",
                "A callback gets one result as its argument: store that.",
            )
        return wrong(
            f"{missing.total()} of {len(numbers)} results were missing when collect returned: "
            "it did not wait for them.",
            _WAIT_STEP,
        )
    if found - expected:
        return wrong("the list holds some results more than once.", "Store each result once.")
    brought = {entry["value"] for entry in notes if entry["kind"] == "callback"}
    if not (expected.keys() <= brought or _is_all_at_once(brought, expected)):
        return wrong(
            "the results are right, but they did not come through a callback.",
            "Give apply_async a callback= that stores one result.",
        )
    return RIGHT


def _is_all_at_once(brought: set[str], expected: Counter[str]) -> bool:
    """Tell whether one callback got the whole list, as that of map_async does."""
    lists = [entry.strip("[]").split(", ") for entry in brought if entry.startswith("[")]
    return any(Counter(entries) == expected for entries in lists)


def keep_errors(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `run_all(task, numbers)`: the dicts of results and of errors are complete."""
    numbers = [1, 4, 6, 13, 20, 7]
    note("probe")
    try:
        value = answer(tasks.failing_square, list(numbers))
    except (ValueError, LookupError) as error:
        if str(error) not in map(str, tasks.TROUBLE.values()):
            raise
        return wrong(
            f"the error of one task ({type(error).__name__}: {error}) came out of run_all, and "
            "the results of all other tasks were lost.",
            "Catch the exception of each task alone: one try around one get().",
        ).as_json()
    return _judge_errors(value, numbers, read_notes()).as_json()


def _judge_errors(value: object, numbers: list[int], notes: list[Note]) -> Verdict:
    if fault := fault_in_pool(notes):
        return fault
    pair = value if isinstance(value, tuple) else ()
    if len(pair) != 2 or not all(isinstance(part, dict) for part in pair):
        kind = "None" if value is None else f"an object of type {type(value).__name__}"
        return wrong(
            f"run_all returned {kind}, not two dicts.", "End it with `return results, errors`."
        )
    results: dict[Any, Any] = pair[0]
    errors: dict[Any, Any] = pair[1]
    good = {number: number * number for number in numbers if number not in tasks.TROUBLE}
    if vanished := [number for number in tasks.TROUBLE if number not in errors]:
        said = ", ".join(f"{number} ({tasks.TROUBLE[number]})" for number in vanished)
        return wrong(
            f"the errors of these tasks have vanished: {said}.",
            "A pool reports an error only to the one who asks: get() raises it, and an "
            "error_callback receives it.",
        )
    if false := [number for number in errors if number not in tasks.TROUBLE]:
        return wrong(
            f"errors names tasks that did not fail: {', '.join(map(repr, false))}.",
            "Remember with each object of apply_async which number it belongs to.",
        )
    for number, message in tasks.TROUBLE.items():
        if str(errors[number]) != message:
            return wrong(
                f"errors[{number}] is {str(errors[number])!r}; the task said {message!r}.",
                "str(error) is the message of an exception.",
            )
    if lost := [number for number in good if number not in results]:
        return wrong(
            f"the results of {_few(lost)} are missing, although these tasks did not fail.",
            "One failing task must not end the loop: put the try inside it.",
        )
    if results != good:
        return wrong(f"results is {results!r}.", f"It should be {good!r}.")
    return RIGHT


def one_writer(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `save_all(task, numbers, database)`: the callback alone wrote every row."""
    numbers = [6, 2, 11, 5, 9, 3]
    database = folder / "squares.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE squares (number INTEGER, square INTEGER)")
    connection.close()
    note("probe")
    answer(tasks.square_row, list(numbers), str(database))
    return _judge_writer(database, numbers, read_notes()).as_json()


def _judge_writer(database: Path, numbers: list[int], notes: list[Note]) -> Verdict:
    if fault := fault_in_pool(notes):
        return fault
    connection = sqlite3.connect(database)
    try:
        rows = connection.execute("SELECT number, square FROM squares").fetchall()
    except sqlite3.Error as error:
        return wrong(f"the table cannot be read any more: {error}.", "Only insert rows into it.")
    finally:
        connection.close()
    writes = [entry for entry in notes if entry["kind"] == "sql-write"]
    if others := {entry["pid"] for entry in writes} - {os.getpid()}:
        many = "a worker process" if len(others) == 1 else f"{len(others)} worker processes"
        return wrong(
            f"{many} wrote to the database.",
            "Let the workers return their rows, and write in the callback, which runs in the "
            "process that made the pool.",
        )
    expected = Counter((number, number * number) for number in numbers)
    if rows and not all(entry["in_callback"] for entry in writes):
        return wrong(
            "rows were written outside of a callback.",
            "Write each row in the function that you give as callback=.",
        )
    if Counter(rows) == expected:
        return RIGHT
    if writes and not rows:
        return wrong(
            "rows were inserted, but the table is empty: the transaction was never committed.",
            "Call commit(), or write inside `with connection:`, which commits.",
        )
    if missing := expected - Counter(rows):
        return wrong(
            f"{missing.total()} of {len(numbers)} rows are not in the table.",
            _WAIT_STEP,
        )
    return wrong("the table holds rows too many.", "Write each row once.")


def mend_the_hang(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `total_lengths(words)`: it ends, and its totals are right for two lists of words."""
    note("probe")
    for words in (["pear", "plum", "apple", "fig", "peach"], ["one", "two", "three", "oh", "t"]):
        expected: Counter[str] = Counter()
        for word in words:
            expected[word[0]] += len(word)
        value = answer(list(words))
        notes = read_notes()
        if fault := fault_in_pool(notes):
            return fault.as_json()
        if not isinstance(value, dict) or dict(value) != dict(expected):
            return wrong(
                f"for the words {words} total_lengths returned {_plain(value)}.",
                f"It should be {dict(expected)}: every word counts, also the first with its "
                "letter.",
            ).as_json()
    if not any(entry["kind"] == "process-started" for entry in notes):
        return wrong(
            "the totals are right, but no worker process did the measuring.",
            "Keep the pool and mend the callback.",
        ).as_json()
    return RIGHT.as_json()


def _plain(value: object) -> str:
    return repr(dict(value) if isinstance(value, dict) else value)[:200]
