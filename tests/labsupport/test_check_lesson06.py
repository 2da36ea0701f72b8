"""The exercises of lesson 06: stub, solution and wrong answers, each with a true reason."""

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
from labsupport.hang_doctor.monitor import Limits

LESSON = exercises_of("06")
WRONG = wrong_answers(LESSON)


def has_end(path: Path) -> bool:
    return "deadlock" not in path.stem and "endless" not in path.stem


def _try_here(exercise: Exercise, answer: Callable[..., object], folder: Path) -> Verdict | None:
    """Call the probe in this process, which is fast; None when the answer raises."""
    module, _, name = exercise.probe.partition(":")
    try:
        return Verdict(**getattr(import_module(module), name)(answer, folder))
    except Exception:
        return None


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_answer_gets_its_true_reason(path: Path, tmp_path: Path) -> None:
    exercise = exercises()[path.parent.name]
    text = path.read_text(encoding="utf-8")
    answer = load(tmp_path, text, exercise.function)
    verdict = _try_here(exercise, answer, tmp_path) if has_end(path) else None
    if verdict is None:
        # The most that a probe itself computes is half a second, see probes06_bug.
        verdict, _ = judge(exercise, answer, Limits(cpu=1.5))
    assert_wrong_for_its_reason(path, verdict)


@pytest.mark.parametrize("name", LESSON)
def test_the_solution_is_right(name: str, tmp_path: Path) -> None:
    assert_right(name, tmp_path)


@pytest.mark.parametrize("name", LESSON)
def test_the_stub_is_untouched_also_after_a_comment(name: str, tmp_path: Path) -> None:
    assert_untouched(name, tmp_path)


def test_the_bug_fails_every_time(tmp_path: Path) -> None:
    exercise = exercises()["wake_the_sleeper"]
    text = exercise.stub + "\nCHANGED = True\n"
    for _ in range(2):
        verdict, _ = judge(exercise, load(tmp_path, text, exercise.function))
        assert "still asleep" in verdict.reason


@pytest.mark.parametrize("name", LESSON)
def test_every_exercise_has_six_wrong_answers_one_of_them_without_end(name: str) -> None:
    names = [path.stem for path in (ANSWERS / name).glob("*.py")]
    assert len(names) >= 6
    if name != "wake_the_sleeper":  # the bug itself has no end
        assert any("deadlock" in each or "endless" in each for each in names)
