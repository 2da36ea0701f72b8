"""Bytes that a user may store."""

# Bytes are taken *before* they are written and given back if they are not used. The other order
# (write, then look) lets parallel uploads pass the limit together by as much as all of them have in
# flight.

from __future__ import annotations


class Quota:
    """Count stored bytes against a limit.

    An upload takes bytes as they come and gives them back if it fails; replaced and removed
    files give theirs back. The count is the server's own: files that others change in the
    home are seen when ``used`` is set again.
    """

    __slots__ = ("__weakref__", "limit", "used")

    def __init__(self, limit: int, used: int = 0) -> None:
        self.limit = limit
        self.used = used

    @property
    def left(self) -> int:
        """Bytes that may still be stored."""
        return max(0, self.limit - self.used)

    def take(self, count: int) -> bool:
        """Count bytes that are to be stored; False, and nothing counted, when they do not fit."""
        if self.used + count > self.limit:
            return False
        self.used += count
        return True

    def give_back(self, count: int) -> None:
        """Count bytes that are stored no more."""
        self.used = max(0, self.used - count)

    def settle(self, taken: int, growth: int) -> None:
        """Count what an ended upload has really added, in place of the bytes it had taken."""
        self.used = max(0, self.used - taken + growth)
