"""Call an answer that runs on greenlets, and notice when it never comes to its end."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import gevent
from gevent.hub import LoopExit

from labsupport.exercises.verdicts import Verdict, wrong

Answer = Callable[..., Any]
PATIENCE = 6.0  # seconds for one call of an answer

_STEP = (
    "Who should bring what this line waits for, and can it still do so? A place or lock must be "
    "given back, an Event set, a connection closed."
)


class NotDoneError(Exception):
    """An answer did not come to its end; `verdict` says how."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


def call(answer: Answer, *arguments: object) -> object:
    """Return what an answer returns when it is called with these arguments.

    Raises:
        NotDoneError: it was not done in time, or nothing is left that could wake it.
    """
    limit = gevent.Timeout(PATIENCE)
    try:
        with limit:
            return answer(*arguments)
    except LoopExit as error:
        raise NotDoneError(_stuck(answer, error, "waits for ever")) from None
    except gevent.Timeout as raised:
        if raised is not limit:
            raise
        words = f"was not done after {PATIENCE:g} seconds and waits"
        raise NotDoneError(_stuck(answer, raised, words)) from None


def _stuck(answer: Answer, error: BaseException, words: str) -> Verdict:
    """Say at which line of the answer the function was when it was given up."""
    path = answer.__code__.co_filename
    lines = [
        frame.line for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path
    ]
    place = f" at the line `{lines[-1]}`" if lines else ""
    return wrong(f"{answer.__name__} {words}{place}.", _STEP)
