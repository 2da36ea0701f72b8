"""How many sessions there may be: in all, from one host, of one user."""

# "Look, then count" is two steps, and between them another process may take the last place (lesson
# 04). So both happen in one ``with`` block. In one process nothing runs in between and the block
# does nothing; with workers it is a lock.
#
# The total is counted even without a limit, because the parent of workers reads it to choose the
# idlest.

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import Final


class Refusal(Enum):
    """Why a session is not let in; the value is a sentence for the client."""

    TOTAL = "Too many clients, try again later."
    HOST = "Too many connections from your address."
    USER = "Too many sessions of this user."


class Counts:
    """Counts by key. Whoever looks and then counts does so in a ``with`` block.

    These are of one process and need no lock; ``shared_limits`` has those of several.
    """

    def __init__(self) -> None:
        self._numbers: Counter[str] = Counter()

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...

    def count(self, key: str) -> int:
        """Return the count of a key."""
        return self._numbers[key]

    def add(self, key: str, number: int) -> bool:
        """Count up or down; False, and nothing counted, when there is no room for the key."""
        count = self._numbers[key] + number
        if count > 0:
            self._numbers[key] = count
        else:
            del self._numbers[key]
        return True


#: the key of all sessions; the others begin with a word and a space
TOTAL: Final = "total"


class SessionLimits:
    """Count sessions and refuse those over a limit; None means no limit.

    Call ``connect``/``disconnect`` around every connection and ``login``/``logout`` around every
    login; a refused one is not counted and not to be given back. Memory grows with the
    sessions that exist, not with those that were.
    """

    def __init__(
        self,
        max_total: int | None = None,
        max_per_host: int | None = None,
        max_per_user: int | None = None,
        counts: Counts | None = None,
    ) -> None:
        self.max_total = max_total
        self.max_per_host = max_per_host
        self.max_per_user = max_per_user
        self._counts = counts or Counts()
        #: how many sessions of a user were counted: those without a limit are not
        self._limited: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """The sessions that there are."""
        return self._counts.count(TOTAL)

    def connect(self, host: str) -> Refusal | None:
        """Count a connection, or return why it is refused."""
        counts = self._counts
        if self.max_total is None and self.max_per_host is None:
            counts.add(TOTAL, 1)  # nobody looks before: no lock is needed
            return None
        with counts:
            if self.max_total is not None and counts.count(TOTAL) >= self.max_total:
                return Refusal.TOTAL
            if self.max_per_host is not None:
                key = f"host {host}"
                if counts.count(key) >= self.max_per_host:
                    return Refusal.HOST
                if not counts.add(key, 1):
                    return Refusal.TOTAL
            counts.add(TOTAL, 1)
            return None

    def disconnect(self, host: str) -> None:
        """Give a connection back."""
        self._counts.add(TOTAL, -1)
        if self.max_per_host is not None:
            with self._counts:
                self._counts.add(f"host {host}", -1)

    def login(self, user: str, own_limit: int | None = None) -> Refusal | None:
        """Count a user's session, or return why it is refused.

        ``own_limit`` is the user's own and goes before the general one.
        """
        limit = self.max_per_user if own_limit is None else own_limit
        if limit is None:
            return None
        key = f"user {user}"
        with self._counts:
            if self._counts.count(key) >= limit:
                return Refusal.USER
            if not self._counts.add(key, 1):
                return Refusal.TOTAL
        self._limited[user] += 1
        return None

    def logout(self, user: str) -> None:
        """Give a user's session back."""
        if self._limited.get(user):
            self._limited[user] -= 1
            if not self._limited[user]:
                del self._limited[user]
            with self._counts:
                self._counts.add(f"user {user}", -1)
