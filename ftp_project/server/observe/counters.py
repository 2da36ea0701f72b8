"""The counters of a server: numbers in plain memory, which may be shared between processes."""

# One array of 64-bit integers and names for its places, because the same numbers must be read from
# another process: the workers' arrays lie in memory that the parent maps too. Each place is written
# by one process only, and an aligned 64-bit store is never seen half done by a reader on a 64-bit
# machine. So no lock is needed, and a worker that dies leaves its numbers as they were.
#
# A sum over several arrays is not a snapshot of one moment. That is all right for numbers that only
# grow, which is why monitoring systems ask for those, and compute rates themselves.

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ftp_project.loop import Coro, sleep
from ftp_project.server.observe.observers import Done, Observer

if TYPE_CHECKING:
    from ftp_project.server.core import Server
    from ftp_project.server.session.session import Session

#: seconds between two looks at how late the loop is, and at what is running
PROBE = 0.25
#: the upper ends of the classes of lateness, in seconds; the last class has no end
LATENESS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
#: codes of failures are counted from the first to before the second
CODES = (400, 600)
_MICRO = 1_000_000

#: the places of the numbers; those of the first line are as of now, the others only grow
SESSIONS, LOGGED_IN, RUNNING, MOVING = 0, 1, 2, 3  # MOVING: 3 downloads, 4 uploads; bytes
CONNECTIONS, ACCEPTED, REFUSED = 5, 6, 7
COMPLETE, FAILED, BYTES = 8, 10, 12  # each: first downloads, then uploads
LATE, LATE_SUM = 14, 14 + len(LATENESS) + 1
FAILURES = LATE_SUM + 1
SIZE = FAILURES + CODES[1] - CODES[0]
#: the numbers that are as of now
_NOW = 5


class Counters(Observer):
    """Counts what happens in a server. ``numbers`` has SIZE places for integers of 64 bits.

    Only this process writes them; whoever reads them elsewhere sees each number whole.
    """

    def __init__(self, numbers: memoryview | None = None) -> None:
        self.numbers = memoryview(array("q", [0] * SIZE)) if numbers is None else numbers

    def refresh(self, server: Server) -> None:
        """Write down what is as of now."""
        numbers = self.numbers
        running, moving = 0, [0, 0]
        for session in server.sessions:
            connection = session.data_connection
            if connection is not None:
                running += 1
                moving[connection.upload] += connection.moved
        numbers[SESSIONS] = len(server.sessions)
        numbers[LOGGED_IN] = sum(session.user is not None for session in server.sessions)
        numbers[RUNNING] = running
        numbers[MOVING], numbers[MOVING + 1] = moving

    def forget_now(self) -> None:
        """The process has ended: what only grows stays, nothing else."""
        for place in range(_NOW):
            self.numbers[place] = 0

    def probe(self, server: Server) -> Coro[None]:
        """Measure for ever how late the loop is, and refresh."""
        clock: Callable[[], float] = server.clock
        while True:
            due = clock() + PROBE
            yield from sleep(PROBE)
            late = max(0.0, clock() - due)
            self.numbers[LATE + bisect_left(LATENESS, late)] += 1
            self.numbers[LATE_SUM] += round(late * _MICRO)
            self.refresh(server)

    # ------------------------------------------------------------------ events

    def session_began(self, session: Session) -> None:
        """Count a connection."""
        self.numbers[CONNECTIONS] += 1

    def logged_in(self, session: Session) -> None:
        """Count a login."""
        self.numbers[ACCEPTED] += 1

    def login_failed(self, session: Session, name: str) -> None:
        """Count a failed login."""
        self.numbers[REFUSED] += 1

    def transferred(self, session: Session, done: Done) -> None:
        """Count a transfer and its bytes."""
        self.numbers[(COMPLETE if done.complete else FAILED) + done.upload] += 1
        self.numbers[BYTES + done.upload] += done.size

    def refused(self, session: Session, code: int) -> None:
        """Count a reply."""
        if CODES[0] <= code < CODES[1]:
            self.numbers[FAILURES + code - CODES[0]] += 1


class Totals:
    """The sums over several processes, as they were when they were made."""

    def __init__(self, per_process: Sequence[Counters]) -> None:
        columns = zip(*(counters.numbers for counters in per_process), strict=True)
        self.numbers: list[int] = [sum(column) for column in columns]

    @property
    def lateness_seconds(self) -> float:
        """All lateness together."""
        return self.numbers[LATE_SUM] / _MICRO

    def lateness(self) -> list[tuple[str, int]]:
        """Return (upper end, how often it was at most that) of all classes."""
        found, count = [], 0
        for place, end in enumerate((*map(str, LATENESS), "+Inf")):
            count += self.numbers[LATE + place]
            found.append((end, count))
        return found

    def failures(self) -> dict[int, int]:
        """Return how often each code was sent, of those that were."""
        counts = self.numbers[FAILURES:]
        return {CODES[0] + place: count for place, count in enumerate(counts) if count}
