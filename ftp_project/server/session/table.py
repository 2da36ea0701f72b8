"""The table of commands, and the one place that decides whether a command may run.

To add a command: write a function in ``verbs`` and one row here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, TypeAlias

from ftp_project.accounts import permissions as right
from ftp_project.files.errors import FileError
from ftp_project.loop import Coro
from ftp_project.protocol import replies
from ftp_project.protocol.errors import BadArgumentError
from ftp_project.protocol.replies import reply
from ftp_project.server.data.list_query import listed_path
from ftp_project.server.session.error_replies import failure
from ftp_project.server.session.verbs import (
    data,
    hashes,
    info,
    login,
    manage,
    navigate,
    security,
    settings,
    site,
    transfer,
)
from ftp_project.server.session.verbs import list as list_verbs

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session, Transfer

Answer: TypeAlias = "bytes | Transfer | Coro[bytes]"
Verb: TypeAlias = "Callable[[Session, str], Answer]"


class Takes(Enum):
    """What stands behind a verb."""

    NOTHING = auto()
    TEXT = auto()
    TEXT_OR_NOTHING = auto()
    #: a path, which the verb gets as a normal virtual path
    PATH = auto()
    #: a path; without one the current directory is meant
    PATH_OR_NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Row:
    """One command: its name, what it does, what must be true before it does it."""

    name: str
    verb: Verb
    takes: Takes
    #: shown by HELP
    usage: str
    #: only for users who have logged in
    login: bool = True
    #: the right (a bit of accounts.permissions) needed at the path; may depend on the session
    right: int | Callable[[Session], int] = 0
    #: moves bytes over a data connection
    transfers: bool = False
    #: answered at once also while a transfer runs; all others wait for its end
    during_transfer: bool = False
    #: finds the path in an argument that holds more than a path
    path_in: Callable[[Session, str], str] | None = None


def writing(session: Session) -> int:
    """Return the right that STOR needs: to go on with a file is another thing than to replace."""
    return right.APPEND if session.restart else right.WRITE


NOTHING, TEXT, PATH = Takes.NOTHING, Takes.TEXT, Takes.PATH
MAYBE_TEXT, MAYBE_PATH = Takes.TEXT_OR_NOTHING, Takes.PATH_OR_NOTHING

ROWS = (
    # who is it
    Row("USER", login.user, TEXT, "USER <name>", login=False),
    Row("PASS", login.password, MAYBE_TEXT, "PASS <password>", login=False),
    Row("ACCT", login.acct, TEXT, "ACCT <account>", login=False),
    Row("REIN", login.reinitialize, NOTHING, "REIN", login=False),
    Row("QUIT", login.quit_, NOTHING, "QUIT", login=False, during_transfer=True),
    Row("HOST", login.host, TEXT, "HOST <name>", login=False),
    Row("AUTH", security.auth, TEXT, "AUTH TLS", login=False),
    Row("PBSZ", security.pbsz, TEXT, "PBSZ 0", login=False),
    Row("PROT", security.prot, TEXT, "PROT P | C", login=False),
    Row("CCC", security.ccc, NOTHING, "CCC", login=False),
    # questions
    Row("NOOP", info.noop, NOTHING, "NOOP", login=False, during_transfer=True),
    Row("SYST", info.syst, NOTHING, "SYST", login=False),
    Row("FEAT", info.feat, NOTHING, "FEAT", login=False),
    Row("HELP", info.help_, MAYBE_TEXT, "HELP [<command>]", login=False),
    Row("STAT", info.stat, MAYBE_TEXT, "STAT [<path>]", login=False, during_transfer=True),
    Row("SIZE", info.size, PATH, "SIZE <file>", right=right.READ),
    Row("MDTM", info.mdtm, PATH, "MDTM <path>", right=right.READ),
    Row("HASH", hashes.hash_, PATH, "HASH <file>", right=right.READ),
    Row("XSHA256", hashes.xsha256, PATH, "XSHA256 <file>", right=right.READ),
    Row("XMD5", hashes.xmd5, PATH, "XMD5 <file>", right=right.READ),
    Row("XCRC", hashes.xcrc, PATH, "XCRC <file>", right=right.READ),
    # how transfers are made
    Row("OPTS", settings.options, TEXT, "OPTS <command> [<option>]", login=False),
    Row("CLNT", settings.clnt, MAYBE_TEXT, "CLNT <program>", login=False),
    Row("TYPE", settings.type_, TEXT, "TYPE A | A N | I | L 8"),
    Row("STRU", settings.structure, TEXT, "STRU F"),
    Row("MODE", settings.mode, TEXT, "MODE S | Z"),
    Row("REST", settings.restart, TEXT, "REST <offset>"),
    Row("ALLO", settings.allo, TEXT, "ALLO <size>"),
    Row("PASV", data.pasv, NOTHING, "PASV"),
    Row("EPSV", data.epsv, MAYBE_TEXT, "EPSV [1 | 2 | ALL]"),
    Row("PORT", data.port, TEXT, "PORT h1,h2,h3,h4,p1,p2"),
    Row("EPRT", data.eprt, TEXT, "EPRT |<protocol>|<address>|<port>|"),
    # directories
    Row("PWD", navigate.pwd, NOTHING, "PWD"),
    Row("CWD", navigate.cwd, PATH, "CWD <directory>"),
    Row("CDUP", navigate.cdup, NOTHING, "CDUP"),
    Row("LIST", list_verbs.list_, MAYBE_TEXT, "LIST [<options>] [<path>]", right=right.LIST,
        path_in=listed_path, transfers=True),
    Row("NLST", list_verbs.nlst, MAYBE_TEXT, "NLST [<options>] [<path>]", right=right.LIST,
        path_in=listed_path, transfers=True),
    Row("MLSD", list_verbs.mlsd, MAYBE_PATH, "MLSD [<directory>]", right=right.LIST,
        transfers=True),
    Row("MLST", list_verbs.mlst, MAYBE_PATH, "MLST [<path>]", right=right.LIST),
    # files
    Row("RETR", transfer.retr, PATH, "RETR <file>", right=right.READ, transfers=True),
    Row("STOR", transfer.stor, PATH, "STOR <file>", right=writing, transfers=True),
    Row("APPE", transfer.appe, PATH, "APPE <file>", right=right.APPEND, transfers=True),
    Row("STOU", transfer.stou, MAYBE_TEXT, "STOU [<name>]", right=right.WRITE,
        path_in=lambda session, argument: session.cwd, transfers=True),
    Row("ABOR", transfer.abor, NOTHING, "ABOR"),
    Row("DELE", manage.dele, PATH, "DELE <file>", right=right.DELETE),
    Row("MKD", manage.mkd, PATH, "MKD <directory>", right=right.MAKE),
    Row("RMD", manage.rmd, PATH, "RMD <directory>", right=right.DELETE),
    Row("RNFR", manage.rnfr, PATH, "RNFR <path>", right=right.RENAME),
    Row("RNTO", manage.rnto, PATH, "RNTO <path>", right=right.RENAME),
    Row("MFMT", manage.mfmt, TEXT, "MFMT <YYYYMMDDhhmmss> <path>", right=right.WRITE,
        path_in=manage.timed_path),
    Row("SITE", site.site, TEXT, "SITE <command> [<argument>]"),
)  # fmt: skip

#: the X forms of RFC 775, which Windows' ftp.exe still sends
ALIASES = {"XPWD": "PWD", "XCWD": "CWD", "XCUP": "CDUP", "XMKD": "MKD", "XRMD": "RMD"}


def make_table(rows: Iterable[Row]) -> dict[str, Row]:
    """Return the rows by name, and by the older names that mean the same."""
    table = {row.name: row for row in rows}
    table.update({old: table[name] for old, name in ALIASES.items() if name in table})
    return table


TABLE = make_table(ROWS)

#: commands of the RFCs that are not implemented (502); words that nobody knows are 500.
#: RFC 959 (SMNT), 1639 (LPRT, LPSV), 2228 (ADAT, MIC, CONF, ENC), 2640 (LANG), and
#: draft-somers-ftp-mfxx (MFF, MFCT)
NOT_IMPLEMENTED = frozenset(
    {"ADAT", "CONF", "ENC", "LANG", "LPRT", "LPSV", "MFCT", "MFF", "MIC", "SMNT"}
)
USAGES = {row.name: row.usage for row in sorted(ROWS, key=lambda row: row.name)}


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
    takes = row.takes
    if takes is NOTHING:
        if argument.strip():
            return argument, reply(501, f"{row.name} takes no argument.")
        return "", None
    if not argument and (takes is TEXT or takes is PATH):
        return argument, reply(501, f"Usage: {row.usage}")
    path = ""
    if takes is PATH or takes is MAYBE_PATH:
        argument = path = session.path(argument)
    elif row.path_in is not None:
        path = row.path_in(session, argument)
    needed = row.right if isinstance(row.right, int) else row.right(session)
    if needed and not session.may(needed, path):
        return argument, replies.PERMISSION_DENIED
    if row.transfers:
        if required == "data" and not session.protected:
            return argument, reply(521, "The server requires protected data: send PROT P first.")
        if not session.data.armed:
            return argument, reply(425, "Use EPSV, PASV, EPRT or PORT first.")
    return argument, None


def act(session: Session, row: Row, argument: str) -> Answer:
    """Carry out one command: refuse it, or call its verb; its failures become replies too."""
    before = session.rename_from
    try:
        argument, refusal = check(session, row, argument)
        return row.verb(session, argument) if refusal is None else refusal
    except (FileError, BadArgumentError) as error:
        return failure(error, row.name)
    finally:
        if row.transfers:
            session.restart = 0  # it was for this one (RFC 3659 5.3), whatever became of it
        if session.rename_from is before:
            session.rename_from = None  # RNTO must follow RNFR at once (RFC 959 4.1.3)
