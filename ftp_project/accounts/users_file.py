"""Load the users file: TOML, checked completely, every mistake with its line.

[users.alice]
password = "$argon2id$…"          # written by: python -m ftp_project passwd
home = "alice"                    # from the file's own directory
permissions = ["read", "list"]    # or "all" (the default), "read-only", "none"
quota = "2 GiB"
upload-rate = "500 KB"            # a second
download-rate = "1 MB"
max-sessions = 5
stall-timeout = 20                # seconds; before the server's own

[users.alice.directories]
"/incoming" = ["write", "make"]
"""

# All mistakes at once. A file of forty users that is refused for one mistake at a time is read
# forty times. So nothing is raised while it is read; mistakes are collected with their lines, and
# one of them is enough to refuse the whole file: a server with half of its users is a surprise for
# the other half.
#
# Keys are checked against what is known, because a misspelt ``quotta`` would otherwise be no limit
# at all.

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from ftp_project import called_as
from ftp_project.accounts import permissions
from ftp_project.accounts.passwords import is_hash
from ftp_project.accounts.toml_file import Mistake, TomlFileError, key_lines, line_of, read_toml
from ftp_project.accounts.users import OPTIONS, User, UserError, check_name


class UsersFileError(TomlFileError):
    """A users file that cannot be used; ``mistakes`` holds all of them, in order of lines."""


def load_users(path: Path) -> list[User]:
    """Read a users file; raises UsersFileError with everything that is wrong in it."""
    try:
        data, text = read_toml(path)
    except TomlFileError as error:
        raise UsersFileError(path, error.mistakes) from error
    reader = _Reader(text, path.parent)
    users = reader.users(data)
    if reader.mistakes:
        raise UsersFileError(path, reader.mistakes)
    return users


class _Reader:
    """Turn the parsed file into users, and collect mistakes on the way."""

    def __init__(self, text: str, base: Path) -> None:
        self.mistakes: list[Mistake] = []
        self._lines = key_lines(text)
        self._base = base

    def users(self, data: Mapping[str, Any]) -> list[User]:
        for key in data:
            if key != "users":
                self._mistake((key,), f"unknown key {key!r}; users stand in tables [users.NAME]")
        tables = data.get("users", {})
        if not isinstance(tables, dict):
            self._mistake(("users",), "users must be tables: [users.NAME]")
            return []
        return [
            user for name, table in tables.items() if (user := self._user(name, table)) is not None
        ]

    def _user(self, name: str, table: object) -> User | None:
        where = ("users", name)
        before = len(self.mistakes)
        try:
            check_name(name)
        except UserError as error:
            self._mistake(where, str(error))
        if not isinstance(table, dict):
            self._mistake(where, f"user {name!r} must be a table: [users.{name}]")
            return None
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key in _STRUCTURE or key in _OPTIONS:
                values[key] = self._read((*where, key), key, value)
            else:
                self._mistake((*where, key), f"unknown key {key!r}; use {_KNOWN}")
        for key in ("password", "home"):
            if key not in table:
                self._mistake(where, f"user {name!r} has no {key}")
        if len(self.mistakes) > before:
            return None
        return User(
            name=name,
            home=values["home"],
            password_hash=values["password"],
            permissions=permissions.Permissions(
                values.get("permissions", permissions.ALL), values.get("directories")
            ),
            **{name: values[key] for key, name in _OPTIONS.items() if key in values},
        )

    def _read(self, where: tuple[str, ...], key: str, value: object) -> Any:
        """Return the value of a key as the user's field holds it; note what is wrong with it."""
        if key == "directories" and isinstance(value, dict):
            return self._directories(where, value)
        try:
            if key in _STRUCTURE:
                return _STRUCTURE[key](value, self._base)
            read = OPTIONS[_OPTIONS[key]].read
            return value if read is None else read(value)
        except ValueError as error:
            self._mistake(where, f"{key}: {error}")
            return None

    def _directories(self, where: tuple[str, ...], table: dict[str, Any]) -> dict[str, int]:
        rules: dict[str, int] = {}
        for directory, words in table.items():
            place = (*where, directory)
            parts = directory.split("/")
            if parts[0] or (directory != "/" and not {"", ".", ".."}.isdisjoint(parts[1:])):
                self._mistake(place, f"directory {directory!r} must be written like '/a/b'")
            try:
                rules[directory] = _permissions(words, self._base)
            except ValueError as error:
                self._mistake(place, str(error))
        return rules

    def _mistake(self, where: tuple[str, ...], text: str) -> None:
        self.mistakes.append(Mistake(line_of(self._lines, where), text))


def _password(value: Any, base: Path) -> str:
    if not isinstance(value, str) or not is_hash(value):
        raise ValueError(f"must be a hash; write one with: {called_as.command('passwd')}")
    return value


def _home(value: Any, base: Path) -> Path:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("must be the path of a directory, in quotes")
    home = base / Path(value).expanduser()
    if not home.is_dir():
        raise ValueError(f"{str(home)!r} is no directory")
    return home


def _permissions(value: Any, base: Path) -> int:
    if isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(word, str) for word in value)
    ):
        return permissions.parse(value)
    raise ValueError('must be a list of words, for example ["read", "list"]')


def _no_table(value: Any, base: Path) -> dict[str, int]:
    raise ValueError('must be a table of rules, for example "/incoming" = ["write"]')


_STRUCTURE: Final[dict[str, Callable[[Any, Path], Any]]] = {
    "password": _password,
    "home": _home,
    "permissions": _permissions,
    "directories": _no_table,
}
#: the user's options, by their keys
_OPTIONS: Final = {name.replace("_", "-"): name for name in OPTIONS}
_KNOWN: Final = ", ".join([*_STRUCTURE, *_OPTIONS])
