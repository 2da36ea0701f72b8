"""The exercises of lesson 05: stub, solution and wrong answers, each with a true reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from answering import load

from labsupport.exercises import exercises
from labsupport.judge import judge
from labsupport.watch import Limits

ANSWERS = Path(__file__).with_name("answers")
LESSON = [name for name, exercise in exercises().items() if exercise.lesson == "05"]
WRONG = [
    pytest.param(path, id=f"{path.parent.name}-{path.stem}")
    for path in sorted(ANSWERS.glob("*/*.py"))
    if path.parent.name in LESSON
]


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_answer_gets_its_true_reason(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = "deadlock" in path.stem or "lambda" in path.stem
    monkeypatch.setenv("LAB_START_METHOD", "forkserver" if usual else "fork")  # fork: fast
    exercise = exercises()[path.parent.name]
    text = path.read_text(encoding="utf-8")
    reason = text.partition("\n")[0].removeprefix("# reason: ")
    limits = Limits(cpu=1.5)
    verdict, _ = judge(exercise, load(tmp_path, text, exercise.function), limits)
    assert verdict.state == "wrong"
    assert re.search(reason, verdict.reason), verdict.reason
    assert verdict.next_step


@pytest.mark.parametrize("method", ["forkserver", "fork", "spawn"])
@pytest.mark.parametrize("name", LESSON)
def test_the_solution_is_right(
    name: str, method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_START_METHOD", method)
    exercise = exercises()[name]
    verdict, printed = judge(exercise, load(tmp_path, exercise.solution, exercise.function))
    assert verdict.state == "right", (verdict, printed)


@pytest.mark.parametrize("name", LESSON)
def test_the_stub_is_untouched_also_after_a_comment(name: str, tmp_path: Path) -> None:
    exercise = exercises()[name]
    text = f"# my thoughts\n{exercise.stub}"
    verdict, _ = judge(exercise, load(tmp_path, text, exercise.function))
    assert verdict.state == "untouched"


@pytest.mark.parametrize("name", LESSON)
def test_every_exercise_has_six_wrong_answers_a_deadlock_and_a_lambda(name: str) -> None:
    names = [path.stem for path in (ANSWERS / name).glob("*.py")]
    assert len(names) >= 6
    assert any("deadlock" in each for each in names)
    assert "lambda_worker" in names
