"""What the launcher tells its user, apart from what programs print."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    """Tell the user what happens now, on standard error."""
    print(text, file=sys.stderr, flush=True)


def print_anywhere() -> None:
    """Let a terminal that cannot show a character show its number, and not end the program.

    Under an ASCII locale printing an umlaut raises UnicodeEncodeError (Python docs, ``io``).
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
