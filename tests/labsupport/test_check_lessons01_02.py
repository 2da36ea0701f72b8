"""The exercises of lessons 01 and 02: stub, solution and wrong answers, each with a true reason."""

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

NAMES = exercises_of("01", "02")
WRONG = wrong_answers(NAMES)


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_answer_gets_its_true_reason(path: Path, tmp_path: Path) -> None:
    exercise = exercises()[path.parent.name]
    text = path.read_text(encoding="utf-8")
    verdict, _ = judge(exercise, load(tmp_path, text, exercise.function))
    assert_wrong_for_its_reason(path, verdict)


@pytest.mark.parametrize("method", ["forkserver", "fork", "spawn"])
@pytest.mark.parametrize("name", NAMES)
def test_the_solution_is_right(
    name: str, method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_START_METHOD", method)
    assert_right(name, tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_the_stub_is_untouched_and_has_six_wrong_answers_one_of_them_a_deadlock(
    name: str, tmp_path: Path
) -> None:
    assert_untouched(name, tmp_path)
    names = [path.stem for path in (ANSWERS / name).glob("*.py")]
    assert len(names) >= 6
    assert "deadlock" in names
