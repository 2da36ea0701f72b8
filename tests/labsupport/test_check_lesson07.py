"""The exercises of lesson 07: stub, solution and wrong answers, each with a true reason."""

from __future__ import annotations

import gc
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import gevent
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

LESSON = exercises_of("07")
WRONG = wrong_answers(LESSON)


def has_end(path: Path) -> bool:
    return "deadlock" not in path.stem and "endless" not in path.stem


def _try_here(exercise: Exercise, answer: Callable[..., object], folder: Path) -> Verdict | None:
    """Call the probe in this process, which is fast; None when the answer raises.

    Greenlets that a wrong answer has left behind are ended, or the next test would find them.
    """
    module, _, name = exercise.probe.partition(":")
    try:
        return Verdict(**getattr(import_module(module), name)(answer, folder))
    except Exception:
        return None
    finally:
        gevent.killall([each for each in gc.get_objects() if isinstance(each, gevent.Greenlet)])


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_answer_gets_its_true_reason(path: Path, tmp_path: Path) -> None:
    exercise = exercises()[path.parent.name]
    text = path.read_text(encoding="utf-8")
    answer = load(tmp_path, text, exercise.function)
    verdict = _try_here(exercise, answer, tmp_path) if has_end(path) else None
    if verdict is None:
        verdict, _ = judge(exercise, answer, Limits(cpu=1.5))
    assert_wrong_for_its_reason(path, verdict)


@pytest.mark.parametrize("name", LESSON)
def test_the_solution_is_right(name: str, tmp_path: Path) -> None:
    assert_right(name, tmp_path)


@pytest.mark.parametrize("name", LESSON)
def test_the_stub_is_untouched_also_after_a_comment(name: str, tmp_path: Path) -> None:
    assert_untouched(name, tmp_path)


def test_the_bug_fails_every_time(tmp_path: Path) -> None:
    exercise = exercises()["feed_three_workers"]
    text = exercise.stub + "\nCHANGED = True\n"
    for _ in range(2):
        verdict, _ = judge(exercise, load(tmp_path, text, exercise.function))
        assert "died of LoopExit, with 6 of 6 items done" in verdict.reason


@pytest.mark.parametrize("name", LESSON)
def test_every_exercise_has_six_wrong_answers_one_of_them_without_end(name: str) -> None:
    names = [path.stem for path in (ANSWERS / name).glob("*.py")]
    assert len(names) >= 6
    assert any("deadlock" in each or "endless" in each for each in names)
