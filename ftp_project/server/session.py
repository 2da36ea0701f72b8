"""The state of one client's session: who it is, where it is, what it has asked for.

No control flow here: ``control`` runs the conversation, ``verbs`` act on this state.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ftp_project.loop import Coro, Task
from ftp_project.protocol import paths
from ftp_project.protocol.facts import DEFAULT_FACTS

if TYPE_CHECKING:
    from ftp_project.accounts.users import User
    from ftp_project.files.jail import Jail
    from ftp_project.server.core import Server
    from ftp_project.server.data import DataChannel


class Transfer(NamedTuple):
    """What a transfer verb returns: the work that is left for a task of its own.

    ``move(sock)`` moves all bytes over the data connection and raises when that fails;
    ``finish()`` makes the result stand (closes the file, lets it appear); ``release()`` is called
    in the end, whatever happened. ``opening`` is the 150 reply.
    """

    move: Callable[[socket.socket], Coro[None]]
    opening: bytes
    release: Callable[[], None]
    finish: Callable[[], None] | None = None


class Session:
    """One client. ``peer`` and ``local`` are the addresses of the control connection's ends."""

    __slots__ = (
        "ascii",
        "cwd",
        "data",
        "facts",
        "has_left",
        "jail",
        "leaving",
        "local",
        "login_name",
        "peer",
        "rename_from",
        "restart",
        "server",
        "transfer",
        "unknown_in_a_row",
        "user",
    )

    def __init__(self, server: Server, peer: str, local: str, data: DataChannel) -> None:
        self.server = server
        self.peer = peer
        self.local = local
        self.data = data
        self.user: User | None = None
        self.jail: Jail | None = None
        self.login_name = ""
        self.cwd = "/"
        #: TYPE A, the default of RFC 959 5.1
        self.ascii = True
        #: where the next transfer starts (REST)
        self.restart = 0
        self.rename_from: str | None = None
        self.facts: tuple[str, ...] = DEFAULT_FACTS
        self.transfer: Task[Any] | None = None
        self.unknown_in_a_row = 0
        #: whether the client has closed the control connection; Control knows
        self.has_left: Callable[[], bool] = lambda: False
        #: the session ends after the replies that are due
        self.leaving = False

    @property
    def files(self) -> Jail:
        """The user's files; for verbs that need a login."""
        assert self.jail is not None, "the table lets only logged-in users here"
        return self.jail

    def path(self, argument: str) -> str:
        """Return the virtual path that ``argument`` means from the current directory."""
        return paths.join(self.cwd, argument)

    def may(self, right: int, path: str) -> bool:
        """Tell whether the user has ``right`` (a bit of accounts.permissions) at ``path``."""
        return self.user is not None and self.user.permissions.at(path) & right == right

    def log_in(self, user: User, jail: Jail) -> None:
        """Begin to act as ``user``."""
        self.user, self.jail, self.cwd = user, jail, "/"

    def log_out(self) -> None:
        """Forget the user and all that was set (REIN, RFC 959 4.1.1)."""
        if self.user is not None:
            self.server.limits.logout(self.user.name)
        self.user = self.jail = self.rename_from = None
        self.login_name, self.cwd, self.ascii, self.restart = "", "/", True, 0
        self.facts = DEFAULT_FACTS

    def take_restart(self) -> int:
        """Return the offset that REST set, once."""
        offset, self.restart = self.restart, 0
        return offset
