"""How many sessions there may be: in all, from one host, of one user."""

from __future__ import annotations

from collections import Counter
from enum import Enum


class Refusal(Enum):
    """Why a session is not let in; the value is a sentence for the client."""

    TOTAL = "Too many clients, try again later."
    HOST = "Too many connections from your address."
    USER = "Too many sessions of this user."


class SessionLimits:
    """Count sessions and refuse those over a limit; None means no limit.

    Call `connect`/`disconnect` around every connection and `login`/`logout` around every
    login; a refused one is not counted and not to be given back. Memory grows with the
    sessions that exist, not with those that were.
    """

    def __init__(
        self,
        max_total: int | None = None,
        max_per_host: int | None = None,
        max_per_user: int | None = None,
    ) -> None:
        self.max_total = max_total
        self.max_per_host = max_per_host
        self.max_per_user = max_per_user
        self.total = 0
        self._hosts: Counter[str] = Counter()
        self._users: Counter[str] = Counter()

    def connect(self, host: str) -> Refusal | None:
        """Count a connection, or return why it is refused."""
        if self.max_total is not None and self.total >= self.max_total:
            return Refusal.TOTAL
        if self.max_per_host is not None and self._hosts[host] >= self.max_per_host:
            return Refusal.HOST
        self.total += 1
        self._hosts[host] += 1
        return None

    def disconnect(self, host: str) -> None:
        """Give a connection back."""
        self.total -= 1
        _decrease(self._hosts, host)

    def login(self, user: str, own_limit: int | None = None) -> Refusal | None:
        """Count a user's session, or return why it is refused.

        `own_limit` is the user's own and goes before the general one.
        """
        limit = self.max_per_user if own_limit is None else own_limit
        if limit is not None and self._users[user] >= limit:
            return Refusal.USER
        self._users[user] += 1
        return None

    def logout(self, user: str) -> None:
        """Give a user's session back."""
        _decrease(self._users, user)


def _decrease(counts: Counter[str], key: str) -> None:
    counts[key] -= 1
    if counts[key] <= 0:
        del counts[key]
