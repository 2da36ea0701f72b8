"""How transfers are made: TYPE, STRU, MODE, REST, OPTS, PASV, EPSV (RFC 959 4.1.2, RFC 2428)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftp_project.protocol import addresses, facts, replies
from ftp_project.protocol.replies import reply

if TYPE_CHECKING:
    from ftp_project.server.session import Session

#: the largest offset that the file system's calls take
LARGEST_OFFSET = 2**63 - 1


def type_(session: Session, argument: str) -> bytes:
    """TYPE A | A N | I | L 8: text, whose line ends are converted, or bytes."""
    wanted = " ".join(argument.upper().split())
    if wanted in ("A", "A N"):
        session.ascii = True
        return replies.TYPE_ASCII
    if wanted in ("I", "L 8", "L8"):
        session.ascii = False
        return replies.TYPE_BINARY
    if wanted[:1] in ("A", "E", "L"):
        return reply(504, "Types A, A N, I and L 8 are supported.")
    return reply(501, "TYPE takes A, I or L 8.")


def structure(session: Session, argument: str) -> bytes:
    """STRU F: files are sequences of bytes; there is no other structure here."""
    return _only("F", "FRP", argument, "Structure")


def mode(session: Session, argument: str) -> bytes:
    """MODE S: bytes follow each other as a stream; there is no other mode here."""
    return _only("S", "SBC", argument, "Mode")


def _only(supported: str, known: str, argument: str, what: str) -> bytes:
    letter = argument.strip().upper()
    if letter == supported:
        return reply(200, f"{what} set to {supported}.")
    if len(letter) == 1 and letter in known:
        return reply(504, f"{what} {supported} is the only one supported.")
    return reply(501, f"{what} is one of {', '.join(known)}.")


def restart(session: Session, argument: str) -> bytes:
    """REST offset: where the next transfer starts, in bytes (RFC 3659 5)."""
    text = argument.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > LARGEST_OFFSET:
        return reply(501, "REST takes a number of bytes.")
    session.restart = int(text)
    return reply(350, f"Restarting at {session.restart}: send STOR or RETR.")


def options(session: Session, argument: str) -> bytes:
    """OPTS UTF8 ON | MLST fact;fact;: options of a command (RFC 2389 4)."""
    command, _, option = argument.strip().partition(" ")
    if command.upper() in ("UTF8", "UTF-8"):
        if option.strip().upper() in ("", "ON", "NLST"):
            return reply(200, "UTF8 is always on.")
        return reply(504, "UTF8 cannot be switched off.")
    if command.upper() == "MLST":
        session.facts = facts.parse_selection(option)
        return reply(200, facts.selection_text(session.facts))
    return reply(501, "OPTS knows UTF8 and MLST.")


def pasv(session: Session, argument: str) -> bytes:
    """PASV: tell where the client may connect to, in six numbers (IPv4 only)."""
    host = session.local.removeprefix("::ffff:")
    if ":" in host:
        return reply(522, "PASV cannot name an IPv6 address: use EPSV.")
    try:
        port = session.data.listen()
    except OSError as error:
        return reply(425, f"Cannot listen for a data connection: {error.strerror}.")
    return reply(227, addresses.pasv_text(host, port))


def epsv(session: Session, argument: str) -> bytes:
    """EPSV [1 | 2 | ALL]: tell to which port the client may connect."""
    wanted = addresses.parse_epsv(argument) if argument else addresses.EpsvRequest.ANY
    if wanted is addresses.EpsvRequest.ALL:
        return reply(200, "EPSV is the only way from now on.")
    mine = addresses.EpsvRequest.IPV6 if ":" in session.local else addresses.EpsvRequest.IPV4
    if wanted not in (addresses.EpsvRequest.ANY, mine):
        return reply(522, f"Network protocol not supported, use ({mine.value}).")
    try:
        port = session.data.listen()
    except OSError as error:
        return reply(425, f"Cannot listen for a data connection: {error.strerror}.")
    return reply(229, addresses.epsv_text(port))
