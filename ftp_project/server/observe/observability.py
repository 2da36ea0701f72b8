"""What a server does beside serving: logs, metrics, hooks, the status screen; as options ask."""

from __future__ import annotations

import socket
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from ftp_project.config import Config
from ftp_project.errors import UsageError, reason
from ftp_project.loop import Loop
from ftp_project.server.core import Server, log
from ftp_project.server.observe.counters import Tally
from ftp_project.server.observe.hooks import Hooks, commands
from ftp_project.server.observe.journal import Journal
from ftp_project.server.observe.snapshot import ROWS, Sight, look
from ftp_project.server.observe.xferlog import Xferlog
from ftp_project.server.session.listener import listen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ftp_project.server.observe.status import Screen


class Operation:
    """Opens what the options name; raises :class:`UsageError` when something cannot be opened."""

    def __init__(self, config: Config, stack: ExitStack) -> None:
        self._config = config
        commands(config)  # a mistake in them is to be told now
        #: whether there is a status screen
        self.draws = config.status and sys.stdout.isatty()
        self.journal = Journal(config, lines=config.status and not self.draws)
        stack.callback(self.journal.close)
        self.xferlog: Xferlog | None = None
        if config.xferlog is not None:
            self.xferlog = Xferlog(config.xferlog)
            stack.callback(self.xferlog.close)
        self._metrics_listener: socket.socket | None = None
        if config.metrics_port is not None:
            self._metrics_listener = _listen_for_scrapers(config.metrics_port)
            stack.callback(self._metrics_listener.close)
        self.hooks: Hooks | None = None
        #: what is counted where nobody else gives the place for it
        self.tally = Tally()
        self._screen: Screen | None = None
        self._told = False

    def attach(self, server: Server, loop: Loop, tally: Tally | None = None) -> None:
        """Begin to watch the server, and start what has to run beside it.

        ``tally`` is where it is counted what happens, if somebody else wants to know that.
        """
        self.journal.attach(server)
        if self.xferlog is not None:
            server.observers.append(self.xferlog)
        hooks = Hooks(self._config, server.clock, lambda work: loop.spawn(work, "hook"))
        if hooks:
            self.hooks = hooks
            server.observers.append(hooks)
        if self.measures:
            self.tally = tally or self.tally
            server.observers.append(self.tally)
            loop.spawn(self.tally.probe(server), "probe")

    @property
    def measures(self) -> bool:
        """Whether somebody looks at what is counted."""
        return self._metrics_listener is not None or self.draws

    def show_one(self, server: Server, loop: Loop, title: str) -> None:
        """Do the same as `show` for a server that is one process."""

        def refresh() -> None:
            self.tally.refresh(server)

        def see() -> Sight:
            refresh()
            return look(server, ROWS)

        self.show(loop, title, see, [self.tally], refresh)

    def show(
        self,
        loop: Loop,
        title: str,
        see: Callable[[], Sight],
        tallies: Sequence[Tally],
        refresh: Callable[[], None] = lambda: None,
        replaced: Callable[[], int] | None = None,
    ) -> None:
        """Serve the metrics and tell where; put up the status screen where it can be seen.

        ``title`` is the address of the server, ``see()`` returns its sessions; for the others
        see :class:`~.metrics.Metrics`. To be called for each loop; only the first one tells.
        """
        if self._metrics_listener is not None:
            from ftp_project.server.observe.metrics import Metrics

            metrics = Metrics(tallies, refresh, replaced)
            loop.spawn(metrics.serve(self._metrics_listener), "metrics")
            if not self._told:
                host, port = self._metrics_listener.getsockname()
                print(f"Metrics at http://{host}:{port}/metrics", flush=True)
        self._told = True
        if self.draws:
            from ftp_project.server.observe.status import Screen

            self._screen = self._screen or Screen(loop.clock, title, see, tallies)
            loop.spawn(self._screen.keep_drawing(), "status")

    def leave_show(self) -> None:
        """In a worker: leave metrics and screen to the parent. What is counted goes on."""
        if self._metrics_listener is not None:
            self._metrics_listener.close()

    def idle(self) -> bool:
        """Tell whether nothing is left to be done for what has happened."""
        return self.hooks is None or self.hooks.idle

    def reopen(self) -> None:
        """Go on in new files: the old ones may have been moved away."""
        try:
            self.journal.reopen()
            if self.xferlog is not None:
                self.xferlog.reopen()
        except OSError as error:
            log.error("cannot reopen a log: %s", error)


def _listen_for_scrapers(port: int) -> socket.socket:
    try:
        return listen("127.0.0.1", port)
    except OSError as error:
        raise UsageError(
            f"cannot listen on 127.0.0.1 port {port} for metrics: {reason(error)}; "
            "choose another --metrics-port"
        ) from None
