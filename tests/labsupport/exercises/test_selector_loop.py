"""The loop with which lesson 13's answers are checked is the loop that the lesson builds."""

from __future__ import annotations

import doctest
import socket
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from answering import load

from labsupport.exercises import exercises, selector_loop
from labsupport.exercises.selector_loop import Coro, Loop, Script
from tools.authoring.source import load as load_lesson

ROOT = Path(__file__).resolve().parents[3]
LESSON_13 = ROOT / "notebooks" / "src" / "13_selectors_and_loops.md"


def test_the_checks_loop_does_what_the_loop_of_the_lesson_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = {cell.program: cell.body for cell in load_lesson(LESSON_13).code if cell.program}
    for name in ("loop_tasks", "loop_steps", "loop_places", "loop_turns", "own_loop"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
        exec(cells[name], sys.modules[name].__dict__)
    exercise = exercises()["timeout_trap"]
    wait = load(tmp_path, exercise.solution, exercise.function)
    mine, lesson = (_trace(kind, wait) for kind in (Loop, sys.modules["own_loop"].Loop))
    assert mine == lesson
    assert [kind for kind, _ in mine] == ["time-out", "data", "cancelled", "time-out", "end"]


def test_the_example_of_the_loop_is_true() -> None:
    result = doctest.testmod(selector_loop)
    assert result.attempted > 0
    assert result.failed == 0


def _trace(kind: Any, wait: Any) -> list[tuple[str, float]]:
    """Run two tasks that wait, one of which is cancelled; return what happened when."""
    script, trace = Script(), list[tuple[str, float]]()
    loop = kind(script.clock)
    with loop.selector:
        pass  # the one that it made itself
    loop.selector = script
    ours, theirs = socket.socketpair()

    def patient() -> Coro:
        try:
            yield 9
        finally:
            trace.append(("cancelled", script.now))

    def main() -> Coro:
        task = loop.spawn(patient())
        for seconds in (0.3, 5, 0.1):
            try:
                yield from wait(loop, ours, seconds)
                trace.append(("data", script.now))
                ours.recv(1)
                loop.cancel(task)
            except TimeoutError:
                trace.append(("time-out", script.now))
        yield
        trace.append(("end", script.now))

    script.at(1, lambda: theirs.send(b"x"))
    with ours, theirs:
        loop.run(main())
    return trace
