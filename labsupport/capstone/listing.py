"""Stage 3: passive data connections and listings."""

from __future__ import annotations

import re

from labsupport.capstone.clients import lines_of_curl, polite
from labsupport.capstone.findings import Unmet
from labsupport.capstone.items import item
from labsupport.capstone.wire import HOST, Place, Wire

DATA = "12 and 13: a second listener, and a connection that belongs to a session"
MOST = 1024 * 1024


def _names(place: Place, folder: str = ".") -> set[str]:
    return {path.name for path in (place.home / folder).iterdir()}


def _check(wire: Wire, command: str, wanted: set[str]) -> None:
    """Want a listing that names all files of a directory, and nothing else, in lines with CRLF."""
    got = wire.fetch(command, MOST)
    if got and not re.fullmatch(rb"(?:[^\r\n]*\r\n)*", got):
        raise Unmet("lines that end with CRLF", command, "other ends of lines")
    lines = got.decode("utf-8", "replace").splitlines()
    lines = [line for line in lines if not line.startswith("total ")]
    for name in sorted(wanted):
        if not any(line == name or line.endswith(f" {name}") for line in lines):
            came = f"a listing of {len(lines)} lines without it"
            raise Unmet(f"a line that ends with {name}", command, came)
    if len(lines) > len(wanted):
        came = f"{len(lines)} lines for {len(wanted)} names"
        raise Unmet("one line for each name", command, came)


@item(
    3,
    "pasv",
    rule="RFC 959, 4.1.2: PASV is answered with 227 and address and port as six numbers.",
    lesson=DATA,
)
def pasv(place: Place) -> None:
    """PASV tells address and port of a listener, and a connection to it is taken."""
    wire = place.session()
    text = wire.ask("PASV", "227").text
    found = re.search(r"\((\d+),(\d+),(\d+),(\d+),(\d+),(\d+)\)", text)
    if not found:
        raise Unmet("six numbers in parentheses", "PASV", f"227 {text}")
    if ".".join(found.groups()[:4]) != HOST:
        raise Unmet(f"the address {HOST}", "PASV", f"227 {text}")
    wire.data(int(found[5]) * 256 + int(found[6]))


@item(
    3,
    "epsv",
    rule="RFC 2428, 3: EPSV is answered with 229 and (|||port|).",
    lesson=DATA,
)
def epsv(place: Place) -> None:
    """EPSV tells the port of a listener, and a connection to it is taken."""
    wire = place.session()
    text = wire.ask("EPSV", "229").text
    found = re.search(r"\(\|\|\|(\d+)\|\)", text)
    if not found:
        raise Unmet("(|||port|)", "EPSV", f"229 {text}")
    wire.data(int(found[1]))


@item(
    3,
    "list",
    rule="RFC 959, 4.1.3: LIST sends a text, in lines with CRLF, over the data connection, between "
    "150 and 226.",
    lesson=DATA,
)
def listing(place: Place) -> None:
    """LIST sends one line for each name over the data connection."""
    _check(place.session(), "LIST", _names(place))


@item(
    3,
    "nlst",
    rule="RFC 959, 4.1.3: NLST sends names, one in each line, and nothing else.",
    lesson=DATA,
)
def nlst(place: Place) -> None:
    """NLST sends the bare names over the data connection."""
    wire = place.session()
    got = wire.fetch("NLST", MOST).decode("utf-8", "replace")
    wanted = _names(place)
    found = {line.rpartition("/")[2] for line in got.split("\r\n") if line}
    if found != wanted:
        odd = sorted(found ^ wanted)[0]
        raise Unmet("the names of the directory", "NLST", f"a difference at {odd!r}")


@item(
    3,
    "list-here",
    rule="RFC 959, 4.1.3: without a path, LIST is about the working directory; with one, about it.",
    lesson="06: each session has its own directory",
)
def list_here(place: Place) -> None:
    """LIST is about the working directory, or about the path that it names."""
    wire = place.session()
    _check(wire, "LIST sub", _names(place, "sub"))
    wire.ask("CWD sub", "250", "200")
    _check(wire, "LIST", _names(place, "sub"))


@item(
    3,
    "list-empty",
    rule="RFC 959, 3.4.1: the end of the data connection is the end of the data, also of no data.",
    lesson="12: what is empty must be closed too: no event will ever come for it",
)
def list_empty(place: Place) -> None:
    """LIST of an empty directory sends nothing, and 226."""
    wire = place.session()
    wire.ask("CWD empty", "250", "200")
    _check(wire, "LIST", set())


@item(
    3,
    "list-again",
    rule="RFC 959, 3.3: the data connection ends with each transfer; the session goes on.",
    lesson="12: close a socket in one place, and forget all that belonged to it",
)
def list_again(place: Place) -> None:
    """Three listings in one session all work, each with its own data connection."""
    wire = place.session()
    for _ in range(3):
        _check(wire, "LIST", _names(place))
    wire.still_works("three times PASV and LIST")


@item(
    3,
    "no-data-connection",
    rule="RFC 959, 5.4: 425 when no data connection can be opened, and the session goes on.",
    lesson="13: no wait without a way out",
)
def no_data_connection(place: Place) -> None:
    """LIST without PASV before it gets 425, and the session goes on."""
    wire = place.session()
    if wire.ask("LIST", "1", "4", "5").code[0] == "1":
        wire.sent = "LIST, without PASV or PORT before it"
        wire.reply("4", "5")
    wire.still_works("LIST without PASV")


@item(
    3,
    "clients-list",
    rule="RFC 959, 5.4: the replies in their order. Clients hold to it more strictly than we do.",
    lesson="14: read what curl -v shows",
)
def clients_list(place: Place) -> None:
    """Two real clients, ftplib and curl, list the directory."""
    with polite(place) as client:
        names = client.nlst()
        if set(names) != _names(place):
            raise Unmet("the names of the directory", "NLST, by ftplib", f"{len(names)} names")
    found = lines_of_curl(place)
    if set(found) != _names(place):
        raise Unmet("the names of the directory", "curl --list-only", f"{len(found)} names")
