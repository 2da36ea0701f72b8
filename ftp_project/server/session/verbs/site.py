"""SITE: what RFC 959 leaves to each server. The words and forms are those that clients send.

To add a word: write a function and a row in ``COMMANDS``. SITE HELP, FEAT and the 501 for a wrong
argument are made from the rows, and the same place checks them as all others (``command``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ftp_project.accounts import permissions as right
from ftp_project.protocol import replies, times
from ftp_project.protocol.replies import reply
from ftp_project.server.session.command import MAYBE_TEXT, NOTHING, TEXT, Row, WrongUsageError, act

if TYPE_CHECKING:
    from ftp_project.server.session.command import Answer
    from ftp_project.server.session.session import Session

_CHMOD = re.compile(r"([0-7]{1,4}) (.+)", re.DOTALL)


def site(session: Session, argument: str) -> Answer:
    """SITE command [argument]: carry out the row that the first word names (RFC 959 4.1.3)."""
    word, _, rest = argument.lstrip().partition(" ")
    row = COMMANDS.get(word.upper())
    if row is None:
        return reply(504, "Unknown SITE command; SITE HELP lists them.")
    return act(session, row, rest.lstrip())  # a name may end with spaces


def chmod(session: Session, argument: str) -> bytes:
    """SITE CHMOD mode path: set permission bits, written in octal."""
    mode, path = _split_chmod(argument)
    session.files.chmod(session.path(path), mode)
    return reply(200, "Mode changed.")


def chmod_path(session: Session, argument: str) -> str:
    """Return the virtual path in CHMOD's argument, behind the mode."""
    return session.path(_split_chmod(argument)[1])


def _split_chmod(argument: str) -> tuple[int, str]:
    match = _CHMOD.fullmatch(argument)
    if match is None:
        raise WrongUsageError
    return int(match[1], 8), match[2]


def utime(session: Session, argument: str) -> bytes:
    """SITE UTIME time path: set when a file was last modified."""
    modified, path = times.split_site_utime(argument)
    session.files.utime(session.path(path), modified)
    return reply(200, "Time changed.")


def utime_path(session: Session, argument: str) -> str:
    """Return the virtual path in UTIME's argument, beside the time."""
    return session.path(times.split_site_utime(argument)[1])


def symlink(session: Session, argument: str) -> bytes:
    """SITE SYMLINK target link: make a symbolic link to something inside the home."""
    target, link = _split_symlink(argument)
    session.files.symlink(session.path(target), session.path(link))
    return reply(200, "Link made.")


def symlink_path(session: Session, argument: str) -> str:
    """Return the virtual path of the new link: the last word of SYMLINK's argument."""
    return session.path(_split_symlink(argument)[1])


def _split_symlink(argument: str) -> tuple[str, str]:
    target, _, link = argument.rpartition(" ")
    if not target.strip() or not link:
        raise WrongUsageError
    return target.strip(), link


def quota(session: Session, argument: str) -> bytes:
    """SITE QUOTA: how many bytes the user has stored, may store, and may still store."""
    counted = session.quota
    if counted is None:
        return reply(200, "No quota is set for you.")
    used, limit = counted.used, counted.limit
    lines = [f"Used: {used}", f"Limit: {limit}", f"Left: {max(0, limit - used)}"]
    return replies.multiline(200, "Your quota in bytes:", lines, "End of quota.")


def help_(session: Session, argument: str) -> bytes:
    """SITE HELP: how these commands are used."""
    return replies.multiline(214, "SITE knows:", [row.usage for row in COMMANDS.values()])


_ROWS = (
    Row("SITE CHMOD", chmod, TEXT, "SITE CHMOD <mode in octal> <path>",
        right=right.CHMOD, path_from=chmod_path, feature="SITE CHMOD"),
    Row("SITE HELP", help_, MAYBE_TEXT, "SITE HELP"),
    Row("SITE QUOTA", quota, NOTHING, "SITE QUOTA", feature="SITE QUOTA"),
    Row("SITE SYMLINK", symlink, TEXT, "SITE SYMLINK <path it leads to> <new link, without spaces>",
        right=right.MAKE, path_from=symlink_path, feature="SITE SYMLINK"),
    Row("SITE UTIME", utime, TEXT, "SITE UTIME <YYYYMMDDhhmmss> <path>",
        right=right.WRITE, path_from=utime_path, feature="SITE UTIME"),
)  # fmt: skip

#: the rows by the word behind SITE
COMMANDS = {row.name.removeprefix("SITE "): row for row in _ROWS}
