from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest
from answering import load

from labsupport.exercises import exercises
from labsupport.exercises.check import UnknownExerciseError, check, hint, solution

EXERCISE = exercises()["never_more_than"]


def test_a_check_prints_one_of_three_states(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check.never_more_than(load(tmp_path, EXERCISE.stub, "run_limited"))
    assert capsys.readouterr().out == (
        "○ never_more_than: not solved yet.\n"
        "  → Change run_limited, run its cell, and check again.\n"
    )
    check.never_more_than(load(tmp_path, EXERCISE.solution, "run_limited"))
    assert capsys.readouterr().out == "✔ never_more_than: right.\n"
    text = EXERCISE.solution.replace("    with", "    print('look', limit)\n    with")
    check.never_more_than(load(tmp_path, text.replace("return", ""), "run_limited"))
    assert capsys.readouterr().out == (
        "✘ never_more_than: run_limited returned None.\n"
        "  → End it with `return`, followed by the list of results.\n"
        "  It printed:\n"
        "    look 3\n"
    )


def test_hints_come_one_after_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    import_module("labsupport.exercises.check")._given.clear()
    for step in (1, 2, 3, 3):
        hint("keep_errors")
        assert capsys.readouterr().out.startswith(f"Hint {step} of 3 for keep_errors:\n  ")
    hint("keep_errors", 1)
    assert capsys.readouterr().out.startswith("Hint 1 of 3")
    with pytest.raises(ValueError, match="keep_errors has the hints 1 to 3, not 4"):
        hint("keep_errors", 4)


def test_a_solution_is_a_cell_with_its_reason() -> None:
    shown = solution("one_writer")
    assert "```python\n%%module pool_writer\nimport multiprocessing" in shown._repr_markdown_()
    assert "rolls back" in repr(shown)


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    for ask in (lambda: check.nonsense, lambda: hint("nonsense"), lambda: solution("nonsense")):
        with pytest.raises(
            UnknownExerciseError, match=r"there is no exercise 'nonsense': choose .*never_more"
        ):
            ask()
    assert "never_more_than" in dir(check)
    assert not hasattr(check, "_ipython_display_")


def test_module_names_of_exercises_are_unique_and_importable() -> None:
    names = [exercise.module for exercise in exercises().values()]
    assert len(set(names)) == len(names)
    assert not set(names) & set(sys.stdlib_module_names)
    for exercise in exercises().values():
        assert len(exercise.hints) == 3
        module, _, name = exercise.probe.partition(":")
        assert callable(getattr(import_module(module), name))
