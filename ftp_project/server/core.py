"""What all sessions of one server share."""

# One object and no global variables: two servers can run in one process, as they do in tests, and
# whatever a session may reach is reached through its ``server``.
#
# One buffer for all transfers. Transfers use it only between two waits, and nobody else runs
# between two waits, so it is free whenever somebody asks for it. A buffer for each of a thousand
# transfers would be 256 MiB that is idle nearly all the time.

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftp_project.accounts.guard import LoginGuard
from ftp_project.accounts.limits import SessionLimits
from ftp_project.accounts.users import User
from ftp_project.config import Config
from ftp_project.files.jail import Jail
from ftp_project.protocol.replies import greeting
from ftp_project.server.data.bandwidth import Bandwidth
from ftp_project.server.data.quotas import Quotas
from ftp_project.server.data.splice import make_file_writer

if TYPE_CHECKING:
    import ssl

    from ftp_project.loop import Task
    from ftp_project.server.observe.observers import Observer
    from ftp_project.server.session.session import Session

log = logging.getLogger("ftp_project")

#: bytes of the one buffer through which transfers pass; no task keeps it over a wait
BUFFER_SIZE = 1 << 18


class Server:
    """The settings, the accounts and the shared buffer of a running server.

    ``clock`` is the loop's (monotonic, for deadlines), ``wall_clock`` that of the calendar.
    """

    def __init__(
        self,
        config: Config,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.config = config
        self.users = config.users
        #: the first reply of every session
        self.greeting = greeting(config.banner)
        self.clock = clock
        self.wall_clock = wall_clock
        self.guard = LoginGuard(config.login_attempts, ban=config.login_ban)
        self.limits = SessionLimits(config.max_clients, config.max_per_ip, config.max_per_user)
        self.quotas = Quotas()
        self.bandwidth = Bandwidth(config, clock)
        self.buffer = memoryview(bytearray(BUFFER_SIZE))
        #: what plain uploads pass through
        self.file_writer = make_file_writer(self.buffer)
        #: told of what happens; nothing is measured for nobody
        self.observers: list[Observer] = []
        #: whether every command is logged
        self.trace = False
        #: the sessions that there are, with their tasks
        self.sessions: dict[Session, Task[Any]] = {}
        #: no new clients, and those that transfer nothing are sent away
        self.draining = False
        self.tls: ssl.SSLContext | None = None
        self._jails: dict[tuple[Path, bool], Jail] = {}

    def config_of(self, user: User) -> Config:
        """Return the options that hold for a user: the user's own before the server's."""
        own = user.overrides()
        return replace(self.config, **own) if own else self.config

    def jail_of(self, user: User) -> Jail:
        """Return the jail of a user's home, shared by all sessions with that home.

        Raises a FileError when the home cannot be opened.
        """
        # Rules per directory hold for names; a link would be a way around them.
        key = user.home, not user.permissions.has_rules
        jail = self._jails.get(key)
        if jail is None:
            jail = self._jails[key] = Jail(user.home, follow_links=key[1])
        return jail

    def close(self) -> None:
        """Close the descriptors: of the homes, and of the pipe for uploads."""
        self.file_writer.close()
        for jail in self._jails.values():
            jail.close()
        self._jails.clear()
