"""The status screen: who is there, what is moved, how fast; drawn four times a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ftp_project.loop import Coro, sleep
from ftp_project.server.core import Server
from ftp_project.server.observers import Done, Observer

if TYPE_CHECKING:
    from ftp_project.server.session import Session

#: sessions shown; the head and the last line come on top
ROWS = 16
#: seconds between two drawings
PERIOD = 0.25
#: how much of a new rate goes into the one shown: 1 would flicker
SMOOTHING = 0.3


class Screen(Observer):
    """Draws the sessions of ``server`` to a terminal; ``title`` says where it listens."""

    def __init__(self, server: Server, title: str, console: Console | None = None) -> None:
        self._server = server
        self._title = title
        self._console = console or Console()
        self._began = self._drawn = server.clock()
        self._finished = 0
        self._failed = 0
        self._moved = 0
        #: bytes seen last time, and the smoothed rate, of each session that transfers
        self._seen: dict[Session, tuple[int, float]] = {}

    def transferred(self, session: Session, done: Done) -> None:
        """Count it for the last line."""
        self._moved += done.size
        if done.complete:
            self._finished += 1
        else:
            self._failed += 1

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
        sessions = [control.session for control in self._server.sessions]
        # Those that move bytes first: they are what one looks for.
        sessions.sort(key=lambda session: session.connection is None)
        table = Table(box=None, expand=True, pad_edge=False, header_style="bold")
        for name, ratio in (("user", 2), ("from", 2), ("", 1), ("file", 5)):
            table.add_column(name, ratio=ratio, no_wrap=True, overflow="ellipsis")
        table.add_column("progress", width=12)
        table.add_column("moved", justify="right", width=9)
        table.add_column("rate", justify="right", width=11)
        now = self._server.clock()
        elapsed, self._drawn = max(now - self._drawn, 0.001), now
        rates = {session: self._rate(session, elapsed) for session in sessions}
        self._seen = {session: seen for session, seen in self._seen.items() if session in rates}
        for session in sessions[:ROWS]:
            self._add(table, session, rates[session])
        more = len(sessions) - ROWS
        head = f"{self._title}  {len(sessions)} sessions, up {self._uptime()}"
        foot = (
            f"{f'… and {more} more  ' if more > 0 else ''}"
            f"{amount(sum(rates.values()))}/s now, {self._finished} transfers done, "
            f"{self._failed} failed, {amount(self._moved)} moved"
        )
        return Group(
            Text(head, style="bold", no_wrap=True, overflow="ellipsis"),
            table,
            Text(foot, no_wrap=True, overflow="ellipsis"),
        )

    def _add(self, table: Table, session: Session, rate: float) -> None:
        user = Text("-" if session.user is None else session.user.name)
        peer = Text(session.peer.removeprefix("::ffff:"))
        connection = session.connection
        if connection is None:
            table.add_row(user, peer, "", Text("idle", style="dim"), "", "", "")
            return
        path, size = ("", 0) if session.moving is None else session.moving[-2:]
        table.add_row(
            user,
            peer,
            "▲" if connection.upload else "▼",
            Text(_printable(path) or "listing"),
            ProgressBar(size, connection.moved, width=12) if size else "",
            amount(connection.moved),
            f"{amount(rate)}/s",
        )

    def _rate(self, session: Session, elapsed: float) -> float:
        connection = session.connection
        if connection is None:
            self._seen.pop(session, None)
            return 0.0
        before, rate = self._seen.get(session, (connection.moved, 0.0))
        new = max(0, connection.moved - before) / elapsed
        rate = new if session not in self._seen else rate + SMOOTHING * (new - rate)
        self._seen[session] = connection.moved, rate
        return rate

    def _uptime(self) -> str:
        minutes, seconds = divmod(int(self._server.clock() - self._began), 60)
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
