"""Stage 1: greeting and login."""

from __future__ import annotations

import time

from labsupport.capstone.findings import Unmet
from labsupport.capstone.items import item
from labsupport.capstone.wire import Place

SERVER = "12: accept, receive, and keep what is still to be sent for each client"
STREAM = "09 and 12: recv() gives bytes of a stream, not messages; cut lines out of a buffer"
PAUSE = 0.02  # seconds between two parts of a command, so that they travel apart


@item(
    1,
    "greeting",
    rule="RFC 959, 5.4: a server says 220 as soon as a client has connected.",
    lesson=SERVER,
)
def greeting(place: Place) -> None:
    """A new connection is greeted with 220."""
    place.connect().reply("220")


@item(
    1,
    "login",
    rule="RFC 959, 4.1.1 and 5.4: USER is answered with 331 (or 230), PASS with 230.",
    lesson="06: a session is a state that remembers what came before; 14: the replies by hand",
)
def login(place: Place) -> None:
    """USER and PASS let the user in."""
    wire = place.connect()
    wire.reply("220")
    wire.login()


@item(
    1,
    "wrong-password",
    rule="RFC 959, 5.4: a login that fails is answered with 530, and nobody is logged in.",
    lesson="06: the state changes only when PASS is right",
)
def wrong_password(place: Place) -> None:
    """A wrong password is refused with 530 and logs nobody in."""
    wire = place.connect()
    wire.reply("220")
    wire.ask(f"USER {place.user}", "331")
    if wire.ask(f"PASS not-{place.password}", "530", "421").code == "530":
        wire.ask("PWD", "5", "421")


@item(
    1,
    "login-first",
    rule="RFC 959, 5.4: 530 says that a command needs a login.",
    lesson="06: one state for each session, asked in one place before a command runs",
)
def login_first(place: Place) -> None:
    """Before the login, commands that need it are answered with 530."""
    wire = place.connect()
    wire.reply("220")
    for command in ("PWD", "LIST", "RETR readme.txt"):
        wire.ask(command, "530", "503")


@item(
    1,
    "unknown",
    rule="RFC 959, 4.2.2: 500 for a command that nobody knows, 502 for one that is not done.",
    lesson="10: a table of handlers, and one answer for all that is not in it",
)
def unknown(place: Place) -> None:
    """An unknown command gets 500 or 502, and the session goes on."""
    wire = place.session()
    wire.ask("XYZZY now", "500", "502")
    wire.still_works("XYZZY")


@item(
    1,
    "any-case",
    rule="RFC 959, 5.3: upper and lower case mean the same in commands; 4.1.3: NOOP gets 200.",
    lesson="10: bring the name into one form before looking it up in the table",
)
def any_case(place: Place) -> None:
    """Commands may be written in lower case."""
    wire = place.session()
    wire.ask("noop", "200")
    wire.ask("NoOp", "200")


@item(
    1,
    "syst",
    rule="RFC 959, 4.1.3 and RFC 1123, 4.1.2.13: SYST names the system, as in 215 UNIX Type: L8.",
    lesson="14: clients choose by it how they read listings",
)
def syst(place: Place) -> None:
    """SYST is answered with 215."""
    place.session().ask("SYST", "215")


@item(
    1,
    "split-command",
    rule="RFC 959, 5.3: a command ends with CRLF, and not where a packet ends (RFC 9293, 3.7: "
    "TCP carries a stream of bytes).",
    lesson=STREAM,
)
def split_command(place: Place) -> None:
    """A command that arrives in pieces is one command."""
    wire = place.session()
    for part in (b"SY", b"S", b"T\r", b"\n"):
        wire.send(part, "SY, then S, then T and CR, then LF")
        time.sleep(PAUSE)
    wire.reply("215")
    wire.still_works("SYST in pieces")


@item(
    1,
    "joined-commands",
    rule="RFC 9293, 3.7: TCP carries a stream of bytes, so two lines may arrive in one recv().",
    lesson=STREAM,
)
def joined_commands(place: Place) -> None:
    """Commands that arrive together are all answered, in their order."""
    wire = place.session()
    wire.send(b"SYST\r\nXYZZY\r\nSYST\r\n", "SYST, XYZZY and SYST in one piece")
    for codes in (["215"], ["500", "502"], ["215"]):
        wire.reply(*codes)


@item(
    1,
    "quit",
    rule="RFC 959, 4.1.1: QUIT is answered with 221, then the server closes the connection.",
    lesson="12: one function that closes a client, after its last bytes have been sent",
)
def leave(place: Place) -> None:
    """QUIT is answered with 221, and the server closes the connection."""
    wire = place.session()
    wire.ask("QUIT", "221")
    if not wire.ended():
        raise Unmet("the end of the connection", "QUIT", "221, and the connection stayed open")
