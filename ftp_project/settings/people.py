"""The users that the options name, and the directories they are at home in."""

# A server that is started for a minute needs a user, and one with a fixed password would be open to
# all who read the handbook. So a password is invented for each start, and shown once, on the
# terminal.

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from ftp_project.accounts.toml_file import TomlFileError
from ftp_project.accounts.users import User, UserError, Users, parse_user
from ftp_project.accounts.users_file import load_users
from ftp_project.config import Options
from ftp_project.errors import UsageError


@dataclass(frozen=True, slots=True)
class Invented:
    """The user that a server without users makes up, with the password in plain text."""

    name: str
    password: str


def check_directory(path: Path, what: str) -> Path:
    """Return ``path`` made absolute; raises ``UsageError`` unless it can be listed."""
    if not path.exists():
        raise UsageError(f"{what} {path} does not exist: make it, or name another one")
    if not path.is_dir():
        raise UsageError(f"{what} {path} is not a directory: name the directory to serve")
    if not os.access(path, os.R_OK | os.X_OK):
        raise UsageError(f"no permission to read {what} {path}: change its mode, or its owner")
    return path.absolute()


def make_users(options: Options, invented: Invented | None = None) -> tuple[Users, Invented | None]:
    """Return the users of a server with these options.

    Without any a user is invented, whose password is returned too; when the users are read again,
    ``invented`` is the user invented the first time. Raises ``UsageError``
    for a missing or wrong directory, a malformed option, a user given twice, and for all that is
    wrong in the users file.
    """
    if options.root is None:
        raise UsageError("Missing argument ROOT: name the directory to serve (see --help)")
    root = check_directory(options.root, "directory")
    texts = options.user
    if not texts and options.users_file is None and options.anonymous is None:
        invented = invented or Invented("user", secrets.token_urlsafe(9))
        texts = [f"{invented.name}:{invented.password}"]
    places = dict(_split_home(text) for text in options.user_home)
    anonymous = options.anonymous
    if anonymous is not None:
        anonymous = check_directory(anonymous, "directory")
    made: list[User] = []
    try:
        for text in texts:
            name = text.partition(":")[0]
            made.append(parse_user(text, places.pop(name, root)))
        if places:
            name = next(iter(places))
            raise UsageError(f"--user-home names {name!r}: give that user with --user too")
        if options.users_file is not None:
            made += load_users(options.users_file)
        return Users(made, anonymous), invented
    except (UserError, TomlFileError) as error:
        raise UsageError(str(error)) from None


def _split_home(text: str) -> tuple[str, Path]:
    name, equals, directory = text.partition("=")
    if not (name and equals and directory):
        raise UsageError(
            f"{text!r} is no home: write NAME=DIR, for example --user-home alice=/srv/alice"
        )
    return name, check_directory(Path(directory), "home")
