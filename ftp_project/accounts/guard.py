"""Failed logins: each costs more time, and too many from one host ban it for a while."""

# Two ways to guess. One attacker tries many passwords for one name, or one password for many names,
# from one address or from a thousand. Counting by address stops the single attacker; counting by
# name slows down the thousand. A name is never locked, though: whoever knows it could lock its
# owner out.
#
# Delays grow, as each guess tells more about the guesser: a person mistypes once or twice. They
# cost the server nothing, since a task that sleeps is a heap entry.
#
# An IPv6 client has a whole /64 to itself (RFC 6177), 2**64 addresses. Counting each of them would
# count nothing. Memory is bounded too: old rows are forgotten first, or a flood would be an attack
# on memory.

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from typing import Final, NamedTuple

_DELAYS: Final = (0.0, 0.5, 1.0, 2.0, 4.0)


class Failures(NamedTuple):
    """How many there were, and when the last one was."""

    number: int
    last: float


class FailureTable:
    """Failures by key; the ones that failed longest ago are forgotten first.

    Whoever reads and then writes does so in a ``with`` block. This table is of one process and
    needs no lock; ``shared_limits`` has that of several.
    """

    def __init__(self, remember: int = 20_000) -> None:
        self._remember = remember
        self._rows: OrderedDict[str, Failures] = OrderedDict()

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...

    def __bool__(self) -> bool:
        return bool(self._rows)

    def get(self, key: str) -> Failures | None:
        """Return the failures of a key, or None."""
        return self._rows.get(key)

    def put(self, key: str, failures: Failures, until: float) -> None:
        """Set the failures of a key, which are worth remembering up to the time ``until``."""
        self._rows[key] = failures
        self._rows.move_to_end(key)
        while len(self._rows) > self._remember:
            self._rows.popitem(last=False)

    def forget(self, key: str) -> None:
        """Remember a key no longer."""
        self._rows.pop(key, None)


class LoginGuard:
    """Count failed logins per host and per user; pure: time is passed in, in seconds.

    A host is banned for ``ban`` seconds after ``attempts`` failures within ``window`` seconds.
    A user is never banned, or anybody could lock a user out; but while a name is being
    guessed, from wherever, its logins are answered late. IPv6 hosts count by their /64
    network, as one client has all of it. How many hosts and users are kept is up to ``table``.
    """

    def __init__(
        self,
        attempts: int = 10,
        window: float = 300.0,
        ban: float = 600.0,
        table: FailureTable | None = None,
    ) -> None:
        self.attempts = attempts
        self.window = window
        self.ban = ban
        self._table = FailureTable() if table is None else table

    def banned_for(self, host: str, now: float) -> float:
        """Return for how many more seconds a host is banned; 0.0 if it is not."""
        if not self._table:
            return 0.0
        with self._table:
            failures = self._table.get(_host(host))
        if failures is None or failures.number < self.attempts:
            return 0.0
        return max(0.0, failures.last + self.ban - now)

    def delay(self, host: str, user: str, now: float) -> float:
        """Return how many seconds to wait before a login is answered, right or wrong."""
        if not self._table:
            return 0.0
        with self._table:
            return max(_delay(self._count(key, now)) for key in (_host(host), f"user {user}"))

    def failed(self, host: str, user: str, now: float) -> None:
        """Count a failed login."""
        # Read and written under one lock: two workers that both saw "9" would both write "10".
        with self._table:
            for key in (_host(host), f"user {user}"):
                failures = Failures(self._count(key, now) + 1, now)
                self._table.put(key, failures, now + max(self.window, self.ban))

    def succeeded(self, host: str, user: str) -> None:
        """Forget a user's failures after a right password.

        Those of the host stay: one good account must not let it guess others for ever.
        """
        if self._table:
            with self._table:
                self._table.forget(f"user {user}")

    def _count(self, key: str, now: float) -> int:
        failures = self._table.get(key)
        if failures is None or now - failures.last > self.window:
            return 0
        return failures.number


def _delay(count: int) -> float:
    return _DELAYS[min(count, len(_DELAYS) - 1)]


def _host(host: str) -> str:
    """Return the key of the network that counts as one host."""
    return f"host {_network(host)}"


def _network(host: str) -> str:
    if ":" not in host:
        return host
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
