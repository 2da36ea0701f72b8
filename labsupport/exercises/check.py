"""What a learner types at an exercise: `check.NAME(answer)`, `hint("NAME")`, `solution("NAME")`."""

from __future__ import annotations

import textwrap
from collections import Counter

from labsupport.exercises import Exercise, exercises
from labsupport.exercises.judge import judge

_SIGNS = {"untouched": "○", "wrong": "✘", "right": "✔"}
_given: Counter[str] = Counter()


class UnknownExerciseError(AttributeError, ValueError):
    """There is no exercise of this name; the message lists those that there are."""

    def _render_traceback_(self) -> list[str]:
        """Let a notebook show the sentence without a traceback (IPython)."""
        return [str(self)]


def _exercise(name: str) -> Exercise:
    known = exercises()
    if name not in known:
        raise UnknownExerciseError(f"there is no exercise {name!r}: choose {', '.join(known)}")
    return known[name]


class _Check:
    """Holds one check for each exercise, as an attribute of the exercise's name."""

    def __getattr__(self, name: str) -> _CheckOne:
        if name.startswith("_"):
            raise AttributeError(name)
        return _CheckOne(_exercise(name))

    def __dir__(self) -> list[str]:
        return list(exercises())

    def __repr__(self) -> str:
        return f"check.NAME(answer), NAME one of: {', '.join(exercises())}"


class _CheckOne:
    """The check of one exercise."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise

    def __call__(self, answer: object) -> None:
        """Try the answer out in a fresh interpreter and print what was found.

        Args:
            answer: the function from the exercise's `%%module` cell.
        """
        print(report(self._exercise, answer))

    def __repr__(self) -> str:
        return f"check.{self._exercise.name}({self._exercise.function})"


check = _Check()


def report(exercise: Exercise, answer: object) -> str:
    """Return what a check prints: the sign, the reason, the next step, and any output."""
    verdict, printed = judge(exercise, answer)
    lines = [f"{_SIGNS[verdict.state]} {exercise.name}: {verdict.reason or 'right.'}"]
    if verdict.next_step:
        lines.append(_wrap(f"→ {verdict.next_step}"))
    if verdict.state == "wrong" and printed:
        lines += ["  It printed:", textwrap.indent(printed, "    ")]
    return "\n".join(lines)


def _wrap(text: str) -> str:
    return textwrap.fill(text, 96, initial_indent="  ", subsequent_indent="    ")


def hint(name: str, step: int | None = None) -> None:
    """Print the next hint of an exercise, or a certain one.

    Args:
        name: the exercise's name.
        step: 1 to 3; without it each call gives the next one, and the last one again.

    Raises:
        UnknownExerciseError: there is no such exercise.
        ValueError: there is no such step.
    """
    exercise = _exercise(name)
    count = len(exercise.hints)
    if step is None:
        _given[name] = min(_given[name] + 1, count)
        step = _given[name]
    elif not isinstance(step, int) or not 1 <= step <= count:
        raise ValueError(f"{name} has the hints 1 to {count}, not {step!r}")
    head = f"Hint {step} of {count} for {name}:"
    print(head, _indented(exercise.hints[step - 1]), sep="\n")


def _indented(text: str) -> str:
    if "\n" in text:  # code keeps its lines
        return textwrap.indent(text, "    ")
    return textwrap.fill(text, 92, initial_indent="  ", subsequent_indent="  ")


def solution(name: str) -> Solution:
    """Return an exercise's solution; as a cell's last line it shows code and explanation.

    Raises:
        UnknownExerciseError: there is no such exercise.
    """
    return Solution(_exercise(name))


class Solution:
    """The solution of an exercise, for showing: Markdown in a notebook, else plain text."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise

    def _repr_markdown_(self) -> str:
        exercise = self._exercise
        code = f"%%module {exercise.module}\n{exercise.solution.strip()}"
        return f"**A solution of {exercise.name}**\n\n```python\n{code}\n```\n\n{exercise.why}"

    def __repr__(self) -> str:
        exercise = self._exercise
        why = textwrap.fill(exercise.why, 92)
        return f"%%module {exercise.module}\n{exercise.solution.strip()}\n\n{why}"
