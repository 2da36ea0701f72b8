"""The exercises of lesson 12: stub, solution and wrong answers, each with a true reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from answering import load

from labsupport.exercises import exercises
from labsupport.judge import judge

ANSWERS = Path(__file__).with_name("answers")
LESSON = [name for name, exercise in exercises().items() if exercise.lesson == "12"]
WRONG = [
    pytest.param(path, id=f"{path.parent.name}-{path.stem}")
    for path in sorted(ANSWERS.glob("*/*.py"))
    if path.parent.name in LESSON
]


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_answer_gets_its_true_reason(path: Path, tmp_path: Path) -> None:
    exercise = exercises()[path.parent.name]
    text = path.read_text(encoding="utf-8")
    reason = text.partition("\n")[0].removeprefix("# reason: ")
    verdict, printed = judge(exercise, load(tmp_path, text, exercise.function))
    assert verdict.state == "wrong", printed
    assert re.search(reason, verdict.reason), (verdict.reason, printed)
    assert verdict.next_step


@pytest.mark.parametrize("name", LESSON)
def test_the_solution_is_right_and_the_stub_untouched(name: str, tmp_path: Path) -> None:
    exercise = exercises()[name]
    verdict, printed = judge(exercise, load(tmp_path, exercise.solution, exercise.function))
    assert verdict.state == "right", (verdict, printed)
    stub = f"# my thoughts\n{exercise.stub}"
    verdict, _ = judge(exercise, load(tmp_path, stub, exercise.function))
    assert verdict.state == "untouched"


def test_the_program_with_the_bug_fails_as_the_lesson_says(tmp_path: Path) -> None:
    exercise = exercises()["mend_the_stall"]
    text = exercise.stub + "\n\nCHANGED = True\n"
    verdict, _ = judge(exercise, load(tmp_path, text, exercise.function))
    assert re.search(r"read them late; \d+ of 4000000 bytes came back", verdict.reason)


@pytest.mark.parametrize("name", LESSON)
def test_every_exercise_has_six_wrong_answers_and_a_deadlock(name: str) -> None:
    names = [path.stem for path in (ANSWERS / name).glob("*.py")]
    assert len(names) >= 6
    assert any("deadlock" in each for each in names)
