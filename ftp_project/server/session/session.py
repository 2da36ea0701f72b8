"""The state of one client's session: its user, its current directory, what it has asked for.

No control flow here: ``control`` runs the conversation, ``verbs`` act on this state.

``Session`` and ``Server`` know each other, the one pair of files here that does. A session asks
its server for the clock, the limits and the options with nearly every command; the server keeps
its sessions for a graceful end and for those who want to see them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ftp_project.loop import Coro, Task
from ftp_project.protocol import paths
from ftp_project.protocol.errors import BadArgumentError
from ftp_project.protocol.facts import DEFAULT_FACTS

if TYPE_CHECKING:
    from ftp_project.accounts.quota import Quota
    from ftp_project.accounts.users import User
    from ftp_project.config import Config
    from ftp_project.files.jail import Jail
    from ftp_project.server.core import Server
    from ftp_project.server.data.data_connection import DataConnection
    from ftp_project.server.data.data_port import DataPort


class Transfer(NamedTuple):
    """What a transfer verb returns: the work that is left for a task of its own.

    ``move(connection)`` moves all bytes over the data connection and raises when that fails;
    ``finish()`` makes the result permanent (closes the file, gives it its name); ``release()`` is
    called at the end, whatever happened. ``opening`` is the 150 reply.
    """

    move: Callable[[DataConnection], Coro[None]]
    opening: bytes
    release: Callable[[], None]
    finish: Callable[[], None] | None = None
    #: which of the two speed limits holds
    upload: bool = False
    #: the virtual path of the file; "" for listings, which nobody counts
    path: str = ""
    #: how many bytes will be moved, as far as that is known
    size: int = 0


class ControlConnection(Protocol):
    """What verbs, transfers and the server may ask of a session's control connection."""

    def client_has_left(self) -> bool:
        """Tell whether the client has closed it."""

    def begin_tls(self) -> Coro[bytes]:
        """Answer AUTH TLS and put it under TLS; returns no further reply."""

    def send_now(self, data: bytes) -> None:
        """Send a last reply as far as that goes without waiting."""


class NoControlConnection:
    """Stands in for the control connection of a session that has none (yet, or any more)."""

    def client_has_left(self) -> bool:
        """Tell that nobody has left."""
        return False

    def begin_tls(self) -> Coro[bytes]:
        """Raise RuntimeError: there is nothing to protect."""
        raise RuntimeError("this session has no control connection")

    def send_now(self, data: bytes) -> None:
        """Do nothing: nobody listens."""


NO_CONTROL = NoControlConnection()


class Session:
    """One client. ``peer`` and ``local`` are the addresses of the control connection's ends."""

    __slots__ = (
        "__weakref__",
        "aborted",
        "ascii",
        "config",
        "control",
        "cwd",
        "data_connection",
        "data_port",
        "deflate",
        "epsv_only",
        "facts",
        "hash",
        "identity",
        "jail",
        "leaving",
        "local",
        "login_by",
        "login_name",
        "peer",
        "protected",
        "quota",
        "rename_from",
        "restart",
        "secure",
        "server",
        "sized",
        "transfer",
        "transfer_task",
        "unknown_in_a_row",
        "user",
    )

    def __init__(self, server: Server, peer: str, local: str, data_port: DataPort) -> None:
        self.server = server
        self.peer = peer
        self.local = local
        self.data_port = data_port
        #: the options that hold here: the server's, and after the login the user's before them
        self.config: Config = server.config
        self.user: User | None = None
        self.jail: Jail | None = None
        #: what the user may store, if that is limited
        self.quota: Quota | None = None
        self.login_name = ""
        #: when the login must be done, in the loop's time
        self.login_by = server.clock() + server.config.login_timeout
        #: the user's name, or what anonymous gave as password (RFC 1635)
        self.identity = ""
        self.cwd: str = "/"
        #: TYPE A, the default of RFC 959 5.1
        self.ascii = True
        #: where the next transfer starts (REST)
        self.restart = 0
        self.rename_from: str | None = None
        self.facts: tuple[str, ...] = DEFAULT_FACTS
        #: MODE Z
        self.deflate = False
        #: EPSV ALL was given (RFC 2428 4)
        self.epsv_only = False
        #: the control connection is under TLS; PROT P was given for the data connections, for
        #: which PBSZ must come first
        self.secure = self.protected = self.sized = False
        #: the running transfer: its task, what it does, and its data connection once that is open
        self.transfer_task: Task[Any] | None = None
        self.transfer: Transfer | None = None
        self.data_connection: DataConnection | None = None
        #: ABOR has stopped a transfer and is still to be answered
        self.aborted = False
        #: the algorithm of HASH
        self.hash = "SHA-256"
        self.unknown_in_a_row = 0
        self.control: ControlConnection = NO_CONTROL
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

    def may_whole_tree(self, right: int, path: str) -> bool:
        """Tell whether the user has ``right`` at ``path`` and everywhere below it."""
        return self.user is not None and self.user.permissions.whole_tree(path) & right == right

    def log_in(self, user: User, jail: Jail) -> None:
        """Begin to act as ``user``."""
        self.user, self.jail, self.cwd = user, jail, "/"
        self.config = self.server.config_of(user)

    def log_out(self) -> None:
        """Forget the user and all that was set (REIN, RFC 959 4.1.1)."""
        if self.user is not None:
            self.server.limits.logout(self.user.name)
            self.login_by = self.server.clock() + self.server.config.login_timeout
        self.user = self.jail = self.quota = self.rename_from = None
        self.login_name, self.cwd, self.ascii, self.restart = "", "/", True, 0
        self.facts = DEFAULT_FACTS
        self.deflate = self.epsv_only = False
        self.hash = "SHA-256"
        self.config = self.server.config
        self.data_port.armed = False

    def detach(self) -> None:
        """Log out, and forget the control connection.

        The two refer to each other: without this both would stay in memory until the garbage
        collector finds them.
        """
        self.log_out()
        self.control = NO_CONTROL

    def take_restart(self) -> int:
        """Return the offset that REST set, once.

        It counts bytes of the file; those of a text that is converted on its way are others.
        Raises BadArgumentError.
        """
        offset, self.restart = self.restart, 0
        if offset and self.ascii:
            raise BadArgumentError("Resuming is not allowed in ASCII mode: send TYPE I.", 554)
        return offset
