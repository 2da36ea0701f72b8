"""Stage 5: uploads. The judge looks into the home itself: after 226 the file must be there."""

from __future__ import annotations

from pathlib import Path

from labsupport.capstone.clients import polite, put_by_curl
from labsupport.capstone.download import same
from labsupport.capstone.findings import Unmet
from labsupport.capstone.items import item
from labsupport.capstone.wire import Place, Wire

END = "12: recv() that returns no bytes is the end of the stream, here the end of the file"
ERRORS = "12: an error of one client becomes a reply to this client, and the loop goes on"


def stored(path: Path, wanted: bytes, sent: str) -> None:
    """Raise Unmet unless the server has made this file."""
    try:
        got = path.read_bytes()
    except OSError:
        raise Unmet("the file in the user's home", sent, "226, but no such file") from None
    same(got, wanted, sent)


def _put(wire: Wire, name: str, data: bytes) -> None:
    wire.store(f"STOR {name}", data)
    stored(wire.place.home / name, data, f"STOR {name}, then 226 came")


@item(
    5,
    "stor",
    rule="RFC 959, 4.1.3 and 5.4: STOR takes a file; 226 says that all of it is there.",
    lesson=END,
)
def stor(place: Place) -> None:
    """STOR keeps every byte, and the file is complete when 226 comes."""
    _put(place.session(), "new.bin", (place.home / "data.bin").read_bytes())


@item(
    5,
    "stor-empty",
    rule="RFC 959, 3.4.1: a data connection that is closed at once is a file without bytes.",
    lesson=END,
)
def stor_empty(place: Place) -> None:
    """STOR without a byte makes an empty file."""
    _put(place.session(), "nothing.bin", b"")


@item(
    5,
    "stor-again",
    rule="RFC 959, 4.1.3: STOR replaces a file that is there.",
    lesson="Python docs, open(): mode wb empties the file, mode ab does not",
)
def stor_again(place: Place) -> None:
    """STOR over a longer file leaves nothing of it."""
    wire = place.session()
    _put(wire, "twice.txt", b"a long first version\n" * 1000)
    _put(wire, "twice.txt", b"short\n")


@item(
    5,
    "stor-nowhere",
    rule="RFC 959, 5.4: 550 or 553 when the file cannot be made.",
    lesson=ERRORS,
)
def stor_nowhere(place: Place) -> None:
    """STOR into a directory that is not there is refused, and the session goes on."""
    _refused(place, "nowhere/new.bin")


@item(
    5,
    "stor-directory",
    rule="RFC 959, 5.4: 550 or 553 when the action cannot be taken.",
    lesson=ERRORS,
)
def stor_directory(place: Place) -> None:
    """STOR onto a directory is refused, and the session goes on."""
    _refused(place, "empty")


def _refused(place: Place, path: str) -> None:
    wire = place.session()
    data = wire.data()
    if wire.ask(f"STOR {path}", "55", "45", "1").code[0] == "1":
        data.close()  # it may find out after 150
        wire.reply("55", "45")
    wire.still_works(f"STOR {path}")


@item(
    5,
    "stor-path",
    rule="RFC 2640, 2.2: names travel as UTF-8; RFC 959, 5.3: an argument goes to the end of line.",
    lesson="09: bytes are not characters; decode whole lines",
)
def stor_path(place: Place) -> None:
    """STOR takes a path, and a name with spaces and letters beyond ASCII."""
    wire = place.session()
    _put(wire, "sub/new.bin", b"below\n")
    _put(wire, "große Pläne.txt", b"great\n")


@item(
    5,
    "stor-large",
    rule="RFC 959, 3.4.1: stream mode sends the file from its first byte to its last.",
    lesson=END,
)
def stor_large(place: Place) -> None:
    """A file of 8 MiB goes up whole, by ftplib."""
    with polite(place) as client, (place.home / "large.bin").open("rb") as file:
        client.storbinary("STOR copy.bin", file, blocksize=256 * 1024)
    wanted = (place.home / "large.bin").read_bytes()
    stored(place.home / "copy.bin", wanted, "STOR copy.bin, by ftplib")


@item(
    5,
    "round-trip",
    rule="RFC 959, 3.1.1.3: image type gives back the bytes as they were.",
    lesson="09: bytes are not characters; a file is bytes",
)
def round_trip(place: Place) -> None:
    """What goes up comes down again the same, line ends and all."""
    wire = place.session()
    data = bytes(range(256)) * 40 + b"\r\n\n\r\r\n"
    _put(wire, "round.bin", data)
    same(wire.fetch("RETR round.bin"), data, "RETR round.bin")


@item(
    5,
    "clients-put",
    rule="RFC 959, 5.4: the replies in their order.",
    lesson="14: read what curl -v shows",
)
def clients_put(place: Place) -> None:
    """curl uploads a file."""
    source = place.home / "data.bin"
    put_by_curl(place, source, "by-curl.bin")
    stored(place.home / "by-curl.bin", source.read_bytes(), "curl --upload-file")
