"""The status screen: sessions, transfers and their rates, drawn four times a second."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ftp_project.loop import Coro, sleep
from ftp_project.server.observe.counters import BYTES, COMPLETE, FAILED, MOVING, Counters, Totals
from ftp_project.server.observe.snapshot import SHOWN_ROWS, SessionRow, Snapshot

#: seconds between two drawings
PERIOD = 0.25
#: how much of a new rate goes into the one shown: 1 would flicker
SMOOTHING = 0.3


class Screen:
    """Draws sessions to a terminal; ``title`` says where the server listens.

    ``take()`` returns the sessions, and brings the numbers of all processes up to date.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        title: str,
        take: Callable[[], Snapshot],
        per_process: Sequence[Counters],
        console: Console | None = None,
    ) -> None:
        self._clock = clock
        self._title = title
        self._take_snapshot = take
        self._per_process = per_process
        self._console = console or Console()
        self._began = self._drawn = clock()
        #: bytes seen last time, and the smoothed rate, by worker and session; 0, 0: all together
        self._seen: dict[tuple[int, int], tuple[int, float]] = {}

    def keep_drawing(self) -> Coro[None]:
        """Draw until cancelled; then leave the terminal as it was."""
        live = Live(console=self._console, auto_refresh=False, transient=True)
        live.start()
        try:
            while True:
                live.update(self.draw(), refresh=True)
                yield from sleep(PERIOD)
        finally:
            live.stop()

    def draw(self) -> Group:
        """Return the screen as it is now: at most 20 rows."""
        snapshot = self._take_snapshot()
        rows = snapshot.rows[:SHOWN_ROWS]
        with_worker = any(row.worker for row in rows)
        table = Table(box=None, expand=True, pad_edge=False, header_style="bold")
        for name, ratio in (("user", 2), ("from", 2), ("", 1), ("file", 5)):
            table.add_column(name, ratio=ratio, no_wrap=True, overflow="ellipsis")
        table.add_column("progress", width=12)
        table.add_column("moved", justify="right", width=9)
        table.add_column("rate", justify="right", width=11)
        if with_worker:
            table.add_column("worker", justify="right", width=6)
        total = Totals(self._per_process).numbers
        moved = sum(total[BYTES : BYTES + 2])
        now = self._clock()
        elapsed, self._drawn = max(now - self._drawn, 0.001), now
        seen: dict[tuple[int, int], tuple[int, float]] = {}
        for row in rows:
            cells = self._cells(row, seen, elapsed)
            table.add_row(*cells, *([str(row.worker)] if with_worker else []))
        rate = self._rate((0, 0), moved + sum(total[MOVING : MOVING + 2]), seen, elapsed)
        self._seen = seen
        more = snapshot.sessions - len(rows)
        head = f"{self._title}  {snapshot.sessions} sessions, up {self._uptime()}"
        foot = (
            f"{f'… and {more} more  ' if more > 0 else ''}"
            f"{amount(rate)}/s now, {sum(total[COMPLETE : COMPLETE + 2])} transfers done, "
            f"{sum(total[FAILED : FAILED + 2])} failed, {amount(moved)} moved"
        )
        return Group(
            Text(head, style="bold", no_wrap=True, overflow="ellipsis"),
            table,
            Text(foot, no_wrap=True, overflow="ellipsis"),
        )

    def _cells(
        self, row: SessionRow, seen: dict[tuple[int, int], tuple[int, float]], elapsed: float
    ) -> list[Text | str | ProgressBar]:
        user, peer = Text(row.user), Text(row.peer)
        if row.upload is None:
            return [user, peer, "", Text("idle", style="dim"), "", "", ""]
        rate = self._rate((row.worker, row.key), row.moved, seen, elapsed)
        return [
            user,
            peer,
            "▲" if row.upload else "▼",
            Text(_printable(row.path) or "listing"),
            ProgressBar(row.size, row.moved, width=12) if row.size else "",
            amount(row.moved),
            f"{amount(rate)}/s",
        ]

    def _rate(
        self,
        key: tuple[int, int],
        moved: int,
        seen: dict[tuple[int, int], tuple[int, float]],
        elapsed: float,
    ) -> float:
        before, rate = self._seen.get(key, (moved, 0.0))
        new = max(0, moved - before) / elapsed
        rate = new if key not in self._seen else rate + SMOOTHING * (new - rate)
        seen[key] = moved, rate
        return rate

    def _uptime(self) -> str:
        minutes, seconds = divmod(int(self._clock() - self._began), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}"


def amount(count: float) -> str:
    """Return bytes as people read them.

    >>> amount(999), amount(1_500_000)
    ('999 B', '1.5 MB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 99.95 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def _printable(text: str) -> str:
    """Return a client's file name so that it cannot steer the terminal."""
    return "".join(char if char.isprintable() else "?" for char in text)
