"""Filters of a transfer: line ends (TYPE A) and compression (MODE Z).

A filter has ``feed(bytes) -> bytes`` and ``finish() -> bytes``, like those of ``protocol.ascii``.
"""

# Two rules make a filter safe. It must give the same result however the stream is cut into chunks:
# TCP keeps no borders, and a CR and its LF may come in two packets. And it must bound what it makes
# of one chunk: deflate reaches 1,000 to 1, so that 64 KiB from a client may be 64 MiB here ("zip
# bomb").
#
# They are chained by hand, in a list. Two filters at most are ever in use, and a chain of
# generators would hide from the transfer when it has to pause.

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import Protocol


class Filter(Protocol):
    """Converts a stream, chunk by chunk."""

    def feed(self, data: bytes) -> bytes:
        """Convert one chunk."""

    def finish(self) -> bytes:
        """Return what is left at the end."""


class Deflate:
    """Compress for MODE Z (draft-preston-ftpext-deflate 3: zlib format, RFC 1950)."""

    __slots__ = ("_engine",)

    def __init__(self, level: int = 6) -> None:
        self._engine = zlib.compressobj(level)

    def feed(self, data: bytes) -> bytes:
        """Compress one chunk; often nothing comes out yet."""
        return self._engine.compress(data)

    def finish(self) -> bytes:
        """Return the rest of the compressed data."""
        return self._engine.flush()


class BadDataError(ValueError):
    """The client's compressed data is damaged or was cut short."""


class Inflate:
    """Decompress MODE Z; ``pieces`` bounds what a few bytes can blow up to at once."""

    __slots__ = ("_any", "_engine")

    PIECE = 1 << 18

    def __init__(self) -> None:
        self._engine = zlib.decompressobj()
        self._any = False

    def feed(self, data: bytes) -> bytes:
        """Decompress one chunk completely; raises ``BadDataError``."""
        return b"".join(self.pieces(data))

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Decompress one chunk in pieces of at most ``PIECE`` bytes."""
        self._any = self._any or bool(data)
        while data and not self._engine.eof:
            try:
                yield self._engine.decompress(data, self.PIECE)
            except zlib.error as error:
                raise BadDataError("The compressed data is damaged.") from error
            data = self._engine.unconsumed_tail

    def finish(self) -> bytes:
        """Return nothing; raises ``BadDataError`` when the end of the data is missing."""
        if self._any and not self._engine.eof:
            raise BadDataError("The compressed data was cut short.")
        return b""


def feed_all(filters: Sequence[Filter], data: bytes) -> bytes:
    """Send ``data`` through all filters, in order."""
    for each in filters:
        data = each.feed(data)
    return data


def finish_all(filters: Sequence[Filter]) -> bytes:
    """Return what is left in the filters, each rest sent through those behind it."""
    data = b""
    for each in filters:
        data = (each.feed(data) if data else b"") + each.finish()
    return data
