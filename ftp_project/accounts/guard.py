"""Failed logins: each costs more time, and too many from one host ban it for a while."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from typing import Final

_DELAYS: Final = (0.0, 0.5, 1.0, 2.0, 4.0)


class LoginGuard:
    """Count failed logins per host and per user; pure: time is passed in, in seconds.

    A host is banned for `ban` seconds after `attempts` failures within `window` seconds.
    A user is never banned, or anybody could lock a user out; but while a name is being
    guessed, from wherever, its logins are answered late. IPv6 hosts count by their /64
    network, as one client has all of it. At most `remember` hosts and users are kept; the
    ones that failed longest ago are forgotten first.
    """

    def __init__(
        self,
        attempts: int = 10,
        window: float = 300.0,
        ban: float = 600.0,
        remember: int = 10_000,
    ) -> None:
        self.attempts = attempts
        self.window = window
        self.ban = ban
        self._remember = remember
        self._hosts: OrderedDict[str, _Failures] = OrderedDict()
        self._users: OrderedDict[str, _Failures] = OrderedDict()

    def banned_for(self, host: str, now: float) -> float:
        """Return for how many more seconds a host is banned; 0.0 if it is not."""
        if not self._hosts:
            return 0.0
        failures = self._hosts.get(_network(host))
        if failures is None or failures.count < self.attempts:
            return 0.0
        return max(0.0, failures.last + self.ban - now)

    def delay(self, host: str, user: str, now: float) -> float:
        """Return how many seconds to wait before a login is answered, right or wrong."""
        return max(
            _delay(self._current(self._hosts, _network(host), now)),
            _delay(self._current(self._users, user, now)),
        )

    def failed(self, host: str, user: str, now: float) -> None:
        """Count a failed login."""
        self._count(self._hosts, _network(host), now)
        self._count(self._users, user, now)

    def succeeded(self, host: str, user: str) -> None:
        """Forget a user's failures after a right password.

        Those of the host stay: one good account must not let it guess others for ever.
        """
        self._users.pop(user, None)

    def _current(self, table: OrderedDict[str, _Failures], key: str, now: float) -> int:
        failures = table.get(key)
        if failures is None or now - failures.last > self.window:
            return 0
        return failures.count

    def _count(self, table: OrderedDict[str, _Failures], key: str, now: float) -> None:
        count = self._current(table, key, now)
        table[key] = _Failures(count + 1, now)
        table.move_to_end(key)
        while len(table) > self._remember:
            table.popitem(last=False)


class _Failures:
    __slots__ = ("count", "last")

    def __init__(self, count: int, last: float) -> None:
        self.count = count
        self.last = last


def _delay(count: int) -> float:
    return _DELAYS[min(count, len(_DELAYS) - 1)]


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
