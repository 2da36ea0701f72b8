"""Cut the control connection's bytes into commands.

Sources: RFC 959 5.3 (commands), RFC 854 (Telnet), RFC 2640 3 (UTF-8), RFC 1123 4.1.2.12.
"""

# A stream has no borders. A command may come in ten packets and ten commands in one; whatever
# stands behind the last line end waits. How much may wait is bounded, or a client that never sends
# a line end would fill the memory. The rest of a line that is too long is *dropped*, not parsed:
# else the tail of a long name would be taken for a command ("request smuggling").
#
# Most lines are one of a few: ``EPSV``, ``PASV``, ``NOOP``. They are looked up whole, before
# anything is decoded.

from __future__ import annotations

from typing import Final, NamedTuple

from ftp_project.protocol.telnet import TelnetFilter

#: longest accepted line in bytes, its line end not counted
LINE_LIMIT: Final = 4096

_VERB_CACHE_LIMIT: Final = 512
# IAC, DM and their kin: bytes that no verb starts with. BSD's ftp sends DM as urgent data;
# a receiver without SO_OOBINLINE then sees a lone DM in front of ABOR.
_TELNET_NOISE: Final = "".join(chr(0xDC00 + byte) for byte in range(0xF0, 0x100))


class Command(NamedTuple):
    """One command: its verb in upper case, and its argument exactly as sent.

    The argument is what follows the first space, so it may start or end with spaces. Bytes
    that are not UTF-8 are kept as surrogates (PEP 383) and survive a round trip.
    """

    verb: str
    argument: str


class Problem(NamedTuple):
    """A line that is no command: the reply that answers it."""

    code: int
    text: str


TOO_LONG: Final = Problem(500, "Command line too long.")
BAD_CHARACTER: Final = Problem(501, "NUL and CR are not allowed in a command.")


class CommandParser:
    """Turn the bytes of one control connection into commands, in order.

    Lines end with CRLF or with a bare LF. However the bytes are split over calls of
    ``feed``, the same commands come out. At most ``limit`` bytes wait for their line end.
    """

    __slots__ = ("_dropping", "_limit", "_pending", "_telnet")

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._limit = limit
        self._pending = b""
        self._dropping = False
        self._telnet: TelnetFilter | None = None

    @property
    def pending(self) -> bool:
        """Whether an unfinished line is waiting for more bytes."""
        return bool(self._pending) or self._dropping

    def feed(self, data: bytes) -> list[Command | Problem]:
        """Take received bytes, return the commands that they complete.

        A line over the limit is reported once, as soon as it is too long; the rest of it
        is dropped unread. A line with NUL or CR in it, or without a verb, is a ``Problem``.
        """
        if self._telnet is not None:
            data = self._telnet.feed(data)
        elif b"\xff" in data:
            # Made on first need: hardly any client speaks Telnet, and idle sessions are many.
            self._telnet = TelnetFilter()
            data = self._telnet.feed(data)
        if self._pending:
            data = self._pending + data
        lines = data.split(b"\n")
        rest = lines.pop()
        found: list[Command | Problem] = []
        if self._dropping:
            if not lines:
                return found
            del lines[0]
            self._dropping = False
        limit = self._limit
        for line in lines:
            found.append(_parse(line[:-1] if line[-1:] == b"\r" else line, limit))
        # One more than the limit may wait: it can be the CR of the line end.
        if len(rest) > limit and (len(rest) > limit + 1 or rest[-1:] != b"\r"):
            found.append(TOO_LONG)
            self._dropping = True
            rest = b""
        self._pending = rest
        return found

    def take_telnet_replies(self) -> bytes:
        """Return, once, the refusals owed to Telnet offers and requests (RFC 1123 4.1.2.12)."""
        return self._telnet.take_replies() if self._telnet is not None else b""

    def discard(self) -> int:
        """Drop an unfinished line, and return how many bytes were waiting.

        For AUTH TLS: what was sent in plain text behind it must not be read as if it had
        come over TLS.
        """
        waiting = len(self._pending)
        self._pending = b""
        self._dropping = False
        self._telnet = None
        return waiting


_verbs: dict[str, str] = {}
_alone: dict[bytes, Command] = {}  # whole lines that are just a verb: half of all commands are


def _parse(line: bytes, limit: int) -> Command | Problem:
    if len(line) > limit:
        return TOO_LONG
    known = _alone.get(line)
    if known is not None:
        return known
    if b"\r" in line or b"\0" in line:
        return BAD_CHARACTER
    word, _, argument = line.decode("utf-8", "surrogateescape").partition(" ")
    verb = _verbs.get(word)
    if verb is not None:
        return Command(verb, argument)
    return _parse_rare(word, argument)


def _parse_rare(word: str, argument: str) -> Command | Problem:
    """Handle a verb in a spelling that was not seen before."""
    verb = word.lstrip(_TELNET_NOISE)
    if not verb and argument:
        verb, _, argument = argument.lstrip(" ").partition(" ")
    if not verb:
        return Problem(500, "Empty command line.")
    upper = verb.upper() if verb.isascii() else verb
    # Only plain short words, and a bounded number of them: a cache that a client can fill is memory
    # that a client can take.
    if verb == word and verb.isalpha() and len(verb) <= 8 and len(_verbs) < _VERB_CACHE_LIMIT:
        _verbs[word] = upper
        _alone[word.encode()] = Command(upper, "")
    return Command(upper, argument)
