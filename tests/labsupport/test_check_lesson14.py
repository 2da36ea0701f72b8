"""The exercises of lesson 14: stub, solution and wrong answers, each with a true reason."""

from __future__ import annotations

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

from labsupport.exercises import exercises
from labsupport.exercises.judge import judge
from labsupport.exercises.verdicts import Verdict

LESSON = exercises_of("14")
#: answers that never end need the deadline of a fresh interpreter
ENDLESS = ("deadlock", "endless")


@pytest.mark.parametrize("path", wrong_answers(LESSON))
def test_a_wrong_answer_gets_its_true_reason(path: Path, tmp_path: Path) -> None:
    exercise = exercises()[path.parent.name]
    answer = load(tmp_path, path.read_text(encoding="utf-8"), exercise.function)
    if path.stem.startswith(ENDLESS):
        verdict, _ = judge(exercise, answer)
    else:
        module, _, name = exercise.probe.partition(":")
        verdict = Verdict(**getattr(import_module(module), name)(answer, tmp_path / "work"))
    assert_wrong_for_its_reason(path, verdict)


@pytest.mark.parametrize("name", LESSON)
def test_the_solution_is_right_and_the_stub_untouched(name: str, tmp_path: Path) -> None:
    assert_right(name, tmp_path)
    assert_untouched(name, tmp_path)


@pytest.mark.parametrize("name", LESSON)
def test_every_exercise_has_six_wrong_answers_and_an_endless_one(name: str) -> None:
    names = [path.stem for path in (ANSWERS / name).glob("*.py")]
    assert len(names) >= 6
    assert any(each.startswith(ENDLESS) for each in names)
