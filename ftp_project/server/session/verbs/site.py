"""SITE: what RFC 959 leaves to each server. The words and forms are those that clients send."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ftp_project.accounts import permissions
from ftp_project.protocol import replies, times
from ftp_project.protocol.errors import BadArgumentError
from ftp_project.protocol.replies import reply

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session

Command = Callable[["Session", str], bytes]
SYMLINK_USAGE = "SITE SYMLINK <path it leads to> <new link, without spaces>"


def site(session: Session, argument: str) -> bytes:
    """SITE command [argument]: CHMOD, UTIME, SYMLINK, HELP (RFC 959 4.1.3)."""
    word, _, rest = argument.lstrip().partition(" ")
    command = COMMANDS.get(word.upper())
    if command is None:
        return reply(504, "Unknown SITE command; SITE HELP lists them.")
    return command[1](session, rest.lstrip())  # a name may end with spaces


def chmod(session: Session, argument: str) -> bytes:
    """Set permission bits, written in octal."""
    mode, _, name = argument.partition(" ")
    if not name or not mode.isascii() or not mode.isdigit() or len(mode) > 4 or not _octal(mode):
        raise BadArgumentError("Usage: SITE CHMOD <mode in octal> <path>")
    path = session.path(name)
    if not session.may(permissions.CHMOD, path):
        return replies.PERMISSION_DENIED
    session.files.chmod(path, int(mode, 8))
    return reply(200, "Mode changed.")


def _octal(digits: str) -> bool:
    return all(digit in "01234567" for digit in digits)


def utime(session: Session, argument: str) -> bytes:
    """Set when a file was last modified."""
    modified, name = times.split_site_utime(argument)
    path = session.path(name)
    if not session.may(permissions.WRITE, path):
        return replies.PERMISSION_DENIED
    session.files.utime(path, modified)
    return reply(200, "Time changed.")


def symlink(session: Session, argument: str) -> bytes:
    """Make a symbolic link to something inside the home; the last word is its name."""
    target, _, name = argument.rpartition(" ")
    if not target.strip() or not name:
        raise BadArgumentError(f"Usage: {SYMLINK_USAGE}")
    path = session.path(name)
    if not session.may(permissions.MAKE, path):
        return replies.PERMISSION_DENIED
    session.files.symlink(session.path(target.strip()), path)
    return reply(200, "Link made.")


def help_(session: Session, argument: str) -> bytes:
    """List these commands."""
    return replies.multiline(214, "SITE knows:", [usage for usage, _ in COMMANDS.values()])


COMMANDS: dict[str, tuple[str, Command]] = {
    "CHMOD": ("SITE CHMOD <mode in octal> <path>", chmod),
    "HELP": ("SITE HELP", help_),
    "SYMLINK": (SYMLINK_USAGE, symlink),
    "UTIME": ("SITE UTIME <YYYYMMDDhhmmss> <path>", utime),
}
