"""Stage 8: limits. Here the judge tries to harm: what costs it little must not cost much."""

from __future__ import annotations

import contextlib
import selectors
import socket
import time

from labsupport.capstone import observe
from labsupport.capstone.findings import Unmet, reset
from labsupport.capstone.items import item
from labsupport.capstone.rude import another_works
from labsupport.capstone.wire import HOST, Place, Wire

ENDLESS = 4 * 1024 * 1024  # bytes of a line without an end
GROWTH = 2 * 1024 * 1024  # bytes of memory that a server may need more for it
GUESSES = 10
SLOW = 3.0  # seconds for all guesses, from which on they count as slowed down
VISITORS = 300
TOGETHER = 30  # of them at a time, so that all fit into the listener's queue
JAIL = "12: a path is a text until it is opened; resolve it, then ask whether it is inside the home"


@item(
    8,
    "endless-line",
    rule="RFC 959, 5.3 sets no limit to a line, so a server must. RFC 9112, 3 says it of HTTP.",
    lesson="12: every buffer has a bound",
    seconds=30.0,
)
def endless_line(place: Place) -> None:
    """A command of 4 MiB without an end costs the server no memory and the others nothing."""
    wire = place.session()
    wire.still_works("nothing yet")
    before = observe.memory(place.pid)
    shown = "4 MiB without an end of line"
    try:
        for _ in range(ENDLESS // 65536):
            wire.send(b"A" * 65536, shown)
    except Unmet as unmet:
        if "reset" not in unmet.came and "closed" not in unmet.came:
            raise
        another_works(place, shown)
        return  # it sent this client away
    another_works(place, shown)
    with contextlib.suppress(Unmet):  # it may answer or end; then it has read all of the line
        wire.send(b"\r\n", shown + ", then CRLF")
        wire.reply()
    after = observe.memory(place.pid)
    if before is not None and after is not None and after - before > GROWTH:
        raise Unmet("that memory stays as it was", shown, "memory grew with the line")


@item(
    8,
    "many-connections",
    rule="RFC 959, 4.2.2: 421 when the service is not available. man 2 accept: EMFILE when a "
    "process has no descriptor left.",
    lesson="12: descriptors are few; an accept() that fails must not end the loop, nor spin in it",
    seconds=40.0,
)
def many_connections(place: Place) -> None:
    """300 connections where 256 descriptors are all there is: it survives, and serves again."""
    _raise_own_limit()
    first = place.session()
    crowd = _visit(place)
    shown = f"{VISITORS} connections at the same time"
    try:
        first.still_works(shown)
    finally:
        for one in crowd:
            reset(one)
    start = time.monotonic()
    while True:
        try:
            another_works(place, shown + ", which have ended")
            return
        except Unmet as unmet:
            # Who refuses has closed its listener, and will hardly open it again.
            patience = 1.0 if "refused" in unmet.came else 10.0
            if time.monotonic() - start > patience:
                raise
            time.sleep(0.05)


def _raise_own_limit() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < 1024:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, hard), hard))


def _visit(place: Place) -> list[socket.socket]:
    """Open many connections, a few at a time, until they are enough or nobody is answered."""
    crowd: list[socket.socket] = []
    answered = True
    while answered and len(crowd) < VISITORS:
        some = [place.keep(socket.socket()) for _ in range(TOGETHER)]
        for one in some:
            one.setblocking(False)
            one.connect_ex((HOST, place.port))
        crowd += some
        answered = _wait_for_answers(some, place.left(1.5))
    return crowd


def _wait_for_answers(some: list[socket.socket], seconds: float) -> bool:
    """Wait until each is answered, with a greeting or an end; tell whether any was."""
    until = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        for one in some:
            selector.register(one, selectors.EVENT_READ)
        while selector.get_map() and time.monotonic() < until:
            for key, _ in selector.select(0.1):
                selector.unregister(key.fileobj)
        return len(selector.get_map()) < len(some)


@item(
    8,
    "passive-again",
    rule="RFC 959, 3.3: a new PASV gives a new port; the old one is of no use to anybody.",
    lesson="12: one close function, no leak",
)
def passive_again(place: Place) -> None:
    """PASV a hundred times in a row opens one listener, not a hundred."""
    wire = place.session()
    wire.passive_port()
    before = observe.descriptors(place.pid)
    for _ in range(100):
        wire.passive_port()
    after = observe.descriptors(place.pid)
    if before is not None and after is not None and after - before > 20:
        raise Unmet("one listener", "PASV, a hundred times", "a new one each time, all kept open")
    wire.fetch("LIST")


@item(
    8,
    "jail-dots",
    rule="RFC 959 leaves it to the server what a user may see. CWE-22: a path with .. must not "
    "lead out of the user's home.",
    lesson=JAIL,
)
def jail_dots(place: Place) -> None:
    """No path with .. leads out of the user's home, neither to read nor to write."""
    secret = place.home.parent / "secret.txt"
    wire = place.session()
    for path in ("../secret.txt", "/../secret.txt", "sub/../../secret.txt", str(secret)):
        _keeps_secret(wire, path, secret.read_bytes())
    wire.ask("CWD ..", "2", "5")
    _keeps_secret(wire, "secret.txt", secret.read_bytes())
    data = wire.data()
    if wire.ask("STOR /../planted.txt", "1", "4", "5").code[0] == "1":
        data.close()
        wire.reply()
    if (place.home.parent / "planted.txt").exists():
        raise Unmet("550", "STOR /../planted.txt", "a file that is not in the user's home")


def _keeps_secret(wire: Wire, path: str, secret: bytes) -> None:
    shown = "RETR of a file outside of the home" if path.startswith("/home") else f"RETR {path}"
    data = wire.data()
    if wire.ask(f"RETR {path}", "1", "4", "5").code[0] == "1":
        got = wire.read_all(data, 1024 * 1024)
        wire.reply()
        if secret in got:
            raise Unmet("550", shown, "a file that is not in the user's home")
    data.close()


@item(
    8,
    "jail-links",
    rule="CWE-59: a symbolic link in the home must not lead out of it.",
    lesson=JAIL,
)
def jail_links(place: Place) -> None:
    """No symbolic link leads out of the user's home."""
    secret = place.home.parent / "secret.txt"
    try:
        (place.home / "link.txt").symlink_to("../secret.txt")
        (place.home / "up").symlink_to("..")
    except OSError:
        return  # a system without links has no such danger
    wire = place.session()
    for path in ("link.txt", "up/secret.txt"):
        _keeps_secret(wire, path, secret.read_bytes())
    if wire.ask("CWD up", "2", "5").code[0] == "2":
        _keeps_secret(wire, "secret.txt", secret.read_bytes())


@item(
    8,
    "odd-names",
    rule="RFC 959, 5.4: 501, 550 or 553 for a name that cannot be; the session goes on.",
    lesson="12: which exceptions can this call raise? Python's open() has ValueError for a NUL",
)
def odd_names(place: Place) -> None:
    """Names that no system takes (with a NUL, far too long) get an error reply."""
    wire = place.session()
    wire.send(b"CWD no\0name\r\n", "CWD, with a NUL in the name")
    wire.reply("5", "45")
    wire.send(b"CWD " + b"n" * 1000 + b"\r\n", "CWD, with a name of 1,000 letters")
    wire.reply("5", "45")
    wire.send(b"CWD " + b"n/" * 450 + b"\r\n", "CWD, with a path of 450 directories")
    wire.reply("5", "45")
    wire.still_works("names that cannot be")


@item(
    8,
    "bounce",
    rule="RFC 2577, 3: no PORT to another machine than the client's, none to a port below 1024.",
    lesson="14: who connects to whom, and why active mode can be abused",
)
def bounce(place: Place) -> None:
    """PORT or EPRT to a foreign address or to a system's port is refused."""
    wire = place.session()
    for command, shown in (
        ("PORT 192,0,2,1,200,10", "PORT to another machine"),
        ("PORT 127,0,0,1,0,25", "PORT to port 25"),
        ("EPRT |1|192.0.2.1|51210|", "EPRT to another machine"),
        ("EPRT |1|127.0.0.1|25|", "EPRT to port 25"),
    ):
        wire.send(f"{command}\r\n".encode(), shown)
        wire.reply("5")
    wire.still_works("PORT and EPRT")


@item(
    8,
    "stranger",
    rule="RFC 2577, 4 and RFC 4217, 10: a data connection from another address is not the user's.",
    lesson="12: accept() also says who came",
)
def stranger(place: Place) -> None:
    """Whoever takes the data connection from another address gets nothing of the file."""
    wire = place.session()
    port = wire.passive_port()
    thief = place.keep(socket.socket())
    try:
        thief.bind(("127.0.0.2", 0))
        thief.settimeout(place.left(2.0))
        thief.connect((HOST, port))
    except OSError:
        return  # a system with one loopback address; or the server did not even accept
    wire.send(b"RETR readme.txt\r\n", "RETR readme.txt, data connection from 127.0.0.2")
    secret = (place.home / "readme.txt").read_bytes()
    if secret[:20] in _stolen(thief):
        raise Unmet("nothing for 127.0.0.2", wire.sent, "the file")
    wire.place.keep(wire.socket)
    another_works(place, wire.sent)


def _stolen(thief: socket.socket) -> bytes:
    got = b""
    thief.settimeout(0.5)
    with contextlib.suppress(OSError):
        while piece := thief.recv(65536):
            got += piece
    return got


@item(
    8,
    "guessing",
    rule="RFC 2577, 5: a server should limit the number of attempts, or slow them down.",
    lesson="06: the state of a session may count; 13: a timer makes somebody wait, not everybody",
    seconds=30.0,
)
def guessing(place: Place) -> None:
    """Ten wrong passwords in a row are slowed down or end the connection."""
    wire = place.connect()
    wire.reply("220")
    start = time.monotonic()
    for number in range(GUESSES):
        try:
            if wire.ask(f"USER {place.user}", "3", "4", "5").code[0] != "3":
                return
            if wire.ask(f"PASS wrong{number}", "4", "5").code == "421":
                return
        except Unmet as unmet:
            if "closed" in unmet.came or "reset" in unmet.came:
                return
            raise
        if time.monotonic() - start > SLOW:
            return
    raise Unmet("421, the end, or some seconds", "ten wrong passwords", "530 each time, at once")
