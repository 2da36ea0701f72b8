"""One command: what its row says, and the one place that enforces it."""

# A server that checks logins, arguments and rights in each of its sixty verbs forgets one. Here a
# verb's function checks nothing that its row can say: ``check`` has refused the command before, for
# every verb in the same order (login, TLS, argument, right, data port), and ``act`` turns what the
# function raises into a reply. The words of SITE have rows of the same kind (``verbs/site.py``),
# and go through the same two functions.

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, TypeAlias

from ftp_project.files.errors import FileError
from ftp_project.loop import Coro
from ftp_project.protocol import replies
from ftp_project.protocol.errors import BadArgumentError
from ftp_project.protocol.replies import reply
from ftp_project.server.session.error_replies import reply_for

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session, Transfer

Answer: TypeAlias = "bytes | Transfer | Coro[bytes]"
Verb: TypeAlias = "Callable[[Session, str], Answer]"


class Argument(Enum):
    """What stands behind a verb."""

    NOTHING = auto()
    TEXT = auto()
    TEXT_OR_NOTHING = auto()
    #: a path, which the verb gets as a normal virtual path
    PATH = auto()
    #: a path; without one the current directory is meant
    PATH_OR_NOTHING = auto()


NOTHING, TEXT, PATH = Argument.NOTHING, Argument.TEXT, Argument.PATH
MAYBE_TEXT, MAYBE_PATH = Argument.TEXT_OR_NOTHING, Argument.PATH_OR_NOTHING


@dataclass(frozen=True, slots=True)
class Row:
    """One command: its name, what it does, what must be true before it does it."""

    name: str
    verb: Verb
    argument: Argument
    #: shown by HELP, and by the 501 for an argument that the verb cannot read
    usage: str
    #: only for users who have logged in
    login: bool = True
    #: the right (a bit of accounts.permissions) needed at the path; may depend on the session
    right: int | Callable[[Session], int] = 0
    #: the right is needed in everything below the path, too
    whole_tree: bool = False
    #: moves bytes over a data connection
    transfers: bool = False
    #: answered at once also while a transfer runs; all others wait for its end
    during_transfer: bool = False
    #: finds the path in an argument that holds more than a path
    path_from: Callable[[Session, str], str] | None = None
    #: FEAT's line about it; "" for none, which may depend on the session
    feature: str | Callable[[Session], str] = ""


class WrongUsageError(Exception):
    """Raised by a verb that cannot read its argument: the reply shows the row's usage."""


def check(session: Session, row: Row, argument: str) -> tuple[str, bytes | None]:
    """Return the argument for the verb, and the reply that refuses it, or None.

    Everything that can be said against a command before it runs is said here: no login 530, an
    argument too many or too few 501, a missing right 550.
    """
    if row.login and session.user is None:
        return argument, replies.NOT_LOGGED_IN
    required = session.server.config.tls_required
    if required and not session.secure and (row.login or row.name in ("USER", "PASS")):
        return argument, reply(530, "The server requires TLS: send AUTH TLS first.")
    kind = row.argument
    if kind is NOTHING:
        if argument.strip():
            return argument, reply(501, f"{row.name} takes no argument.")
        return "", None
    if not argument and (kind is TEXT or kind is PATH):
        return argument, reply(501, f"Usage: {row.usage}")
    path = ""
    if kind is PATH or kind is MAYBE_PATH:
        argument = path = session.path(argument)
    elif row.path_from is not None:
        path = row.path_from(session, argument)
    needed = row.right if isinstance(row.right, int) else row.right(session)
    if needed and not session.may(needed, path):
        return argument, replies.PERMISSION_DENIED
    if row.whole_tree and not session.may_whole_tree(needed, path):
        return argument, replies.PERMISSION_DENIED
    # Last, as these are about the moment and not about the command: a client that may not read the
    # file should hear that, also when it has forgotten PASV.
    if row.transfers:
        if required == "data" and not session.protected:
            return argument, reply(521, "The server requires protected data: send PROT P first.")
        if not session.data_port.armed:
            return argument, reply(425, "Use EPSV, PASV, EPRT or PORT first.")
    return argument, None


def act(session: Session, row: Row, argument: str) -> Answer:
    """Carry out one command: refuse it, or call its verb; its failures become replies too."""
    # Compared by identity afterwards: RNFR of the same path twice is a new RNFR.
    before = session.rename_from
    try:
        argument, refusal = check(session, row, argument)
        return row.verb(session, argument) if refusal is None else refusal
    except (FileError, BadArgumentError) as error:
        return reply_for(error, row.name)
    except WrongUsageError:
        return reply(501, f"Usage: {row.usage}")
    finally:
        if row.transfers:
            session.restart = 0  # it was for this one (RFC 3659 5.3), whatever became of it
        if session.rename_from is before:
            session.rename_from = None  # RNTO must follow RNFR at once (RFC 959 4.1.3)
