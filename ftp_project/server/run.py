"""From settings to a running process, and to its end."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable

from ftp_project.config import Config
from ftp_project.errors import UsageError, reason
from ftp_project.loop import Coro, Loop, LoopError, TaskCancelled, join, spawn
from ftp_project.server.core import Server
from ftp_project.server.listener import listen, serve


def run(config: Config, ready: Callable[[str, int], None]) -> None:
    """Serve until SIGINT or SIGTERM; ``ready(host, port)`` is called when clients can come.

    Raises :class:`UsageError` when the server cannot start.
    """
    try:
        loop = Loop(config.selector)
    except LoopError as error:
        raise UsageError(str(error)) from None
    try:
        listener = listen(config.host, config.port)
    except (OSError, OverflowError) as error:
        why = reason(error) if isinstance(error, OSError) else "no such port"
        raise UsageError(
            f"cannot listen on {config.host} port {config.port}: {why}; "
            "choose another --port (0 picks a free one) or --host"
        ) from None
    server = Server(config, loop.clock)
    try:
        loop.run(_main(loop, server, listener, ready))
    finally:
        server.close()


def _main(
    loop: Loop, server: Server, listener: socket.socket, ready: Callable[[str, int], None]
) -> Coro[None]:
    door = yield from spawn(serve(server, listener), "listener", eager=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.on_signal(number, lambda: loop.cancel(door))
    host, port = listener.getsockname()[:2]
    ready(host, port)
    with contextlib.suppress(TaskCancelled):
        yield from join(door, None)
