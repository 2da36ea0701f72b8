"""TYPE A: lines end with CRLF on the wire and with LF in the file (RFC 959 3.1.1.1).

Both converters keep state over chunk borders: any split of the data gives the same result.
"""

# Why a CR is held back on the way in. At the end of a chunk nobody knows whether an LF follows.
# Passing it on would leave CR LF in the file now and then, depending on where TCP has cut the
# stream.

from __future__ import annotations


class ToNetwork:
    """Turn LF into CRLF for a download.

    CRLF that is already there stays as it is: files written on Windows must not come
    out with CR CR LF.
    """

    __slots__ = ("_after_cr",)

    def __init__(self) -> None:
        self._after_cr = False

    def feed(self, data: bytes) -> bytes:
        """Convert one chunk; at most twice as long comes out."""
        if not data:
            return b""
        head = b""
        if self._after_cr and data[0] == 0x0A:
            head, data = b"\n", data[1:]
        if data:
            self._after_cr = data[-1] == 0x0D
        else:
            self._after_cr = False
        # Two passes of C beat one of Python: first every end is LF, then every end is CRLF.
        return head + data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def finish(self) -> bytes:
        """Return what is still held at the end: nothing, for this direction."""
        return b""


class FromNetwork:
    """Turn CRLF into LF for an upload; a CR or an LF alone stays."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = False

    def feed(self, data: bytes) -> bytes:
        """Convert one chunk; a CR at its end waits for the next one."""
        if not data:
            return b""
        if self._held:
            data = b"\r" + data
        self._held = data[-1] == 0x0D
        if self._held:
            data = data[:-1]
        return data.replace(b"\r\n", b"\n")

    def finish(self) -> bytes:
        """Return a CR that ended the data, and start again."""
        held, self._held = self._held, False
        return b"\r" if held else b""
