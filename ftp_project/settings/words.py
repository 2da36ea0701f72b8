"""What is wrong with a value, in our words: those of the library speak of parsing and of input."""

# A library's message speaks of its own world ("Input should be a valid integer, unable to parse
# string"). A message here says what the value must be, and what it is; that is enough to correct
# it.

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from ftp_project.settings.rows import Row

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

#: by the library's name of the mistake
WORDS = {
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of a usual size",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "string_type": "must be a text in quotes",
    "path_type": "must be a path in quotes",
    "list_type": "must be a list",
}
#: how alike two words must be for the one to be taken for the other, mistyped (difflib)
ALIKE = 0.75


def what_is_wrong(error: ErrorDetails, row: Row) -> str:
    """Return a clause: what the value must be, and what it is unless that is a secret."""
    kind, limits = error["type"], error.get("ctx", {})
    if kind == "value_error":  # a reader of ours: it has said all
        return error["msg"].removeprefix("Value error, ")
    if kind == "greater_than_equal":
        text = f"must be at least {limits['ge']}"
    elif kind == "less_than_equal":
        text = f"must be at most {limits['le']}"
    elif kind == "literal_error":
        text = "must be one of " + ", ".join(repr(word) for word in row.choices)
    else:
        text = WORDS.get(kind) or error["msg"].replace("Input should be", "must be")
    return text if row.option.secret else f"{text}, not {error['input']!r}"


def nearest(word: str, known: list[str]) -> str:
    """Return a question after the known word that was probably meant; "" for none."""
    near = difflib.get_close_matches(word, known, 3, ALIKE)
    near.sort(key=lambda each: sorted(each) != sorted(word))  # swapped letters are the usual slip
    return f"; did you mean {near[0]}?" if near else ""
