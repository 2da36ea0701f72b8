"""Stage 2: the working directory and the type."""

from __future__ import annotations

import posixpath

from labsupport.capstone.findings import Unmet
from labsupport.capstone.items import item
from labsupport.capstone.wire import Place, Wire

STATE = "06: the directory is a local variable of the session, never one of the whole process"
TEXT = "09: bytes are not characters; decode whole lines, and give every byte back as it came"


def _enter(wire: Wire, name: str) -> None:
    """Change into a directory and see it in PWD."""
    wanted = posixpath.join(wire.directory(), name)
    wire.ask(f"CWD {name}", "250", "200")
    if (found := wire.directory()) != wanted:
        raise Unmet(f"the path {wanted} in PWD", f"CWD {name}, then PWD", f'257 "{found}"')


@item(
    2,
    "pwd",
    rule='RFC 959, 4.1.3 and Appendix II: 257 and the path in quotation marks: 257 "/" …',
    lesson=STATE,
)
def pwd(place: Place) -> None:
    """PWD tells an absolute path in quotation marks."""
    found = place.session().directory()
    if not found.startswith("/"):
        raise Unmet("a path that begins with /", "PWD", f'257 "{found}"')


@item(2, "cwd", rule="RFC 959, 4.1.1 and 5.4: CWD is answered with 250.", lesson=STATE)
def cwd(place: Place) -> None:
    """CWD changes the directory that PWD tells, by a relative and an absolute path."""
    wire = place.session()
    top = wire.directory()
    _enter(wire, "sub")
    wire.ask(f"CWD {top}", "250", "200")
    if (found := wire.directory()) != top:
        raise Unmet(f"the path {top} in PWD", f"CWD {top}, then PWD", f'257 "{found}"')
    wire.ask(f"CWD {posixpath.join(top, 'sub', 'deeper')}", "250", "200")


@item(
    2,
    "cdup",
    rule="RFC 959, 4.1.1: CDUP goes to the parent directory, with 200 or 250.",
    lesson=STATE,
)
def cdup(place: Place) -> None:
    """CDUP goes back to the parent directory."""
    wire = place.session()
    top = wire.directory()
    wire.ask("CWD sub", "250", "200")
    wire.ask("CDUP", "200", "250")
    if (found := wire.directory()) != top:
        raise Unmet(f"the path {top} in PWD", "CDUP, then PWD", f'257 "{found}"')


def _refused(place: Place, name: str) -> None:
    wire = place.session()
    before = wire.directory()
    wire.ask(f"CWD {name}", "550")
    if (found := wire.directory()) != before:
        raise Unmet(f"the path {before} in PWD", f"CWD {name}, then PWD", f'257 "{found}"')


@item(
    2,
    "cwd-missing",
    rule="RFC 959, 4.2.2: 550 when a file is not found; the directory stays what it was.",
    lesson="12: an error of one client becomes a reply to this client, and the loop goes on",
)
def cwd_missing(place: Place) -> None:
    """CWD to a directory that is not there gets 550 and changes nothing."""
    _refused(place, "nowhere")


@item(
    2,
    "cwd-file",
    rule="RFC 959, 4.1.1: CWD names a directory; 4.2.2: 550 when the action cannot be taken.",
    lesson=STATE,
)
def cwd_file(place: Place) -> None:
    """CWD to a file gets 550 and changes nothing."""
    _refused(place, "readme.txt")


@item(
    2,
    "spaces",
    rule="RFC 959, 5.3: the argument is all that stands between the first space and CRLF.",
    lesson="09: cut a line where the protocol says so: partition(' '), not split()",
)
def spaces(place: Place) -> None:
    """A directory's name may hold spaces."""
    _enter(place.session(), "two words")


@item(
    2,
    "quotes",
    rule="RFC 959, Appendix II: a quotation mark in the path is written twice in a 257.",
    lesson="14: what stands between the quotation marks must be readable for every client",
)
def quotes(place: Place) -> None:
    """PWD doubles the quotation marks of a name."""
    _enter(place.session(), 'say "hi"')


@item(
    2,
    "utf-8",
    rule="RFC 2640, 2.2: names travel as UTF-8.",
    lesson=TEXT,
)
def utf8(place: Place) -> None:
    """A directory's name may hold letters beyond ASCII, in UTF-8."""
    _enter(place.session(), "grün")


@item(
    2,
    "type",
    rule="RFC 959, 4.1.2 and 5.1: TYPE A and TYPE I get 200; 504 for a type that is not done.",
    lesson="10: a table again, this time of arguments",
)
def types(place: Place) -> None:
    """TYPE I and TYPE A get 200, another type is refused."""
    wire = place.session()
    for name in ("A", "I", "i"):
        wire.ask(f"TYPE {name}", "200")
    wire.ask("TYPE X", "5")
    wire.still_works("TYPE X")
