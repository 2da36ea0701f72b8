"""What a server can be told, checked before anything is opened."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from ftp_project.accounts.users import User, UserError, Users, parse_user
from ftp_project.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of one server. Times are seconds."""

    users: Users
    host: str = "127.0.0.1"
    port: int = 2121
    selector: str = "auto"
    #: from the connection to a successful login
    login_timeout: float = 60.0
    #: between two commands, while nothing is transferred
    idle_timeout: float = 300.0
    #: for the client to open its data connection, or to accept ours
    connect_timeout: float = 30.0
    #: without a single byte moving: a transfer, or a client that does not read its replies
    stall_timeout: float = 60.0


@dataclass(frozen=True, slots=True)
class Invented:
    """The user that a server without users makes up, with the password in plain text."""

    name: str
    password: str


def check_directory(path: Path, what: str) -> Path:
    """Return ``path`` made absolute; raises :class:`UsageError` unless it can be listed."""
    if not path.exists():
        raise UsageError(f"{what} {path} does not exist: make it, or name another one")
    if not path.is_dir():
        raise UsageError(f"{what} {path} is not a directory: name the directory to serve")
    if not os.access(path, os.R_OK | os.X_OK):
        raise UsageError(f"no permission to read {what} {path}: change its mode, or its owner")
    return path.absolute()


def make_users(root: Path, users: list[str], homes: list[str]) -> tuple[Users, Invented | None]:
    """Return the users of ``--user NAME:PASSWORD`` and ``--user-home NAME=DIR``.

    Without any a user is invented, whose password is returned too. Raises :class:`UsageError`
    for a malformed option, a user given twice, and a home that is none.
    """
    invented = None
    if not users:
        invented = Invented("user", secrets.token_urlsafe(9))
        users = [f"{invented.name}:{invented.password}"]
    places = dict(_split_home(text) for text in homes)
    made: list[User] = []
    try:
        for text in users:
            name = text.partition(":")[0]
            made.append(parse_user(text, places.pop(name, root)))
        if places:
            name = next(iter(places))
            raise UsageError(f"--user-home names {name!r}: give that user with --user too")
        return Users(made), invented
    except UserError as error:
        raise UsageError(str(error)) from None


def _split_home(text: str) -> tuple[str, Path]:
    name, equals, directory = text.partition("=")
    if not (name and equals and directory):
        raise UsageError(
            f"{text!r} is no home: write NAME=DIR, for example --user-home alice=/srv/alice"
        )
    return name, check_directory(Path(directory), "home")
