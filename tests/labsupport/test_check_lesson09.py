"""The exercises of lesson 09: stub, solution and wrong answers, each with a true reason."""

from __future__ import annotations

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

LESSON = exercises_of("09")
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
    exercise = exercises()["serve_everybody"]
    text = exercise.stub + "\n\nCHANGED = True\n"
    verdict, _ = judge(exercise, load(tmp_path, text, exercise.function))
    assert verdict.reason == (
        "a second client sent a message while the first was connected; no reply came, then "
        "nothing more."
    )


@pytest.mark.parametrize("name", LESSON)
def test_every_exercise_has_six_wrong_answers_and_a_deadlock(name: str) -> None:
    names = [path.stem for path in (ANSWERS / name).glob("*.py")]
    assert len(names) >= 6
    assert any("deadlock" in each for each in names)
