"""What a probe says about an answer, and the faults that every kind of answer can have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from labsupport.hang_doctor.evidence.notes import Note

State = Literal["untouched", "wrong", "right"]


class Verdict(NamedTuple):
    """The judgement of an answer.

    Attributes:
        state: untouched, wrong or right.
        reason: what was observed; one or two sentences.
        next_step: what to do now.
    """

    state: State
    reason: str = ""
    next_step: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as a probe hands it back."""
        return self._asdict()


class Failed(Exception):  # noqa: N818 - says what was found
    """A client met something wrong: the reason, and the next step."""

    def __init__(self, reason: str, step: str) -> None:
        super().__init__(reason)
        self.reason, self.step = reason, step


RIGHT = Verdict("right")


def wrong(reason: str, next_step: str) -> Verdict:
    """Return the verdict on a wrong answer."""
    return Verdict("wrong", reason, next_step)


def without_addresses(text: str) -> str:
    """Leave out memory addresses, which say nothing and differ each time.

    >>> without_addresses("Can't pickle <function <lambda> at 0x7f12ab>")
    "Can't pickle <function <lambda>>"
    """
    return re.sub(r" at 0x[0-9a-fA-F]+", "", text)


def is_unsendable(kind: str, message: str) -> bool:
    """Tell whether an error means that something could not be pickled for a worker."""
    return kind == "PicklingError" or bool(
        re.search(r"[Cc]an't (pickle|get local object)|cannot pickle", message)
    )


UNSENDABLE_STEP = (
    "A worker gets only the name of a function and imports it; a lambda or an inner function "
    "cannot be found by its name. Give the pool a function that stands at the top level."
)


def fault_in_pool(notes: Sequence[Note]) -> Verdict | None:
    """Return the verdict on what went wrong unseen: a task that was not sent, a callback's error.

    Args:
        notes: as `labsupport.hang_doctor.evidence.pool_watch` wrote them.
    """
    for note in notes:
        if note["kind"] == "task-failed" and is_unsendable(note["type"], note["message"]):
            text = without_addresses(f"{note['type']}: {note['message']}")
            return wrong(f"a task could not be sent to a worker ({text}).", UNSENDABLE_STEP)
    for note in notes:
        if note["kind"] == "callback-raised":
            text = without_addresses(f"{note['type']}: {note['message']}")
            place = f" at the line `{note['code']}`" if note.get("code") else ""
            return wrong(
                f"a callback raised {text}{place}. The pool cannot finish a task whose "
                "callback fails.",
                "Mend the callback, and let it do as little as possible. It runs in the pool's "
                "result thread, not in the main thread.",
            )
    return None


def fault_in_value(value: object, function: str, wanted: str) -> Verdict | None:
    """Return the verdict on a returned value that is no list of results, or None if it is one."""
    if value is None:
        return wrong(f"{function} returned None.", f"End it with `return`, followed by {wanted}.")
    kind = type(value).__name__
    if not isinstance(value, list):
        return wrong(
            f"{function} returned an object of type {kind}, not a list.", f"Return {wanted}."
        )
    if any(type(item).__name__ in ("ApplyResult", "AsyncResult", "MapResult") for item in value):
        return wrong(
            f"{function} returned the objects that apply_async gives, not the results.",
            "Call get() of each object, inside the `with` block.",
        )
    return None
