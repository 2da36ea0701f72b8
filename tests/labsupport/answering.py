"""What the tests of all lessons' exercises share: load an answer, judge it, and say what must hold.

An answer's text becomes a function as a `%%module` cell would make it one. A wrong answer is a
file `answers/EXERCISE/NAME.py`; its first line, `# reason: …`, is a pattern of the true reason.
"""

from __future__ import annotations

import importlib.util
import itertools
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from labsupport.exercises import exercises
from labsupport.exercises.judge import judge
from labsupport.exercises.verdicts import Verdict

ANSWERS = Path(__file__).with_name("answers")
_numbers = itertools.count(1)


def load(folder: Path, text: str, function: str) -> Callable[..., object]:
    """Save the text in a module of a new name, import it and return its function."""
    name = f"answer_{next(_numbers)}"
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    found: Callable[..., object] = getattr(module, function)
    return found


def exercises_of(*lessons: str) -> list[str]:
    """Return the names of the exercises of these lessons."""
    return [name for name, exercise in exercises().items() if exercise.lesson in lessons]


def wrong_answers(names: Iterable[str]) -> list[Any]:
    """Return one parameter for each wrong answer to these exercises: the path of its file."""
    known = set(names)
    return [
        pytest.param(path, id=f"{path.parent.name}-{path.stem}")
        for path in sorted(ANSWERS.glob("*/*.py"))
        if path.parent.name in known
    ]


def assert_wrong_for_its_reason(path: Path, verdict: Verdict, printed: str = "") -> None:
    """Fail unless the verdict is *wrong*, for the reason that the answer's file names."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert verdict.state == "wrong", verdict
    assert re.search(first.removeprefix("# reason: "), verdict.reason), (verdict.reason, printed)
    assert verdict.next_step, verdict


def assert_right(name: str, folder: Path) -> None:
    """Fail unless the exercise's own solution is judged right."""
    exercise = exercises()[name]
    verdict, printed = judge(exercise, load(folder, exercise.solution, exercise.function))
    assert verdict.state == "right", (verdict, printed)


def assert_untouched(name: str, folder: Path) -> None:
    """Fail unless the stub counts as not begun, also after a comment was added."""
    exercise = exercises()[name]
    text = f"# my thoughts\n{exercise.stub}"
    verdict, printed = judge(exercise, load(folder, text, exercise.function))
    assert verdict.state == "untouched", (verdict, printed)
