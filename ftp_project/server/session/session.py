"""The state of one client's session: who it is, where it is, what it has asked for.

No control flow here: ``control`` runs the conversation, ``verbs`` act on this state.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ftp_project.loop import Coro, Task, close
from ftp_project.protocol import paths
from ftp_project.protocol.errors import BadArgumentError
from ftp_project.protocol.facts import DEFAULT_FACTS
from ftp_project.server.data.data_connection import DataConnection

if TYPE_CHECKING:
    from ftp_project.accounts.quota import Quota
    from ftp_project.accounts.users import User
    from ftp_project.files.jail import Jail
    from ftp_project.server.core import Server
    from ftp_project.server.data.data_port import DataChannel


class Transfer(NamedTuple):
    """What a transfer verb returns: the work that is left for a task of its own.

    ``move(connection)`` moves all bytes over the data connection and raises when that fails;
    ``finish()`` makes the result stand (closes the file, lets it appear); ``release()`` is called
    in the end, whatever happened. ``opening`` is the 150 reply.
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


def _unknown() -> bool:
    """Stand in for a control connection: nobody knows that the client has left."""
    return False


class Session:
    """One client. ``peer`` and ``local`` are the addresses of the control connection's ends."""

    __slots__ = (
        "__weakref__",
        "aborted",
        "ascii",
        "begin_tls",
        "connection",
        "cwd",
        "data",
        "deflate",
        "epsv_only",
        "facts",
        "has_left",
        "hash",
        "identity",
        "jail",
        "leaving",
        "local",
        "login_by",
        "login_name",
        "moving",
        "peer",
        "protected",
        "quota",
        "rename_from",
        "restart",
        "secure",
        "server",
        "sized",
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
        #: what the user may store, if that is limited
        self.quota: Quota | None = None
        self.login_name = ""
        #: when the login must be done, in the loop's time
        self.login_by = server.clock() + server.config.login_timeout
        #: who it says to be: the user, or what anonymous gave as password (RFC 1635)
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
        self.transfer: Task[Any] | None = None
        #: what it does
        self.moving: Transfer | None = None
        #: that of the running transfer
        self.connection: DataConnection | None = None
        #: ABOR has stopped a transfer and is still to be answered
        self.aborted = False
        #: the algorithm of HASH
        self.hash = "SHA-256"
        self.unknown_in_a_row = 0
        #: whether the client has closed the control connection; Control knows
        self.has_left: Callable[[], bool] = _unknown
        #: puts the control connection under TLS and returns no reply; Control's too
        self.begin_tls: Callable[[], Coro[bytes]] | None = None
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
        self.data.armed = False

    def let_go(self) -> None:
        """Log out, and let go of the control connection.

        The two know each other: else both would stay until the garbage collector finds them.
        """
        self.log_out()
        self.has_left, self.begin_tls = _unknown, None

    def take_restart(self) -> int:
        """Return the offset that REST set, once.

        It counts bytes of the file; those of a text that is converted on its way are others.
        Raises BadArgumentError.
        """
        offset, self.restart = self.restart, 0
        if offset and self.ascii:
            raise BadArgumentError("Resuming is not allowed in ASCII mode: send TYPE I.", 554)
        return offset

    def open_data(self, upload: bool) -> Coro[DataConnection]:
        """Return the data connection for one transfer, with its limits and its protection.

        Raises what :meth:`DataChannel.establish` does, and ssl.SSLError.
        """
        server, config = self.server, self.server.config
        deadline = server.clock() + config.connect_timeout
        sock, secure = yield from self.data.establish(deadline)
        rates = server.bandwidth.limits(self, upload)
        stall = config.stall_timeout
        least = int(config.minimum_rate * stall)
        self.connection = DataConnection(sock, server.clock, stall, rates, least, secure)
        self.connection.upload = upload
        if self.protected:
            assert server.tls is not None
            try:
                yield from self.connection.protect(server.tls, config.tls_session_reuse)
            except BaseException:
                yield from close(self.connection.sock)
                raise
        return self.connection
