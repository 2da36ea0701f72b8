"""Take Telnet's control sequences out of the control connection (RFC 854).

FTP's control connection is a Telnet stream (RFC 959 3, 5.3). Clients use it for ABOR: they
send IAC IP, and IAC DM as urgent data, in front of it. Options are refused, as RFC 1123
4.1.2.12 asks.
"""

# FTP is from a time when all terminals spoke Telnet, and its control connection is a Telnet stream
# to this day. Two things of it are alive. ABOR: IAC IP tells a blocked process to listen, and IAC
# DM as urgent data marks the place. And the byte 255, which some names hold: it must be doubled. A
# server that ignores Telnet breaks both, seldom enough that nobody finds out why.

from __future__ import annotations

from typing import Final

IAC: Final = 0xFF
_WILL, _WONT, _DO, _DONT = 0xFB, 0xFC, 0xFD, 0xFE
_FIRST_COMMAND: Final = 0xF0
_REPLY_LIMIT: Final = 300


class TelnetFilter:
    """Remove Telnet commands from a stream, whatever its chunks.

    IAC IAC is the byte 255. IAC WILL/WONT/DO/DONT take an option byte with them, every
    other command stands alone. IAC in front of a byte that is no Telnet command is kept:
    clients that know nothing of Telnet send Latin-1 names with a single byte 255.
    """

    __slots__ = ("_held", "_replies")

    def __init__(self) -> None:
        self._held = b""
        self._replies = b""

    def feed(self, data: bytes) -> bytes:
        """Return ``data`` without Telnet commands; an unfinished one waits for the next call."""
        if self._held:
            data = self._held + data
            self._held = b""
        if IAC not in data:
            return data
        out = bytearray()
        start = 0
        while (at := data.find(IAC, start)) >= 0:
            out += data[start:at]
            width = self._width(data, at)
            if not width:
                self._held = data[at:]
                return bytes(out)
            if data[at + 1] == IAC:
                out.append(IAC)
            elif data[at + 1] < _FIRST_COMMAND:
                out += data[at : at + 2]
            start = at + width
        out += data[start:]
        return bytes(out)

    def take_replies(self) -> bytes:
        """Return, once, the refusals owed so far (at most 300 bytes wait)."""
        replies, self._replies = self._replies, b""
        return replies

    def _width(self, data: bytes, at: int) -> int:
        """Measure the sequence that starts at ``at``; 0 when more bytes are needed."""
        if len(data) < at + 2:
            return 0
        command = data[at + 1]
        if command not in (_WILL, _WONT, _DO, _DONT):
            return 2
        if len(data) < at + 3:
            return 0
        if command in (_WILL, _DO) and len(self._replies) < _REPLY_LIMIT:
            refusal = _DONT if command == _WILL else _WONT
            self._replies += bytes((IAC, refusal, data[at + 2]))
        return 3
