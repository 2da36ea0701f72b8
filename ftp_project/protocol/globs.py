r"""Wildcards in LIST, NLST and STAT: ``*``, ``?``, ``[a-z]``, ``[!a-z]``; ``\`` quotes them.

As in glob(7): a name that starts with "." is only matched by a pattern that does. Matching
takes time in proportion to the pattern's length times the name's, whatever an attacker
writes: each piece between two stars is looked for once, from left to right, and what was
found is never given back (atomic groups, Python's ``re``, 3.11).
"""

# A pattern comes from a stranger. Translated naively, ``a*a*a*a*b`` becomes ``a.*a.*a.*a.*b``, and
# a matcher that goes back and tries again needs time in the fourth power of the name's length
# (ReDoS, CWE-1333). But between two stars the *first* place where a piece fits is always good
# enough: if any other works, this one does. So nothing found is ever given back, and atomic groups
# say just that.

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from ftp_project.protocol.errors import BadArgumentError

MAGIC: Final = frozenset("*?[")
#: longest pattern for one name, in characters: no name is longer
PATTERN_LIMIT: Final = 255


def has_magic(path: str) -> bool:
    """Tell whether a path holds a wildcard."""
    return not MAGIC.isdisjoint(path)


@lru_cache(maxsize=64)
def compile_glob(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether a name matches the pattern.

    The pattern is for one name: "/" has no meaning in it. Raises BadArgumentError (501)
    for a pattern over 255 characters.
    """
    if len(pattern) > PATTERN_LIMIT:
        raise BadArgumentError("The pattern is too long.")
    pieces, stars = _pieces(pattern)
    if not stars:
        expression = pieces[0]
    else:
        middle = "".join(f"(?>.*?{piece})" for piece in pieces[1:-1] if piece)
        expression = f"{pieces[0]}{middle}.*{pieces[-1]}"
    match = re.compile(expression, re.DOTALL).fullmatch
    if pattern[:1] in (".", "\\"):
        return lambda name: match(name) is not None
    return lambda name: name[:1] != "." and match(name) is not None


def _pieces(pattern: str) -> tuple[list[str], int]:
    """Cut the pattern at its stars; each piece is an expression of fixed length."""
    pieces = [""]
    stars = 0
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        at += 1
        if letter == "*":
            stars += 1
            pieces.append("")
        elif letter == "?":
            pieces[-1] += "."
        elif letter == "[":
            expression, at = _set(pattern, at)
            pieces[-1] += expression
        else:
            if letter == "\\" and at < len(pattern):
                letter = pattern[at]
                at += 1
            pieces[-1] += re.escape(letter)
    return pieces, stars


def _set(pattern: str, start: int) -> tuple[str, int]:
    """Translate the set that starts behind "["; one without an end is a plain "["."""
    at = start
    if pattern[at : at + 1] in ("!", "^"):
        at += 1
    if pattern[at : at + 1] == "]":
        at += 1
    end = pattern.find("]", at)
    if end < 0:
        return r"\[", start
    body = pattern[start:end]
    negated = body[0] in "!^"
    members = _members(body[1:] if negated else body)
    if not members:
        return (".", end + 1) if negated else ("(?!)", end + 1)
    return f"[{'^' if negated else ''}{members}]", end + 1


def _members(body: str) -> str:
    """Translate ranges and single characters; an empty range (z-a) has no members."""
    out: list[str] = []
    at = 0
    while at < len(body):
        first = body[at]
        if body[at + 1 : at + 2] == "-" and at + 2 < len(body):
            last = body[at + 2]
            if first <= last:
                out.append(f"{re.escape(first)}-{re.escape(last)}")
            at += 3
        else:
            out.append(re.escape(first))
            at += 1
    return "".join(out)
