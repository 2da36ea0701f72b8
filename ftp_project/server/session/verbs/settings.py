"""How transfers are made: TYPE, STRU, MODE, REST, ALLO, OPTS, CLNT (RFC 959 4.1.2, RFC 2389)."""

# The parameters of the next transfer are state of the session, as RFC 959 wants it, and most
# clients set each of them before each transfer to be sure. So the usual ones are answered from
# constants.

from __future__ import annotations

from typing import TYPE_CHECKING

from ftp_project.protocol import facts, replies
from ftp_project.protocol.replies import reply
from ftp_project.server.session.verbs import hashes

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session

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
    letter = argument.strip().upper()
    if letter == "F":
        return reply(200, "Structure set to F.")
    return reply(504 if letter in ("R", "P") else 501, "Structure F is the only one.")


def mode(session: Session, argument: str) -> bytes:
    """MODE S | Z: bytes as they are, or compressed (draft-preston-ftpext-deflate)."""
    letter = argument.strip().upper()
    if letter in ("S", "Z"):
        session.deflate = letter == "Z"
        return reply(200, f"Mode set to {letter}.")
    return reply(504 if letter in ("B", "C") else 501, "Modes S and Z are supported.")


def restart(session: Session, argument: str) -> bytes:
    """REST offset: where the next transfer starts, in bytes (RFC 3659 5)."""
    text = argument.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > LARGEST_OFFSET:
        return reply(501, "REST takes a number of bytes.")
    if session.ascii and int(text):
        return reply(501, "Resuming is not allowed in ASCII mode: send TYPE I first.")
    session.restart = int(text)
    return reply(350, f"Restarting at {session.restart}: send STOR or RETR.")


def options(session: Session, argument: str) -> bytes:
    """OPTS UTF8 ON | MLST fact;fact; | HASH algorithm: options of a command (RFC 2389 4)."""
    command, _, option = argument.strip().partition(" ")
    if command.upper() in ("UTF8", "UTF-8"):
        if option.strip().upper() in ("", "ON", "NLST"):
            return reply(200, "UTF8 is always on.")
        return reply(504, "UTF8 cannot be switched off.")
    if command.upper() == "HASH":
        return hashes.choose(session, option)
    if command.upper() == "MLST":
        session.facts = facts.parse_selection(option)
        return reply(200, facts.selection_text(session.facts))
    return reply(501, "OPTS knows HASH, MLST and UTF8.")


def allo(session: Session, argument: str) -> bytes:
    """ALLO size: space is not reserved; a full disk is told when it is reached."""
    words = argument.upper().replace(" R ", " ").split()
    if not words or not all(word.isascii() and word.isdigit() for word in words):
        return reply(501, "ALLO takes a number of bytes.")
    return reply(202, "Nothing needs to be reserved.")


def clnt(session: Session, argument: str) -> bytes:
    """CLNT name: the client's program, for the log."""
    return reply(200, "Noted.")
