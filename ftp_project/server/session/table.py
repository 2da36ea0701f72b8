"""The table of commands: all that the server knows, a row for each.

To add a command: write a function in ``verbs`` and one row here. Everything that lists commands is
made from the rows: HELP and FEAT (the two verbs that stand in this file, as they read it), the
words of SITE, and the answers to a wrong argument.
"""

# The rows are data. Other programs hold what is here in sixty methods with decorators, or in a
# chain of conditions; then nobody can ask "which commands work before the login?" without reading
# them all. Tests ask exactly that, for each row (``test_server_by_hand``), and the table in the
# README is held to it.

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ftp_project.accounts import permissions as right
from ftp_project.protocol import replies
from ftp_project.protocol.replies import reply
from ftp_project.server.data.list_query import listed_path
from ftp_project.server.session.command import MAYBE_PATH, MAYBE_TEXT, NOTHING, PATH, TEXT, Row
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
    from ftp_project.server.session.session import Session

#: what FEAT tells beside the rows: of paths (RFC 3659 6), and of names (RFC 2640)
FEATURES = ("TVFS", "UTF8")


def writing(session: Session) -> int:
    """Return the right that STOR needs: resuming a file is another thing than replacing it."""
    return right.APPEND if session.restart else right.WRITE


def feat(session: Session, argument: str) -> bytes:
    """FEAT: what is there beyond RFC 959, one feature per line (RFC 2389 3)."""
    rows = [*ROWS, *site.COMMANDS.values()]
    told = [row.feature if isinstance(row.feature, str) else row.feature(session) for row in rows]
    lines = sorted([*FEATURES, *(line for line in told if line)])
    return replies.multiline(211, "Extensions supported:", lines)


def help_(session: Session, argument: str) -> bytes:
    """HELP [command]: which commands there are, or how one is used (RFC 959 4.1.3)."""
    word = argument.strip().upper()
    usages = {row.name: row.usage for row in ROWS}
    if word:
        usage = usages.get(word)
        return reply(501, f"Unknown command {word}.") if usage is None else reply(214, usage)
    names = sorted(usages)
    rows = [" ".join(f"{name:<8}" for name in names[at : at + 8]) for at in range(0, len(names), 8)]
    return replies.multiline(214, "Commands:", rows, "HELP <command> tells how it is used.")


ROWS = (
    # logins
    Row("USER", login.user, TEXT, "USER <name>", login=False),
    Row("PASS", login.password, MAYBE_TEXT, "PASS <password>", login=False),
    Row("ACCT", login.acct, TEXT, "ACCT <account>", login=False),
    Row("REIN", login.reinitialize, NOTHING, "REIN", login=False),
    Row("QUIT", login.quit_, NOTHING, "QUIT", login=False, during_transfer=True),
    Row("HOST", login.host, TEXT, "HOST <name>", login=False, feature="HOST"),
    Row("AUTH", security.auth, TEXT, "AUTH TLS", login=False, feature=security.auth_feature),
    Row("PBSZ", security.pbsz, TEXT, "PBSZ 0", login=False, feature=security.pbsz_feature),
    Row("PROT", security.prot, TEXT, "PROT P | C", login=False, feature=security.prot_feature),
    Row("CCC", security.ccc, NOTHING, "CCC", login=False),
    # questions
    Row("NOOP", info.noop, NOTHING, "NOOP", login=False, during_transfer=True),
    Row("SYST", info.syst, NOTHING, "SYST", login=False),
    Row("FEAT", feat, NOTHING, "FEAT", login=False),
    Row("HELP", help_, MAYBE_TEXT, "HELP [<command>]", login=False),
    Row("STAT", info.stat, MAYBE_TEXT, "STAT [<path>]", login=False, during_transfer=True),
    Row("SIZE", info.size, PATH, "SIZE <file>", right=right.READ, feature="SIZE"),
    Row("MDTM", info.mdtm, PATH, "MDTM <path>", right=right.READ, feature="MDTM"),
    Row("HASH", hashes.hash_, PATH, "HASH <file>", right=right.READ, feature=hashes.feature),
    Row("XSHA256", hashes.xsha256, PATH, "XSHA256 <file>", right=right.READ, feature="XSHA256"),
    Row("XMD5", hashes.xmd5, PATH, "XMD5 <file>", right=right.READ, feature="XMD5"),
    Row("XCRC", hashes.xcrc, PATH, "XCRC <file>", right=right.READ, feature="XCRC"),
    # how transfers are made
    Row("OPTS", settings.options, TEXT, "OPTS <command> [<option>]", login=False),
    Row("CLNT", settings.clnt, MAYBE_TEXT, "CLNT <program>", login=False, feature="CLNT"),
    Row("TYPE", settings.type_, TEXT, "TYPE A | A N | I | L 8"),
    Row("STRU", settings.structure, TEXT, "STRU F"),
    Row("MODE", settings.mode, TEXT, "MODE S | Z", feature="MODE Z"),
    Row("REST", settings.restart, TEXT, "REST <offset>", feature="REST STREAM"),
    Row("ALLO", settings.allo, TEXT, "ALLO <size>"),
    Row("PASV", data.pasv, NOTHING, "PASV"),
    Row("EPSV", data.epsv, MAYBE_TEXT, "EPSV [1 | 2 | ALL]", feature="EPSV"),
    Row("PORT", data.port, TEXT, "PORT h1,h2,h3,h4,p1,p2"),
    Row("EPRT", data.eprt, TEXT, "EPRT |<protocol>|<address>|<port>|", feature="EPRT"),
    # directories
    Row("PWD", navigate.pwd, NOTHING, "PWD"),
    Row("CWD", navigate.cwd, PATH, "CWD <directory>"),
    Row("CDUP", navigate.cdup, NOTHING, "CDUP"),
    Row("LIST", list_verbs.list_, MAYBE_TEXT, "LIST [<options>] [<path>]", right=right.LIST,
        path_from=listed_path, transfers=True),
    Row("NLST", list_verbs.nlst, MAYBE_TEXT, "NLST [<options>] [<path>]", right=right.LIST,
        path_from=listed_path, transfers=True),
    Row("MLSD", list_verbs.mlsd, MAYBE_PATH, "MLSD [<directory>]", right=right.LIST,
        transfers=True),
    Row("MLST", list_verbs.mlst, MAYBE_PATH, "MLST [<path>]", right=right.LIST,
        feature=list_verbs.feature),
    # files
    Row("RETR", transfer.retr, PATH, "RETR <file>", right=right.READ, transfers=True),
    Row("STOR", transfer.stor, PATH, "STOR <file>", right=writing, transfers=True),
    Row("APPE", transfer.appe, PATH, "APPE <file>", right=right.APPEND, transfers=True),
    Row("STOU", transfer.stou, MAYBE_TEXT, "STOU [<name>]", right=right.WRITE,
        path_from=lambda session, argument: session.cwd, transfers=True),
    Row("ABOR", transfer.abor, NOTHING, "ABOR"),
    Row("DELE", manage.dele, PATH, "DELE <file>", right=right.DELETE),
    Row("MKD", manage.mkd, PATH, "MKD <directory>", right=right.MAKE),
    Row("RMD", manage.rmd, PATH, "RMD <directory>", right=right.DELETE, whole_tree=True),
    Row("RNFR", manage.rnfr, PATH, "RNFR <path>", right=right.RENAME, whole_tree=True),
    Row("RNTO", manage.rnto, PATH, "RNTO <path>", right=right.RENAME),
    Row("MFMT", manage.mfmt, TEXT, "MFMT <YYYYMMDDhhmmss> <path>", right=right.WRITE,
        path_from=manage.timed_path, feature="MFMT"),
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
