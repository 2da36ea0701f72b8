"""Read the options in front of LIST's, NLST's and STAT's path.

RFC 959 knows no options, but ``LIST -la`` is what clients send. They are ls's.
"""

# An argument that begins with "-" may be options or a name, and no reply can ask which. Clients
# that send options send them as ``ls`` takes them; people with files called "-x" can write "./-x".
# So options win, but only if every letter is one that ``ls`` knows.

from __future__ import annotations

from typing import Literal, NamedTuple

Order = Literal["name", "time", "size", "none"]

_KNOWN = frozenset("aAlLF1dRtSrUfhnogicCxpqQ")
_ORDERS: dict[str, Order] = {"t": "time", "S": "size", "U": "none", "f": "none"}


class ListArguments(NamedTuple):
    """What a listing is asked to show."""

    path: str = ""
    hidden: bool = False
    directory_itself: bool = False
    recursive: bool = False
    reverse: bool = False
    order: Order = "name"


def parse_list_arguments(argument: str) -> ListArguments:
    """Split LIST's argument into options and a path; never fails.

    A word is a group of options when it starts with "-" and has only letters that ls knows,
    so a file called "-report" can still be listed; "--" ends the options. Options that
    change nothing here (``-l``, ``-1``, ``-F``) are accepted and ignored.
    """
    if argument[:1] != "-":
        return ListArguments(argument)
    letters = ""
    rest = argument
    while rest[:1] == "-":
        word, _, after = rest.partition(" ")
        if word == "--":
            rest = after
            break
        if len(word) < 2 or not _KNOWN.issuperset(word[1:]):
            break
        letters += word[1:]
        rest = after.lstrip(" ")
    order: Order = "name"
    for letter in letters:
        order = _ORDERS.get(letter, order)
    return ListArguments(
        path=rest,
        hidden=not {"a", "A", "f"}.isdisjoint(letters),
        directory_itself="d" in letters,
        recursive="R" in letters,
        reverse="r" in letters,
        order=order,
    )
