"""The exercises of lesson 11: stub, solution and wrong answers, each with a true reason."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
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

from labsupport.exercises import Exercise, exercises
from labsupport.exercises.judge import judge
from labsupport.exercises.verdicts import Verdict

LESSON = exercises_of("11")
WRONG = wrong_answers(LESSON)


def _try_here(exercise: Exercise, answer: Callable[..., object], folder: Path) -> Verdict:
    """Call the probe in this process, which is fast."""
    module, _, name = exercise.probe.partition(":")
    return Verdict(**getattr(import_module(module), name)(answer, folder))


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_answer_gets_its_true_reason(path: Path, tmp_path: Path) -> None:
    exercise = exercises()[path.parent.name]
    text = path.read_text(encoding="utf-8")
    answer = load(tmp_path, text, exercise.function)
    if "deadlock" in path.stem:
        verdict, _ = judge(exercise, answer)
    else:
        verdict = _try_here(exercise, answer, tmp_path)
    assert_wrong_for_its_reason(path, verdict)


@pytest.mark.parametrize("name", LESSON)
def test_the_solution_is_right_and_the_stub_untouched(name: str, tmp_path: Path) -> None:
    assert_right(name, tmp_path)
    assert_untouched(name, tmp_path)


@pytest.mark.parametrize("name", LESSON)
def test_every_exercise_has_six_wrong_answers_and_a_deadlock(name: str) -> None:
    names = [path.stem for path in (ANSWERS / name).glob("*.py")]
    assert len(names) >= 6
    assert any("deadlock" in each for each in names)
