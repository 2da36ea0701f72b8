"""Stage 7: slow and broken clients. Each does something that real networks do every day."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable

from labsupport.capstone import observe
from labsupport.capstone.download import same
from labsupport.capstone.findings import Unmet, reset
from labsupport.capstone.items import item
from labsupport.capstone.upload import stored
from labsupport.capstone.wire import Place, Wire

RESET = "12: clients that leave, politely and by reset; RFC 9293, 3.5.2"
LOOP = "12 and 13: never wait for one client; act on whoever is ready"
ROOM = 64 * 1024
GONE = 50  # clients that vanish
SPARE = 8  # descriptors that a server may keep open for its own reasons
FLOOD = 1024 * 1024  # bytes of commands, for 50 MiB of replies


def another_works(place: Place, meanwhile: str) -> None:
    """Want that a user of good manners is served as if nothing had happened."""
    try:
        wire = place.session()
        name = "readme.txt"
        same(wire.fetch(f"RETR {name}"), (place.home / name).read_bytes(), f"RETR {name}")
        wire.ask("QUIT", "221")
    except Unmet as unmet:
        raise Unmet(unmet.wanted, f"{meanwhile}; another user: {unmet.sent}", unmet.came) from None


@item(
    7,
    "silent",
    rule="RFC 959, 5.4: who connects gets the greeting; nothing says when the first command comes.",
    lesson=LOOP,
)
def silent(place: Place) -> None:
    """Ten clients who connect and say nothing hold up nobody."""
    for _ in range(10):
        place.connect()
    another_works(place, "ten connections, and nothing sent")


@item(
    7,
    "half-command",
    rule="RFC 959, 5.3: a command ends with CRLF; until then there is nothing to do for it.",
    lesson=LOOP,
)
def half_command(place: Place) -> None:
    """A client who stops in the middle of a command holds up nobody, and can end it later."""
    wire = place.session()
    wire.send(b"SY", "SY, without an end")
    another_works(place, "SY, without an end")
    wire.send(b"ST\r\n", "SY, and later ST with CRLF")
    wire.reply("215")


@item(
    7,
    "late-connection",
    rule="RFC 959, 4.1.2: PASV makes a server wait for a connection, which may come after LIST; "
    "5.4: 425 if it cannot be had.",
    lesson="12 and 13: a wait for one client is an event in the selector, no blocking accept()",
)
def late_connection(place: Place) -> None:
    """A client who connects only after LIST holds up nobody, and then gets its listing, or 425."""
    wire = place.session()
    port = wire.passive_port()
    wire.send(b"LIST\r\n", "LIST, and no data connection yet")
    another_works(place, "PASV and LIST, and no data connection yet")
    if not wire.quiet(0.0) and wire.reply("150", "125", "425").code == "425":
        wire.still_works("LIST without a data connection")  # it does not wait so long: also right
        return
    data = wire.data(port)
    got = wire.read_all(data, ROOM)
    if b"readme.txt" not in got:
        raise Unmet("the listing", "LIST, then the data connection", f"{len(got)} bytes without it")
    if wire.reply("150", "125", "226", "250").code[0] == "1":
        wire.reply("226", "250")
    wire.still_works("LIST before its data connection")


@item(
    7,
    "leaves",
    rule="RFC 9293, 3.6: a peer may close at any time; recv() then returns no bytes.",
    lesson=RESET,
)
def leaves(place: Place) -> None:
    """Clients who leave without QUIT, by end of file and by reset, disturb nobody."""
    place.connect().close()
    wire = place.session()
    wire.send(b"NOO", "half a command, then the end")
    wire.close()
    place.connect().reset()
    wire = place.session()
    wire.send(b"NOOP\r\nNOO", "NOOP and half a command, then a reset")
    wire.reset()
    another_works(place, "clients that left without QUIT")


@item(
    7,
    "reset-download",
    rule="RFC 959, 5.4: 426 when the data connection breaks; the session goes on.",
    lesson=RESET,
)
def reset_download(place: Place) -> None:
    """A data connection that is reset in a download costs this download, nothing else."""
    wire = place.session()
    data = wire.transfer("RETR large.bin", ROOM)
    _read_some(data)
    reset(data)
    wire.sent = "RETR large.bin, then a reset of the data connection"
    wire.reply("4", "5")
    wire.still_works(wire.sent)
    another_works(place, "a reset in a download")


@item(
    7,
    "reset-upload",
    rule="RFC 959, 5.4: 426 when the data connection breaks: a part of a file is not the file.",
    lesson=RESET,
)
def reset_upload(place: Place) -> None:
    """A data connection that is reset in an upload is answered with 426 and not with 226."""
    wire = place.session()
    data = wire.transfer("STOR broken.bin")
    wire.push(data, b"only a part")
    time.sleep(0.05)  # let the part arrive first: a reset throws away what has not been read
    reset(data)
    wire.sent = "a part of STOR broken.bin, then a reset of the data connection"
    wire.reply("4", "5")
    wire.still_works(wire.sent)
    another_works(place, "a reset in an upload")


@item(
    7,
    "leaves-in-transfer",
    rule="RFC 959, 3.2: without its control connection a transfer has nobody to report to.",
    lesson="12: one function that closes a client, with all that belongs to it",
)
def leaves_in_transfer(place: Place) -> None:
    """A client whose control connection breaks in a transfer disturbs nobody."""
    down, up = place.session(), place.session()
    data = down.transfer("RETR large.bin", ROOM)
    up.push(up.transfer("STOR left.bin"), b"only a part")
    down.reset()
    up.reset()
    reset(data)
    another_works(place, "control connections reset in the middle of transfers")


def _read_some(data: socket.socket) -> None:
    if select.select([data], [], [], 1.0)[0]:
        data.recv(1024)


@item(
    7,
    "no-leak",
    rule="man 2 close: a descriptor stays open until somebody closes it; there are not many "
    "(man 2 getrlimit, RLIMIT_NOFILE).",
    lesson="12: one close function, no leak",
    seconds=30.0,
)
def no_leak(place: Place) -> None:
    """50 clients who vanish in the middle of everything leave no open descriptor behind."""
    another_works(place, "nothing yet")
    before = observe.descriptors(place.pid)
    kinds: list[Callable[[Wire], object]] = [
        lambda wire: wire.passive_port(),
        lambda wire: wire.data(),
        lambda wire: wire.transfer("RETR large.bin", ROOM),
        lambda wire: wire.transfer("STOR vanished.bin"),
        lambda wire: wire.send(b"NOO"),
    ]
    for number in range(GONE):
        wire = place.session()
        kept = kinds[number % len(kinds)](wire)
        (wire.reset if number % 2 else wire.close)()
        if isinstance(kept, socket.socket):
            kept.close()
    another_works(place, f"{GONE} clients that vanished")
    if before is not None:
        most = before + SPARE
        if not observe.falls_to(lambda: observe.descriptors(place.pid), most, place.left(8.0)):
            found = (observe.descriptors(place.pid) or 0) - before
            came = f"about {round(found, -1)} more than before" if found > 10 else "some more"
            raise Unmet("as many open descriptors as before", f"{GONE} clients vanished", came)


@item(
    7,
    "never-reads",
    rule="RFC 9293, 3.8.6: a receiver may close its window. A server that goes on to answer then "
    "keeps all answers in memory.",
    lesson="12: bounded buffers and back-pressure: who does not read is not read from",
    seconds=40.0,
)
def never_reads(place: Place) -> None:
    """A client who sends commands and never reads the replies is not listened to for ever."""
    name = "a-long-name-" * 20
    (place.home / name).mkdir()
    wire = place.session(room=4096)
    wire.ask(f"CWD {name}", "2")
    wire.socket.setblocking(False)
    commands = b"PWD\r\n" * 8192
    taken = 0
    while taken < FLOOD:
        if not select.select([], [wire.socket], [], place.left(2.0))[1]:
            break  # nothing is taken any more: this is what we want to see
        try:
            taken += wire.socket.send(commands[taken % 5 :])
        except BlockingIOError:
            continue
        except OSError:
            break  # it sent this client away, which is right too
    another_works(place, "many PWD, and no reply read")
    if taken >= FLOOD:
        sent = "200,000 times PWD, and no reply read"
        raise Unmet("that the server stops reading", sent, "it took all of them")


@item(
    7,
    "bad-bytes",
    rule="RFC 2640, 2.2 and RFC 959, 4.2.2: 500 or 501 for what cannot be understood, 550 for what "
    "is not there.",
    lesson="09: decode can fail and can cut a character; "
    "surrogateescape keeps every byte (Python docs, os.fsdecode)",
)
def bad_bytes(place: Place) -> None:
    """Bytes that are no UTF-8 get an error reply, and the session goes on."""
    wire = place.session()
    wire.send(b"CWD n\xc3\x28\xfe\r\n", "CWD, with a name that is not UTF-8")
    wire.reply("5")
    wire.send(b"\x80\x81\xfe\r\n", "three bytes that are no command")
    wire.reply("5")
    wire.still_works("bytes that are not UTF-8")
    wire.store("STOR after.txt", b"after\n")
    stored(place.home / "after.txt", b"after\n", "STOR after.txt")
