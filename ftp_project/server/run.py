"""From settings to a running process, and to its end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Callable

from ftp_project.accounts.users import Users
from ftp_project.config import Config
from ftp_project.errors import UsageError, reason
from ftp_project.loop import Coro, Loop, LoopError, TaskCancelled, join, spawn
from ftp_project.server.core import Server
from ftp_project.server.listener import listen, serve
from ftp_project.server.reload import reload
from ftp_project.server.table import USAGES


def run(
    config: Config,
    ready: Callable[[str, int], None],
    read_users: Callable[[], Users] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; ``ready(host, port)`` is called when clients can come.

    On SIGHUP the users are exchanged for what ``read_users()`` returns.

    Raises :class:`UsageError` when the server cannot start.
    """
    if config.umask is not None:
        os.umask(config.umask)
    tls = None
    if config.tls_cert is not None:
        from ftp_project.server.certificates import make_context

        tls = make_context(config.tls_cert, config.tls_key)
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
    server.tls, server.usages = tls, USAGES
    try:
        loop.run(_main(loop, server, listener, ready, read_users))
    finally:
        server.close()


def _main(
    loop: Loop,
    server: Server,
    listener: socket.socket,
    ready: Callable[[str, int], None],
    read_users: Callable[[], Users] | None,
) -> Coro[None]:
    door = yield from spawn(serve(server, listener), "listener", eager=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.on_signal(number, lambda: loop.cancel(door))

    def hung_up() -> None:
        if read_users is not None:
            loop.spawn(reload(server, read_users), "reload")

    loop.on_signal(signal.SIGHUP, hung_up)
    host, port = listener.getsockname()[:2]
    ready(host, port)
    with contextlib.suppress(TaskCancelled):
        yield from join(door, None)
