"""A table in memory that several processes share, for limits that hold across all of them."""

# Each row belongs to a key. It has one count for every process (its *part*), which only that
# process writes, and two numbers that all of them write. What a process counts dies with it: the
# parent empties the parts of one that was killed, and nothing stays counted for ever.
#
# Whoever looks and then writes holds the lock meanwhile (``with table:``), so that two processes
# cannot both take the last place. It is a record lock of the system (fcntl(2)) and not one of
# ``multiprocessing``: the system takes it away from a process that is killed while it holds it, and
# the others go on. A lock in shared memory would stay shut.
#
# A process that is killed between two writes leaves a row half written. That is harmless by design:
# its own part is emptied by the parent, and the two shared numbers are a time or an amount that is
# right again with the next write.

from __future__ import annotations

import fcntl
import mmap
import os
import tempfile
from hashlib import blake2b
from typing import Final

#: rows of a table; memory is used only for those that were ever written
ROWS: Final = 1 << 16
#: a key stands in one of so many rows behind the place that its hash names
WINDOW: Final = 32
_NAME: Final = 16
_NUMBERS: Final = 3


class TableFullError(Exception):
    """All rows where the key may stand are in use."""


class SharedTable:
    """``processes`` is how many share it. Make it before they are forked.

    Raises OSError when there is no memory, or no place for the file that is locked.
    """

    def __init__(self, processes: int, rows: int = ROWS) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the table
        self._lock = self._file.fileno()
        self._memory = mmap.mmap(-1, rows * (_NAME + 8 * _NUMBERS + 8 * processes))
        self._starts = rows - WINDOW
        # An own hash for each table: nobody can choose keys that fall into one place.
        self._seed = os.urandom(16)
        view, at = memoryview(self._memory), rows * _NAME
        self._numbers = view[at : at + rows * 8 * _NUMBERS].cast("d")
        at += rows * 8 * _NUMBERS
        self._parts = [
            view[at + which * rows * 8 : at + (which + 1) * rows * 8].cast("q")
            for which in range(processes)
        ]
        self._own = self._parts[0]
        self._depth = 0

    def become(self, process: int) -> None:
        """Say, in a new process, whose part is written from now on."""
        self._own = self._parts[process]

    def forget(self, process: int) -> None:
        """Empty the part of a process that has ended."""
        part = self._parts[process]
        # Under the lock: another process may be adding up the parts at this moment.
        with self:
            part[:] = memoryview(bytes(part.nbytes)).cast("q")

    def close(self) -> None:
        """Give the lock's file back; the memory goes with the table."""
        self._file.close()

    def __enter__(self) -> SharedTable:
        # Counted, as an object may be collected, and give back what it counts, at any time.
        self._depth += 1
        if self._depth == 1:
            fcntl.lockf(self._lock, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            fcntl.lockf(self._lock, fcntl.LOCK_UN)

    # ------------------------------------------------------------------ rows; hold the lock

    def find(self, key: str) -> int | None:
        """Return the row of ``key``, or None if it has none."""
        return self._look(*self._hash(key))

    def row(self, key: str) -> int:
        """Return the row of ``key``, a new one with zeros if it has none.

        A new key takes the row whose time (see ``write``) is over first, of those in which
        nothing is counted. Raises ``TableFullError`` when there is no such row.
        """
        name, start = self._hash(key)
        found = self._look(name, start)
        if found is not None:
            return found
        # Rows in which something is counted belong to a session that exists, and are never taken.
        free = [row for row in range(start, start + WINDOW) if not self._is_counted(row)]
        if not free:
            raise TableFullError
        row = min(free, key=lambda row: self._numbers[_NUMBERS * row + 2])
        self.write(row, 0.0, 0.0, 0.0)
        self._memory[row * _NAME : (row + 1) * _NAME] = name
        return row

    def count(self, row: int) -> int:
        """Return the sum of all processes' parts."""
        return sum(part[row] for part in self._parts)

    def part(self, process: int, row: int) -> int:
        """Return the part of one process; needs no lock."""
        return self._parts[process][row]

    def add(self, row: int, number: int) -> None:
        """Add to the part of this process."""
        self._own[row] += number

    def read(self, row: int) -> tuple[float, float]:
        """Return the two shared numbers."""
        at = _NUMBERS * row
        return self._numbers[at], self._numbers[at + 1]

    def write(self, row: int, first: float, second: float, until: float) -> None:
        """Set the two shared numbers, which are worth keeping up to the time ``until``."""
        at = _NUMBERS * row
        self._numbers[at], self._numbers[at + 1], self._numbers[at + 2] = first, second, until

    def _look(self, name: bytes, start: int) -> int | None:
        at = self._memory.find(name, start * _NAME, (start + WINDOW) * _NAME)
        return None if at < 0 else at // _NAME

    def _is_counted(self, row: int) -> bool:
        return any(part[row] for part in self._parts)

    def _hash(self, key: str) -> tuple[bytes, int]:
        text = key.encode("utf-8", "surrogateescape")
        name = blake2b(text, digest_size=_NAME, key=self._seed).digest()
        return name, int.from_bytes(name[:8], "little") % self._starts
