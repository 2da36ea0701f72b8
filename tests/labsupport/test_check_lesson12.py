"""The exercises of lesson 12: stub, solution and wrong answers, each with a true reason."""

from __future__ import annotations

import re
from pathlib import Path

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

from labsupport.exercises import exercises
from labsupport.exercises.judge import judge

LESSON = exercises_of("12")
WRONG = wrong_answers(LESSON)


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_answer_gets_its_true_reason(path: Path, tmp_path: Path) -> None:
    exercise = exercises()[path.parent.name]
    text = path.read_text(encoding="utf-8")
    verdict, printed = judge(exercise, load(tmp_path, text, exercise.function))
    assert_wrong_for_its_reason(path, verdict, printed)


@pytest.mark.parametrize("name", LESSON)
def test_the_solution_is_right_and_the_stub_untouched(name: str, tmp_path: Path) -> None:
    assert_right(name, tmp_path)
    assert_untouched(name, tmp_path)


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
