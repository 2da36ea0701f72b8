"""The exercises of lesson 13: stub, solution and wrong answers, each with a true reason."""

from __future__ import annotations

import doctest
import re
import socket
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from answering import (
    ANSWERS,
    assert_right,
    assert_untouched,
    assert_wrong_for_its_reason,
    exercises_of,
    load,
    wrong_answers,
)

from labsupport.exercises import exercises, selector_loop
from labsupport.exercises.judge import judge
from labsupport.exercises.probes13_chat import _LINES, _MANY, _verify
from labsupport.exercises.selector_loop import Coro, Loop, Script
from labsupport.exercises.verdicts import Failed
from tools.authoring.source import load as load_lesson

LESSON = exercises_of("13")
LESSON_13 = Path(__file__).resolve().parents[2] / "notebooks" / "src" / "13_selectors_and_loops.md"


@pytest.mark.parametrize("path", wrong_answers(LESSON))
def test_a_wrong_answer_gets_its_true_reason(path: Path, tmp_path: Path) -> None:
    exercise = exercises()[path.parent.name]
    answer = load(tmp_path, path.read_text(encoding="utf-8"), exercise.function)
    assert_wrong_for_its_reason(path, *judge(exercise, answer))


@pytest.mark.parametrize("name", LESSON)
def test_the_solution_is_right_and_the_stub_untouched(name: str, tmp_path: Path) -> None:
    assert_right(name, tmp_path)
    assert_untouched(name, tmp_path)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("mend_the_selectors_server", "reset its connection; .* dead: ConnectionResetError"),
        ("watch_only_when_needed", "with nothing to do the loop went round more than 200 times"),
    ],
)
def test_the_program_with_the_bug_fails_as_the_lesson_says(
    name: str, reason: str, tmp_path: Path
) -> None:
    exercise = exercises()[name]
    verdict, _ = judge(
        exercise, load(tmp_path, f"{exercise.stub}\nCHANGED = True\n", exercise.function)
    )
    assert re.search(reason, verdict.reason), verdict


def test_an_answer_may_import_the_selector_by_its_name(tmp_path: Path) -> None:
    exercise = exercises()["mend_the_selectors_server"]
    text = exercise.solution.replace("import selectors\n", "").replace(
        "from selectors import ", "from selectors import SelectSelector as Chosen, "
    )
    text = text.replace("selectors.DefaultSelector()", "Chosen()")
    verdict, printed = judge(exercise, load(tmp_path, text, exercise.function))
    assert verdict.state == "right", (verdict, printed)


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


def _heard(said: list[list[bytes]]) -> list[bytes]:
    """Return what the last of all clients should hear."""
    return [line for lines in said[:-1] for line in lines]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda heard: heard, ""),
        (lambda heard: heard[:-1], "missed 1 of the others' lines"),
        (lambda heard: [*heard, heard[-1]], "heard lines twice"),
        (lambda heard: [heard[0] + heard[1], *heard[2:]], "which nobody has said"),
        (lambda heard: [*heard, b"49 says 00"], "heard its own lines"),
        (lambda heard: [heard[1], heard[0], *heard[2:]], "a sender's lines in another order"),
    ],
)
def test_what_one_of_fifty_has_heard_is_told_exactly(change: Any, reason: str) -> None:
    said = [[b"%02d says %02d" % (who, line) for line in range(_LINES)] for who in range(_MANY)]
    text = b"".join(line + b"\n" for line in change(_heard(said)))
    client: Any = SimpleNamespace(ended="", heard=bytearray(text))
    if not reason:
        _verify(_MANY - 1, client, said)
        return
    with pytest.raises(Failed, match=reason):
        _verify(_MANY - 1, client, said)


@pytest.mark.parametrize("name", LESSON)
def test_every_exercise_has_six_wrong_answers_and_a_deadlock(name: str) -> None:
    names = [path.stem for path in (ANSWERS / name).glob("*.py")]
    assert len(names) >= 6
    assert any("deadlock" in each for each in names)
