"""Bandwidth limits: token buckets, pure: time is passed in, in seconds.

A transfer reserves its next piece and is told how long to wait before it may move it, in calls
as large as it likes (sendfile included). Reservations are served in the order in which they
were made: however many transfers share a bucket, each gets its turn.
"""

# A token bucket: tokens come at the rate, a byte costs one, and the bucket's size is how much may
# pass at once after a pause. This one may go *below zero*: a transfer reserves a whole piece and is
# told how long to sleep until the debt is paid. So there is no queue and nothing to wake up:
# reservations are served in the order in which they were made, because each later one finds a
# deeper debt.
#
# Why a piece may be as large as 1 MiB: sendfile(2) then stays one call, and limits cost nothing.

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

#: how long one piece lasts: short enough for an even flow, long enough to cost little
PIECE_SECONDS: Final = 0.1
_SMALLEST_PIECE: Final = 512
_LARGEST_PIECE: Final = 1 << 20


class TokenBucket:
    """Allow ``rate`` bytes a second on average.

    What is not used is saved up for ``PIECE_SECONDS`` only.
    Raises ValueError for a rate that allows nothing.
    """

    __slots__ = ("_last", "_tokens", "burst", "piece", "rate")

    def __init__(self, rate: float, now: float) -> None:
        if rate <= 0:
            raise ValueError("a rate must be more than 0 bytes a second")
        self.rate = rate
        self.burst = max(rate * PIECE_SECONDS, _SMALLEST_PIECE)
        self.piece = int(min(self.burst, _LARGEST_PIECE))
        self._tokens = self.burst
        self._last = now

    def reserve(self, count: int, now: float) -> float:
        """Reserve ``count`` bytes; return the seconds until they may be moved."""
        self._refill(now)
        self._tokens -= count
        return max(0.0, -self._tokens / self.rate)

    def give_back(self, count: int, now: float) -> None:
        """Take back reserved bytes that were not moved."""
        self._refill(now)
        self._tokens += count

    def _refill(self, now: float) -> None:
        # A clock that stepped back gives nothing and takes nothing.
        elapsed = max(0.0, now - self._last)
        self._last = now
        self._tokens = min(self.burst, self._tokens + elapsed * self.rate)


class Rates:
    """Several buckets that must all agree: the session's, the user's, the server's."""

    __slots__ = ("_buckets", "piece")

    def __init__(self, buckets: Iterable[TokenBucket]) -> None:
        self._buckets = tuple(buckets)
        #: bytes that are reserved at once
        self.piece = min((bucket.piece for bucket in self._buckets), default=0)

    def __bool__(self) -> bool:
        return bool(self._buckets)

    def reserve(self, now: float) -> float:
        """Reserve one piece; return the seconds until it may be moved."""
        return max(bucket.reserve(self.piece, now) for bucket in self._buckets)

    def give_back(self, count: int, now: float) -> None:
        """Take back reserved bytes that were not moved."""
        for bucket in self._buckets:
            bucket.give_back(count, now)
