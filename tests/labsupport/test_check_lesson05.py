"""The exercises of lesson 05: stub, solution and wrong answers, each with a true reason."""

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
from labsupport.hang_doctor.monitor import Limits

LESSON = exercises_of("05")
WRONG = wrong_answers(LESSON)


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_answer_gets_its_true_reason(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = "deadlock" in path.stem or "lambda" in path.stem
    monkeypatch.setenv("LAB_START_METHOD", "forkserver" if usual else "fork")  # fork: fast
    exercise = exercises()[path.parent.name]
    text = path.read_text(encoding="utf-8")
    limits = Limits(cpu=1.5)
    verdict, _ = judge(exercise, load(tmp_path, text, exercise.function), limits)
    assert_wrong_for_its_reason(path, verdict)


@pytest.mark.parametrize("method", ["forkserver", "fork", "spawn"])
@pytest.mark.parametrize("name", LESSON)
def test_the_solution_is_right(
    name: str, method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_START_METHOD", method)
    assert_right(name, tmp_path)


@pytest.mark.parametrize("name", LESSON)
def test_the_stub_is_untouched_also_after_a_comment(name: str, tmp_path: Path) -> None:
    assert_untouched(name, tmp_path)


@pytest.mark.parametrize("name", LESSON)
def test_every_exercise_has_six_wrong_answers_a_deadlock_and_a_lambda(name: str) -> None:
    names = [path.stem for path in (ANSWERS / name).glob("*.py")]
    assert len(names) >= 6
    assert any("deadlock" in each for each in names)
    assert "lambda_worker" in names
