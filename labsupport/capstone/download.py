"""Stage 4: downloads."""

from __future__ import annotations

from labsupport.capstone.clients import get_by_curl, polite
from labsupport.capstone.findings import Unmet
from labsupport.capstone.items import item
from labsupport.capstone.wire import Place, Wire

PARTIAL = "12: send() takes what fits; keep the rest, and wait until the socket is writable"
ERRORS = "12: an error of one client becomes a reply to this client, and the loop goes on"
ROOM = 64 * 1024  # bytes of a receive buffer, so that a file does not fit in the system's
SHORT = 0.3  # seconds in which a reply that comes too early would have come


def same(got: bytes, wanted: bytes, sent: str) -> None:
    """Raise Unmet unless the bytes are the file's, and say where they differ."""
    if got == wanted:
        return
    at = next((i for i, (a, b) in enumerate(zip(got, wanted, strict=False)) if a != b), None)
    if len(got) != len(wanted):
        came = f"{len(got):,} bytes" + (f", other ones from byte {at:,} on" if at else "")
    else:
        came = f"as many bytes, but other ones from byte {at:,} on"
    raise Unmet(f"the {len(wanted):,} bytes of the file", sent, came)


def _get(wire: Wire, path: str, name: str = "") -> None:
    wanted = (wire.place.home / (name or path)).read_bytes()
    same(wire.fetch(f"RETR {path}"), wanted, f"RETR {path}")


@item(
    4,
    "retr",
    rule="RFC 959, 4.1.3 and 3.4.1: RETR sends the file; the data connection's end is its end.",
    lesson=PARTIAL,
)
def retr(place: Place) -> None:
    """RETR sends every byte of a file, whatever bytes they are."""
    _get(place.session(), "data.bin")


@item(
    4,
    "retr-empty",
    rule="RFC 959, 3.4.1: a file without bytes is a data connection that is closed at once.",
    lesson="12: what is empty must be closed too: no event will ever come for it",
)
def retr_empty(place: Place) -> None:
    """RETR of an empty file sends nothing, and 226."""
    _get(place.session(), "empty.bin")


@item(
    4,
    "retr-missing",
    rule="RFC 959, 5.4: 550 for a file that is not there.",
    lesson=ERRORS,
)
def retr_missing(place: Place) -> None:
    """RETR of a file that is not there gets 550, and the session goes on."""
    _refused(place, "nowhere.bin")


@item(
    4,
    "retr-directory",
    rule="RFC 959, 5.4: 550 when the action cannot be taken.",
    lesson=ERRORS,
)
def retr_directory(place: Place) -> None:
    """RETR of a directory gets 550, and the session goes on."""
    _refused(place, "sub")


def _refused(place: Place, path: str) -> None:
    wire = place.session()
    wire.data()
    if wire.ask(f"RETR {path}", "550", "1").code != "550":
        wire.reply("550", "451")  # it may find out after 150
    wire.still_works(f"RETR {path}")


@item(
    4,
    "retr-path",
    rule="RFC 959, 5.3.2: the argument is a path; what is not absolute starts where the user is.",
    lesson="06: each session has its own directory",
)
def retr_path(place: Place) -> None:
    """RETR takes a path with directories, relative or absolute."""
    wire = place.session()
    top = wire.directory().rstrip("/")
    _get(wire, "sub/inner.txt")
    wire.ask("CWD sub", "250", "200")
    _get(wire, "inner.txt", "sub/inner.txt")
    _get(wire, f"{top}/readme.txt", "readme.txt")


@item(
    4,
    "retr-again",
    rule="RFC 959, 3.3: one data connection for each transfer; the session goes on after it.",
    lesson="12: close a socket in one place, and forget all that belonged to it",
)
def retr_again(place: Place) -> None:
    """Ten downloads in one session are all right."""
    wire = place.session()
    for _ in range(5):
        _get(wire, "readme.txt")
        _get(wire, "sub/inner.txt")
    wire.still_works("ten times PASV and RETR")


@item(
    4,
    "retr-large",
    rule="RFC 959, 3.4.1: stream mode sends the file from its first byte to its last.",
    lesson=PARTIAL,
)
def retr_large(place: Place) -> None:
    """A file of 8 MiB, larger than every buffer on its way, comes whole by ftplib."""
    with polite(place) as client:
        got = bytearray()
        client.retrbinary("RETR large.bin", got.extend)
    same(bytes(got), (place.home / "large.bin").read_bytes(), "RETR large.bin, by ftplib")


@item(
    4,
    "retr-226",
    rule="RFC 959, 5.4: 226 comes when the transfer is complete, once.",
    lesson="12: what send() has taken is not yet with the client, what waits in a buffer even less",
)
def retr_226(place: Place) -> None:
    """226 comes after the data, not before, and once."""
    wire = place.session()
    data = wire.transfer("RETR large.bin", ROOM)
    if not wire.quiet(SHORT):
        code = wire.reply().code
        raise Unmet("no reply yet", "RETR large.bin, and nothing read", f"{code} at once")
    wanted = (place.home / "large.bin").read_bytes()
    same(wire.read_all(data, len(wanted)), wanted, "RETR large.bin, read late")
    wire.reply("226", "250")
    wire.still_works("RETR large.bin")


@item(
    4,
    "clients-get",
    rule="RFC 959, 5.4: the replies in their order. SIZE and others that are not done get 500 or "
    "502.",
    lesson="14: read what curl -v shows",
)
def clients_get(place: Place) -> None:
    """curl downloads a file."""
    wanted = (place.home / "data.bin").read_bytes()
    same(get_by_curl(place, "data.bin"), wanted, "curl ftp://server/data.bin")
