"""The exercises of the lessons: what the learner is given, the hints, the solution, the probe.

One TOML file for each lesson holds the texts; `probes*.py` hold the functions that try an
answer out. Every process of an answer imports this file, so it imports next to nothing.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import NamedTuple


class Exercise(NamedTuple):
    """One exercise.

    Attributes:
        name: what stands after `check.`.
        lesson: the lesson's number, two digits.
        module: the name of the `%%module` cell that the learner changes.
        function: the function in it that is tried out.
        stub: the cell's text as the lesson gives it.
        hints: three steps: a nudge, the tool, almost the code.
        solution: the text of a cell that solves it.
        why: why the solution works.
        probe: `module:function` that tries an answer out, see `labsupport.hang_doctor.job.Job`.
        startup: `module:function` that every process of an answer calls before its own code.
    """

    name: str
    lesson: str
    module: str
    function: str
    stub: str
    hints: tuple[str, ...]
    solution: str
    why: str
    probe: str
    startup: str = ""


@functools.cache
def exercises() -> dict[str, Exercise]:
    """Return all exercises by name, in the order of the lessons.

    Raises:
        ValueError: two lessons use one name; one of them would be lost silently.
    """
    import tomllib

    found: dict[str, Exercise] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if name in found:
                raise ValueError(f"lessons {found[name].lesson} and {path.stem} both define {name}")
            entry["hints"] = tuple(hint.strip() for hint in entry["hints"])
            entry["why"] = entry["why"].strip()
            found[name] = Exercise(name=name, lesson=path.stem, **entry)
    return found
