"""What a server does beside serving, as the options ask: logs, metrics, hooks, the screen."""

from __future__ import annotations

import socket
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from ftp_project.config import Config
from ftp_project.errors import UsageError, reason
from ftp_project.loop import Loop
from ftp_project.server.core import Server, log
from ftp_project.server.observe.counters import Counters
from ftp_project.server.observe.hooks import Hooks, commands
from ftp_project.server.observe.journal import Journal
from ftp_project.server.observe.snapshot import SHOWN_ROWS, Snapshot, take_snapshot
from ftp_project.server.observe.xferlog import Xferlog
from ftp_project.server.session.listener import listen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ftp_project.server.observe.status import Screen


class Observability:
    """Opens what the options name; raises ``UsageError`` when something cannot be opened."""

    def __init__(self, config: Config, stack: ExitStack) -> None:
        self._config = config
        commands(config)  # a mistake in them is to be told now
        #: whether there is a status screen
        self.has_screen = config.status and sys.stdout.isatty()
        self.journal = Journal(config, lines=config.status and not self.has_screen)
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
        self.counters = Counters()
        self._screen: Screen | None = None
        self._told = False

    def attach(self, server: Server, loop: Loop, counters: Counters | None = None) -> None:
        """Begin to watch the server, and start what has to run beside it.

        ``counters`` is where it is counted what happens, if somebody else wants to know that.
        """
        self.journal.attach(server)
        if self.xferlog is not None:
            server.observers.append(self.xferlog)
        hooks = Hooks(self._config, server.clock, lambda work: loop.spawn(work, "hook"))
        if hooks:
            self.hooks = hooks
            server.observers.append(hooks)
        if self.measures:
            self.counters = counters or self.counters
            server.observers.append(self.counters)
            loop.spawn(self.counters.probe(server), "probe")

    @property
    def measures(self) -> bool:
        """Whether somebody looks at what is counted."""
        return self._metrics_listener is not None or self.has_screen

    def show_one(self, server: Server, loop: Loop, title: str) -> None:
        """Do the same as ``show`` for a server that is one process."""

        def refresh() -> None:
            self.counters.refresh(server)

        def take() -> Snapshot:
            refresh()
            return take_snapshot(server, SHOWN_ROWS)

        self.show(loop, title, take, [self.counters], refresh)

    def show(
        self,
        loop: Loop,
        title: str,
        take: Callable[[], Snapshot],
        per_process: Sequence[Counters],
        refresh: Callable[[], None] = lambda: None,
        replaced: Callable[[], int] | None = None,
    ) -> None:
        """Serve the metrics and tell where; put up the status screen where it can be seen.

        ``title`` is the address of the server, ``take()`` returns a snapshot of its sessions; for
        the others see ``Metrics``. To be called for each loop; only the first call prints.
        """
        if self._metrics_listener is not None:
            from ftp_project.server.observe.metrics import Metrics

            metrics = Metrics(per_process, refresh, replaced)
            loop.spawn(metrics.serve(self._metrics_listener), "metrics")
            if not self._told:
                host, port = self._metrics_listener.getsockname()
                print(f"Metrics at http://{host}:{port}/metrics", flush=True)
        self._told = True
        if self.has_screen:
            from ftp_project.server.observe.status import Screen

            self._screen = self._screen or Screen(loop.clock, title, take, per_process)
            loop.spawn(self._screen.keep_drawing(), "status")

    def leave_to_parent(self) -> None:
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
