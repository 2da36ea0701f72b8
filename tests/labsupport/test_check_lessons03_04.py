"""The exercises of lessons 03 and 04: stub, solution and wrong answers, each with a true reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from answering import load

from labsupport.exercises import exercises
from labsupport.judge import judge

ANSWERS = Path(__file__).with_name("answers")
NAMES = [name for name, exercise in exercises().items() if exercise.lesson in ("03", "04")]
WRONG = [
    pytest.param(path, id=f"{path.parent.name}-{path.stem}")
    for path in sorted(ANSWERS.glob("*/*.py"))
    if path.parent.name in NAMES
]


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_answer_gets_its_true_reason(path: Path, tmp_path: Path) -> None:
    exercise = exercises()[path.parent.name]
    text = path.read_text(encoding="utf-8")
    reason = text.partition("\n")[0].removeprefix("# reason: ")
    verdict, _ = judge(exercise, load(tmp_path, text, exercise.function))
    assert verdict.state == "wrong"
    assert re.search(reason, verdict.reason), verdict.reason
    assert verdict.next_step


@pytest.mark.parametrize("method", ["forkserver", "fork", "spawn"])
@pytest.mark.parametrize("name", NAMES)
def test_the_solution_is_right(
    name: str, method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_START_METHOD", method)
    exercise = exercises()[name]
    verdict, printed = judge(exercise, load(tmp_path, exercise.solution, exercise.function))
    assert verdict.state == "right", (verdict, printed)


@pytest.mark.parametrize("name", NAMES)
def test_the_stub_is_untouched_and_has_six_wrong_answers_one_of_them_a_deadlock(
    name: str, tmp_path: Path
) -> None:
    exercise = exercises()[name]
    text = f"# my thoughts\n{exercise.stub}"
    verdict, _ = judge(exercise, load(tmp_path, text, exercise.function))
    assert verdict.state == "untouched"
    names = [path.stem for path in (ANSWERS / name).glob("*.py")]
    assert len(names) >= 6
    assert "deadlock" in names


def test_what_an_ended_program_leaves_behind_is_not_shown_as_its_output(tmp_path: Path) -> None:
    exercise = exercises()["mend_the_end"]
    text = (ANSWERS / "mend_the_end" / "still_one_sentinel.py").read_text(encoding="utf-8")
    _, printed = judge(exercise, load(tmp_path, text, exercise.function))
    assert printed == ""
