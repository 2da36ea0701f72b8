"""The other direction: read what a server answers (RFC 959 4.2, RFC 3659 7.2).

For the client and for tests; the server does not need it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ftp_project.protocol.errors import BadArgumentError
from ftp_project.protocol.telnet import TelnetFilter

#: longest accepted reply line in bytes
LINE_LIMIT: Final = 16 * 1024
#: most lines in one reply
LINES_LIMIT: Final = 10_000


class Reply(NamedTuple):
    """One reply: its code, and its lines without code, hyphen and line end."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The first line."""
        return self.lines[0]


class ReplyParser:
    """Turn the bytes of a server into replies, whatever their chunks.

    ``feed`` raises BadArgumentError for what is no reply, and for a line or a reply without
    end; the connection is then of no more use.
    """

    __slots__ = ("_code", "_lines", "_pending", "_telnet")

    def __init__(self) -> None:
        self._pending = b""
        self._code = b""
        self._lines: list[str] = []
        self._telnet = TelnetFilter()

    @property
    def pending(self) -> bool:
        """Whether a reply has begun that has not ended."""
        return bool(self._pending or self._code)

    def feed(self, data: bytes) -> list[Reply]:
        """Take received bytes, return the replies that they complete."""
        lines = (self._pending + self._telnet.feed(data)).split(b"\n")
        self._pending = lines.pop()
        if len(self._pending) > LINE_LIMIT:
            raise BadArgumentError("The server's reply has no line end.")
        found: list[Reply] = []
        for line in lines:
            reply = self._line(line.removesuffix(b"\r"))
            if reply is not None:
                found.append(reply)
        return found

    def _line(self, line: bytes) -> Reply | None:
        if not self._code:
            code, mark = line[:3], line[3:4]
            if not (code.isdigit() and len(code) == 3 and mark in (b" ", b"-", b"")):
                raise BadArgumentError("The server does not speak FTP.")
            text = line[4:].decode("utf-8", "surrogateescape")
            if mark != b"-":
                return Reply(int(code), (text,))
            self._code, self._lines = code, [text]
            return None
        last = line[:3] == self._code and line[3:4] in (b" ", b"")
        self._lines.append((line[4:] if last else line).decode("utf-8", "surrogateescape"))
        if last:
            reply = Reply(int(self._code), tuple(self._lines))
            self._code, self._lines = b"", []
            return reply
        if len(self._lines) > LINES_LIMIT:
            raise BadArgumentError("The server's reply does not end.")
        return None


def parse_facts(line: str) -> tuple[dict[str, str], str]:
    """Read a line of MLSD or MLST: the facts, their names in lower case, and the name.

    Raises BadArgumentError for a line without the space that ends the facts.
    """
    text, space, name = line.removeprefix(" ").partition(" ")
    if not space:
        raise BadArgumentError("The server's listing cannot be read.")
    facts: dict[str, str] = {}
    for fact in text.split(";"):
        key, equals, value = fact.partition("=")
        if equals:
            facts[key.lower()] = value
    return facts, name
