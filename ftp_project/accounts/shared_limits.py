"""Limits that hold across processes: the numbers of ``limits``, ``guard``, ``rates``, ``quota``.

The rules are those of one process; only the numbers stand elsewhere, and each change of them is
made under the table's lock.
"""

# Each class here is the one-process class with its numbers moved. The rules are inherited and
# therefore cannot differ: a limit that held in one process and not in four would be found by no
# test of rules.
#
# What a dead process had counted must go. Sessions and bytes in flight stand in its *part*, which
# the parent empties. Failed logins are the opposite: an attacker must not be forgiven because a
# worker died, so they are no part of anybody.

from __future__ import annotations

import contextlib
import math
import weakref

from ftp_project.accounts.guard import Failures, FailureTable
from ftp_project.accounts.limits import TOTAL, Counts
from ftp_project.accounts.quota import Quota
from ftp_project.accounts.rates import TokenBucket
from ftp_project.accounts.shared import SharedTable, TableFullError


class SharedCounts(Counts):
    """Counts of which each process has its part; that of a dead one is emptied."""

    def __init__(self, table: SharedTable) -> None:
        self._table = table
        with table:
            self._total = table.row(TOTAL)
            table.write(self._total, 0.0, 0.0, math.inf)

    def __enter__(self) -> None:
        self._table.__enter__()

    def __exit__(self, *_: object) -> None:
        self._table.__exit__()

    def count(self, key: str) -> int:
        """Return the count of all processes."""
        row = self._total if key is TOTAL else self._table.find(key)
        return 0 if row is None else self._table.count(row)

    def add(self, key: str, number: int) -> bool:
        """Count in the part of this process."""
        try:
            row = self._total if key is TOTAL else self._table.row(key)
        except TableFullError:
            return False
        self._table.add(row, number)
        return True

    def sessions_of(self, process: int) -> int:
        """Return how many sessions one process has; needs no lock."""
        return self._table.part(process, self._total)


class SharedFailures(FailureTable):
    """Failed logins that all processes have seen; they stay when one dies."""

    def __init__(self, table: SharedTable) -> None:
        self._table = table
        with table:
            #: a row of its own tells whether there is anything to look for
            self._any = table.row("failures")
            table.write(self._any, 0.0, 0.0, math.inf)

    def __enter__(self) -> None:
        self._table.__enter__()

    def __exit__(self, *_: object) -> None:
        self._table.__exit__()

    def __bool__(self) -> bool:
        return self._table.read(self._any)[0] > 0

    def get(self, key: str) -> Failures | None:
        """Return the failures of a key, or None."""
        row = self._table.find(f"failed {key}")
        if row is None:
            return None
        count, last = self._table.read(row)
        return Failures(int(count), last)

    def put(self, key: str, failures: Failures, until: float) -> None:
        """Set the failures of a key."""
        with contextlib.suppress(TableFullError):  # then others are being watched
            self._table.write(self._table.row(f"failed {key}"), *failures, until)
            self._table.write(self._any, 1.0, 0.0, math.inf)

    def forget(self, key: str) -> None:
        """Remember a key no longer."""
        row = self._table.find(f"failed {key}")
        if row is not None:
            self._table.write(row, 0.0, 0.0, 0.0)


class SharedBucket(TokenBucket):
    """A bucket from which all processes take. ``name`` says which one."""

    __slots__ = ("_key", "_table")

    def __init__(self, rate: float, now: float, table: SharedTable, name: str) -> None:
        super().__init__(rate, now)
        self._table = table
        self._key = f"rate {name}"

    def reserve(self, count: int, now: float) -> float:
        """Reserve ``count`` bytes; return the seconds until they may be moved."""
        with self._table:
            row = self._load()
            seconds = super().reserve(count, now)
            self._store(row)
        return seconds

    def give_back(self, count: int, now: float) -> None:
        """Take back reserved bytes that were not moved."""
        with self._table:
            row = self._load()
            super().give_back(count, now)
            self._store(row)

    def _load(self) -> int | None:
        """Get the bucket's state; a new row, filled last at the time 0, is a full bucket."""
        try:
            row = self._table.row(self._key)
        except TableFullError:  # then the limit holds for this process alone
            return None
        self._tokens, self._last = self._table.read(row)
        return row

    def _store(self, row: int | None) -> None:
        if row is not None:
            full_again = self._last + (self.burst - self._tokens) / self.rate
            self._table.write(row, self._tokens, self._last, full_again)


class SharedQuota(Quota):
    """The bytes that a user has stored, whichever process the sessions are in.

    What running uploads take stands in the process's part: when it dies, so do they. ``used`` is
    what the user has stored, if no process knows of it yet; see ``known``.
    """

    __slots__ = ("_key", "_table")

    def __init__(self, limit: int, used: int, table: SharedTable, user: str) -> None:
        self.limit = limit
        self._table = table
        self._key = f"stored {user}"
        with table:
            held = table.row(f"quota {user}")
            if not table.count(held):
                row = table.row(self._key)
                table.write(row, float(used), 0.0, math.inf)
            table.add(held, 1)
        weakref.finalize(self, _let_go, table, user)

    @property
    def used(self) -> int:  # type: ignore[override]
        """Bytes that are stored or being stored."""
        with self._table as table:
            row = table.row(self._key)
            return int(table.read(row)[0]) + table.count(row)

    def take(self, count: int) -> bool:
        """Count bytes that are to be stored; False, and nothing counted, when they do not fit."""
        with self._table as table:
            row = table.row(self._key)
            if table.read(row)[0] + table.count(row) + count > self.limit:
                return False
            table.add(row, count)
            return True

    def give_back(self, count: int) -> None:
        """Count bytes that are stored no more."""
        self.settle(0, -count)

    def settle(self, taken: int, growth: int) -> None:
        """Count what an ended upload has really added, in place of the bytes it had taken."""
        with self._table as table:
            row = table.row(self._key)
            table.add(row, -taken)
            table.write(row, max(0.0, table.read(row)[0] + growth), 0.0, math.inf)


def known(table: SharedTable, user: str) -> int | None:
    """Return what a user with sessions has stored, or None if there are none."""
    with table:
        held, row = table.find(f"quota {user}"), table.find(f"stored {user}")
        if held is None or row is None or not table.count(held):
            return None
        return int(table.read(row)[0])


def _let_go(table: SharedTable, user: str) -> None:
    """Count one holder less; after the last one the bytes may be counted again."""
    with table:
        held, row = table.find(f"quota {user}"), table.find(f"stored {user}")
        if held is not None:
            table.add(held, -1)
            if row is not None and not table.count(held):
                table.write(row, *table.read(row), 0.0)
