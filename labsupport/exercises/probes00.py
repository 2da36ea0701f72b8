"""The probe of lesson 00: a first check, small enough to try every state of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from labsupport.exercises.verdicts import RIGHT, Verdict, wrong

_NUMBERS = (3, 0, -7, 2.5)


def double(answer: Callable[..., Any], folder: Path) -> dict[str, Any]:
    """Judge `double(number)`: twice the number, for whole, negative and broken ones."""
    return _judge_doubles([answer(number) for number in _NUMBERS]).as_json()


def _judge_doubles(values: list[Any]) -> Verdict:
    for number, value in zip(_NUMBERS, values, strict=True):
        if value is None:
            return wrong("double returned None.", "End it with `return`, followed by the value.")
        if value != 2 * number:
            return wrong(
                f"double({number}) returned {value!r}, not {2 * number}.",
                "Work the rule out for this number by hand, then write it for any number.",
            )
    return RIGHT
