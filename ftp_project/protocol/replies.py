"""Encode replies (RFC 959 4.2).

A reply is a code and a text. Standard texts stand in one table; the replies that every
session sends are encoded once, as constants.
"""

# Everything a client reads is made here, so that nothing a client has *written* can end a reply
# early: a name with a line end in it would otherwise become a second reply, chosen by whoever chose
# the name.

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

#: what a reply says whose sender gives no text of its own
TEXTS: Final[dict[int, str]] = {
    150: "Opening data connection.",
    200: "OK.",
    202: "Not needed here.",
    211: "End.",
    212: "Directory status.",
    213: "File status.",
    214: "Help.",
    215: "UNIX Type: L8",
    220: "Service ready.",
    221: "Goodbye.",
    225: "No transfer to abort; data connection closed.",
    226: "Transfer complete.",
    230: "Logged in.",
    234: "Start TLS now.",
    250: "Done.",
    257: "Done.",
    331: "Password, please.",
    350: "Go on with the next command.",
    421: "Service not available, closing the connection.",
    425: "Cannot open data connection.",
    426: "Transfer aborted; data connection closed.",
    431: "TLS is not available.",
    450: "File is busy.",
    451: "Transfer failed: local error.",
    452: "No space left on the device.",
    500: "Command not understood.",
    501: "Syntax error in the argument.",
    502: "Command not implemented.",
    503: "Bad sequence of commands.",
    504: "Not implemented for that parameter.",
    522: "Network protocol not supported, use (1,2).",
    530: "Log in with USER and PASS first.",
    534: "Policy refuses that protection level.",
    536: "Protection level not supported.",
    550: "No such file or directory.",
    552: "Storage quota exceeded.",
    553: "File name not allowed.",
    554: "Restart offset is not valid.",
}


def reply(code: int, text: str | None = None) -> bytes:
    """Encode a reply of one line; without ``text`` the standard one is used.

    CR and LF in the text become spaces, so that a file's name can never end a reply early.
    Byte 255 is doubled, as Telnet demands (RFC 854). Raises KeyError for a code that has
    no standard text.
    """
    return b"%d %b\r\n" % (code, _encode(TEXTS[code] if text is None else text))


def multiline(code: int, first: str, lines: Iterable[str], last: str | None = None) -> bytes:
    """Encode a reply of several lines (RFC 959 4.2).

    ``lines`` are indented by one space: FEAT (RFC 2389 3.2) and MLST (RFC 3659 7.2) demand
    exactly that, and no line can then be taken for the last one, which starts with a code.
    """
    parts = [b"%d-%b\r\n" % (code, _encode(first))]
    parts += [b" %b\r\n" % _encode(line) for line in lines]
    parts.append(reply(code, last))
    return b"".join(parts)


def greeting(text: str) -> bytes:
    """Encode the 220 reply that a client gets first; ``text`` may have several lines."""
    first, *lines = text.splitlines() or [""]
    return multiline(220, first, lines[:-1], lines[-1]) if lines else reply(220, first)


def multiline_raw(code: int, first: str, body: bytes, last: str | None = None) -> bytes:
    """Wrap ready-made lines (each ends in CRLF) into a reply: STAT of a path (RFC 959 4.1.3).

    A body line that starts with a digit is indented, so that it is not taken for the end.
    """
    lines = [b" " + line if line[:1].isdigit() else line for line in body.splitlines(keepends=True)]
    return b"%d-%b\r\n%b%b" % (code, _encode(first), b"".join(lines), reply(code, last))


def _encode(text: str) -> bytes:
    if "\n" in text or "\r" in text:
        text = text.replace("\r", " ").replace("\n", " ")
    if text.isascii():
        return text.encode()
    # "replace" is the last resort: a lone surrogate from elsewhere must not kill a session.
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = text.encode("utf-8", "replace")
    return data.replace(b"\xff", b"\xff\xff")


OPENING: Final = reply(150)
COMPLETE: Final = reply(226)
OK: Final = reply(200)
SYSTEM: Final = reply(215)
GOODBYE: Final = reply(221)
NOTHING_TO_ABORT: Final = reply(225)
ABORTED: Final = reply(426)
ABOR_DONE: Final = reply(226, "Abort successful.")
LOGGED_IN: Final = reply(230)
PASSWORD_PLEASE: Final = reply(331)
TYPE_ASCII: Final = reply(200, "Type set to A.")
TYPE_BINARY: Final = reply(200, "Type set to I.")
NOT_UNDERSTOOD: Final = reply(500)
NOT_LOGGED_IN: Final = reply(530)
LOGIN_INCORRECT: Final = reply(530, "Login incorrect.")
PERMISSION_DENIED: Final = reply(550, "Permission denied.")
