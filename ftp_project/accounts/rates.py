"""Bandwidth limits: token buckets, pure: time is passed in, in seconds.

A transfer asks how much it may move now, moves it in as large pieces as it likes (sendfile
included), and says how much it was. It never waits in here: it is told how long.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

BURST_SECONDS: Final = 0.25
"""How much unused rate may be saved up: small, so that short transfers are limited too."""
_SMALLEST_PIECE: Final = 1024


class TokenBucket:
    """Allow `rate` bytes a second on average, `burst` at once.

    It may be overdrawn by one piece, which then has to be waited for: the average holds.
    """

    __slots__ = ("_last", "_tokens", "burst", "rate")

    def __init__(self, rate: float, now: float, burst: float | None = None) -> None:
        if rate <= 0:
            raise ValueError("a rate must be more than 0 bytes a second")
        self.rate = rate
        self.burst = max(rate * BURST_SECONDS, _SMALLEST_PIECE) if burst is None else burst
        self._tokens = self.burst
        self._last = now

    def allowance(self, now: float) -> int:
        """Return how many bytes may be moved now."""
        self._refill(now)
        return max(0, int(self._tokens))

    def spend(self, count: int, now: float) -> None:
        """Count bytes that were moved."""
        self._refill(now)
        self._tokens -= count

    def wait(self, now: float) -> float:
        """Return the seconds until a piece worth moving is allowed; 0.0 for now.

        A piece is half of the burst: smaller ones would cost more system calls than
        they are worth.
        """
        self._refill(now)
        missing = self.burst / 2 - self._tokens
        return max(0.0, missing / self.rate)

    def _refill(self, now: float) -> None:
        # A clock that stepped back gives nothing and takes nothing.
        elapsed = max(0.0, now - self._last)
        self._last = now
        self._tokens = min(self.burst, self._tokens + elapsed * self.rate)


class Rates:
    """Several buckets that must all agree: the session's, the user's, the server's."""

    __slots__ = ("_buckets",)

    def __init__(self, buckets: Iterable[TokenBucket]) -> None:
        self._buckets = tuple(buckets)

    def __bool__(self) -> bool:
        return bool(self._buckets)

    def allowance(self, now: float) -> int:
        """Return how many bytes all buckets allow now; there must be a bucket."""
        return min(bucket.allowance(now) for bucket in self._buckets)

    def spend(self, count: int, now: float) -> None:
        """Count moved bytes in every bucket."""
        for bucket in self._buckets:
            bucket.spend(count, now)

    def wait(self, now: float) -> float:
        """Return the seconds until every bucket allows a piece worth moving."""
        return max(bucket.wait(now) for bucket in self._buckets)
