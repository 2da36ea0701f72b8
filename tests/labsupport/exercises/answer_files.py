"""Read the answers to the exercises: `answers/EXERCISE/right/NAME.py` and `…/wrong/NAME.py`.

What may stand in the head of such a file is told in `test_exercises.py`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from labsupport.exercises import Exercise, exercises

ANSWERS = Path(__file__).with_name("answers")
_HEAD = re.compile(r"# (reason|not|start-method|program|times|quick|endless)(?:: (.+))?")
_WORDS = ("quick", "endless")  # these need no value


class Answer(NamedTuple):
    """One answer to an exercise, and what must be said of it.

    Attributes:
        exercise: the exercise that it answers.
        name: its file's name, without the ending.
        text: what the learner's cell holds.
        state: the verdict, "right" or "wrong".
        reasons: patterns that the reason must all match.
        never: patterns that reason and next step must not match.
        start_methods: how multiprocessing starts processes in it; empty for the usual way.
        times: how often it is judged.
        quick: it is judged in every run of the tests, not only with `--corpus`.
        endless: it would run, or wait, for ever.
    """

    exercise: Exercise
    name: str
    text: str
    state: str
    reasons: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    start_methods: tuple[str, ...] = ()
    times: int = 1
    quick: bool = False
    endless: bool = False

    @property
    def id(self) -> str:
        """The name of its test."""
        return f"{self.exercise.name}-{self.name}"


def answers(state: str) -> list[Answer]:
    """Return all answers that must be judged `state` ("right" or "wrong").

    Raises:
        ValueError: a file lies in a folder of no exercise, or its head cannot be understood.
    """
    paths = sorted(ANSWERS.glob(f"*/{state}/*.py"))
    return [_read(path, state) for path in paths]


def _read(path: Path, state: str) -> Answer:
    name = path.parent.parent.name
    if name not in exercises():
        raise ValueError(f"{path}: there is no exercise {name}")
    exercise = exercises()[name]
    fields: dict[str, list[str]] = {}
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    while lines and (found := _HEAD.fullmatch(lines[0].rstrip("\n"))):
        key, value = found.groups()
        if (value is None) != (key in _WORDS):
            raise ValueError(f"{path}: {lines[0].strip()!r}: this word has a value, or none")
        fields.setdefault(key, []).append(value or "")
        del lines[0]
    if (state == "wrong") != ("reason" in fields):
        raise ValueError(f"{path}: a wrong answer has a reason, and a right one has none")
    return Answer(
        exercise,
        path.stem,
        _program(exercise, fields.get("program", []), "".join(lines), path),
        state,
        reasons=tuple(fields.get("reason", ())),
        never=tuple(fields.get("not", ())),
        start_methods=tuple(" ".join(fields.get("start-method", ())).split()),
        times=int(fields.get("times", ["1"])[0]),
        quick="quick" in fields,
        endless="endless" in fields,
    )


def _program(exercise: Exercise, named: list[str], text: str, path: Path) -> str:
    """Return the answer's text: the file's, or the exercise's stub with one more statement."""
    if not named:
        return text
    if named != ["stub"] or text.strip():
        raise ValueError(f"{path}: `# program: stub` stands alone in a file, without code")
    return f"{exercise.stub}\n\nCHANGED = True\n"  # an unchanged stub would not be run
