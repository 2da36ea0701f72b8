"""A clock that stands until a test moves it, also for a server in another process.

Deadlines of minutes then pass at once, and on a busy machine none passes that the test has not let
pass. Both sides map the same file, which holds the seconds.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

SECONDS = struct.Struct("d")
START = 1000.0


class StandingClock:
    """Gives the seconds in ``path``, which is made where it is missing."""

    def __init__(self, path: str | Path) -> None:
        if not Path(path).exists():
            Path(path).write_bytes(SECONDS.pack(START))
        with open(path, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), SECONDS.size)

    def __call__(self) -> float:
        return float(SECONDS.unpack(self._map)[0])

    def move(self, seconds: float) -> None:
        self._map[:] = SECONDS.pack(self() + seconds)
