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
from ftp_project.server.hooks import Hooks
from ftp_project.server.journal import Journal
from ftp_project.server.listener import listen
from ftp_project.server.xferlog import Xferlog

if TYPE_CHECKING:
    from ftp_project.server.metrics import Metrics


class Operation:
    """Opens what the options name; raises :class:`UsageError` when something cannot be opened."""

    def __init__(self, config: Config, stack: ExitStack) -> None:
        self._config = config
        self._screen = config.status and sys.stdout.isatty()
        self.journal = Journal(config, lines=config.status and not self._screen)
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

    def attach(self, server: Server, loop: Loop) -> None:
        """Begin to watch the server, and start what has to run beside it."""
        self.journal.attach(server)
        if self.xferlog is not None:
            server.observers.append(self.xferlog)
        hooks = Hooks(self._config, server.clock, lambda work: loop.spawn(work, "hook"))
        if hooks:
            self.hooks = hooks
            server.observers.append(hooks)
        if self._metrics_listener is not None:
            from ftp_project.server.metrics import Metrics

            metrics: Metrics = Metrics(server)
            server.observers.append(metrics)
            loop.spawn(metrics.probe(), "probe")
            loop.spawn(metrics.serve(self._metrics_listener), "metrics")

    def show(self, server: Server, loop: Loop, title: str) -> None:
        """Tell where the metrics are; put up the status screen where it is wanted and can be seen.

        ``title`` is the address of the server.
        """
        if self._metrics_listener is not None:
            host, port = self._metrics_listener.getsockname()
            print(f"Metrics at http://{host}:{port}/metrics", flush=True)
        if self._screen:
            from ftp_project.server.status import Screen

            screen = Screen(server, title)
            server.observers.append(screen)
            loop.spawn(screen.keep_drawing(), "status")

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
