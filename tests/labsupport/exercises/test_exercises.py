"""Every exercise of every lesson: its stub, right answers and wrong ones, each with its verdict.

A new exercise has its entry in the lesson's TOML file, its cells in the lesson and its answers
here; nothing else is registered anywhere:

    answers/EXERCISE/right/NAME.py    further right answers; the solution is one anyway
    answers/EXERCISE/wrong/NAME.py    what a learner may write, and is not right

An answer's file is the text of the learner's cell. Comments at its top say what must hold:

    # reason: PATTERN         wrong: the reason matches this regular expression (each of them)
    # not: PATTERN            neither reason nor next step matches this one: it would be untrue
    # quick                   judged in every run; without it, only with `pytest --corpus`
    # endless                 it would run or wait for ever (each exercise has such a one)
    # start-method: fork      only in these ways of starting processes (one or more words)
    # times: 2                judged so often, because luck could have a part in the verdict
    # program: stub           there is no text: it is the exercise's own program, with its bug

`# quick` stands in about four wrong answers of an exercise, which get different reasons and are
judged fast. All are judged as a learner's is: in an interpreter of their own, under its limits.
Where a solution starts processes, it is judged in each way that the platform has to start them.
"""

from __future__ import annotations

import ast
import multiprocessing
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from answer_files import ANSWERS, Answer, answers
from answering import load

from labsupport.exercises import Exercise, exercises
from labsupport.exercises.judge import judge
from labsupport.exercises.verdicts import Verdict

METHODS = multiprocessing.get_all_start_methods()
RIGHT, WRONG = answers("right"), answers("wrong")
#: what no reason and no next step of any exercise may hold
_NEVER = (
    r"labsupport",
    r"(?s)Who waits for what:\s*$",
    r"\bNone of the usual causes\b",
)


def _solution(exercise: Exercise) -> Answer:
    processes = re.search(r"multiprocessing|ProcessPool", exercise.solution)
    methods = ("", *METHODS) if processes else ()
    return Answer(
        exercise, "solution", exercise.solution, "right", start_methods=methods, quick=True
    )


def _params(given: Iterable[Answer]) -> list[Any]:
    """Return a parameter for each answer and start method; the long run has those not quick."""
    params = []
    for answer in given:
        for method in answer.start_methods or ("",):
            further = not answer.quick or (answer.name == "solution" and method)
            marks = [pytest.mark.corpus] if further else []
            name = f"{answer.id}-{method}" if method else answer.id
            params.append(pytest.param(answer, method, id=name, marks=marks))
    return params


def _judge(
    answer: Answer, method: str, folder: Path, patch: pytest.MonkeyPatch
) -> tuple[Verdict, str]:
    if method:
        patch.setenv("LAB_START_METHOD", method)
    return judge(answer.exercise, load(folder, answer.text, answer.exercise.function))


@pytest.mark.parametrize(("answer", "method"), _params(WRONG))
def test_a_wrong_answer_gets_its_true_reason(
    answer: Answer, method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(answer.times):
        verdict, printed = _judge(answer, method, tmp_path, monkeypatch)
        assert verdict.state == "wrong", (verdict, printed)
        assert verdict.next_step, verdict
        for pattern in answer.reasons:
            assert re.search(pattern, verdict.reason), (verdict, printed)
        for pattern in (*_NEVER, *answer.never):
            assert not re.search(pattern, verdict.reason), (verdict, printed)
            assert not re.search(pattern, verdict.next_step), (verdict, printed)


@pytest.mark.parametrize(
    ("answer", "method"), _params([*map(_solution, exercises().values()), *RIGHT])
)
def test_a_right_answer_is_right(
    answer: Answer, method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(answer.times):
        verdict, printed = _judge(answer, method, tmp_path, monkeypatch)
        assert verdict.state == "right", (verdict, printed)


@pytest.mark.parametrize("exercise", exercises().values(), ids=exercises())
def test_the_stub_is_untouched_also_after_a_comment(exercise: Exercise, tmp_path: Path) -> None:
    text = f"# my thoughts\n{exercise.stub}"
    verdict, printed = judge(exercise, load(tmp_path, text, exercise.function))
    assert verdict.state == "untouched", (verdict, printed)


@pytest.mark.parametrize("exercise", exercises().values(), ids=exercises())
def test_an_exercise_has_the_answers_that_prove_its_check(exercise: Exercise) -> None:
    mine = [answer for answer in WRONG if answer.exercise is exercise]
    assert len(mine) >= 6
    assert any(answer.endless for answer in mine)
    assert 3 <= sum(answer.quick for answer in mine) <= 5
    if "Pool(" in exercise.solution and "multiprocessing" in exercise.solution:
        assert "lambda_worker" in {answer.name for answer in mine}
    if _is_program(exercise.stub):
        assert any(answer.text.startswith(exercise.stub) for answer in mine)


def _is_program(stub: str) -> bool:
    """Tell whether a stub is a program to be mended: it has statements beside its docstring."""
    functions = (node for node in ast.walk(ast.parse(stub)) if isinstance(node, ast.FunctionDef))
    return any(
        not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Constant)
        for function in functions
        for statement in function.body
    )


def test_every_answer_lies_where_it_is_read() -> None:
    read = {(answer.exercise.name, answer.state, answer.name) for answer in (*RIGHT, *WRONG)}
    there = {path.relative_to(ANSWERS).with_suffix("").parts for path in ANSWERS.rglob("*.py")}
    assert there == read


def test_what_an_ended_program_leaves_behind_is_not_shown_as_its_output(tmp_path: Path) -> None:
    """Its resource tracker complains of what was not tidied up; that is no news."""
    found = next(each for each in WRONG if each.id == "mend_the_end-program_as_it_stands")
    _, printed = judge(found.exercise, load(tmp_path, found.text, found.exercise.function))
    assert printed == ""
