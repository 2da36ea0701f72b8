"""Show how a program grew: the eight steps of the server that lesson 12 builds."""

from __future__ import annotations

import difflib
from importlib import import_module
from pathlib import Path
from types import ModuleType

from labsupport.demos import select_steps

FOLDER = Path(select_steps.__path__[0])
STEPS = 8


def step(number: int) -> ModuleType:
    """Return the module of a step; its `serve(listener)` is the server.

    Raises:
        ValueError: there is no such step.
    """
    _check(number)
    return import_module(f"{select_steps.__name__}.step{number}")


def _check(number: int) -> None:
    if not 1 <= number <= STEPS:
        raise ValueError(f"there are steps 1 to {STEPS}, not {number}")


def step_text(number: int) -> str:
    """Return the program of a step, from its imports up to its main function.

    Raises:
        ValueError: there is no such step.
    """
    _check(number)
    text = (FOLDER / f"step{number}.py").read_text(encoding="utf-8")
    body = text[text.index("import select") :]
    return body[: body.index("def main")].strip() + "\n"


def changes(number: int) -> str:
    """Return what step `number` changes: new lines with +, lines that go with -.

    Two lines around each change are shown as well; ⋮ stands for what stays.

    Raises:
        ValueError: there is no such step, or it is the first one.
    """
    if number == 1:
        raise ValueError("step 1 is the beginning: print(step_text(1))")
    _check(number)
    old, new = step_text(number - 1).splitlines(), step_text(number).splitlines()
    lines = list(difflib.unified_diff(old, new, n=1, lineterm=""))[2:]
    return "\n".join("⋮" if line.startswith("@@") else line.rstrip() for line in lines[1:])
